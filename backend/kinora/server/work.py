"""Answering for one medium: the work behind POST /predict and behind every job."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

from kinora.errors import MediaTooLargeError
from kinora.inference.recognizer import Recognizer
from kinora.inference.timeline import recognize_timeline
from kinora.media import Limits, MediaInfo, read_info
from kinora.server import answers
from kinora.server.config import ServerSettings
from kinora.server.links import Links
from kinora.server.metrics import Metrics
from kinora.server.registry import Registry, Served
from kinora.server.schemas import Options

_MINUTE_S = 60

Progress = Callable[[float], None]


@dataclass(frozen=True)
class Work:
    """What answers for a medium, with the parts of the server that it needs."""

    settings: ServerSettings
    registry: Registry
    metrics: Metrics
    links: Links

    def answer(
        self, file: BinaryIO, options: Options, on_progress: Progress, is_job: bool = False
    ) -> dict[str, Any]:
        """The whole answer for an open file.

        Args:
            file: The medium.
            options: What is asked for.
            on_progress: Told how far it is, from 0 to 1; what it raises ends the work.
            is_job: Nobody waits meanwhile, so it may be large and long.
        """
        start = time.perf_counter()
        limits = self.limits(is_job)
        served = self._choose(file, options, limits, is_job)
        result, times = _recognise(served.recognizer, file, options, limits, on_progress)
        times["total"] = (time.perf_counter() - start) * 1000
        result["timings_ms"] = {stage: round(value, 1) for stage, value in times.items()}
        self.metrics.prediction(served.name, times)
        return result

    def check(self, file: BinaryIO, options: Options) -> str:
        """Refuse at once what a job could not answer; else the kind of medium."""
        info = read_info(file, self.limits(is_job=True))
        self.registry.choose(options.model, info.kind)
        return info.kind

    def limits(self, is_job: bool) -> Limits:
        """What is too large to be read."""
        return self.settings.limits(is_job)

    def _choose(self, file: BinaryIO, options: Options, limits: Limits, is_job: bool) -> Served:
        """The model that was asked for, else the one for this kind of medium."""
        info = read_info(file, limits)
        file.seek(0)
        if not is_job:
            self._check_direct(info, options)
        return self.registry.choose(options.model, info.kind)

    def _check_direct(self, info: MediaInfo, options: Options) -> None:
        most_s = self.settings.max_direct_s
        if options.is_thorough and info.duration_s > most_s:
            raise MediaTooLargeError(
                f"The video is {info.duration_s:.0f} seconds long; at most {most_s:g} can be "
                "looked through while you wait. Send it to POST /jobs instead."
            )


def _recognise(
    recognizer: Recognizer,
    file: BinaryIO,
    options: Options,
    limits: Limits,
    on_progress: Progress,
) -> tuple[dict[str, Any], dict[str, float]]:
    """The answer, and the times of its stages in milliseconds."""
    if not options.timeline:
        found = recognizer.recognize(file, limits)
        result = answers.answer(recognizer, found.prediction, found.info, options.top_k)
        return result, {"decode": found.decode_ms, "recognize": found.recognize_ms}
    found = recognize_timeline(recognizer, file, limits=limits, on_progress=on_progress)
    result = answers.answer(recognizer, found.prediction, found.info, options.top_k)
    result["segments"] = answers.segments(found.prediction)
    result["seconds"] = answers.seconds(recognizer.classes, found.seconds)
    return result, {}

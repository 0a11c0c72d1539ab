"""Answering for one medium: the work behind POST /predict and behind every job."""

import time
from dataclasses import dataclass
from typing import Any, BinaryIO

from kinora.annotate import annotate, annotated_suffix
from kinora.errors import MediaTooLargeError
from kinora.inference.explaining import explain
from kinora.inference.recognizer import Recognition, Recognizer
from kinora.inference.timeline import VideoTimeline, recognize_timeline
from kinora.media import Limits, read_clip, read_image, read_info
from kinora.media.formats import HEAD_BYTES, recognise
from kinora.server import answers, pictures
from kinora.server.config import ServerSettings
from kinora.server.engine import Engine, Progress
from kinora.server.links import Links
from kinora.server.metrics import Metrics
from kinora.server.registry import Registry, Served
from kinora.server.schemas import Options

_MINUTE_S = 60

_MEDIA_TYPES = {".jpg": "image/jpeg", ".mp4": "video/mp4"}

Found = Recognition | VideoTimeline


@dataclass(frozen=True)
class Work:
    """What answers for a medium, with the parts of the server that it needs."""

    settings: ServerSettings
    registry: Registry
    metrics: Metrics
    links: Links
    engine: Engine

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
        looking = _share(on_progress, 0, 0.5 if options.annotate else 1)
        found = self.engine(served, file, _recognise, (options.timeline, limits), looking)
        result = answers.answer(served.recognizer, found.prediction, found.info, options.top_k)
        if isinstance(found, VideoTimeline):
            result["segments"] = answers.segments(found.prediction)
            result["seconds"] = answers.seconds(served.recognizer.classes, found.seconds)
        if options.explain:
            result |= self.engine(served, file, _explained, (limits,), on_progress)
        if options.annotate:
            drawing = _share(on_progress, 0.5, 1)
            result["annotated"] = self._annotated(file, found, limits, drawing)
        times = _times(found) | {"total": (time.perf_counter() - start) * 1000}
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
        if options.is_thorough and not is_job:
            self._check_length(read_info(file, limits).duration_s)
        return self.registry.choose(options.model, _kind(file, limits))

    def _check_length(self, seconds: float) -> None:
        most_s = self.settings.max_direct_s
        if seconds > most_s:
            raise MediaTooLargeError(
                f"The video is {seconds:.0f} seconds long; at most {most_s:g} can be "
                "looked through while you wait. Send it to POST /jobs instead."
            )

    def _annotated(
        self, file: BinaryIO, found: Found, limits: Limits, on_progress: Progress
    ) -> dict[str, Any]:
        """Draw the answer onto the medium; a link to it."""
        suffix = annotated_suffix(found.info)
        name = self.links.new_name(suffix)
        annotate(file, found.prediction, self.links.place(name), limits, on_progress)
        self.links.open_for(name, self.settings.link_minutes * _MINUTE_S)
        return {
            "url": f"/media/{name}",
            "type": _MEDIA_TYPES[suffix],
            "expires_in_s": self.links.left_s(name),
        }


def _kind(file: BinaryIO, limits: Limits) -> str:
    """`video` or `image`. The packets of a video need not be listed for that."""
    file.seek(0)
    if not recognise(file.read(HEAD_BYTES)).is_image:
        return "video"
    return read_info(file, limits).kind  # it may be animated


def _recognise(
    recognizer: Recognizer,
    file: BinaryIO,
    is_timeline: bool,
    limits: Limits,
    on_progress: Progress,
) -> Found:
    if is_timeline:
        return recognize_timeline(recognizer, file, limits=limits, on_progress=on_progress)
    return recognizer.recognize(file, limits)


def _explained(
    recognizer: Recognizer, file: BinaryIO, limits: Limits, _: Progress
) -> dict[str, Any]:
    clip = read_clip(file, recognizer.clip, limits)
    return {
        "explanation": pictures.explanation(explain(recognizer, clip)),
        "preview": pictures.preview(read_image(file, limits)),
    }


def _times(found: Found) -> dict[str, float]:
    """The stages of an answer in milliseconds; those of a time line cannot be told apart."""
    if isinstance(found, VideoTimeline):
        return {}
    return {"decode": found.decode_ms, "recognize": found.recognize_ms}


def _share(on_progress: Progress, start: float, end: float) -> Progress:
    """The progress of one part of the work."""
    return lambda done: on_progress(start + done * (end - start))

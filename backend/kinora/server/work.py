"""Answering for one medium: the work behind POST /predict and behind every job."""

import time
from typing import Any, BinaryIO

from kinora.errors import MediaTooLargeError
from kinora.inference.recognizer import Recognizer
from kinora.inference.timeline import recognize_timeline
from kinora.media import Limits, read_info
from kinora.server import answers
from kinora.server.registry import Registry, Served
from kinora.server.schemas import Options


def choose_model(registry: Registry, file: BinaryIO, options: Options, limits: Limits) -> Served:
    """The model that was asked for, else the one for this kind of medium."""
    if options.model or len(registry.served) <= 1:
        return registry.choose(options.model)
    kind = read_info(file, limits).kind
    file.seek(0)
    return registry.choose(None, kind)


def check_direct(file: BinaryIO, limits: Limits, most_s: float) -> None:
    """Refuse what would keep a request waiting for minutes."""
    seconds = read_info(file, limits).duration_s
    file.seek(0)
    if seconds > most_s:
        raise MediaTooLargeError(
            f"The video is {seconds:.0f} seconds long; at most {most_s:g} can be looked through "
            "while you wait. Send it to POST /jobs instead."
        )


def answer(
    recognizer: Recognizer, file: BinaryIO, options: Options, limits: Limits
) -> dict[str, Any]:
    """The whole answer for one medium."""
    start = time.perf_counter()
    if options.timeline:
        found = recognize_timeline(recognizer, file, limits=limits)
        times = {}
    else:
        found = recognizer.recognize(file, limits)
        times = {"decode": found.decode_ms, "recognize": found.recognize_ms}
    result = answers.answer(recognizer, found.prediction, found.info, options.top_k)
    if options.timeline:
        result["segments"] = answers.segments(found.prediction)
        result["seconds"] = answers.seconds(recognizer.classes, found.seconds)
    times["total"] = (time.perf_counter() - start) * 1000
    result["timings_ms"] = {stage: round(value, 1) for stage, value in times.items()}
    return result

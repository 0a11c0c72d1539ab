"""One file, one row: the work that is the same in a process of this machine and on a cluster."""

import logging
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kinora.bulk.sources import opened
from kinora.errors import KinoraError, SettingError
from kinora.inference.loading import Loaded, load
from kinora.inference.models import default_model, find_model, usable_bundles
from kinora.inference.recognizer import Recognition, Recognizer
from kinora.inference.timeline import VideoTimeline, recognize_timeline
from kinora.media import Limits, Source, read_info

logger = logging.getLogger(__name__)

Row = dict[str, Any]

_LIMITS = Limits()


@dataclass(frozen=True)
class BulkOptions:
    """What is asked of every file.

    Args:
        top_k: Actions to name.
        timeline: Also say what happens when.
    """

    top_k: int = 5
    timeline: bool = False

    def __post_init__(self) -> None:
        if self.top_k < 1:
            raise SettingError(f"--top-k must be at least 1, not {self.top_k}.")


def load_models(wanted: str | None, folder: Path) -> tuple[Loaded, ...]:
    """The content of the model that was named, or of the ones for videos and for images."""
    if wanted is not None:
        return (load(find_model(wanted, folder)),)
    bundles = usable_bundles(folder)
    folders = (default_model(bundles, kind).folder for kind in ("video", "image"))
    return tuple(load(path) for path in dict.fromkeys(folders))


@dataclass(frozen=True)
class MakeAnswerer:
    """What a process needs to begin; travels to it, be it on this machine or another one."""

    models: tuple[Loaded, ...]
    options: BulkOptions

    def __call__(self) -> Callable[[str], Row]:
        """Load the models, once per process."""
        # Processes work side by side, so each encodes one frame at a time.
        recognizers = tuple(Recognizer(loaded, threads=1) for loaded in self.models)
        return lambda name: answer_file(recognizers, name, self.options)


def answer_file(recognizers: tuple[Recognizer, ...], name: str, options: BulkOptions) -> Row:
    """The row of one file: the answer, or the reason why there is none."""
    start = time.perf_counter()
    try:
        with opened(name, _LIMITS) as source:
            recognizer = _fitting(recognizers, source)
            if options.timeline:
                found = recognize_timeline(recognizer, source)
            else:
                found = recognizer.recognize(source)
        row = _answered(name, recognizer, found, options.top_k)
    except KinoraError as error:
        return failed(name, error.code, str(error))
    except Exception as error:
        logger.exception("%s failed", name)
        return failed(name, "internal_error", f"{type(error).__name__}: {error}")
    return row | {"total_ms": (time.perf_counter() - start) * 1000}


def failed(name: str, code: str, message: str) -> Row:
    """The row of a file without an answer."""
    return {"path": name, "success": False, "error": code, "message": message}


def _fitting(recognizers: tuple[Recognizer, ...], source: Source) -> Recognizer:
    if len(recognizers) == 1:
        return recognizers[0]
    return default_model(recognizers, read_info(source).kind)


def _answered(
    name: str, recognizer: Recognizer, found: Recognition | VideoTimeline, top_k: int
) -> Row:
    prediction, info = found.prediction, found.info
    row = {
        "path": name,
        "success": True,
        "action": prediction.action,
        "confidence": prediction.confidence,
        "unsure": prediction.is_unsure,
        "top": [
            {"action": score.action, "confidence": score.confidence}
            for score in prediction.top[:top_k]
        ],
        "kind": info.kind,
        "duration_s": info.duration_s,
        "fps": info.fps,
        "width": info.width,
        "height": info.height,
        "model": recognizer.name,
        "version": recognizer.version,
        "warnings": list(prediction.warnings),
    }
    if isinstance(found, VideoTimeline):
        return row | {"segments": [asdict(segment) for segment in prediction.segments]}
    return row | {"decode_ms": found.decode_ms, "recognize_ms": found.recognize_ms}

"""Kinora recognises human actions in videos, images and a live camera."""

from importlib import import_module
from typing import Any

from kinora.clips import ClipSpec
from kinora.errors import KinoraError
from kinora.predictions import Prediction, Score, Segment

__version__ = "0.1.0"

# Loaded when first used, so that `import kinora` and `kinora --help` answer at once.
_LAZY = {
    "Recognizer": "kinora.inference.recognizer",
    "read_clip": "kinora.media",
    "read_image": "kinora.media",
}

__all__ = [
    "ClipSpec",
    "KinoraError",
    "Prediction",
    "Recognizer",
    "Score",
    "Segment",
    "__version__",
    "read_clip",
    "read_image",
]


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'kinora' has no attribute {name!r}")
    return getattr(import_module(_LAZY[name]), name)

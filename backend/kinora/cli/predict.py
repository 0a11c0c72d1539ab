"""Recognise the action in videos and images; folders are searched for both."""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kinora.errors import MediaError, SettingError

if TYPE_CHECKING:
    from kinora.inference.recognizer import Recognition, Recognizer

HELP = "recognise actions in videos, images and folders"

_TOP = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `kinora predict`."""
    parser.add_argument(
        "paths", type=Path, nargs="+", metavar="PATH", help="videos, images, folders of them"
    )
    parser.add_argument(
        "--model",
        metavar="NAME",
        help="a bundle's name or path, or an .h5 file (default: the one that fits the medium)",
    )
    parser.add_argument(
        "--top-k", type=int, default=_TOP, metavar="K", help=f"actions to name (default: {_TOP})"
    )
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object with all answers"
    )


def run(options: argparse.Namespace) -> int:
    """Answer for every file; one that cannot be read is a line with its reason."""
    if options.top_k < 1:
        raise SettingError(f"--top-k must be at least 1, not {options.top_k}.")
    models = _Models(options.model)
    results = []
    files = list(_files(options.paths))
    width = max((len(str(path)) for path in files), default=0)
    for path in files:
        results.append(_result(path, models, options.top_k))
        if not options.json:
            _print_line(results[-1], width)
    failed = sum(not result["success"] for result in results)
    if options.json:
        print(json.dumps({"results": results, "failed": failed}, indent=2, ensure_ascii=False))
    elif not results:
        print("kinora: there are no videos and images in the folders given", file=sys.stderr)
    return 1 if failed or not results else 0


class _Models:
    """The recognizers needed so far, each loaded once."""

    def __init__(self, wanted: str | None) -> None:
        from kinora.inference.models import find_model, usable_bundles
        from kinora.paths import models_folder

        self._loaded: dict[Path, Recognizer] = {}
        folder = models_folder()
        self._bundles = usable_bundles(folder) if wanted is None else ()
        self._only = None if wanted is None else find_model(wanted, folder)
        if len(self._bundles) == 1:
            self._only = self._bundles[0].folder

    def fitting(self, path: Path) -> "Recognizer":
        """The recognizer for a file."""
        from kinora.inference.models import default_model
        from kinora.inference.recognizer import Recognizer
        from kinora.media import read_info

        folder = self._only or default_model(self._bundles, read_info(path).kind).folder
        if folder not in self._loaded:
            self._loaded[folder] = Recognizer.load(folder)
        return self._loaded[folder]


def _files(paths: list[Path]) -> Iterator[Path]:
    """The paths given, and in place of folders the media anywhere below them."""
    from kinora.data.files import IMAGE_ENDINGS, VIDEO_ENDINGS

    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for below in sorted(path.rglob("*")):
            is_medium = below.suffix.lower() in IMAGE_ENDINGS | VIDEO_ENDINGS
            if is_medium and below.is_file() and not below.name.startswith("."):
                yield below


def _result(path: Path, models: _Models, top_k: int) -> dict[str, Any]:
    try:
        recognizer = models.fitting(path)
        recognition = recognizer.recognize(path)
    except MediaError as error:
        return {"path": str(path), "success": False, "error": error.code, "message": str(error)}
    return _to_dict(path, recognizer, recognition, top_k)


def _to_dict(
    path: Path, recognizer: "Recognizer", recognition: "Recognition", top_k: int
) -> dict[str, Any]:
    prediction, info = recognition.prediction, recognition.info
    return {
        "path": str(path),
        "success": True,
        "action": prediction.action,
        "confidence": prediction.confidence,
        "top": [
            {"action": score.action, "confidence": score.confidence}
            for score in prediction.top[:top_k]
        ],
        "input": {
            "kind": info.kind,
            "duration_s": info.duration_s,
            "fps": info.fps,
            "width": info.width,
            "height": info.height,
            "frames_used_s": list(prediction.frame_times_s),
        },
        "model": {"name": recognizer.name, "version": recognizer.version},
        "timings_ms": {
            "decode": recognition.decode_ms,
            "recognize": recognition.recognize_ms,
            "total": recognition.decode_ms + recognition.recognize_ms,
        },
        "warnings": list(prediction.warnings),
    }


def _print_line(result: dict[str, Any], width: int) -> None:
    """One line of the table: the path, the action in a column of its own, the next ones."""
    path = f"{result['path']:{width}}"
    if not result["success"]:
        print(f"{path}  failed: {result['message']}")
        return
    first, *others = (f"{score['action']} {score['confidence']:.1%}" for score in result["top"])
    print(f"{path}  {first:24}  {', '.join(others)}".rstrip())
    for warning in result["warnings"]:
        print(f"{'':{width}}  {warning}")

"""Recognise the action in videos and images; folders are searched for both."""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kinora.errors import MediaError, SettingError

if TYPE_CHECKING:
    from kinora.inference.recognizer import Recognition, Recognizer
    from kinora.inference.timeline import VideoTimeline

HELP = "recognise actions in videos, images and folders"

_TOP = 3
# What is told of a file.
_FACTS = ("kind", "duration_s", "fps", "width", "height")


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
        "--timeline", action="store_true", help="say what happens when, for long videos"
    )
    parser.add_argument(
        "--annotate",
        type=Path,
        metavar="OUT",
        help="draw the answers: into a folder, or for a single file under this name (.mp4, .jpg)",
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
    _check_target(options.annotate, len(files))
    width = max((len(str(path)) for path in files), default=0)
    for path in files:
        results.append(_result(path, models, options))
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


def _check_target(target: Path | None, file_count: int) -> None:
    if target is not None and file_count > 1 and (target.is_file() or _is_file_name(target)):
        raise SettingError(f"--annotate {target} must be a folder: there are {file_count} files.")


def _is_file_name(target: Path) -> bool:
    return target.suffix != "" and not target.is_dir()


def _result(path: Path, models: _Models, options: argparse.Namespace) -> dict[str, Any]:
    from kinora.inference.timeline import recognize_timeline

    try:
        recognizer = models.fitting(path)
        if options.timeline:
            answer = recognize_timeline(recognizer, path)
            more = _segments(answer)
        else:
            answer = recognizer.recognize(path)
            more = _times(answer)
        if options.annotate is not None:
            more["annotated"] = str(_annotate(path, answer, options))
        return _to_dict(path, recognizer, answer, options.top_k) | more
    except MediaError as error:
        return {"path": str(path), "success": False, "error": error.code, "message": str(error)}


def _annotate(
    path: Path, answer: "Recognition | VideoTimeline", options: argparse.Namespace
) -> Path:
    """Draw an answer, and say where it lies."""
    from kinora.annotate import annotate, annotated_suffix

    target = options.annotate
    if not _is_file_name(target):
        target = target / _name_within(path, options.paths)
        suffix = annotated_suffix(answer.info)
        # clip.avi and clip.mov in one folder must not become the same file.
        target = target if path.suffix == suffix else target.with_name(target.name + suffix)
    if target.resolve() == path.resolve():
        raise SettingError(f"{path} would be overwritten. Let --annotate name another place.")
    target.parent.mkdir(parents=True, exist_ok=True)
    annotate(path, answer.prediction, target)
    return target


def _name_within(path: Path, given: list[Path]) -> Path:
    """A file's place below the folder that was given, or its name."""
    for folder in given:
        if folder.is_dir() and path.is_relative_to(folder):
            return path.relative_to(folder)
    return Path(path.name)


def _to_dict(
    path: Path, recognizer: "Recognizer", answer: "Recognition | VideoTimeline", top_k: int
) -> dict[str, Any]:
    """What every answer has; confidences are fractions."""
    prediction = answer.prediction
    top = prediction.top[:top_k]
    return {
        "path": str(path),
        "success": True,
        "action": prediction.action,
        "confidence": prediction.confidence,
        "unsure": prediction.is_unsure,
        "top": [{"action": score.action, "confidence": score.confidence} for score in top],
        "input": {
            **{name: getattr(answer.info, name) for name in _FACTS},
            "frames_used_s": list(prediction.frame_times_s),
        },
        "model": {"name": recognizer.name, "version": recognizer.version},
        "warnings": list(prediction.warnings),
    }


def _times(answer: "Recognition") -> dict[str, Any]:
    total_ms = answer.decode_ms + answer.recognize_ms
    return {
        "timings_ms": {
            "decode": answer.decode_ms,
            "recognize": answer.recognize_ms,
            "total": total_ms,
        }
    }


def _segments(answer: "VideoTimeline") -> dict[str, Any]:
    """The segments and, for every second, the mean score of each action."""
    return {
        "segments": [asdict(segment) for segment in answer.prediction.segments],
        "seconds": [
            dict(zip(answer.prediction.classes, row, strict=True))
            for row in answer.seconds.round(4).tolist()
        ],
    }


def _print_line(result: dict[str, Any], width: int) -> None:
    """One line of the table: the path, the action in a column of its own, the next ones."""
    path = f"{result['path']:{width}}"
    if not result["success"]:
        print(f"{path}  failed: {result['message']}")
        return
    first, *others = (f"{score['action']} {score['confidence']:.1%}" for score in result["top"])
    print(f"{path}  {first:24}  {', '.join(others)}".rstrip())
    for segment in result.get("segments", ()):
        span = f"{_clock(segment['start_s'])}-{_clock(segment['end_s'])}"
        print(f"{'':{width}}  {span:15}  {segment['action']} {segment['confidence']:.1%}")
    for warning in result["warnings"]:
        print(f"{'':{width}}  {warning}")
    if "annotated" in result:
        print(f"{'':{width}}  drawn: {result['annotated']}")


def _clock(seconds: float) -> str:
    """Seconds as m:ss.t, the way players show them."""
    tenths = round(seconds * 10)
    return f"{tenths // 600}:{tenths // 10 % 60:02}.{tenths % 10}"

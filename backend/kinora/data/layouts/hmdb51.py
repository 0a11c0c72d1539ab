"""Layout hmdb51: HMDB51 with its official lists, as videos or as folders of frames."""

import re
from collections.abc import Iterator
from pathlib import Path

from kinora.data import files
from kinora.data.layouts import lists
from kinora.data.layouts.names import hmdb_source
from kinora.data.samples import DataSet, Sample

NAME = "hmdb51"
LOOKS_FOR = (
    "<class>/*.avi or <class>/<video>/frame_0001.jpg with HMDB51's names, or with the lists "
    "<class>_test_split1.txt in a folder beside them"
)

_LIST = re.compile(r"(.+)_test_split(\d)\.txt")
_PARTS = {"1": "train", "2": "test"}
_Parts = dict[tuple[str, str], dict[str, str]]


def detects(root: Path) -> bool:
    """Whether there are official lists, here or in a folder inside, or HMDB51's names."""
    base = _base(root)
    if base is None:
        return False
    names = (
        (_stem(path), label.name) for label in files.folders_in(base) for path in _clips(label)
    )
    return next(_list_files(root), None) is not None or hmdb_source(*next(names)) is not None


def read(root: Path) -> DataSet:
    """All clips with the three official splits."""
    base = _base(root) or root
    clips = {
        (folder.name, _stem(path)): path
        for folder in files.folders_in(base)
        for path in _clips(folder)
    }
    parts, missing, notes = _read_lists(root, clips)
    samples = [
        Sample(path, label, hmdb_source(stem, label) or stem, parts=parts.get((label, stem), {}))
        for (label, stem), path in clips.items()
    ]
    return DataSet(root, NAME, "video", tuple(samples), notes=notes, missing=missing)


def _base(root: Path) -> Path | None:
    for place in files.places(root):
        for folder in files.folders_in(place):
            if _clips(folder):
                return place
    return None


def _clips(folder: Path) -> list[Path]:
    return [*files.videos_in(folder), *files.frame_folders_in(folder)]


def _stem(path: Path) -> str:
    # A folder of frames is named like the video, and such names hold dots.
    return path.name if path.is_dir() else path.stem


def _list_files(root: Path) -> Iterator[tuple[Path, str, str]]:
    for place in files.places(root):
        for path in sorted(place.iterdir()):
            match = _LIST.fullmatch(path.name)
            if match:
                yield path, match.group(1), f"split{match.group(2)}"


def _read_lists(
    root: Path, clips: dict[tuple[str, str], Path]
) -> tuple[_Parts, tuple[str, ...], tuple[str, ...]]:
    parts: _Parts = {}
    # Every split lists every clip, so names come up three times.
    listed: dict[tuple[str, str], str] = {}
    present = {label for label, _ in clips}
    for path, label, split in _list_files(root):
        # Classes that were left out on purpose are no missing clips.
        for line in lists.read_lines(path) if label in present else []:
            name, _, number = line.rpartition(" ")
            key = (label, Path(name.strip()).stem)
            listed[key] = f"{label}/{name.strip()}"
            if key in clips and number in _PARTS:
                parts.setdefault(key, {})[split] = _PARTS[number]
    missing = tuple(name for key, name in listed.items() if key not in clips)
    return parts, missing, lists.note_missing("the official lists", len(listed), missing)

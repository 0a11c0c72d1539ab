"""Layout hmdb51: HMDB51 with its official lists, as videos or as folders of frames."""

import re
from collections.abc import Iterator
from pathlib import Path

from kinora.data import files
from kinora.data.layouts import lists
from kinora.data.samples import DataSet, Sample

NAME = "hmdb51"
LOOKS_FOR = (
    "<class>/*.avi or <class>/<video>/frame_0001.jpg, with the lists "
    "<class>_test_split1.txt in a folder beside them"
)

_LIST = re.compile(r"(.+)_test_split(\d)\.txt")
_PARTS = {"1": "train", "2": "test"}
# HMDB51's names end in visible body, camera motion, cameras, viewpoint, quality and number.
_ENDING = re.compile(r"_[a-z]_(nm|cm)_np\d_(fr|ba|le|ri)_(goo|med|bad)_\d+$", re.IGNORECASE)

_Parts = dict[tuple[str, str], dict[str, str]]


def detects(root: Path) -> bool:
    """Whether there are official lists, here or in a folder inside."""
    return any(True for _ in _list_files(root)) and _base(root) is not None


def read(root: Path) -> DataSet:
    """All clips with the three official splits."""
    base = _base(root) or root
    clips = {
        (folder.name, _stem(path)): path
        for folder in files.folders_in(base)
        for path in [*files.videos_in(folder), *files.frame_folders_in(folder)]
    }
    parts, missing, notes = _read_lists(root, clips)
    samples = [
        Sample(path, label, source_of(stem, label), parts=parts.get((label, stem), {}))
        for (label, stem), path in clips.items()
    ]
    return DataSet(root, NAME, "video", tuple(samples), notes=notes, missing=missing)


def source_of(stem: str, label: str) -> str:
    """The film or upload that a clip was cut from, by its name.

    Numbers at the end are dropped: April_09 and April_10 are one film.
    """
    source = _ENDING.sub("", stem).lower()
    source = source.removesuffix("_" + label.lower())
    source = re.sub(r"[^a-z0-9]+", "_", source).strip("_")
    return re.sub(r"(_?\d+)+$", "", source) or stem


def _base(root: Path) -> Path | None:
    for place in files.places(root):
        for folder in files.folders_in(place):
            if files.videos_in(folder) or files.frame_folders_in(folder):
                return place
    return None


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
    listed, missing = 0, []
    present = {label for label, _ in clips}
    for path, label, split in _list_files(root):
        # Classes that were left out on purpose are no missing clips.
        for line in lists.read_lines(path) if label in present else []:
            name, _, number = line.rpartition(" ")
            key = (label, Path(name.strip()).stem)
            listed += 1
            if key not in clips:
                missing.append(f"{label}/{name.strip()}")
            elif number in _PARTS:
                parts.setdefault(key, {})[split] = _PARTS[number]
    lost = tuple(dict.fromkeys(missing))
    return parts, lost, lists.note_missing("the official lists", listed, missing)

"""Layout ucf101: UCF101 with its official lists, and UCF50, which has the same names."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from kinora.data import files
from kinora.data.layouts import lists
from kinora.data.layouts.names import ucf_source
from kinora.data.samples import DataSet, Sample

NAME = "ucf101"
LOOKS_FOR = (
    "UCF-101/<Class>/v_<Class>_g01_c01.avi and, if there, ucfTrainTestlist/trainlist01.txt "
    "and testlist01.txt"
)

_LIST = re.compile(r"(train|test)list0?(\d+)\.txt", re.IGNORECASE)


def detects(root: Path) -> bool:
    """Whether some class folder holds clips with UCF's names."""
    return _base(root) is not None


def read(root: Path) -> DataSet:
    """All clips; the official splits where the lists are there."""
    base = _base(root) or root
    official = _read_lists(root, base)
    samples = [
        _sample(path, folder.name, official)
        for folder in files.folders_in(base)
        for path in files.videos_in(folder)
    ]
    return DataSet(
        root, NAME, "video", tuple(samples), notes=official.notes, missing=official.missing
    )


@dataclass
class _Lists:
    parts: dict[str, dict[str, str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def _sample(path: Path, label: str, official: _Lists) -> Sample:
    # The class is the folder's name: UCF50 misspells it in some file names.
    group = ucf_source(path.stem) or path.stem
    return Sample(path, label, group, parts=official.parts.get(_key(path), {}))


def _base(root: Path) -> Path | None:
    for place in files.places(root):
        for folder in files.folders_in(place):
            if any(ucf_source(path.stem) for path in files.videos_in(folder)):
                return place
    return None


def _key(path: Path) -> str:
    # The lists and the files do not agree on capitals (HandstandPushups).
    return path.name.lower()


def _read_lists(root: Path, base: Path) -> _Lists:
    found = _Lists()
    present = {folder.name.lower(): folder for folder in files.folders_in(base)}
    there = {_key(path) for folder in present.values() for path in files.videos_in(folder)}
    for path in _list_files(root, base):
        part, number = _LIST.fullmatch(path.name).groups()
        # Classes that were left out on purpose are no missing clips.
        clips = [line.split()[0] for line in lists.read_lines(path)]
        clips = [clip for clip in clips if clip.split("/")[0].lower() in present]
        lost = []
        for clip in clips:
            name = clip.split("/")[-1].lower()
            if name in there:
                found.parts.setdefault(name, {})[f"split{number}"] = part.lower()
            else:
                lost.append(clip)
        found.notes += lists.note_missing(path.name, len(clips), lost)
        found.missing += tuple(clip for clip in lost if clip not in found.missing)
    return found


def _list_files(root: Path, base: Path) -> list[Path]:
    # The lists lie among the classes or in a folder beside them, which may be outside `root`.
    beside = base.parent / "ucfTrainTestlist"
    places = dict.fromkeys([root, base, *files.folders_in(root), beside])
    return [
        path
        for place in places
        if place.is_dir()
        for path in sorted(place.iterdir())
        if _LIST.fullmatch(path.name)
    ]

"""What the three plain layouts share: [part/]class/clip, where only the clips differ."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kinora.data import files
from kinora.data.layouts.names import source_in
from kinora.data.samples import DataSet, Sample

_UNKNOWN = (
    "The file names do not say which clips share a source, so only near-duplicates are kept in "
    "one part. If you know the sources, write a metadata.csv with the columns path,label,group."
)


@dataclass(frozen=True)
class Plain:
    """One plain layout: its name, what one clip is, and how the clips of a class are found."""

    name: str
    kind: str
    clips_in: Callable[[Path], list[Path]]


def detects(plain: Plain, root: Path) -> bool:
    """Whether some class folder holds such clips."""
    return _base(plain, root) is not None


def read(plain: Plain, root: Path) -> DataSet:
    """All clips; folders named train, val and test are taken as the split."""
    base = _base(plain, root) or root
    samples = [
        Sample(
            path,
            label.name,
            _group(base, label.name, path),
            parts={"folders": part} if part else {},
        )
        for label, part in _class_folders(base)
        for path in plain.clips_in(label)
    ]
    are_known = any(sample.group != files.name_below(base, sample.path) for sample in samples)
    return DataSet(
        root,
        plain.name,
        plain.kind,
        tuple(samples),
        split_origin="the data set's",
        are_sources_known=are_known,
        notes=() if are_known else (_UNKNOWN,),
    )


def _base(plain: Plain, root: Path) -> Path | None:
    for place in files.places(root):
        if any(plain.clips_in(label) for label, _ in _class_folders(place)):
            return place
    return None


def _class_folders(base: Path) -> list[tuple[Path, str | None]]:
    outer = files.folders_in(base)
    if not any(folder.name.lower() in files.PART_FOLDERS for folder in outer):
        return [(folder, None) for folder in outer]
    return [
        (label, files.PART_FOLDERS[folder.name.lower()])
        for folder in outer
        if folder.name.lower() in files.PART_FOLDERS
        for label in files.folders_in(folder)
    ]


def _group(base: Path, label: str, path: Path) -> str:
    # Some names tell the source; any other clip is its own.
    name = path.name if path.is_dir() else path.stem
    return source_in(name, label) or files.name_below(base, path)

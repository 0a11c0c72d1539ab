"""Layout ucf11: UCF YouTube actions, 25 groups per class, published as leave-one-group-out."""

import re
from pathlib import Path

from kinora.data import files
from kinora.data.samples import DataSet, Sample

NAME = "ucf11"
LOOKS_FOR = "UCF11_updated_mpg/<class>/v_<name>_<gg>/v_<name>_<gg>_<cc>.mpg"

# basketball/v_shooting_01/v_shooting_01_01.mpg: the class is the outer folder's name.
_GROUP = re.compile(r"v_.+_(\d\d)", re.IGNORECASE)


def detects(root: Path) -> bool:
    """Whether some class folder holds group folders with videos."""
    return _base(root) is not None


def read(root: Path) -> DataSet:
    """All clips, with the number of their group as the published fold."""
    base = _base(root) or root
    samples = [
        Sample(path, folder.name, f"{folder.name}/{group.name}", fold=_number(group))
        for folder in files.folders_in(base)
        for group in _groups_in(folder)
        for path in files.videos_in(group)
    ]
    return DataSet(root, NAME, "video", tuple(samples))


def _base(root: Path) -> Path | None:
    for place in files.places(root):
        groups = (group for folder in files.folders_in(place) for group in _groups_in(folder))
        if any(files.videos_in(group) for group in groups):
            return place
    return None


def _groups_in(folder: Path) -> list[Path]:
    return [group for group in files.folders_in(folder) if _GROUP.fullmatch(group.name)]


def _number(group: Path) -> str:
    return group.name[-2:]

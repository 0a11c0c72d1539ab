"""Layout frame_folders: one folder per class, in it one folder of frames per clip."""

from pathlib import Path

from kinora.data import files
from kinora.data.layouts import folders
from kinora.data.samples import DataSet

NAME = "frame_folders"
LOOKS_FOR = "<class>/<video>/frame_0001.jpg, or the same below train/ and val/"

_PLAIN = folders.Plain(NAME, "video", files.frame_folders_in)


def detects(root: Path) -> bool:
    """Whether some class folder holds folders of frames."""
    return folders.detects(_PLAIN, root)


def read(root: Path) -> DataSet:
    """All folders of frames, each class a folder."""
    return folders.read(_PLAIN, root)

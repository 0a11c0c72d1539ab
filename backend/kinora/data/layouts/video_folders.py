"""Layout video_folders: one folder per class with its videos."""

from pathlib import Path

from kinora.data import files
from kinora.data.layouts import folders
from kinora.data.samples import DataSet

NAME = "video_folders"
LOOKS_FOR = "<class>/*.mp4 (or .avi, .mov …), or the same below train/, val/ and test/"

_PLAIN = folders.Plain(NAME, "video", files.videos_in)


def detects(root: Path) -> bool:
    """Whether some class folder holds videos."""
    return folders.detects(_PLAIN, root)


def read(root: Path) -> DataSet:
    """All videos, each class a folder."""
    return folders.read(_PLAIN, root)

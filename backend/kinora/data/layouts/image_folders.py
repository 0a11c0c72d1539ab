"""Layout image_folders: one folder per class with its images."""

from pathlib import Path

from kinora.data import files
from kinora.data.layouts import folders
from kinora.data.samples import DataSet

NAME = "image_folders"
LOOKS_FOR = "<class>/*.jpg (or .png …), or the same below train/, val/ and test/"

_PLAIN = folders.Plain(NAME, "image", files.images_in)


def detects(root: Path) -> bool:
    """Whether some class folder holds images."""
    return folders.detects(_PLAIN, root)


def read(root: Path) -> DataSet:
    """All images, each class a folder."""
    return folders.read(_PLAIN, root)

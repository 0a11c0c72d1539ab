"""Reading a data set in whichever layout it lies on disk: one adapter per file.

An adapter has NAME, LOOKS_FOR (for people), detects(root) and read(root).
"""

from pathlib import Path
from types import ModuleType

from kinora.data import files
from kinora.data.layouts import (
    csv_images,
    frame_folders,
    hmdb51,
    image_folders,
    metadata_csv,
    ucf11,
    ucf101,
    ucf101_kaggle,
    video_folders,
)
from kinora.data.samples import DataSet
from kinora.errors import DataError, SettingError

# Tried in this order: the most particular first, so that a plain folder of videos comes last.
_IN_ORDER = (
    metadata_csv,
    csv_images,
    ucf101_kaggle,
    ucf11,
    ucf101,
    hmdb51,
    video_folders,
    frame_folders,
    image_folders,
)
# UCF50 is laid out like UCF101, without the lists.
LAYOUTS: dict[str, ModuleType] = {adapter.NAME: adapter for adapter in _IN_ORDER} | {
    "ucf50": ucf101
}


def read(root: Path, layout: str | None = None) -> DataSet:
    """The data set in a folder, by the layout named or by the first that fits.

    Raises:
        DataError: The folder is missing, empty, or laid out in another way.
    """
    try:
        _check_folder(root)
        adapter = _named(root, layout) if layout else _found(root)
        data_set = adapter.read(root)
    except OSError as error:
        raise DataError(f"{root} cannot be read: {error}.") from error
    if not data_set.samples:
        raise DataError(
            f"No clip was found in {root}, read as {adapter.NAME}: looked for "
            f"{adapter.LOOKS_FOR}; the folder holds {files.describe(root)}."
        )
    return data_set


def _check_folder(root: Path) -> None:
    if not root.exists():
        raise DataError(f"{root} does not exist. Name the folder that holds the data set.")
    if not root.is_dir():
        raise DataError(f"{root} is a file. Name the folder that holds the data set.")
    if files.describe(root) == "nothing":
        raise DataError(
            f"{root} is empty. Put one folder per action with its clips into it, or download a "
            "public data set with `kinora data fetch`."
        )


def _named(root: Path, layout: str) -> ModuleType:
    if layout not in LAYOUTS:
        raise SettingError(f"There is no layout {layout}; known are {', '.join(sorted(LAYOUTS))}.")
    adapter = LAYOUTS[layout]
    if not adapter.detects(root):
        raise DataError(
            f"{root} is not laid out as {layout}: looked for {adapter.LOOKS_FOR}; "
            f"the folder holds {files.describe(root)}. Leave --layout away to have it found."
        )
    return adapter


def _found(root: Path) -> ModuleType:
    for adapter in _IN_ORDER:
        if adapter.detects(root):
            return adapter
    looked_for = "\n".join(f"  {adapter.NAME}: {adapter.LOOKS_FOR}" for adapter in _IN_ORDER)
    raise DataError(
        f"{root} fits no layout that Kinora knows; it holds {files.describe(root)}. "
        f"Put one folder per action with its clips into it, or one of these:\n{looked_for}"
    )

"""Finding clips in folders: videos, images, folders of frames, and paths written elsewhere."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

# An animated image is a clip.
VIDEO_ENDINGS = frozenset(
    {".3gp", ".avi", ".flv", ".gif", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".ogv"}
    | {".ts", ".webm", ".wmv"}
)
IMAGE_ENDINGS = frozenset({".bmp", ".jpeg", ".jpg", ".png", ".webp"})

# What folders that are parts of a split, and no classes, are called.
PART_FOLDERS = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "test": "test",
    "testing": "test",
}

# Left behind by macOS archives and by the UCF11 annotators; never classes.
_NO_CLASS = frozenset({"__macosx", "annotation", "annotations"})


def natural_key(path: Path) -> tuple[tuple[int, int | str], ...]:
    """Sort key that puts frame_2 before frame_10."""
    pieces = re.split(r"(\d+)", path.name.lower())
    return tuple((0, int(piece)) if piece.isdecimal() else (1, piece) for piece in pieces if piece)


def folders_in(folder: Path) -> list[Path]:
    """The folders directly inside, in natural order, without hidden ones."""
    return _sorted(
        path
        for path in folder.iterdir()
        if path.is_dir() and path.name[0] not in "._" and path.name.lower() not in _NO_CLASS
    )


def videos_in(folder: Path) -> list[Path]:
    """The video files directly inside, in natural order."""
    return _files(folder, VIDEO_ENDINGS)


def images_in(folder: Path) -> list[Path]:
    """The image files directly inside, in natural order."""
    return _files(folder, IMAGE_ENDINGS)


def frame_folders_in(folder: Path) -> list[Path]:
    """The folders directly inside that hold the frames of one clip each."""
    return [path for path in folders_in(folder) if holds_frames(path)]


def holds_frames(folder: Path) -> bool:
    """Whether at least one image lies directly inside; stops at the first one."""
    return any(_is_visible(path, IMAGE_ENDINGS) for path in folder.iterdir())


def places(root: Path) -> Iterator[Path]:
    """Where a data set may begin: the folder given, or one or two folders further down.

    Archives often unpack to NAME/NAME/..., and people name the outer folder.
    """
    yield root
    children = _whole_sets_in(root)
    yield from children
    if len(children) == 1:
        yield from _whole_sets_in(children[0])


def find_written(root: Path, written: str, folders: Sequence[str] = ()) -> Path | None:
    """The file that a list means, though the list was written on another machine.

    A path that exists as written is taken. Else prefixes of other machines (`/kaggle/input/...`,
    `C:\\data\\...`) are dropped piece by piece until the rest exists below `root` or one of its
    `folders`.
    """
    parts = [part for part in re.split(r"[\\/]+", written.strip()) if part not in ("", ".", "..")]
    parts = [part for part in parts if not part.endswith(":")]
    if not parts:
        return None
    candidates = [Path(written.strip())] if len(parts) > 1 else []
    for start in range(len(parts)):
        tail = Path(*parts[start:])
        inside = [Path(folder) / tail for folder in folders]
        # A bare name may exist in several folders; the list's own folders come first.
        is_bare = start == len(parts) - 1
        candidates += [*inside, tail] if is_bare else [tail, *inside]
    return next((root / path for path in candidates if (root / path).exists()), None)


def name_below(root: Path, path: Path) -> str:
    """The path as text, the same on every machine if it lies below `root`."""
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()


def kind_of(paths: Sequence[Path]) -> str:
    """`image` if every path is an image file, else `video`; a folder of frames is a video."""
    are_images = bool(paths) and all(path.suffix.lower() in IMAGE_ENDINGS for path in paths)
    return "image" if are_images else "video"


def describe(folder: Path, most: int = 6) -> str:
    """What a folder holds, in a few words for an error message."""
    entries = _sorted(path for path in folder.iterdir() if path.name[0] != ".")
    if not entries:
        return "nothing"
    names = [path.name + ("/" if path.is_dir() else "") for path in entries[:most]]
    rest = len(entries) - len(names)
    return ", ".join(names) + (f" and {rest} more" if rest else "")


def _whole_sets_in(folder: Path) -> list[Path]:
    """The folders inside, unless they are train and test: one part is not the data set."""
    children = folders_in(folder)
    is_parted = any(child.name.lower() in PART_FOLDERS for child in children)
    return [] if is_parted else children


def _files(folder: Path, endings: frozenset[str]) -> list[Path]:
    return _sorted(path for path in folder.iterdir() if _is_visible(path, endings))


def _is_visible(path: Path, endings: frozenset[str]) -> bool:
    # macOS archives carry a hidden ._twin of every file.
    return path.suffix.lower() in endings and path.name[0] != "." and path.is_file()


def _sorted(paths: Iterator[Path]) -> list[Path]:
    return sorted(paths, key=natural_key)

"""Small files that can be made again: named after what they were made from, written whole."""

import os
import shutil
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO, TypeVar

from kinora.data.progress import progress
from kinora.errors import DataError, MediaError
from kinora.media import frame_paths

_CHUNK = 1 << 20
# What else the machine writes meanwhile must not fill the disk.
_SPARE_BYTES = 100 << 20

Result = TypeVar("Result")


def content_hash(path: Path) -> str:
    """A name for the content of a file, or of the frames in a folder."""
    digest = blake2b(digest_size=16)
    for file_path in frame_paths(path) if path.is_dir() else [path]:
        digest.update(file_path.name.encode() if path.is_dir() else b"")
        with file_path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    return digest.hexdigest()


def write_whole(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file so that at any moment it is there as a whole or not at all.

    Raises:
        DataError: The disk is full, or may not be written to.
    """
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("wb") as file:
            write(file)
        draft.replace(path)
    except OSError as error:
        raise DataError(
            f"{path} cannot be written: {error.strerror or error}. All that was finished before is "
            "kept: make room on the disk, then give the same command again (a training: with "
            "--resume)."
        ) from error
    finally:
        draft.unlink(missing_ok=True)


def check_room(folder: Path, size: int, what: str) -> None:
    """Refuse to begin what the disk cannot hold."""
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    if size + _SPARE_BYTES > free:
        raise DataError(
            f"{what} need {size / 1e9:.1f} GB in {folder}, where {free / 1e9:.1f} GB are free. "
            "Make room, or let KINORA_CACHE name a folder on another disk."
        )


def every_clip(
    what: str, paths: Sequence[Path], work: Callable[[Path], Result]
) -> tuple[dict[Path, Result], dict[Path, str]]:
    """Do the same with every clip, with every core.

    Returns:
        The results, and for each clip that cannot be read the reason.
    """

    def attempt(path: Path) -> tuple[Result | None, str | None]:
        try:
            return work(path), None
        except MediaError as error:
            return None, str(error)
        except OSError as error:
            return None, f"It cannot be opened: {error.strerror}."

    done, failed = {}, {}
    threads = ThreadPoolExecutor(os.cpu_count())
    try:
        with progress(what, len(paths)) as bar:
            for path, (result, reason) in zip(paths, threads.map(attempt, paths), strict=True):
                if reason is None:
                    done[path] = result
                else:
                    failed[path] = reason
                bar.update(1)
    finally:
        # After an error nobody waits for the clips that have not begun.
        threads.shutdown(cancel_futures=True)
    return done, failed

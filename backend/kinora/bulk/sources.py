"""Which files are meant: a folder, a list, a column of a CSV file, here or in a bucket."""

import csv
import io
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import BinaryIO

from kinora.data.files import IMAGE_ENDINGS, VIDEO_ENDINGS
from kinora.errors import DataError, MediaError, SettingError
from kinora.media import Limits

_LISTS, _TABLES = (".txt", ".lst"), (".csv",)
# What a column of paths is usually called, if none is named.
_COLUMNS = ("path", "file", "filename", "video", "clip", "url")


def list_files(source: str, column: str | None = None) -> list[str]:
    """The paths or addresses that a source means, each once, in its order.

    Args:
        source: A folder, a .txt file with one path a line, a .csv file, or the address of one of
            these in a bucket. What a list names is looked for beside the list.
        column: The column of a .csv file.

    Raises:
        KinoraError: There is no such source, or it names no file.
    """
    kind = PurePosixPath(source).suffix.lower()
    if column and kind not in _TABLES:
        raise SettingError(f"--column is for .csv files; {source} is none.")
    if kind in _LISTS + _TABLES:
        text = _read_text(source)
        names = _column(source, text, column) if kind in _TABLES else text.splitlines()
        found = [_beside(source, name.strip()) for name in names if name.strip()]
    else:
        found = _in_bucket(source) if is_address(source) else _in_folder(Path(source))
    if not found:
        raise DataError(f"There are no videos and images in {source}.")
    return list(dict.fromkeys(found))


def is_address(name: str) -> bool:
    """Whether a name is an address like s3://bucket/clip.mp4."""
    return "://" in name


@contextmanager
def opened(name: str, limits: Limits) -> Iterator[Path | BinaryIO]:
    """A file by its path, or its content if it lies in a bucket.

    A video is read from here and there, so it is fetched as a whole first.

    Raises:
        MediaError: It cannot be fetched.
    """
    if not is_address(name):
        yield Path(name)
        return
    with tempfile.TemporaryFile() as copy:
        try:
            with _fsspec().open(name, "rb") as file:
                limits.check_bytes(file.size or 0)
                shutil.copyfileobj(file, copy)
        except (OSError, ValueError, ImportError) as error:
            raise MediaError(f"{name} cannot be fetched: {error}.") from error
        yield copy


def _is_medium(name: PurePosixPath | Path) -> bool:
    return name.suffix.lower() in IMAGE_ENDINGS | VIDEO_ENDINGS and not name.name.startswith(".")


def _in_folder(folder: Path) -> list[str]:
    if not folder.is_dir():
        raise SettingError(
            f"{folder} is no folder. A source is a folder, a .txt file with one path a line, a "
            ".csv file with a column of paths, or an address like s3://bucket/clips."
        )
    return [str(path) for path in sorted(folder.rglob("*")) if _is_medium(path) and path.is_file()]


def _in_bucket(address: str) -> list[str]:
    with _reaching(address):
        system, root = _fsspec().core.url_to_fs(address)
        names = sorted(name for name in system.find(root) if _is_medium(PurePosixPath(name)))
        return [system.unstrip_protocol(name) for name in names]


def _read_text(source: str) -> str:
    if not is_address(source) and not Path(source).is_file():
        raise SettingError(f"{source} is not there.")
    with _reaching(source):
        if not is_address(source):
            return Path(source).read_text(encoding="utf-8-sig")
        with _fsspec().open(source, "rb") as file:
            return file.read().decode("utf-8-sig")


@contextmanager
def _reaching(source: str) -> Iterator[None]:
    """Say in one sentence what forbids to read a source."""
    try:
        yield
    except (OSError, ValueError, ImportError) as error:
        raise SettingError(f"{source} cannot be read: {error}.") from error


def _column(source: str, text: str, wanted: str | None) -> list[str]:
    rows = csv.DictReader(io.StringIO(text))
    columns = rows.fieldnames or []
    if wanted is None:
        usual = [name for name in columns if name.strip().lower() in _COLUMNS]
        wanted = next(iter(usual or columns), "")
        if len(columns) > 1 and not usual:
            wanted = ""
    if wanted not in columns:
        raise SettingError(
            f"Name the column of {source} that holds the paths with --column; it has "
            f"{', '.join(columns) or 'none'}."
        )
    return [row[wanted] or "" for row in rows]


def _beside(source: str, name: str) -> str:
    """What a list names: an address or a path, from the list's own folder on."""
    if is_address(name):
        return name
    if is_address(source):
        return f"{source.rpartition('/')[0]}/{name}"
    return str(Path(source).parent / name)


def _fsspec() -> ModuleType:
    try:
        import fsspec
    except ImportError as error:
        raise SettingError(
            "Reading from buckets needs fsspec: pip install 'kinora[bulk]', and for S3 s3fs, for "
            "Google Cloud gcsfs, for Azure adlfs."
        ) from error
    return fsspec

"""Where bytes come from: a path, bytes in memory or an open file. All become one seekable file."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TypeAlias

from kinora.errors import MediaError, UnsupportedMediaError
from kinora.media.limits import Limits

Source: TypeAlias = Path | str | bytes | BinaryIO


@contextmanager
def open_source(source: Source, limits: Limits) -> Iterator[BinaryIO]:
    """Open a source for reading from its beginning; what we opened ourselves is closed again."""
    if isinstance(source, bytes | bytearray | memoryview):
        limits.check_bytes(len(source))
        with io.BytesIO(source) as file:
            yield file
    elif isinstance(source, str | Path):
        with _open_path(Path(source)) as file:
            limits.check_bytes(_size(file))
            yield file
    else:
        if not source.seekable():
            raise UnsupportedMediaError(
                "A video must be read from a file that can be rewound. Save the stream first."
            )
        limits.check_bytes(_size(source))
        yield source


def _open_path(path: Path) -> BinaryIO:
    try:
        # FFmpeg and Pillow keep buffers of their own.
        return path.open("rb", buffering=0)
    except OSError as error:
        raise MediaError(f"{path} cannot be opened: {error.strerror or error}.") from error


def _size(file: BinaryIO) -> int:
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    return size

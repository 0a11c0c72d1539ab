"""A ZIP of clips: taken apart one file at a time, so that no archive fills memory or disk."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from kinora.errors import MediaTooLargeError, UndecodableError, UnsupportedMediaError
from kinora.media.formats import HEAD_BYTES, recognise
from kinora.server.uploads import private_file

_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
_MOST_FILES = 10_000
# What all files together may unpack to. They lie unpacked one at a time; this bounds the time.
_MOST_BYTES = 20 * 10**9
# The table of contents of that many files with long names.
_LARGEST_TABLE = 10 * 2**20
_CHUNK = 1 << 20

# The record at the end: its signature, fixed size, and the longest comment that may follow.
_END, _END_SIZE, _LONGEST_COMMENT = b"PK\x05\x06", 22, 65_535
_BIG_END, _BIG_END_SIZE = b"PK\x06\x07", 20


def is_zip(file: BinaryIO) -> bool:
    """Whether an open file is a ZIP; it is at its beginning afterwards."""
    head = file.read(4)
    file.seek(0)
    return head in _SIGNATURES


def list_zip(file: BinaryIO) -> list[zipfile.ZipInfo]:
    """The files in a ZIP that may be clips, in its order.

    Raises:
        MediaError: It is damaged, locked, empty, or unpacks to more than is taken.
    """
    _check_table(file)
    with _our_errors(), zipfile.ZipFile(file) as archive:
        members = [member for member in archive.infolist() if _may_be_clip(member)]
    file.seek(0)
    if not members:
        raise UnsupportedMediaError("There are no files in the ZIP. Put videos or images in it.")
    if any(member.flag_bits & 1 for member in members):
        raise UndecodableError("The ZIP is locked with a password. Send it without one.")
    size = sum(member.file_size for member in members)
    if size > _MOST_BYTES or len(members) > _MOST_FILES:
        raise MediaTooLargeError(
            f"The ZIP unpacks to {size / 1e6:,.0f} MB in {len(members):,} files; at most "
            f"{_MOST_BYTES / 1e6:,.0f} MB in {_MOST_FILES:,} files are taken."
        )
    return members


@contextmanager
def opened(path: Path, member: zipfile.ZipInfo, largest: int, folder: Path) -> Iterator[BinaryIO]:
    """One file of a ZIP, unpacked to a place without a name.

    Raises:
        MediaError: It is damaged or too large.
    """
    if member.file_size > largest:
        raise MediaTooLargeError(
            f"The file unpacks to {member.file_size / 1e6:.0f} MB; at most {largest / 1e6:g} MB "
            "are allowed."
        )
    with private_file(member.file_size, folder) as file:
        with _our_errors(), zipfile.ZipFile(path) as archive, archive.open(member) as source:
            head = source.read(HEAD_BYTES)
            recognise(head)  # what is no medium need not be unpacked
            file.write(head)
            # It stops at the promised size and checks the CRC, so a lie about it is an error.
            while chunk := source.read(_CHUNK):
                file.write(chunk)
        file.seek(0)
        yield file


@contextmanager
def _our_errors() -> Iterator[None]:
    try:
        yield
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        RuntimeError,  # among others a way of packing that Python cannot read
        ValueError,
    ) as error:
        raise UndecodableError("The ZIP is damaged, or packed in a rare way.") from error


def _may_be_clip(member: zipfile.ZipInfo) -> bool:
    """Not a folder, and nothing that a system hides beside the files of a folder."""
    folder, _, name = member.filename.rpartition("/")
    is_hidden = name.startswith(".") or folder.startswith("__MACOSX")
    return not member.is_dir() and not is_hidden


def _check_table(file: BinaryIO) -> None:
    """Refuse a table of contents that would fill memory before anybody could look at it."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - _LONGEST_COMMENT - _END_SIZE - _BIG_END_SIZE))
    tail = file.read()
    file.seek(0)
    place = tail.rfind(_END)
    if place < 0 or len(tail) - place < _END_SIZE:
        raise UndecodableError("The ZIP is damaged or cut off.")
    count, table_size = struct.unpack_from("<HI", tail, place + 10)
    is_big = tail[max(0, place - _BIG_END_SIZE) : place].startswith(_BIG_END)
    if is_big or count > _MOST_FILES or table_size > _LARGEST_TABLE:
        raise MediaTooLargeError(f"The ZIP holds more than {_MOST_FILES:,} files. Send fewer.")

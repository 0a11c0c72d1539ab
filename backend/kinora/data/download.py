"""Downloading one large file: resumed after an interruption, checked before it counts as there."""

import errno
import hashlib
import http.client
import logging
import re
import shutil
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import kinora
from kinora.data.progress import Progress, progress
from kinora.errors import DataError

logger = logging.getLogger(__name__)

_BLOCK = 1 << 20
_TIMEOUT_S = 60
_HTTP_RANGE_REFUSED = 416


@dataclass(frozen=True)
class Address:
    """Where a file can be had.

    Args:
        url: The address.
        sha256: The file's checksum, where its publishers or well-known tools state it.
        headers: Sent to the first server only, never on to where it redirects.
    """

    url: str
    sha256: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Patience:
    """How often a broken connection is taken up again, and the pause before it in seconds."""

    attempts: int = 5
    pause_s: float = 2.0


class RefusedError(DataError):
    """The server will not give the file, however often it is asked."""


def download(address: Address, target: Path, patience: Patience | None = None) -> str:
    """Fetch a file and return its sha256; what an earlier run got is kept and gone on from.

    Raises:
        RefusedError: The address is wrong, needs an account, or holds a web page.
        DataError: The connection keeps breaking, the disk is full, or the checksum is wrong.
    """
    part = target.with_name(target.name + ".part")
    part.parent.mkdir(parents=True, exist_ok=True)
    _fetch_patiently(address, part, patience or Patience())
    digest = file_sha256(part)
    if address.sha256 and digest != address.sha256:
        part.unlink()
        raise DataError(
            f"{address.url} is not the file that was published: its sha256 is {digest}, not "
            f"{address.sha256}. It was deleted; run the same command again, and if that fails "
            "too, the file at the address has changed."
        )
    part.replace(target)
    return digest


def file_sha256(path: Path) -> str:
    """The sha256 of a file of any size."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _fetch_patiently(address: Address, part: Path, patience: Patience) -> None:
    left = patience.attempts
    while True:
        before = _size(part)
        try:
            _fetch_once(address, part)
        except (OSError, http.client.HTTPException) as error:
            _explain(error, address, part)
            # Only attempts that brought nothing count.
            left = patience.attempts if _size(part) > before else left - 1
            if left <= 0 and not _size(part):
                raise RefusedError(f"{address.url} cannot be reached: {error}.") from error
            if left <= 0:
                raise DataError(
                    f"The download of {address.url} broke off after {_size(part):,} bytes: "
                    f"{error}. They are kept; run the same command again to go on."
                ) from error
            logger.warning("%s broke off (%s); going on.", address.url, error)
            time.sleep(patience.pause_s)
        else:
            return


def _explain(error: Exception, address: Address, part: Path) -> None:
    """Raise what trying again cannot mend."""
    if isinstance(error, urllib.error.HTTPError) and error.code < 500:
        raise RefusedError(f"{address.url} answers {error.code} {error.reason}.") from error
    reason = getattr(error, "reason", error)
    if isinstance(reason, ssl.SSLCertVerificationError):
        raise RefusedError(
            f"The certificate of {address.url} cannot be verified ({reason.verify_message}), so "
            "nothing is taken from there."
        ) from error
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        raise DataError(
            f"The disk is full after {_size(part):,} bytes of {address.url}. They are kept; make "
            "room and run the same command again to go on."
        ) from error


def _fetch_once(address: Address, part: Path) -> None:
    have = _size(part)
    request = urllib.request.Request(address.url)  # noqa: S310  the addresses are our own
    request.add_header("User-Agent", f"kinora/{kinora.__version__}")
    if have:
        request.add_header("Range", f"bytes={have}-")
    for name, value in address.headers.items():
        request.add_unredirected_header(name, value)
    try:
        answer = urllib.request.urlopen(request, timeout=_TIMEOUT_S)  # noqa: S310
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == _HTTP_RANGE_REFUSED and _total_in_range(error.headers) == have:
            return
        if error.code == _HTTP_RANGE_REFUSED:
            part.unlink()
            raise ConnectionError("what was there does not fit the file; starting over") from error
        raise
    with answer:
        _receive(answer, address, part, have)


def _receive(answer: http.client.HTTPResponse, address: Address, part: Path, have: int) -> None:
    if answer.headers.get_content_type() == "text/html":
        raise RefusedError(f"{address.url} answers with a web page instead of the file.")
    is_resumed = answer.status == http.client.PARTIAL_CONTENT
    start = have if is_resumed else 0
    length = answer.headers.get("Content-Length")
    total = start + int(length) if length else None
    _check_room(part, (total or 0) - have)
    with (
        part.open("ab" if is_resumed else "wb") as file,
        progress(part.stem, total, in_bytes=True) as bar,
    ):
        bar.update(start)
        _copy(answer, file, bar)
    if total is not None and _size(part) != total:
        raise ConnectionError(f"{_size(part):,} of {total:,} bytes arrived")


def _copy(answer: http.client.HTTPResponse, file: BinaryIO, bar: Progress) -> None:
    while block := answer.read(_BLOCK):
        file.write(block)
        bar.update(len(block))


def _check_room(part: Path, needed: int) -> None:
    free = shutil.disk_usage(part.parent).free
    if needed > free:
        raise RefusedError(
            f"{part.parent} has {free / 1e9:.1f} GB free, and {needed / 1e9:.1f} GB more are to "
            "come. Make room, or name another folder with --to."
        )


def _total_in_range(headers: Mapping[str, str]) -> int | None:
    match = re.fullmatch(r"bytes \*/(\d+)", headers.get("Content-Range") or "")
    return int(match.group(1)) if match else None


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0

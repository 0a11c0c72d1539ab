"""What a client sends: one medium and some options, as a form or as nothing but the bytes."""

import io
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from flask import Request
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from kinora.errors import MediaTooLargeError, RequestError
from kinora.server.config import ServerSettings

# All three mean the same; the bytes decide what it is.
FILE_FIELDS = ("video", "image", "file")

# Smaller uploads stay in memory, larger ones lie in a file without a name.
_IN_MEMORY_BYTES = 1 << 20
_CHUNK = 1 << 18
# All options together are shorter.
_MOST_TEXT_BYTES = 16_384
_MOST_PARTS = 32

_MISSING = (
    "No file came. Send one video or image in the form field video, image or file, "
    "or as the body itself."
)


@dataclass(frozen=True)
class Upload:
    """What came.

    Args:
        file: The medium, at its beginning. What the client calls it means nothing.
        fields: The other fields of the form.
    """

    file: BinaryIO
    fields: Mapping[str, str] = field(default_factory=dict)


def private_file(size: int | None, folder: Path) -> BinaryIO:
    """A place for so many bytes that nobody else can open and that is gone once it is closed.

    It has no name where the system allows that, so not even a killed process leaves it behind.
    """
    if size is not None and size <= _IN_MEMORY_BYTES:
        return io.BytesIO()
    folder.mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryFile(dir=folder)


def largest_upload(path: str, settings: ServerSettings) -> int:
    """How many bytes may be sent there."""
    megabytes = settings.max_job_upload_mb if path == "/jobs" else settings.max_upload_mb
    return megabytes * 10**6


def too_large(largest: int) -> MediaTooLargeError:
    """The refusal of an upload that is larger than that."""
    return MediaTooLargeError(
        f"The upload is too large; at most {largest // 10**6} MB are taken. "
        "Cut it or compress it first."
    )


@contextmanager
def received(request: Request, folder: Path, keep_at: Path | None = None) -> Iterator[Upload]:
    """The upload of a request; its files are gone afterwards, whatever happens.

    Args:
        request: The request.
        folder: Where large files without a name may lie.
        keep_at: Write the medium there, and leave it there.

    Raises:
        RequestError: There is no file in it, more than one, or the form is damaged.
    """
    with ExitStack() as stack:

        def new_file() -> BinaryIO:
            size = request.content_length
            file = private_file(size, folder) if keep_at is None else keep_at.open("w+b")
            return stack.enter_context(file)

        if request.mimetype == "multipart/form-data":
            upload = _read_form(request, new_file)
        else:
            # curl calls a bare body a form, too; nobody sends a medium in one.
            upload = Upload(new_file())
            _copy(request.stream, upload.file)
        if upload.file.seek(0, io.SEEK_END) == 0:
            raise RequestError(_MISSING, "missing_file")
        upload.file.seek(0)
        yield upload


def _copy(source: BinaryIO, target: BinaryIO) -> None:
    while chunk := source.read(_CHUNK):
        target.write(chunk)


def _read_form(request: Request, new_file: Callable[[], BinaryIO]) -> Upload:
    boundary = request.mimetype_params.get("boundary", "")
    if not boundary:
        raise RequestError("The form has no boundary. Leave its Content-Type to your library.")
    form = _Form(new_file)
    try:
        form.read(request.stream, boundary)
    except ValueError as error:
        raise RequestError("The form is damaged or cut off. Send it again.") from error
    if not form.files:
        raise RequestError(_MISSING, "missing_file")
    if len(form.files) > 1:
        raise RequestError(
            f"{len(form.files)} files came; send one at a time, or a ZIP of clips to POST /jobs.",
            "too_many_files",
        )
    fields = {name: text.decode("utf-8", "replace") for name, text in form.texts.items()}
    return Upload(form.files[0], fields)


class _Form:
    """A form taken apart. A part named like a file is one, with or without a file name."""

    def __init__(self, new_file: Callable[[], BinaryIO]) -> None:
        self._new_file = new_file
        self.files: list[BinaryIO] = []
        self.texts: dict[str, bytearray] = {}
        self._sink: Callable[[bytes], object] = _ignore

    def read(self, stream: BinaryIO, boundary: str) -> None:
        """Read to the end.

        Raises:
            ValueError: It is no form.
        """
        decoder = MultipartDecoder(boundary.encode("latin-1", "replace"), max_parts=_MOST_PARTS)
        event = decoder.next_event()
        while not isinstance(event, Epilogue):
            if isinstance(event, NeedData):
                decoder.receive_data(stream.read(_CHUNK) or None)
            elif isinstance(event, File | Field):
                self._begin(event)
            elif isinstance(event, Data):
                self._sink(event.data)
            event = decoder.next_event()

    def _begin(self, part: File | Field) -> None:
        if part.name in FILE_FIELDS:
            file = self._new_file()
            self.files.append(file)
            self._sink = file.write
        elif isinstance(part, File):
            self._sink = _ignore
        else:
            text = self.texts.setdefault(part.name or "", bytearray())
            self._sink = lambda data: _extend(text, data)


def _ignore(data: bytes) -> None:
    """A file in a field that means nothing here."""


def _extend(text: bytearray, data: bytes) -> None:
    if len(text) + len(data) > _MOST_TEXT_BYTES:
        raise RequestError("An option is far too long.", "too_large", 413)
    text.extend(data)

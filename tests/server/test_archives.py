"""Files in a ZIP that cannot be unpacked are an error of the client's, with a sentence."""

import io
import zipfile

import pytest

from kinora.errors import UndecodableError
from kinora.server.jobs.archives import list_zip, opened


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (8, 9),  # Deflate64, which Windows makes of large files
        (14, 0xFF),  # a checksum
    ],
)
def test_what_python_cannot_unpack_is_a_sentence(tmp_path, place, value):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("run/a.png", b"\x89PNG\r\n\x1a\n" + bytes(100_000))
    content = bytearray(packed.getvalue())
    table = content.index(b"PK\x01\x02")
    content[place] = content[table + place + 2] = value
    path = tmp_path / "clips.zip"
    path.write_bytes(content)
    with path.open("rb") as file:
        (member,) = list_zip(file)
    with (
        pytest.raises(UndecodableError, match="packed in a rare way"),
        opened(path, member, 10**6, tmp_path),
    ):
        pass
    assert list(tmp_path.iterdir()) == [path]

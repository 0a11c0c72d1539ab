"""What a file is, told by its first bytes and never by its name.

FFmpeg is only ever started with one of the demuxers named here. Left to guess, it would also
follow play lists, which can point at other files and at the network.
"""

from dataclasses import dataclass

from kinora.errors import NoPictureError, UnsupportedMediaError

READABLE = "MP4, AVI, MOV, MKV, WebM, MPG, WMV, FLV, GIF, JPEG, PNG, WebP and BMP"

# Enough for every signature below, three packets of an MPEG transport stream included.
HEAD_BYTES = 1024

_TRANSPORT_SYNC = 0x47


@dataclass(frozen=True)
class Format:
    """A container or image format: its name for people and, for video, FFmpeg's demuxer."""

    name: str
    demuxer: str | None = None

    @property
    def is_image(self) -> bool:
        """Images, animated ones too, are read by Pillow; everything else by FFmpeg."""
        return self.demuxer is None


_MP4 = Format("MP4", "mp4")
_MPEG_TS = Format("MPEG-TS", "mpegts")

# (offset, bytes, format); the first that fits wins.
_SIGNATURES = (
    (0, b"\xff\xd8\xff", Format("JPEG")),
    (0, b"\x89PNG\r\n\x1a\n", Format("PNG")),
    (0, b"GIF8", Format("GIF")),
    (0, b"BM", Format("BMP")),
    (8, b"WEBP", Format("WebP")),
    (8, b"AVI ", Format("AVI", "avi")),
    (0, b"\x1aE\xdf\xa3", Format("Matroska/WebM", "matroska")),
    (0, b"\x00\x00\x01\xba", Format("MPG", "mpeg")),
    (0, b"\x00\x00\x01\xb3", Format("MPG", "mpegvideo")),
    (0, b"0&\xb2u\x8ef\xcf\x11", Format("WMV", "asf")),
    (0, b"FLV\x01", Format("FLV", "flv")),
    (0, b"OggS", Format("Ogg", "ogg")),
    (4, b"ftyp", _MP4),
    (4, b"moov", _MP4),
    (4, b"mdat", _MP4),
    (4, b"wide", _MP4),
    (4, b"free", _MP4),
    (4, b"skip", _MP4),
)

_SOUND = ((0, b"ID3"), (0, b"fLaC"), (8, b"WAVE"), (0, b"\xff\xfb"), (0, b"\xff\xf1"), (8, b"AIFF"))


def recognise(head: bytes) -> Format:
    """Tell the format from the first `HEAD_BYTES` bytes of a file.

    Raises:
        NoPictureError: The bytes are sound.
        UnsupportedMediaError: The bytes are nothing that we read.
    """
    for offset, signature, known in _SIGNATURES:
        if head.startswith(signature, offset):
            return known
    if _is_transport_stream(head):
        return _MPEG_TS
    if any(head.startswith(signature, offset) for offset, signature in _SOUND):
        raise NoPictureError("The file holds sound but no picture. Send a video or an image.")
    if not head:
        raise UnsupportedMediaError(f"The file is empty. Kinora reads {READABLE}.")
    raise UnsupportedMediaError(f"The file is not a video or an image. Kinora reads {READABLE}.")


def _is_transport_stream(head: bytes) -> bool:
    """Transport streams have no signature, but a sync byte every 188 (or, on discs, 192) bytes."""
    return any(
        len(head) > offset + 2 * size
        and all(head[offset + i * size] == _TRANSPORT_SYNC for i in range(3))
        for offset, size in ((0, 188), (4, 192))
    )

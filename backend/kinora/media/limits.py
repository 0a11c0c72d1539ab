"""Limits: what is too large to read, decided before anything large is allocated."""

from dataclasses import dataclass

from kinora.errors import MediaTooLargeError

# A file of ten million empty packets is an attack, not a video.
_MOST_PACKETS = 10_000_000


@dataclass(frozen=True)
class Limits:
    """How much of a medium may be read.

    Args:
        max_pixels: Pixels of one frame; the default lets 8K video (33 million) through.
        max_bytes: Bytes of one file.
        max_seconds: Length of a video.
        max_frames: Frames that one call may ask for.
    """

    max_pixels: int = 50_000_000
    max_bytes: int = 8 * 1024**3
    max_seconds: float = 6 * 3600.0
    max_frames: int = 512

    def check_pixels(self, width: int, height: int) -> None:
        """Refuse a frame that is too large."""
        if width * height > self.max_pixels:
            raise MediaTooLargeError(
                f"A frame of {width}x{height} pixels is too large; at most "
                f"{self.max_pixels / 1e6:g} million pixels are allowed. Scale it down first."
            )

    def check_bytes(self, size: int) -> None:
        """Refuse a file that is too large."""
        if size > self.max_bytes:
            raise MediaTooLargeError(
                f"The file has {size / 1e6:.1f} MB; at most {self.max_bytes / 1e6:g} MB are "
                "allowed. Cut it or compress it first."
            )

    def check_seconds(self, seconds: float) -> None:
        """Refuse a video that is too long."""
        if seconds > self.max_seconds:
            raise MediaTooLargeError(
                f"The video is {seconds:.0f} seconds long; at most {self.max_seconds:g} seconds "
                "are allowed. Cut it first."
            )

    def check_frames(self, count: int) -> None:
        """Refuse a request for too many frames at once."""
        if count > self.max_frames:
            raise MediaTooLargeError(
                f"{count} frames were asked for; at most {self.max_frames} are allowed at once."
            )

    def check_packets(self, count: int) -> None:
        """Refuse a file whose list of frames never ends."""
        if count > _MOST_PACKETS:
            raise MediaTooLargeError(
                f"The video lists more than {_MOST_PACKETS} frames. Cut it first."
            )

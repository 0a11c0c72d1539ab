"""Writing videos that every browser plays, and images."""

from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
import cv2
import imageio.v3 as iio
import numpy as np
from av.video.reformatter import VideoReformatter

from kinora.errors import MediaError

# Visually lossless enough for overlays; smaller numbers are larger files.
_QUALITY = "23"
_BT709 = 1
_LIMITED_RANGE = 1


class VideoWriter:
    """Writes RGB frames as H.264 `yuv420p` MP4 that starts playing before it is loaded.

    The file appears under its name only when it is complete. H.264 in this form needs even
    sizes, so an odd one gains one pixel that repeats the edge.
    """

    def __init__(self, path: Path, fps: float, width: int, height: int) -> None:
        self._path = Path(path)
        self._part = self._path.with_name(f".{self._path.name}.part")
        self._size = (width, height)
        self._converter = VideoReformatter()
        try:
            self._part.touch()
        except OSError as error:
            raise MediaError(f"{path} cannot be written: {error.strerror}.") from error
        self._container = av.open(
            str(self._part), "w", format="mp4", options={"movflags": "+faststart"}
        )
        rate = Fraction(fps).limit_denominator(1001)
        self._stream = self._container.add_stream("libx264", rate=rate)
        self._stream.width, self._stream.height = width + width % 2, height + height % 2
        self._stream.pix_fmt = "yuv420p"
        # Without x264's look ahead over macroblocks, whose results vary from run to run, the same
        # frames always give the same file.
        self._stream.options = {
            "crf": _QUALITY,
            "preset": "veryfast",
            "x264-params": "mbtree=0",
        }
        context = self._stream.codec_context
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        context.color_range = _LIMITED_RANGE

    def write(self, frame: np.ndarray) -> None:
        """Append one uint8 RGB frame of the size given at the start."""
        height, width = frame.shape[:2]
        if (width, height) != self._size:
            raise MediaError(
                f"The video is {self._size[0]}x{self._size[1]}, a frame of it {width}x{height}."
            )
        if width % 2 or height % 2:
            frame = cv2.copyMakeBorder(frame, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
        picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), "rgb24")
        picture = self._converter.reformat(
            picture,
            format="yuv420p",
            src_color_range="JPEG",
            dst_colorspace="ITU709",
            dst_color_range="MPEG",
            threads=1,
        )
        for packet in self._stream.encode(picture):
            self._container.mux(packet)

    def __enter__(self) -> "VideoWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                for packet in self._stream.encode():
                    self._container.mux(packet)
            self._container.close()
            if kind is None:
                self._part.replace(self._path)
        finally:
            self._part.unlink(missing_ok=True)


def write_image(path: Path, frame: np.ndarray) -> None:
    """Write an RGB frame in the format that the file's name asks for."""
    iio.imwrite(path, frame)

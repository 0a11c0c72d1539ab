"""From a decoder's frame to an upright uint8 RGB array. Other colour models end here."""

import av
import cv2
import numpy as np
from av.video.reformatter import VideoReformatter

# FFmpeg's numbers for a frame's matrix (AVCOL_SPC_…) and the scaler's names for them.
_MATRICES = {1: "ITU709", 4: "FCC", 5: "ITU601", 6: "SMPTE170M", 7: "SMPTE240M", 9: "BT2020"}
_RGB_MATRIX = 0
_FULL_RANGE = 2

# Files that do not name their matrix follow the custom of their size: television from this height
# on is BT.709, below it BT.601.
_FIRST_HD_HEIGHT = 720

_QUARTER_TURNS = {
    90: cv2.ROTATE_90_COUNTERCLOCKWISE,
    180: cv2.ROTATE_180,
    270: cv2.ROTATE_90_CLOCKWISE,
}


class RGBConverter:
    """Converts the frames of one video.

    One converter does it for all of them, in one thread: for small frames, making a new one and
    its threads for each takes ten times as long as the work itself.
    """

    def __init__(self) -> None:
        self._converter = VideoReformatter()

    def upright(self, frame: av.VideoFrame, pixel_aspect: float) -> np.ndarray:
        """Convert a decoded frame, stretch pixels that are not square and turn it upright."""
        width = max(1, round(frame.width * pixel_aspect))
        rgb = self._converter.reformat(
            frame,
            width=width,
            format="rgb24",
            src_colorspace=_matrix(frame),
            src_color_range="JPEG" if _is_full_range(frame) else "MPEG",
            dst_color_range="JPEG",
            interpolation="BICUBIC",
            threads=1,
        )
        turn = _QUARTER_TURNS.get(frame.rotation % 360)
        array = rgb.to_ndarray()
        return array if turn is None else cv2.rotate(array, turn)


def is_sideways(rotation: int) -> bool:
    """Whether a rotation flag swaps width and height."""
    return rotation % 180 == 90


def _matrix(frame: av.VideoFrame) -> str:
    known = _MATRICES.get(frame.colorspace)
    return known or ("ITU709" if frame.height >= _FIRST_HD_HEIGHT else "ITU601")


def _is_full_range(frame: av.VideoFrame) -> bool:
    # The "j" formats are JPEG's, full range by definition, whatever the flag says.
    return (
        frame.color_range == _FULL_RANGE
        or frame.format.name.startswith("yuvj")
        or frame.colorspace == _RGB_MATRIX
        or frame.format.is_rgb
    )

"""Clip and MediaInfo: what reading a video or an image gives."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class MediaInfo:
    """The facts of a file. Width and height are those of the upright picture."""

    kind: str  # "video" or "image"
    container: str
    codec: str
    width: int
    height: int
    duration_s: float
    fps: float | None


@dataclass(frozen=True)
class Clip:
    """The frames that a model sees, in order of time.

    Args:
        frames: The distinct frames, uint8 RGB, (count, size, size, 3).
        order: For each frame of the clip its index in `frames`; short clips repeat frames.
        times_s: The time of each frame of the clip, from the start of the video.
        info: The facts of the file.
        warnings: What was wrong with the file, in plain words.
    """

    frames: np.ndarray
    order: tuple[int, ...]
    times_s: tuple[float, ...]
    info: MediaInfo
    warnings: tuple[str, ...] = ()

    @property
    def array(self) -> np.ndarray:
        """All frames of the clip, (frame_count, size, size, 3)."""
        return self.frames[list(self.order)]

"""Media made of images: a still, an animation, a folder of frames. All look like a short video."""

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image

from kinora.errors import MediaError, UndecodableError, UnsupportedMediaError
from kinora.media import pictures
from kinora.media.clip import MediaInfo
from kinora.media.limits import Limits
from kinora.media.sampling import Timeline

# Frames in a folder carry no times; most were cut from video of about this rate.
FOLDER_FPS = 25

_FRAME_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp"}


class Still:
    """One image: a video of one frame that is shown for no time at all."""

    timeline = Timeline(np.zeros(1, np.int64), np.zeros(1, np.int64), 0, Fraction(1))

    def __init__(self, image: Image.Image, smallest: int | None) -> None:
        size = image.size
        self.warnings: tuple[str, ...] = ()
        self._frame, is_complete = pictures.still(image, smallest)
        if not is_complete:
            self.warnings = ("The image is damaged or cut off; what could be decoded was used.",)
        # A scaled-down decode and an upright turn must not change what we say of the file.
        is_turned = (self._frame.shape[1] > self._frame.shape[0]) != (size[0] > size[1])
        width, height = size[::-1] if is_turned and size[0] != size[1] else size
        self.info = MediaInfo("image", image.format, image.format.lower(), width, height, 0.0, None)

    def frames(self, wanted: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
        """The image, if it is wanted."""
        if len(wanted):
            yield 0, self._frame

    def distrust(self) -> None:
        """Nothing was promised that is not there."""


class Animation:
    """An animated GIF, WebP or PNG."""

    warnings = ()

    def __init__(self, image: Image.Image, limits: Limits) -> None:
        self._image = image
        self.timeline = pictures.animation_timeline(image)
        limits.check_seconds(self.timeline.duration_s)
        self.info = MediaInfo(
            "video",
            image.format,
            image.format.lower(),
            *image.size,
            self.timeline.duration_s,
            len(self.timeline.stamps) / self.timeline.duration_s,
        )

    def frames(self, wanted: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
        """The wanted frames in order, as (stamp, RGB)."""
        return pictures.animation_frames(self._image, wanted)

    def distrust(self) -> None:
        """The time line was made from frames that did decode."""


class FrameFolder:
    """A folder of images that are the frames of one clip, in natural order of their names."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self._limits = limits
        self._paths = frame_paths(folder)
        self.warnings: tuple[str, ...] = ()
        if not self._paths:
            raise UnsupportedMediaError(
                f"There is no image in the folder {folder.name}. A folder of frames holds "
                "images like frame_0001.jpg."
            )

    @property
    def timeline(self) -> Timeline:
        """Every frame lasts equally long."""
        stamps = np.arange(len(self._paths), dtype=np.int64)
        return Timeline(stamps, stamps, len(stamps), Fraction(1, FOLDER_FPS))

    @property
    def info(self) -> MediaInfo:
        """The facts of the first frame hold for all."""
        first = next((rgb for _, rgb in self.frames(self.timeline.stamps)), None)
        if first is None:
            raise UndecodableError("None of the images in the folder can be decoded.")
        height, width = first.shape[:2]
        duration_s = self.timeline.duration_s
        return MediaInfo("video", "folder", "images", width, height, duration_s, FOLDER_FPS)

    def frames(self, wanted: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
        """The wanted frames in order, as (number, RGB); unreadable ones are left out."""
        for index in np.unique(wanted):
            frame = self._read(self._paths[index])
            if frame is not None:
                yield int(index), frame

    def distrust(self) -> None:
        """Keep only the images that can be decoded."""
        there = [path for path in self._paths if self._read(path) is not None]
        bad = len(self._paths) - len(there)
        if not there:
            raise UndecodableError("None of the images in the folder can be decoded.")
        if bad:
            self.warnings = (f"{bad} of {len(self._paths)} frames in the folder are damaged.",)
        self._paths = there

    def _read(self, path: Path) -> np.ndarray | None:
        try:
            with path.open("rb") as file, pictures.open_picture(file, self._limits) as image:
                frame, is_complete = pictures.still(image)
        except MediaError:
            return None
        return frame if is_complete else None


def frame_paths(folder: Path) -> list[Path]:
    """The images of a folder in natural order: frame_2 comes before frame_10."""
    paths = [path for path in folder.iterdir() if path.suffix.lower() in _FRAME_SUFFIXES]
    return sorted(paths, key=lambda path: _natural(path.name))


def _natural(name: str) -> list[tuple[int, int | str]]:
    parts = re.split(r"(\d+)", name.lower())
    return [(0, int(part)) if part.isdigit() else (1, part) for part in parts if part]

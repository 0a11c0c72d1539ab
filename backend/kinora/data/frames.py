"""The frames of every clip at the size of training, compact on disk, for end-to-end training.

    CACHE/frames/SETTINGS/ab/abcdef….npz    JPEGs of the distinct frames, and their order

As JPEG of high quality a clip takes about a tenth of its raw pixels, and decoding one costs far
less than a training step on it.
"""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from zipfile import is_zipfile

import cv2
import numpy as np

from kinora.clips import ClipSpec
from kinora.data.augment import augment, choose_frames, jitter_time, resize
from kinora.data.caching import check_room, content_hash, every_clip, write_whole
from kinora.media import Clip, read_clip
from kinora.paths import cache_folder

logger = logging.getLogger(__name__)

_JPEG_QUALITY = 95
# Measured on J-HMDB at 224 pixels: 0.35; the rest is for sharper pictures.
_BYTES_PER_PIXEL = 0.6


@dataclass(frozen=True)
class ClipFrames:
    """The frames of one clip."""

    file: Path
    is_flippable: bool

    def load(self, random: np.random.Generator | None = None) -> np.ndarray:
        """Frames (frames, size, size, 3) uint8; with `random` augmented."""
        pictures, order = self._read()
        if random is not None:
            order = order[jitter_time(len(order), random)]
        frames = _decode_all(pictures, order)
        size = frames.shape[1]
        return frames if random is None else augment(frames, random, self.is_flippable, size)

    def load_some(
        self, count: int, size: int, random: np.random.Generator | None = None
    ) -> np.ndarray:
        """A few of the frames, from all over the clip, in another size; with `random` augmented."""
        pictures, order = self._read()
        frames = _decode_all(pictures, order[choose_frames(len(order), count, random)])
        if random is None:
            return resize(frames, size)
        return augment(frames, random, self.is_flippable, size)

    def _read(self) -> tuple[list[np.ndarray], np.ndarray]:
        with np.load(self.file) as content:
            return np.split(content["pictures"], content["ends"][:-1]), content["order"]


@dataclass(frozen=True)
class SomeFrames:
    """A few frames of a clip, which ones in every epoch anew."""

    clip: ClipFrames
    count: int
    size: int

    def load(self, random: np.random.Generator | None = None) -> np.ndarray:
        """Frames (count, size, size, 3) uint8; with `random` augmented."""
        return self.clip.load_some(self.count, self.size, random)


def keep_frames(
    flippable: dict[Path, bool], spec: ClipSpec
) -> tuple[dict[Path, ClipFrames], dict[Path, str]]:
    """Decode what the cache lacks, with every core.

    Args:
        flippable: The clips, and whether the mirror image of each shows the same action.
        spec: How a clip is read.

    Returns:
        The frames, and for each clip that cannot be read the reason.
    """
    facts = json.dumps([spec.to_dict(), _JPEG_QUALITY], sort_keys=True)
    folder = cache_folder() / "frames" / blake2b(facts.encode(), digest_size=10).hexdigest()
    size = int(len(flippable) * spec.frame_count * spec.size**2 * _BYTES_PER_PIXEL)
    check_room(folder, size, "The frames")
    logger.info("Frames of %d clips, at most %.2f GB in %s", len(flippable), size / 1e9, folder)

    def keep(path: Path) -> ClipFrames:
        name = content_hash(path)
        file = folder / name[:2] / f"{name}.npz"
        # The list of contents ends a zip file: one that was cut off is none.
        if not is_zipfile(file):
            _write(file, read_clip(path, spec))
        return ClipFrames(file, flippable[path])

    return every_clip("keeping frames", list(flippable), keep)


def _write(file: Path, clip: Clip) -> None:
    pictures = [_encode(frame) for frame in clip.frames]
    arrays = {
        "pictures": np.concatenate(pictures),
        "ends": np.cumsum([len(picture) for picture in pictures]),
        "order": np.array(clip.order),
    }
    write_whole(file, lambda output: np.savez(output, **arrays))


def _encode(frame: np.ndarray) -> np.ndarray:
    quality = [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY]
    return cv2.imencode(".jpg", cv2.cvtColor(frame, cv2.COLOR_RGB2BGR), quality)[1].reshape(-1)


def _decode_all(pictures: Sequence[np.ndarray], order: np.ndarray) -> np.ndarray:
    decoded = {place: _decode(pictures[place]) for place in np.unique(order)}
    return np.stack([decoded[place] for place in order])


def _decode(picture: Sequence[int]) -> np.ndarray:
    return cv2.cvtColor(cv2.imdecode(picture, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)

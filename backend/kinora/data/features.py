"""What an encoder sees in every frame of every clip, computed once and kept on disk.

    CACHE/features/ENCODER/ab/abcdef….view.npy    float16 (frames, features)

A name holds everything that the numbers depend on: the encoder with its weights and the clip
settings, the content of the file, and the augmented view. So nothing in the cache is ever stale,
and copies of a clip share their features.
"""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np

from kinora.clips import ClipSpec
from kinora.data.augment import jitter_time, see
from kinora.data.caching import check_room, content_hash, every_clip, write_whole
from kinora.data.views import FULL
from kinora.media import read_clip
from kinora.paths import cache_folder

logger = logging.getLogger(__name__)

_BYTES_PER_FEATURE = 2

# Frames (count, size, size, 3) to features (count, features); called from several threads.
Encode = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Encoder:
    """What computes features.

    Args:
        name: Different for other weights and another backbone.
        feature_size: Numbers per frame.
        encode: Frames to features.
    """

    name: str
    feature_size: int
    encode: Encode


@dataclass(frozen=True)
class ClipFeatures:
    """The features of one clip: one file for each view."""

    files: tuple[Path, ...]

    def load(self, random: np.random.Generator | None = None) -> np.ndarray:
        """Features (frames, features); with `random` of any view and with jittered time."""
        if random is None:
            return np.load(self.files[0]).astype(np.float32)
        features = np.load(self.files[random.integers(len(self.files))])
        return features[jitter_time(len(features), random)].astype(np.float32)


def extract(
    views: dict[Path, Sequence[str]], encoder: Encoder, spec: ClipSpec
) -> tuple[dict[Path, ClipFeatures], dict[Path, str]]:
    """Compute the features that the cache lacks, with every core.

    Args:
        views: The clips, and which views of each are wanted.
        encoder: What computes features.
        spec: How a clip is read.

    Returns:
        The features, and for each clip that cannot be read the reason.
    """
    folder = cache_folder() / "features" / _key(encoder, spec)
    view_count = sum(len(wanted) for wanted in views.values())
    size = view_count * spec.frame_count * encoder.feature_size * _BYTES_PER_FEATURE
    check_room(folder, size, "The features")
    logger.info("Features of %d views, at most %.2f GB in %s", view_count, size / 1e9, folder)
    shape = (spec.frame_count, encoder.feature_size)

    def compute(path: Path) -> ClipFeatures:
        name = content_hash(path)
        files = {view: folder / name[:2] / f"{name}.{view}.npy" for view in views[path]}
        missing = [view for view, file in files.items() if not _is_whole(file, shape)]
        if missing:
            clip = read_clip(path, spec)
            for view in missing:
                features = encoder.encode(see(clip.frames, view)).astype(np.float16)
                content = features[list(clip.order)]
                write_whole(files[view], lambda file, content=content: np.save(file, content))
        return ClipFeatures(tuple(files.values()))

    return every_clip("computing features", list(views), compute)


def only_full(paths: Sequence[Path]) -> dict[Path, Sequence[str]]:
    """For clips that are measured, not learned from: the clip as it is."""
    return dict.fromkeys(paths, (FULL,))


def _key(encoder: Encoder, spec: ClipSpec) -> str:
    facts = json.dumps([encoder.name, spec.to_dict()], sort_keys=True)
    return blake2b(facts.encode(), digest_size=10).hexdigest()


def _is_whole(file: Path, shape: tuple[int, int]) -> bool:
    try:
        return np.load(file, mmap_mode="r").shape == shape
    except (OSError, ValueError, EOFError):
        return False

"""What an encoder sees in every frame of every clip, computed once and kept on disk.

    CACHE/features/ENCODER/ab/abcdef….view.npy    float16 (frames, features)

A name holds everything that the numbers depend on: the encoder with its weights and the clip
settings, the content of the file, and the augmented view. So nothing in the cache is ever stale,
and copies of a clip share their features.
"""

import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np

from kinora.clips import ClipSpec
from kinora.data.augment import jitter_time, see
from kinora.data.caching import check_room, content_hash, every_clip, write_whole
from kinora.data.progress import progress
from kinora.data.views import FULL
from kinora.media import read_clip
from kinora.paths import cache_folder

logger = logging.getLogger(__name__)

_BYTES_PER_FEATURE = 2

# Frames (count, size, size, 3) to features (count, features); called from several threads.
Encode = Callable[[np.ndarray], np.ndarray]
# A clip with the views that are wanted, and with what was seen of it.
Wanted = tuple[Path, tuple[str, ...]]
Seen = tuple[Path, dict[str, np.ndarray]]
# Computes features on other machines; a clip that they cannot read is seen in no view.
Elsewhere = Callable[[list[Wanted]], Iterator[Seen]]


@dataclass(frozen=True)
class Encoder:
    """What computes features.

    Args:
        name: Different for other weights and another backbone.
        feature_size: Numbers per frame.
        encode: Frames to features.
        graph: The same as a compiled graph, which other machines can run; where there is one.
    """

    name: str
    feature_size: int
    encode: Encode
    graph: bytes | None = None


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
    views: dict[Path, Sequence[str]],
    encoder: Encoder,
    spec: ClipSpec,
    elsewhere: Elsewhere | None = None,
) -> tuple[dict[Path, ClipFeatures], dict[Path, str]]:
    """Compute the features that the cache lacks, with every core.

    Args:
        views: The clips, and which views of each are wanted.
        encoder: What computes features.
        spec: How a clip is read.
        elsewhere: Other machines, which compute what they can first.

    Returns:
        The features, and for each clip that cannot be read the reason.
    """
    folder = cache_folder() / "features" / _key(encoder, spec)
    view_count = sum(len(wanted) for wanted in views.values())
    size = view_count * spec.frame_count * encoder.feature_size * _BYTES_PER_FEATURE
    check_room(folder, size, "The features")
    logger.info("Features of %d views, at most %.2f GB in %s", view_count, size / 1e9, folder)
    shape = (spec.frame_count, encoder.feature_size)

    def files_of(path: Path) -> dict[str, Path]:
        name = content_hash(path)
        return {view: folder / name[:2] / f"{name}.{view}.npy" for view in views[path]}

    def missing(files: dict[str, Path]) -> tuple[str, ...]:
        return tuple(view for view, file in files.items() if not _is_whole(file, shape))

    def compute(path: Path) -> ClipFeatures:
        files = files_of(path)
        if lacking := missing(files):
            _keep(files, look(path, lacking, encoder.encode, spec))
        return ClipFeatures(tuple(files.values()))

    if elsewhere is not None:
        files, _ = every_clip("looking for features", list(views), files_of)
        wanted = [(path, lacking) for path, known in files.items() if (lacking := missing(known))]
        with progress("computing features", len(wanted), unit="clips") as bar:
            for path, seen in elsewhere(wanted) if wanted else ():
                _keep(files[path], seen)
                bar.update(1)
    return every_clip("computing features", list(views), compute)


def look(path: Path, views: Sequence[str], encode: Encode, spec: ClipSpec) -> dict[str, np.ndarray]:
    """What an encoder sees in each view of a clip: float16 (frames, features)."""
    clip = read_clip(path, spec)
    order = list(clip.order)
    return {view: encode(see(clip.frames, view)).astype(np.float16)[order] for view in views}


def _keep(files: Mapping[str, Path], seen: Mapping[str, np.ndarray]) -> None:
    for view, features in seen.items():
        write_whole(files[view], lambda file, content=features: np.save(file, content))


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

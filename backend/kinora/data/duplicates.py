"""Finding near-identical clips among very many, without comparing each with each."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

Pairs = list[tuple[int, int]]

# Bits of 64 that may differ in each frame. Measured on J-HMDB, UCF101 and the HAR images: below
# these numbers nearly all pairs are copies; above them chance pairs appear and grow together.
VIDEO_BITS = 6
IMAGE_BITS = 3

# In front of one plain wall the hashes of different clips agree as well; people who stand
# elsewhere in the picture tell them apart. Copies, even recoded ones, differ in nearly all places
# by less than this many grey levels, different clips of one scene in some by more.
_MOST_GREY_LEVELS = 30
_NEARLY_ALL = 98

_HASH_BITS = 64
_ONES = np.array([bin(byte).count("1") for byte in range(256)], np.uint8)


def near_pairs(hashes: Sequence[Sequence[int]], most_bits: int) -> Pairs:
    """Positions of clips whose hashes differ in at most `most_bits` bits in every frame.

    Of many clips with equal hashes each is paired with the first only, which joins them as well.

    Args:
        hashes: For each clip the hashes of its frames, the same number for all.
        most_bits: How many bits may differ.
    """
    if len(hashes) < 2:
        return []
    everything = np.array(hashes, dtype=np.uint64)
    table, firsts, kind = np.unique(everything, axis=0, return_index=True, return_inverse=True)
    representative = firsts[kind.reshape(-1)]
    found = {(int(first), place) for place, first in enumerate(representative) if first != place}
    for bucket in _buckets(table, most_bits):
        for place, one in enumerate(bucket[:-1]):
            rest = bucket[place + 1 :]
            is_near = (_distances(table[one], table[rest]) <= most_bits).all(axis=1)
            for other in rest[is_near]:
                first, second = sorted((int(firsts[one]), int(firsts[other])))
                found.add((first, second))
    return sorted(found)


def look_alike(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether grey thumbnails (frames, height, width) show the same, however bright they are."""
    one, other = (pictures - pictures.mean(axis=(1, 2), keepdims=True) for pictures in (one, other))
    return bool(np.percentile(np.abs(one - other), _NEARLY_ALL) < _MOST_GREY_LEVELS)


def _buckets(table: np.ndarray, most_bits: int) -> Iterator[np.ndarray]:
    """Groups of positions among which every near pair is found.

    The middle frame's hash is cut into one band more than bits may differ. Then two near hashes
    agree in at least one whole band.
    """
    middle = table[:, table.shape[1] // 2]
    edges = np.linspace(0, _HASH_BITS, most_bits + 2).astype(int)
    for low, high in pairwise(edges):
        mask = np.uint64((1 << int(high - low)) - 1)
        keys = (middle >> np.uint64(low)) & mask
        order = np.argsort(keys, kind="stable")
        starts = np.flatnonzero(np.diff(keys[order])) + 1
        yield from (bucket for bucket in np.split(order, starts) if len(bucket) > 1)


def _distances(one: np.ndarray, many: np.ndarray) -> np.ndarray:
    """Differing bits per frame, (clips, frames)."""
    differences = np.ascontiguousarray(one ^ many)
    ones = _ONES[differences.view(np.uint8)]
    return ones.reshape(*differences.shape, 8).sum(axis=2, dtype=np.uint8)

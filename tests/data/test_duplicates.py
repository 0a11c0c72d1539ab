"""Near-identical clips are found among very many, and chance pairs are not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinora.data import duplicates as module
from kinora.data.duplicates import look_alike, near_pairs
from kinora.data.grouping import merge_groups
from kinora.data.looks import difference_hash

distances = module._distances


def by_comparing_each_with_each(hashes, most_bits):
    return [
        (first, second)
        for first in range(len(hashes))
        for second in range(first + 1, len(hashes))
        if all(
            bin(one ^ other).count("1") <= most_bits
            for one, other in zip(hashes[first], hashes[second], strict=True)
        )
    ]


def components(count, pairs):
    return merge_groups([f"{place:03}" for place in range(count)], pairs)


@st.composite
def hash_lists(draw):
    """Hashes that lie close together, so that there are pairs on both sides of every limit."""
    start = draw(st.integers(0, 2**64 - 1))
    flips = st.lists(st.integers(0, 63), max_size=6)
    rows = st.tuples(flips, flips, flips)
    return [
        tuple(start ^ sum(1 << bit for bit in set(flip)) for flip in row)
        for row in draw(st.lists(rows, max_size=25))
    ]


@given(hash_lists(), st.integers(0, 8))
def test_the_same_clips_are_joined_as_by_comparing_each_with_each(hashes, most_bits):
    expected = components(len(hashes), by_comparing_each_with_each(hashes, most_bits))
    assert components(len(hashes), near_pairs(hashes, most_bits)) == expected


def test_every_pair_is_near_and_in_order():
    hashes = [(0, 0), (0b111, 0), (2**64 - 1, 0), (0b1111, 0), (0, 0b1111)]
    assert near_pairs(hashes, 3) == [(0, 1), (1, 3)]


def test_many_equal_clips_are_joined_without_pairing_all_of_them():
    pairs = near_pairs([(7, 7, 7)] * 3000, 6)
    assert pairs == [(0, place) for place in range(1, 3000)]


@pytest.mark.parametrize("hashes", [[], [(1, 2, 3)]])
def test_nothing_to_compare(hashes):
    assert near_pairs(hashes, 6) == []


def test_one_pair_among_very_many_is_found_without_comparing_each_with_each(monkeypatch):
    count = 30_000
    hashes = np.random.default_rng(0).integers(0, 2**63, (count, 3), dtype=np.uint64)
    hashes[-1] = hashes[17] ^ np.uint64(1)
    compared = []
    monkeypatch.setattr(
        module, "_distances", lambda one, many: compared.append(len(many)) or distances(one, many)
    )
    assert near_pairs(hashes, 3) == [(17, count - 1)]
    assert sum(compared) < count**2 / 1000


def picture(seed, size=64):
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 255, (6, 6, 3), dtype=np.uint8)
    return np.kron(coarse, np.ones((size // 6 + 1, size // 6 + 1, 1), np.uint8))[:size, :size]


def test_a_hash_survives_noise_and_brightness_but_not_another_picture():
    frame = picture(1)
    noise = np.random.default_rng(2).integers(-4, 5, frame.shape)
    changed = np.clip(frame * 0.8 + 20 + noise, 0, 255).astype(np.uint8)
    assert bin(difference_hash(frame) ^ difference_hash(changed)).count("1") <= 3
    assert bin(difference_hash(frame) ^ difference_hash(picture(3))).count("1") > 12


def test_the_same_wall_behind_somebody_else_is_no_copy():
    wall = np.tile(np.linspace(60, 200, 16, dtype=np.uint8), (3, 16, 1))
    left, right = wall.copy(), wall.copy()
    left[:, 4:14, 3:6] = 20
    right[:, 4:14, 9:12] = 20
    assert look_alike(left, left)
    assert look_alike(left, np.clip(left.astype(int) + 15, 0, 255).astype(np.uint8))
    assert not look_alike(left, right)

"""Borders lie where the video changes most, near where the answers turn."""

import tracemalloc

import numpy as np
import pytest

from kinora.inference.borders import Changes, small

STEP_S = 0.2


def changes(scenes, reach=5):
    """Changes of a video of (what the features see, the picture's brightness, steps)."""
    rng, found = np.random.default_rng(0), Changes(reach, STEP_S)
    for place, brightness, steps in scenes:
        for _ in range(steps):
            features = 10 * np.eye(64)[place] + rng.normal(0, 1, 64)
            found.add(features, small(np.full((32, 32, 3), brightness, np.uint8)))
    found.finish()
    return found


@pytest.mark.parametrize("turned_s", [3.4, 4.0, 4.4, 5.2])
def test_a_border_moves_to_the_change(turned_s):
    found = changes([(0, 100, 20), (1, 100, 20)])
    # The last step before the change is the one at 3.8 s, the first one after it that at 4.0 s.
    assert found.border_near(turned_s, 0.0) == pytest.approx(3.9)


def test_of_two_changes_the_nearer_one_counts():
    found = changes([(0, 100, 20), (1, 100, 6), (2, 100, 20)])
    assert found.border_near(4.0, 0.0) == pytest.approx(3.9)
    assert found.border_near(5.0, 0.0) == pytest.approx(5.1)


def test_a_cut_counts_for_more_than_a_movement():
    found = changes([(0, 100, 20), (0, 160, 6), (1, 160, 20)])
    assert found.border_near(4.8, 0.0) == pytest.approx(3.9)


def test_without_a_change_or_out_of_its_reach_a_border_stays():
    assert changes([(0, 100, 60)]).border_near(4.0, 0.0) == 4.0
    assert changes([(0, 100, 20), (1, 100, 40)]).border_near(8.0, 0.0) == 8.0
    assert changes([(0, 100, 2)]).border_near(0.2, 0.0) == 0.2
    assert changes([(0, 100, 1)]).border_near(0.0, 0.0) == 0.0


def test_no_border_lies_before_the_one_before_it():
    found = changes([(0, 100, 20), (1, 100, 20)])
    assert found.border_near(4.2, 3.9) == pytest.approx(3.9)
    assert found.border_near(4.2, 4.1) >= 4.1


def test_borders_near_the_ends_are_found_too():
    found = changes([(0, 100, 2), (1, 100, 20), (2, 100, 2)])
    assert found.border_near(0.9, 0.0) == pytest.approx(0.3)
    assert found.border_near(4.0, 0.0) == pytest.approx(4.3)


def test_memory_does_not_depend_on_the_length():
    found, rng = Changes(5, STEP_S), np.random.default_rng(0)
    picture = small(np.zeros((32, 32, 3), np.uint8))
    tracemalloc.start()
    for _ in range(2000):  # 20 MB of features
        found.add(rng.normal(size=1280), picture)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000

"""Scores over time become segments: smooth, with "unknown", none too short."""

import numpy as np
import pytest

from kinora.errors import SettingError
from kinora.inference.segments import SegmentOptions, Smoother

CLASSES = ("clap", "walk")


def segments(scores, **options):
    """Segments of (clap, walk) scores, one a second, as (start, end, action)."""
    smoother = Smoother(SegmentOptions(**{"min_length_s": 0, **options}))
    for second, score in enumerate(scores):
        smoother.add(second, second + 1, np.array(score))
    return [(s.start_s, s.end_s, s.action) for s in smoother.segments(CLASSES)]


def test_equal_scores_join():
    scores = [(0.9, 0.1)] * 3 + [(0.2, 0.8)] * 2
    assert segments(scores) == [(0, 3, "clap"), (3, 5, "walk")]


def test_what_is_not_sure_is_unknown():
    scores = [(0.5, 0.5), (0.7, 0.3), (0.5, 0.5)]
    assert segments(scores, threshold=0.6, hysteresis=0.1) == [(0, 1, "unknown"), (1, 3, "clap")]
    assert segments(scores, threshold=0.6, hysteresis=0) == [
        (0, 1, "unknown"), (1, 2, "clap"), (2, 3, "unknown"),
    ]  # fmt: skip


def test_a_close_rival_does_not_end_an_action():
    scores = [(0.6, 0.4), (0.48, 0.52), (0.52, 0.48), (0.3, 0.7)]
    assert segments(scores, hysteresis=0.1) == [(0, 3, "clap"), (3, 4, "walk")]
    assert [end for _, end, _ in segments(scores, hysteresis=0)] == [1, 2, 3, 4]


def test_short_stretches_go_to_their_neighbours():
    clap, walk, unsure = (0.9, 0.1), (0.1, 0.9), (0.5, 0.5)
    shortest = {"threshold": 0.6, "hysteresis": 0, "min_length_s": 2}
    assert segments([clap] * 3 + [walk] + [clap] * 3, **shortest) == [(0, 7, "clap")]
    assert segments([clap] * 3 + [unsure] + [walk] * 3, **shortest) == [
        (0, 3.5, "clap"), (3.5, 7, "walk"),
    ]  # fmt: skip
    assert segments([walk] + [clap] * 3 + [walk], **shortest) == [(0, 5, "clap")]
    assert segments([walk], **shortest) == [(0, 1, "walk")]


def test_borders_are_moved_and_what_loses_all_its_time_goes():
    smoother = Smoother(SegmentOptions(min_length_s=0))
    for second, score in enumerate([(0.9, 0.1), (0.5, 0.5), (0.1, 0.9)]):
        smoother.add(second, second + 1, np.array(score))
    smoother.move_borders(lambda time_s, earliest_s: max(1.5, earliest_s))
    found = [(s.start_s, s.end_s, s.action) for s in smoother.segments(CLASSES)]
    assert found == [(0, 1.5, "clap"), (1.5, 3, "walk")]


def test_the_confidence_is_the_mean_over_the_segment():
    smoother = Smoother(SegmentOptions(threshold=0.6))
    for second, score in enumerate([(0.9, 0.1), (0.7, 0.3)]):
        smoother.add(second, second + 1, np.array(score))
    assert smoother.segments(CLASSES)[0].confidence == pytest.approx(0.8)
    unsure = Smoother(SegmentOptions(threshold=0.6))
    unsure.add(0, 1, np.array((0.45, 0.55)))
    assert unsure.segments(CLASSES)[0].confidence == pytest.approx(0.55)


@pytest.mark.parametrize(
    "options", [{"threshold": 1.5}, {"hysteresis": 0.6}, {"min_length_s": -1}, {"hysteresis": -1}]
)
def test_impossible_options_are_refused(options):
    with pytest.raises(SettingError):
        SegmentOptions(**options)

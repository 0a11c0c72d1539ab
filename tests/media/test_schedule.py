"""Which packets are decoded: enough, and hardly more."""

import numpy as np

from kinora.media.schedule import Run, plan_runs


def plan(stamps, keys, wanted):
    is_key = np.isin(np.arange(len(stamps)), keys)
    return list(plan_runs(np.array(stamps), is_key, np.array(wanted)))


def test_nothing_after_the_last_wanted_frame_is_decoded():
    assert plan(range(100), [0], [10, 20]) == [Run(0, 20, frozenset({10, 20}))]


def test_far_frames_start_at_their_own_key_frame():
    runs = plan(range(100), [0, 50, 90], [3, 55, 57, 90])
    assert runs == [
        Run(0, 3, frozenset({3})),
        Run(50, 57, frozenset({55, 57})),
        Run(90, 90, frozenset({90})),
    ]


def test_a_near_key_frame_is_no_reason_to_jump():
    assert plan(range(30), [0, 12], [10, 13]) == [Run(0, 13, frozenset({10, 13}))]


def test_open_gop_starts_one_key_frame_earlier():
    # 52 and 53 follow the key frame 54 in the file but are shown before it.
    stamps = [*range(52), 54, 52, 53, *range(55, 80)]
    assert plan(stamps, [0, 30, 52], [53]) == [Run(30, 54, frozenset({53}))]


def test_a_file_that_begins_without_a_key_frame_starts_at_its_beginning():
    assert plan(range(40), [20], [5]) == [Run(0, 5, frozenset({5}))]
    assert plan(range(40), [], [5]) == [Run(0, 5, frozenset({5}))]


def test_no_wish_no_work():
    assert plan(range(40), [0], []) == []

"""Choosing frames is arithmetic: uniform, dense, in windows; checked against the plain way."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinora.errors import SettingError
from kinora.media import sampling
from kinora.media.sampling import Timeline


def timeline(count, gap=40, key_every=50):
    stamps = np.arange(count, dtype=np.int64) * gap
    return Timeline(stamps, stamps[::key_every], count * gap, Fraction(1, 1000))


def test_uniform_takes_the_middle_of_equal_parts():
    assert sampling.uniform(timeline(100), 5).tolist() == [400, 1200, 2000, 2800, 3600]


def test_uniform_covers_the_whole_clip_not_its_beginning():
    chosen = sampling.uniform(timeline(500), 20)
    assert chosen[0] < 20 * 40 and chosen[-1] > 480 * 40


def test_a_short_clip_repeats_frames():
    assert sampling.uniform(timeline(3), 6).tolist() == [0, 0, 40, 40, 80, 80]
    assert sampling.uniform(timeline(1), 4).tolist() == [0, 0, 0, 0]


def test_variable_frame_rate_is_read_by_time_not_by_number():
    # 90 frames in the first second, then one that stands for nine seconds.
    stamps = np.append(np.arange(90) * 11, 1000)
    line = Timeline(stamps, stamps[:1], 10_000, Fraction(1, 1000))
    chosen = sampling.uniform(line, 10)
    assert chosen.tolist()[0] < 1000
    assert chosen.tolist()[1:] == [1000] * 9


def test_a_long_clip_takes_key_frames_where_a_part_has_one():
    line = timeline(3000, key_every=250)  # two minutes at 25 fps, a key frame every ten seconds
    chosen = sampling.uniform(line, 20)
    edges = np.arange(21) * 6000
    assert np.all((chosen >= edges[:-1]) & (chosen < edges[1:])), "one frame from each part"
    for part, stamp in enumerate(chosen):
        keys = [k for k in line.keys if edges[part] <= k < edges[part + 1]]
        assert stamp == (keys[-1] if keys else edges[part])


@given(
    st.lists(st.integers(1, 5000), min_size=1, max_size=200),
    st.integers(1, 40),
    st.integers(1, 60),
)
def test_uniform_always_gives_existing_frames_in_order(gaps, count, key_every):
    stamps = np.cumsum(gaps).astype(np.int64)
    line = Timeline(stamps, stamps[::key_every], int(stamps[-1]) + gaps[-1], Fraction(1, 1000))
    chosen = sampling.uniform(line, count)
    assert len(chosen) == count
    assert np.isin(chosen, stamps).all()
    assert (np.diff(chosen) >= 0).all()


def test_every_step():
    line = timeline(25)
    assert sampling.every(line, 0.2).tolist() == [0, 200, 400, 600, 800]
    assert sampling.every(line, 100).tolist() == [0]
    with pytest.raises(SettingError):
        sampling.every(line, 0)


def test_every_step_finds_frames_whose_stamps_were_rounded():
    stamps = np.array([round(number * 1000 / 3) for number in range(7)])  # 3 fps in milliseconds
    line = Timeline(stamps, stamps[:1], 2333, Fraction(1, 1000))
    assert sampling.every(line, 1 / 3).tolist() == stamps.tolist()


@given(st.integers(0, 300), st.integers(1, 40), st.integers(1, 40))
def test_windows_cover_every_frame_and_have_one_length(count, length, stride):
    rows = sampling.windows(count, length, stride)
    if stride <= length:
        assert sorted({index for row in rows for index in row}) == list(range(count))
    assert {len(row) for row in rows} == {min(count, length)}
    assert rows[-1].stop == count


def test_windows_refuse_nothing_long():
    with pytest.raises(SettingError):
        sampling.windows(10, 0, 1)

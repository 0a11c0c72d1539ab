"""Frames are kept compactly, and every change to a clip is the same in all its frames."""

import numpy as np
import pytest

from kinora.clips import ClipSpec
from kinora.data.augment import augment, jitter_time, see
from kinora.data.frames import SomeFrames, keep_frames
from kinora.data.views import VIEWS, may_flip, views_for
from kinora.media import read_clip

SPEC = ClipSpec(frame_count=6, size=48)


@pytest.fixture(autouse=True)
def _cache(tmp_path, monkeypatch):
    monkeypatch.setenv("KINORA_CACHE", str(tmp_path / "cache"))


def test_kept_frames_are_those_of_the_clip(make_video, tmp_path):
    clip = make_video("a.mp4", 4)
    found, failed = keep_frames({clip: True}, SPEC)
    assert failed == {}
    kept, exact = found[clip].load(), read_clip(clip, SPEC).array
    assert kept.shape == exact.shape
    assert np.abs(kept.astype(int) - exact).mean() < 6
    assert found[clip].file.stat().st_size < exact.nbytes / 3


def test_frames_are_decoded_once_and_again_when_their_file_is_broken(make_video, monkeypatch):
    clip = make_video("a.mp4", 20)
    reads = []
    monkeypatch.setattr(
        "kinora.data.frames.read_clip", lambda *args: reads.append(1) or read_clip(*args)
    )
    for _ in range(2):
        found, _ = keep_frames({clip: True}, SPEC)
    assert len(reads) == 1
    found[clip].file.write_bytes(found[clip].file.read_bytes()[:-40])
    keep_frames({clip: True}, SPEC)
    assert len(reads) == 2


def test_a_few_frames_come_from_all_over_the_clip(make_video):
    clip = make_video("a.mp4", 20)
    frames = keep_frames({clip: True}, SPEC)[0][clip]
    whole, few = frames.load(), SomeFrames(frames, 3, 48)
    assert np.array_equal(few.load(), whole[[1, 3, 5]])
    assert SomeFrames(frames, 2, 24).load().shape == (2, 24, 24, 3)
    one, two = (few.load(np.random.default_rng(seed)) for seed in (1, 2))
    assert one.shape == (3, 48, 48, 3)
    assert not np.array_equal(one, two)


def test_what_is_random_repeats_with_its_seed(make_video):
    clip = make_video("a.mp4", 20)
    frames = keep_frames({clip: True}, SPEC)[0][clip]
    one, two, other = (frames.load(np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)
    assert one.shape == (6, 48, 48, 3)
    assert one.dtype == np.uint8


def test_all_frames_of_a_clip_are_changed_alike():
    picture = np.random.default_rng(0).integers(0, 256, (24, 24, 3), np.uint8)
    clip = np.stack([picture] * 5)
    for seed in range(10):
        changed = augment(clip, np.random.default_rng(seed), True, 20)
        assert changed.shape == (5, 20, 20, 3)
        assert (changed == changed[0]).all()


def test_a_part_is_hidden_at_times_but_never_most():
    clip = np.zeros((2, 40, 40, 3), np.uint8) + np.array([250, 0, 0], np.uint8)
    hidden = [
        (augment(clip, np.random.default_rng(seed), True, 40) == 127).all(axis=-1).mean()
        for seed in range(60)
    ]
    assert 0.05 < np.mean(np.array(hidden) > 0) < 0.5
    assert max(hidden) <= 0.4**2


def test_only_clips_that_may_be_mirrored_are():
    slope = np.zeros((1, 24, 24, 3), np.uint8) + np.arange(24, dtype=np.uint8)[:, None] * 10

    def ever_mirrored(is_flippable):
        draws = [augment(slope, np.random.default_rng(n), is_flippable, 24) for n in range(20)]
        return any(draw[0, :, 0].mean() > draw[0, :, -1].mean() for draw in draws)

    assert ever_mirrored(True)
    assert not ever_mirrored(False)


@pytest.mark.parametrize("count", [1, 2, 5, 20])
def test_jittered_time_runs_forward_within_the_clip(count):
    for seed in range(50):
        steps = jitter_time(count, np.random.default_rng(seed))
        assert len(steps) == count
        assert (np.diff(steps) >= 0).all()
        assert steps.min() >= 0
        assert steps.max() < count


@pytest.mark.parametrize(
    ("label", "is_allowed"),
    [
        ("wave", True),
        ("turn_left", False),
        ("TurnRight", False),
        ("RIGHT hand", False),
        ("bright light", True),
        ("stand upright", True),
        ("left", False),
    ],
)
def test_labels_that_name_a_side_are_not_mirrored(label, is_allowed):
    assert may_flip(label) is is_allowed
    assert ("flip" in views_for(label, len(VIEWS))) is is_allowed


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_keeps_size_and_type(view):
    frames = np.random.default_rng(0).integers(0, 256, (3, 20, 20, 3), np.uint8)
    seen = see(frames, view)
    assert seen.shape == frames.shape
    assert seen.dtype == np.uint8
    assert np.array_equal(seen, frames) is (view == "full")

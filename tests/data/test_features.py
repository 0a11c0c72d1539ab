"""Features are computed once for each content, encoder and view, and a killed run loses nothing."""

import errno
from types import SimpleNamespace

import numpy as np
import pytest

from kinora.clips import ClipSpec
from kinora.data import caching
from kinora.data.features import Encoder, extract, only_full
from kinora.errors import DataError

SPEC = ClipSpec(frame_count=4, size=16)


class CountingEncoder:
    """The mean colour of the left and of the right half, and how many frames were asked for."""

    def __init__(self):
        self.count = 0

    def __call__(self, frames):
        self.count += len(frames)
        halves = np.split(frames.astype(np.float32), 2, axis=2)
        return np.concatenate([half.mean(axis=(1, 2)) for half in halves], axis=1)

    def as_encoder(self, name="one"):
        return Encoder(name, 6, self)


@pytest.fixture
def encode(tmp_path, monkeypatch):
    monkeypatch.setenv("KINORA_CACHE", str(tmp_path / "cache"))
    return CountingEncoder()


@pytest.fixture
def clips(make_video):
    return [make_video(f"{number}.mp4", 20 + number) for number in range(3)]


def cached_files(tmp_path):
    return sorted(path for path in (tmp_path / "cache").rglob("*") if path.is_file())


def test_a_second_run_computes_nothing(encode, clips):
    first, failed = extract(only_full(clips), encode.as_encoder(), SPEC)
    assert failed == {}
    assert encode.count == 12
    assert first[clips[0]].load().shape == (4, 6)
    again, _ = extract(only_full(clips), encode.as_encoder(), SPEC)
    assert encode.count == 12
    assert again == first


def test_another_content_encoder_or_size_is_computed_anew(encode, clips, make_video):
    extract(only_full(clips[:1]), encode.as_encoder(), SPEC)
    extract(only_full(clips[:1]), encode.as_encoder("another"), SPEC)
    extract(only_full(clips[:1]), encode.as_encoder(), ClipSpec(frame_count=4, size=32))
    assert encode.count == 12
    make_video("0.mp4", 30)
    extract(only_full(clips[:1]), encode.as_encoder(), SPEC)
    assert encode.count == 16


def test_copies_share_their_features(encode, clips, tmp_path):
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(clips[0].read_bytes())
    found, _ = extract(only_full([clips[0]]), encode.as_encoder(), SPEC)
    shared, _ = extract(only_full([copy]), encode.as_encoder(), SPEC)
    assert shared[copy] == found[clips[0]]
    assert encode.count == 4


def test_a_short_clip_repeats_frames_but_not_work(encode, make_video):
    clip = make_video("short.mp4", 2)
    found, _ = extract(only_full([clip]), encode.as_encoder(), SPEC)
    assert found[clip].load().shape == (4, 6)
    assert encode.count == 2


def test_views_differ_and_the_flipped_one_is_mirrored(encode, clips):
    views = {clips[0]: ("full", "flip", "top_left")}
    found, _ = extract(views, encode.as_encoder(), SPEC)
    full, flip, crop = (np.load(file) for file in found[clips[0]].files)
    assert np.allclose(flip, np.roll(full, 3, axis=1), atol=0.5)
    assert not np.allclose(crop, full, atol=2)


def test_random_loading_repeats_with_its_seed_and_plain_loading_is_the_full_view(encode, clips):
    found, _ = extract({clips[0]: ("full", "flip")}, encode.as_encoder(), SPEC)
    features = found[clips[0]]
    draws = [features.load(np.random.default_rng(seed)) for seed in range(20)]
    assert np.array_equal(draws[3], features.load(np.random.default_rng(3)))
    assert len({draw.tobytes() for draw in draws}) > 2
    assert np.array_equal(features.load(), np.load(features.files[0]))


def test_unreadable_clips_are_named_and_the_others_done(encode, clips, tmp_path):
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(clips[0].read_bytes()[:300])
    gone = tmp_path / "gone.mp4"
    found, failed = extract(only_full([*clips, broken, gone]), encode.as_encoder(), SPEC)
    assert set(found) == set(clips)
    assert set(failed) == {broken, gone}
    assert "No such file" in failed[gone]


def test_a_file_cut_off_is_computed_again(encode, clips):
    found, _ = extract(only_full(clips[:1]), encode.as_encoder(), SPEC)
    file = found[clips[0]].files[0]
    file.write_bytes(file.read_bytes()[:-20])
    extract(only_full(clips[:1]), encode.as_encoder(), SPEC)
    assert encode.count == 8
    assert found[clips[0]].load().shape == (4, 6)


def test_a_disk_that_fills_up_loses_nothing(encode, clips, monkeypatch, tmp_path):
    written = []
    save = np.save

    def save_once(file, content):
        save(file, content)
        if written:
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(file)

    monkeypatch.setattr("kinora.data.features.np.save", save_once)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    with pytest.raises(DataError, match=r"No space left on device.*--resume"):
        extract(only_full(clips), encode.as_encoder(), SPEC)
    assert [path.suffix for path in cached_files(tmp_path)] == [".npy"]
    monkeypatch.setattr("kinora.data.features.np.save", save)
    encode.count = 0
    found, _ = extract(only_full(clips), encode.as_encoder(), SPEC)
    assert len(found) == 3
    assert encode.count == 8


def test_a_disk_that_is_too_small_is_told_before_any_work(encode, clips, monkeypatch):
    monkeypatch.setattr(caching.shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
    with pytest.raises(DataError, match=r"The features need .* KINORA_CACHE"):
        extract(only_full(clips), encode.as_encoder(), SPEC)
    assert encode.count == 0

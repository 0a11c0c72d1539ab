"""Annotated files keep rate, length and shape; the label says what the prediction says."""

import tracemalloc

import numpy as np
import pytest
from tests.conftest import number_of, write_video

from kinora.annotate import annotate, annotated_suffix
from kinora.errors import MediaError, SettingError, UnsupportedMediaError
from kinora.media import iter_frames, read_image, read_info, write_image
from kinora.predictions import Prediction, Segment

CLASSES = ("wave", "clap", "walk", "jump")
SURE = Prediction(CLASSES, (0.7, 0.2, 0.06, 0.04))
UNSURE = Prediction(CLASSES, (0.3, 0.28, 0.22, 0.2), is_unsure=True)


def parts(duration_s):
    """A prediction that says wave, then nothing known, then clap."""
    third = duration_s / 3
    segments = (
        Segment(0, third, "wave", 0.9),
        Segment(third, 2 * third, "unknown", 0.3),
        Segment(2 * third, duration_s, "clap", 0.8),
    )
    return Prediction(CLASSES, (0.4, 0.3, 0.2, 0.1), segments=segments)


def grey(_, width, height):
    return np.full((height, width, 3), 128, np.uint8)


def greens(picture):
    """How many pixels are the green of a sure answer."""
    red, green, blue = (picture[..., channel].astype(int) for channel in range(3))
    return int(((green > 150) & (green - red > 70) & (green - blue > 40)).sum())


def ambers(picture):
    """How many pixels are the amber of an unsure answer."""
    red, green, blue = (picture[..., channel].astype(int) for channel in range(3))
    return int(((red > 180) & (green > 120) & (red - blue > 90)).sum())


def whites(picture):
    return int((picture.min(axis=2) > 190).sum())


@pytest.fixture
def drawn(tmp_path):
    """Annotate a frame of one colour, and read the result."""

    def draw(prediction, level=128, size=(320, 240)):
        write_image(tmp_path / "in.png", np.full((size[1], size[0], 3), level, np.uint8))
        annotate(tmp_path / "in.png", prediction, tmp_path / "out.png")
        return read_image(tmp_path / "out.png")

    return draw


@pytest.mark.parametrize("level", [0, 128, 255])
def test_the_top_action_is_green_and_the_next_ones_are_plain_on_any_background(drawn, level):
    picture = drawn(SURE, level)
    panel = picture[8:70, 8:100]
    assert greens(panel) > 150
    assert whites(panel) > 100
    assert ambers(panel) == 0
    assert np.median(panel) < 64, "the panel is dark, whatever is behind it"
    assert (picture[100:] == level).all(), "the rest of the picture is left alone"


def test_an_unsure_answer_looks_unsure(drawn):
    picture = drawn(UNSURE)
    assert greens(picture) == 0
    assert ambers(picture) > 150


@pytest.mark.parametrize("size", [(64, 48), (320, 240), (1280, 720), (3000, 40)])
def test_the_text_grows_with_the_picture_and_tiny_pictures_are_enlarged(drawn, size):
    picture = drawn(SURE, size=size)
    height, width = picture.shape[:2]
    assert min(height, width) == max(180, min(size))
    rows = np.flatnonzero((picture[:, : width // 2] != 128).any(axis=(1, 2)))
    assert 0.15 < (rows[-1] - rows[0]) / height < 0.4


def test_names_of_every_length_and_script_fit_and_differ(drawn):
    names = ("挥手", "拍手する", "손 흔들기", "Стоять", "Händewaschen", "ידיים", "a\nb", "w" * 300)
    pictures = []
    for name in names:
        picture = drawn(Prediction((name,), (1.0,)))
        assert greens(picture) > 60
        assert (picture[:, -6:] == 128).all(), "nothing runs out of the picture"
        pictures.append(picture.tobytes())
    assert len(set(pictures)) == len(names)


@pytest.mark.parametrize(("size", "fps"), [((160, 120), 25), ((162, 123), 10), ((321, 241), 30)])
def test_a_video_keeps_its_rate_its_length_and_its_frames(tmp_path, size, fps):
    path = write_video(tmp_path / "in.mkv", 20, fps=fps, size=size, codec="ffv1", pixels="bgr0")
    annotate(path, Prediction(("a",), (1.0,)), tmp_path / "out.mp4")
    before, after = read_info(path), read_info(tmp_path / "out.mp4")
    assert after.fps == pytest.approx(before.fps, rel=1e-3)
    assert after.duration_s == pytest.approx(before.duration_s, abs=0.01)
    assert after.codec == "h264"
    # The label covers the blocks on the left, which stand for 0 to 3.
    numbers = [number_of(frame) >> 4 for _, frame in iter_frames(tmp_path / "out.mp4")]
    assert numbers == [number >> 4 for number in range(20)]


def test_the_label_and_the_mark_follow_the_segments(tmp_path):
    path = write_video(tmp_path / "in.mp4", 60, fps=10, size=(320, 240), frame=grey)
    annotate(path, parts(6), tmp_path / "out.mp4")
    frames = [frame for _, frame in iter_frames(tmp_path / "out.mp4")]
    assert len(frames) == 60
    labels = [frame[:60, :120] for frame in frames]
    assert [greens(labels[n]) > 50 for n in (5, 30, 55)] == [True, False, True]
    assert [ambers(labels[n]) > 50 for n in (5, 30, 55)] == [False, True, False]
    strips = [frame[242:] for frame in frames]
    for number, strip in enumerate(strips):
        column = strip.min(axis=2).min(axis=0)
        assert abs(int(column.argmax()) - number / 60 * 320) < 4, "the mark is where the time is"
    colours = [tuple(strips[0][4, x].astype(int) // 32) for x in (100, 200, 300)]
    assert len(set(colours)) == 3


def test_uneven_times_become_even_without_moving_anything(tmp_path):
    # Half the frames in the first second, half in the nine that follow.
    stamps = [*range(0, 100, 10), *range(100, 1000, 90)]
    path = write_video(tmp_path / "in.mp4", 20, fps=100, stamps=stamps, options={"bf": "0"})
    annotate(path, Prediction(("a",), (1.0,)), tmp_path / "out.mp4")
    shown = {round(t, 2): number_of(f) for t, f in iter_frames(tmp_path / "out.mp4")}
    for time_s, number in shown.items():
        newest = max(n for n, stamp in enumerate(stamps) if stamp / 100 <= time_s + 0.5)
        assert abs((number >> 4) - (newest >> 4)) <= 1
    assert read_info(tmp_path / "out.mp4").duration_s == pytest.approx(
        read_info(path).duration_s, rel=0.06
    )


def test_large_videos_are_scaled_down(tmp_path):
    path = write_video(tmp_path / "in.mp4", 3, size=(2000, 100), frame=grey)
    annotate(path, SURE, tmp_path / "out.mp4")
    info = read_info(tmp_path / "out.mp4")
    assert (info.width, info.height) == (1280, 64)


def test_bytes_progress_and_endings(tmp_path):
    path = write_video(tmp_path / "in.mp4", 20)
    told = []
    annotate(path.read_bytes(), SURE, tmp_path / "out.mp4", on_progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert annotated_suffix(read_info(path)) == ".mp4"
    write_image(tmp_path / "in.png", grey(0, 40, 30))
    assert annotated_suffix(read_info(tmp_path / "in.png")) == ".jpg"


def test_what_cannot_be_is_said(tmp_path):
    path = write_video(tmp_path / "in.mp4", 5)
    with pytest.raises(SettingError, match=r"onto a video is written as \.mp4, not as out\.jpg"):
        annotate(path, SURE, tmp_path / "out.jpg")
    with pytest.raises(MediaError, match="cannot be written"):
        annotate(path, SURE, tmp_path / "nowhere" / "out.mp4")
    write_image(tmp_path / "in.png", grey(0, 40, 30))
    with pytest.raises(SettingError, match=r"\.jpg or \.jpeg or \.png"):
        annotate(tmp_path / "in.png", SURE, tmp_path / "out.mp4")
    with pytest.raises(MediaError, match="cannot be written"):
        annotate(tmp_path / "in.png", SURE, tmp_path / "nowhere" / "out.png")
    with pytest.raises(UnsupportedMediaError):
        annotate(b"no medium", SURE, tmp_path / "out.mp4")


def test_memory_does_not_depend_on_the_length(tmp_path):
    peaks = []
    for count in (40, 400):
        path = write_video(tmp_path / f"{count}.mp4", count, frame=grey)
        tracemalloc.start()
        annotate(path, SURE, tmp_path / "out.mp4")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 1_000_000

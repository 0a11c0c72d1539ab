"""Joined clips fall apart where they were joined; every frame is encoded once."""

import itertools

import numpy as np
import pytest
from tests.tiny_models import scene

from kinora import Recognizer
from kinora.errors import SettingError
from kinora.inference.encoding import FrameEncoder
from kinora.inference.timeline import TimelineOptions, recognize_timeline
from kinora.media import read_clip, write_image

RED, GREEN, BLUE, GREY = (220, 40, 40), (40, 220, 40), (40, 40, 220), (128, 128, 128)


@pytest.fixture(scope="module")
def colours(compiled_models):
    return Recognizer.load(compiled_models / "tints", threads=2)


def joined(make_video, parts, fps=25):
    """A video of plain colours with some life in them; `parts` are (colour, seconds)."""
    shown = [colour for colour, seconds in parts for _ in range(round(seconds * fps))]

    def frame(number, width, height):
        picture = np.full((height, width, 3), shown[number], np.uint8)
        picture[10:30, number % width :] //= 2
        return picture

    return make_video("joined.mp4", len(shown), fps=fps, frame=frame)


@pytest.mark.parametrize("fps", [25, 12, 3])
def test_borders_are_found_to_within_half_a_second(colours, make_video, fps):
    path = joined(make_video, [(RED, 4), (GREEN, 3), (BLUE, 5), (RED, 3)], fps)
    answer = recognize_timeline(colours, path)
    segments = answer.prediction.segments
    assert [segment.action for segment in segments] == ["red", "green", "blue", "red"]
    assert segments[0].start_s == 0
    assert segments[-1].end_s == pytest.approx(15)
    for segment, border in zip(segments, (4, 7, 12), strict=False):
        assert abs(segment.end_s - border) <= 0.5
    for segment, follower in itertools.pairwise(segments):
        assert segment.end_s == follower.start_s
    assert answer.seconds.shape == (15, 3)
    assert np.allclose(answer.seconds.sum(axis=1), 1)
    truth = [0] * 4 + [1] * 3 + [2] * 5 + [0] * 3
    assert [int(row.argmax()) for row in answer.seconds] == truth
    assert answer.prediction.action == "red"


def test_what_the_model_does_not_know_is_unknown(colours, make_video):
    path = joined(make_video, [(GREEN, 4), (GREY, 4)])
    segments = recognize_timeline(colours, path).prediction.segments
    assert [segment.action for segment in segments] == ["green", "unknown"]
    # Windows half full of certain green are still green; the border is found all the same.
    assert segments[0].end_s == pytest.approx(4, abs=0.2)


def test_a_clip_of_one_window_gets_the_answer_of_the_clip(recognizer, make_video):
    path = make_video("short.mp4", 8, fps=4, frame=scene)
    answer = recognize_timeline(recognizer, path).prediction
    assert answer.probabilities == pytest.approx(recognizer.predict(path).probabilities, abs=1e-6)
    assert [(segment.start_s, segment.end_s) for segment in answer.segments] == [(0, 2)]


def test_windows_share_their_frames(recognizer, clips, monkeypatch):
    encoded, encode = [], FrameEncoder.encode
    monkeypatch.setattr(
        FrameEncoder,
        "encode",
        lambda self, frame, **how: (encoded.append(1), encode(self, frame, **how))[1],
    )
    recognize_timeline(recognizer, clips[0])
    assert len(encoded) == 10  # every quarter of 2.5 seconds


def test_an_image_is_one_segment_without_length(colours, tmp_path):
    path = tmp_path / "blue.png"
    write_image(path, np.full((40, 40, 3), BLUE, np.uint8))
    prediction = recognize_timeline(colours, path).prediction
    assert [(s.start_s, s.end_s, s.action) for s in prediction.segments] == [(0, 0, "blue")]
    clip = read_clip(path, colours.clip)
    assert prediction.probabilities == pytest.approx(colours.predict(clip).probabilities, abs=1e-6)


def test_impossible_steps_are_refused():
    for step_s in (0, 3.0, float("nan")):
        with pytest.raises(SettingError, match="The step must be"):
            TimelineOptions(window_s=2.0, step_s=step_s)

"""A clip pushed frame by frame ends with the answer for its file; late frames are dropped."""

import threading

import numpy as np
import pytest
from tests.tiny_models import scene

from kinora.errors import SettingError
from kinora.inference.encoding import FrameEncoder
from kinora.inference.streaming import Latest, Stream
from kinora.media import iter_frames


def push_all(recognizer, path, window_s=20.0, offset_s=0.0):
    stream = Stream(recognizer, window_s)
    for time_s, frame in iter_frames(path):
        prediction = stream.push(frame, time_s + offset_s)
    return prediction


@pytest.mark.parametrize(
    ("count", "fps"), [(1, 25), (2, 25), (5, 30), (24, 30), (36, 30), (60, 25), (61, 24), (100, 50)]
)
def test_the_last_answer_is_that_of_the_file(recognizer, make_video, count, fps):
    path = make_video(f"{count}.mp4", count, fps=fps, frame=scene)
    expected = recognizer.predict(path)
    found = push_all(recognizer, path)
    assert found.frame_times_s == pytest.approx(expected.frame_times_s, abs=1e-6)
    assert found.probabilities == expected.probabilities
    # A camera's clock does not begin at 0.
    later = push_all(recognizer, path, offset_s=98_765.4321)
    assert later.probabilities == expected.probabilities


def test_the_times_may_be_uneven(recognizer, make_video):
    stamps = [0, 1, 2, 9, 10, 11, 30, 31, 32, 47, 48, 49, 50]
    path = make_video(
        "uneven.mp4", len(stamps), fps=30, stamps=stamps, frame=scene, options={"bf": "0"}
    )
    found, expected = push_all(recognizer, path), recognizer.predict(path)
    assert found.probabilities == expected.probabilities


def test_an_image_model_streams_too(image_recognizer, clips):
    expected = image_recognizer.predict(clips[3])
    assert push_all(image_recognizer, clips[3]).probabilities == expected.probabilities


def test_only_the_window_counts(recognizer, clips):
    stream = Stream(recognizer, window_s=2.5)
    for place, path in enumerate(clips[:3]):
        for time_s, frame in iter_frames(path):
            prediction = stream.push(frame, place * 2.5 + time_s)
    expected = recognizer.predict(clips[2])
    assert prediction.probabilities == expected.probabilities
    assert prediction.frame_times_s[0] >= 5.0


def test_every_frame_costs_one_encoding_at_most(recognizer, monkeypatch):
    encoded, encode = [], FrameEncoder.encode
    monkeypatch.setattr(
        FrameEncoder, "encode", lambda self, frame: (encoded.append(1), encode(self, frame))[1]
    )
    stream = Stream(recognizer)
    for number in range(10):
        stream.push(scene(number, 80, 60), number / 10)
        assert stream.is_warming_up == (number < 5)
    assert len(encoded) == 10
    for number in range(10, 15):
        stream.push(scene(9, 80, 60), number / 10)
    assert len(encoded) == 10


def test_impossible_times_are_refused(recognizer):
    stream = Stream(recognizer)
    frame = np.zeros((40, 40, 3), np.uint8)
    stream.push(frame, 1.0)
    with pytest.raises(SettingError, match="not later"):
        stream.push(frame, 1.0)
    with pytest.raises(SettingError, match="longer than 0"):
        Stream(recognizer, 0)


def test_a_slow_reader_gets_the_newest_and_the_rest_is_counted():
    latest = Latest()
    for number in range(5):
        latest.put(number)
    assert (latest.take(), latest.dropped) == (4, 4)
    latest.put(5)
    latest.close()
    assert (latest.take(), latest.take(), latest.dropped) == (5, None, 4)


def test_a_waiting_reader_wakes_up():
    latest, taken = Latest(), []
    reader = threading.Thread(target=lambda: taken.extend(iter(latest.take, None)))
    reader.start()
    latest.put("frame")
    while not taken:
        reader.join(0.01)
    latest.close()
    reader.join(10)
    assert taken == ["frame"]
    assert not reader.is_alive()

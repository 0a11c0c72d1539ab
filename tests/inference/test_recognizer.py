"""The Recognizer answers like Keras for every kind of source, and encodes every frame once."""

import io
import logging
import shutil
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from tests.conftest import run_python
from tests.tiny_models import CLASSES, scene, write_model

from kinora import ClipSpec, Recognizer, read_clip
from kinora.errors import MediaTooLargeError, ModelError, UnsupportedMediaError
from kinora.inference.encoding import FrameEncoder
from kinora.media import Limits, iter_frames, write_image
from kinora.model.h5 import load_keras


@pytest.fixture(scope="module")
def network(compiled_models):
    return load_keras(compiled_models / "moves")


@pytest.fixture(scope="module")
def photo(tmp_path_factory):
    path = tmp_path_factory.mktemp("photos") / "photo.png"
    write_image(path, scene(7, 80, 60))
    return path


def encoded_frames(monkeypatch):
    """A list that grows with every frame that is really encoded."""
    seen, encode = [], FrameEncoder.encode
    monkeypatch.setattr(
        FrameEncoder, "encode", lambda self, frame: (seen.append(frame), encode(self, frame))[1]
    )
    return seen


def test_answers_are_those_of_keras(recognizer, network, clips):
    answers = []
    for path in clips:
        clip = read_clip(path, recognizer.clip)
        expected = network.predict(clip.array[None], verbose=0)[0]
        prediction = recognizer.predict(path)
        assert np.abs(np.array(prediction.probabilities) - expected).max() < 1e-5
        assert prediction.frame_times_s == clip.times_s
        assert prediction.classes == CLASSES
        answers.append(prediction.action)
    assert len(set(answers)) > 1


def test_every_kind_of_source_gives_the_same_answer(recognizer, clips, tmp_path):
    expected = recognizer.predict(clips[1])
    content = clips[1].read_bytes()
    sources = (str(clips[1]), content, io.BytesIO(content), read_clip(clips[1], recognizer.clip))
    for source in sources:
        assert recognizer.predict(source) == expected
    for number, (_, frame) in enumerate(iter_frames(clips[1])):
        write_image(tmp_path / f"frame_{number}.png", frame)
    assert recognizer.predict(tmp_path).probabilities == expected.probabilities


def test_an_image_is_a_clip_that_stands_still(recognizer, network, photo, monkeypatch):
    seen = encoded_frames(monkeypatch)
    prediction = recognizer.predict(photo)
    assert len(seen) == 1
    still = np.repeat(seen[0][None], recognizer.clip.frame_count, axis=0)
    expected = network.predict(still[None], verbose=0)[0]
    # The head divides by the deviation over time, which makes rounding large where it is zero.
    assert np.abs(np.array(prediction.probabilities) - expected).max() < 1e-3


def test_an_image_model_sees_an_image_once_and_a_video_as_the_mean_of_its_frames(
    image_recognizer, compiled_models, clips, photo, monkeypatch
):
    network = load_keras(compiled_models / "poses")
    seen = encoded_frames(monkeypatch)
    prediction = image_recognizer.predict(photo)
    assert len(seen) == 1
    expected = network.predict(seen[0][None, None], verbose=0)[0]
    assert np.abs(np.array(prediction.probabilities) - expected).max() < 1e-5

    clip = read_clip(clips[0], ClipSpec(frame_count=20, size=32))
    expected = network.predict(clip.array[:, None], verbose=0).mean(axis=0)
    prediction = image_recognizer.predict(clips[0])
    assert np.abs(np.array(prediction.probabilities) - expected).max() < 1e-5
    assert image_recognizer.predict(clip) == prediction
    assert len(prediction.frame_times_s) == 20


def test_a_frame_equal_to_the_one_before_is_not_encoded_again(
    recognizer, network, make_video, monkeypatch
):
    # Two stills, one after the other: six frames are looked at, two of them are different.
    path = make_video(
        "stills.mp4", 24, codec="ffv1", container="matroska", pixels="bgr0",
        frame=lambda number, *size: scene(number // 12 * 50, *size),
    )  # fmt: skip
    expected = network.predict(read_clip(path, recognizer.clip).array[None], verbose=0)[0]
    seen = encoded_frames(monkeypatch)
    prediction = recognizer.predict(path)
    assert len(seen) == 2
    assert np.abs(np.array(prediction.probabilities) - expected).max() < 1e-5


def test_encoding_and_classifying_are_the_two_halves(recognizer, clips):
    clip = read_clip(clips[2], recognizer.clip)
    features = recognizer.encode(clip.array)
    assert features.shape == (6, 8)
    assert np.array_equal(recognizer.encode(clip.array[:1])[0], features[0])
    expected = recognizer.predict(clip).probabilities
    assert tuple(recognizer.classify(features).tolist()) == expected
    with pytest.raises(ModelError, match=r"\(6, 8\), not \(5, 8\)"):
        recognizer.classify(features[:5])
    for frames in (clip.array[:, :16], clip.array.astype(np.float32), clip.array[:0]):
        with pytest.raises(ModelError, match="takes uint8 RGB frames"):
            recognizer.encode(frames)


def test_warnings_and_facts_of_the_file_are_passed_on(recognizer, clips, tmp_path):
    cut = tmp_path / "cut.mpg"
    cut.write_bytes(b"")
    recognition = recognizer.recognize(clips[0])
    assert (recognition.info.width, recognition.info.height) == (160, 120)
    assert recognition.prediction == recognizer.predict(clips[0])
    assert recognition.decode_ms > 0
    assert recognition.recognize_ms > 0
    with pytest.raises(UnsupportedMediaError):
        recognizer.predict(cut)
    with pytest.raises(MediaTooLargeError):
        recognizer.predict(clips[0], Limits(max_seconds=1))


def test_a_damaged_file_is_answered_with_a_warning(recognizer, network, tmp_path):
    for number in range(12):
        write_image(tmp_path / f"{number}.png", scene(number * 10, 80, 60))
    (tmp_path / "5.png").write_bytes(b"damaged")
    prediction = recognizer.predict(tmp_path)
    clip = read_clip(tmp_path, recognizer.clip)
    expected = network.predict(clip.array[None], verbose=0)[0]
    assert prediction.warnings == ("1 of 12 frames in the folder are damaged.",)
    assert np.abs(np.array(prediction.probabilities) - expected).max() < 1e-5


def test_threads_get_their_own_answers(recognizer, clips):
    expected = [recognizer.predict(path) for path in clips]
    with ThreadPoolExecutor(8) as threads:
        for _ in range(3):
            assert list(threads.map(recognizer.predict, clips)) == expected


def test_a_changed_graph_is_refused(compiled_models, tmp_path):
    folder = tmp_path / "moves"
    shutil.copytree(compiled_models / "moves", folder)
    content = bytearray((folder / "encoder.tflite").read_bytes())
    content[-100] ^= 1
    (folder / "encoder.tflite").write_bytes(content)
    with pytest.raises(ModelError, match=r"encoder\.tflite is not the file"):
        Recognizer.load(folder)


def test_models_without_graphs_are_compiled_with_a_message(
    recognizer, compiled_models, clips, tmp_path, caplog
):
    caplog.set_level(logging.INFO)
    bundle = write_model(tmp_path / "bare")
    expected = recognizer.predict(clips[0]).probabilities
    for path in (bundle.folder, bundle.model_file):
        caplog.clear()
        bare = Recognizer.load(path)
        assert "is compiled now" in caplog.text
        assert (bare.name, bare.classes) == ("bare", CLASSES)
        assert np.allclose(bare.predict(clips[0]).probabilities, expected, atol=1e-6)
        assert bare.version == bundle.version
    with pytest.raises(ModelError, match=r"give the folder of a bundle or an \.h5 file"):
        Recognizer.load(bundle.folder / "README.md")
    with pytest.raises(ModelError, match="is no bundle"):
        Recognizer.load(tmp_path / "nowhere")


def test_predicting_loads_no_tensorflow_and_prints_nothing(compiled_models, clips):
    code = (
        "import os, sys, kinora\n"
        "os.dup2(1, 2)  # what goes to standard error shows up in the output too\n"
        "kinora.Recognizer.load(sys.argv[1]).predict(sys.argv[2])\n"
        "print([name for name in ('tensorflow', 'keras', 'h5py', 'matplotlib')"
        " if name in sys.modules])"
    )
    assert run_python(code, str(compiled_models / "moves"), str(clips[0])) == "[]"

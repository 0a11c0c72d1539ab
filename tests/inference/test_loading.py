"""A bare .h5 of other people loads where its classes lie beside it, and says what it assumes."""

import json
import logging

import keras
import numpy as np
import pytest
from keras import layers
from tests.conftest import run_python

from kinora import Recognizer, read_clip
from kinora.errors import ModelError

NAMES = ["clap", "walk"]


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """An .h5 as most people save it, with the classes beside it; and its network."""
    keras.utils.set_random_seed(0)
    frames = [
        keras.Input((16, 16, 3)),
        layers.Conv2D(3, 3),
        layers.ReLU(),
        layers.GlobalAveragePooling2D(),
    ]
    network = keras.Sequential(
        [
            keras.Input((4, 16, 16, 3)),
            layers.TimeDistributed(keras.Sequential(frames)),
            layers.LSTM(5),
            layers.Dense(2, activation="softmax"),
        ]
    )
    network.layers[-1].kernel.assign(np.random.default_rng(1).normal(0, 9, (5, 2)))
    folder = tmp_path_factory.mktemp("bare")
    logging.getLogger("absl").setLevel(logging.ERROR)  # Keras advises against .h5
    network.save(folder / "my model (2).h5")
    (folder / "classes.json").write_text(json.dumps(NAMES), encoding="utf-8")
    return folder / "my model (2).h5", network


def test_it_answers_as_it_did_and_says_what_it_assumes(bare, clips, caplog):
    path, network = bare
    caplog.set_level(logging.INFO)
    recognizer = Recognizer.load(path)
    assert "is compiled now" in caplog.text
    assert "are divided by 255" in caplog.text
    assert (recognizer.name, recognizer.classes) == ("my-model-2", tuple(NAMES))
    for clip in clips[:2]:
        frames = read_clip(clip, recognizer.clip).array.astype(np.float32) / 255
        expected = network.predict(frames[None], verbose=0)[0]
        assert recognizer.predict(clip).probabilities == pytest.approx(expected, abs=1e-5)


def test_without_its_classes_it_is_refused(bare, tmp_path):
    path, _ = bare
    lonely = tmp_path / "lonely.h5"
    lonely.write_bytes(path.read_bytes())
    with pytest.raises(ModelError, match=r"beside it is no classes\.json"):
        Recognizer.load(lonely)


@pytest.mark.parametrize("missing", ["h5py", "keras"])
def test_without_tensorflow_it_says_what_to_install(bare, missing):
    code = (
        "import sys; sys.modules[sys.argv[2]] = None\n"
        "import kinora, kinora.errors\n"
        "try: kinora.Recognizer.load(sys.argv[1])\n"
        "except kinora.errors.ModelError as error: print(error)"
    )
    assert "requirements-train.txt" in run_python(code, str(bare[0]), missing)

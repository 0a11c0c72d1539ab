"""Files of other people, written by Keras 2 and 3, become networks that answer the same."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
from keras import layers
from tests.model.networks import predict

from kinora.errors import ModelError, SettingError
from kinora.model.architecture import split
from kinora.model.bundle import read_bundle, write_bundle
from kinora.model.h5 import load_keras
from kinora.model.keras2 import modernise
from kinora.model.legacy import import_h5

NAMES = ["clap", "jump", "walk", "wave"]


@pytest.fixture(scope="session")
def keras2_files(tmp_path_factory):
    if importlib.util.find_spec("tf_keras") is None:
        pytest.skip("tf_keras, which is Keras 2, is not installed")
    folder = tmp_path_factory.mktemp("keras2")
    script = Path(__file__).with_name("write_keras2.py")
    subprocess.run([sys.executable, script, folder], check=True, capture_output=True)
    (folder / "classes.json").write_text(json.dumps(NAMES), encoding="utf-8")
    return folder


@pytest.mark.parametrize("scaling", ["0..1", "-1..1"])
@pytest.mark.parametrize("name", ["plain", "flat", "functional"])
def test_files_of_keras_2_answer_as_they_did_in_keras_2(name, scaling, keras2_files):
    network, info = import_h5(keras2_files / f"{name}.h5", "old", scaling=scaling)
    truth = np.load(keras2_files / f"{name}.npz")
    answer = predict(network, truth["clips"])
    assert np.abs(answer - truth[scaling]).max() < 1e-5
    # It can fail: clips differ, and so do scalings.
    assert np.abs(truth[scaling][0] - truth[scaling][1]).max() > 1e-3
    assert np.abs(truth["0..1"] - truth["-1..1"]).max() > 1e-3
    assert info.classes == tuple(NAMES)
    assert (info.clip.frame_count, info.clip.size, info.clip.scaling) == (2, 32, scaling)
    assert info.provenance["written_by"].startswith("Keras 2.")
    assert info.provenance["largest_difference"] < 1e-5


def test_an_imported_file_becomes_a_bundle_that_plain_keras_opens(keras2_files, tmp_path):
    network, info = import_h5(keras2_files / "plain.h5", "old", scaling="0..1")
    bundle = write_bundle(tmp_path / "old", network, info)
    assert read_bundle(bundle.folder) == bundle
    truth = np.load(keras2_files / "plain.npz")
    again = keras.models.load_model(bundle.model_file, compile=False)
    assert np.abs(predict(again, truth["clips"]) - truth["0..1"]).max() < 1e-5
    encoder, head = split(again)
    assert head.input_shape == (None, 2, encoder.output_shape[-1])
    assert head.get_layer("actions").units == 4
    assert all(layer.unroll for layer in head.layers if isinstance(layer, layers.RNN))


def frames_network(*, scales_itself=False):
    parts = [layers.Rescaling(1 / 255)] if scales_itself else []
    return keras.Sequential(
        [keras.Input((16, 16, 3)), *parts, layers.Conv2D(3, 3), layers.GlobalAveragePooling2D()]
    )


def clip_network(*last, **settings):
    last = last or (layers.LSTM(3), layers.Dropout(0.5), layers.Dense(4, activation="softmax"))
    return keras.Sequential(
        [
            keras.Input((2, 16, 16, 3)),
            layers.TimeDistributed(frames_network(**settings)),
            *last,
        ]
    )


def save(network, folder, names=NAMES):
    path = folder / "mine.h5"
    network.save(path)
    if names is not None:
        (folder / "labels.json").write_text(json.dumps(names), encoding="utf-8")
    return path


def test_files_of_keras_3_are_taken_too(tmp_path):
    old = clip_network()
    network, info = import_h5(save(old, tmp_path), "mine", scaling="-1..1")
    clips = np.random.default_rng(0).integers(0, 256, (3, 2, 16, 16, 3), dtype=np.uint8)
    expected = predict(old, clips.astype(np.float32) / 127.5 - 1)
    assert np.allclose(predict(network, clips), expected, atol=1e-5)
    assert np.abs(expected[0] - expected[1]).max() > 1e-4
    assert info.provenance["written_by"] == f"Keras {keras.__version__}"


def test_a_file_that_scales_itself_needs_no_scaling_and_takes_none(tmp_path):
    path = save(clip_network(scales_itself=True), tmp_path)
    assert import_h5(path, "mine")[1].clip.scaling == "0..255"
    with pytest.raises(SettingError, match="scales pixels itself"):
        import_h5(path, "mine", scaling="0..1")


def test_an_unknown_scaling_is_asked_for(tmp_path):
    with pytest.raises(SettingError, match="cannot be seen from its weights"):
        import_h5(save(clip_network(), tmp_path), "mine")


def test_our_own_files_need_nothing_else(tiny_bundle):
    network, info = import_h5(tiny_bundle.model_file, "renamed")
    assert info.name == "renamed"
    assert info.classes == tiny_bundle.info.classes
    assert network.output_shape == (None, 3)


def _open_length():
    return keras.Sequential(
        [
            keras.Input((None, 16, 16, 3)),
            layers.TimeDistributed(frames_network()),
            layers.LSTM(3),
            layers.Dense(4, activation="softmax"),
        ]
    )


def _not_pooled():
    return keras.Sequential(
        [
            keras.Input((2, 16, 16, 3)),
            layers.TimeDistributed(layers.Conv2D(3, 3)),
            layers.Reshape((2, -1)),
            layers.LSTM(3),
            layers.Dense(4, activation="softmax"),
        ]
    )


def _among_frames():
    return keras.Sequential(
        [
            keras.Input((2, 16, 16, 3)),
            layers.Conv3D(3, 1),
            layers.TimeDistributed(layers.Flatten()),
            layers.LSTM(3),
            layers.Dense(4, activation="softmax"),
        ]
    )


def _branching():
    clip = keras.Input((2, 16, 16, 3))
    x = layers.TimeDistributed(frames_network())(clip)
    added = layers.LSTM(3)(x)
    scaled = layers.Dense(3)(added)
    doubled = layers.Dense(3)(added)  # beside the other, not behind it
    both = layers.Add()([scaled, doubled])
    return keras.Model(clip, layers.Dense(4, activation="softmax")(both))


def _two_answers():
    clip = keras.Input((2, 16, 16, 3))
    x = layers.LSTM(3)(layers.TimeDistributed(frames_network())(clip))
    return keras.Model(clip, [layers.Dense(4, activation="softmax")(x), layers.Dense(1)(x)])


def _no_time():
    return keras.Sequential(
        [keras.Input((16, 16, 3)), layers.Flatten(), layers.Dense(4, activation="softmax")]
    )


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (_open_length, "fixed number of square colour frames"),
        (_not_pooled, "pool or flatten every frame"),
        (_among_frames, "Conv3D stands among"),
        (_branching, "no single chain"),
        (_two_answers, "several inputs or outputs"),
        (_no_time, "no TimeDistributed layer"),
        (lambda: clip_network(layers.LSTM(4)), "ends in LSTM 4"),
        (lambda: clip_network(layers.LSTM(4), layers.Dense(4)), "ends in Dense 4"),
        (lambda: clip_network(layers.LSTM(4), layers.Softmax()), "ends in LSTM 4"),
    ],
)
def test_networks_of_another_kind_are_refused_with_the_reason(build, sentence, tmp_path):
    with pytest.raises(ModelError, match=sentence):
        import_h5(save(build(), tmp_path), "mine", scaling="0..1")


def test_a_list_of_classes_of_another_length_is_refused(tmp_path):
    with pytest.raises(ModelError, match="4 numbers, but the list of classes has 2"):
        import_h5(save(clip_network(), tmp_path, ["clap", "wave"]), "mine", scaling="0..1")
    (tmp_path / "labels.json").unlink()
    with pytest.raises(ModelError, match="--classes FILE"):
        import_h5(tmp_path / "mine.h5", "mine", scaling="0..1")


def test_files_that_are_no_networks_are_refused(tmp_path):
    path = tmp_path / "mine.h5"
    with pytest.raises(ModelError, match="There is no file"):
        import_h5(path, "mine")
    path.write_bytes(b"\x89HDF\r\n\x1a\n and then nothing")
    with pytest.raises(ModelError, match="damaged"):
        import_h5(path, "mine")
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = "3.0.0"
    with pytest.raises(ModelError, match="holds no network"):
        load_keras(path)
    with h5py.File(path, "a") as file:
        file.attrs["model_config"] = "{"
    with pytest.raises(ModelError, match="no JSON"):
        load_keras(path)
    with h5py.File(path, "a") as file:
        file.attrs["model_config"] = '{"class_name": "Spline", "config": {}}'
    with pytest.raises(ModelError, match="Keras cannot read"):
        load_keras(path)


@pytest.mark.parametrize("version", ["2.15.0", "3.15.0"])
@pytest.mark.parametrize(
    "layer",
    [
        {"class_name": "Lambda", "config": {"function": ["4wEAAAA=", None, None]}},
        {"class_name": "Popen", "module": "subprocess", "config": {"args": ["true"]}},
        {"class_name": "Dense", "config": {"activation": {"class_name": "__lambda__"}}},
    ],
)
def test_code_in_a_file_is_not_run(layer, version, tmp_path):
    path = save(clip_network(), tmp_path)
    with h5py.File(path, "a") as file:
        config = json.loads(file.attrs["model_config"])
        config["config"]["layers"].append(layer)
        file.attrs["model_config"] = json.dumps(config)
        file.attrs["keras_version"] = version
    with pytest.raises(ModelError, match="runs no code from model files"):
        import_h5(path, "mine", scaling="0..1")


def test_a_real_lambda_layer_is_refused(tmp_path):
    network = keras.Sequential(
        [keras.Input((16,)), layers.Lambda(lambda values: values * 2), layers.Dense(2)]
    )
    path = save(network, tmp_path)
    with pytest.raises(ModelError, match="runs no code"):
        load_keras(path)


def test_words_of_keras_2_become_words_of_keras_3():
    old = {
        "class_name": "InputLayer",
        "config": {"batch_input_shape": [None, 4], "ragged": False, "name": "clip"},
    }
    assert modernise(old) == {
        "class_name": "InputLayer",
        "module": "keras.layers",
        "registered_name": None,
        "config": {"batch_shape": [None, 4], "name": "clip"},
    }
    policy = {"class_name": "Policy", "config": {"name": "mixed_float16"}}
    assert modernise({"dtype": policy}) == {"dtype": "mixed_float16"}

"""The network: uint8 clips in, probabilities out; its parts share weights and survive the .h5."""

import subprocess
import sys

import keras
import numpy as np
import pytest
from tests.model.networks import predict, wake

from kinora import ClipSpec
from kinora.errors import ModelError, SettingError
from kinora.model.architecture import (
    block_count,
    build_encoder,
    build_network,
    fold_temperature,
    join,
    scaling_layer,
    scaling_of,
    set_trainable,
    split,
)
from kinora.model.backbones import BACKBONES
from kinora.model.heads import build_head
from kinora.model.specs import BACKBONE_NAMES, HEAD_KINDS, HeadSpec, NetworkSpec

SMALL = NetworkSpec(width=0.35, head=HeadSpec(units=4))
CLIP = ClipSpec(frame_count=3, size=32)


@pytest.fixture(scope="module")
def network():
    return wake(build_network(SMALL, CLIP, class_count=5, weights="none"))


@pytest.fixture(scope="module")
def clips():
    return np.random.default_rng(0).integers(0, 256, (2, 3, 32, 32, 3), dtype=np.uint8)


def test_clips_become_probabilities(network, clips):
    answer = predict(network, clips)
    assert answer.shape == (2, 5)
    assert np.allclose(answer.sum(axis=1), 1)
    assert np.abs(answer[0] - answer[1]).max() > 1e-3  # else the other tests compare nothing
    assert network.input_shape == (None, 3, 32, 32, 3)
    assert network.inputs[0].dtype == "uint8"


def test_encoder_and_head_in_two_steps_answer_the_same(network, clips):
    encoder, head = split(network)
    features = np.stack([predict(encoder, clip) for clip in clips])
    assert np.allclose(predict(head, features), predict(network, clips), atol=1e-6)
    assert np.array_equal(predict(join(encoder, head), clips), predict(network, clips))


@pytest.mark.parametrize("name", BACKBONE_NAMES)
def test_every_backbone_has_the_features_and_blocks_it_declares(name):
    spec = NetworkSpec(name)
    clip = ClipSpec(size=40, scaling=scaling_of(spec))
    encoder = build_encoder(spec, clip, weights="none")
    assert encoder.output_shape == (None, BACKBONES[name].feature_size)
    frame = np.zeros((1, 40, 40, 3), np.uint8)
    assert np.isfinite(predict(encoder, frame)).all()
    names = [layer.name for layer in encoder.get_layer("backbone").layers]
    places = [names.index(block) for block in BACKBONES[name].blocks]
    assert places == sorted(places)
    assert places[0] == 1  # nothing but the input before the first block


def test_the_registry_and_the_settings_name_the_same_backbones():
    assert tuple(BACKBONES) == BACKBONE_NAMES


@pytest.mark.parametrize("scaling", ["-1..1", "0..1", "0..255", "imagenet"])
def test_scaling_happens_inside_the_graph(scaling):
    pixels = np.arange(0, 255, 17, dtype=np.uint8).reshape(1, 5, 1, 3)
    scaled = predict(scaling_layer(scaling), pixels)
    unit = pixels / 255
    expected = {
        "-1..1": unit * 2 - 1,
        "0..1": unit,
        "0..255": unit * 255,
        "imagenet": (unit - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225],
    }[scaling]
    assert np.allclose(scaled, expected, atol=1e-5)


def test_a_scaling_the_backbone_was_not_trained_on_is_refused():
    with pytest.raises(SettingError, match=r"-1\.\.1"):
        build_network(SMALL, ClipSpec(3, 32, scaling="0..1"), 5, weights="none")


def test_freezing_by_blocks_leaves_batch_norm_alone():
    encoder = build_encoder(SMALL, CLIP, weights="none")
    set_trainable(encoder, SMALL, 0)
    assert encoder.trainable_variables == []
    set_trainable(encoder, SMALL, 1)
    assert [variable.path for variable in encoder.trainable_variables] == ["Conv_1/kernel"]
    set_trainable(encoder, SMALL, 1, batch_norm=True)
    assert len(encoder.trainable_variables) == 3
    set_trainable(encoder, SMALL, block_count(SMALL), batch_norm=True)
    everything = len(encoder.trainable_variables)
    assert everything == len([v for v in encoder.variables if "moving_" not in v.path])
    with pytest.raises(SettingError, match="19 blocks"):
        set_trainable(encoder, SMALL, 20)


def test_temperature_becomes_part_of_the_weights(clips):
    network = wake(build_network(SMALL, CLIP, 5, weights="none"))
    before = predict(network, clips)
    fold_temperature(network, 2.5)
    sharpened = before ** (1 / 2.5)
    expected = sharpened / sharpened.sum(axis=1, keepdims=True)
    assert np.allclose(predict(network, clips), expected, atol=1e-6)
    with pytest.raises(SettingError, match="above 0"):
        fold_temperature(network, 0)


def test_a_foreign_network_cannot_be_split():
    foreign = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    with pytest.raises(ModelError, match="kinora import"):
        split(foreign)


def test_an_image_model_is_a_clip_of_one_frame():
    spec = NetworkSpec(width=0.35, head=HeadSpec("mean"))
    network = build_network(spec, ClipSpec(1, 32), 2, weights="none")
    assert predict(network, np.zeros((1, 1, 32, 32, 3), np.uint8)).shape == (1, 2)


def test_plain_keras_opens_every_file_without_kinora(tmp_path, network, clips):
    set_trainable(split(network)[0], SMALL, 4)  # half frozen: the harder file to read back
    features = np.random.default_rng(1).normal(size=(2, 3, 6)).astype(np.float32)
    models = {"network": (network, clips)}
    for kind in HEAD_KINDS:
        spec = HeadSpec(kind, units=4, bidirectional=kind == "gru")
        models[kind] = (build_head(spec, 3, 6, class_count=5), features)
    for name, (model, values) in models.items():
        model.save(tmp_path / f"{name}.h5", include_optimizer=False)
        np.save(tmp_path / f"{name}.npy", values)
    code = (
        "import sys, numpy as np, keras\n"
        "for name in sys.argv[1:]:\n"
        "    model = keras.models.load_model(name + '.h5', compile=False)\n"
        "    np.save(name + '_answer.npy', np.array(model(np.load(name + '.npy'))))\n"
        "assert not any(name.startswith('kinora') for name in sys.modules)\n"
    )
    subprocess.run(
        [sys.executable, "-c", code, *models], cwd=tmp_path, check=True, capture_output=True
    )
    for name, (model, values) in models.items():
        answer = np.load(tmp_path / f"{name}_answer.npy")
        assert np.allclose(answer, predict(model, values), atol=1e-6)

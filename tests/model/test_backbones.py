"""Backbones take weights from a file, from a download, or none; every mistake has its sentence."""

import keras
import numpy as np
import pytest
from tests.model.networks import predict

from kinora import ClipSpec
from kinora.errors import ModelError, SettingError
from kinora.model.architecture import build_encoder
from kinora.model.backbones import build_backbone, find_backbone
from kinora.model.specs import NetworkSpec

WEIGHTS = "weights/mobilenet_v2_1.0_224_imagenet_no_top.weights.h5"


def test_imagenet_weights_from_a_file_see_what_keras_sees(shared_data):
    weights = shared_data.parent / WEIGHTS
    encoder = build_encoder(NetworkSpec(), ClipSpec(size=96), weights)
    published = keras.applications.MobileNetV2(
        input_shape=(96, 96, 3), include_top=False, weights=weights, pooling="avg"
    )
    frame = _real_frame(shared_data, 96)
    scaled = keras.applications.mobilenet_v2.preprocess_input(frame.astype(np.float32))
    expected = predict(published, scaled[None])
    assert np.allclose(predict(encoder, frame[None]), expected, atol=1e-5)
    assert 0.1 < expected.mean() < 2  # it is a picture, and the network sees something in it


def _real_frame(shared_data, size):
    import cv2

    path = min((shared_data / "har15" / "images").iterdir())
    return cv2.resize(cv2.imread(str(path)), (size, size))[..., ::-1]


@pytest.mark.parametrize("name", ["mobilenet_v3_small", "resnet18"])
def test_a_weight_file_of_any_frame_size_is_taken(name, tmp_path):
    path = tmp_path / "own.weights.h5"
    large = find_backbone(name).build(64, 1.0, None)
    large.save_weights(path)
    first, last = (build_backbone(name, 32, 1.0, path).weights[i].numpy() for i in (0, -1))
    kept = build_backbone(name, 64, 1.0, "none").weights
    saved = [weight.numpy() for weight in large.weights]
    assert any(np.array_equal(first, weight) for weight in saved)
    assert any(np.array_equal(last, weight) for weight in saved)
    assert not np.array_equal(first, kept[0].numpy())


def test_efficientnet_keeps_the_scaling_that_keras_has_inside():
    """Its published graph scales by itself; ours scales in front of the body and must agree."""
    published = keras.applications.EfficientNetB0(
        input_shape=(32, 32, 3), include_top=False, weights=None, pooling="avg"
    )
    scaling = next(x for x in published.layers if isinstance(x, keras.layers.Normalization))
    deviation = np.array([0.229, 0.224, 0.225], np.float32)
    # In effect what the published file holds, together with the division Keras adds behind it.
    scaling.set_weights([np.array([0.485, 0.456, 0.406], np.float32), deviation**2, np.zeros(())])
    scaling.finalize_state()
    spec = NetworkSpec("efficientnet_b0")
    encoder = build_encoder(spec, ClipSpec(size=32, scaling="imagenet"), "none")
    body = encoder.get_layer("backbone")
    body.set_weights([w.numpy() for w in published.weights if not w.path.startswith(scaling.name)])
    frame = np.random.default_rng(3).integers(0, 256, (1, 32, 32, 3), dtype=np.uint8)
    assert np.allclose(predict(encoder, frame), predict(published, frame), atol=1e-5)


def test_errors_name_what_exists(tmp_path):
    with pytest.raises(SettingError, match="mobilenet_v2, resnet18"):
        build_backbone("vgg16", 32, 1.0, "none")
    with pytest.raises(SettingError, match=r"width 1\.0, not 0\.5"):
        build_backbone("resnet18", 32, 0.5, "none")
    with pytest.raises(ModelError, match="publishes no ImageNet weights for resnet18"):
        build_backbone("resnet18", 32, 1.0, "imagenet")
    with pytest.raises(ModelError, match="no weight file"):
        build_backbone("resnet18", 32, 1.0, tmp_path / "absent.h5")
    with pytest.raises(SettingError, match="backbone must be one of"):
        NetworkSpec("vgg16")


def test_a_file_that_is_not_these_weights_is_refused(tmp_path):
    text = tmp_path / "text.weights.h5"
    text.write_text("no weights")
    other = tmp_path / "other.weights.h5"
    build_backbone("mobilenet_v2", 32, 0.35, "none").save_weights(other)
    for path in (text, other):
        with pytest.raises(ModelError, match="does not fit resnet18"):
            build_backbone("resnet18", 32, 1.0, path)


def test_a_failing_download_points_to_files(monkeypatch):
    def no_network(*arguments, **options):
        raise Exception("URL fetch failure: 101")  # noqa: TRY002  as Keras does

    monkeypatch.setattr("keras.src.applications.mobilenet_v2.file_utils.get_file", no_network)
    with pytest.raises(ModelError, match="KINORA_WEIGHTS"):
        build_backbone("mobilenet_v2", 96, 0.35, "imagenet")


def test_settings_survive_json():
    spec = NetworkSpec("resnet18")
    assert NetworkSpec.from_dict(spec.to_dict()) == spec
    for values in ({"colour": 1}, {"head": {"cells": 3}}):
        with pytest.raises(SettingError, match="unknown"):
            NetworkSpec.from_dict(values)

"""The heads: their statistics are right, and every one becomes a plain static graph."""

import keras
import numpy as np
import pytest
from tests.model.networks import predict

from kinora.errors import SettingError
from kinora.model.heads import build_head
from kinora.model.specs import HEAD_KINDS, HeadSpec

FRAMES, FEATURES, CLASSES = 5, 6, 3
HEADS = [
    *(HeadSpec(kind, units=4) for kind in HEAD_KINDS),
    HeadSpec("lstm", units=4, layers=2, bidirectional=True),
    HeadSpec("gru", units=4, pooling="last", motion=False),
    HeadSpec("transformer", units=8, layers=2, pooling="last"),
]


@pytest.fixture(scope="module")
def features():
    return np.random.default_rng(1).normal(2, 3, (4, FRAMES, FEATURES)).astype(np.float32)


def test_motion_is_five_statistics_over_time(features):
    head = build_head(HeadSpec(units=4), FRAMES, FEATURES, CLASSES)
    summary = keras.Model(head.input, head.get_layer("summary").output)
    motion = predict(summary, features)[:, 4:]
    late, early = features[:, 3:].mean(axis=1), features[:, :2].mean(axis=1)
    mean, middle = features.mean(axis=1), features[:, 1:4].mean(axis=1)
    steps = np.abs(np.diff(features, axis=1)).mean(axis=1)
    distance = np.abs(features - mean[:, None]).mean(axis=1)
    expected = [mean, distance, late - early, middle - mean, steps]
    assert np.allclose(motion, np.concatenate(expected, axis=1), atol=1e-4)


def test_frames_that_are_all_the_same_have_no_motion(features):
    head = build_head(HeadSpec(units=4), FRAMES, FEATURES, CLASSES)
    summary = keras.Model(head.input, head.get_layer("summary").output)
    still = np.repeat(features[:, :1], FRAMES, axis=1)
    assert np.allclose(predict(summary, still)[:, 4 + FEATURES :], 0, atol=1e-3)


def test_the_mean_head_cannot_see_the_order_of_frames_and_the_lstm_can(features):
    backwards = features[:, ::-1]
    for kind, sees_order in (("mean", False), ("lstm", True), ("gru", True), ("transformer", True)):
        head = build_head(HeadSpec(kind, units=4, motion=False), FRAMES, FEATURES, CLASSES)
        for layer in head.layers:  # learned positions start at zero
            if layer.name == "positions":
                layer.bias.assign(np.random.default_rng(2).normal(size=layer.bias.shape))
        same = np.allclose(predict(head, features), predict(head, backwards), atol=1e-5)
        assert same is not sees_order, kind


def test_dropout_hides_the_same_features_in_all_frames():
    head = build_head(HeadSpec("mean", dropout=0.5), FRAMES, FEATURES, CLASSES)
    hidden = head.get_layer("feature_dropout")(np.ones((2, FRAMES, FEATURES)), training=True)
    hidden = keras.ops.convert_to_numpy(hidden)
    assert (hidden == hidden[:, :1]).all()


def test_one_frame_has_no_motion_to_look_at():
    with pytest.raises(SettingError, match="no motion"):
        build_head(HeadSpec(), 1, FEATURES, CLASSES)
    build_head(HeadSpec("mean"), 1, FEATURES, CLASSES)


@pytest.mark.parametrize("spec", HEADS, ids=lambda spec: f"{spec.kind}{spec.layers}{spec.pooling}")
def test_every_head_becomes_a_static_graph_of_builtin_operations(spec, features):
    import tensorflow as tf
    from ai_edge_litert.interpreter import Interpreter
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    head = build_head(spec, FRAMES, FEATURES, CLASSES)
    function = tf.function(lambda values: head(values, training=False))
    concrete = function.get_concrete_function(tf.TensorSpec((1, FRAMES, FEATURES)))
    frozen = convert_variables_to_constants_v2(concrete)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([frozen])
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    interpreter = Interpreter(model_content=converter.convert())
    interpreter.allocate_tensors()
    operations = {entry["op_name"] for entry in interpreter._get_ops_details()}
    assert "WHILE" not in operations
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], features[:1])
    interpreter.invoke()
    answer = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    assert np.allclose(answer, predict(head, features[:1]), atol=1e-5)


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "rnn"},
        {"units": 0},
        {"units": 2.5},
        {"layers": 99},
        {"dropout": 1.0},
        {"dropout": "half"},
        {"pooling": "max"},
    ],
)
def test_impossible_settings_are_refused(values):
    with pytest.raises(SettingError, match=next(iter(values))):
        HeadSpec(**values)

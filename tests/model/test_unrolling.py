"""Unrolled heads answer like those of Keras, whatever their LSTM looks like."""

import keras
import numpy as np
import pytest
from keras import layers

from kinora.model.heads import build_head
from kinora.model.specs import HeadSpec
from kinora.model.unrolling import UnrolledLSTM, unrolled


def lstms(model):
    """The LSTM layers, also those inside of others."""
    for layer in model.layers:
        inner = [getattr(layer, name, None) for name in ("forward_layer", "backward_layer")]
        yield from (own for own in [layer, *inner] if isinstance(own, layers.LSTM))


@pytest.mark.parametrize(
    "spec",
    [
        HeadSpec(units=5),
        HeadSpec(units=5, pooling="last", motion=False),
        HeadSpec(units=5, layers=2, bidirectional=True),
        HeadSpec(units=5, bidirectional=True, pooling="last"),
        HeadSpec("gru", units=5),
        HeadSpec("transformer", units=8),
        HeadSpec("mean"),
    ],
)
def test_every_head_answers_as_before(spec):
    head = build_head(spec, 7, 12, 3)
    rng = np.random.default_rng(0)
    head.set_weights([rng.normal(0, 0.7, values.shape) for values in head.get_weights()])
    features = rng.normal(0, 1, (4, 7, 12)).astype(np.float32)
    expected = head.predict(features, verbose=0)
    assert np.abs(expected[0] - expected[1]).max() > 1e-3
    copy = unrolled(head)
    answers = np.concatenate([copy.predict(row[None], verbose=0) for row in features])
    assert np.allclose(answers, expected, atol=1e-5)
    assert all(isinstance(layer, UnrolledLSTM) for layer in lstms(copy))
    assert len(list(lstms(copy))) == len(list(lstms(head)))


def test_what_is_not_as_usual_stays_as_it_is():
    head = keras.Sequential(
        [keras.Input((3, 4)), layers.LSTM(2, activation="relu", unroll=True), layers.Dense(2)]
    )
    assert not any(isinstance(layer, UnrolledLSTM) for layer in lstms(unrolled(head)))

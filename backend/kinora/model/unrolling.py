"""LSTM layers as they are compiled: the same numbers in a quarter of the time.

Keras multiplies every frame's features with the input weights in its own step, which reads those
weights from memory once per frame. Here one multiplication does it for all frames.
"""

from typing import Any

import keras
from keras import layers, ops


class UnrolledLSTM(layers.LSTM):
    """An LSTM without loops for one clip at a time; it takes the weights of the plain one."""

    def call(self, sequences: Any, initial_state: Any = None, **_: Any) -> Any:
        """The state after the last frame, or after every frame."""
        cell, frame_count = self.cell, sequences.shape[1]
        inputs = ops.matmul(ops.reshape(sequences, (frame_count, -1)), cell.kernel)
        if cell.use_bias:
            inputs = inputs + cell.bias
        places = reversed(range(frame_count)) if self.go_backwards else range(frame_count)
        output = carried = ops.zeros((1, cell.units))
        outputs = []
        for place in places:
            gates = inputs[place : place + 1] + ops.matmul(output, cell.recurrent_kernel)
            entering, forgetting, new, leaving = ops.split(gates, 4, axis=1)
            kept = ops.sigmoid(forgetting) * carried
            carried = kept + ops.sigmoid(entering) * ops.tanh(new)
            output = ops.sigmoid(leaving) * ops.tanh(carried)
            outputs.append(output)
        return ops.concatenate(outputs, axis=0)[None] if self.return_sequences else output


def unrolled(head: keras.Model) -> keras.Model:
    """The head for one clip, (1, frames, features), with its LSTM layers unrolled this way.

    Layers that are not as Keras makes them by default stay as they are.
    """
    features = keras.Input(head.input_shape[1:], batch_size=1)
    with keras.saving.custom_object_scope({"UnrolledLSTM": UnrolledLSTM}):
        copy = keras.models.clone_model(head, input_tensors=features, clone_function=_copy)
    copy.set_weights(head.get_weights())
    return copy


def _copy(layer: layers.Layer) -> layers.Layer:
    config = layer.get_config()
    if _is_plain(layer):
        return UnrolledLSTM.from_config(config)
    is_bidirectional = isinstance(layer, layers.Bidirectional)
    if is_bidirectional and _is_plain(layer.forward_layer) and _is_plain(layer.backward_layer):
        return layers.Bidirectional(
            _copy(layer.forward_layer),
            merge_mode=layer.merge_mode,
            backward_layer=_copy(layer.backward_layer),
            name=layer.name,
        )
    return type(layer).from_config(config)


def _is_plain(layer: layers.Layer) -> bool:
    """An LSTM that would be unrolled anyway, with the activations that everybody uses."""
    return (
        type(layer) is layers.LSTM
        and layer.unroll
        and not layer.stateful
        and layer.activation is keras.activations.tanh
        and layer.recurrent_activation is keras.activations.sigmoid
    )

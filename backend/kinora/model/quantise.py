"""Graphs in int8: half the time and a third of the size."""

import csv
import io
import warnings
from collections.abc import Iterator

import numpy as np
import tensorflow as tf

from kinora.model.h5 import without_advice

# One in so many layers stays in float, the first ones: what they get wrong goes through all others.
# Of MobileNetV2 that takes a sixth of the time more, and the features come out almost twice as
# close to those of float; later layers, or those with the largest own errors, give less for more.
_ONE_IN_FLOAT = 8
# How far numbers reach is known after a few hundred frames; more change nothing.
_MOST_CALIBRATED = 200


def quantise_weights(converter: tf.lite.TFLiteConverter) -> bytes:
    """The graph with its weights in int8; what goes through it stays in float between layers.

    That suits a head, whose time goes into reading its weights: they have left the cache whenever
    a frame was encoded before.
    """
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    return converter.convert()


def quantise(converter: tf.lite.TFLiteConverter, frames: np.ndarray) -> bytes:
    """The graph with all in int8, weights per channel, but for the first layers.

    Args:
        converter: Of the encoder, as for float.
        frames: uint8 RGB frames like those it will see, (count, size, size, 3).
    """
    chosen = frames[:: max(1, len(frames) // _MOST_CALIBRATED)][:_MOST_CALIBRATED]
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: _one_by_one(chosen)
    with warnings.catch_warnings(), without_advice():
        # That the debugger uses an interpreter which will be replaced in TensorFlow itself.
        warnings.simplefilter("ignore")
        debugger = tf.lite.experimental.QuantizationDebugger(
            converter=converter, debug_dataset=lambda: _one_by_one(chosen[:1])
        )
        debugger.run()
        layers = _layers(debugger)
        debugger.options = tf.lite.experimental.QuantizationDebugOptions(
            denylisted_nodes=layers[: len(layers) // _ONE_IN_FLOAT]
        )
        return debugger.get_nondebug_quantized_model()


def _one_by_one(frames: np.ndarray) -> Iterator[list[np.ndarray]]:
    for frame in frames:
        yield [frame[None]]


def _layers(debugger: tf.lite.experimental.QuantizationDebugger) -> list[str]:
    """The names of all layers, the first one first."""
    table = io.StringIO()
    debugger.layer_statistics_dump(table)
    table.seek(0)
    return [row["tensor_name"] for row in csv.DictReader(table)]

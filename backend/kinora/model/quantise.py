"""The encoder in int8: half the time and a third of the size, calibrated on real frames."""

import csv
import io
import warnings
from collections.abc import Iterator

import numpy as np
import tensorflow as tf

from kinora.model.h5 import without_advice

# Layers that stay in float because int8 changes them most. Of MobileNetV2 these are the first
# depthwise layers and the last convolution: left in float they take a tenth of the time more, and
# the features come out a third closer to those of float.
_KEPT_IN_FLOAT = 3
# How far numbers reach is known after a few hundred frames; more change nothing.
_MOST_CALIBRATED, _COMPARED = 200, 20


def quantise(converter: tf.lite.TFLiteConverter, frames: np.ndarray) -> bytes:
    """The graph with weights in int8 per channel, all but the layers that suffer most.

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
            converter=converter, debug_dataset=lambda: _one_by_one(chosen[:_COMPARED])
        )
        debugger.run()
        debugger.options = tf.lite.experimental.QuantizationDebugOptions(
            denylisted_nodes=_worst(debugger)
        )
        return debugger.get_nondebug_quantized_model()


def _one_by_one(frames: np.ndarray) -> Iterator[list[np.ndarray]]:
    for frame in frames:
        yield [frame[None]]


def _worst(debugger: tf.lite.experimental.QuantizationDebugger) -> list[str]:
    """The layers whose error is largest, measured in steps of their own scale."""
    table = io.StringIO()
    debugger.layer_statistics_dump(table)
    table.seek(0)
    errors = {
        row["tensor_name"]: float(row["mean_squared_error"]) ** 0.5 / float(row["scale"])
        for row in csv.DictReader(table)
    }
    return sorted(errors, key=errors.__getitem__)[-_KEPT_IN_FLOAT:]

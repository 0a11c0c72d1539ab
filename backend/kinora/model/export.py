"""Compile a network for LiteRT: one graph for a frame, one for the head, checked at once.

The graphs are static and use only built-in operations, so they run wherever LiteRT does: servers,
phones, boards and browsers.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from tensorflow.lite.python.convert import ConverterError
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from kinora.errors import ModelError
from kinora.model.architecture import split
from kinora.model.bundle import MODEL_FILE, Bundle, add_graphs
from kinora.model.h5 import load_keras, without_advice
from kinora.model.info import Graph
from kinora.model.quantise import quantise, quantise_weights
from kinora.model.unrolling import unrolled

# Rounding in float32 stays below 1e-5; a probability that moves by more was converted wrongly.
_LARGEST_DIFFERENCE = 1e-3
# Enough clips to see a wrong graph; each costs Keras some tenths of a second.
_CLIPS_CHECKED = 8
_TIMED_RUNS = 15


@dataclass(frozen=True)
class Compiled:
    """A compiled graph and how it compares with the Keras model."""

    content: bytes
    parity: Mapping[str, Any]


def export_bundle(bundle: Bundle, calibration_frames: np.ndarray | None = None) -> Bundle:
    """Compile a bundle's encoder and head from its model.h5 and write them into it.

    Args:
        bundle: The bundle; graphs that it has already are replaced.
        calibration_frames: uint8 RGB frames of real clips, (count, size, size, 3), to compare the
            graphs with Keras on; without them rendered ones are used.
    """
    compiled = compile_network(load_keras(bundle.model_file), calibration_frames)
    made_from = bundle.files[MODEL_FILE]
    graphs = {
        part: (Graph(f"{part}.tflite", "float32", made_from, entry.parity), entry.content)
        for part, entry in compiled.items()
    }
    return add_graphs(bundle, graphs)


def compile_int8(bundle: Bundle, frames: np.ndarray) -> dict[str, Compiled]:
    """The graphs `encoder` and `head` of a bundle in int8, with their size and time.

    Args:
        bundle: The bundle; it is not changed.
        frames: uint8 RGB frames of real clips, (count, size, size, 3), to calibrate on.
    """
    encoder, head = split(load_keras(bundle.model_file))
    contents = {
        "encoder": convert(encoder, "uint8", partial(quantise, frames=frames)),
        "head": convert(unrolled(head), "float32", quantise_weights),
    }
    features = np.zeros((1, *head.input_shape[1:]), np.float32)
    inputs = {"encoder": frames[:1], "head": features}
    return {
        part: Compiled(content, _costs(content, partial(_runner(content), inputs[part])))
        for part, content in contents.items()
    }


def compile_network(network: keras.Model, frames: np.ndarray | None = None) -> dict[str, Compiled]:
    """The graphs `encoder` and `head` of a network.

    Raises:
        ModelError: The network cannot be compiled, or its graphs answer differently.
    """
    encoder, head = split(network)
    contents = {"encoder": convert(encoder, "uint8"), "head": convert(unrolled(head), "float32")}
    clips = _clips(network, frames)
    expected = network.predict(clips, batch_size=1, verbose=0)
    run_encoder, run_head = (_runner(contents[part]) for part in ("encoder", "head"))
    features = [np.concatenate([run_encoder(frame[None]) for frame in clip]) for clip in clips]
    answers = np.concatenate([run_head(feature[None]) for feature in features])
    shared = _compare(expected, answers)
    runs = {
        "encoder": lambda: run_encoder(clips[0, :1]),
        "head": lambda: run_head(features[0][None]),
    }
    return {
        part: Compiled(
            content,
            {**shared, **_costs(content, runs[part])},
        )
        for part, content in contents.items()
    }


def convert(
    model: keras.Model,
    dtype: str,
    by: Callable[[tf.lite.TFLiteConverter], bytes] = tf.lite.TFLiteConverter.convert,
) -> bytes:
    """The .tflite graph of a model for exactly one input at a time; XNNPACK needs static shapes.

    Args:
        model: A part of a network.
        dtype: What its input is made of.
        by: What makes the graph; by default in float32.
    """
    try:
        with without_advice():
            return by(_converter(model, dtype))
    except ConverterError as error:
        raise ModelError(
            f"The {model.name} cannot be compiled: it uses operations that LiteRT lacks. "
            f"Build it from other layers. {error}"
        ) from error


def _converter(model: keras.Model, dtype: str) -> tf.lite.TFLiteConverter:
    shape = (1, *model.input_shape[1:])
    traced = tf.function(lambda values: model(values, training=False))
    # Converted with its variables still outside of it, a graph answers NaN without a word.
    frozen = convert_variables_to_constants_v2(
        traced.get_concrete_function(tf.TensorSpec(shape, dtype))
    )
    with without_advice():
        return tf.lite.TFLiteConverter.from_concrete_functions([frozen])


def _runner(content: bytes) -> Callable[[np.ndarray], np.ndarray]:
    interpreter = Interpreter(model_content=content, num_threads=1)
    interpreter.allocate_tensors()
    source = interpreter.get_input_details()[0]["index"]
    answer = interpreter.get_output_details()[0]["index"]

    def run(values: np.ndarray) -> np.ndarray:
        interpreter.set_tensor(source, values)
        interpreter.invoke()
        return interpreter.get_tensor(answer)

    return run


def _compare(expected: np.ndarray, answers: np.ndarray) -> dict[str, Any]:
    """How far the graphs' answers are from those of Keras; too far is an error."""
    difference = float(np.abs(expected - answers).max())
    # Written so that NaN, which compares false with everything, is caught too.
    if not difference <= _LARGEST_DIFFERENCE:
        raise ModelError(
            f"The compiled graphs answer differently from the Keras model: probabilities differ "
            f"by up to {difference:.3g}, allowed is {_LARGEST_DIFFERENCE:g}. Nothing was written. "
            "Was the model trained in float16, or is one of its weights not a number?"
        )
    return {
        "largest_difference": difference,
        "agreement": float(np.mean(expected.argmax(axis=1) == answers.argmax(axis=1))),
        "clips": len(answers),
    }


def _costs(content: bytes, run: Callable[[], Any]) -> dict[str, float]:
    return {"megabytes": round(len(content) / 1e6, 2), "median_ms": _median_ms(run)}


def _median_ms(run: Callable[[], Any]) -> float:
    times = []
    for _ in range(_TIMED_RUNS):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return round(float(np.median(times)) * 1000, 3)


def _clips(network: keras.Model, frames: np.ndarray | None) -> np.ndarray:
    """Clips to compare on, (count, frame_count, size, size, 3)."""
    frame_count, size = network.input_shape[1:3]
    if frames is None:
        frames = _rendered_frames(_CLIPS_CHECKED * frame_count, size)
    count = min(max(1, len(frames) // frame_count), _CLIPS_CHECKED)
    places = np.arange(count * frame_count) % len(frames)
    return frames[places].reshape(count, frame_count, size, size, 3)


def _rendered_frames(count: int, size: int) -> np.ndarray:
    """Frames that look to a network like photos: soft colours, edges, noise, all different."""
    rng = np.random.default_rng(0)
    soft = rng.uniform(0, 255, (count, 5, 5, 3)).astype(np.float32)
    soft = keras.ops.convert_to_numpy(keras.ops.image.resize(soft, (size, size), "bicubic"))
    edges = np.sign(soft[..., ::-1] - 128) * rng.uniform(0, 60, (count, 1, 1, 3))
    return (soft + edges + rng.normal(0, 8, soft.shape)).clip(0, 255).astype(np.uint8)

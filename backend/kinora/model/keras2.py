"""Loads .h5 files of Keras 2 with Keras 3: rewrites the words that Keras 3 no longer knows."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
from keras import layers

from kinora.model.h5 import load_keras, open_h5, read_config, refuse_code

# Settings that Keras 3 no longer knows.
_DROPPED = {
    "InputLayer": ("ragged",),
    "DepthwiseConv2D": ("groups",),
    "LSTM": ("time_major",),
    "GRU": ("time_major",),
}

# Keras 2 computes hard_sigmoid as 0.2 x + 0.5, Keras 3 as x / 6 + 0.5.
_HARD_SIGMOID_RATIO = 6 * 0.2


def keras_version(path: Path) -> str:
    """The version of Keras that wrote the file."""
    with open_h5(path) as file:
        return str(file.attrs.get("keras_version", "2"))


def load_any_keras(path: Path) -> keras.Model:
    """The network in an .h5 file of Keras 2 or 3."""
    if not keras_version(path).startswith("2"):
        return load_keras(path)
    config = read_config(path)
    refuse_code(config, path)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        shutil.copyfile(path, copy)
        with open_h5(copy, "a") as file:
            file.attrs["model_config"] = json.dumps(modernise(config))
        network = load_keras(copy)
    for layer in _recurrent_layers(network):
        _keep_hard_sigmoid(layer)
    return network


def modernise(config: Any) -> Any:
    """The description of a layer, and of those inside it, in the words of Keras 3."""
    if isinstance(config, list):
        return [modernise(part) for part in config]
    if not isinstance(config, dict):
        return config
    config = {key: modernise(part) for key, part in config.items()}
    kind, settings = config.get("class_name"), config.get("config")
    if kind == "Policy":  # a dtype with a class around it
        return settings["name"]
    if isinstance(kind, str) and isinstance(settings, dict):
        _name_home(config, kind)
        _modernise_settings(settings, kind)
    return config


def _name_home(config: dict[str, Any], kind: str) -> None:
    """Say where Keras 3 has the class; Keras 2 names places of its own, or none."""
    if kind in ("Functional", "Model", "Sequential"):
        config["class_name"] = "Sequential" if kind == "Sequential" else "Model"
        config.update(module="keras", registered_name=None)
    elif hasattr(layers, kind):
        config.update(module="keras.layers", registered_name=None)
    elif hasattr(keras.initializers, kind):
        config.update(module="keras.initializers", registered_name=None)


def _modernise_settings(settings: dict[str, Any], kind: str) -> None:
    for name in _DROPPED.get(kind, ()):
        settings.pop(name, None)
    shape = settings.pop("batch_input_shape", None)
    if kind == "InputLayer" and shape is not None:
        settings["batch_shape"] = shape
    axis = settings.get("axis")
    if isinstance(axis, list) and len(axis) == 1:
        settings["axis"] = axis[0]
    for name in ("input_layers", "output_layers"):
        ends = settings.get(name)
        # A list of one end would make Keras 3 expect a list of one array.
        if isinstance(ends, list) and len(ends) == 1 and isinstance(ends[0], list):
            settings[name] = ends[0]


def _recurrent_layers(network: keras.Model) -> Iterator[layers.Layer]:
    for layer in network.layers:
        parts = [layer]
        if isinstance(layer, layers.Bidirectional):
            parts = [layer.forward_layer, layer.backward_layer]
        yield from (part for part in parts if isinstance(part, layers.LSTM | layers.GRU))


def _keep_hard_sigmoid(layer: layers.Layer) -> None:
    """Stretch the gates' weights by as much as Keras 3 flattened their hard_sigmoid."""
    if layer.get_config()["recurrent_activation"] != "hard_sigmoid":
        return
    units = layer.units
    is_gate = [slice(0, 2 * units)]  # LSTM: input, forget, candidate, output. GRU: two gates first.
    if isinstance(layer, layers.LSTM):
        is_gate.append(slice(3 * units, 4 * units))
    weights = [values.copy() for values in layer.get_weights()]
    for values in weights:
        for part in is_gate:
            values[..., part] *= _HARD_SIGMOID_RATIO
    layer.set_weights(weights)

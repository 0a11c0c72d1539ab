"""Older .h5 files: TimeDistributed(CNN) and LSTM, as people build them, become our network."""

from datetime import date
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers

from kinora import __version__
from kinora.clips import SCALINGS, ClipSpec
from kinora.errors import ModelError, SettingError
from kinora.model.architecture import join, scaling_layer
from kinora.model.bundle import sha256_of
from kinora.model.h5 import has_metadata, load_keras, read_h5_metadata
from kinora.model.heads import LONGEST_UNROLLED
from kinora.model.info import BundleInfo
from kinora.model.keras2 import keras_version, load_any_keras
from kinora.model.labels import find_labels, read_labels

# Rounding stays far below this; a wrong scaling or a lost weight goes far above.
_LARGEST_DIFFERENCE = 1e-4

_NO_CHAIN = (
    "Its layers are no single chain of frames, features, time and classes; "
    "only such networks can be imported."
)

# Layers that may stand among those of the frames, because they treat every frame alike.
_PER_FRAME = (layers.Rescaling, layers.Dropout, layers.Activation, layers.ReLU)


def import_h5(
    path: Path, name: str, classes: Path | None = None, scaling: str | None = None
) -> tuple[keras.Model, BundleInfo]:
    """The network and the facts of an .h5 file, whether Kinora wrote it or not.

    Args:
        path: The file.
        name: What the model shall be called.
        classes: Its label file; by default what lies beside it.
        scaling: How the pixels were scaled before they went into it, if it does not do so itself.

    Raises:
        ModelError: Something needed is not known, or the network is of another kind.
    """
    if has_metadata(path):
        return load_keras(path), BundleInfo(**{**vars(read_h5_metadata(path)), "name": name})
    names = read_labels(classes or find_labels(path))
    old = load_any_keras(path)
    scaling = _settle_scaling(old, scaling, path)
    network = rebuild(old, scaling)
    _check_class_count(network, names, path)
    difference = compare(old, network, scaling)
    if not difference <= _LARGEST_DIFFERENCE:
        raise ModelError(
            f"The imported network answers differently from {path} (by up to {difference:.2g}). "
            f"{_NO_CHAIN}"
        )
    info = BundleInfo(
        name=name,
        classes=names,
        clip=ClipSpec(*network.input_shape[1:3], scaling=scaling),
        network={"layers": [_words(layer) for layer in old.layers]},
        provenance=_provenance(path, difference),
    )
    return network, info


def _provenance(path: Path, difference: float) -> dict[str, Any]:
    return {
        "imported_from": path.name,
        "sha256": sha256_of(path),
        "written_by": f"Keras {keras_version(path)}",
        "largest_difference": difference,
        "kinora": __version__,
        "keras": keras.__version__,
        "date": date.today().isoformat(),
    }


def _check_class_count(network: keras.Model, names: tuple[str, ...], path: Path) -> None:
    count = network.output_shape[-1]
    if count != len(names):
        raise ModelError(
            f"{path} answers with {count} numbers, but the list of classes has {len(names)} names. "
            "Give the list it was trained with."
        )


def rebuild(old: keras.Model, scaling: str) -> keras.Model:
    """Our network out of the layers of an older one: uint8 frames in, the same answers out."""
    if len(old.inputs) != 1 or len(old.outputs) != 1:
        raise ModelError(f"The network has several inputs or outputs. {_NO_CHAIN}")
    frame_layers, time_layers = _divide(old)
    shape = old.input_shape
    if len(shape) != 5 or None in shape[1:] or shape[2] != shape[3] or shape[4] != 3:
        raise ModelError(
            f"The network takes arrays of shape {shape}; Kinora imports networks that take clips "
            "of a fixed number of square colour frames: (None, frames, size, size, 3)."
        )
    frame = keras.Input(shape[2:], dtype="uint8", name="frame")
    x = scaling_layer(scaling)(frame)
    for layer in frame_layers:
        x = (layer.layer if isinstance(layer, layers.TimeDistributed) else layer)(x)
    if len(x.shape) != 2:
        raise ModelError(
            f"The network makes an array of shape {x.shape[1:]} of every frame and not a list of "
            "features. Kinora imports networks that pool or flatten every frame in a "
            "TimeDistributed layer."
        )
    encoder = keras.Model(frame, x, name="encoder")
    return join(encoder, _rebuild_head(time_layers, (shape[1], x.shape[-1])))


def compare(old: keras.Model, network: keras.Model, scaling: str) -> float:
    """The largest difference between the old network on scaled and the new one on raw pixels."""
    frame_count, size = network.input_shape[1:3]
    noise = np.random.default_rng(0).integers(0, 256, (frame_count, size, size, 3), dtype=np.uint8)
    slope = np.linspace(0, 255, size, dtype=np.uint8)
    picture = np.broadcast_to(slope[:, None, None], noise.shape)
    clips = np.stack([noise, picture])
    expected = old(_scale(clips, scaling), training=False)
    answer = network(clips, training=False)
    difference = keras.ops.convert_to_numpy(answer) - keras.ops.convert_to_numpy(expected)
    return float(np.abs(difference).max())


def _scale(clips: np.ndarray, scaling: str) -> np.ndarray:
    """Scaling as people write it by hand, to compare the layer inside the graph with."""
    values = clips.astype(np.float32)
    if scaling == "-1..1":
        return values / 127.5 - 1
    if scaling == "0..1":
        return values / 255
    if scaling == "imagenet":
        mean, deviation = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
        return ((values / 255 - mean) / deviation).astype(np.float32)
    return values


def _settle_scaling(old: keras.Model, scaling: str | None, path: Path) -> str:
    """The scaling that has to happen in front of the old layers."""
    scales_itself = any(isinstance(layer, layers.Rescaling) for layer in _all_layers(old))
    if scales_itself and scaling in (None, "0..255"):
        return "0..255"
    if scales_itself:
        raise SettingError(
            f"{path} scales pixels itself, with a Rescaling layer. Leave --scaling out."
        )
    if scaling is None:
        raise SettingError(
            f"How {path} wants its pixels scaled cannot be seen from its weights. Say it with "
            f"--scaling {'|'.join(SCALINGS)}: if the training divided by 255, it is 0..1; if it "
            "used MobileNetV2's preprocess_input, it is -1..1; if neither, it is 0..255."
        )
    return scaling


def _all_layers(layer: Any) -> list[layers.Layer]:
    """A layer with all those inside it."""
    inside = getattr(layer, "layers", None) or [
        part for part in [getattr(layer, "layer", None)] if part is not None
    ]
    return [layer, *(deeper for part in inside for deeper in _all_layers(part))]


def _divide(old: keras.Model) -> tuple[list[layers.Layer], list[layers.Layer]]:
    """The layers that treat every frame by itself, and those that follow."""
    chain = [layer for layer in old.layers if not isinstance(layer, layers.InputLayer)]
    places = [i for i, layer in enumerate(chain) if isinstance(layer, layers.TimeDistributed)]
    if not places:
        raise ModelError(
            "The network has no TimeDistributed layer. Kinora imports networks in which a CNN "
            "in TimeDistributed looks at every frame and an LSTM or GRU follows."
        )
    frame_layers, time_layers = chain[: places[-1] + 1], chain[places[-1] + 1 :]
    for layer in frame_layers:
        if not isinstance(layer, (layers.TimeDistributed, *_PER_FRAME)):
            raise ModelError(
                f"The layer {_words(layer)} stands among those of the single frames, "
                "where Kinora cannot take the network apart."
            )
    return frame_layers, time_layers


def _rebuild_head(chain: list[layers.Layer], shape: tuple[int, int]) -> keras.Model:
    """The layers after the frames, ending in one Dense layer with softmax called `actions`."""
    chain, last = _split_classifier(chain)
    features = keras.Input(shape, name="features")
    x = features
    try:
        for layer in chain:
            _unroll(layer, shape[0])
            x = layer(x)
    except (ValueError, TypeError, RuntimeError) as error:  # it wanted more than one input
        raise ModelError(f"The layer {_words(layer)} does not fit. {_NO_CHAIN}") from error
    actions = layers.Dense(last.units, activation="softmax", use_bias=last.use_bias, name="actions")
    head = keras.Model(features, actions(x), name="head")
    actions.set_weights(last.get_weights())
    return head


def _split_classifier(chain: list[layers.Layer]) -> tuple[list[layers.Layer], layers.Dense]:
    """The chain without its last Dense layer and softmax, and that layer."""
    chain = list(chain)
    has_softmax = bool(chain) and (
        isinstance(chain[-1], layers.Softmax) or _activation(chain[-1]) == "softmax"
    )
    if has_softmax and not isinstance(chain[-1], layers.Dense):
        chain.pop()
    if not has_softmax or not chain or not isinstance(chain[-1], layers.Dense):
        last = _words(chain[-1]) if chain else "TimeDistributed"
        raise ModelError(
            f"The network ends in {last}. Kinora imports networks that end in a Dense layer with "
            "softmax, one output for each action."
        )
    return chain[:-1], chain[-1]


def _activation(layer: layers.Layer) -> str | None:
    return layer.get_config().get("activation")


def _unroll(layer: layers.Layer, frame_count: int) -> None:
    """Make recurrent layers a static graph, as those of our own heads."""
    for part in (
        layer,
        getattr(layer, "forward_layer", None),
        getattr(layer, "backward_layer", None),
    ):
        if isinstance(part, layers.RNN):
            part.unroll = frame_count <= LONGEST_UNROLLED


def _words(layer: layers.Layer) -> str:
    """A layer as a person names it: `LSTM 64`, `TimeDistributed mobilenetv2_1.00_224`."""
    inner = getattr(layer, "layer", None)
    size = getattr(layer, "units", None) or (inner.name if inner is not None else "")
    return f"{type(layer).__name__} {size}".strip()

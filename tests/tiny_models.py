"""Tiny models for tests: few weights, loud ones, so that different clips get different answers."""

from pathlib import Path

import numpy as np

from kinora import ClipSpec
from kinora.model.bundle import Bundle, write_bundle
from kinora.model.info import BundleInfo
from kinora.model.specs import HeadSpec

CLASSES = ("clap", "run", "walk", "wave")
CLIP = ClipSpec(frame_count=6, size=32)
IMAGE_CLIP = ClipSpec(frame_count=1, size=32)


def write_model(
    folder: Path, clip: ClipSpec = CLIP, head: HeadSpec | None = None, input_kind: str = "video"
) -> Bundle:
    """A bundle without compiled graphs."""
    from kinora.model.architecture import join
    from kinora.model.heads import build_head

    head = head or HeadSpec(units=6)
    network = join(_build_encoder(clip), build_head(head, clip.frame_count, 8, len(CLASSES)))
    rng = np.random.default_rng(0)
    for part in (network.get_layer("frames").layer, network.get_layer("head")):
        part.set_weights([rng.normal(0, 0.7, values.shape) for values in part.get_weights()])
    actions = network.get_layer("head").get_layer("actions")
    actions.bias.assign(np.zeros(len(CLASSES)))
    return write_bundle(folder, network, BundleInfo(folder.name, CLASSES, clip, input_kind))


def write_colour_model(folder: Path) -> Bundle:
    """A bundle without compiled graphs that knows red, green and blue for certain."""
    import keras
    from keras import layers

    from kinora.model.architecture import join, scaling_layer
    from kinora.model.heads import build_head

    frame = keras.Input((32, 32, 3), dtype="uint8", name="frame")
    mean = layers.GlobalAveragePooling2D()(scaling_layer("-1..1")(frame))
    head = build_head(HeadSpec("mean"), 4, 3, 3)
    head.set_weights([6 * np.eye(3), np.zeros(3)])
    clip = ClipSpec(frame_count=4, size=32)
    network = join(keras.Model(frame, mean, name="encoder"), head)
    return write_bundle(folder, network, BundleInfo(folder.name, ("red", "green", "blue"), clip))


def write_compiled_models(folder: Path) -> None:
    """Three compiled bundles: `moves` for videos, `poses` for images, and `tints`."""
    from kinora.model.export import export_bundle

    export_bundle(write_model(folder / "moves"))
    export_bundle(write_model(folder / "poses", IMAGE_CLIP, HeadSpec("mean"), "image"))
    export_bundle(write_colour_model(folder / "tints"))


def scene(number: int, width: int, height: int) -> np.ndarray:
    """A frame with a moving square; its colours change every ten frames."""
    rng = np.random.default_rng(number // 10)
    frame = np.empty((height, width, 3), np.uint8)
    frame[:] = rng.integers(0, 256, 3)
    left = number * 5 % (width - 20)
    frame[10:40, left : left + 20] = rng.integers(0, 256, 3)
    return frame


def _build_encoder(clip: ClipSpec):
    """Few layers, but each kind of work that a real encoder does."""
    import keras
    from keras import layers

    from kinora.model.architecture import scaling_layer

    frame = keras.Input((clip.size, clip.size, 3), dtype="uint8", name="frame")
    x = scaling_layer(clip.scaling)(frame)
    x = layers.Conv2D(8, 3, strides=2, activation="relu", padding="same")(x)
    x = layers.DepthwiseConv2D(3, strides=2, activation="relu", padding="same")(x)
    return keras.Model(frame, layers.GlobalAveragePooling2D()(x), name="encoder")

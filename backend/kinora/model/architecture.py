"""The network: every frame through one encoder, the features of all frames through one head.

    clip (T, S, S, 3) uint8 ── TimeDistributed(encoder) ──> features (T, F) ── head ──> actions (C)

The encoder starts by scaling the pixels, so frames go in as they come from the decoder. Encoder
and head are Keras models of their own and share their weights with the joined one: training can
compute features once and train the head alone, and serving can encode every frame once.
"""

from pathlib import Path

import keras
from keras import layers

from kinora.clips import ClipSpec
from kinora.errors import ModelError, SettingError
from kinora.model.backbones import IMAGENET, build_backbone, find_backbone
from kinora.model.heads import build_head
from kinora.model.specs import NetworkSpec

# Mean and deviation of ImageNet's pixels, red, green and blue, from 0 to 1.
_MEAN = (0.485, 0.456, 0.406)
_DEVIATION = (0.229, 0.224, 0.225)


def build_network(
    spec: NetworkSpec, clip: ClipSpec, class_count: int, weights: str | Path = IMAGENET
) -> keras.Model:
    """The whole network, new: a uint8 clip in, probabilities out.

    Args:
        spec: Which backbone and which head.
        clip: Frame count and size; its scaling must be that of the backbone (see `scaling_of`).
        class_count: How many actions there are to choose from.
        weights: What the backbone starts from: `"imagenet"`, `"none"` or a weight file.
    """
    encoder = build_encoder(spec, clip, weights)
    head = build_head(spec.head, clip.frame_count, encoder.output_shape[-1], class_count)
    return join(encoder, head)


def build_encoder(spec: NetworkSpec, clip: ClipSpec, weights: str | Path = IMAGENET) -> keras.Model:
    """One uint8 frame in, its features out."""
    if clip.scaling != scaling_of(spec):
        raise SettingError(
            f"{spec.backbone} was trained on pixels scaled to {scaling_of(spec)}; "
            f"the clip settings say {clip.scaling}."
        )
    frame = keras.Input((clip.size, clip.size, 3), dtype="uint8", name="frame")
    backbone = build_backbone(spec.backbone, clip.size, spec.width, weights)
    return keras.Model(frame, backbone(scaling_layer(clip.scaling)(frame)), name="encoder")


def join(encoder: keras.Model, head: keras.Model) -> keras.Model:
    """The whole network out of its two parts, sharing their weights."""
    frame_count = head.input_shape[1]
    clip = keras.Input((frame_count, *encoder.input_shape[1:]), dtype="uint8", name="clip")
    features = layers.TimeDistributed(encoder, name="frames")(clip)
    return keras.Model(clip, head(features), name="kinora")


def split(network: keras.Model) -> tuple[keras.Model, keras.Model]:
    """The encoder and the head inside a joined network, sharing its weights."""
    try:
        return network.get_layer("frames").layer, network.get_layer("head")
    except ValueError as error:
        raise ModelError(
            "This network was not made by Kinora: it has no part 'frames' and no part 'head'. "
            "Turn it into a bundle with `kinora import` first."
        ) from error


def scaling_of(spec: NetworkSpec) -> str:
    """The range of numbers that the backbone was trained on, for ClipSpec.scaling."""
    return find_backbone(spec.backbone).scaling


def scaling_layer(scaling: str) -> layers.Layer:
    """The layer that brings pixels from 0..255 to a scaling that ClipSpec knows."""
    scale, offset = {
        "-1..1": (1 / 127.5, -1.0),
        "0..1": (1 / 255, 0.0),
        "0..255": (1.0, 0.0),
        "imagenet": (
            [1 / (255 * deviation) for deviation in _DEVIATION],
            [-mean / deviation for mean, deviation in zip(_MEAN, _DEVIATION, strict=True)],
        ),
    }[scaling]
    return layers.Rescaling(scale, offset, name="scaling")


def set_trainable(
    encoder: keras.Model, spec: NetworkSpec, last_blocks: int, batch_norm: bool = False
) -> None:
    """Freeze the encoder but for its last blocks; compile the training model after this.

    Args:
        encoder: From `build_encoder` or `split`.
        spec: The settings it was built from.
        last_blocks: 0 freezes everything, `block_count(spec)` trains everything.
        batch_norm: Also train the batch normalisation of those blocks. Off by default: the
            batches of a video training are small and much alike, which spoils its statistics.
    """
    blocks = find_backbone(spec.backbone).blocks
    if not 0 <= last_blocks <= len(blocks):
        raise SettingError(
            f"{spec.backbone} has {len(blocks)} blocks; {last_blocks} of them cannot be trained."
        )
    encoder.trainable = last_blocks > 0
    body = encoder.get_layer("backbone").layers
    names = [layer.name for layer in body]
    first = names.index(blocks[-last_blocks]) if last_blocks else len(body)
    for number, layer in enumerate(body):
        is_norm = isinstance(layer, layers.BatchNormalization)
        layer.trainable = number >= first and (batch_norm or not is_norm)


def block_count(spec: NetworkSpec) -> int:
    """How many blocks of the backbone can be unfrozen one after the other."""
    return len(find_backbone(spec.backbone).blocks)


def fold_temperature(network: keras.Model, temperature: float) -> None:
    """Build a softmax temperature into the last layer's weights, in place.

    A calibrated network then needs no further step: what the file answers is calibrated.
    """
    if not temperature > 0:
        raise SettingError(f"A temperature must be above 0, not {temperature}.")
    actions = split(network)[1].get_layer("actions")
    actions.set_weights([values / temperature for values in actions.get_weights()])

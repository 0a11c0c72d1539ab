"""Where the backbone starts: published weights, models, or noise that lets signals pass."""

import logging
from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np

from kinora.clips import ClipSpec
from kinora.data.samples import DataSet
from kinora.errors import MediaError, ModelError
from kinora.media import read_clip
from kinora.model.architecture import build_encoder, split
from kinora.model.backbones import IMAGENET, NO_WEIGHTS
from kinora.model.bundle import BUNDLE_FILE, read_bundle
from kinora.model.h5 import has_metadata, load_keras
from kinora.model.specs import NetworkSpec
from kinora.paths import weights_file

logger = logging.getLogger(__name__)

_FRAMES = 32


def find_weights(weights: str) -> tuple[str | Path, ...]:
    """What the backbone starts from; a local file takes the place of the download."""
    return tuple(_find(one.strip()) for one in weights.split(","))


def _find(weights: str) -> str | Path:
    if weights == IMAGENET:
        return weights_file() or IMAGENET
    return weights if weights == NO_WEIGHTS else Path(weights).expanduser()


def names_of(weights: str) -> str:
    """The same without the folders, which are nobody's business."""
    return ",".join(Path(one.strip()).name for one in weights.split(","))


def start_encoder(spec: NetworkSpec, clip: ClipSpec, weights: Sequence[str | Path]) -> keras.Model:
    """The encoder with what it starts from, or with the average where there are several.

    Networks that were trained from the same weights still lie so close together that their average
    works, and often on other data than theirs it works better than each.
    """
    encoder = _start(spec, clip, weights[0])
    if len(weights) > 1:
        starts = [encoder, *(_start(spec, clip, one) for one in weights[1:])]
        values = zip(*(start.get_weights() for start in starts), strict=True)
        encoder.set_weights([np.mean(arrays, axis=0) for arrays in values])
    return encoder


def _start(spec: NetworkSpec, clip: ClipSpec, weights: str | Path) -> keras.Model:
    if not _is_model(weights):
        return build_encoder(spec, clip, weights)
    encoder = build_encoder(spec, clip, NO_WEIGHTS)
    try:
        encoder.set_weights(split(load_keras(weights))[0].get_weights())
    except ValueError as error:
        raise ModelError(
            f"{weights} has another backbone than the one that is to be trained. Give the same "
            "--backbone and --width, or other --weights."
        ) from error
    return encoder


def start_head(head: keras.Model, classes: Sequence[str], weights: Sequence[str | Path]) -> bool:
    """Give a head of one layer what models of the same classes know in theirs, on average.

    Only if the backbone starts from such models alone: what a head says holds for the features
    that it learned from. Else it starts at zero.

    Returns:
        Whether it knows something.
    """
    shapes = [array.shape for array in head.get_weights()]
    known = [_known_head(one, classes) for one in weights]
    is_known = all([array.shape for array in arrays] == shapes for arrays in known)
    each = zip(*known, strict=True) if is_known else ([np.zeros(shape)] for shape in shapes)
    head.set_weights([np.mean(arrays, axis=0) for arrays in each])
    return is_known


def _known_head(weights: str | Path, classes: Sequence[str]) -> list[np.ndarray]:
    is_alike = isinstance(weights, Path) and _names(weights, classes)
    return split(load_keras(weights))[1].get_weights() if is_alike else []


def _names(model: Path, classes: Sequence[str]) -> bool:
    """Whether a model says that these are its classes."""
    is_bundle = (model / BUNDLE_FILE).is_file()
    return is_bundle and read_bundle(model, verify=False).info.classes == tuple(classes)


def _is_model(weights: str | Path) -> bool:
    if not isinstance(weights, Path):
        return False
    return (weights / BUNDLE_FILE).is_file() or (weights.is_file() and has_metadata(weights))


def let_signals_pass(encoder: keras.Model, data_set: DataSet, clip: ClipSpec) -> None:
    """Set the batch normalisation of a new backbone to what it meets in the training clips.

    With the statistics that Keras starts from, every layer shrinks its input: behind fifty of them
    all frames look the same, and nothing that is trained on their features learns anything.
    """
    logger.warning("The backbone starts from noise; with ImageNet weights it would know more.")
    frames = _some_frames(data_set, clip)
    norms = [
        layer
        for layer in encoder.get_layer("backbone").layers
        if isinstance(layer, keras.layers.BatchNormalization)
    ]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 0.0
    encoder(frames, training=True)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum


def _some_frames(data_set: DataSet, clip: ClipSpec) -> np.ndarray:
    """Frames of clips from all over the training part."""
    samples = data_set.part("train")
    frames = []
    for sample in samples[:: max(1, len(samples) // _FRAMES)]:
        try:
            frames.append(read_clip(sample.path, clip).frames[-1])
        except MediaError:
            continue
    return np.stack(frames[:_FRAMES])

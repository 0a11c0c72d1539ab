"""Tuning: the whole encoder learns from a few frames of every clip, of several data sets at once.

A head over time on frozen features only picks among what the encoder sees. Tuned on its own
frames, the encoder sees more; tuned on other data sets too, each with a small head of its own that
is thrown away afterwards, it does not forget the rest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import keras
import numpy as np
from keras import layers, ops

from kinora.clips import ClipSpec
from kinora.data.batches import Batches, Clips, JointBatches
from kinora.data.frames import SomeFrames
from kinora.data.samples import DataSet
from kinora.model.architecture import block_count, build_encoder, set_trainable
from kinora.model.backbones import NO_WEIGHTS
from kinora.model.specs import NetworkSpec
from kinora.training.config import TrainingConfig
from kinora.training.loop import Stage, run_stages
from kinora.training.material import LEARNED, MEASURED, frame_clips
from kinora.training.schedule import WarmupCosine
from kinora.training.stages import Parts
from kinora.training.workspace import History, Workspace

# Frames of a video in one step: enough to see change, few enough to see many clips.
_FRAMES = 3
# They are taken from at least so many.
_KEPT_FRAMES = 8
_DROPOUT = 0.2
# How much faster than the encoder its heads learn. While a head is still wrong, it bends the
# encoder to fit it: heads as slow as the encoder cost 10 points on val in the first epochs.
_HEAD_SPEED = 10.0
# What the other data sets count together with one of them, next to 1 for our own.
_WEIGHT_OF_OTHERS = 0.25
_WEIGHT_DECAY = 0.01
# Longer gradients are shortened to this: a strange batch must not undo what was learned.
_CLIP = 5.0
# How much of the last epoch trains the weights of batch normalisation too: with them a step takes
# more than twice as long.
_LAST_SHARE = 0.25
# The root of zero has no gradient.
_SMALLEST_VARIANCE = 1e-6
_MAIN = "clips"


def tune(
    parts: Parts,
    clip: ClipSpec,
    data_sets: tuple[DataSet, ...],
    config: TrainingConfig,
    work: Workspace,
) -> History:
    """Train the encoder of `parts`, in place.

    Args:
        parts: The network.
        clip: How clips are read.
        data_sets: The data set to get better at, then the others that keep the encoder broad.
        config: The settings.
        work: Where checkpoints go.

    Returns:
        The figures of all epochs.
    """
    clips = {
        _MAIN if number == 0 else f"others_{number}": _few_frames(data_set, clip, config)
        for number, data_set in enumerate(data_sets)
    }
    learned = {name: some[LEARNED] for name, some in clips.items()}
    tuned = _Tuned(
        _for_tuning(parts, replace(clip, frame_count=1, size=config.tune_size)),
        learned,
        _batch_sizes(learned, config.tune_batch),
    )
    if is_whole(parts):
        kernel, bias = parts.head.get_weights()
        tuned.heads[_MAIN].set_weights([kernel / _HEAD_SPEED, bias])
    stages = _stages(tuned, parts.spec, clips[_MAIN][MEASURED], config)
    history = run_stages(stages, work)
    parts.encoder.set_weights(tuned.encoder.get_weights())
    if is_whole(parts):
        kernel, bias = tuned.heads[_MAIN].get_weights()
        parts.head.set_weights([kernel * _HEAD_SPEED, bias])
    return history


def is_whole(parts: Parts) -> bool:
    """Whether tuning trains the head that is kept, too: the one layer that an image needs."""
    return parts.head.input_shape[1] == 1 and parts.spec.head.kind == "mean"


def _few_frames(data_set: DataSet, clip: ClipSpec, config: TrainingConfig) -> dict[str, Clips]:
    """The clips of each part, as a few frames in the size of tuning."""
    is_image = data_set.kind == "image"
    count = 1 if is_image else _FRAMES
    kept = 1 if is_image else max(clip.frame_count, _KEPT_FRAMES)
    found, _ = frame_clips(data_set, replace(clip, frame_count=kept))
    return {
        part: replace(
            some, loadable=[SomeFrames(one, count, config.tune_size) for one in some.loadable]
        )
        for part, some in found.items()
    }


class _FixedStatistics(layers.BatchNormalization):
    """Learns its weights, not its statistics: batches of a few clips are much alike.

    To call the encoder with `training=False` is not enough, as Keras hands on what `fit` says.
    """

    def call(
        self,
        inputs: keras.KerasTensor,
        training: bool | None = None,
        mask: keras.KerasTensor | None = None,
    ) -> keras.KerasTensor:
        return super().call(inputs, training=False, mask=mask)


def _for_tuning(parts: Parts, clip: ClipSpec) -> keras.Model:
    """The encoder with the same weights for frames of another size."""
    encoder = keras.models.clone_model(
        build_encoder(parts.spec, clip, NO_WEIGHTS), clone_function=_clone, recursive=True
    )
    encoder.set_weights(parts.encoder.get_weights())
    return encoder


def _clone(layer: keras.Layer) -> keras.Layer:
    is_norm = isinstance(layer, layers.BatchNormalization)
    return (_FixedStatistics if is_norm else type(layer)).from_config(layer.get_config())


class _Tuned:
    """The networks of tuning, around one encoder.

    Args:
        encoder: For frames in the size of tuning.
        clips: What is learned from, by data set.
        sizes: How many clips of each data set are in a batch.
    """

    def __init__(
        self, encoder: keras.Model, clips: Mapping[str, Clips], sizes: Mapping[str, int]
    ) -> None:
        self.encoder, self.clips, self.sizes = encoder, clips, sizes
        feature_size = encoder.output_shape[-1]
        self.heads = {name: _light_head(name, some, feature_size) for name, some in clips.items()}
        inputs = {name: self._frames(name, sizes[name]) for name in clips}
        features = self._features(list(inputs.values()))
        ends = np.cumsum([one.shape[0] * one.shape[1] for one in inputs.values()])
        features = ops.reshape(features, (int(ends[-1]), feature_size))
        # TensorFlow cannot split into a single part.
        parts = ops.split(features, ends[:-1].tolist()) if len(ends) > 1 else [features]
        outputs = {
            name: head(ops.reshape(part, (-1, *head.input_shape[1:])))
            for (name, head), part in zip(self.heads.items(), parts, strict=True)
        }
        self.joint = keras.Model(inputs, outputs, name="joint")
        ours = self._frames(_MAIN)
        features = ops.reshape(self._features([ours]), (-1, ours.shape[1], feature_size))
        self.measured = keras.Model(ours, self.heads[_MAIN](features))

    def _frames(self, name: str, batch_size: int | None = None) -> keras.KerasTensor:
        count = self.clips[name].loadable[0].count
        shape = (count, *self.encoder.input_shape[1:])
        return keras.Input(shape, batch_size, dtype="uint8", name=name)

    def _features(self, frames: Sequence[keras.KerasTensor]) -> keras.KerasTensor:
        """The features of the frames of several inputs, one after the other."""
        flat = [ops.reshape(one, (-1, *one.shape[2:])) for one in frames]
        return self.encoder(ops.concatenate(flat))


def _light_head(name: str, clips: Clips, feature_size: int) -> keras.Model:
    """Features of a few frames in, probabilities out: their mean and spread, and one layer."""
    count = clips.loadable[0].count
    features = keras.Input((count, feature_size))
    x = layers.SpatialDropout1D(_DROPOUT)(features)
    summary = ops.mean(x, axis=1)
    if count > 1:
        spread = ops.sqrt(ops.var(x, axis=1) + _SMALLEST_VARIANCE)
        summary = ops.concatenate([summary, spread], axis=-1)
    # AdamW changes every weight by the same small step; behind larger inputs it counts for more.
    actions = layers.Dense(
        clips.class_count, activation="softmax", kernel_initializer="zeros", dtype="float32"
    )
    return keras.Model(features, actions(summary * _HEAD_SPEED), name=f"{name}_head")


def _stages(tuned: _Tuned, spec: NetworkSpec, val: Clips, config: TrainingConfig) -> list[Stage]:
    """The last epoch is a short one that trains the weights of batch normalisation, too."""

    def batches(share: float, epoch: int) -> JointBatches:
        return JointBatches(tuned.clips, tuned.sizes, (config.seed, epoch), share)

    first = Stage(
        name="tuning",
        epochs=config.tune - 1,
        prepare=partial(_prepare, tuned, spec, config, is_last=False),
        parts={"joint": tuned.joint},
        train=partial(batches, 1.0),
        val=Batches(val, tuned.sizes[_MAIN]),
        patience=config.patience,
        measured=tuned.measured,
    )
    last = replace(
        first,
        name="tuning of every layer",
        epochs=1,
        prepare=partial(_prepare, tuned, spec, config, is_last=True),
        train=partial(batches, _LAST_SHARE),
        patience=None,
    )
    return [first, last] if config.tune > 1 else [last]


def _prepare(
    tuned: _Tuned, spec: NetworkSpec, config: TrainingConfig, *, is_last: bool
) -> keras.Model:
    set_trainable(tuned.encoder, spec, block_count(spec), batch_norm=is_last)
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=config.label_smoothing)
    tuned.measured.compile(loss=loss, metrics=["accuracy"], jit_compile=False)
    steps = len(JointBatches(tuned.clips, tuned.sizes, (config.seed, 0)))
    start = (config.tune - 1) * steps if is_last else 0
    schedule = WarmupCosine(config.tune_rate, config.tune * steps, start)
    tuned.joint.compile(
        keras.optimizers.AdamW(schedule, weight_decay=_WEIGHT_DECAY, global_clipnorm=_CLIP),
        dict.fromkeys(tuned.clips, loss),
        loss_weights=dict.fromkeys(tuned.clips, _WEIGHT_OF_OTHERS) | {_MAIN: 1.0},
        metrics={_MAIN: ["accuracy"]},
        jit_compile=False,
    )
    return tuned.joint


def _batch_sizes(clips: Mapping[str, Clips], frames: int) -> dict[str, int]:
    """Clips per step: so many frames of our own clips, and half as many of the others together."""
    shares = {name: frames / 2 / max(1, len(clips) - 1) for name in clips} | {_MAIN: frames}
    return {name: max(1, round(shares[name] / clips[name].loadable[0].count)) for name in clips}

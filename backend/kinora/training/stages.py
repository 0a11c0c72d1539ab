"""What is trained in which order: the head on cached features, then the backbone block by block."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import groupby

import keras
from keras import ops

from kinora.data.batches import Batches, Clips
from kinora.model.architecture import block_count, set_trainable
from kinora.model.specs import NetworkSpec
from kinora.training.config import BALANCED, TrainingConfig
from kinora.training.devices import has_gpu
from kinora.training.loop import Stage
from kinora.training.schedule import WarmupCosine

# Frames in one step of fine-tuning, which decide its memory; a GPU takes the whole batch.
_FRAMES_PER_STEP = 40


@dataclass(frozen=True)
class Parts:
    """The two parts of the network that is trained.

    Args:
        spec: What they were built from.
        encoder: One frame in, features out.
        head: Features of all frames in, probabilities out.
    """

    spec: NetworkSpec
    encoder: keras.Model
    head: keras.Model


def head_stage(parts: Parts, clips: Mapping[str, Clips], config: TrainingConfig) -> Stage:
    """The head alone, on features.

    Args:
        parts: The network.
        clips: The features of `train` and `val`.
        config: The settings.
    """
    train = _training_batches(clips["train"], config.batch_size, config)
    schedule = WarmupCosine(config.learning_rate, config.epochs * len(train(0)))
    optimizer = keras.optimizers.AdamW(schedule, weight_decay=config.weight_decay)
    # Fine-tuning may turn out worse; then the whole network goes back to where it stood here.
    changed = _both(parts) if config.fine_tune else {"head": parts.head}
    return Stage(
        name="head",
        epochs=config.epochs,
        prepare=lambda: _compile(parts.head, optimizer, config),
        parts=changed,
        train=train,
        val=Batches(clips["val"], config.batch_size),
        patience=config.patience,
    )


def fine_tuning_stages(
    parts: Parts, clips: Mapping[str, Clips], config: TrainingConfig
) -> list[Stage]:
    """The whole network, on frames: more blocks of the backbone from epoch to epoch."""
    if not config.fine_tune:
        return []
    whole = end_to_end(parts)
    frame_count = whole.input_shape[1]
    size = config.fine_tune_batch
    if not has_gpu():
        size = min(size, max(1, _FRAMES_PER_STEP // frame_count))
    train = _training_batches(clips["train"], size, config)
    val = Batches(clips["val"], size)
    total = config.fine_tune * len(train(0))
    stages: list[Stage] = []
    for blocks, epochs in _unfreezing(parts.spec, config):
        start = sum(stage.epochs for stage in stages) * len(train(0))
        optimizer = keras.optimizers.AdamW(
            WarmupCosine(config.fine_tune_rate, total, start),
            weight_decay=config.weight_decay,
            gradient_accumulation_steps=_accumulation(config.fine_tune_batch, size),
        )
        prepare = partial(_unfreeze_and_compile, parts, blocks, whole, optimizer, config)
        name = f"fine-tuning of {blocks} block{'s' if blocks > 1 else ''}"
        stages.append(Stage(name, epochs, prepare, _both(parts), train, val, config.patience))
    return stages


def end_to_end(parts: Parts) -> keras.Model:
    """Frames in, probabilities out, with all frames of all clips through the encoder at once.

    Trains faster than the TimeDistributed network that is saved, with the same weights.
    """
    frame_count, feature_size = parts.head.input_shape[1:]
    frame_shape = parts.encoder.input_shape[1:]
    clips = keras.Input((frame_count, *frame_shape), dtype="uint8", name="clip")
    features = parts.encoder(ops.reshape(clips, (-1, *frame_shape)))
    return keras.Model(clips, parts.head(ops.reshape(features, (-1, frame_count, feature_size))))


def _unfreezing(spec: NetworkSpec, config: TrainingConfig) -> list[tuple[int, int]]:
    """How many blocks are trained, and for how many epochs: evenly up to the number asked for."""
    most = min(config.fine_tune_blocks, block_count(spec))
    blocks = [-(-most * (epoch + 1) // config.fine_tune) for epoch in range(config.fine_tune)]
    return [(count, len(list(group))) for count, group in groupby(blocks)]


def _training_batches(clips: Clips, size: int, config: TrainingConfig) -> Callable[[int], Batches]:
    weights = clips.balanced_weights() if config.class_weights == BALANCED else None
    return lambda epoch: Batches(clips, size, (config.seed, epoch), weights)


def _accumulation(wanted: int, size: int) -> int | None:
    """How many small steps make one of the size asked for."""
    steps = -(-wanted // size)
    return steps if steps > 1 else None


def _both(parts: Parts) -> dict[str, keras.Model]:
    return {"encoder": parts.encoder, "head": parts.head}


def _unfreeze_and_compile(
    parts: Parts,
    blocks: int,
    whole: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    config: TrainingConfig,
) -> keras.Model:
    set_trainable(parts.encoder, parts.spec, blocks)
    return _compile(whole, optimizer, config)


def _compile(
    model: keras.Model, optimizer: keras.optimizers.Optimizer, config: TrainingConfig
) -> keras.Model:
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=config.label_smoothing)
    # XLA needs minutes for these graphs on a processor, and is slower there afterwards.
    model.compile(optimizer, loss, metrics=["accuracy"], jit_compile=False)
    return model

"""The loop over epochs: a checkpoint after each, stopping early, going on where it stopped."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from kinora.data.batches import Batches
from kinora.data.progress import progress
from kinora.errors import TrainingError
from kinora.training.board import Board
from kinora.training.workspace import Checkpoint, History, Workspace

logger = logging.getLogger(__name__)

OPTIMIZER = "optimizer"


@dataclass(frozen=True)
class Stage:
    """A number of epochs in which the same weights are trained in the same way.

    Args:
        name: What people and checkpoints call it.
        epochs: How many passes.
        prepare: Makes the compiled model.
        parts: The networks that it changes, by name.
        train: The clips to learn from, for an epoch's number.
        val: The clips to measure on.
        patience: Epochs without progress before it stops; None if what is best on val does not
            matter and the weights of the last epoch are kept.
        measured: The compiled model that is measured on val, if it is not the trained one.
    """

    name: str
    epochs: int
    prepare: Callable[[], keras.Model]
    parts: Mapping[str, keras.Model]
    train: Callable[[int], keras.utils.PyDataset]
    val: Batches
    patience: int | None
    measured: keras.Model | None = None


class _Ticks(keras.callbacks.Callback):
    """Tells after every batch that it is done."""

    def __init__(self, tick: Callable[[], None]) -> None:
        super().__init__()
        self._tick = tick

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        self._tick()

    def on_test_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        self._tick()


def run_stages(stages: Sequence[Stage], work: Workspace) -> History:
    """Train through all stages, from the last checkpoint if there is one.

    Every stage begins, and the whole ends, with the weights that did best on val so far.

    Returns:
        The figures of all epochs.
    """
    last = work.last()
    first = [stage.name for stage in stages].index(last.stage) if last else 0
    board = Board(work.folder / "tensorboard")
    history: History = last.history if last else ()
    for stage in stages[first:]:
        begun = last if last and last.stage == stage.name else None
        history = _run(stage, history, begun, work, board)
        _assign_parts(stage, work.best())
    return history


def _run(
    stage: Stage, history: History, begun: Checkpoint | None, work: Workspace, board: Board
) -> History:
    model = stage.prepare()
    model.optimizer.build(model.trainable_variables)
    first = 0
    if begun:
        _assign_parts(stage, begun)
        _assign(model.optimizer.variables, begun.arrays[OPTIMIZER], OPTIMIZER)
        first = begun.epoch
        logger.info("%s: going on after epoch %d of %d", stage.name, first, stage.epochs)
    step_count = len(stage.val) + len(stage.train(0))
    with progress(stage.name, (stage.epochs - first) * step_count) as bar:
        for epoch in range(first, stage.epochs):
            if _has_stalled(stage, history):
                logger.info("%s: stopped early, no progress on val", stage.name)
                break
            figures = _one_epoch(stage, model, epoch, len(history), lambda: bar.update(1))
            history = (*history, figures)
            arrays = {name: _values(part.variables) for name, part in stage.parts.items()}
            arrays[OPTIMIZER] = _values(model.optimizer.variables)
            lowest = min(entry["val_loss"] for entry in history)
            is_best = stage.patience is None or figures["val_loss"] <= lowest
            work.save(Checkpoint(stage.name, epoch + 1, history, arrays), is_best)
            board.write(len(history), figures)
            _say(figures, stage)
    return history


def _one_epoch(
    stage: Stage, model: keras.Model, epoch: int, number: int, tick: Callable[[], None]
) -> dict[str, Any]:
    """Train and measure once; `number` counts the epochs of all stages."""
    callbacks = [_Ticks(tick)]
    learned = model.fit(stage.train(number), verbose=0, shuffle=False, callbacks=callbacks).history
    examinee = stage.measured or model
    measured = examinee.evaluate(stage.val, verbose=0, return_dict=True, callbacks=callbacks)
    # With several outputs Keras puts a name before it; one of them has an accuracy.
    accuracy = next(values for name, values in learned.items() if name.endswith("accuracy"))
    figures = {
        "stage": stage.name,
        "epoch": epoch + 1,
        "loss": float(learned["loss"][-1]),
        "accuracy": float(accuracy[-1]),
        "val_loss": float(measured["loss"]),
        "val_accuracy": float(measured["accuracy"]),
    }
    if not np.isfinite([figures["loss"], figures["val_loss"]]).all():
        raise TrainingError(
            f"{stage.name}: the loss is no number any more after epoch {epoch + 1}. Lower "
            "--learning-rate, or --fine-tune-rate while fine-tuning."
        )
    return figures


def _has_stalled(stage: Stage, history: History) -> bool:
    if stage.patience is None:
        return False
    losses = [entry["val_loss"] for entry in history if entry["stage"] == stage.name]
    return bool(losses) and len(losses) - 1 - int(np.argmin(losses)) >= stage.patience


def _assign_parts(stage: Stage, checkpoint: Checkpoint | None) -> None:
    for name, part in stage.parts.items():
        if checkpoint and name in checkpoint.arrays:
            _assign(part.variables, checkpoint.arrays[name], name)


def _assign(variables: Sequence[Any], values: Sequence[np.ndarray], name: str) -> None:
    if [tuple(variable.shape) for variable in variables] != [value.shape for value in values]:
        raise TrainingError(
            f"The checkpoint's {name} does not fit this network: it was written by another "
            "version of Kinora or Keras. Begin the training anew."
        )
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def _values(variables: Sequence[Any]) -> list[np.ndarray]:
    return [keras.ops.convert_to_numpy(variable) for variable in variables]


def _say(figures: Mapping[str, Any], stage: Stage) -> None:
    logger.info(
        "%s %d/%d: loss %.4f, accuracy %.3f, val loss %.4f, val accuracy %.3f",
        *(figures["stage"], figures["epoch"], stage.epochs, figures["loss"]),
        *(figures["accuracy"], figures["val_loss"], figures["val_accuracy"]),
    )

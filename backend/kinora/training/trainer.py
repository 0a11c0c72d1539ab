"""Training from beginning to end: a folder of clips in, a bundle out."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import keras
import numpy as np

from kinora.bulk.features import on_cluster
from kinora.clips import ClipSpec
from kinora.data.batches import Batches, Clips
from kinora.data.features import Elsewhere, Encoder
from kinora.data.samples import DataSet
from kinora.errors import SettingError
from kinora.model.architecture import scaling_of
from kinora.model.backbones import NO_WEIGHTS
from kinora.model.heads import build_head
from kinora.training.calibration import Calibration, calibrate
from kinora.training.config import TrainingConfig
from kinora.training.devices import every_device, precision
from kinora.training.encoding import make_encoder
from kinora.training.finish import Ending, Trained, finish
from kinora.training.folds import join_heads, with_val_learned
from kinora.training.linear import Linear, add_to, best_share, solve, votes, with_votes
from kinora.training.loop import run_stages
from kinora.training.material import (
    MEASURED,
    feature_clips,
    fingerprint,
    frame_clips,
    joined,
    read_and_split,
    read_other,
)
from kinora.training.stages import Parts, Stage, end_to_end, fine_tuning_stages, head_stage
from kinora.training.start import find_weights, let_signals_pass, start_encoder, start_head
from kinora.training.tuning import is_whole, tune
from kinora.training.workspace import History, Workspace, check_out

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """What to train, on what, and where the bundle goes.

    Args:
        data: The folder of the data set.
        out: The folder of the bundle; its name is the model's name.
        config: The settings.
        layout: How the data set is laid out; found by itself if not named.
        is_resumed: Continue the training that was begun for `out`, if there is one.
        others: The folders of other data sets to learn from. Their clips of the same actions join
            the part `train`; while tuning the encoder learns from all of them.
        ray: The address of a Ray cluster that computes the features, or `auto`.
    """

    data: Path
    out: Path
    config: TrainingConfig
    layout: str | None = None
    is_resumed: bool = False
    others: tuple[Path, ...] = ()
    ray: str | None = None


def train(job: Job) -> Trained:
    """Train, calibrate, write the bundle and measure it.

    Raises:
        KinoraError: The data, the settings or the disk forbid it; nothing that was done is lost.
    """
    check_out(job.out, job.is_resumed)
    data_set, folds, unreadable = read_and_split(job.data, job.layout, job.config)
    others = tuple(read_other(folder, job.config) for folder in job.others)
    data_set, *folds = (joined(one, others) for one in (data_set, *folds))
    if len(folds) > 1:
        data_set = with_val_learned(data_set)
    keras.utils.set_random_seed(job.config.seed)
    with _numbers(precision()), every_device():
        clip, parts = _build(data_set, job.config)
        _start_head(parts, data_set, job.config)
        work = Workspace.open(job.out, _facts(job, (data_set, *others)), job.is_resumed)
        history: History = ()
        if job.config.tune:
            tuning = Workspace(work.folder / "tuning")
            history = tune(parts, clip, (data_set, *others), job.config, tuning)
        logger.info("Curves: tensorboard --logdir %s", work.folder)
        if len(folds) == 1:
            learned = [_learn(parts, _course(parts, data_set, clip, job), job.config, work)]
        else:
            learned = _learn_folds(parts, folds, clip, job, work)
        history += tuple(entry for one in learned for entry in one.history)
        share, calibration = _settle(learned)
        if len(folds) > 1:
            spec, head = join_heads(parts.spec.head, [one.head for one in learned])
            parts = Parts(replace(parts.spec, head=spec), parts.encoder, head)
    names = tuple(folder.resolve().name for folder in (job.data, *job.others))
    failed = {path: why for one in learned for path, why in one.failed.items()}
    kept = data_set.without(failed)
    ending = Ending(job.out, kept, job.config, clip, parts, calibration, share, names)
    return finish(ending, history, {**unreadable, **failed})


@dataclass(frozen=True)
class _Learned:
    """What came of training on one data set, or on one fold of it.

    Args:
        head: The trained head.
        history: The figures of all epochs.
        answers: The probabilities for the clips of val.
        labels: What these show.
        failed: The clips that cannot be read, and why.
        linear: What was solved beside the head, if it shows itself statistics over time.
        votes: What that says about the clips of val.
    """

    head: keras.Model
    history: History
    answers: np.ndarray
    labels: np.ndarray
    failed: Mapping[Path, str]
    linear: Linear | None = None
    votes: np.ndarray | float = 0.0


def _learn(parts: Parts, course: "_Course", config: TrainingConfig, work: Workspace) -> _Learned:
    history = run_stages(course.stages, work)
    answers = course.network.predict(course.measured, verbose=0)
    learned = _Learned(parts.head, history, answers, course.labels, course.failed)
    if course.network is not parts.head or not parts.spec.head.sees_motion:
        return learned
    passes = (course.stages[0].train(number) for number in range(config.views))
    linear = solve(parts.head, (batch for some in passes for batch in _each(some)))
    return replace(learned, linear=linear, votes=votes(linear, parts.head, _each(course.measured)))


def _each(batches: Batches) -> Iterator[tuple[np.ndarray, ...]]:
    return (batches[number] for number in range(len(batches)))


def _settle(learned: Sequence[_Learned]) -> tuple[float, Calibration]:
    """Decide on val how much the linear classifiers count, add them, and calibrate."""
    labels = np.concatenate([one.labels for one in learned])
    answers = np.concatenate([one.answers for one in learned])
    said = np.concatenate([one.votes + np.zeros_like(one.answers) for one in learned])
    share = best_share(answers, said, labels)
    for one in learned:
        if one.linear:
            add_to(one.head, one.linear, share)
    return share, calibrate(with_votes(answers, said, share), labels)


def _learn_folds(
    parts: Parts, folds: Sequence[DataSet], clip: ClipSpec, job: Job, work: Workspace
) -> list[_Learned]:
    """Train a head of its own for every fold."""
    # Compiled once for all of them.
    encoder, learned = _feature_encoder(parts), []
    for number, fold in enumerate(folds, 1):
        # Each head starts elsewhere, and in the same place when a training is continued.
        keras.utils.set_random_seed(job.config.seed + number)
        class_count = parts.head.output_shape[-1]
        head = build_head(parts.spec.head, *parts.head.input_shape[1:], class_count)
        own = replace(parts, head=head)
        course = _course(own, fold, clip, job, encoder)
        named = [replace(s, name=f"{s.name} {number}/{len(folds)}") for s in course.stages]
        place = Workspace(work.folder / f"fold-{number}")
        learned.append(_learn(own, replace(course, stages=named), job.config, place))
    return learned


def _build(data_set: DataSet, config: TrainingConfig) -> tuple[ClipSpec, Parts]:
    spec = config.network(data_set.kind)
    frame_count = 1 if data_set.kind == "image" else config.frames
    clip = ClipSpec(frame_count, config.size, scaling=scaling_of(spec))
    weights = find_weights(config.weights)
    encoder = start_encoder(spec, clip, weights)
    if NO_WEIGHTS in weights:
        let_signals_pass(encoder, data_set, clip)
    feature_size = encoder.output_shape[-1]
    head = build_head(spec.head, frame_count, feature_size, len(data_set.classes))
    return clip, Parts(spec, encoder, head)


def _start_head(parts: Parts, data_set: DataSet, config: TrainingConfig) -> None:
    weights = find_weights(config.weights)
    is_known = is_whole(parts) and start_head(parts.head, data_set.classes, weights)
    if not config.epochs and not is_known:
        raise SettingError(
            "--epochs 0 keeps what the heads of models know, which works for image models of the "
            "same classes only. Name such as --weights, or give --epochs 1 or more."
        )


@dataclass(frozen=True)
class _Course:
    """What is left to learn when the encoder is tuned, and what is measured in the end.

    Args:
        stages: In the order in which they are trained.
        network: What they make.
        measured: The clips of val, as the network takes them.
        labels: What they show.
        failed: The clips that cannot be read, and why.
    """

    stages: list[Stage]
    network: keras.Model
    measured: Batches
    labels: np.ndarray
    failed: Mapping[Path, str]


def _course(
    parts: Parts, data_set: DataSet, clip: ClipSpec, job: Job, encoder: Encoder | None = None
) -> _Course:
    config = job.config
    is_done = bool(config.tune) and is_whole(parts)
    if is_done or config.fine_tune:
        frames, failed = frame_clips(data_set, clip)
        stages = fine_tuning_stages(parts, frames, config)
        course = _Course(stages, end_to_end(parts), *_measured(frames, config), failed)
        if is_done:
            return course
    encoder = encoder or _feature_encoder(parts)
    elsewhere = _elsewhere(encoder, clip, job.ray) if job.ray is not None else None
    features, failed = feature_clips(data_set, encoder, clip, config.views, elsewhere)
    head = [head_stage(parts, features, config)] if config.epochs else []
    if config.fine_tune:
        return replace(course, stages=[*head, *course.stages], failed=failed)
    return _Course(head, parts.head, *_measured(features, config), failed)


def _feature_encoder(parts: Parts) -> Encoder:
    return make_encoder(parts.encoder, f"{parts.spec.backbone} {parts.spec.width}")


def _measured(clips: Mapping[str, Clips], config: TrainingConfig) -> tuple[Batches, np.ndarray]:
    val = clips[MEASURED]
    return Batches(val, min(config.batch_size, config.fine_tune_batch)), np.array(val.labels)


def _elsewhere(encoder: Encoder, clip: ClipSpec, address: str) -> Elsewhere:
    if encoder.graph is None:
        raise SettingError(
            "--ray computes features on processors, which needs TensorFlow as the backend of Keras "
            "and no GPU here. Leave --ray out."
        )
    return on_cluster(encoder.graph, clip, address)


def _facts(job: Job, data_sets: tuple[DataSet, ...]) -> Mapping[str, object]:
    return {
        **job.config.to_dict(),
        "input": data_sets[0].kind,
        "classes": list(data_sets[0].classes),
        "clips": len(data_sets[0].samples),
        "data": [fingerprint(data_set) for data_set in data_sets],
    }


@contextmanager
def _numbers(policy: str) -> Iterator[None]:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)

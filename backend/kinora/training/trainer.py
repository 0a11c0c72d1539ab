"""Training from beginning to end: a folder of clips in, a bundle out."""

import logging
from collections.abc import Iterator, Mapping
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
from kinora.training.calibration import calibrate
from kinora.training.config import TrainingConfig
from kinora.training.devices import every_device, precision
from kinora.training.encoding import make_encoder
from kinora.training.finish import Ending, Trained, finish
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
from kinora.training.rehearsal import Rehearsal, with_val_learned
from kinora.training.stages import Parts, Stage, end_to_end, fine_tuning_stages, head_stage
from kinora.training.start import find_weights, let_signals_pass, start_encoder
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
        rehearsal: A bundle of the same settings that tells when to stop, so that val can be
            learned from as well.
        ray: The address of a Ray cluster that computes the features, or `auto`.
    """

    data: Path
    out: Path
    config: TrainingConfig
    layout: str | None = None
    is_resumed: bool = False
    others: tuple[Path, ...] = ()
    rehearsal: Path | None = None
    ray: str | None = None


def train(job: Job) -> Trained:
    """Train, calibrate, write the bundle and measure it.

    Raises:
        KinoraError: The data, the settings or the disk forbid it; nothing that was done is lost.
    """
    check_out(job.out, job.is_resumed)
    rehearsal = Rehearsal.read(job.rehearsal, job.config) if job.rehearsal else None
    data_set, unreadable = read_and_split(job.data, job.layout, job.config)
    others = tuple(read_other(folder, job.config) for folder in job.others)
    data_set = joined(data_set, others)
    if rehearsal:
        data_set = with_val_learned(data_set)
    keras.utils.set_random_seed(job.config.seed)
    with _numbers(precision()), every_device():
        clip, parts = _build(data_set, job.config)
        work = Workspace.open(job.out, _facts(job, (data_set, *others)), job.is_resumed)
        history: History = ()
        if job.config.tune:
            tuning = Workspace(work.folder / "tuning")
            history = tune(
                parts, clip, (data_set, *others), job.config, tuning, rehearsal=rehearsal
            )
        course = _course(parts, data_set, clip, job)
        logger.info("Curves: tensorboard --logdir %s", work.folder / "tensorboard")
        stages = rehearsal.shorten(course.stages) if rehearsal else course.stages
        history += run_stages(stages, work)
        if rehearsal:
            calibration = rehearsal.calibration
        else:
            answers = _predict(course.network, course.measured, job.config)
            calibration = calibrate(answers, course.measured.labels)
    names = tuple(folder.resolve().name for folder in (job.data, *job.others))
    kept = data_set.without(course.failed)
    ending = Ending(job.out, kept, job.config, clip, parts, calibration, names)
    return finish(ending, history, {**unreadable, **course.failed})


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


@dataclass(frozen=True)
class _Course:
    """What is left to learn when the encoder is tuned, and what is measured in the end.

    Args:
        stages: In the order in which they are trained.
        network: What they make.
        measured: The clips of val, as the network takes them.
        failed: The clips that cannot be read, and why.
    """

    stages: list[Stage]
    network: keras.Model
    measured: Clips
    failed: Mapping[Path, str]


def _course(parts: Parts, data_set: DataSet, clip: ClipSpec, job: Job) -> _Course:
    config = job.config
    is_done = bool(config.tune) and is_whole(parts)
    if is_done or config.fine_tune:
        frames, failed = frame_clips(data_set, clip)
        stages = fine_tuning_stages(parts, frames, config)
        course = _Course(stages, end_to_end(parts), frames[MEASURED], failed)
        if is_done:
            return course
    encoder = make_encoder(parts.encoder, f"{parts.spec.backbone} {parts.spec.width}")
    elsewhere = _elsewhere(encoder, clip, job.ray) if job.ray is not None else None
    features, failed = feature_clips(data_set, encoder, clip, config.views, elsewhere)
    head = head_stage(parts, features, config)
    if config.fine_tune:
        return replace(course, stages=[head, *course.stages], failed=failed)
    return _Course([head], parts.head, features[MEASURED], failed)


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


def _predict(network: keras.Model, clips: Clips, config: TrainingConfig) -> np.ndarray:
    batches = Batches(clips, min(config.batch_size, config.fine_tune_batch))
    return network.predict(batches, verbose=0)


@contextmanager
def _numbers(policy: str) -> Iterator[None]:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)

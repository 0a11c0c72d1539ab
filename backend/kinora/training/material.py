"""From a data set to what is trained on: clips in parts, their features and their frames."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path

from kinora.clips import ClipSpec
from kinora.data import layouts
from kinora.data.batches import Clips, Loadable
from kinora.data.features import Elsewhere, Encoder, extract, only_full
from kinora.data.files import name_below
from kinora.data.frames import keep_frames
from kinora.data.layouts.lists import name_some
from kinora.data.samples import DataSet
from kinora.data.splits import SplitOptions, learning_folds, split
from kinora.data.survey import survey
from kinora.data.views import may_flip, views_for
from kinora.errors import DataError
from kinora.training.config import TrainingConfig

logger = logging.getLogger(__name__)

LEARNED, MEASURED = "train", "val"


def read_and_split(
    data: Path, layout: str | None, config: TrainingConfig
) -> tuple[DataSet, tuple[DataSet, ...], dict[Path, str]]:
    """The readable clips of a data set in parts that do not leak.

    Returns:
        The data set; the same once per fold, where val is that fold; and what cannot be read.
    """
    looked = survey(layouts.read(data, layout))
    duplicates = looked.duplicates()
    data_set = split(looked.data_set, config.split_options(), duplicates)
    folds = (data_set,)
    if config.folds > 1:
        folds = learning_folds(data_set, config.folds, config.seed, duplicates)
    # A class of which no clip is used would be an answer that nobody trained.
    unused = {sample.path for sample in data_set.samples if not sample.split}
    data_set, *folds = (one.without(unused) for one in (data_set, *folds))
    logger.info("Read as %s, split: %s", data_set.layout, data_set.protocol)
    for note in data_set.notes:
        logger.warning("%s", note)
    return data_set, tuple(folds), looked.unreadable


def read_other(data: Path, config: TrainingConfig) -> DataSet:
    """Another data set, of which only the part `train` is learned from."""
    looked = survey(layouts.read(data))
    data_set = split(looked.data_set, SplitOptions(seed=config.seed), looked.duplicates())
    logger.info("Also learning from %s (%s)", data_set.root, data_set.protocol)
    return data_set


def joined(data_set: DataSet, others: Sequence[DataSet]) -> DataSet:
    """A data set with the other ones' training clips of the same actions in its part `train`."""
    wanted = set(data_set.classes)
    for other in others:
        more = tuple(s for s in other.part(LEARNED) if s.label in wanted)
        if other.kind != data_set.kind or not more:
            continue
        note = f"{len(more)} clips of {other.root.resolve().name} were added to train."
        data_set = replace(data_set, samples=data_set.samples + more).noting(note)
    return data_set


def fingerprint(data_set: DataSet) -> str:
    """Changes when a clip is added, goes away, or is sorted otherwise."""
    digest = blake2b(digest_size=10)
    for sample in data_set.samples:
        facts = (name_below(data_set.root, sample.path), sample.label, sample.split)
        digest.update(repr(facts).encode())
    return digest.hexdigest()


def feature_clips(
    data_set: DataSet,
    encoder: Encoder,
    spec: ClipSpec,
    view_count: int,
    elsewhere: Elsewhere | None = None,
) -> tuple[dict[str, Clips], dict[Path, str]]:
    """The features of train, in several views, and of val; and what cannot be read."""
    views = only_full([sample.path for sample in data_set.part(MEASURED)])
    views |= {sample.path: views_for(sample.label, view_count) for sample in data_set.part(LEARNED)}
    features, failed = extract(views, encoder, spec, elsewhere)
    return _in_parts(data_set, features, failed), failed


def frame_clips(data_set: DataSet, spec: ClipSpec) -> tuple[dict[str, Clips], dict[Path, str]]:
    """The frames of train and val; and what cannot be read."""
    flippable = {
        sample.path: may_flip(sample.label)
        for part in (LEARNED, MEASURED)
        for sample in data_set.part(part)
    }
    frames, failed = keep_frames(flippable, spec)
    return _in_parts(data_set, frames, failed), failed


def _in_parts(
    data_set: DataSet, found: Mapping[Path, Loadable], failed: Mapping[Path, str]
) -> dict[str, Clips]:
    if failed:
        names = name_some([f"{path.name} ({why})" for path, why in failed.items()])
        logger.warning("%d clips cannot be read and are left out: %s", len(failed), names)
    classes = data_set.classes
    parts = {}
    for part in (LEARNED, MEASURED):
        samples = [sample for sample in data_set.part(part) if sample.path in found]
        if not samples:
            raise DataError(f"Not one clip of the part {part} can be read.")
        parts[part] = Clips(
            [found[sample.path] for sample in samples],
            [classes.index(sample.label) for sample in samples],
            len(classes),
        )
    return parts

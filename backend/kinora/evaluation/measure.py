"""Measuring: a recognizer answers about one part of a data set, and the answers are scored."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import numpy as np

from kinora.clips import ClipSpec
from kinora.data import files
from kinora.data.layouts.lists import name_some
from kinora.data.progress import progress
from kinora.data.samples import PARTS, DataSet, Sample
from kinora.errors import DataError, MediaError, SettingError
from kinora.evaluation.answers import Answers, by_video
from kinora.evaluation.evaluation import Evaluation
from kinora.evaluation.protocols import ALL, MEASURED_PARTS, protocol
from kinora.evaluation.scores import Scores, score
from kinora.media import Source
from kinora.model.info import BundleInfo
from kinora.predictions import Prediction

# Clips handed to the threads at once: enough to keep them busy, few enough to bound memory.
_BATCH = 256
# With fewer sources than this the percentiles of the draws are known to be too narrow.
_FEW_SOURCES = 20


class Recognizes(Protocol):
    """What is measured: anything that answers like `kinora.inference.Recognizer`."""

    @property
    def info(self) -> BundleInfo: ...

    @property
    def clip(self) -> ClipSpec: ...

    def predict(self, source: Source) -> Prediction: ...

    def encode(self, frames: np.ndarray) -> np.ndarray: ...


def evaluate(recognizer: Recognizes, data_set: DataSet, part: str = "test") -> Evaluation:
    """Let the recognizer answer about every clip of a part, and score the answers.

    Args:
        recognizer: The model, as it serves.
        data_set: Split, unless `part` is `all`.
        part: Which clips to measure on.

    Raises:
        DataError: The part is empty, knows none of the model's classes, or cannot be read.
    """
    classes = recognizer.info.classes
    samples, notes = _comparable(_samples(data_set, part), classes, part)
    said = list(answer_all(recognizer, samples))
    failures = {
        files.name_below(data_set.root, sample.path): str(answer)
        for sample, answer in said
        if isinstance(answer, MediaError)
    }
    notes += _failure_notes(failures, len(samples))
    kept = [(sample, row) for sample, row in said if not isinstance(row, MediaError)]
    answers = Answers(
        probabilities=np.stack([row for _, row in kept]).astype(float),
        truth=np.array([classes.index(sample.label) for sample, _ in kept]),
        groups=tuple(sample.group for sample, _ in kept),
    )
    videos = by_video(answers)
    clips = score(answers, classes)
    return Evaluation(
        info=recognizer.info,
        root=data_set.root,
        part=part,
        protocol=protocol(data_set, part, recognizer.info),
        samples=tuple(sample for sample, _ in kept),
        answers=answers,
        clips=clips,
        videos=score(videos, classes) if videos else None,
        failures=failures,
        notes=(*data_set.notes, *notes, *_source_notes(data_set, clips)),
    )


def _samples(data_set: DataSet, part: str) -> tuple[Sample, ...]:
    if part not in MEASURED_PARTS:
        raise SettingError(f"There is no part {part!r}; choose {', '.join(MEASURED_PARTS)}.")
    samples = data_set.samples if part == ALL else data_set.part(part)
    if not samples:
        sizes = ", ".join(f"{name} has {len(data_set.part(name))}" for name in PARTS)
        raise DataError(
            f"{data_set.root} has no clips in its part {part} ({sizes}; {data_set.protocol}). "
            f"Choose another part or split, or measure on {ALL} clips."
        )
    return samples


def _comparable(
    samples: Sequence[Sample], classes: Sequence[str], part: str
) -> tuple[list[Sample], list[str]]:
    """The clips whose labels the model knows, and what must be said about the others."""
    known = [sample for sample in samples if sample.label in classes]
    unknown = Counter(sample.label for sample in samples if sample.label not in classes)
    if not known:
        raise DataError(
            f"The model knows none of the labels of the {part} clips. It knows "
            f"{name_some(classes)}; the clips show {name_some(sorted(unknown))}. "
            "Name the folders, or the labels in the list, as the model does."
        )
    notes = []
    if unknown:
        notes.append(
            f"{sum(unknown.values())} of {len(samples)} clips show what the model does not know "
            f"and are left out: {name_some(sorted(unknown))}."
        )
    lacking = sorted(set(classes) - {sample.label for sample in known})
    if lacking:
        notes.append(f"No clip shows {name_some(lacking)}: nothing is known about these classes.")
    return known, notes


def answer_all(
    recognizer: Recognizes, samples: Sequence[Sample]
) -> Iterator[tuple[Sample, np.ndarray | MediaError]]:
    """The probabilities for each clip, or why it cannot be read."""

    def predict(sample: Sample) -> np.ndarray | MediaError:
        try:
            return np.array(recognizer.predict(sample.path).probabilities, np.float32)
        except MediaError as error:
            return error

    with (
        ThreadPoolExecutor(os.cpu_count()) as threads,
        progress("recognising the clips", len(samples)) as bar,
    ):
        for start in range(0, len(samples), _BATCH):
            batch = samples[start : start + _BATCH]
            for sample, said in zip(batch, threads.map(predict, batch), strict=True):
                bar.update(1)
                yield sample, said


def _failure_notes(failures: Mapping[str, str], count: int) -> list[str]:
    if not failures:
        return []
    names = name_some([f"{name} ({why})" for name, why in failures.items()])
    if len(failures) == count:
        raise DataError(f"None of the {count} clips can be read: {names}")
    return [f"{len(failures)} of {count} clips cannot be read and are left out: {names}"]


def _source_notes(data_set: DataSet, clips: Scores) -> Iterator[str]:
    if not data_set.are_sources_known:
        yield (
            "The sources of the clips are not known, so every clip counts as one of its own; if "
            "clips come from the same recording, the intervals are too narrow."
        )
    if clips.sources == 1:
        yield "All clips come from one source, so there are no intervals."
    elif clips.sources < _FEW_SOURCES:
        yield f"There are only {clips.sources} sources, so the intervals are too narrow."

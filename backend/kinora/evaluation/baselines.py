"""Two simpler models on the same features and split: one that sees one frame, one without time.

A model of time that is not clearly better than these has learned scenes, not actions. Both are
trained here, on the train part, with the recognizer's own features; nothing of its head is used.
"""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from kinora.data.progress import progress
from kinora.data.samples import DataSet, Sample
from kinora.errors import DataError, MediaError
from kinora.evaluation import logistic
from kinora.evaluation.answers import Answers
from kinora.evaluation.evaluation import Baseline, Evaluation
from kinora.evaluation.measure import Recognizes
from kinora.evaluation.scores import difference, score
from kinora.media import read_clip

SINGLE_FRAME, MEAN_OF_FRAMES = "single frame", "mean of frames"

# The classifier of single frames learns from a few of each clip and is asked about the middle one.
_FRAMES_PER_CLIP = 3
# About 200 MB of features; more clips make such a small classifier hardly better.
_MOST_CLIPS = 20_000
_BATCH = 64


@dataclass(frozen=True, eq=False)
class _Features:
    """What is kept of many clips: float16, (clips, 3, features) and (clips, features)."""

    frames: np.ndarray
    means: np.ndarray
    truth: np.ndarray


def with_baselines(evaluation: Evaluation, recognizer: Recognizes, data_set: DataSet) -> Evaluation:
    """Train both baselines on the train part and measure them on the clips that were evaluated.

    Raises:
        DataError: There is nothing to train them on.
    """
    classes = evaluation.info.classes
    train = _chosen([sample for sample in data_set.part("train") if sample.label in classes])
    if evaluation.part not in ("val", "test") or not train:
        raise DataError(
            "The baselines learn from the train part and are measured on val or test; "
            f"here the part is {evaluation.part} and train has {len(train)} usable clips."
        )
    learned = _features(recognizer, train, "baselines: features of train")
    asked = _features(recognizer, evaluation.samples, f"baselines: features of {evaluation.part}")
    if len(asked.truth) != len(evaluation.samples):
        raise DataError("Clips that could be read a moment ago no longer can. Is the disk there?")
    frame_truth = np.repeat(learned.truth, _FRAMES_PER_CLIP)
    by_frame = logistic.fit(_joined(learned.frames), frame_truth, len(classes))
    by_mean = logistic.fit(learned.means, learned.truth, len(classes))
    middle = asked.frames[:, _FRAMES_PER_CLIP // 2]
    answered = (
        (SINGLE_FRAME, by_frame.probabilities(middle)),
        (MEAN_OF_FRAMES, by_mean.probabilities(asked.means)),
    )
    baselines = tuple(_baseline(evaluation, *one) for one in answered)
    return replace(evaluation, baselines=baselines)


def _baseline(evaluation: Evaluation, name: str, probabilities: np.ndarray) -> Baseline:
    own = evaluation.answers
    answers = Answers(probabilities.astype(float), own.truth, own.groups)
    scores = score(answers, evaluation.info.classes)
    return Baseline(name, scores, difference(own, answers))


def _chosen(samples: Sequence[Sample]) -> tuple[Sample, ...]:
    """All of them, or as many as may be, spread evenly over the classes' clips."""
    ordered = sorted(samples, key=lambda sample: sample.label)
    step = max(1.0, len(ordered) / _MOST_CLIPS)
    return tuple(ordered[int(place * step)] for place in range(int(len(ordered) / step)))


def _features(recognizer: Recognizes, samples: Sequence[Sample], title: str) -> _Features:
    classes = recognizer.info.classes
    kept = [found for found in _each(recognizer, samples, title) if found]
    if not kept:
        raise DataError(f"None of the {len(samples)} clips for the baselines can be read.")
    labels, frames, means = zip(*kept, strict=True)
    truth = np.array([classes.index(label) for label in labels])
    return _Features(np.stack(frames), np.stack(means), truth)


def _each(
    recognizer: Recognizes, samples: Sequence[Sample], title: str
) -> Iterator[tuple[str, np.ndarray, np.ndarray] | None]:
    """Label, features of some frames and their mean; None for what cannot be read."""

    def look(sample: Sample) -> tuple[str, np.ndarray, np.ndarray] | None:
        try:
            clip = read_clip(sample.path, recognizer.clip)
        except MediaError:
            return None
        features = np.asarray(recognizer.encode(clip.frames))[list(clip.order)]
        places = (np.arange(_FRAMES_PER_CLIP) + 0.5) * len(features) / _FRAMES_PER_CLIP
        some = features[places.astype(int)]
        return sample.label, some.astype(np.float16), features.mean(axis=0).astype(np.float16)

    with ThreadPoolExecutor(os.cpu_count()) as threads, progress(title, len(samples)) as bar:
        for start in range(0, len(samples), _BATCH):
            for found in threads.map(look, samples[start : start + _BATCH]):
                bar.update(1)
                yield found


def _joined(frames: np.ndarray) -> np.ndarray:
    return frames.reshape(-1, frames.shape[-1])

"""Scores: the arithmetic of how good answers are, with intervals. Nothing here knows a file."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from kinora.evaluation.answers import Answers
from kinora.evaluation.bootstrap import (
    BootstrapOptions,
    Interval,
    classes_by_group,
    interval,
    resampled_sums,
    totals_by_group,
)

BIN_COUNT = 15
_TOP = 5
_CONFUSIONS = 10
# Draws of right and wrong by which the error of a perfectly calibrated model is found.
_CHANCE_DRAWS = 200
# A probability of exactly 0 for what was shown would cost infinitely much.
_SMALLEST = 1e-12


@dataclass(frozen=True)
class ClassScore:
    """How one class does: of those said (precision) and of those shown (recall)."""

    precision: float
    recall: float
    f1: float
    f1_interval: Interval | None
    count: int


@dataclass(frozen=True)
class Bin:
    """The answers of about one confidence: what they promise and what they keep."""

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


@dataclass(frozen=True)
class Confusion:
    """How often one class was taken for another, and which share of its clips that is."""

    shown: str
    said: str
    count: int
    share: float


@dataclass(frozen=True)
class Scores:
    """How good answers are.

    Args:
        count: Answers that were scored.
        sources: The sources they come from. Intervals draw these.
        top1: Share of right answers.
        top5: Share with the right class among the first five; None with five classes or fewer.
        macro_f1: Mean F1 of the classes that were shown, so that small classes count as much.
        nll: Mean negative log likelihood of what was shown.
        ece: Expected calibration error: how far confidence is from accuracy, over 15 bins.
        ece_by_chance: What `ece` would be if every confidence meant what it says. It is not 0: a
            few clips of 80 % confidence are seldom right in exactly 80 % of cases.
        per_class: The classes that were shown.
        bins: The reliability behind `ece`; empty bins are left out.
        confusion: Rows are what was shown, columns what was said, in the order of the classes.
        confused: The pairs most often confused.
    """

    count: int
    sources: int
    top1: float
    top1_interval: Interval | None
    top5: float | None
    top5_interval: Interval | None
    macro_f1: float
    macro_f1_interval: Interval | None
    nll: float
    ece: float
    ece_by_chance: float
    per_class: dict[str, ClassScore]
    bins: tuple[Bin, ...]
    confusion: tuple[tuple[int, ...], ...]
    confused: tuple[Confusion, ...]

    def to_dict(self) -> dict[str, Any]:
        """The scores as plain values for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Difference:
    """How much larger the share of right answers is than another model's, in the same draws."""

    top1: float
    top1_interval: Interval | None


def score(
    answers: Answers, classes: Sequence[str], options: BootstrapOptions | None = None
) -> Scores:
    """Score answers; intervals need at least two sources."""
    confusion = np.zeros((len(classes), len(classes)), int)
    np.add.at(confusion, (answers.truth, answers.chosen), 1)
    draws = _draw(answers, len(classes), options or BootstrapOptions())
    confidence = answers.probabilities.max(axis=1)
    bins = _bins(confidence, answers.ranks == 0)
    own = np.take_along_axis(answers.probabilities, answers.truth[:, None], axis=1)
    has_top = len(classes) > _TOP
    f1, macro_f1 = _f1(np.diag(confusion), confusion.sum(axis=1), confusion.sum(axis=0))
    return Scores(
        count=len(answers.truth),
        sources=len(set(answers.groups)),
        top1=float(np.mean(answers.ranks == 0)),
        top1_interval=draws.top1,
        top5=float(np.mean(answers.ranks < _TOP)) if has_top else None,
        top5_interval=draws.top5 if has_top else None,
        macro_f1=float(macro_f1),
        macro_f1_interval=draws.macro_f1,
        nll=float(-np.log(np.maximum(own, _SMALLEST)).mean()),
        ece=_ece(confidence, answers.ranks == 0),
        ece_by_chance=_ece_by_chance(confidence),
        per_class=_per_class(classes, confusion, f1, draws.f1),
        bins=bins,
        confusion=tuple(tuple(row) for row in confusion.tolist()),
        confused=_confused(classes, confusion),
    )


def difference(
    answers: Answers, other: Answers, options: BootstrapOptions | None = None
) -> Difference:
    """Compare the share of right answers about the same clips, in the same draws of sources."""
    gain = (answers.ranks == 0).astype(float) - (other.ranks == 0)
    groups = answers.group_indices
    totals = totals_by_group(groups, np.column_stack([gain, np.ones_like(gain)]))
    own = None
    if len(totals) > 1:
        sums = resampled_sums(totals, options or BootstrapOptions())
        own = interval(sums[:, 0] / sums[:, 1])
    return Difference(float(gain.mean()), own)


@dataclass(frozen=True)
class _Draws:
    """The intervals, found in one go."""

    top1: Interval | None = None
    top5: Interval | None = None
    macro_f1: Interval | None = None
    f1: tuple[Interval | None, ...] = ()


def _draw(answers: Answers, class_count: int, options: BootstrapOptions) -> _Draws:
    groups = answers.group_indices
    if groups.max() == 0:
        return _Draws(f1=(None,) * class_count)
    is_right = answers.ranks == 0
    hits = np.column_stack([is_right, answers.ranks < _TOP, np.ones(len(is_right))])
    right = classes_by_group(groups, answers.truth, class_count, is_right)
    shown = classes_by_group(groups, answers.truth, class_count)
    said = classes_by_group(groups, answers.chosen, class_count)
    totals = np.column_stack([totals_by_group(groups, hits), right, shown, said])
    sums = resampled_sums(totals, options)
    f1, macro_f1 = _f1(*np.split(sums[:, 3:], 3, axis=1))
    return _Draws(
        top1=interval(sums[:, 0] / sums[:, 2]),
        top5=interval(sums[:, 1] / sums[:, 2]),
        macro_f1=interval(macro_f1),
        f1=tuple(interval(f1[:, place]) for place in range(class_count)),
    )


def _f1(right: np.ndarray, shown: np.ndarray, said: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """F1 of each class, and its mean over the classes that were shown; classes lie last."""
    together = shown + said
    f1 = np.divide(2 * right, together, out=np.full(together.shape, np.nan), where=together > 0)
    was_shown = shown > 0
    return f1, np.where(was_shown, f1, 0).sum(axis=-1) / was_shown.sum(axis=-1)


def _per_class(
    classes: Sequence[str],
    confusion: np.ndarray,
    f1: np.ndarray,
    intervals: Sequence[Interval | None],
) -> dict[str, ClassScore]:
    right, shown, said = np.diag(confusion), confusion.sum(axis=1), confusion.sum(axis=0)
    return {
        classes[place]: ClassScore(
            precision=float(right[place] / said[place]) if said[place] else 0.0,
            recall=float(right[place] / shown[place]),
            f1=float(f1[place]),
            f1_interval=intervals[place],
            count=int(shown[place]),
        )
        for place in np.flatnonzero(shown).tolist()
    }


def _bin_places(confidence: np.ndarray) -> np.ndarray:
    return np.minimum((confidence * BIN_COUNT).astype(int), BIN_COUNT - 1)


def _ece(confidence: np.ndarray, is_right: np.ndarray) -> float:
    gaps = np.bincount(_bin_places(confidence), is_right - confidence)
    return float(np.abs(gaps).sum() / len(confidence))


def _ece_by_chance(confidence: np.ndarray) -> float:
    """The mean error where each answer is right as often as its own confidence says."""
    random = np.random.default_rng(0)
    draws = (random.random(len(confidence)) < confidence for _ in range(_CHANCE_DRAWS))
    return float(np.mean([_ece(confidence, is_right) for is_right in draws]))


def _bins(confidence: np.ndarray, is_right: np.ndarray) -> tuple[Bin, ...]:
    places = _bin_places(confidence)
    return tuple(
        Bin(
            low=place / BIN_COUNT,
            high=(place + 1) / BIN_COUNT,
            count=int(own.sum()),
            confidence=float(confidence[own].mean()),
            accuracy=float(is_right[own].mean()),
        )
        for place in np.unique(places).tolist()
        for own in [places == place]
    )


def _confused(classes: Sequence[str], confusion: np.ndarray) -> tuple[Confusion, ...]:
    shown = confusion.sum(axis=1)
    pairs = [
        Confusion(classes[row], classes[column], int(count), float(count / shown[row]))
        for (row, column), count in np.ndenumerate(confusion)
        if count and row != column
    ]
    return tuple(sorted(pairs, key=lambda pair: (-pair.count, -pair.share))[:_CONFUSIONS])

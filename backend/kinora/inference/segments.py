"""From scores over time to segments: arithmetic, apart from all media and models."""

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from kinora.errors import SettingError
from kinora.predictions import Segment

# What the time between known actions is called.
UNKNOWN = "unknown"
# Two borders that were moved to the same place are this close, by rounding.
_EMPTY_S = 1e-6


@dataclass(frozen=True)
class SegmentOptions:
    """When an action begins and ends.

    Args:
        threshold: Below this confidence the answer is "unknown". For a calibrated model 0.5 is
            where an answer becomes more likely right than wrong.
        hysteresis: An action that is on ends only once it falls this much below the threshold, or
            another one is this much more probable; so that borders do not flutter.
        min_length_s: Shorter stretches go to their neighbours.
    """

    threshold: float = 0.5
    hysteresis: float = 0.1
    min_length_s: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.threshold <= 1:
            raise SettingError(f"The threshold must be from 0 to 1, not {self.threshold}.")
        if not 0 <= self.hysteresis <= self.threshold:
            raise SettingError(
                f"The hysteresis must be from 0 to the threshold, not {self.hysteresis}."
            )
        if not self.min_length_s >= 0:
            raise SettingError(f"The minimum length cannot be {self.min_length_s} seconds.")


@dataclass
class Stretch:
    """A stretch of time with one class, or with none (-1), and the scores within it."""

    start_s: float
    end_s: float
    index: int
    total: np.ndarray
    count: int = 1

    @property
    def length_s(self) -> float:
        """How long it lasts."""
        return self.end_s - self.start_s

    @property
    def confidence(self) -> float:
        """The mean score of the class; of the most probable one where there is none."""
        total = self.total[self.index] if self.index >= 0 else self.total.max()
        return float(total) / self.count


class Smoother:
    """Joins scores that follow each other into stretches; keeps only the stretches."""

    def __init__(self, options: SegmentOptions) -> None:
        self._options = options
        self.stretches: list[Stretch] = []

    def add(self, start_s: float, end_s: float, probabilities: np.ndarray) -> None:
        """The scores for the time up to `end_s`, which begins where the ones before ended."""
        last = self.stretches[-1] if self.stretches else None
        index = self._decide(last.index if last else -1, probabilities)
        if last and last.index == index:
            last.end_s = end_s
            last.total += probabilities
            last.count += 1
        else:
            self.stretches.append(Stretch(start_s, end_s, index, probabilities.astype(float)))

    def move_borders(self, border_near: Callable[[float, float], float]) -> None:
        """Put every border where it is found to lie, given where it lies now and its earliest."""
        for stretch, follower in itertools.pairwise(self.stretches):
            border_s = border_near(stretch.end_s, stretch.start_s)
            stretch.end_s = follower.start_s = border_s

    def segments(self, classes: Sequence[str]) -> tuple[Segment, ...]:
        """The segments so far; the confidence is the mean over the segment's time."""
        kept = _without_short(self.stretches, self._options.min_length_s)
        return tuple(
            Segment(
                stretch.start_s,
                stretch.end_s,
                classes[stretch.index] if stretch.index >= 0 else UNKNOWN,
                stretch.confidence,
            )
            for stretch in kept
        )

    def _decide(self, current: int, probabilities: np.ndarray) -> int:
        best = int(probabilities.argmax())
        lead, margin = float(probabilities[best]), self._options.hysteresis
        if current >= 0:
            own = float(probabilities[current])
            if own >= self._options.threshold - margin and lead - own <= margin:
                return current
        return best if lead >= self._options.threshold else -1


def _without_short(stretches: Iterable[Stretch], min_length_s: float) -> list[Stretch]:
    """Give stretches that are too short or empty to their neighbours, the shortest first."""
    kept = [replace(stretch) for stretch in stretches]
    while len(kept) > 1:
        place = min(range(len(kept)), key=lambda i: kept[i].length_s)
        if kept[place].length_s >= max(min_length_s, _EMPTY_S):
            break
        _give_away(kept, place)
    return kept


def _give_away(stretches: list[Stretch], place: int) -> None:
    """Share a stretch among its neighbours, which become one if they are of one class."""
    gone = stretches.pop(place)
    before = stretches[place - 1] if place > 0 else None
    after = stretches[place] if place < len(stretches) else None
    if before and after and before.index == after.index:
        before.end_s = after.end_s
        before.total = before.total + after.total
        before.count += after.count
        stretches.pop(place)
    elif before and after:
        before.end_s = after.start_s = (gone.start_s + gone.end_s) / 2
    elif before:
        before.end_s = gone.end_s
    elif after:
        after.start_s = gone.start_s

"""Where one action ends and the next begins: the moments at which a video changes most."""

import math
from array import array
from collections import deque

import numpy as np

from kinora.media import resize

# The edge of the small picture that is compared besides the features. In a cut nearly all of its
# pixels change, in a movement few do, so cuts count for more than what else the features see.
_EDGE = 8
# A change counts where it is this many times as large as the usual one nearby.
_CLEARLY = 2
# Added to lengths that may be 0, and to places that were computed from times.
_TINY = 1e-6


def small(frame: np.ndarray) -> np.ndarray:
    """A frame as the few numbers from 0 to 1 that tell one scene from another."""
    return resize(frame, _EDGE, _EDGE).ravel() / np.float32(255)


class Changes:
    """How much a video changes from each step to the next.

    A window that straddles a border shows some of both actions, so its answer says better what
    happens than when. The size of a change is the squared distance between the means of the
    steps before it and of the steps after it. Only those steps are held, and one number for each
    change.

    Args:
        reach: How many steps count on each side.
        step_s: The time between two steps.
    """

    def __init__(self, reach: int, step_s: float) -> None:
        self._reach, self._step_s = reach, step_s
        self._before, self._after = _Steps(), _Steps()
        self._sizes = array("f")

    def add(self, features: np.ndarray, picture: np.ndarray) -> None:
        """The features (F,) of the next step, and what `small` makes of its frame."""
        direction = features / (np.linalg.norm(features) + _TINY)
        self._after.add(np.concatenate([direction, picture]))
        if len(self._after) == self._reach:
            self._measure()

    def finish(self) -> None:
        """There are no more steps."""
        while len(self._after):
            self._measure()

    def border_near(self, time_s: float, earliest_s: float) -> float:
        """When the largest change around a time was; the time itself where none stands out.

        The further away, the larger a change must be. Beyond twice the reach none counts.

        Args:
            time_s: Where the answers of the windows turn.
            earliest_s: The border cannot lie before this.
        """
        reach_s = self._reach * self._step_s
        first = max(1, math.ceil(self._place(max(time_s - 2 * reach_s, earliest_s)) - _TINY))
        last = math.floor(self._place(time_s + 2 * reach_s) + _TINY)
        sizes = np.array(self._sizes[first : last + 1])
        times_s = (first + np.arange(len(sizes)) - 0.5) * self._step_s
        nearness = np.exp(-(((times_s - time_s) / reach_s) ** 2) / 2)
        best = int(np.argmax(sizes * nearness)) if len(sizes) else None
        if best is None or sizes[best] <= _CLEARLY * np.median(sizes):
            return max(time_s, earliest_s)
        return float(times_s[best])

    def _place(self, time_s: float) -> float:
        """Change number n lies in the middle between the steps n - 1 and n."""
        return time_s / self._step_s + 0.5

    def _measure(self) -> None:
        before, after = len(self._before), len(self._after)
        gap = self._before.mean - self._after.mean if before else np.zeros(1)
        self._sizes.append(before * after / (before + after) * float(gap @ gap))
        self._before.add(self._after.take())
        if len(self._before) > self._reach:
            self._before.take()


class _Steps:
    """Features of steps that follow each other, and their sum, so that the mean costs little."""

    def __init__(self) -> None:
        self._held: deque[np.ndarray] = deque()
        self._sum = np.zeros(1)

    def __len__(self) -> int:
        return len(self._held)

    @property
    def mean(self) -> np.ndarray:
        return self._sum / len(self._held)

    def add(self, features: np.ndarray) -> None:
        self._held.append(features)
        self._sum = self._sum + features

    def take(self) -> np.ndarray:
        """The oldest one, which is held no longer."""
        taken = self._held.popleft()
        self._sum = self._sum - taken
        return taken

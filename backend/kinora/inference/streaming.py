"""A camera: frames come one at a time, and each gets an answer about the last few seconds."""

import threading
from collections import deque
from fractions import Fraction
from typing import Generic, TypeVar

import numpy as np

from kinora.errors import SettingError
from kinora.inference.recognizer import Recognizer
from kinora.media import fit_frame
from kinora.media.sampling import Timeline, uniform
from kinora.predictions import Prediction

# Long enough for most everyday actions, short enough to notice soon that another one has begun.
WINDOW_S = 5.0

_NANOSECONDS = 10**9
# Times that come as seconds in floats are up to a nanosecond off; a frame that is shown exactly
# in the middle of a part must still count as shown by then.
_ROUNDING = 2

_Item = TypeVar("_Item")


class Stream:
    """Recognises while frames come in. Each costs one encoding and one run of the head.

    The answer is that for the frames of the last `window_s` seconds, as if they were a file. So
    after the last frame of a clip it is the answer for the clip, as long as the clip is no longer
    than the window, and no longer in seconds than the model's frame count. (The last frame is
    taken to be shown for the median time of the others; only a file may know better.)

    Not for several threads at once; each camera has a stream of its own.
    """

    def __init__(self, recognizer: Recognizer, window_s: float = WINDOW_S) -> None:
        if not window_s > 0:
            raise SettingError(f"The window must be longer than 0 seconds, not {window_s}.")
        self._recognizer = recognizer
        self._window = round(window_s * _NANOSECONDS)
        self._stamps: deque[int] = deque()
        self._features: deque[np.ndarray] = deque()
        self._last: np.ndarray | None = None

    @property
    def is_warming_up(self) -> bool:
        """Fewer frames were seen than the model looks at; the first answers are guesses."""
        return len(self._stamps) < self._recognizer.clip.frame_count

    def push(self, frame: np.ndarray, time_s: float) -> Prediction:
        """Show the next frame.

        Args:
            frame: uint8 RGB of any size, (height, width, 3).
            time_s: When it was taken, in seconds from any beginning; later than the one before.
        """
        stamp = round(time_s * _NANOSECONDS)
        if self._stamps and stamp <= self._stamps[-1]:
            raise SettingError(
                f"The frame at {time_s} s is not later than the one before it. "
                "Push frames in the order they were taken, each with its own time."
            )
        features = self._encode(fit_frame(frame, self._recognizer.clip))
        self._stamps.append(stamp)
        self._features.append(features)
        end = self._forget()
        chosen = self._choose(end)
        return self._recognizer.prediction(
            np.stack([self._features[place] for place in chosen]),
            frame_times_s=tuple(self._stamps[place] / _NANOSECONDS for place in chosen),
        )

    def _encode(self, fitted: np.ndarray) -> np.ndarray:
        """The features of a frame; one equal to the frame before it is not encoded again."""
        if self._last is not None and np.array_equal(fitted, self._last):
            return self._features[-1]
        self._last = fitted
        return self._recognizer.encode(fitted[None])[0]

    def _forget(self) -> int:
        """Drop what the window has left behind; the answer is when the last frame's time ends."""
        gaps = np.diff(self._stamps)
        end = self._stamps[-1] + (int(np.median(gaps)) if len(gaps) else 1)
        while end - self._stamps[0] > self._window + _ROUNDING and len(self._stamps) > 1:
            self._stamps.popleft()
            self._features.popleft()
        return end

    def _choose(self, end: int) -> np.ndarray:
        """The places of the frames that a file of these frames would be sampled at."""
        stamps = np.array(self._stamps)
        stamps[1:] -= _ROUNDING
        timeline = Timeline(stamps, stamps[:0], end, Fraction(1, _NANOSECONDS))
        chosen = uniform(timeline, self._recognizer.clip.frame_count)
        return np.searchsorted(stamps, chosen)


class Latest(Generic[_Item]):
    """A place for one thing between two threads: what was not fetched in time is replaced.

    A camera that is faster than the model puts its frames here, so that the model always sees the
    newest one and falls behind by none.
    """

    def __init__(self) -> None:
        self.dropped = 0
        self._waiting: list[_Item] = []
        self._is_closed = False
        self._changed = threading.Condition()

    def put(self, item: _Item) -> None:
        """Offer the newest; the one that still waits is dropped."""
        with self._changed:
            self.dropped += len(self._waiting)
            self._waiting = [item]
            self._changed.notify()

    def close(self) -> None:
        """Nothing more will come."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def take(self) -> _Item | None:
        """Wait for the newest; None once the place is closed and empty."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_closed)
            return self._waiting.pop() if self._waiting else None

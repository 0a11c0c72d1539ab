"""Long videos: what happens when, from overlapping windows over frames that are encoded once."""

import math
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, partial

import numpy as np

from kinora.errors import SettingError, UndecodableError
from kinora.inference.borders import Changes, small
from kinora.inference.recognizer import Recognizer
from kinora.inference.segments import UNKNOWN, SegmentOptions, Smoother
from kinora.media import Limits, MediaInfo, Source, fit_frame, open_media
from kinora.media.sampling import Timeline, every, uniform
from kinora.predictions import Prediction

_DEFAULT_LIMITS = Limits()
# Times are sums of steps in floats; this is far below any step and far above their rounding.
_ROUNDING_S = 1e-6

# The features of a frame, and the small picture of it.
_Shown = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class TimelineOptions:
    """How closely a long video is looked at.

    Args:
        window_s: What the model sees at once. Actions that need longer to be recognised need a
            longer one.
        step_s: The time between the frames that are encoded, and between one window and the next.
            Borders between clips that were joined are found to within half of it.
        segments: When an action begins and ends.
    """

    window_s: float = 2.0
    step_s: float = 0.25
    segments: SegmentOptions = field(default_factory=SegmentOptions)

    def __post_init__(self) -> None:
        if not 0 < self.step_s <= self.window_s:
            raise SettingError(
                f"The step must be more than 0 and at most the window of {self.window_s} s, "
                f"not {self.step_s} s."
            )

    @property
    def frames_per_window(self) -> int:
        """How many of the encoded frames one window holds."""
        return round(self.window_s / self.step_s)


@dataclass(frozen=True)
class VideoTimeline:
    """What happens when in a video.

    Args:
        prediction: The answer for all of it, the mean over time, with its segments.
        seconds: For every second of the video the mean probabilities, (seconds, classes).
        info: The facts of the file.
    """

    prediction: Prediction
    seconds: np.ndarray
    info: MediaInfo


def recognize_timeline(
    recognizer: Recognizer,
    source: Source,
    options: TimelineOptions | None = None,
    limits: Limits = _DEFAULT_LIMITS,
    on_progress: Callable[[float], None] | None = None,
) -> VideoTimeline:
    """Find the actions in a video of any length, in memory that does not depend on it.

    Args:
        recognizer: The model.
        source: The video.
        options: How closely to look; by default what the model is not sure of is unknown.
        limits: What is too large.
        on_progress: Told how far it is, from 0 to 1; what it raises ends the work.
    """
    options = options or _usual_options(recognizer)
    smoother, seconds = Smoother(options.segments), _Seconds(len(recognizer.classes))
    # Windows change their answer while they straddle a border: up to half a window from it.
    changes = Changes(max(1, options.frames_per_window // 2), options.step_s)
    with open_media(source, limits) as medium:
        duration_s = medium.timeline.duration_s
        fitted = (
            (medium.timeline.seconds(stamp), fit_frame(frame, recognizer.clip))
            for stamp, frame in medium.frames(every(medium.timeline, options.step_s))
        )
        if on_progress is not None:
            fitted = _telling(fitted, duration_s, on_progress)
        encoded = _encoded(recognizer, fitted)
        ticks = _watched(_ticks(encoded, options.step_s, duration_s), changes)
        windows = _windows(ticks, options, duration_s)
        scores = recognizer.frames.side_by_side(partial(_classify, recognizer), windows)
        for (start_s, end_s), probabilities in scores:
            smoother.add(start_s, end_s, probabilities)
            seconds.add(start_s, end_s, probabilities)
        if not seconds.is_known:
            raise UndecodableError("No frame of the file can be decoded. It is damaged or cut off.")
        info, warnings = medium.info, medium.warnings
    changes.finish()
    smoother.move_borders(changes.border_near)
    segments = smoother.segments(recognizer.classes)
    prediction = Prediction(
        recognizer.classes,
        tuple(seconds.mean().tolist()),
        segments=segments,
        warnings=warnings,
        is_unsure=all(segment.action == UNKNOWN for segment in segments),
    )
    return VideoTimeline(prediction, seconds.rows(), info)


def _usual_options(recognizer: Recognizer) -> TimelineOptions:
    """What the model itself is not sure of is unknown, as far as that was measured."""
    threshold = recognizer.info.threshold
    if threshold is None:
        return TimelineOptions()
    hysteresis = min(SegmentOptions.hysteresis, threshold)
    return TimelineOptions(segments=SegmentOptions(threshold, hysteresis))


def _telling(
    frames: Iterator[tuple[float, np.ndarray]],
    duration_s: float,
    on_progress: Callable[[float], None],
) -> Iterator[tuple[float, np.ndarray]]:
    """Hand frames on, and tell how far they are."""
    for time_s, frame in frames:
        on_progress(min(1.0, time_s / duration_s) if duration_s else 1.0)
        yield time_s, frame


def _encoded(
    recognizer: Recognizer, fitted: Iterator[tuple[float, np.ndarray]]
) -> Iterator[tuple[float, _Shown]]:
    """Frames as what is kept of them."""
    frames = (((time_s, small(frame)), frame) for time_s, frame in fitted)
    for (time_s, picture), features in recognizer.frames.stream(frames):
        yield time_s, (features, picture)


def _ticks(
    encoded: Iterator[tuple[float, _Shown]], step_s: float, duration_s: float
) -> Iterator[_Shown]:
    """What is on the screen at 0, 1, 2 … times the step.

    Where frames are further apart than a step, or damaged ones are missing, the one before stays.
    """
    tick, shown = 0, None
    for time_s, frame in encoded:
        while shown is not None and tick * step_s < time_s - _ROUNDING_S:
            yield shown
            tick += 1
        shown = frame
    while shown is not None and (tick == 0 or tick * step_s < duration_s - _ROUNDING_S):
        yield shown
        tick += 1


def _watched(ticks: Iterator[_Shown], changes: Changes) -> Iterator[np.ndarray]:
    """Hand features on, and note how much changes."""
    for features, picture in ticks:
        changes.add(features, picture)
        yield features


def _windows(
    ticks: Iterator[np.ndarray], options: TimelineOptions, duration_s: float
) -> Iterator[tuple[tuple[float, float], tuple[np.ndarray, ...]]]:
    """One step of time after the other, as ((start, end), features of the window around it).

    The first window also answers for what comes before its middle, the last one for what comes
    after it.
    """
    length, step_s = options.frames_per_window, options.step_s
    window: deque[np.ndarray] = deque(maxlen=length)
    count, done_s = 0, 0.0
    for features in ticks:
        if count >= length:
            # Half a step behind the middle of the window that ended before this tick.
            end_s = (count - length / 2 + 0.5) * step_s
            yield (done_s, end_s), tuple(window)
            done_s = end_s
        window.append(features)
        count += 1
    if count:
        yield (done_s, duration_s), tuple(window)


def _classify(recognizer: Recognizer, window: tuple[np.ndarray, ...]) -> np.ndarray:
    """The answer for a window, as for a clip of as many frames."""
    chosen = _chosen(len(window), recognizer.clip.frame_count)
    return recognizer.classify(np.stack([window[place] for place in chosen]))


@cache
def _chosen(length: int, frame_count: int) -> tuple[int, ...]:
    """The places of the frames that a clip of that length would be sampled at."""
    places = np.arange(length, dtype=np.int64)
    clip = Timeline(places, places[:0], length, Fraction(1, length))
    return tuple(uniform(clip, frame_count).tolist())


class _Seconds:
    """Mean probabilities per second, from scores for shorter and longer stretches."""

    def __init__(self, class_count: int) -> None:
        self._sums: list[np.ndarray] = []
        self._weights: list[float] = []
        self._class_count = class_count

    def add(self, start_s: float, end_s: float, probabilities: np.ndarray) -> None:
        """Share a stretch out among the seconds that it touches."""
        first = int(start_s)
        for second in range(first, max(first + 1, math.ceil(end_s - _ROUNDING_S))):
            if second == len(self._sums):
                self._sums.append(np.zeros(self._class_count))
                self._weights.append(0.0)
            # A still image lasts no time at all, but has a score.
            weight = max(min(end_s, second + 1) - max(start_s, second), _ROUNDING_S)
            self._sums[second] += weight * probabilities
            self._weights[second] += weight

    @property
    def is_known(self) -> bool:
        """There is a score for any time at all."""
        return bool(self._sums)

    def rows(self) -> np.ndarray:
        """One row per second."""
        return np.stack(self._sums) / np.array(self._weights)[:, None]

    def mean(self) -> np.ndarray:
        """The mean over all the time."""
        return np.sum(self._sums, axis=0) / np.sum(self._weights)

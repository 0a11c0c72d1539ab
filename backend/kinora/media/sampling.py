"""Which frames to look at: arithmetic on time stamps, apart from all decoding.

Time stamps are whole numbers in units of `time_base` seconds, as containers write them, so that
nothing is rounded on the way from choosing a frame to finding it.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from kinora.errors import SettingError

# With more than this between two frames, it does not matter to an action which frame of a part is
# taken, so the one that is cheapest to reach is. Shorter clips get the exact middle of each part.
LONG_STEP_S = 1.0


@dataclass(frozen=True)
class Timeline:
    """When the frames of a video are shown.

    Args:
        stamps: Time stamps of all frames, ascending.
        keys: Time stamps of the key frames, ascending; decoding can start only there.
        end: When the last frame stops being shown.
        time_base: Seconds per unit of the stamps.
    """

    stamps: np.ndarray
    keys: np.ndarray
    end: int
    time_base: Fraction

    @property
    def start(self) -> int:
        """When the first frame is shown."""
        return int(self.stamps[0])

    @property
    def duration_s(self) -> float:
        """How long the video lasts."""
        return float((self.end - self.start) * self.time_base)

    def seconds(self, stamp: int) -> float:
        """A time stamp as seconds from the first frame."""
        return float((int(stamp) - self.start) * self.time_base)

    def shown_at(self, times: np.ndarray) -> np.ndarray:
        """The stamps of the frames that are on the screen at the given times."""
        places = np.searchsorted(self.stamps, times, side="right") - 1
        return self.stamps[np.maximum(places, 0)]


def uniform(timeline: Timeline, count: int) -> np.ndarray:
    """One frame out of each of `count` equal parts: the frame in the middle of the part.

    Where the parts are longer than `LONG_STEP_S`, it is the part's last key frame instead, or,
    if the part has none, its first frame, the one nearest to the key frame before it. The choice
    depends on the time stamps alone, so every way of decoding gives the same frames. A clip with
    fewer frames than asked for repeats them.
    """
    span = timeline.end - timeline.start
    parts = np.arange(count + 1, dtype=np.int64)
    edges = timeline.start + parts * span // count
    middles = timeline.start + (2 * parts[:-1] + 1) * span // (2 * count)
    shown = timeline.shown_at(middles)
    if span * timeline.time_base <= count * LONG_STEP_S:
        return shown
    firsts = _next_in_part(timeline.stamps, edges, otherwise=shown)
    return _last_in_part(timeline.keys, edges, otherwise=firsts)


def every(timeline: Timeline, step_s: float) -> np.ndarray:
    """The frames that are on the screen at 0, 1, 2 … times `step_s` seconds."""
    if not step_s > 0:
        raise SettingError(f"The step between frames must be more than 0 seconds, not {step_s}.")
    count = max(1, int(np.ceil(timeline.duration_s / step_s)))
    # Containers round their stamps to the nearest unit, so the times asked for are rounded alike.
    offsets = np.rint(np.arange(count) * (step_s / float(timeline.time_base))).astype(np.int64)
    return timeline.shown_at(timeline.start + offsets)


def windows(frame_count: int, length: int, stride: int) -> list[range]:
    """Overlapping runs of `length` frames that together cover all frames.

    The last window is moved back so that it ends with the last frame; a video shorter than one
    window is one short window.
    """
    if length < 1 or stride < 1:
        raise SettingError("A window's length and stride must be at least one frame.")
    if frame_count <= length:
        return [range(frame_count)]
    starts = list(range(0, frame_count - length + 1, stride))
    if starts[-1] + length < frame_count:
        starts.append(frame_count - length)
    return [range(start, start + length) for start in starts]


def _next_in_part(stamps: np.ndarray, edges: np.ndarray, otherwise: np.ndarray) -> np.ndarray:
    """For each part its first stamp, or `otherwise` where the part has none."""
    places = np.searchsorted(stamps, edges[:-1], side="left")
    found = stamps[np.minimum(places, len(stamps) - 1)]
    inside = (places < len(stamps)) & (found < edges[1:])
    return np.where(inside, found, otherwise)


def _last_in_part(stamps: np.ndarray, edges: np.ndarray, otherwise: np.ndarray) -> np.ndarray:
    """For each part its last stamp, or `otherwise` where the part has none."""
    if not len(stamps):
        return otherwise
    places = np.searchsorted(stamps, edges[1:], side="left") - 1
    found = stamps[np.maximum(places, 0)]
    inside = (places >= 0) & (found >= edges[:-1])
    return np.where(inside, found, otherwise)

"""What is drawn: a label on the picture, and below it the time line with a moving mark."""

from bisect import bisect_right

import numpy as np

from kinora.annotate.label import Label, label_lines
from kinora.annotate.strip import draw_strip, mark
from kinora.annotate.text import SMALLEST
from kinora.media import resize
from kinora.predictions import Prediction, Segment

# The height of the letters, as a share of the picture's shorter edge.
_LETTERS = 0.05
# The height of the time line, in letters.
_STRIP = 1.5


class Drawing:
    """Draws one prediction onto any number of frames; what does not change is drawn once.

    Args:
        prediction: What to draw.
        picture_size: Width and height to which frames are brought.
        duration_s: How long the video is; 0 for an image.
    """

    def __init__(
        self, prediction: Prediction, picture_size: tuple[int, int], duration_s: float
    ) -> None:
        self._prediction, self._duration_s = prediction, duration_s
        self._width, self._height = picture_size
        self._letters = max(SMALLEST, round(_LETTERS * min(picture_size)))
        self._segments = prediction.segments if duration_s > 0 else ()
        self._strip = np.empty((0, self._width, 3), np.uint8)
        if self._segments:
            height = round(self._letters * _STRIP)
            self._strip = draw_strip(prediction, duration_s, self._width, height)
        self._canvas = np.empty((self.size[1], self._width, 3), np.uint8)
        self._labelled: Segment | None = None
        self._label = self._new_label(None)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of what `draw` gives."""
        return self._width, self._height + len(self._strip)

    def draw(self, frame: np.ndarray, time_s: float) -> np.ndarray:
        """The annotated frame; it is overwritten by the next call."""
        self._canvas[: self._height] = resize(frame, self._width, self._height)
        segment = self._segment_at(time_s)
        if segment is not self._labelled:
            self._labelled, self._label = segment, self._new_label(segment)
        self._label.put_on(self._canvas[: self._height])
        if self._segments:
            self._canvas[self._height :] = self._strip
            place = round(time_s / self._duration_s * self._width)
            mark(self._canvas[self._height :], place, self._letters)
        return self._canvas

    def _segment_at(self, time_s: float) -> Segment | None:
        starts = [segment.start_s for segment in self._segments]
        return self._segments[max(0, bisect_right(starts, time_s) - 1)] if starts else None

    def _new_label(self, segment: Segment | None) -> Label:
        lines = label_lines(self._prediction, segment, self._letters)
        return Label(lines, self._width, self._letters)

"""The time line below a video: its segments in colours, and a mark that moves along."""

import colorsys

import cv2
import numpy as np

from kinora.annotate.text import (
    BOLD,
    SMALLEST,
    Colour,
    Style,
    draw_text,
    fit_text,
    in_reading_order,
)
from kinora.predictions import Prediction

_GREY: Colour = (150, 150, 150)
_BACKGROUND: Colour = (24, 24, 24)
_BLACK, _WHITE = (12, 12, 12), (255, 255, 255)
# Neighbouring classes get hues far apart, whatever their number: the golden ratio's part of a turn.
_TURN = 0.618034
# The height of the names, as a share of the strip's.
_LETTERS = 0.55


def draw_strip(prediction: Prediction, duration_s: float, width: int, height: int) -> np.ndarray:
    """A strip (height, width, 3) with a block for every segment, named where there is room."""
    strip = np.full((height, width, 3), _BACKGROUND, np.uint8)
    style = Style(max(SMALLEST, round(height * _LETTERS)), _BLACK, BOLD)
    for segment in prediction.segments:
        left, right = (
            round(time_s / duration_s * width) for time_s in (segment.start_s, segment.end_s)
        )
        # A dark line between two blocks, unless a block is no wider than that.
        block = strip[2:, left : max(left + 1, right - 1)]
        block[:] = _colour(prediction, segment.action)
        name, fitted = fit_text(in_reading_order(segment.action), style, block.shape[1] - 6)
        if name and fitted.size == style.size and "…" not in name:
            draw_text(strip, name, left + 3, (height + style.size) // 2, style)
    return strip


def mark(strip: np.ndarray, place: int, letters: int) -> None:
    """Draw the mark at a place, in place; it has an outline, to be seen on any colour."""
    half = max(1, letters // 12)
    cv2.rectangle(strip, (place - half - 1, 0), (place + half + 1, strip.shape[0]), _BLACK, -1)
    cv2.rectangle(strip, (place - half, 0), (place + half, strip.shape[0]), _WHITE, -1)


def _colour(prediction: Prediction, action: str) -> Colour:
    """A bright colour for every class; grey for what is none."""
    if action not in prediction.classes:
        return _GREY
    hue = prediction.classes.index(action) * _TURN % 1.0
    red, green, blue = colorsys.hsv_to_rgb(hue, 0.55, 0.95)
    return round(red * 255), round(green * 255), round(blue * 255)

"""Text on pictures, by the fonts that OpenCV carries, so that it looks the same everywhere.

They hold Latin, Greek, Cyrillic, Chinese, Japanese and Korean. Hebrew and Arabic are written from
right to left, but Arabic letters are not joined. Other scripts, such as Devanagari and Thai, and
emoji appear as question marks.
"""

import unicodedata
from dataclasses import dataclass, replace

import cv2
import numpy as np

Colour = tuple[int, int, int]

BOLD, PLAIN = 600, 400
# Smaller letters cannot be told apart once a video is compressed.
SMALLEST = 11

_RIGHT_TO_LEFT = {"R", "AL"}


@dataclass(frozen=True)
class Style:
    """How text looks.

    Args:
        size: Height of a capital letter and its accents, in pixels.
        colour: Red, green and blue.
        weight: `PLAIN` or `BOLD`.
    """

    size: int
    colour: Colour
    weight: int = PLAIN


def text_width(text: str, style: Style) -> int:
    """How many pixels wide a line of text is."""
    box = cv2.getTextSize((0, 0), text, (0, 0), _font(), style.size, weight=style.weight)
    return box[2]


def draw_text(picture: np.ndarray, text: str, left: int, baseline: int, style: Style) -> None:
    """Draw a line of text; letters such as g reach below the baseline."""
    place = (left, baseline)
    cv2.putText(picture, text, place, style.colour, _font(), style.size, weight=style.weight)


def in_reading_order(name: str) -> str:
    """A name in one line, from left to right as the eye meets it."""
    line = " ".join(name.split())
    is_reversed = any(unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT for letter in line)
    return line[::-1] if is_reversed else line


def fit_text(text: str, style: Style, width: int) -> tuple[str, Style]:
    """Text and style that fit into a width: the letters get smaller first, then fewer."""
    needed = text_width(text, style)
    if needed > width:
        style = replace(style, size=max(SMALLEST, style.size * width // needed))
    cut = text
    while cut and text_width(cut, style) > width:
        text = text[:-1]
        cut = text.rstrip() + "…" if text else ""
    return cut, style


def _font() -> cv2.FontFace:
    """A font of our own each time: one that is shared mixes up its sizes between threads."""
    return cv2.FontFace("sans")

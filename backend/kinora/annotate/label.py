"""The label: the top action and the next ones, on a dark panel over any background."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from kinora.annotate.text import (
    BOLD,
    Colour,
    Style,
    draw_text,
    fit_text,
    in_reading_order,
    text_width,
)
from kinora.predictions import Prediction, Segment

_GREEN: Colour = (74, 222, 128)
_AMBER: Colour = (251, 191, 36)
_WHITE: Colour = (245, 245, 245)
# How many actions are named after the first one.
_NEXT = 2
# How large the first line is compared with the others.
_FIRST = 1.3
# In letters: the room around the text, and from one line to the next.
_ROOM, _LINE = 0.6, 1.35
# How much of the picture shows through the panel; more would make white walls hard to read on.
_SEEN_THROUGH = 0.22


@dataclass(frozen=True)
class Line:
    """A line of a label: a name, its percentage, and how both look."""

    name: str
    percentage: str
    style: Style


def label_lines(prediction: Prediction, segment: Segment | None, letters: int) -> tuple[Line, ...]:
    """What a label says: about a segment, or about the whole medium.

    An answer that is not sure is amber and asks; a sure one is green.
    """
    first = Style(round(letters * _FIRST), _GREEN, BOLD)
    unsure = replace(first, colour=_AMBER)
    if segment is not None and segment.action not in prediction.classes:
        return (Line(segment.action, "", unsure),)
    if segment is not None:
        return (Line(segment.action, _percent(segment.confidence), first),)
    top, *others = prediction.top[: 1 + _NEXT]
    style, question = (unsure, "?") if prediction.is_unsure else (first, "")
    return (
        Line(top.action + question, _percent(top.confidence), style),
        *(
            Line(score.action, _percent(score.confidence), Style(letters, _WHITE))
            for score in others
        ),
    )


class Label:
    """A panel with lines of text in the upper left corner, drawn once for many frames.

    Args:
        lines: What it says.
        width: How wide the picture is.
        letters: The height of the letters in pixels.
    """

    def __init__(self, lines: tuple[Line, ...], width: int, letters: int) -> None:
        room = round(letters * _ROOM)
        fitted = [_fit(line, width - 4 * room) for line in lines]
        right = max(text_width(text, style) for text, style in fitted) + 2 * room
        height = room + sum(round(style.size * _LINE) for _, style in fitted) + room // 2
        self._panel = np.zeros((height, right, 3), np.uint8)
        self._corner = room
        bottom = room
        for text, style in fitted:
            draw_text(self._panel, text, room, bottom + style.size, style)
            bottom += round(style.size * _LINE)

    def put_on(self, picture: np.ndarray) -> None:
        """Draw the label onto a picture, in place."""
        region = picture[self._corner :, self._corner :]
        panel = self._panel[: region.shape[0], : region.shape[1]]
        region = region[: panel.shape[0], : panel.shape[1]]
        if region.size:
            region[:] = cv2.addWeighted(region, _SEEN_THROUGH, panel, 1.0, 0)


def _fit(line: Line, width: int) -> tuple[str, Style]:
    """The line as one text; a name that is too long is shortened, its percentage is not."""
    percentage = f"  {line.percentage}" if line.percentage else ""
    whole = in_reading_order(line.name) + percentage
    if text_width(whole, line.style) <= width:
        return whole, line.style
    style = fit_text(whole, line.style, width)[1]
    name, _ = fit_text(in_reading_order(line.name), style, width - text_width(percentage, style))
    return name + percentage, style


def _percent(confidence: float) -> str:
    return f"{confidence:.0%}"

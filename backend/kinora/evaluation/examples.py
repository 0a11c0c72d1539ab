"""A sheet of examples: some right and some wrong answers, with frames of their clips."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from kinora.annotate.text import (
    BOLD,
    Colour,
    Style,
    draw_text,
    fit_text,
    in_reading_order,
)
from kinora.clips import ClipSpec
from kinora.evaluation.evaluation import Evaluation
from kinora.evaluation.thumbnails import side_by_side
from kinora.media import write_image

# On each half of the sheet.
_MOST_EXAMPLES = 8
# Pixels.
_TILE = 128
_GAP = 16
_BORDER = 4
_LETTERS, _TITLE_LETTERS = 14, 18
_LINE, _TITLE_LINE = 22, 36

# From the first to the last part of the clip. An image is one frame: two of them stand where a
# clip does.
_CLIP = ClipSpec(frame_count=4, size=_TILE, fit="crop")
_STILL = ClipSpec(frame_count=1, size=2 * _TILE - _BORDER - _GAP // 2, fit="crop")
_WIDTH = 2 * (_CLIP.frame_count * _TILE + 2 * _BORDER + _GAP) + _GAP
_BLACK: Colour = (20, 20, 20)


@dataclass(frozen=True)
class _Half:
    """One half of the sheet. The word says what the colour says, for whoever cannot tell it."""

    is_right: bool
    word: str
    colour: Colour


_HALVES = (_Half(True, "right", (20, 120, 60)), _Half(False, "wrong", (190, 30, 40)))


def write_examples(evaluation: Evaluation, path: Path) -> None:
    """Write the sheet as an image file: the surest answers about each class, right and wrong.

    Clips that cannot be read any more are passed over; without wrong answers, or without right
    ones, that half is not there.
    """
    write_image(path, np.vstack([_draw_half(evaluation, half) for half in _HALVES]))


def _draw_half(evaluation: Evaluation, half: _Half) -> np.ndarray:
    places = _surest_of_each(evaluation, half.is_right)
    if not places:
        return _paper(0, _WIDTH)
    title = _paper(_GAP + _TITLE_LINE, _WIDTH)
    words = f"{len(places)} of {evaluation.clips.count} answers are {half.word}; the surest of each"
    style = Style(_TITLE_LETTERS, half.colour, BOLD)
    draw_text(title, words + " action:", _GAP, _GAP + _TITLE_LETTERS, style)
    drawn = list(islice(_pictures(evaluation, places), _MOST_EXAMPLES))
    cells = [_draw_cell(evaluation, place, picture, half) for place, picture in drawn]
    return np.vstack([title, *_rows(cells)])


def _surest_of_each(evaluation: Evaluation, is_right: bool) -> list[int]:
    """The places of right or wrong answers: the surest about each class, then each second, ..."""
    answers = evaluation.answers
    is_wanted = (answers.chosen == answers.truth) == is_right
    seen: Counter[int] = Counter()
    ranked = []
    for place in np.argsort(-answers.probabilities.max(axis=1), kind="stable").tolist():
        if is_wanted[place]:
            shown = int(answers.truth[place])
            ranked.append((seen[shown], len(ranked), place))
            seen[shown] += 1
    return [place for *_, place in sorted(ranked)]


def _pictures(evaluation: Evaluation, places: list[int]) -> Iterator[tuple[int, np.ndarray]]:
    for place in places:
        path = evaluation.samples[place].path
        picture = side_by_side(path, _CLIP)
        if picture is not None and picture.shape[1] == _TILE:
            picture = side_by_side(path, _STILL)
        if picture is not None:
            yield place, picture


def _draw_cell(evaluation: Evaluation, place: int, picture: np.ndarray, half: _Half) -> np.ndarray:
    """A framed picture and below it what was shown and said."""
    answers, classes = evaluation.answers, evaluation.info.classes
    height, width = picture.shape[0] + 2 * _BORDER, picture.shape[1] + 2 * _BORDER
    cell = _paper(height + 2 * _LINE, width)
    cell[:height] = half.colour
    cell[_BORDER : height - _BORDER, _BORDER : width - _BORDER] = picture
    said = answers.chosen[place]
    confidence = 100 * answers.probabilities[place, said]
    verdict = f"{half.word}, {confidence:.0f} % sure: {in_reading_order(classes[said])}"
    lines = (
        (f"shown: {in_reading_order(classes[answers.truth[place]])}", Style(_LETTERS, _BLACK)),
        (verdict, Style(_LETTERS, half.colour, BOLD)),
    )
    for number, (words, style) in enumerate(lines):
        fitted, smaller = fit_text(words, style, width)
        draw_text(cell, fitted, 0, height + number * _LINE + _LETTERS + 4, smaller)
    return cell


def _rows(cells: list[np.ndarray]) -> Iterator[np.ndarray]:
    """The cells on paper, as many beside one another as there is room for."""
    if not cells:
        return
    height, width = (max(cell.shape[axis] for cell in cells) + _GAP for axis in (0, 1))
    across = (_WIDTH - _GAP) // width
    for start in range(0, len(cells), across):
        row = _paper(height, _WIDTH)
        for number, cell in enumerate(cells[start : start + across]):
            left = _GAP + number * width
            row[: cell.shape[0], left : left + cell.shape[1]] = cell
        yield row


def _paper(height: int, width: int) -> np.ndarray:
    return np.full((height, width, 3), 255, np.uint8)

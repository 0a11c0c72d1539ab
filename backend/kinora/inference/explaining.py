"""Why this answer: which frames carried it, and which parts of them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from kinora.inference.recognizer import Recognizer
from kinora.media import Clip, resize

# Looking for the parts that matter costs one encoding for each cell of the grid, so together
# these cost about three recognitions of a clip of 20 frames. One frame alone gets a finer grid.
_FRAMES_LOOKED_INTO = 3
_CELLS, _CELLS_ALONE = 5, 8
# A patch covers its cell and this share of a cell around it: what lies on a border is hidden too.
_OVERLAP = 0.4
# Longest edge of the pictures that are shown.
_SHOWN_EDGE = 192
# Differences below this are rounding.
_ROUNDING = 1e-4
_NEARLY_CERTAIN = 1e-6


@dataclass(frozen=True)
class FrameExplanation:
    """What one frame had to do with the answer.

    Args:
        time_s: When it is shown.
        weight: Its share in the answer; the shares of all frames together are 1.
        image: The frame, small, uint8 RGB, in the shape it had in the file.
        heat: How much each part of it mattered, (rows, columns) from 0 to 1; only for the frames
            that count most.
    """

    time_s: float
    weight: float
    image: np.ndarray
    heat: np.ndarray | None


@dataclass(frozen=True)
class Explanation:
    """Which frames carried an answer, in order of time, and which action it was."""

    action: str
    frames: tuple[FrameExplanation, ...]


def explain(recognizer: Recognizer, clip: Clip) -> Explanation:
    """Find the frames and their parts without which the answer would be less sure.

    A frame's weight is what the answer loses when the mean of the other frames stands in for it;
    the heat of a part is what the answer loses when the part is painted over.

    Args:
        recognizer: The recognizer that gave the answer.
        clip: The clip it gave the answer for, read with `recognizer.clip`.
    """
    looked_at = _LookedAt(recognizer, clip)
    losses = np.array([looked_at.loss_without(place) for place in range(len(clip.frames))])
    weights = _shares(losses)
    most = np.argsort(-weights, kind="stable")[:_FRAMES_LOOKED_INTO]
    heats = {int(place): looked_at.heat(int(place)) for place in most}
    frames = tuple(
        FrameExplanation(
            time_s=clip.times_s[clip.order.index(place)],
            weight=float(weights[place]),
            image=_shown(frame, recognizer, clip),
            heat=heats.get(place),
        )
        for place, frame in enumerate(clip.frames)
    )
    return Explanation(looked_at.action, frames)


class _LookedAt:
    """A clip with its features, and what its answer loses when something of it is not there."""

    def __init__(self, recognizer: Recognizer, clip: Clip) -> None:
        self._recognizer, self._clip = recognizer, clip
        self._features = recognizer.encode(clip.frames)
        probabilities = recognizer.classify(self._in_order(self._features))
        self._index = int(probabilities.argmax())
        self._evidence = _evidence(probabilities[self._index])
        self.action = recognizer.classes[self._index]

    def loss_without(self, place: int) -> float:
        """What the answer loses without a frame."""
        others = np.delete(self._features, place, axis=0)
        return self._loss(place, others.mean(axis=0)) if len(others) else 0.0

    def heat(self, place: int) -> np.ndarray:
        """What the answer loses without each part of a frame, the most important one as 1."""
        cells = _CELLS if len(self._features) > 1 else _CELLS_ALONE
        painted = np.stack(list(_painted_over(self._clip.frames[place], cells)))
        features = self._recognizer.encode(painted)
        losses = np.array([self._loss(place, row) for row in features]).reshape(cells, cells)
        return losses / max(float(losses.max()), _ROUNDING)

    def _loss(self, place: int, features: np.ndarray) -> float:
        changed = self._features.copy()
        changed[place] = features
        answer = self._recognizer.classify(self._in_order(changed))
        return max(0.0, self._evidence - _evidence(answer[self._index]))

    def _in_order(self, features: np.ndarray) -> np.ndarray:
        return features[list(self._clip.order)]


def _evidence(probability: float) -> float:
    """The logarithm of the odds: between 99 and 99.9 % there is as much as between 50 and 90."""
    bounded = min(max(float(probability), _NEARLY_CERTAIN), 1 - _NEARLY_CERTAIN)
    return float(np.log(bounded / (1 - bounded)))


def _shares(losses: np.ndarray) -> np.ndarray:
    """Shares that add up to 1; equal ones where no frame alone makes a difference."""
    if losses.max() < _ROUNDING:
        return np.full(len(losses), 1 / len(losses))
    return losses / losses.sum()


def _painted_over(frame: np.ndarray, cells: int) -> Iterator[np.ndarray]:
    """The frame with one part after the other in its mean colour, row by row."""
    size, colour = len(frame), frame.mean(axis=(0, 1)).round().astype(np.uint8)
    edges = np.arange(cells) * size / cells
    spans = [
        slice(
            max(0, round(edge - _OVERLAP * size / cells)),
            round(edge + (1 + _OVERLAP) * size / cells),
        )
        for edge in edges
    ]
    for rows in spans:
        for columns in spans:
            painted = frame.copy()
            painted[rows, columns] = colour
            yield painted


def _shown(frame: np.ndarray, recognizer: Recognizer, clip: Clip) -> np.ndarray:
    """A small picture of what the model saw, no longer stretched to a square."""
    width, height = clip.info.width, clip.info.height
    if recognizer.clip.fit != "stretch":
        width = height = 1
    scale = _SHOWN_EDGE / max(width, height)
    return resize(frame, max(1, round(width * scale)), max(1, round(height * scale)))

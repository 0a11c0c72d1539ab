"""Bones: directions of length one, and two bones that reach for a point."""

import numpy as np

LEFT, RIGHT = 0, 1
UPPER, FORE = 0, 1


def unit(vectors: np.ndarray) -> np.ndarray:
    """Vectors of length one along the last axis."""
    lengths = np.sqrt((vectors * vectors).sum(axis=-1, keepdims=True))
    return vectors / np.maximum(lengths, 1e-9)


def bend(
    target: np.ndarray, first: float, second: float, hint: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Directions of two bones that reach from the origin to each target, bent towards `hint`."""
    distance = np.sqrt((target * target).sum(axis=-1, keepdims=True))
    reach = np.clip(distance, abs(first - second) + 1e-3, (first + second) * 0.999)
    along = target / np.maximum(distance, 1e-9)
    foot = (first**2 - second**2 + reach**2) / (2 * reach)
    side = hint - along * (along * hint).sum(axis=-1, keepdims=True)
    middle = along * foot + unit(side) * np.sqrt(np.maximum(first**2 - foot**2, 0))
    return middle / first, (along * reach - middle) / second

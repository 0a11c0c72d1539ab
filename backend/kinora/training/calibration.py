"""Calibration: what makes the probabilities mean what they say, and where they mean too little."""

from dataclasses import dataclass

import numpy as np

# A network that knows nothing, or everything, would ask for no end of it.
_LOWEST, _HIGHEST = 0.1, 10.0
_STEPS = 60
_SMALLEST = 1e-12
# Beyond this, in logits, nearly every answer or nearly none would count as sure.
_FURTHEST_SHIFT = 3.0


@dataclass(frozen=True)
class Calibration:
    """How a network's probabilities are to be taken.

    Args:
        temperature: What makes them mean what they say.
        threshold: Below this confidence an answer does not count as sure.
    """

    temperature: float
    threshold: float


def calibrate(probabilities: np.ndarray, labels: np.ndarray) -> Calibration:
    """Fit the temperature, and the threshold to the probabilities that it leads to.

    Args:
        probabilities: (clips, classes), from a softmax.
        labels: The number of the right class of each clip.
    """
    temperature = fit_temperature(probabilities, labels)
    softened = np.maximum(probabilities, _SMALLEST) ** (1 / temperature)
    calibrated = softened / softened.sum(axis=1, keepdims=True)
    return Calibration(temperature, fit_threshold(calibrated, labels))


def fit_temperature(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """The temperature under which the right answers are most likely.

    Args:
        probabilities: (clips, classes), from a softmax.
        labels: The number of the right class of each clip.
    """
    logits = np.log(np.maximum(probabilities, _SMALLEST))
    # In one over the temperature the likelihood has a single top.
    low, high = 1 / _HIGHEST, 1 / _LOWEST
    for _ in range(_STEPS):
        third = (high - low) / 3
        left, right = low + third, high - third
        if negative_log_likelihood(logits, labels, left) < negative_log_likelihood(
            logits, labels, right
        ):
            high = right
        else:
            low = left
    return 2 / (low + high)


def fit_threshold(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """The confidence below which an answer does not count as sure.

    There, answers are right as often as halfway between guessing and never failing: three times
    out of four among two classes, little more than every other time among many. Where that is
    follows from all answers at once: how much more or less often than they say they were right,
    with a mild pull towards what they say, as few or faultless answers prove little.

    Args:
        probabilities: (clips, classes), calibrated.
        labels: The number of the right class of each clip.
    """
    confidences = probabilities.max(axis=1).clip(_SMALLEST, 1 - 1e-6)
    evidence = np.log(confidences / (1 - confidences))
    right = float((probabilities.argmax(axis=1) == labels).sum())
    low, high = -_FURTHEST_SHIFT, _FURTHEST_SHIFT
    for _ in range(_STEPS):
        middle = (low + high) / 2
        promised = float((1 / (1 + np.exp(-evidence - middle))).sum())
        low, high = (middle, high) if promised + middle < right else (low, middle)
    halfway = (1 + 1 / probabilities.shape[1]) / 2
    return float(1 / (1 + (1 - halfway) / halfway * np.exp(low)))


def negative_log_likelihood(logits: np.ndarray, labels: np.ndarray, scale: float) -> float:
    """How unlikely the right answers are, on average, with logits times `scale`."""
    scaled = logits * scale
    scaled = scaled - scaled.max(axis=1, keepdims=True)
    totals = np.log(np.exp(scaled).sum(axis=1))
    return float(np.mean(totals - scaled[np.arange(len(labels)), labels]))

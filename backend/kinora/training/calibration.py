"""Calibration: one temperature that makes the probabilities mean what they say."""

import numpy as np

# A network that knows nothing, or everything, would ask for no end of it.
_LOWEST, _HIGHEST = 0.1, 10.0
_STEPS = 60
_SMALLEST = 1e-12


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


def negative_log_likelihood(logits: np.ndarray, labels: np.ndarray, scale: float) -> float:
    """How unlikely the right answers are, on average, with logits times `scale`."""
    scaled = logits * scale
    scaled = scaled - scaled.max(axis=1, keepdims=True)
    totals = np.log(np.exp(scaled).sum(axis=1))
    return float(np.mean(totals - scaled[np.arange(len(labels)), labels]))

"""Multinomial logistic regression: the plainest classifier of features, in NumPy alone."""

from dataclasses import dataclass

import numpy as np

# The best of 1e-1 to 1e-4 on validation clips of J-HMDB with features of MobileNetV2; by this many
# steps the loss is within 0.001 of its minimum.
_PENALTY = 1e-4
_STEPS = 300


@dataclass(frozen=True, eq=False)
class Logistic:
    """A trained classifier.

    Args:
        mean: Of each feature in training, (features,).
        scale: By which each feature is divided, (features,).
        weights: The last row is added to every answer, (features + 1, classes).
    """

    mean: np.ndarray
    scale: np.ndarray
    weights: np.ndarray

    def probabilities(self, features: np.ndarray) -> np.ndarray:
        """The answers about features (count, features), as (count, classes)."""
        return _softmax(_inputs(features, self.mean, self.scale) @ self.weights)


def fit(
    features: np.ndarray, truth: np.ndarray, class_count: int, penalty: float = _PENALTY
) -> Logistic:
    """Train on features (count, features); deterministic, without any choice of chance.

    The loss is convex and smooth, so Nesterov's steps of a fixed length find its one minimum.
    """
    mean = features.mean(axis=0, dtype=np.float64).astype(np.float32)
    # Divided by the square root of their number, so that an input has a length of about 1.
    deviation = features.std(axis=0, dtype=np.float64).astype(np.float32)
    scale = np.maximum(deviation, 1e-6) * np.float32(np.sqrt(features.shape[1]))
    inputs = _inputs(features, mean, scale)
    targets = np.eye(class_count, dtype=np.float32)[truth]
    length = 1 / (0.5 * _largest_eigenvalue(inputs) + penalty)
    weights = np.zeros((inputs.shape[1], class_count), np.float32)
    ahead, pace = weights, 1.0
    for _ in range(_STEPS):
        slope = inputs.T @ (_softmax(inputs @ ahead) - targets) / len(inputs) + penalty * ahead
        following = ahead - length * slope
        next_pace = (1 + np.sqrt(1 + 4 * pace * pace)) / 2
        ahead = following + np.float32((pace - 1) / next_pace) * (following - weights)
        weights, pace = following, next_pace
    return Logistic(mean, scale, weights)


def _inputs(features: np.ndarray, mean: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Standardised features and a column of ones, (count, features + 1)."""
    ones = np.ones((len(features), 1), np.float32)
    return np.hstack([(features.astype(np.float32) - mean) / scale, ones])


def _softmax(values: np.ndarray) -> np.ndarray:
    raised = np.exp(values - values.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def _largest_eigenvalue(inputs: np.ndarray, rounds: int = 30) -> float:
    """Of the inputs' second moments, by repeated multiplication; a little above it."""
    vector = np.ones(inputs.shape[1], np.float32)
    size = 1.0
    for _ in range(rounds):
        vector = inputs.T @ (inputs @ vector) / len(inputs)
        size = float(np.linalg.norm(vector))
        vector /= size
    return 1.05 * size

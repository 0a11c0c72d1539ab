"""A linear classifier on the statistics over time, solved rather than trained, that joins the head.

On few clips it errs less than what gradient descent makes of the same statistics, and it errs on
other clips than the layers over time. How much it counts is decided on val.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import keras
import numpy as np

from kinora.training.calibration import fit_temperature, negative_log_likelihood

# How strongly its weights are pulled to zero, as a share of a clip's mean squared length.
PULL = 2.0
# How many times its answers count, the first of which is not at all.
_SHARES = (0.0, 5.0, 10.0, 15.0, 25.0)
_SMALLEST = 1e-12
# Statistics that vary less than this share of the others are mostly rounding.
_LEAST_VARIANCE = 1e-3


@dataclass(frozen=True)
class Linear:
    """What was solved: logits = statistics @ kernel + bias."""

    kernel: np.ndarray
    bias: np.ndarray


def solve(head: keras.Model, batches: Iterable[tuple[np.ndarray, ...]]) -> Linear:
    """The classifier that is closest to the labels, for a head that shows itself statistics.

    Args:
        head: Its layer `summary` is what the layers over time say, then the statistics.
        batches: Features, one-hot labels and perhaps weights; memory does not grow with their
            number.
    """
    see = _statistics(head)
    count, total, labels = 0.0, 0.0, 0.0
    products, answers = np.float32(0), 0.0
    for features, targets, *weights in batches:
        rows = see(features)
        weight = weights[0][:, None] if weights else np.ones((len(rows), 1), np.float32)
        weighted = rows * weight
        count += weight.sum()
        total, labels = total + weighted.sum(axis=0), labels + (targets * weight).sum(axis=0)
        products, answers = products + rows.T @ weighted, answers + weighted.T @ targets
    mean, usual = total / count, labels / count
    products -= count * np.outer(mean, mean)
    # What moves is small beside what is there, and would count for nothing.
    scale = _equal_scale(np.diag(products) / count, _statistics_count(head))
    products *= scale[:, None] * scale
    products[np.diag_indices_from(products)] += PULL * np.trace(products) / count
    answers = (answers - count * np.outer(mean, usual)) * scale[:, None]
    kernel = np.linalg.solve(products, answers) * scale[:, None]
    return Linear(kernel, -mean @ kernel)


def _equal_scale(variances: np.ndarray, count: int) -> np.ndarray:
    """What to multiply columns by, so that all statistics vary alike in sum."""
    each = variances.reshape(count, -1)
    sums = each.sum(axis=1, keepdims=True)
    sums = np.maximum(sums, _LEAST_VARIANCE * sums.max() + _SMALLEST)
    return np.broadcast_to(1 / np.sqrt(sums), each.shape).ravel()


def votes(
    linear: Linear, head: keras.Model, batches: Iterable[tuple[np.ndarray, ...]]
) -> np.ndarray:
    """What it says about clips, as logits (clips, classes)."""
    see = _statistics(head)
    return np.concatenate([see(batch[0]) @ linear.kernel + linear.bias for batch in batches])


def best_share(answers: np.ndarray, votes: np.ndarray, labels: np.ndarray) -> float:
    """How many times the votes are to be added to the logits of the answers."""

    def loss(share: float) -> float:
        both = with_votes(answers, votes, share)
        temperature = fit_temperature(both, labels)
        return negative_log_likelihood(np.log(np.maximum(both, _SMALLEST)), labels, 1 / temperature)

    return min(_SHARES, key=loss)


def with_votes(answers: np.ndarray, votes: np.ndarray, share: float) -> np.ndarray:
    """The probabilities when the votes count so many times."""
    logits = np.log(np.maximum(answers, _SMALLEST)) + share * votes
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def add_to(head: keras.Model, linear: Linear, share: float) -> None:
    """Make the head answer `with_votes`, in place."""
    actions = head.get_layer("actions")
    kernel, bias = actions.get_weights()
    kernel[-len(linear.kernel) :] += share * linear.kernel
    actions.set_weights([kernel, bias + share * linear.bias])


def _statistics(head: keras.Model) -> Callable[[np.ndarray], np.ndarray]:
    summary = keras.Model(head.input, head.get_layer("summary").output)
    width = _statistics_count(head) * head.input_shape[-1]
    return lambda features: keras.ops.convert_to_numpy(summary(features))[:, -width:]


def _statistics_count(head: keras.Model) -> int:
    # The first is what the layers over time say.
    return len(head.get_layer("summary").input) - 1

"""A linear classifier on the statistics over time, solved rather than trained, that joins the head.

On few clips it errs less than what gradient descent makes of the same statistics, and it errs on
other clips than the layers over time. How much it counts is decided on val.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator
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

# Statistics of some clips (clips, statistics), their one-hot labels and their weights.
_Block = tuple[np.ndarray, np.ndarray, np.ndarray]


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
    see, kinds = _statistics(head), _statistics_count(head)
    seen = (
        (see(features), targets, weights[0] if weights else np.ones(len(targets), np.float32))
        for features, targets, *weights in batches
    )
    blocks = _blocks(seen, kinds * head.input_shape[-1])
    first, second = next(blocks), next(blocks, None)
    if second is None:
        return _solve_few(*first, kinds)
    return _solve_many(itertools.chain((first, second), blocks), kinds)


def _blocks(seen: Iterable[_Block], size: int) -> Iterator[_Block]:
    """Join batches to blocks of about so many rows."""
    held: list[_Block] = []
    for some in seen:
        held.append(some)
        if sum(len(rows) for rows, *_ in held) >= size:
            yield _joined(held)
            held = []
    if held:
        yield _joined(held)


def _joined(blocks: list[_Block]) -> _Block:
    rows, targets, weights = zip(*blocks, strict=True)
    return np.concatenate(rows), np.concatenate(targets), np.concatenate(weights)


def _solve_few(rows: np.ndarray, targets: np.ndarray, weights: np.ndarray, kinds: int) -> Linear:
    """For fewer clips than statistics: compares every clip with every other."""
    count, root = weights.sum(), np.sqrt(weights)[:, None]
    mean, usual = weights @ rows / count, weights @ targets / count
    rows, aims = (rows - mean) * root, (targets - usual) * root
    scale = _equal_scale((rows**2).sum(axis=0) / count, kinds)
    rows *= scale
    alike = rows @ rows.T
    alike[np.diag_indices_from(alike)] += PULL * np.trace(alike) / count
    kernel = (rows.T @ np.linalg.solve(alike, aims)) * scale[:, None]
    return Linear(kernel, -mean @ kernel)


def _solve_many(blocks: Iterable[_Block], kinds: int) -> Linear:
    """The same for any number of clips: compares every statistic with every other."""
    count, total, labels = 0.0, 0.0, 0.0
    products, answers = np.float32(0), 0.0
    for rows, targets, weights in blocks:
        weighted = rows * weights[:, None]
        count, labels = count + weights.sum(), labels + weights @ targets
        total, answers = total + weighted.sum(axis=0), answers + weighted.T @ targets
        products = products + rows.T @ weighted
    mean, usual = total / count, labels / count
    products -= count * np.outer(mean, mean)
    scale = _equal_scale(np.diag(products) / count, kinds)
    products *= scale[:, None] * scale
    products[np.diag_indices_from(products)] += PULL * np.trace(products) / count
    answers = (answers - count * np.outer(mean, usual)) * scale[:, None]
    kernel = np.linalg.solve(products, answers) * scale[:, None]
    return Linear(kernel, -mean @ kernel)


def _equal_scale(variances: np.ndarray, count: int) -> np.ndarray:
    """What to multiply columns by, so that all statistics vary alike in sum.

    What moves is small beside what is there, and would count for nothing.
    """
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
    # A GPU may compute in float16, which is too coarse for sums over clips.
    return lambda features: keras.ops.convert_to_numpy(summary(features))[:, -width:].astype(
        np.float32
    )


def _statistics_count(head: keras.Model) -> int:
    # The first is what the layers over time say.
    return len(head.get_layer("summary").input) - 1

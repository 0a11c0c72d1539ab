"""The temperature makes overconfident answers modest, and true ones stay."""

import numpy as np
import pytest

from kinora.training.calibration import fit_temperature, negative_log_likelihood


def answers(scale, count=4000, seed=0):
    """Probabilities whose labels are drawn from them, then sharpened by `scale`."""
    random = np.random.default_rng(seed)
    logits = random.normal(0, 1.5, (count, 4))
    true = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = (true.cumsum(axis=1) > random.random((count, 1))).argmax(axis=1)
    sharp = true**scale
    return sharp / sharp.sum(axis=1, keepdims=True), labels


@pytest.mark.parametrize("scale", [0.5, 1.0, 3.0])
def test_the_temperature_undoes_the_sharpening(scale):
    assert fit_temperature(*answers(scale)) == pytest.approx(scale, rel=0.1)


def test_no_other_temperature_does_better():
    probabilities, labels = answers(2.0)
    logits = np.log(probabilities)
    best = fit_temperature(probabilities, labels)
    reached = negative_log_likelihood(logits, labels, 1 / best)
    for other in (0.5 * best, 0.9 * best, 1.1 * best, 2 * best):
        assert reached <= negative_log_likelihood(logits, labels, 1 / other)


def test_it_stays_within_reason_for_a_perfect_and_for_a_hopeless_network():
    certain = np.array([[1.0, 0.0], [0.0, 1.0]])
    assert fit_temperature(certain, np.array([0, 1])) == pytest.approx(0.1, rel=0.01)
    assert fit_temperature(certain, np.array([1, 0])) == pytest.approx(10, rel=0.01)

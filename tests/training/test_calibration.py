"""The temperature makes overconfident answers modest; the threshold tells sure from unsure."""

import numpy as np
import pytest

from kinora.training.calibration import (
    calibrate,
    fit_temperature,
    fit_threshold,
    negative_log_likelihood,
)


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


def test_the_threshold_is_where_answers_are_right_halfway_between_chance_and_always():
    probabilities, labels = answers(1.0, count=20_000)
    assert fit_threshold(probabilities, labels) == pytest.approx((1 + 1 / 4) / 2, abs=0.03)
    # Answers that are right less often than they say need to say more.
    random, confidences = np.random.default_rng(1), probabilities.max(axis=1)
    odds = confidences / (1 - confidences) / 3
    is_right = random.random(len(labels)) < odds / (1 + odds)
    chosen = probabilities.argmax(axis=1)
    threshold = fit_threshold(probabilities, np.where(is_right, chosen, (chosen + 1) % 4))
    assert threshold > 0.75
    near = np.abs(confidences - threshold) < 0.03
    assert is_right[near].mean() == pytest.approx(0.625, abs=0.06)


def test_few_and_faultless_answers_leave_the_threshold_near_what_they_say():
    sure = np.array([[0.98, 0.01, 0.01]] * 4)
    assert 0.4 < fit_threshold(sure, np.zeros(4, int)) < 2 / 3
    two = np.array([[0.9, 0.1], [0.2, 0.8]])
    assert fit_threshold(two, np.array([0, 1])) == pytest.approx(0.75, abs=0.1)
    certain = np.eye(3)
    for labels in ([0, 1, 2], [1, 2, 0]):
        assert 0 < fit_threshold(certain, np.array(labels)) < 1


def test_the_threshold_belongs_to_the_calibrated_probabilities():
    plain, sharp = calibrate(*answers(1.0)), calibrate(*answers(3.0))
    assert sharp.threshold == pytest.approx(plain.threshold, abs=0.02)

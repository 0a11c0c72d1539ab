"""The classifier of the baselines."""

import numpy as np
import pytest

from kinora.evaluation import logistic


def _clouds(count, seed=0, spread=1.0):
    """Three clouds of points in 20 dimensions, of which two tell them apart."""
    random = np.random.default_rng(seed)
    truth = random.integers(3, size=count)
    points = random.normal(size=(count, 20)) * spread
    points[:, :2] += np.array([[0, 3], [3, -2], [-3, -2]])[truth]
    return points.astype(np.float16), truth


def test_it_learns_what_can_be_learned():
    model = logistic.fit(*_clouds(300), 3)
    points, truth = _clouds(300, seed=1)
    probabilities = model.probabilities(points)
    assert np.mean(probabilities.argmax(axis=1) == truth) > 0.95
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)


def test_it_stands_at_the_minimum_of_its_loss():
    # At the minimum the slope of the loss is zero; the penalty pulls as much as the data.
    points, truth = _clouds(200)
    penalty = 1e-3
    model = logistic.fit(points, truth, 3, penalty)
    inputs = np.hstack([(points.astype(float) - model.mean) / model.scale, np.ones((200, 1))])
    error = model.probabilities(points) - np.eye(3)[truth]
    slope = inputs.T @ error / 200 + penalty * model.weights
    assert np.abs(slope).max() < 1e-4


def test_two_identical_points_cannot_be_told_apart():
    model = logistic.fit(np.zeros((2, 4)), np.array([0, 1]), 2)
    np.testing.assert_allclose(model.probabilities(np.zeros((1, 4))), [[0.5, 0.5]], atol=1e-6)


def test_a_class_without_examples_is_hardly_ever_said():
    points, truth = _clouds(100)
    answer = logistic.fit(points, truth, 4).probabilities(points)
    assert answer[:, 3].max() == pytest.approx(0, abs=0.1)

"""The solved classifier joins the head exactly, and counts only where val says that it helps."""

import keras
import numpy as np
import pytest

from kinora.model.heads import build_head
from kinora.model.specs import HeadSpec
from kinora.training.linear import PULL, add_to, best_share, solve, votes, with_votes
from kinora.training.trainer import Job, train

FRAMES, FEATURES, CLASSES = 6, 8, 3


@pytest.fixture
def head():
    keras.utils.set_random_seed(1)
    return build_head(HeadSpec(units=4), FRAMES, FEATURES, CLASSES)


def batches(count=4, seed=0, weights=None):
    """Clips whose action is which of the first features changes over time."""
    random = np.random.default_rng(seed)
    for _ in range(count):
        labels = random.integers(0, CLASSES, 30)
        clips = random.normal(0, 0.5, (30, FRAMES, FEATURES)).astype(np.float32)
        for clip, label in zip(clips, labels, strict=True):
            clip[:, label] += np.linspace(-1, 1, FRAMES)
        targets = np.eye(CLASSES, dtype=np.float32)[labels]
        yield (clips, targets) if weights is None else (clips, targets, weights[labels])


def right(probabilities, some):
    return np.mean(probabilities.argmax(1) == np.concatenate([b[1].argmax(1) for b in some]))


def test_it_learns_what_changes_over_time(head):
    fresh = list(batches(seed=1))
    assert right(votes(solve(head, batches()), head, fresh), fresh) > 0.9


def test_in_the_head_it_answers_as_it_did_beside_it(head):
    linear = solve(head, batches())
    (clips, _), *_ = batches(seed=1)
    expected = with_votes(head.predict(clips, verbose=0), votes(linear, head, [(clips,)]), 5.0)
    add_to(head, linear, 5.0)
    assert np.allclose(head.predict(clips, verbose=0), expected, atol=1e-5)


@pytest.mark.parametrize("count", [1, 4])  # fewer clips than statistics, and more
def test_it_is_the_solution_of_ridge_regression(head, count):
    linear = solve(head, batches(count))
    clips, targets = map(np.concatenate, zip(*batches(count), strict=True))
    see = keras.Model(head.input, head.get_layer("summary").output)
    rows = np.asarray(see(clips), np.float64)[:, 4:]
    rows, aims = rows - rows.mean(0), targets - targets.mean(0)
    # Each of the five statistics of all features counts as much as the others.
    lengths = np.sqrt((rows.reshape(-1, 5, FEATURES) ** 2).sum(axis=(0, 2)) / len(rows))
    scale = np.repeat(1 / lengths, FEATURES)
    rows *= scale
    dual = rows.T @ np.linalg.solve(rows @ rows.T + PULL * 5 * np.eye(len(rows)), aims)
    assert np.allclose(linear.kernel, dual * scale[:, None], atol=1e-4)


@pytest.mark.parametrize("count", [1, 4])
def test_a_rare_class_can_be_given_weight(head, count):
    weights = np.array([1.0, 1.0, 50.0])
    (clips, _), *_ = batches(seed=1)
    fair = votes(solve(head, batches(count)), head, [(clips,)])
    pulled = votes(solve(head, batches(count, weights=weights)), head, [(clips,)])
    assert (pulled[:, 2] - pulled[:, 0]).mean() != pytest.approx((fair[:, 2] - fair[:, 0]).mean())


def test_val_decides_how_much_it_counts():
    random = np.random.default_rng(0)
    labels = random.integers(0, CLASSES, 200)
    truth, noise = np.eye(CLASSES)[labels], random.uniform(0, 1, (200, CLASSES))
    guesses, knows = np.full((200, CLASSES), 1 / CLASSES), 0.9 * truth + 0.1 / CLASSES
    assert best_share(guesses, truth, labels) > 0
    assert best_share(knows, noise - noise.mean(), labels) == 0


def test_a_bundle_says_how_much_it_counts(tiny_clips, tiny_config, folders):
    trained = train(Job(tiny_clips, folders / "mine", tiny_config()))
    assert trained.bundle.info.provenance["linear_share"] >= 0

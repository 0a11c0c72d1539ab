"""The intervals: as wide as they should be, by source, and the same every time."""

import time

import numpy as np
import pytest

from kinora.evaluation.answers import Answers
from kinora.evaluation.bootstrap import BootstrapOptions, interval, resampled_sums
from kinora.evaluation.scores import score

CLASSES = ("clap", "walk", "wave")


def _wrong(truth):
    return (truth + 1) % 3


def test_the_interval_of_independent_clips_is_the_known_one(answer):
    # 400 clips, 60 % right: the standard error is sqrt(0.6 * 0.4 / 400) = 0.0245.
    truth = np.arange(400) % 3
    said = np.where(np.arange(400) % 5 < 3, truth, _wrong(truth))
    low, high = score(answer(truth, said), CLASSES).top1_interval
    assert low == pytest.approx(0.6 - 1.96 * 0.0245, abs=0.006)
    assert high == pytest.approx(0.6 + 1.96 * 0.0245, abs=0.006)


def test_it_covers_the_truth_about_95_times_in_100(answer):
    random = np.random.default_rng(1)
    covered = 0
    for seed in range(200):
        is_right = random.random(120) < 0.7
        truth = np.arange(120) % 3
        scores = score(
            answer(truth, np.where(is_right, truth, _wrong(truth))),
            CLASSES,
            BootstrapOptions(resamples=300, seed=seed),
        )
        low, high = scores.top1_interval
        covered += low <= 0.7 <= high
    assert 180 <= covered <= 199


def test_clips_of_one_source_count_as_one(answer):
    # 100 sources of 16 equal clips know no more than 100 clips do.
    truth = np.repeat(np.arange(100) % 3, 16)
    said = np.where(np.repeat(np.arange(100) % 2, 16), truth, _wrong(truth))
    by_source = score(answer(truth, said, groups=np.repeat(np.arange(100), 16)), CLASSES)
    by_clip = score(answer(truth, said), CLASSES)
    width_by_source = np.subtract(*by_source.top1_interval[::-1])
    width_by_clip = np.subtract(*by_clip.top1_interval[::-1])
    assert width_by_source == pytest.approx(2 * 1.96 * np.sqrt(0.25 / 100), rel=0.1)
    assert width_by_source / width_by_clip == pytest.approx(4, rel=0.1)


def test_intervals_of_macro_f1_and_of_classes_enclose_them(answer):
    random = np.random.default_rng(3)
    truth = random.integers(3, size=150)
    said = np.where(random.random(150) < 0.6, truth, random.integers(3, size=150))
    scores = score(answer(truth, said), CLASSES)
    assert scores.macro_f1_interval[0] < scores.macro_f1 < scores.macro_f1_interval[1]
    for own in scores.per_class.values():
        assert own.f1_interval[0] < own.f1 < own.f1_interval[1]


def test_one_source_gives_no_interval(answer):
    scores = score(answer([0, 1, 2], [0, 1, 1], groups=["tree"] * 3), CLASSES)
    assert scores.top1_interval is scores.macro_f1_interval is None
    assert scores.per_class["wave"].f1_interval is None


def test_the_same_seed_gives_the_same_interval(answer):
    answers = answer(np.arange(30) % 3, np.arange(30) // 2 % 3)
    options = BootstrapOptions(resamples=100, seed=5)
    assert score(answers, CLASSES, options) == score(answers, CLASSES, options)
    other = score(answers, CLASSES, BootstrapOptions(resamples=100, seed=6))
    assert other.macro_f1_interval != score(answers, CLASSES, options).macro_f1_interval


def test_draws_keep_the_number_of_sources():
    sums = resampled_sums(np.ones((7, 1)), BootstrapOptions(resamples=450))
    assert sums.shape == (450, 1)
    assert set(sums[:, 0]) == {7}


def test_draws_that_say_nothing_are_passed_over():
    assert interval(np.array([np.nan, 0.5, 0.5])) == (0.5, 0.5)
    assert interval(np.array([np.nan])) is None


def test_ten_thousand_clips_take_seconds():
    random = np.random.default_rng(0)
    truth = random.integers(100, size=10_000)
    probabilities = random.dirichlet(np.ones(100), 10_000)
    answers = Answers(probabilities, truth, tuple(str(n // 4) for n in range(10_000)))
    start = time.perf_counter()
    score(answers, tuple(map(str, range(100))))
    assert time.perf_counter() - start < 15  # about 1 s on two idle cores

"""Scores against numbers worked out by hand."""

import numpy as np
import pytest

from kinora.evaluation.answers import Answers, by_video
from kinora.evaluation.scores import difference, score

CLASSES = ("clap", "walk", "wave")


def test_shares_per_class_and_confusions(answer):
    # clap: 3 shown, 2 right, 3 said. walk: 2 shown, 1 right, 2 said. wave: 1 shown, 0 right.
    scores = score(answer([0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 0, 0]), CLASSES)
    assert (scores.count, scores.sources) == (6, 6)
    assert scores.top1 == pytest.approx(3 / 6)
    assert scores.confusion == ((2, 1, 0), (1, 1, 0), (1, 0, 0))
    clap, walk, wave = (scores.per_class[name] for name in CLASSES)
    assert (clap.precision, clap.recall, clap.count) == (2 / 4, 2 / 3, 3)
    assert clap.f1 == pytest.approx(2 * (1 / 2) * (2 / 3) / (1 / 2 + 2 / 3))
    assert (walk.precision, walk.recall, walk.f1) == (0.5, 0.5, 0.5)
    assert (wave.precision, wave.recall, wave.f1) == (0, 0, 0)
    assert scores.macro_f1 == pytest.approx((4 / 7 + 1 / 2 + 0) / 3)
    assert [(c.shown, c.said, c.count) for c in scores.confused] == [
        ("wave", "clap", 1),
        ("walk", "clap", 1),
        ("clap", "walk", 1),
    ]
    assert scores.confused[2].share == pytest.approx(1 / 3)


def test_a_class_that_was_not_shown_has_no_score_and_does_not_lower_the_mean(answer):
    scores = score(answer([0, 0, 1, 1], [0, 2, 1, 1]), CLASSES)
    assert set(scores.per_class) == {"clap", "walk"}
    assert scores.macro_f1 == pytest.approx((2 / 3 + 1) / 2)


def test_calibration_error(answer):
    # Two bins: 4 answers of 0.9 of which 3 are right, 2 answers of 0.5 of which none is.
    said = [0, 0, 0, 1, 2, 2]
    scores = score(answer([0] * 4 + [1, 1], said, [0.9] * 4 + [0.5] * 2), CLASSES)
    assert scores.ece == pytest.approx(4 / 6 * abs(3 / 4 - 0.9) + 2 / 6 * abs(0 - 0.5))
    low, high = scores.bins
    assert (low.count, low.low, low.high) == (2, pytest.approx(7 / 15), pytest.approx(8 / 15))
    assert (high.count, high.confidence, high.accuracy) == (4, pytest.approx(0.9), 0.75)


def test_calibration_error_by_chance(answer):
    # A single answer of 80 % is wrong by 0.2 in 80 % of cases, else by 0.8.
    few = score(answer([0], [0], 0.8), CLASSES)
    assert few.ece == pytest.approx(0.2)
    assert few.ece_by_chance == pytest.approx(0.8 * 0.2 + 0.2 * 0.8, abs=0.06)
    # The mean distance of the mean of many draws of 80 %, from 80 %.
    many = score(answer([0] * 400, [0] * 400, 0.8), CLASSES)
    assert many.ece_by_chance == pytest.approx(np.sqrt(2 / np.pi * 0.8 * 0.2 / 400), rel=0.2)
    assert score(answer([0, 1], [0, 0], 1.0), CLASSES).ece_by_chance == 0


def test_calibration_error_by_chance_does_not_depend_on_what_was_right(answer):
    said, sure = [0] * 30, np.linspace(0.4, 0.95, 30)
    right, wrong = (score(answer([shown] * 30, said, sure), CLASSES) for shown in (0, 1))
    assert right.ece != wrong.ece
    assert right.ece_by_chance == wrong.ece_by_chance > 0


def test_full_confidence_falls_into_the_last_bin(answer):
    scores = score(answer([0, 1], [0, 1], 1.0), CLASSES)
    assert [b.high for b in scores.bins] == [1.0]
    assert scores.ece == 0


def test_negative_log_likelihood(answer):
    scores = score(answer([0, 1], [0, 0], [0.8, 0.6]), CLASSES)
    assert scores.nll == pytest.approx(-(np.log(0.8) + np.log(0.2)) / 2)
    assert np.isfinite(score(answer([0, 1], [1, 0], 1.0), CLASSES).nll)


def test_top_five_counts_only_where_there_are_more_classes():
    probabilities = np.array([[0.3, 0.2, 0.15, 0.12, 0.11, 0.07, 0.05]] * 4)
    answers = Answers(probabilities, np.array([0, 4, 5, 6]), ("a", "b", "c", "d"))
    scores = score(answers, tuple("abcdefg"))
    assert (scores.top1, scores.top5) == (0.25, 0.5)
    assert score(Answers(np.eye(3), np.arange(3), ("a", "b", "c")), CLASSES).top5 is None


def test_of_equal_probabilities_the_first_class_is_said_and_right():
    answers = Answers(np.full((2, 3), 1 / 3), np.array([0, 1]), ("a", "b"))
    assert answers.ranks.tolist() == [0, 1]
    assert answers.chosen.tolist() == [0, 0]


def test_a_video_is_the_mean_of_its_clips():
    probabilities = np.array([[0.9, 0.1], [0.2, 0.8], [0.4, 0.6], [0.3, 0.7]])
    answers = Answers(probabilities, np.array([0, 0, 1, 0]), ("tree", "tree", "tree", "pond"))
    videos = by_video(answers)
    assert videos.groups == ("tree", "tree", "pond")
    assert videos.truth.tolist() == [0, 1, 0]
    np.testing.assert_allclose(videos.probabilities, [[0.55, 0.45], [0.4, 0.6], [0.3, 0.7]])


def test_no_video_level_where_each_source_is_one_clip_of_a_label(answer):
    assert by_video(answer([0, 1, 1], [0, 1, 1], groups=["a", "a", "b"])) is None


def test_difference_of_two_models_about_the_same_clips(answer):
    truth = np.arange(40) % 3
    good, bad = answer(truth, truth), answer(truth, np.where(np.arange(40) < 10, truth, 2))
    gain = difference(good, bad)
    assert gain.top1 == pytest.approx(1 - np.mean(bad.chosen == truth))
    assert gain.top1_interval[0] > 0.3
    assert difference(good, good).top1_interval == (0, 0)


def test_scores_are_plain_values(answer):
    import json

    scores = score(answer([0, 1, 2, 1], [0, 1, 2, 2]), CLASSES)
    values = json.loads(json.dumps(scores.to_dict(), allow_nan=False))
    assert values["per_class"]["walk"]["count"] == 2
    assert values["confusion"][1] == [0, 1, 1]

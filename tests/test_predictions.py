"""Predictions sort their scores and refuse numbers that cannot be probabilities."""

import math

import pytest

from kinora import Prediction
from kinora.errors import ModelError


def test_top_is_sorted_and_keeps_class_indices():
    prediction = Prediction(("clap", "walk", "wave"), (0.1, 0.2, 0.7))
    assert [score.action for score in prediction.top] == ["wave", "walk", "clap"]
    assert prediction.top[0].class_index == 2
    assert (prediction.action, prediction.confidence) == ("wave", 0.7)


@pytest.mark.parametrize(
    "probabilities", [(1.0,), (0.5, 0.5, 0.5), (math.nan, 0.5, 0.5), (0.0, 0.0, 0.0)]
)
def test_impossible_probabilities_are_refused(probabilities):
    with pytest.raises(ModelError):
        Prediction(("clap", "walk", "wave"), probabilities)

"""Answers made by hand, for the tests of measuring."""

import numpy as np
import pytest

from kinora.evaluation.answers import Answers


@pytest.fixture
def answer():
    """Answers from what was shown and what was said, each with a confidence."""

    def make(truth, said, confidence=0.8, groups=None, class_count=3):
        truth, said = np.asarray(truth), np.asarray(said)
        sure = np.broadcast_to(np.asarray(confidence, float), said.shape)
        probabilities = np.repeat((1 - sure)[:, None] / (class_count - 1), class_count, axis=1)
        np.put_along_axis(probabilities, said[:, None], sure[:, None], axis=1)
        names = [str(place) for place in range(len(truth))] if groups is None else groups
        return Answers(probabilities, truth, tuple(map(str, names)))

    return make

"""A model is measured by the split it was trained with, where that is known."""

import pytest

from kinora.clips import ClipSpec
from kinora.data.layouts import read
from kinora.data.splits import SplitOptions
from kinora.evaluation.protocols import learned_split
from kinora.model.info import BundleInfo


def _info(data):
    settings = {"split": "grouped", "seed": 7}
    provenance = {"data": [data], "settings": settings}
    return BundleInfo("tiny", ("walk", "wave"), ClipSpec(2, 32), provenance=provenance)


@pytest.mark.parametrize(
    ("data", "options"),
    [("clips", SplitOptions("grouped", seed=7)), ("others", SplitOptions("auto", seed=0))],
)
def test_the_split_of_the_training_is_taken_up_on_the_same_data(clips, data, options):
    assert learned_split(read(clips), _info(data)) == options

"""A model is measured by the split it was trained with, where that is known."""

from dataclasses import replace

import pytest

from kinora.clips import ClipSpec
from kinora.data.layouts import read
from kinora.data.splits import SplitOptions
from kinora.evaluation.protocols import WITH_VAL, learned_split, protocol
from kinora.model.info import BundleInfo


def _info(data, split=None):
    settings = {"split": "grouped", "seed": 7}
    provenance = {"data": [data], "settings": settings, "split": split}
    return BundleInfo("tiny", ("walk", "wave"), ClipSpec(2, 32), provenance=provenance)


@pytest.mark.parametrize(
    ("data", "options"),
    [("clips", SplitOptions("grouped", seed=7)), ("others", SplitOptions("auto", seed=0))],
)
def test_the_split_of_the_training_is_taken_up_on_the_same_data(clips, data, options):
    assert learned_split(read(clips), _info(data)) == options


@pytest.mark.parametrize(
    ("learned", "part", "leaks"),
    [
        ("grouped", "test", False),
        ("grouped", "val", False),
        ("random", "test", True),
        ("grouped" + WITH_VAL, "test", False),
        ("grouped" + WITH_VAL, "val", True),
        ("grouped" + WITH_VAL, "train", True),
    ],
)
def test_only_what_was_learned_from_leaks(clips, learned, part, leaks):
    data_set = replace(read(clips), protocol="grouped")
    words = protocol(data_set, part, _info("clips", learned))
    assert ("LEAKS" in words) == leaks
    assert ("train and val" in words) == (WITH_VAL in learned and part != "train")

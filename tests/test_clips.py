"""ClipSpec checks its values and survives JSON."""

import json

import pytest

from kinora import ClipSpec
from kinora.errors import SettingError


def test_survives_json():
    spec = ClipSpec(frame_count=8, size=64, fit="crop", scaling="0..1")
    assert ClipSpec.from_dict(json.loads(json.dumps(spec.to_dict()))) == spec


@pytest.mark.parametrize(
    "values",
    [
        {"frame_count": 0},
        {"frame_count": 10**6},
        {"frame_count": 2.5},
        {"frame_count": True},
        {"size": -1},
        {"sampling": "first20"},
        {"fit": "black"},
        {"scaling": "0-1"},
    ],
)
def test_impossible_values_are_refused(values):
    with pytest.raises(SettingError, match=next(iter(values))):
        ClipSpec(**values)


def test_unknown_names_are_refused():
    with pytest.raises(SettingError, match="colour"):
        ClipSpec.from_dict({"colour": "bgr"})

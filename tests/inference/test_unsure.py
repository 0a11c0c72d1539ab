"""Below the bundle's threshold an answer says that it is unsure, and why; time becomes unknown."""

from dataclasses import replace

import numpy as np
import pytest

from kinora import Recognizer
from kinora.errors import ModelError
from kinora.inference.loading import load
from kinora.inference.timeline import recognize_timeline
from kinora.media import write_image
from kinora.model.info import BundleInfo

RED, PINK = (220, 40, 40), (150, 120, 120)


@pytest.fixture(scope="module")
def colours(compiled_models):
    """The model of colours with any threshold."""

    def with_threshold(threshold):
        loaded = load(compiled_models / "tints")
        return Recognizer(replace(loaded, info=replace(loaded.info, threshold=threshold)), 2)

    return with_threshold


@pytest.fixture
def pictures(tmp_path):
    for name, colour in (("red", RED), ("pink", PINK)):
        write_image(tmp_path / f"{name}.png", np.full((40, 40, 3), colour, np.uint8))
    return tmp_path


def test_answers_below_the_threshold_are_unsure_and_say_so(colours, pictures):
    recognizer = colours(0.9)
    sure, unsure = (recognizer.predict(pictures / f"{name}.png") for name in ("red", "pink"))
    assert (sure.action, sure.is_unsure, sure.warnings) == ("red", False, ())
    assert (unsure.action, unsure.is_unsure) == ("red", True)
    (warning,) = unsure.warnings
    assert "tints counts as sure from 90% on, and red has" in warning
    assert colours(0.1).predict(pictures / "pink.png").warnings == ()


def test_bundles_without_a_threshold_are_never_unsure(colours, pictures):
    assert not colours(None).predict(pictures / "pink.png").is_unsure


def test_the_time_line_takes_the_threshold_of_the_model(colours, make_video):
    def frame(number, width, height):
        return np.full((height, width, 3), RED if number < 40 else PINK, np.uint8)

    path = make_video("pink.mp4", 80, fps=10, frame=frame)
    actions = {
        threshold: [
            s.action for s in recognize_timeline(colours(threshold), path).prediction.segments
        ]
        for threshold in (0.05, None, 0.9)
    }
    assert actions == {0.05: ["red"], None: ["red"], 0.9: ["red", "unknown"]}
    nothing = recognize_timeline(colours(1.0), path).prediction
    assert [segment.action for segment in nothing.segments] == ["unknown"]
    assert nothing.is_unsure
    assert not recognize_timeline(colours(0.9), path).prediction.is_unsure


def test_thresholds_travel_with_the_bundle(compiled_models):
    info = replace(load(compiled_models / "tints").info, threshold=0.625)
    assert BundleInfo.from_dict(info.to_dict()) == info
    older = {name: value for name, value in info.to_dict().items() if name != "threshold"}
    assert BundleInfo.from_dict(older).threshold is None
    for wrong in (1.5, "high", -0.1):
        with pytest.raises(ModelError, match="threshold must be a number from 0 to 1"):
            replace(info, threshold=wrong)

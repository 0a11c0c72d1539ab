"""Settings with impossible values are refused, with the flag that holds them."""

import pytest

from kinora.errors import SettingError
from kinora.model.specs import HeadSpec
from kinora.training.config import TrainingConfig


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", -1),
        ("batch_size", 0),
        ("learning_rate", 0.0),
        ("label_smoothing", 1.0),
        ("weight_decay", -1.0),
        ("views", 7),
        ("fine_tune", -1),
        ("class_weights", "some"),
    ],
)
def test_impossible_values_are_refused(name, value):
    with pytest.raises(SettingError, match=f"--{name.replace('_', '-')} must be"):
        TrainingConfig(**{name: value})


def test_settings_of_the_network_are_checked_too():
    with pytest.raises(SettingError, match="units"):
        TrainingConfig(units=0)


def test_videos_get_a_memory_and_images_do_not_unless_asked():
    assert TrainingConfig().network("video").head == HeadSpec()
    assert TrainingConfig().network("image").head.kind == "mean"
    assert TrainingConfig(temporal="gru").network("video").head.kind == "gru"

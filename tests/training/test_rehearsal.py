"""The final training learns from val too and stops where its rehearsal was best."""

import pytest

from kinora.errors import SettingError
from kinora.training.loop import best_epochs
from kinora.training.material import read_and_split
from kinora.training.rehearsal import Rehearsal, with_val_learned
from kinora.training.trainer import Job, train


@pytest.fixture
def rehearsed(tiny_clips, tiny_config, folders):
    """The bundle of an ordinary training and the settings of it."""
    config = tiny_config(epochs=4)
    return train(Job(tiny_clips, folders / "rehearsal", config)), config


def test_val_is_learned_too_and_what_it_decided_is_taken_over(rehearsed, tiny_clips, folders):
    first, config = rehearsed
    known = first.bundle.info
    final = train(Job(tiny_clips, folders / "final", config, rehearsal=first.bundle.folder))
    facts = final.bundle.info.provenance
    assert known.provenance["clips"] == {"train": 8, "val": 4, "test": 4}
    assert facts["clips"] == {"train": 12, "val": 4, "test": 4}
    assert facts["epochs"] == known.provenance["best_epochs"]["head"]
    assert facts["temperature"] == known.provenance["temperature"]
    assert final.bundle.info.threshold == known.threshold
    assert "learned from train and val" in final.bundle.info.scores["protocol"]


def test_other_settings_than_the_rehearsal_had_are_refused(rehearsed, tiny_config):
    first, _ = rehearsed
    with pytest.raises(SettingError, match="trained with --epochs 4"):
        Rehearsal.read(first.bundle.folder, tiny_config(epochs=9))


def test_the_best_epoch_of_a_stage_is_the_one_with_the_lowest_loss_on_val():
    losses = {"tuning": [3.0, 1.0, 2.0], "head": [0.9, 0.5, 0.4]}
    history = tuple(
        {"stage": stage, "epoch": number, "val_loss": loss}
        for stage, some in losses.items()
        for number, loss in enumerate(some, 1)
    )
    assert best_epochs(history) == {"tuning": 2, "head": 3}


def test_clips_of_val_stay_in_val(tiny_clips, tiny_config):
    data_set = read_and_split(tiny_clips, None, tiny_config())[0]
    both = with_val_learned(data_set)
    assert both.part("val") == data_set.part("val")
    assert {s.path for s in both.part("train")} == {
        s.path for part in ("train", "val") for s in data_set.part(part)
    }
    assert both.part("test") == data_set.part("test")

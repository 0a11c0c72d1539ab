"""Checkpoints are whole at any moment, and only the same training is continued."""

import errno

import numpy as np
import pytest

from kinora.errors import DataError, SettingError, TrainingError
from kinora.training.workspace import Checkpoint, Workspace, check_out, folder_for

FACTS = {"epochs": 3, "classes": ("clap", "wave")}


def checkpoint(epoch):
    arrays = {"head": [np.full((2, 3), epoch), np.zeros(())], "optimizer": [np.arange(epoch)]}
    history = tuple({"epoch": number, "val_loss": 0.25} for number in range(epoch))
    return Checkpoint("head", epoch, history, arrays)


@pytest.fixture
def out(tmp_path):
    return tmp_path / "models" / "mine"


def test_what_was_saved_is_read(out):
    work = Workspace.open(out, FACTS, resume=False)
    assert work.last() is None
    work.save(checkpoint(1), is_best=True)
    work.save(checkpoint(2), is_best=False)
    last, best = work.last(), work.best()
    assert (last.stage, last.epoch, last.history) == ("head", 2, checkpoint(2).history)
    for part, values in checkpoint(2).arrays.items():
        for value, read in zip(values, last.arrays[part], strict=True):
            assert np.array_equal(value, read)
    assert best.epoch == 1
    assert set(best.arrays) == {"head"}


def test_a_disk_that_fills_up_leaves_the_checkpoint_before(out, monkeypatch):
    work = Workspace.open(out, FACTS, resume=False)
    work.save(checkpoint(1), is_best=True)

    def fail(file, **arrays):
        file.write(b"half of it")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("kinora.training.workspace.np.savez", fail)
    with pytest.raises(DataError, match=r"No space left on device.*--resume"):
        work.save(checkpoint(2), is_best=True)
    assert work.last().epoch == work.best().epoch == 1
    assert sorted(path.name for path in work.folder.iterdir()) == [
        "best.npz", "last.npz", "run.json",
    ]  # fmt: skip


def test_a_training_that_was_begun_needs_resume(out):
    Workspace.open(out, FACTS, resume=False)
    with pytest.raises(SettingError, match="--resume"):
        Workspace.open(out, FACTS, resume=False)
    assert Workspace.open(out, FACTS, resume=True).last() is None


def test_resume_with_nothing_to_continue_begins(out):
    assert Workspace.open(out, FACTS, resume=True).folder == folder_for(out)


def test_other_settings_are_not_continued(out):
    Workspace.open(out, FACTS, resume=False)
    with pytest.raises(SettingError, match="epochs was 3, now it is 5"):
        Workspace.open(out, {**FACTS, "epochs": 5}, resume=True)


def test_a_place_where_something_else_is_stays_as_it_is(out):
    out.mkdir(parents=True)
    (out / "thesis.txt").write_text("mine")
    for resume in (False, True):
        with pytest.raises(SettingError, match="no bundle"):
            check_out(out, resume)
    (out / "bundle.json").write_text("{}")
    with pytest.raises(SettingError, match="holds a bundle already"):
        check_out(out, resume=False)
    check_out(out, resume=True)


def test_a_damaged_checkpoint_is_told(out):
    work = Workspace.open(out, FACTS, resume=False)
    work.save(checkpoint(1), is_best=True)
    content = (work.folder / "last.npz").read_bytes()
    (work.folder / "last.npz").write_bytes(content[: len(content) // 2])
    with pytest.raises(TrainingError, match=r"last\.npz is damaged"):
        work.last()
    (work.folder / "run.json").write_text("{")
    with pytest.raises(TrainingError, match=r"run\.json cannot be read"):
        Workspace.open(out, FACTS, resume=True)

"""Training from a folder of clips to a bundle: on videos, on images, end to end, continued."""

import csv
import json
import shutil

import keras
import numpy as np
import pytest

from kinora.errors import DataError, SettingError, TrainingError, UndecodableError
from kinora.media import read_clip
from kinora.model.bundle import read_bundle
from kinora.model.h5 import load_keras
from kinora.training import encoding, finish, trainer
from kinora.training.trainer import Job, train
from kinora.training.workspace import Workspace, folder_for


def accuracy(bundle, root, part):
    """How often the saved network, with its file alone, is right."""
    network = load_keras(bundle.folder)
    rows = list(csv.DictReader((root / "metadata.csv").read_text().splitlines()))
    rows = [row for row in rows if row["split"] == part]
    clips = np.stack([read_clip(root / row["path"], bundle.info.clip).array for row in rows])
    answers = network.predict(clips, verbose=0).argmax(axis=1)
    labels = [bundle.info.classes.index(row["label"]) for row in rows]
    return float(np.mean(answers == labels))


def test_clips_become_a_bundle_that_has_learned_them(tiny_clips, tiny_config, folders, tmp_path):
    broken = tmp_path / "with one broken"
    shutil.copytree(tiny_clips, broken)
    with (broken / "metadata.csv").open("a") as file:
        file.write("\nblue/broken.mp4,blue,x,train")
    (broken / "blue" / "broken.mp4").write_bytes(b"no video")
    config = tiny_config(epochs=15, batch_size=4, dropout=0.0, class_weights="balanced")
    trained = train(Job(broken, folders / "tiny", config))

    bundle = read_bundle(folders / "tiny")
    assert bundle == trained.bundle
    assert bundle.info.classes == ("blue", "yellow")
    assert bundle.info.clip.frame_count == 3
    provenance = bundle.info.provenance
    assert accuracy(bundle, tiny_clips, "val") >= 0.75
    assert accuracy(bundle, tiny_clips, "test") == bundle.info.scores["top1"]
    assert set(bundle.graphs) == {"encoder", "head"}
    assert bundle.info.scores["protocol"].startswith(provenance["split"])
    assert [path.name for path in trained.plots] == ["accuracy_loss.png", "confusion_matrix.png"]
    assert provenance["clips"] == {"train": 8, "val": 4, "test": 4}
    assert provenance["settings"]["epochs"] == 15
    assert str(tmp_path) not in json.dumps(provenance)
    assert list(trained.skipped) == ["blue/broken.mp4"]
    assert all(path.is_file() for path in trained.plots)
    assert any((folder_for(folders / "tiny") / "tensorboard").iterdir())

    finished = train(Job(broken, folders / "tiny", config, is_resumed=True))
    assert finished.history == trained.history
    assert finished.bundle.info.scores == trained.bundle.info.scores


def test_a_clip_that_breaks_off_after_its_first_look_is_left_out_by_name(
    tiny_clips, tiny_config, folders, monkeypatch, without_ending
):
    def read(path, spec):
        if path.name == "1.mp4":
            raise UndecodableError("It is cut off.")
        return read_clip(path, spec)

    monkeypatch.setattr("kinora.data.features.read_clip", read)
    trained = train(Job(tiny_clips, folders / "tiny", tiny_config(epochs=1)))
    assert {path.parent.name: why for path, why in trained.failed.items()} == {
        "blue": "It is cut off.",
        "yellow": "It is cut off.",
    }
    assert len(trained.ending.data_set.part("train")) == 6


def test_fine_tuning_unfreezes_step_by_step_and_keeps_the_best(
    tiny_clips, tiny_config, folders, without_ending
):
    config = tiny_config(epochs=1, fine_tune=2, fine_tune_blocks=4, fine_tune_batch=4)
    trained = train(Job(tiny_clips, folders / "tuned", config))
    stages = [entry["stage"] for entry in trained.history]
    assert stages == ["head", "fine-tuning of 2 blocks", "fine-tuning of 4 blocks"]
    best = Workspace(folder_for(folders / "tuned")).best()
    assert min(entry["val_loss"] for entry in trained.history) == best.history[-1]["val_loss"]
    assert set(best.arrays) == {"encoder", "head"}


def test_a_bundle_appears_in_its_place_only_when_it_is_whole(
    tiny_clips, tiny_config, folders, monkeypatch
):
    seen = []
    prove = finish.prove_int8

    def watch(bundle, *more):
        seen.append((folders / "late").exists())
        return prove(bundle, *more)

    monkeypatch.setattr(finish, "prove_int8", watch)
    trained = train(Job(tiny_clips, folders / "late", tiny_config(epochs=1)))
    assert seen == [False]
    assert trained.bundle.graphs
    assert [path.name for path in folders.iterdir() if path.is_dir() and path.name[0] != "."] == [
        "late"
    ]


def test_images_train_too(tiny_images, tiny_config, folders):
    trained = train(Job(tiny_images, folders / "images", tiny_config(epochs=1)))
    info = trained.bundle.info
    assert info.input_kind == "image"
    assert info.clip.frame_count == 1
    assert info.network["head"]["kind"] == "mean"


def test_half_precision_ends_in_a_bundle_of_full_precision(
    tiny_clips, tiny_config, folders, monkeypatch
):
    monkeypatch.setattr(trainer, "precision", lambda: "mixed_bfloat16")
    monkeypatch.setattr(encoding, "has_gpu", lambda: True)
    trained = train(Job(tiny_clips, folders / "half", tiny_config(epochs=1)))
    assert keras.config.dtype_policy().name == "float32"
    network = load_keras(trained.bundle.folder)
    assert {variable.dtype for variable in network.variables} <= {"float32", "int64", "uint32"}
    policies = {layer.dtype_policy.name for layer in network.layers}
    assert not any("bfloat16" in name for name in policies)


def test_a_learning_rate_that_is_far_too_high_is_told(tiny_clips, tiny_config, folders):
    with pytest.raises(TrainingError, match="--learning-rate"):
        train(Job(tiny_clips, folders / "wild", tiny_config(learning_rate=1e30)))


@pytest.mark.parametrize("reason", ["one class", "empty", "no folder"])
def test_data_that_cannot_be_trained_on_is_refused_before_anything_is_written(
    tiny_clips, tiny_config, folders, tmp_path, reason
):
    root = tmp_path / "data"
    if reason != "no folder":
        root.mkdir()
    if reason == "one class":
        shutil.copytree(tiny_clips / "blue", root / "blue")
    match = {"one class": "only one class", "empty": "is empty", "no folder": "does not exist"}
    with pytest.raises(DataError, match=match[reason]):
        train(Job(root, folders / "none", tiny_config()))
    assert not folders.exists()


def test_another_bundle_is_never_overwritten(tiny_clips, tiny_config, folders):
    (folders / "mine").mkdir(parents=True)
    (folders / "mine" / "bundle.json").write_text("{}")
    with pytest.raises(SettingError, match="holds a bundle already"):
        train(Job(tiny_clips, folders / "mine", tiny_config()))

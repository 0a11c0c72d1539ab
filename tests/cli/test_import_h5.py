"""`kinora import` makes a bundle of an .h5 file, or says what is missing."""

import json

import keras
import pytest
from keras import layers

from kinora.cli import main
from kinora.model.bundle import read_bundle


@pytest.fixture
def old_file(tmp_path):
    network = keras.Sequential(
        [
            keras.Input((2, 16, 16, 3)),
            layers.TimeDistributed(layers.Conv2D(3, 3)),
            layers.TimeDistributed(layers.GlobalAveragePooling2D()),
            layers.LSTM(3),
            layers.Dense(2, activation="softmax"),
        ]
    )
    network.save(tmp_path / "old.h5")
    (tmp_path / "names.json").write_text('["clap", "wave"]', encoding="utf-8")
    return tmp_path / "old.h5"


def arguments(old_file, *more):
    folder = old_file.parent
    return ["import", str(old_file), "--classes", str(folder / "names.json"), *more]


def test_a_file_becomes_a_bundle(old_file, capsys):
    out = old_file.parent / "models" / "mine"
    assert main(arguments(old_file, "--out", str(out), "--scaling", "0..1")) == 0
    bundle = read_bundle(out)
    assert bundle.info.classes == ("clap", "wave")
    assert bundle.info.clip.scaling == "0..1"
    assert "differ by at most" in capsys.readouterr().out
    # The new file knows everything itself.
    copy = old_file.parent / "models" / "copy"
    assert main(["import", str(bundle.model_file), "--out", str(copy), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["classes"] == ["clap", "wave"]


def test_an_unknown_scaling_is_wrong_usage_and_writes_nothing(old_file, capsys):
    out = old_file.parent / "mine"
    assert main(arguments(old_file, "--out", str(out))) == 2
    assert "--scaling" in capsys.readouterr().err
    assert not out.exists()


def test_a_missing_file_fails_with_a_sentence(tmp_path, capsys):
    assert main(["import", str(tmp_path / "no.h5"), "--out", str(tmp_path / "mine")]) == 1
    assert "There is no file" in capsys.readouterr().err

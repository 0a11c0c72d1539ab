"""`kinora train`: every setting has a flag, and mistakes end in a sentence."""

from dataclasses import fields

import pytest

from kinora.cli import build_parser, main
from kinora.training.config import TrainingConfig


def parse(*words):
    return build_parser().parse_args(["train", "clips", "--out", "models/mine", *words])


def test_flags_have_the_defaults_of_the_settings():
    options = parse()
    for entry in fields(TrainingConfig):
        assert getattr(options, entry.name) == entry.default


def test_flags_become_settings():
    options = parse("--temporal", "gru", "--epochs", "7", "--fine-tune-rate", "1e-5", "--no-motion")
    assert (options.temporal, options.epochs) == ("gru", 7)
    assert (options.fine_tune_rate, options.motion) == (1e-5, False)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--backbone", "vgg"], "invalid choice: 'vgg'"),
        (["--epochs", "many"], "invalid int value"),
    ],
)
def test_values_of_the_wrong_kind_are_refused(words, sentence, capsys):
    with pytest.raises(SystemExit) as stopped:
        parse(*words)
    assert stopped.value.code == 2
    assert sentence in capsys.readouterr().err


def test_impossible_settings_are_wrong_usage(tmp_path, capsys):
    assert main(["train", str(tmp_path), "--out", str(tmp_path / "m"), "--batch-size", "0"]) == 2
    assert "--batch-size must be at least 1" in capsys.readouterr().err


def test_an_empty_folder_fails_with_a_sentence(tmp_path, capsys):
    (tmp_path / "clips").mkdir()
    assert main(["train", str(tmp_path / "clips"), "--out", str(tmp_path / "m")]) == 1
    assert "is empty" in capsys.readouterr().err


def test_an_out_with_something_else_in_it_is_wrong_usage(tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("mine")
    assert main(["train", str(tmp_path), "--out", str(tmp_path)]) == 2
    assert "is no bundle" in capsys.readouterr().err

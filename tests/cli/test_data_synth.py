"""`kinora data synth` renders a data set, says what it made, and refuses what it cannot do."""

import json

import pytest

from kinora.cli import main
from kinora.cli.data_synth import add_arguments
from kinora.synthetic import ACTIONS, LAYOUTS, PersonClip
from kinora.synthetic.plan import DatasetOptions

SMALL = ["--seconds", "0.1", "--size", "64x48"]


def _synth(*arguments):
    return main(["data", "synth", *map(str, arguments)])


def test_renders_and_says_what_is_next(tmp_path, capsys):
    out = tmp_path / "people"
    assert _synth(out, "--clips-per-action", 3, *SMALL) == 0
    assert len(list(out.glob("*/*.mp4"))) == 15
    text = capsys.readouterr().out
    assert "15 clips of walk, wave, clap, jump, punch" in text
    assert f"kinora data inspect {out}" in text


def test_json(tmp_path, capsys):
    arguments = ["--actions", "jump,wave", "--layout", "frames", "--fps", 20, "--seed", 4, "--json"]
    assert _synth(tmp_path / "out", "--clips-per-action", 3, *arguments, *SMALL) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["actions"] == ["jump", "wave"]
    assert (answer["clips"], answer["seed"], answer["layout"]) == (6, 4, "frames")
    assert answer["splits"] == {"train": 2, "val": 2, "test": 2}
    assert len(list((tmp_path / "out" / "jump" / "jump_0001").iterdir())) == 2


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--actions", "swim"], "swim"),
        (["--clips-per-action", "0"], "Clips per action"),
        (["--size", "big"], "320x240"),
        (["--size", "1x1"], "1x1"),
        (["--seconds", "0"], "frames"),
    ],
)
def test_wrong_usage_is_2_and_writes_nothing(tmp_path, capsys, arguments, word):
    assert _synth(tmp_path / "out", *arguments) == 2
    assert word in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_full_folder_is_1(tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("precious")
    assert _synth(tmp_path) == 1
    assert "not empty" in capsys.readouterr().err


def test_defaults_and_choices_are_those_of_the_package():
    import argparse

    parser = argparse.ArgumentParser()
    add_arguments(parser)
    options = parser.parse_args(["out"])
    assert options.clips_per_action == DatasetOptions.clips_per_action
    assert (options.seconds, options.fps) == (PersonClip.seconds, PersonClip.fps)
    assert options.size == f"{PersonClip.width}x{PersonClip.height}"
    (layout,) = [action for action in parser._actions if action.dest == "layout"]
    assert tuple(layout.choices) == tuple(LAYOUTS)
    assert all(action in parser.format_help() for action in ACTIONS)

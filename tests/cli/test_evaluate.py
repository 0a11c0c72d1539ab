"""`kinora evaluate` with a real recognizer: it measures what serves."""

import json
import shutil

import numpy as np
import pytest
from tests.tiny_models import scene

from kinora.cli import main
from kinora.inference.recognizer import Recognizer
from kinora.media import VideoWriter


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("KINORA_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def clips(tmp_path):
    """Twelve clips of each of two actions, all different, from twelve sources."""
    root = tmp_path / "clips"
    for place, label in enumerate(("walk", "wave")):
        (root / label).mkdir(parents=True)
        for number in range(12):
            path = root / label / f"v_{label}_g{number:02}_c01.mp4"
            with VideoWriter(path, 10, 64, 48) as video:
                for step in range(8):
                    video.write(scene(100 * (12 * place + number) + 3 * step, 64, 48))
    return root


@pytest.fixture
def moves(compiled_models):
    return str(compiled_models / "moves")


def test_the_answers_are_those_of_the_recognizer(clips, moves, capsys):
    assert main(["evaluate", moves, str(clips), "--part", "all", "--json"]) == 0
    values = json.loads(capsys.readouterr().out)
    recognizer = Recognizer.load(moves)
    right = 0
    for answer in values["answers"]:
        own = recognizer.predict(clips / answer["clip"])
        assert answer["answer"] == own.action
        assert answer["top"][own.action] == pytest.approx(own.confidence, abs=1e-3)
        right += own.action == answer["label"]
    assert len(values["answers"]) == 24
    assert values["clips"]["top1"] == pytest.approx(right / 24)
    assert values["baselines"] == []
    assert any("No clip shows clap, run" in note for note in values["notes"])


def test_text_baselines_and_report(clips, moves, tmp_path, capsys):
    report = tmp_path / "report"
    assert main(["evaluate", moves, str(clips), "--split", "grouped", "--report", str(report)]) == 0
    text = capsys.readouterr().out
    assert "Protocol: grouped by source, seed 0; measured on test" in text
    assert "| baseline: single frame |" in text
    assert "| baseline: mean of frames |" in text
    assert (report / "report.html").is_file()
    assert f"Report: {report / 'report.html'}" in text


@pytest.mark.parametrize("part", ["test", "all"])
def test_unreadable_clips_are_named_whatever_is_measured(clips, moves, part, capsys):
    (clips / "walk" / "broken.mp4").write_text("not a video")
    command = ["evaluate", moves, str(clips), "--part", part, "--no-baselines", "--json"]
    assert main(command) == 0
    values = json.loads(capsys.readouterr().out)
    assert list(values["unreadable"]) == ["walk/broken.mp4"]
    assert any("cannot be read and are left out" in note for note in values["notes"])


def test_baselines_can_be_left_out(clips, moves, capsys):
    assert main(["evaluate", moves, str(clips), "--no-baselines"]) == 0
    assert "baseline" not in capsys.readouterr().out


def test_a_model_is_found_by_its_name(clips, compiled_models, monkeypatch, capsys):
    monkeypatch.setenv("KINORA_MODELS", str(compiled_models))
    assert main(["evaluate", "moves", str(clips), "--part", "all"]) == 0
    assert capsys.readouterr().out.startswith("# moves on clips")


def test_a_random_split_is_said_to_leak(clips, moves, capsys):
    assert main(["evaluate", moves, str(clips), "--split", "random", "--no-baselines"]) == 0
    assert "**LEAKS.**" in capsys.readouterr().out


def test_a_model_of_images_is_measured_on_images(clips, compiled_models, tmp_path, capsys):
    from kinora.media import write_image

    for label in ("walk", "wave"):
        (tmp_path / "images" / label).mkdir(parents=True)
        for number in range(5):
            picture = np.random.default_rng(number).integers(0, 255, (48, 64, 3), dtype=np.uint8)
            write_image(tmp_path / "images" / label / f"{number}.png", picture)
    images = str(tmp_path / "images")
    assert main(["evaluate", str(compiled_models / "poses"), images, "--part", "all"]) == 0
    assert "| model, clips | 10 |" in capsys.readouterr().out


def test_what_cannot_be_measured_is_said(clips, moves, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    assert main(["evaluate", moves, str(tmp_path / "empty")]) == 1
    assert "is empty" in capsys.readouterr().err
    assert main(["evaluate", str(tmp_path / "empty"), str(clips)]) == 1
    assert "is no bundle" in capsys.readouterr().err
    assert main(["evaluate", moves, str(clips), "--split", "split9"]) == 2
    assert "split9" in capsys.readouterr().err
    with pytest.raises(SystemExit) as stop:
        main(["evaluate", moves, str(clips), "--part", "half"])
    assert stop.value.code == 2


def test_the_card_can_be_told_what_was_found(clips, compiled_models, tmp_path, capsys):
    bundle = tmp_path / "moves"
    shutil.copytree(compiled_models / "moves", bundle)
    (tmp_path / "notes.md").write_text("Filmed in *one* garden.", encoding="utf-8")
    others = tmp_path / "others"
    others.mkdir()
    (clips / "wave").rename(others / "juggle")
    command = ["evaluate", str(bundle), str(clips), "--part", "all", "--strangers", str(others)]
    assert main([*command, "--card", str(tmp_path / "notes.md")]) == 0
    assert "12 clips of others with none of its actions" in capsys.readouterr().out
    card = (bundle / "README.md").read_text(encoding="utf-8")
    assert "Filmed in *one* garden." in card
    assert "12 clips of others" in card
    assert Recognizer.load(bundle).info.scores["count"] == 12
    assert main(["evaluate", str(bundle), str(clips), "--part", "all", "--card", "none.md"]) == 2

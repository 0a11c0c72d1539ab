"""`kinora predict` on files and folders: lines for people, JSON for programs, bad files named."""

import json
import shutil

import numpy as np
import pytest
from tests.conftest import write_video
from tests.tiny_models import scene

from kinora import Recognizer, cli
from kinora.media import read_info, write_image


@pytest.fixture
def media(tmp_path, compiled_models, monkeypatch):
    """A folder with a video, an image deeper down, and files that are neither."""
    monkeypatch.setenv("KINORA_MODELS", str(compiled_models))
    folder = tmp_path / "media"
    (folder / "deeper").mkdir(parents=True)
    write_video(folder / "clip.mp4", 20, fps=10, frame=scene)
    write_image(folder / "deeper" / "photo.png", scene(3, 80, 60))
    (folder / "notes.txt").write_text("not a medium", encoding="utf-8")
    (folder / ".hidden.mp4").write_bytes(b"left behind by an archive")
    return folder


def answers(capsys, *arguments):
    code = cli.main(["predict", "--json", *map(str, arguments)])
    return code, json.loads(capsys.readouterr().out)


def test_folders_are_walked_and_each_medium_gets_the_model_that_fits(
    media, compiled_models, capsys
):
    code, answer = answers(capsys, media)
    assert (code, answer["failed"]) == (0, 0)
    video, image = answer["results"]
    assert video["path"] == str(media / "clip.mp4")
    assert image["path"] == str(media / "deeper" / "photo.png")
    assert (video["model"]["name"], image["model"]["name"]) == ("moves", "poses")
    assert (video["input"]["kind"], image["input"]["kind"]) == ("video", "image")
    expected = Recognizer.load(compiled_models / "moves").predict(media / "clip.mp4")
    assert video["action"] == expected.action
    assert video["confidence"] == pytest.approx(expected.confidence)
    assert video["input"]["frames_used_s"] == list(expected.frame_times_s)
    assert len(video["top"]) == 3


def test_a_model_can_be_named_or_lie_anywhere(media, compiled_models, capsys):
    for wanted in ("poses", compiled_models / "poses"):
        _, answer = answers(capsys, media, "--model", wanted, "--top-k", 1)
        assert {result["model"]["name"] for result in answer["results"]} == {"poses"}
        assert [len(result["top"]) for result in answer["results"]] == [1, 1]


def test_a_bad_file_is_a_line_with_its_reason_and_the_rest_goes_on(media, capsys):
    paths = [media / "notes.txt", media / "nowhere.mp4", media / "clip.mp4"]
    code, answer = answers(capsys, *paths)
    assert (code, answer["failed"]) == (1, 2)
    assert [result["success"] for result in answer["results"]] == [False, False, True]
    assert answer["results"][0]["error"] == "unsupported_media"
    assert cli.main(["predict", *map(str, paths)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "notes.txt    failed: The file is not a video or an image." in lines[0]
    assert "nowhere.mp4  failed:" in lines[1]
    assert "%" in lines[2]


def test_warnings_are_shown_under_the_line(media, capsys):
    content = (media / "deeper" / "photo.png").read_bytes()
    (media / "cut.png").write_bytes(content[: len(content) * 3 // 4])
    assert cli.main(["predict", str(media / "cut.png")]) == 0
    assert "The image is damaged or cut off" in capsys.readouterr().out.splitlines()[1]


def test_the_time_line_says_what_happens_when(media, compiled_models, capsys):
    def red_then_blue(number, width, height):
        return np.full(
            (height, width, 3), (220, 40, 40) if number < 30 else (40, 40, 220), np.uint8
        )

    path = write_video(media / "joined.mp4", 80, fps=10, frame=red_then_blue)
    code, answer = answers(capsys, path, "--model", "tints", "--timeline")
    result = answer["results"][0]
    assert code == 0
    assert [segment["action"] for segment in result["segments"]] == ["red", "blue"]
    assert result["segments"][0]["end_s"] == pytest.approx(3, abs=0.5)
    assert len(result["seconds"]) == 8
    assert result["seconds"][7]["blue"] > 0.9
    assert result["action"] == "blue"
    assert cli.main(["predict", str(path), "--model", "tints", "--timeline"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "0:00.0-0:0" in lines[1]
    assert lines[2].split()[0].endswith("-0:08.0")
    assert "blue" in lines[2]


def test_answers_are_drawn_into_a_folder_or_a_file(media, tmp_path, capsys):
    shutil.copy(media / "clip.mp4", media / "deeper" / "clip.mov")
    out = tmp_path / "drawn"
    code, answer = answers(capsys, media, "--annotate", out, "--timeline")
    assert code == 0
    names = ["clip.mp4", "deeper/clip.mov.mp4", "deeper/photo.png.jpg"]
    assert [result["annotated"] for result in answer["results"]] == [str(out / n) for n in names]
    assert read_info(out / "clip.mp4").duration_s == pytest.approx(2)
    assert read_info(out / "clip.mp4").height > 120, "the time line is below the picture"
    assert cli.main(["predict", str(media / "clip.mp4"), "--annotate", str(out / "one.mp4")]) == 0
    assert f"drawn: {out / 'one.mp4'}" in capsys.readouterr().out
    assert read_info(out / "one.mp4").kind == "video"


def test_nothing_is_drawn_over_its_own_source_or_several_times_over(media, tmp_path, capsys):
    clip, photo = media / "clip.mp4", media / "deeper" / "photo.png"
    before = clip.read_bytes()
    for target, reason in (
        (clip, "would be overwritten"),
        (media, "would be overwritten"),
        (tmp_path / "a.png", r"written as .mp4"),
    ):
        assert cli.main(["predict", str(clip), "--annotate", str(target)]) == 2
        assert reason in capsys.readouterr().err
    assert clip.read_bytes() == before
    assert cli.main(["predict", str(clip), str(photo), "--annotate", "a.mp4"]) == 2
    assert "must be a folder: there are 2 files" in capsys.readouterr().err


def test_the_only_model_answers_for_everything(
    media, compiled_models, tmp_path, monkeypatch, capsys
):
    shutil.copytree(compiled_models / "moves", tmp_path / "models" / "moves")
    monkeypatch.setenv("KINORA_MODELS", str(tmp_path / "models"))
    _, answer = answers(capsys, media)
    assert {result["model"]["name"] for result in answer["results"]} == {"moves"}


def test_no_model_no_medium_and_impossible_options_are_said_so(
    media, tmp_path, monkeypatch, capsys
):
    assert cli.main(["predict", str(media), "--model", "dance"]) == 2
    assert "There is no model 'dance'" in capsys.readouterr().err
    assert cli.main(["predict", str(media), "--top-k", "0"]) == 2
    (tmp_path / "empty").mkdir()
    assert cli.main(["predict", str(tmp_path / "empty")]) == 1
    assert "no videos and images" in capsys.readouterr().err
    monkeypatch.setenv("KINORA_MODELS", str(tmp_path / "empty"))
    assert cli.main(["predict", str(media)]) == 1
    assert "kinora train" in capsys.readouterr().err


def test_a_broken_model_ends_the_command(media, compiled_models, tmp_path, capsys):
    folder = tmp_path / "moves"
    shutil.copytree(compiled_models / "moves", folder)
    (folder / "head.tflite").write_bytes(b"damaged")
    assert cli.main(["predict", str(media), "--model", str(folder)]) == 1
    assert "sha256 differs" in capsys.readouterr().err

"""What evaluate writes down: scores for a bundle, JSON, Markdown, figures and the page."""

import json
from dataclasses import replace

import numpy as np
import pytest

from kinora.data.layouts import read
from kinora.errors import DataError
from kinora.evaluation import page, thumbnails
from kinora.evaluation.measure import evaluate
from kinora.evaluation.report import to_markdown, write_report
from kinora.media import read_image
from kinora.model.info import BundleInfo
from kinora.plots import confusion_matrix


@pytest.fixture
def evaluation(clips, guesser):
    return evaluate(guesser(), read(clips), "all")


def test_every_file_is_written(evaluation, tmp_path):
    folder = tmp_path / "new" / "report"
    write_report(evaluation, folder)
    assert sorted(path.name for path in folder.iterdir()) == [
        "confusion_matrix.png",
        "examples.png",
        "reliability.png",
        "report.html",
        "report.json",
        "report.md",
    ]
    for name in ("confusion_matrix.png", "examples.png", "reliability.png"):
        picture = read_image(folder / name)
        assert picture.shape[0] > 200
        assert picture.std() > 10


def test_json_names_every_clip_with_its_answer(evaluation, tmp_path):
    write_report(evaluation, tmp_path)
    values = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert values["clips"]["count"] == len(values["answers"]) == 6
    by_clip = {answer["clip"]: answer for answer in values["answers"]}
    wrong = by_clip["wave/wave_3.mp4"]
    assert (wrong["label"], wrong["answer"]) == ("wave", "walk")
    assert list(wrong["top"]) == ["walk", "clap", "wave"]
    assert wrong["top"]["walk"] == pytest.approx(0.75)


def test_markdown_says_the_protocol_and_the_numbers(evaluation):
    text = to_markdown(evaluation)
    assert "Protocol: all clips" in text
    assert "| model, clips | 6 | 66.7 % (" in text
    assert "- wave taken for walk: 2 (66.7 %)" in text
    own, chance = (100 * getattr(evaluation.clips, name) for name in ("ece", "ece_by_chance"))
    assert f"Calibration error {own:.1f} points (by chance" in text
    assert f"would show {chance:.1f} on these 6 clips)" in text
    assert "No clip shows clap" in text
    assert "LEAKS" not in text


def test_scores_fit_into_a_bundle(evaluation):
    scores = evaluation.scores()
    info = BundleInfo("tiny", evaluation.info.classes, evaluation.info.clip, scores=scores)
    assert json.loads(json.dumps(info.to_dict(), allow_nan=False))["scores"] == scores
    assert scores["top1"] == pytest.approx(4 / 6)
    assert scores["ece_by_chance"] == evaluation.clips.ece_by_chance > 0
    assert "per_class" not in scores  # nothing is known about clap


def test_scores_per_class_are_there_when_every_class_was_shown(clips, guesser):
    evaluation = evaluate(guesser(classes=("walk", "wave")), read(clips), "all")
    assert evaluation.scores()["per_class"] == {
        "walk": pytest.approx(2 * 3 / (3 + 5)),
        "wave": pytest.approx(2 * 1 / (3 + 1)),
    }
    info = BundleInfo("tiny", ("walk", "wave"), evaluation.info.clip, scores=evaluation.scores())
    assert info.scores["count"] == 6


def test_a_random_split_is_called_leaking_everywhere(clips, guesser, tmp_path):
    data_set = read(clips).with_parts(["test"] * 6, "RANDOM split, seed 0: leaks, and so on")
    evaluation = evaluate(guesser(), data_set)
    write_report(evaluation, tmp_path)
    assert evaluation.is_leaking
    assert "leaks" in evaluation.scores()["protocol"]
    assert "**LEAKS.**" in (tmp_path / "report.md").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["leaks"] is True
    assert _data(tmp_path / "report.html")["leaks"] is True


def test_the_page_needs_nothing_else(evaluation, tmp_path):
    write_report(evaluation, tmp_path)
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "http" not in text.replace("http-equiv", "")
    assert "innerHTML" not in text
    assert "{{" not in text


def test_the_page_holds_each_cell_with_its_clips_surest_first(evaluation, tmp_path):
    data = _page_of(evaluation, tmp_path)
    cells = {(cell["shown"], cell["said"]): cell for cell in data["cells"]}
    assert {key: cell["count"] for key, cell in cells.items()} == {(1, 1): 3, (2, 1): 2, (2, 2): 1}
    first, second = cells[2, 1]["clips"]
    assert first["name"] == "wave/wave_3.mp4"
    assert first["said"] > second["said"] > second["shown"]
    assert first["picture"].startswith("data:image/jpeg;base64,")


def test_a_name_cannot_break_out_of_the_data(evaluation, tmp_path):
    evil = "</script><script>alert(1)</script>"
    data = _page_of(replace(evaluation, notes=(evil,)), tmp_path)
    assert evil not in (tmp_path / "page.html").read_text(encoding="utf-8")
    assert data["notes"] == [evil]


def test_pictures_are_limited_and_errors_get_them_first(evaluation, tmp_path, monkeypatch):
    monkeypatch.setattr(thumbnails, "_MOST_STRIPS", 2)
    cells = _page_of(evaluation, tmp_path)["cells"]
    pictured = [
        (cell["shown"], cell["said"])
        for cell in cells
        for clip in cell["clips"]
        if "picture" in clip
    ]
    assert sorted(pictured) == [(1, 1), (2, 1)]


def test_pictures_are_limited_in_size(clips, monkeypatch):
    paths = sorted(clips.rglob("*.mp4"))
    monkeypatch.setattr(thumbnails, "_MOST_LETTERS", 0)
    assert thumbnails.strips(paths) == []


def test_a_clip_that_is_gone_has_no_picture(clips):
    gone = clips / "gone.mp4"
    there = next(clips.rglob("*.mp4"))
    missing, strip = thumbnails.strips([gone, there])
    assert missing is None
    assert strip.startswith("data:image/jpeg")


def test_names_in_a_cell_are_limited(evaluation, tmp_path, monkeypatch):
    monkeypatch.setattr(page, "_MOST_NAMES", 1)
    cells = _page_of(evaluation, tmp_path)["cells"]
    cell = next(cell for cell in cells if cell["shown"] == cell["said"] == 1)
    assert (cell["count"], len(cell["clips"])) == (3, 1)


def test_a_report_that_cannot_be_written_says_so(evaluation, tmp_path):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(DataError, match=r"cannot be written to .*taken"):
        write_report(evaluation, tmp_path / "taken")


def test_many_classes_make_a_figure_too(tmp_path):
    names = [f"class_${place}$" for place in range(60)]
    path = confusion_matrix(np.eye(60, dtype=int), names, tmp_path / "a" / "matrix.png")
    assert read_image(path).shape[0] > 1000


def _page_of(evaluation, folder):
    page.write_page(evaluation, folder / "page.html", {})
    return _data(folder / "page.html")


def _data(path):
    text = path.read_text(encoding="utf-8")
    return json.loads(text.split('id="data">')[1].split("</script>")[0])

"""The sheet of right and wrong answers: what stands on it, and in which order."""

import numpy as np
import pytest

from kinora.data.layouts import read
from kinora.evaluation import examples
from kinora.evaluation.examples import write_examples
from kinora.evaluation.measure import evaluate
from kinora.media import read_image, write_image

GREEN, RED, BLUE = (20, 120, 60), (190, 30, 40), (0, 0, 255)


@pytest.fixture
def evaluation(clips, guesser):
    """Of the waves only the first is right; every next clip is answered with more confidence."""
    return evaluate(guesser(), read(clips), "all")


@pytest.fixture
def pictured(monkeypatch):
    """The clips on the sheet in order, with the width of their pictures."""
    found = []

    def watched(path, spec):
        picture = side_by_side(path, spec)
        if picture is not None:
            found.append((path.stem, picture.shape[1]))
        return picture

    side_by_side = examples.side_by_side
    monkeypatch.setattr(examples, "side_by_side", watched)
    return found


def test_the_surest_of_each_class_come_first(evaluation, tmp_path, pictured):
    write_examples(evaluation, tmp_path / "sheet.png")
    right, wrong = pictured[:4], pictured[4:]
    assert [name for name, _ in right] == ["walk_3", "wave_1", "walk_2", "walk_1"]
    assert [name for name, _ in wrong] == ["wave_3", "wave_2"]
    assert {width for _, width in pictured} == {4 * 128}


def test_right_and_wrong_have_their_colours(evaluation, tmp_path):
    sheet = _sheet(evaluation, tmp_path)
    green, red = _rows_with(sheet, GREEN), _rows_with(sheet, RED)
    assert green.max() < red.min()


@pytest.mark.parametrize(
    ("labels", "there", "missing"), [("walk", GREEN, RED), ("wave", RED, GREEN)]
)
def test_without_right_or_wrong_answers_that_half_is_not_there(
    clips, guesser, tmp_path, labels, there, missing
):
    for number in (1, 2, 3):
        if labels == "walk" or number == 1:
            (clips / "wave" / f"wave_{number}.mp4").unlink()
        if labels == "wave":
            (clips / "walk" / f"walk_{number}.mp4").unlink()
    sheet = _sheet(evaluate(guesser(), read(clips), "all"), tmp_path)
    assert len(_rows_with(sheet, there))
    assert not len(_rows_with(sheet, missing))


def test_a_clip_that_is_gone_makes_room_for_the_next(
    evaluation, clips, tmp_path, pictured, monkeypatch
):
    monkeypatch.setattr(examples, "_MOST_EXAMPLES", 2)
    (clips / "walk" / "walk_3.mp4").unlink()
    (clips / "wave" / "wave_3.mp4").write_text("not a video any more")
    write_examples(evaluation, tmp_path / "sheet.png")
    assert [name for name, _ in pictured] == ["wave_1", "walk_2", "wave_2"]


def test_with_every_clip_gone_the_counts_remain(evaluation, clips, tmp_path):
    for path in clips.rglob("*.mp4"):
        path.unlink()
    sheet = _sheet(evaluation, tmp_path)
    assert len(_rows_with(sheet, GREEN))
    assert len(_rows_with(sheet, RED))
    assert len(sheet) < 128


def test_an_image_is_one_larger_frame(guesser, tmp_path, pictured):
    for label in ("walk", "wave"):
        (tmp_path / "images" / label).mkdir(parents=True)
        for number in (1, 2, 3):
            picture = np.full((48, 64, 3), BLUE, np.uint8)
            write_image(tmp_path / "images" / label / f"{label}_{number}.png", picture)
    evaluation = evaluate(guesser(), read(tmp_path / "images"), "all")
    sheet = _sheet(evaluation, tmp_path)
    assert (sheet == BLUE).all(axis=2).sum() == 6 * 244 * 244
    # Four right ones beside one another, and two wrong ones below.
    rows = np.flatnonzero((sheet == BLUE).all(axis=2).any(axis=1))
    assert len(rows) == 2 * 244


def test_the_same_answers_make_the_same_sheet(evaluation, tmp_path):
    first, second = (_sheet(evaluation, tmp_path) for _ in range(2))
    assert np.array_equal(first, second)


def _sheet(evaluation, folder):
    write_examples(evaluation, folder / "sheet.png")
    return read_image(folder / "sheet.png")


def _rows_with(sheet, colour):
    return np.flatnonzero((sheet == colour).all(axis=2).any(axis=1))

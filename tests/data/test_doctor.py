"""`kinora data inspect` tells what is wrong, uneven and costly, as text, JSON and a picture."""

import argparse
import json
import shutil

import numpy as np
import pytest

from kinora.cli import data_inspect
from kinora.data.doctor import inspect
from kinora.data.layouts import read
from kinora.data.sheet import write_sheet
from kinora.data.splits import SplitOptions
from kinora.errors import DataError, SettingError
from kinora.media import VideoWriter, read_image


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("KINORA_CACHE", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def encoded(tmp_path_factory):
    root = tmp_path_factory.mktemp("encoded")
    for number in range(12):
        label = "walk" if number < 9 else "wave"
        path = root / label / f"v_{label}_g{number:02}_c01.mp4"
        path.parent.mkdir(parents=True, exist_ok=True)
        coarse = np.random.default_rng(number).integers(0, 255, (4, 8, 3), dtype=np.uint8)
        with VideoWriter(path, 10, 64, 48) as video:
            for _ in range(5 + number):
                video.write(np.kron(coarse, np.ones((12, 8, 1), np.uint8)))
    (root / "walk" / "broken.mp4").write_text("not a video")
    return root


@pytest.fixture
def clips(encoded, tmp_path):
    """Nine clips of walking from nine sources and three of waving, and one unreadable."""
    return shutil.copytree(encoded, tmp_path / "clips")


def test_the_report(clips):
    report = inspect(read(clips, "video_folders"))
    assert (report.clips, report.sources, report.kind) == (12, 12, "video")
    assert report.protocol == "grouped by source, seed 0"
    assert {label: sum(parts.values()) for label, parts in report.classes.items()} == {
        "walk": 9,
        "wave": 3,
    }
    assert report.imbalance == 3
    assert (report.frames.smallest, report.frames.largest) == (5, 16)
    assert report.seconds.smallest == pytest.approx(0.5)
    assert report.sizes == {"64x48": 12}
    assert report.fps == {"10": 12}
    assert list(report.unreadable) == ["walk/broken.mp4"]
    assert report.leaks == report.copies == ()


def test_the_estimate_is_measured_here_and_grows_with_the_clips(clips):
    cost = inspect(read(clips)).estimate
    assert cost.read_ms_per_clip > 0
    assert cost.frames_per_clip == 20
    assert cost.features_s > 12 * 20 * cost.model_ms_per_frame / 1000
    assert cost.feature_cache_bytes == 12 * 20 * 2560
    assert cost.frame_cache_bytes == 12 * 20 * 224 * 224 * 3


def test_copies_across_parts_and_labels_are_named(clips, tmp_path):
    root = tmp_path / "parts"
    shutil.copytree(clips, root / "train")
    (root / "test").mkdir()
    shutil.copytree(clips / "wave", root / "test" / "walk")
    shutil.copytree(clips / "walk", root / "test" / "wave")
    report = inspect(read(root))
    assert len(report.leaks) == len(report.contradictions) == 12
    assert all(copies.are_exact for copies in report.copies)
    assert "12 are in more than one part; 12 have more than one label" in report.text()
    assert "LEAKS" in report.protocol


def test_one_class_only_is_shown_with_the_sentence(clips):
    shutil.rmtree(clips / "wave")
    report = inspect(read(clips))
    assert report.protocol == "not split"
    assert any("only one class (walk)" in note for note in report.notes)
    assert "9" in report.text()


def test_a_random_split_is_labelled_in_the_report(clips):
    assert "RANDOM split" in inspect(read(clips), SplitOptions("random")).text()


def run(*words):
    parser = argparse.ArgumentParser()
    data_inspect.add_arguments(parser)
    return data_inspect.run(parser.parse_args([str(word) for word in words]))


def test_the_command_prints_text_and_writes_a_sheet(clips, tmp_path, capsys):
    sheet = tmp_path / "new" / "sheet.png"
    assert run(clips, "--sheet", sheet) == 0
    text = capsys.readouterr().out
    for words in (
        "12 videos of 2 classes from 12 sources",
        "Largest class to smallest: 3.0 to 1",
        "1 files cannot be read:",
        "walk/broken.mp4: The file is not a video",
        "Near-identical clips: 0 groups",
        "does not grow with the data set",
    ):
        assert words in text
    picture = read_image(sheet)
    assert picture.shape[1] > picture.shape[0]
    assert picture.std() > 30


def test_the_command_prints_json(clips, capsys):
    assert run(clips, "--json", "--layout", "video_folders", "--split", "grouped") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["clips"] == 12
    assert report["estimate"]["frames_per_clip"] == 20
    assert report["unreadable"].keys() == {"walk/broken.mp4"}


def test_an_unknown_split_is_an_error(clips):
    with pytest.raises(SettingError, match="without a split named split9"):
        run(clips, "--split", "split9")


def test_a_wrong_layout_is_an_error(clips):
    with pytest.raises(DataError, match="not laid out as hmdb51"):
        run(clips, "--layout", "hmdb51")


@pytest.mark.parametrize("class_count", [1, 7, 30])
def test_a_sheet_has_a_cell_for_every_class(clips, tmp_path, class_count):
    root = tmp_path / "many"
    for number in range(class_count):
        label = root / f"a_rather_long_name_of_a_class_{number}"
        label.mkdir(parents=True)
        shutil.copy(clips / "wave" / "v_wave_g09_c01.mp4", label / "clip.mp4")
    write_sheet(read(root), tmp_path / "sheet.png")
    picture = read_image(tmp_path / "sheet.png")
    # The clips are colourful; count the cells whose first tile is not white.
    tiles = (picture != 255).any(axis=2)
    assert tiles.sum() >= class_count * 112 * 112 * 0.9

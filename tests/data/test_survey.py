"""Every clip is looked at once; what cannot be read is left out, named and counted."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from kinora.data import looks as module
from kinora.data.layouts import read
from kinora.data.splits import leaking_groups, split
from kinora.data.survey import survey
from kinora.errors import DataError
from kinora.media import VideoWriter, write_image


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("KINORA_CACHE", str(tmp_path / "cache"))


def scene(seed, shift=0):
    """A picture of coarse blocks that moves sideways with time."""
    coarse = np.random.default_rng(seed).integers(0, 255, (4, 8, 3), dtype=np.uint8)
    return np.roll(np.kron(coarse, np.ones((12, 8, 1), np.uint8)), shift, axis=1)


def write_clip(path, seed, frame_count=6):
    path.parent.mkdir(parents=True, exist_ok=True)
    with VideoWriter(path, 10, 64, 48) as video:
        for number in range(frame_count):
            video.write(scene(seed, number))


@pytest.fixture(scope="module")
def encoded(tmp_path_factory):
    root = tmp_path_factory.mktemp("encoded")
    for number in range(12):
        write_clip(root / ("walk" if number % 2 else "wave") / f"{number:02}.mp4", number)
    return root


@pytest.fixture
def clips(encoded, tmp_path):
    """Two classes of six videos, the test's own."""
    return shutil.copytree(encoded, tmp_path / "clips")


def test_unreadable_files_are_left_out_named_and_counted(clips):
    (clips / "wave" / "empty.mp4").touch()
    (clips / "wave" / "text.mp4").write_text("not a video")
    cut = (clips / "walk" / "01.mp4").read_bytes()[:200]
    (clips / "walk" / "cut.mp4").write_bytes(cut)
    looked = survey(read(clips))
    assert {path.name for path in looked.unreadable} == {"empty.mp4", "text.mp4", "cut.mp4"}
    assert looked.unreadable[clips / "wave" / "empty.mp4"] == "It is empty."
    assert len(looked.data_set.samples) == len(looked.looks) == 12
    note = looked.data_set.notes[-1]
    assert note.startswith("3 of 15 clips cannot be read and are left out: ")
    assert "text.mp4" in note


def test_nothing_readable_is_an_error(tmp_path):
    for label in ("run", "walk"):
        (tmp_path / "bad" / label).mkdir(parents=True)
        (tmp_path / "bad" / label / "clip.mp4").write_text("no")
    with pytest.raises(DataError, match=r"None of the 2 clips can be read: clip\.mp4"):
        survey(read(tmp_path / "bad"))


def test_a_look_tells_the_facts(clips):
    look = survey(read(clips)).looks[0]
    assert (look.info.width, look.info.height, look.info.fps) == (64, 48, 10)
    assert look.size_bytes == (clips / "walk" / "01.mp4").stat().st_size
    assert len(look.hashes) == 3
    assert look.error is None


def test_copies_are_found_and_stay_in_one_part(clips):
    shutil.copy(clips / "wave" / "00.mp4", clips / "wave" / "copy.mp4")
    # Encoded again at another size: other bytes, the same picture.
    with VideoWriter(clips / "wave" / "again.mp4", 10, 96, 72) as video:
        for number in range(6):
            grown = np.asarray(scene(0, number)).repeat(3, axis=0).repeat(3, axis=1)[::2, ::2]
            video.write(np.ascontiguousarray(grown))
    looked = survey(read(clips))
    names = [sample.path.name for sample in looked.data_set.samples]
    joined = {names[place] for pair in looked.duplicates() for place in pair}
    assert joined == {"00.mp4", "copy.mp4", "again.mp4"}
    parted = split(looked.data_set, duplicates=looked.duplicates())
    parts = {s.split for s in parted.samples if s.path.name in joined}
    assert len(parts) == 1
    assert not leaking_groups(parted)
    assert parted.protocol == "grouped by near-duplicates only (sources unknown), seed 0"


def test_copies_across_the_parts_of_a_given_split_are_counted(clips, tmp_path):
    root = tmp_path / "given"
    shutil.copytree(clips, root / "train")
    shutil.copytree(clips, root / "test")
    looked = survey(read(root))
    parted = split(looked.data_set, duplicates=looked.duplicates())
    assert any(note.startswith("12 pairs of near-identical clips") for note in parted.notes)


def test_a_second_look_comes_from_the_cache_until_a_file_changes(clips, monkeypatch):
    first = survey(read(clips))
    seen = []

    def look_and_tell(path):
        seen.append(path)
        return module.look_at(path)

    monkeypatch.setattr("kinora.data.survey.look_at", look_and_tell)
    assert survey(read(clips)).looks == first.looks
    assert seen == []
    write_clip(clips / "walk" / "01.mp4", 99, frame_count=9)
    assert survey(read(clips)).looks != first.looks
    assert seen == [clips / "walk" / "01.mp4"]


def test_a_broken_cache_is_made_anew(clips, tmp_path):
    first = survey(read(clips))
    [file] = (tmp_path / "cache" / "looks").iterdir()
    file.write_text("{")
    assert survey(read(clips)).looks == first.looks


def test_a_cache_that_cannot_be_written_stops_nothing(clips, tmp_path, monkeypatch, caplog):
    (tmp_path / "file").touch()
    monkeypatch.setenv("KINORA_CACHE", str(tmp_path / "file"))
    assert len(survey(read(clips)).looks) == 12
    assert "cannot be written" in caplog.text


def test_folders_of_frames_are_clips(tmp_path):
    for label in ("run", "walk"):
        for number in range(1, 12):
            folder = tmp_path / "frames" / label / "clip"
            folder.mkdir(parents=True, exist_ok=True)
            write_image(folder / f"frame_{number}.png", scene(len(label), number))
    looked = survey(read(tmp_path / "frames"))
    assert [sample.label for sample in looked.data_set.samples] == ["run", "walk"]
    assert looked.looks[0].info.duration_s == pytest.approx(11 / 25)


def test_a_vanished_file_is_told(tmp_path):
    look = module.look_at(tmp_path / "gone.mp4")
    assert look.error.startswith("It cannot be opened")


@pytest.mark.parametrize(
    ("name", "layout", "clips", "classes"),
    [
        ("jhmdb21", "metadata_csv", 768, 21),
        ("fight_surv", "metadata_csv", 240, 2),
        ("har15", "csv_images", 11_353, 15),
        ("ucf101_6", "ucf101", 298, 6),
    ],
)
def test_real_data_sets_are_read(shared_data, name, layout, clips, classes):
    data_set = read(shared_data / name)
    assert (data_set.layout, len(data_set.samples)) == (layout, clips)
    assert len(data_set.classes) == classes
    assert data_set.missing == ()
    assert not leaking_groups(split(data_set))
    assert all(isinstance(sample.path, Path) for sample in data_set.samples)


def test_no_chance_pairs_among_real_clips_of_different_sources(shared_data):
    looked = survey(read(shared_data / "ucf101_6"))
    samples = looked.data_set.samples
    assert len(looked.duplicates()) >= 8
    for first, second in looked.duplicates():
        assert samples[first].group == samples[second].group

"""Data sets of rendered people: their layouts, their splits, and that workers change nothing."""

import csv
import hashlib

import numpy as np
import pytest

from kinora import ClipSpec, read_clip
from kinora.data.layouts import read
from kinora.errors import DataError, SettingError
from kinora.media import read_image
from kinora.synthetic import ACTIONS, DatasetOptions, plan_dataset, write_dataset

TINY = DatasetOptions(clips_per_action=4, seconds=0.2, width=64, height=48)


def _rows(path):
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _digests(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def test_videos(tmp_path):
    write_dataset(tmp_path / "out", TINY)
    rows = _rows(tmp_path / "out" / "metadata.csv")
    assert len(rows) == 4 * len(ACTIONS)
    assert {row["label"] for row in rows} == set(ACTIONS)
    assert rows[0]["path"] == "walk/walk_0001.mp4"
    clip = read_clip(tmp_path / "out" / rows[0]["path"], ClipSpec(frame_count=5, size=48))
    assert (clip.info.width, clip.info.height, clip.info.fps) == (64, 48, 25)
    assert len(clip.frames) == 5
    assert clip.warnings == ()


def test_frames(tmp_path):
    write_dataset(tmp_path / "out", TINY, "frames")
    row = _rows(tmp_path / "out" / "metadata.csv")[0]
    frames = sorted(path.name for path in (tmp_path / "out" / row["path"]).iterdir())
    assert frames == [f"frame_{number:04d}.jpg" for number in range(1, 6)]
    assert read_image(tmp_path / "out" / row["path"] / frames[0]).shape == (48, 64, 3)


def test_images(tmp_path):
    clips = write_dataset(tmp_path / "out", TINY, "images")
    train = _rows(tmp_path / "out" / "Training_set.csv")
    test = _rows(tmp_path / "out" / "Testing_set.csv")
    assert list(train[0]) == ["filename", "label"]
    assert len(train) + len(test) == len(clips) == 20
    assert len(test) == 5
    for row in train + test:
        assert read_image(tmp_path / "out" / "images" / row["filename"]).shape == (48, 64, 3)


@pytest.mark.parametrize("layout", ["videos", "frames", "images"])
def test_the_reader_of_data_sets_knows_every_layout(tmp_path, layout):
    write_dataset(tmp_path / "out", TINY, layout)
    data_set = read(tmp_path / "out")
    assert len(data_set.samples) == 20
    assert set(data_set.classes) == set(ACTIONS)
    assert data_set.missing == ()


@pytest.mark.parametrize("count", [1, 2, 3, 10, 40])
def test_no_body_is_in_two_parts(count):
    clips = plan_dataset(DatasetOptions(clips_per_action=count))
    parts = {}
    for planned in clips:
        parts.setdefault(planned.group, set()).add(planned.split)
        parts.setdefault(planned.clip.body, set()).add(planned.split)
    assert all(len(splits) == 1 for splits in parts.values())
    expected = {1: {"train"}, 2: {"train", "test"}}.get(count, {"train", "val", "test"})
    assert {planned.split for planned in clips} == expected


def test_every_body_does_every_action():
    clips = plan_dataset(DatasetOptions(clips_per_action=6))
    for group in {planned.group for planned in clips}:
        assert {p.clip.action for p in clips if p.group == group} == set(ACTIONS)


def test_the_test_looks_from_other_sides():
    clips = plan_dataset(DatasetOptions(clips_per_action=100))
    seen, unseen = (
        np.array([p.clip.azimuth_deg for p in clips if (p.split == "test") == is_test])
        for is_test in (False, True)
    )
    assert np.abs(seen[:, None] - unseen).min() > 0.3
    assert (np.abs(seen[:, None] - unseen).min(axis=0) < 15).all()


def test_about_every_other_clip_pauses():
    clips = [planned.clip for planned in plan_dataset(DatasetOptions(clips_per_action=40))]
    paused = [clip for clip in clips if clip.pause]
    assert 0.3 < len(paused) / len(clips) < 0.7
    assert all(0 < clip.pause[0] < clip.pause[1] < clip.seconds for clip in paused)


def test_a_part_of_the_actions_is_the_same_clips():
    all_clips = plan_dataset(TINY)
    some = plan_dataset(DatasetOptions(4, ("jump", "clap"), seconds=0.2, width=64, height=48))
    assert some == [p for name in ("jump", "clap") for p in all_clips if p.clip.action == name]


def test_seed_decides():
    same, other = (plan_dataset(DatasetOptions(3, seed=seed)) for seed in (0, 1))
    assert same == plan_dataset(DatasetOptions(3))
    assert not {p.clip.seed for p in same} & {p.clip.seed for p in other}


def test_files_do_not_depend_on_the_number_of_workers(tmp_path):
    for workers in (1, 3):
        write_dataset(tmp_path / str(workers), TINY, workers=workers)
    one, three = _digests(tmp_path / "1"), _digests(tmp_path / "3")
    assert len(one) == 21
    assert one == three


def test_every_clip_is_told(tmp_path):
    told = []
    write_dataset(tmp_path / "out", DatasetOptions(1, ("walk",), seconds=0.1), "images",
                  on_clip=lambda: told.append(1))  # fmt: skip
    assert len(told) == 1


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("precious")
    with pytest.raises(DataError, match="not empty"):
        write_dataset(tmp_path, TINY)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="no folder"):
        write_dataset(tmp_path / "file", TINY)


def test_trouble_while_writing_is_our_error(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kinora.synthetic.dataset.write_image", full)
    with pytest.raises(DataError, match="No space left"):
        write_dataset(tmp_path / "out", TINY, "images", workers=1)


def test_unknown_layouts_are_refused(tmp_path):
    with pytest.raises(SettingError, match="videos, frames, images"):
        write_dataset(tmp_path / "out", TINY, "zip")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"clips_per_action": 0}, "Clips per action"),
        ({"clips_per_action": 10**9}, "Clips per action"),
        ({"actions": ()}, "each action once"),
        ({"actions": ("walk", "walk")}, "each action once"),
        ({"actions": ("swim",)}, "swim"),
        ({"seed": -1}, "seed"),
        ({"fps": 0.0}, "fps"),
    ],
)
def test_impossible_options_are_refused(values, word):
    with pytest.raises(SettingError, match=word):
        DatasetOptions(**values)

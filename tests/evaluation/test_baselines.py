"""Baselines see what they should: one frame, or the mean of all, and never the order."""

from dataclasses import replace

import numpy as np
import pytest

from kinora.clips import ClipSpec
from kinora.data.layouts import read
from kinora.errors import DataError
from kinora.evaluation import baselines
from kinora.evaluation.baselines import with_baselines
from kinora.evaluation.measure import evaluate
from kinora.media import VideoWriter


@pytest.fixture
def telling(tmp_path):
    """Clips whose label shows in the mean colour but, in half of them, not in the middle frame."""
    root = tmp_path / "telling"
    for label, bright in (("walk", 40), ("wave", 220)):
        (root / label).mkdir(parents=True)
        for number in range(8):
            colours = [bright] * 9
            if number % 2:
                colours[3:6] = [260 - bright] * 3
            with VideoWriter(root / label / f"v{number}.mp4", 9, 64, 64) as video:
                for colour in colours:
                    video.write(np.full((64, 64, 3), colour, np.uint8))
    return root


@pytest.fixture
def data_set(telling):
    parts = ["train"] * 4 + ["test"] * 4
    return read(telling).with_parts(parts * 2, "by hand")


@pytest.fixture
def recognizer(guesser):
    return guesser(classes=("walk", "wave"), clip=ClipSpec(9, 32))


def test_the_mean_knows_what_a_frame_cannot(data_set, recognizer):
    evaluation = with_baselines(evaluate(recognizer, data_set), recognizer, data_set)
    single, mean = evaluation.baselines
    assert (single.name, mean.name) == ("single frame", "mean of frames")
    assert mean.scores.top1 == 1
    assert single.scores.top1 == 0.5
    assert mean.gain.top1 == pytest.approx(evaluation.clips.top1 - 1)
    assert evaluation.scores()["top1 of mean of frames"] == 1
    assert mean.scores.count == single.scores.count == evaluation.clips.count == 8


def test_they_need_clips_to_learn_from(data_set, recognizer):
    bare = replace(data_set, samples=tuple(s for s in data_set.samples if s.split == "test"))
    with pytest.raises(DataError, match="train has 0 usable clips"):
        with_baselines(evaluate(recognizer, bare), recognizer, bare)
    on_train = evaluate(recognizer, data_set, "train")
    with pytest.raises(DataError, match="the part is train"):
        with_baselines(on_train, recognizer, data_set)


def test_unreadable_clips_of_train_are_passed_over(data_set, recognizer):
    (data_set.part("train")[0]).path.write_text("not a video")
    evaluation = with_baselines(evaluate(recognizer, data_set), recognizer, data_set)
    assert evaluation.baselines[1].scores.top1 == 1
    for sample in data_set.part("train"):
        sample.path.write_text("not a video")
    with pytest.raises(DataError, match="None of the 8 clips"):
        with_baselines(evaluate(recognizer, data_set), recognizer, data_set)


def test_a_huge_train_part_is_thinned_out_evenly(data_set, monkeypatch):
    monkeypatch.setattr(baselines, "_MOST_CLIPS", 4)
    chosen = baselines._chosen(data_set.samples)
    assert [sample.label for sample in chosen] == ["walk", "walk", "wave", "wave"]

"""Measuring on a part of a data set: what is compared, what is left out, and what is refused."""

import pytest

from kinora.data.layouts import read
from kinora.errors import DataError, MediaError, SettingError
from kinora.evaluation.measure import evaluate


def _parted(clips, protocol="grouped by source, seed 0"):
    """The first clip of each class for training, the second for val, the third for test."""
    data_set = read(clips)
    parts = ["train", "val", "test"] * (len(data_set.samples) // 3)
    return data_set.with_parts(parts, protocol)


def test_only_the_part_is_measured(clips, guesser):
    evaluation = evaluate(guesser(), _parted(clips))
    assert evaluation.names == ("walk/walk_3.mp4", "wave/wave_3.mp4")
    assert evaluation.clips.top1 == 0.5
    assert evaluation.protocol == "grouped by source, seed 0; measured on test"
    assert not evaluation.is_leaking


def test_measuring_on_train_leaks(clips, guesser):
    assert evaluate(guesser(), _parted(clips), "train").is_leaking


def test_videos_are_scored_where_sources_have_several_clips(clips, guesser):
    from dataclasses import replace

    data_set = read(clips)
    assert evaluate(guesser(), data_set, "all").videos is None
    merged = [replace(sample, group=sample.label) for sample in data_set.samples]
    videos = evaluate(guesser(), replace(data_set, samples=tuple(merged)), "all").videos
    assert (videos.count, videos.top1) == (2, 0.5)


def test_unreadable_clips_are_left_out_named_and_counted(clips, guesser):
    (clips / "wave" / "wave_2.mp4").write_text("not a video")
    evaluation = evaluate(guesser(), read(clips), "all")
    assert evaluation.clips.count == 5
    assert list(evaluation.failures) == ["wave/wave_2.mp4"]
    assert any("1 of 6 clips cannot be read" in note for note in evaluation.notes)
    assert evaluation.scores()["unreadable"] == 1


def test_nothing_readable_is_an_error(clips, guesser):
    for path in clips.rglob("*.mp4"):
        path.write_text("not a video")
    with pytest.raises(DataError, match=r"None of the 6 clips can be read: .*walk_1.mp4"):
        evaluate(guesser(), read(clips), "all")


def test_an_empty_part_is_an_error(clips, guesser):
    with pytest.raises(DataError, match=r"no clips in its part test .*not split"):
        evaluate(guesser(), read(clips))


def test_an_unknown_part_is_wrong_usage(clips, guesser):
    with pytest.raises(SettingError, match="choose train, val, test, all"):
        evaluate(guesser(), read(clips), "tests")


def test_labels_that_the_model_does_not_know_are_left_out_with_a_note(clips, guesser):
    evaluation = evaluate(guesser(classes=("clap", "walk")), read(clips), "all")
    assert evaluation.clips.count == 3
    note = "3 of 6 clips show what the model does not know and are left out: wave."
    assert note in evaluation.notes
    assert any("No clip shows clap" in note for note in evaluation.notes)


def test_no_label_in_common_is_an_error(clips, guesser):
    with pytest.raises(DataError, match="knows clap, jump; the clips show walk, wave"):
        evaluate(guesser(classes=("clap", "jump")), read(clips), "all")


def test_few_sources_are_noted(clips, guesser):
    notes = evaluate(guesser(), read(clips), "all").notes
    assert "There are only 6 sources, so the intervals are too narrow." in notes


@pytest.mark.parametrize("protocol", ["grouped by source, seed 7", "official split2"])
def test_another_split_of_the_data_it_learned_from_leaks(clips, guesser, protocol):
    provenance = {"data": [clips.name], "split": "grouped by source, seed 0"}
    own = evaluate(guesser(provenance=provenance), _parted(clips))
    other = evaluate(guesser(provenance=provenance), _parted(clips, protocol))
    assert (own.is_leaking, other.is_leaking) == (False, True)
    assert "split as: grouped by source, seed 0" in other.protocol
    assert evaluate(guesser(provenance=provenance), read(clips), "all").is_leaking


def test_an_error_that_is_not_about_the_clip_is_not_swallowed(clips, guesser):
    class Broken:
        info = guesser().info

        def predict(self, source):
            raise SettingError("the model is broken")

    with pytest.raises(SettingError, match="broken"):
        evaluate(Broken(), read(clips), "all")
    assert not issubclass(SettingError, MediaError)

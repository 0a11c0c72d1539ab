"""Splits never leak unless they were asked to, and then they say so."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinora.data.grouping import deal, merge_groups
from kinora.data.samples import PARTS, DataSet, Sample
from kinora.data.splits import (
    SplitOptions,
    cross_validation,
    leaking_groups,
    leave_one_group_out,
    split,
)
from kinora.errors import DataError, SettingError


def make(clips, **more):
    """A data set from (label, group) pairs."""
    samples = tuple(
        Sample(Path(f"{label}/{number}.mp4"), label, group)
        for number, (label, group) in enumerate(clips)
    )
    return DataSet(Path("data"), "video_folders", "video", samples, **more)


def even(label_count=3, group_count=10, clip_count=4):
    return make(
        (f"class{label}", f"class{label}/{group}")
        for label in range(label_count)
        for group in range(group_count)
        for _ in range(clip_count)
    )


clips = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 12).map(str)), min_size=1, max_size=60
)


@given(clips, st.integers(0, 5))
def test_no_group_is_ever_in_two_parts(pairs, seed):
    labels, groups = zip(*pairs, strict=True)
    parts = deal(labels, groups, (0.65, 0.15, 0.2), seed)
    part_of = {}
    for group, part in zip(groups, parts, strict=True):
        assert part_of.setdefault(group, part) == part


@given(clips, st.randoms())
def test_the_order_of_the_clips_does_not_matter(pairs, random):
    labels, groups = zip(*pairs, strict=True)
    before = dict(zip(groups, deal(labels, groups, (0.65, 0.15, 0.2), 0), strict=True))
    random.shuffle(pairs)
    labels, groups = zip(*pairs, strict=True)
    assert dict(zip(groups, deal(labels, groups, (0.65, 0.15, 0.2), 0), strict=True)) == before


@given(st.integers(3, 30), st.integers(0, 3))
def test_a_class_with_three_sources_is_in_every_part(group_count, seed):
    parts = deal(["a"] * group_count, [str(n) for n in range(group_count)], (0.6, 0.2, 0.2), seed)
    assert set(parts) == {0, 1, 2}


def test_classes_are_balanced():
    result = split(even())
    for counts in result.counts().values():
        assert [counts[part] for part in PARTS] == [24, 8, 8]


def test_the_seed_decides_and_nothing_else():
    assert split(even()) == split(even())
    other = split(even(), SplitOptions(seed=1))
    assert [s.split for s in other.samples] != [s.split for s in split(even()).samples]
    assert other.protocol == "grouped by source, seed 1"


def test_near_duplicates_merge_their_groups():
    assert merge_groups(["a", "b", "c", "d"], [(3, 1), (1, 2)]) == ["a", "b", "b", "b"]
    data_set = even()
    pairs = [(0, place) for place in range(4, 24, 4)]
    result = split(data_set, duplicates=pairs)
    assert len({result.samples[place].split for pair in pairs for place in pair}) == 1


def test_unknown_sources_are_not_called_sources():
    data_set = make([("a", str(n)) for n in range(9)] + [("b", str(n)) for n in range(9, 18)])
    data_set = DataSet(**(vars(data_set) | {"are_sources_known": False}))
    assert split(data_set).protocol == "grouped by file only (sources unknown), seed 0"
    assert "near-duplicates" in split(data_set, duplicates=[(0, 1)]).protocol


def test_a_random_split_is_only_made_when_asked_for_and_labelled():
    result = split(even(), SplitOptions(method="random"))
    assert result.protocol.startswith("RANDOM split, seed 0: leaks")
    assert leaking_groups(result)
    assert not leaking_groups(split(even()))


def test_a_random_split_is_the_same_wherever_the_data_lies():
    def moved(folder):
        samples = (Sample(folder / s.path, s.label, s.group) for s in even().samples)
        data_set = DataSet(folder, "video_folders", "video", tuple(samples))
        return [s.split for s in split(data_set, SplitOptions(method="random")).samples]

    assert moved(Path("/here")) == moved(Path("/there/too"))


def official(parts):
    data_set = even()
    samples = tuple(
        Sample(s.path, s.label, s.group, parts={"split1": parts(s.group)}) for s in data_set.samples
    )
    return DataSet(Path("data"), "ucf101", "video", samples)


def by_number(group):
    return "test" if group.endswith(("0", "1")) else "train"


def test_an_official_split_is_taken_and_val_is_taken_from_its_train():
    result = split(official(by_number))
    assert result.protocol == "official split1; val taken from train by source, seed 0"
    assert not leaking_groups(result)
    for sample in result.samples:
        assert (sample.split == "test") == (by_number(sample.group) == "test")
    assert {label: counts["val"] for label, counts in result.counts().items()} == {
        "class0": 4,
        "class1": 4,
        "class2": 4,
    }


def test_an_official_split_can_be_set_aside():
    assert split(official(by_number), SplitOptions(method="grouped")).protocol.startswith("grouped")


def test_an_official_split_that_leaks_says_so():
    data_set = official(by_number)
    first = data_set.samples[0]
    leaky = Sample(first.path, first.label, data_set.samples[-1].group, parts={"split1": "test"})
    result = split(DataSet(**(vars(data_set) | {"samples": (leaky, *data_set.samples[1:])})))
    assert "LEAKS: 1 sources are in two parts" in result.protocol
    assert any("class2/9" in note for note in result.notes)


def test_clips_in_no_part_are_counted():
    data_set = official(by_number)
    loose = Sample(Path("x.mp4"), "class0", "x")
    result = split(DataSet(**(vars(data_set) | {"samples": (*data_set.samples, loose)})))
    assert "1 clips are in no part of split1 and are left out." in result.notes


def test_a_split_without_train_clips_is_refused():
    with pytest.raises(DataError, match="no clip for training"):
        split(official(lambda _: "test"))


def test_one_class_only():
    with pytest.raises(DataError, match=r"only one class \(class0\)"):
        split(even(label_count=1))


def test_a_class_with_one_clip_is_trained_and_its_absence_elsewhere_said():
    data_set = make([(s.label, s.group) for s in even().samples] + [("rare", "r")])
    result = split(data_set)
    assert result.counts()["rare"] == {"train": 1}
    [note] = result.notes
    assert note.startswith("The class rare has 1 clip from 1 source, so val and test have none")


def test_too_few_sources_for_three_parts():
    with pytest.raises(DataError, match="too few sources"):
        split(make([("a", "1"), ("a", "1"), ("b", "2")]))


def test_cross_validation_tests_every_clip_once():
    folds = list(cross_validation(even(), 5))
    tested = [sample.path for fold in folds for sample in fold.part("test")]
    assert sorted(tested) == sorted(sample.path for sample in even().samples)
    assert not any(leaking_groups(fold) for fold in folds)
    assert all(fold.part("val") for fold in folds)
    assert folds[1].protocol.startswith("fold 2 of 5, grouped by source, seed 0; val taken")


def test_leave_one_group_out_uses_the_published_folds():
    samples = tuple(Sample(s.path, s.label, s.group, fold=s.group[-1]) for s in even().samples)
    folds = list(leave_one_group_out(DataSet(Path("d"), "ucf11", "video", samples)))
    assert len(folds) == 10
    for number, fold in enumerate(folds):
        assert {sample.fold for sample in fold.part("test")} == {str(number)}
        assert len(fold.part("test")) == 12
    with pytest.raises(DataError, match="without published folds"):
        next(leave_one_group_out(even()))


@pytest.mark.parametrize("values", [{"val_share": 0}, {"test_share": 1}, {"val_share": 0.7}])
def test_impossible_shares_are_refused(values):
    with pytest.raises(SettingError, match="share"):
        SplitOptions(**values)


def test_impossible_fold_count_is_refused():
    with pytest.raises(SettingError, match="at least 2"):
        next(cross_validation(even(), 1))

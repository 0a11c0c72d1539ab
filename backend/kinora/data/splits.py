"""Train, val and test that do not leak: by source, by official list, or random when asked for."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kinora.data.files import name_below
from kinora.data.grouping import deal, merge_groups
from kinora.data.layouts.lists import name_some
from kinora.data.samples import PARTS, DataSet
from kinora.errors import DataError, SettingError

AUTO, GROUPED, RANDOM = "auto", "grouped", "random"
_LARGEST_SHARE = 0.8

Pairs = Sequence[tuple[int, int]]


@dataclass(frozen=True)
class SplitOptions:
    """How a data set is split.

    Args:
        method: `auto` takes the first split that came with the data and else groups by source;
            `grouped`, `random`, or the name of a split or fold that came with the data.
        val_share: Share of the clips for validation, where it is ours to choose.
        test_share: Share of the clips for the test, where it is ours to choose.
        seed: Another seed deals the sources differently.
    """

    method: str = AUTO
    val_share: float = 0.15
    test_share: float = 0.2
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("val_share", "test_share"):
            if not 0 < getattr(self, name) < _LARGEST_SHARE:
                raise SettingError(f"{name} must lie between 0 and {_LARGEST_SHARE}.")
        if self.val_share + self.test_share > _LARGEST_SHARE:
            raise SettingError("val_share and test_share leave too little for training.")


def split(
    data_set: DataSet, options: SplitOptions | None = None, duplicates: Pairs = ()
) -> DataSet:
    """The data set with a part for every clip and a protocol that says how they were made.

    Args:
        data_set: What was read.
        options: How to split.
        duplicates: Positions of near-identical clips, which are kept in one part.

    Raises:
        DataError: There is only one class, or a part would be empty.
    """
    options = options or SplitOptions()
    _check_classes(data_set)
    method = options.method
    if method == AUTO:
        method = next(iter(data_set.split_names), GROUPED)
    if method == RANDOM:
        result = _random(data_set, options)
    elif method == GROUPED:
        result = _grouped(data_set, options, duplicates)
    else:
        result = _as_it_came(data_set, method, options, duplicates)
    return _with_warnings(result, duplicates)


def cross_validation(
    data_set: DataSet, fold_count: int, options: SplitOptions | None = None, duplicates: Pairs = ()
) -> Iterator[DataSet]:
    """The data set once per fold: each fold is the test once, val is taken from the rest."""
    options = options or SplitOptions()
    if fold_count < 2:
        raise SettingError("fold_count must be at least 2.")
    _check_classes(data_set)
    folds = deal(
        [sample.label for sample in data_set.samples],
        _sources(data_set, duplicates),
        [1 / fold_count] * fold_count,
        options.seed,
    )
    words = f"grouped by {_unit(data_set, duplicates)}, seed {options.seed}"
    for number in range(fold_count):
        parts = ["test" if fold == number else "train" for fold in folds]
        protocol = f"fold {number + 1} of {fold_count}, {words}"
        result = _carve(data_set.with_parts(parts, protocol), "val", options, duplicates)
        yield _with_warnings(result, duplicates)


def learning_folds(
    data_set: DataSet, fold_count: int, seed: int, duplicates: Pairs = ()
) -> tuple[DataSet, ...]:
    """The data set once per fold of what may be learned from: val is the fold, train the rest.

    Args:
        data_set: A data set in parts; test stays what it is.
        fold_count: How many folds.
        seed: Another seed deals the sources differently.
        duplicates: Positions of near-identical clips, which are kept in one fold.
    """
    parts = [sample.split for sample in data_set.samples]
    places = [place for place, part in enumerate(parts) if part in ("train", "val")]
    sources = _sources(data_set, duplicates)
    dealt = deal(
        [data_set.samples[place].label for place in places],
        [sources[place] for place in places],
        [1 / fold_count] * fold_count,
        seed,
    )
    folds = []
    for number in range(fold_count):
        for place, fold in zip(places, dealt, strict=True):
            parts[place] = "val" if fold == number else "train"
        if not {"train", "val"} <= set(parts):
            raise DataError(
                f"{data_set.root} has too few sources for {fold_count} folds. Ask for fewer."
            )
        folds.append(data_set.with_parts(list(parts), data_set.protocol))
    return tuple(folds)


def leave_one_group_out(
    data_set: DataSet, options: SplitOptions | None = None, duplicates: Pairs = ()
) -> Iterator[DataSet]:
    """The data set once per published fold, as UCF11 is measured in the literature."""
    if not data_set.fold_names:
        raise DataError(
            f"{data_set.root} came without published folds; UCF11 has them, and a metadata.csv "
            "with a column fold. Use cross-validation by source instead."
        )
    options = options or SplitOptions()
    _check_classes(data_set)
    for name in data_set.fold_names:
        yield _with_warnings(_as_it_came(data_set, name, options, duplicates), duplicates)


def leaking_groups(data_set: DataSet) -> tuple[str, ...]:
    """The sources that have clips in more than one part."""
    parts_of = defaultdict(set)
    for sample in data_set.samples:
        if sample.split:
            parts_of[sample.group].add(sample.split)
    return tuple(sorted(group for group, parts in parts_of.items() if len(parts) > 1))


def _check_classes(data_set: DataSet) -> None:
    if len(data_set.classes) < 2:
        name = ", ".join(data_set.classes) or "none"
        raise DataError(
            f"{data_set.root} has only one class ({name}); telling actions apart needs at least "
            "two. Add a folder, or rows, with clips of another action."
        )


def _grouped(data_set: DataSet, options: SplitOptions, duplicates: Pairs) -> DataSet:
    words = f"grouped by {_unit(data_set, duplicates)}, seed {options.seed}"
    return _dealt(data_set, _sources(data_set, duplicates), options, words)


def _random(data_set: DataSet, options: SplitOptions) -> DataSet:
    words = (
        f"RANDOM split, seed {options.seed}: leaks, clips of one source are on both sides; "
        "scores on it are too high"
    )
    names = [name_below(data_set.root, sample.path) for sample in data_set.samples]
    return _dealt(data_set, names, options, words)


def _dealt(data_set: DataSet, groups: Sequence[str], options: SplitOptions, words: str) -> DataSet:
    shares = (1 - options.val_share - options.test_share, options.val_share, options.test_share)
    labels = [sample.label for sample in data_set.samples]
    parts = [PARTS[number] for number in deal(labels, groups, shares, options.seed)]
    return data_set.with_parts(parts, words)


def _as_it_came(data_set: DataSet, name: str, options: SplitOptions, duplicates: Pairs) -> DataSet:
    result = data_set.with_split(name)
    if not result.part("train"):
        raise DataError(
            f"{result.protocol} has no clip for training among the {len(result.samples)} found. "
            "Unpack the whole data set, or split it with `grouped`."
        )
    for part in ("test", "val"):
        if not result.part(part):
            result = _carve(result, part, options, duplicates)
    unused = sum(sample.split is None for sample in result.samples)
    note = f"{unused} clips are in no part of {name} and are left out."
    return result.noting(note) if unused else result


def _carve(data_set: DataSet, part: str, options: SplitOptions, duplicates: Pairs) -> DataSet:
    """Take a part that is lacking from the sources in train."""
    share = options.val_share if part == "val" else options.test_share
    places = [place for place, sample in enumerate(data_set.samples) if sample.split == "train"]
    sources = _sources(data_set, duplicates)
    dealt = deal(
        [data_set.samples[place].label for place in places],
        [sources[place] for place in places],
        (1 - share, share),
        options.seed,
    )
    parts = [sample.split for sample in data_set.samples]
    for place, number in zip(places, dealt, strict=True):
        parts[place] = part if number else "train"
    unit = _unit(data_set, duplicates)
    words = f"{data_set.protocol}; {part} taken from train by {unit}, seed {options.seed}"
    return data_set.with_parts(parts, words)


def _sources(data_set: DataSet, duplicates: Pairs) -> list[str]:
    return merge_groups([sample.group for sample in data_set.samples], duplicates)


def _unit(data_set: DataSet, duplicates: Pairs) -> str:
    """What is never torn apart, for the protocol."""
    if data_set.are_sources_known:
        return "source"
    unit = "near-duplicates" if duplicates else "file"
    return f"{unit} only (sources unknown)"


def _with_warnings(data_set: DataSet, duplicates: Pairs) -> DataSet:
    """Say what a reader of the scores must know about these parts."""
    for part in PARTS:
        if not data_set.part(part):
            raise DataError(
                f"{data_set.root} has too few sources for a {part} part: "
                f"{len({sample.group for sample in data_set.samples})} in all. "
                "Add clips from other recordings."
            )
    notes = [*_thin_classes(data_set)]
    leaking = leaking_groups(data_set)
    if leaking and not data_set.protocol.startswith("RANDOM"):
        words = f"{data_set.protocol}; LEAKS: {len(leaking)} sources are in two parts"
        data_set = data_set.with_parts([sample.split for sample in data_set.samples], words)
        notes.append(f"Sources with clips in two parts: {name_some(leaking)}.")
    apart = sum(
        len({data_set.samples[first].split, data_set.samples[second].split} - {None}) > 1
        for first, second in duplicates
    )
    if apart:
        notes.append(
            f"{_count(apart, 'pair')} of near-identical clips are in two parts; "
            "`kinora data inspect` names them."
        )
    return data_set.noting(*notes)


def _thin_classes(data_set: DataSet) -> Iterator[str]:
    sources = defaultdict(set)
    for sample in data_set.samples:
        sources[sample.label].add(sample.group)
    clips = Counter(sample.label for sample in data_set.samples)
    for label, parts in data_set.counts().items():
        lacking = [part for part in PARTS if not parts[part]]
        if lacking:
            yield (
                f"The class {label} has {_count(clips[label], 'clip')} from "
                f"{_count(len(sources[label]), 'source')}, so {' and '.join(lacking)} "
                f"{'has' if len(lacking) == 1 else 'have'} none of it. "
                "Add clips from other recordings."
            )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")

"""Sample and DataSet: which clips there are, what they show and where they come from."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from kinora.errors import SettingError

PARTS = ("train", "val", "test")
NOT_SPLIT = "not split"
_FOLD = "fold-"


@dataclass(frozen=True)
class Sample:
    """One clip: a video file, an image file or a folder of frames.

    Args:
        path: The file or folder.
        label: What it shows.
        group: Its source. Clips of one source look alike and belong in one part.
        split: Its part (`train`, `val`, `test`), or None while it is in none.
        fold: Its fold in the published cross-validation, if there is one.
        parts: Its part in every split that came with the data set.
    """

    path: Path
    label: str
    group: str
    split: str | None = None
    fold: str | None = None
    parts: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class DataSet:
    """The clips of one data set and all that later reports must say about them.

    Args:
        root: The folder that was read.
        layout: The layout by which it was read.
        kind: `video` or `image`.
        samples: All clips that were found.
        protocol: How the parts were made, in words. Every report prints it.
        split_origin: Who made the splits in `Sample.parts`, for the protocol.
        are_sources_known: Whether `Sample.group` says anything beyond the file itself.
        notes: What the user should know, in sentences.
        missing: Files that a list names but that are not there.
    """

    root: Path
    layout: str
    kind: str
    samples: tuple[Sample, ...]
    protocol: str = NOT_SPLIT
    split_origin: str = "official"
    are_sources_known: bool = True
    notes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def classes(self) -> tuple[str, ...]:
        """The labels in the order of the model's outputs."""
        return tuple(sorted({sample.label for sample in self.samples}))

    @property
    def split_names(self) -> tuple[str, ...]:
        """The splits that came with the data set."""
        return tuple(sorted({name for sample in self.samples for name in sample.parts}))

    @property
    def fold_names(self) -> tuple[str, ...]:
        """The folds of the published cross-validation, as names for `with_split`."""
        return tuple(sorted({_FOLD + sample.fold for sample in self.samples if sample.fold}))

    def part(self, name: str) -> tuple[Sample, ...]:
        """The clips of one part."""
        return tuple(sample for sample in self.samples if sample.split == name)

    def counts(self) -> dict[str, Counter[str]]:
        """Clips per class and part; clips in no part count under `-`."""
        table = {label: Counter() for label in self.classes}
        for sample in self.samples:
            table[sample.label][sample.split or "-"] += 1
        return table

    def noting(self, *notes: str) -> "DataSet":
        """The same with more notes."""
        return replace(self, notes=self.notes + notes)

    def without(self, paths: Collection[Path]) -> "DataSet":
        """The same without some files, for instance unreadable ones."""
        kept = tuple(sample for sample in self.samples if sample.path not in paths)
        return replace(self, samples=kept)

    def with_split(self, name: str) -> "DataSet":
        """Sort the clips into the parts of a split, or of a fold, that came with the data set."""
        if name in self.split_names:
            parts = [sample.parts.get(name) for sample in self.samples]
        elif name in self.fold_names:
            parts = [_part_in_fold(sample, name) for sample in self.samples]
        else:
            known = ", ".join(self.split_names + self.fold_names) or "none at all"
            raise SettingError(
                f"{self.root} came without a split named {name}; it came with {known}. "
                "Choose one of them, or `grouped`."
            )
        return self.with_parts(parts, f"{self.split_origin} {name}")

    def with_parts(self, parts: list[str | None], protocol: str) -> "DataSet":
        """The same with a part for every sample, in order, and the words for it."""
        pairs = zip(self.samples, parts, strict=True)
        samples = tuple(replace(sample, split=part) for sample, part in pairs)
        return replace(self, samples=samples, protocol=protocol)


def _part_in_fold(sample: Sample, name: str) -> str | None:
    if sample.fold is None:
        return None
    return "test" if _FOLD + sample.fold == name else "train"

"""Layout csv_images: one CSV per part with filename,label, as in Kaggle's HAR images."""

from pathlib import Path

from kinora.data import files
from kinora.data.layouts import lists
from kinora.data.samples import PARTS, DataSet, Sample
from kinora.errors import DataError

NAME = "csv_images"
LOOKS_FOR = (
    "Training_set.csv and Testing_set.csv with the columns filename,label, the files in images/, "
    "or in train/ and test/"
)

# The list, its part, and the folders its files may lie in. Kaggle's train/ and test/ hold
# different files of the same names, so the order matters.
_LISTS = (
    ("Training_set.csv", "train", ("train", "images", "Train")),
    ("Testing_set.csv", "test", ("test", "images", "Test")),
)
_SPLIT = "split"


def detects(root: Path) -> bool:
    """Whether there is a Training_set.csv, here or one folder down."""
    return _base(root) is not None


def read(root: Path) -> DataSet:
    """The images that the lists name; `groups.csv` may bring groups and a better split."""
    base = _base(root) or root
    samples: list[Sample] = []
    missing: list[str] = []
    notes: tuple[str, ...] = ()
    groups = _groups(base)
    for name, part, folders in _LISTS:
        if not (base / name).is_file():
            continue
        found, lost, more = _read_list(base, base / name, part, folders)
        samples += [_with_group(sample, groups) for sample in found]
        missing += lost
        notes += more
    return DataSet(
        root=root,
        layout=NAME,
        kind=files.kind_of([sample.path for sample in samples]),
        samples=tuple(samples),
        split_origin="groups.csv" if groups else "Training_set.csv and Testing_set.csv",
        are_sources_known=bool(groups),
        notes=notes,
        missing=tuple(missing),
    )


def _base(root: Path) -> Path | None:
    return next((place for place in files.places(root) if (place / _LISTS[0][0]).is_file()), None)


def _read_list(
    base: Path, path: Path, part: str, folders: tuple[str, ...]
) -> tuple[list[Sample], list[str], tuple[str, ...]]:
    rows = lists.read_table(path, ["filename"])
    if "label" not in lists.read_columns(path):
        if part == "train":
            lists.read_table(path, ["filename", "label"])
        note = f"{path.name} has no column label, so its {len(rows)} files are left out."
        return [], [], (note,)
    samples, missing = [], []
    for row in rows:
        file = files.find_written(base, row.get("filename"), folders)
        if file is None:
            missing.append(row.get("filename"))
        else:
            group = files.name_below(base, file)
            samples.append(Sample(file, row.get("label"), group, parts={_SPLIT: part}))
    return samples, missing, lists.note_missing(path.name, len(rows), missing)


def _groups(base: Path) -> dict[str, lists.Row]:
    path = base / "groups.csv"
    if not path.is_file():
        return {}
    return {row.get("filename"): row for row in lists.read_table(path, ["filename"])}


def _with_group(sample: Sample, groups: dict[str, lists.Row]) -> Sample:
    row = groups.get(sample.path.name)
    if row is None:
        return sample
    part = row.get("split") or sample.parts[_SPLIT]
    if part not in PARTS:
        raise DataError(
            f"groups.csv puts {sample.path.name} into {part!r}; allowed are {', '.join(PARTS)}."
        )
    group = row.get("group") or row.get("dhash") or sample.group
    return Sample(sample.path, sample.label, group, parts={_SPLIT: part})

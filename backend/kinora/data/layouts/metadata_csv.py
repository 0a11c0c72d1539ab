"""Layout metadata_csv: the general one, a table beside the clips."""

import re
from pathlib import Path

from kinora.data import files
from kinora.data.layouts import lists
from kinora.data.samples import PARTS, DataSet, Sample
from kinora.errors import DataError

NAME = "metadata_csv"
LOOKS_FOR = "metadata.csv with the columns path,label and if known group, split or split1…, fold…"

_PART_NAMES = {"training": "train", "validation": "val", "valid": "val", "testing": "test"}


def detects(root: Path) -> bool:
    """Whether there is a metadata.csv."""
    return _table(root).is_file()


def read(root: Path) -> DataSet:
    """The clips that metadata.csv lists."""
    rows = lists.read_table(_table(root), ["path", "label"])
    columns = lists.read_columns(_table(root))
    splits = [name for name in columns if re.fullmatch(r"split\w*", name)]
    fold = next((name for name in columns if re.fullmatch(r"fold\w*", name)), "fold")
    samples, missing = [], []
    for row in rows:
        path = files.find_written(root, row.get("path"))
        if path is None:
            missing.append(row.get("path"))
        elif row.get("label"):
            samples.append(_sample(root, path, row, splits, fold))
    unlabelled = len(rows) - len(samples) - len(missing)
    notes = lists.note_missing("metadata.csv", len(rows), missing)
    if unlabelled:
        notes += (f"{unlabelled} rows of metadata.csv have no label and are left out.",)
    return DataSet(
        root=root,
        layout=NAME,
        kind=files.kind_of([sample.path for sample in samples]),
        samples=tuple(samples),
        split_origin="metadata.csv",
        are_sources_known="group" in columns,
        notes=notes,
        missing=tuple(missing),
    )


def _table(root: Path) -> Path:
    return root / "metadata.csv"


def _sample(root: Path, path: Path, row: lists.Row, splits: list[str], fold: str) -> Sample:
    group = row.get("group") or files.name_below(root, path)
    parts = {name: _part(row, name) for name in splits if row.get(name)}
    return Sample(path, row.get("label"), group, fold=row.get(fold) or None, parts=parts)


def _part(row: lists.Row, column: str) -> str:
    value = row.get(column).lower()
    part = _PART_NAMES.get(value, value)
    if part not in PARTS:
        raise DataError(
            f"The column {column} of metadata.csv says {row.get(column)!r} for {row.get('path')}; "
            f"allowed are {', '.join(PARTS)} or nothing."
        )
    return part

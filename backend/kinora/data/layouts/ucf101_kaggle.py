"""Layout ucf101_kaggle: UCF101 as on Kaggle, in train/val/test folders with a CSV each."""

from pathlib import Path

from kinora.data import files
from kinora.data.layouts import lists
from kinora.data.layouts.names import ucf_source
from kinora.data.samples import PARTS, DataSet, Sample

NAME = "ucf101_kaggle"
LOOKS_FOR = (
    "train.csv, val.csv, test.csv with the columns clip_name,clip_path,label beside "
    "train/<Class>/*.avi, val/ and test/"
)

_COLUMNS = ("clip_name", "clip_path", "label")
_SPLIT = "split"


def detects(root: Path) -> bool:
    """Whether there is a train.csv beside a folder train."""
    return _base(root) is not None


def read(root: Path) -> DataSet:
    """The clips that the CSV files name."""
    base = _base(root) or root
    samples: list[Sample] = []
    missing: list[str] = []
    notes: tuple[str, ...] = ()
    for part in PARTS:
        table = base / f"{part}.csv"
        if not table.is_file():
            continue
        rows = lists.read_table(table, _COLUMNS)
        lost = []
        for row in rows:
            path = files.find_written(base, row.get("clip_path"), _folders(part, row))
            if path is None:
                lost.append(row.get("clip_path"))
            else:
                samples.append(_sample(path, row, part))
        notes += lists.note_missing(table.name, len(rows), lost)
        missing += lost
    return DataSet(
        root,
        NAME,
        "video",
        tuple(samples),
        split_origin="Kaggle's",
        notes=notes,
        missing=tuple(missing),
    )


def _base(root: Path) -> Path | None:
    def fits(place: Path) -> bool:
        return (place / "train.csv").is_file() and (place / "train").is_dir()

    return next((place for place in files.places(root) if fits(place)), None)


def _folders(part: str, row: lists.Row) -> tuple[str, ...]:
    return (f"{part}/{row.get('label')}", part)


def _sample(path: Path, row: lists.Row, part: str) -> Sample:
    # Some copies number the labels; the class folder always has the name.
    label = path.parent.name if row.get("label").isdecimal() else row.get("label")
    return Sample(path, label, ucf_source(path.stem) or path.stem, parts={_SPLIT: part})

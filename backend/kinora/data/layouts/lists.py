"""Reading the lists that data sets bring along: CSV tables and official split files."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kinora.errors import DataError

_NAMED_IN_A_NOTE = 5


@dataclass(frozen=True)
class Row:
    """One line of a CSV file."""

    values: dict[str, str]

    def get(self, column: str) -> str:
        """The value without blanks around it; empty if there is none."""
        return (self.values.get(column) or "").strip()


def read_lines(path: Path) -> list[str]:
    """The lines of a text file that hold anything."""
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    return [line.strip() for line in text.splitlines() if line.strip()]


def read_columns(path: Path) -> tuple[str, ...]:
    """The column names of a CSV file; empty if there is none."""
    return tuple(name.strip() for name in next(iter(_read_rows(path)), []))


def read_table(path: Path, needed: Sequence[str]) -> list[Row]:
    """The rows of a CSV file that must have certain columns.

    Raises:
        DataError: A column is missing.
    """
    columns = read_columns(path)
    lacking = [name for name in needed if name not in columns]
    if lacking:
        raise DataError(
            f"{path} has no column {', '.join(lacking)}; it has {', '.join(columns) or 'none'}. "
            f"Its first line must name the columns {', '.join(needed)}, separated by commas."
        )
    rows = _read_rows(path)[1:]
    return [Row(dict(zip(columns, row, strict=False))) for row in rows if any(row)]


def note_missing(source: str, listed: int, missing: Sequence[str]) -> tuple[str, ...]:
    """A note on clips that a list names but that are not there.

    Raises:
        DataError: More than half of them are missing, so it is the wrong list or folder.
    """
    if not missing:
        return ()
    names = name_some(missing)
    if len(missing) * 2 > listed:
        raise DataError(
            f"{len(missing)} of the {listed} clips named in {source} are not there: {names}. "
            "Unpack the whole data set, or use the lists that belong to it."
        )
    return (f"{len(missing)} of the {listed} clips named in {source} are not there: {names}.",)


def name_some(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    rest = len(names) - _NAMED_IN_A_NOTE
    return ", ".join(names[:_NAMED_IN_A_NOTE]) + (f" and {rest} more" if rest > 0 else "")


def _read_rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        try:
            return list(csv.reader(file))
        except csv.Error as error:
            raise DataError(f"{path} is not a CSV file: {error}.") from error

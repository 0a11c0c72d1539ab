"""Writing rows as .jsonl, .csv or .parquet."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from kinora.errors import SettingError

Row = Mapping[str, Any]

# Every column in its place, with the kind of value that Parquet keeps; a list holds objects.
_SEGMENT = {"start_s": "float64", "end_s": "float64", "action": "string", "confidence": "float64"}
COLUMNS: dict[str, Any] = {
    "path": "string",
    "success": "bool",
    "action": "string",
    "confidence": "float64",
    "unsure": "bool",
    "top": [{"action": "string", "confidence": "float64"}],
    "segments": [_SEGMENT],
    "kind": "string",
    "duration_s": "float64",
    "fps": "float64",
    "width": "int32",
    "height": "int32",
    "decode_ms": "float64",
    "recognize_ms": "float64",
    "total_ms": "float64",
    "model": "string",
    "version": "string",
    "warnings": ["string"],
    "error": "string",
    "message": "string",
}
_ROWS_AT_ONCE = 10_000


def writer_for(out: Path) -> Callable[[BinaryIO, Iterable[Row]], None]:
    """What writes rows in the format of a file's name.

    Raises:
        SettingError: The format is unknown, or what writes it is not installed.
    """
    writers = {".jsonl": _write_jsonl, ".csv": _write_csv, ".parquet": _write_parquet}
    writer = writers.get(out.suffix.lower())
    if writer is None:
        raise SettingError(f"--out must end in {', '.join(writers)}, not {out.name!r}.")
    if writer is _write_parquet:
        try:
            import pyarrow.parquet  # noqa: F401 - before hours of work, not after
        except ImportError as error:
            raise SettingError(
                "Writing .parquet needs pyarrow: pip install 'kinora[bulk]'. Without it, write "
                ".jsonl or .csv."
            ) from error
    return writer


def _write_jsonl(file: BinaryIO, rows: Iterable[Row]) -> None:
    for row in rows:
        file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")


def _write_csv(file: BinaryIO, rows: Iterable[Row]) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    table = csv.DictWriter(text, COLUMNS)
    table.writeheader()
    for row in rows:
        cells = {name: _cell(value) for name, value in row.items()}
        table.writerow(cells)
    text.detach()


def _cell(value: Any) -> Any:
    """Lists become JSON, which pandas and spreadsheets can take apart again."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | bool) else value


def _write_parquet(file: BinaryIO, rows: Iterable[Row]) -> None:
    import pyarrow
    from pyarrow import parquet

    schema = pyarrow.schema([(name, _arrow(kind)) for name, kind in COLUMNS.items()])
    rows = iter(rows)
    with parquet.ParquetWriter(file, schema) as table:
        while group := list(islice(rows, _ROWS_AT_ONCE)):
            table.write_table(pyarrow.Table.from_pylist(group, schema))


def _arrow(kind: Any) -> Any:
    import pyarrow

    if isinstance(kind, list):
        return pyarrow.list_(_arrow(kind[0]))
    if isinstance(kind, dict):
        return pyarrow.struct([(name, _arrow(inner)) for name, inner in kind.items()])
    return pyarrow.type_for_alias(kind)

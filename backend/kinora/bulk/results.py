"""Rows on their way to one file: kept in small whole parts, so that no moment can lose them.

.OUT.parts/run.json        what was asked for; must be the same to go on
.OUT.parts/NAME.jsonl      some rows each, written whole or not at all
"""

import json
import shutil
import time
import uuid
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from kinora.bulk.tables import Row, writer_for
from kinora.data.caching import write_whole
from kinora.errors import DataError, SettingError

# A part is written when it has so many rows or is so old: that much is done again after kill -9.
_ROWS_PER_PART = 500
_PART_S = 5.0


class Results:
    """The rows that are there already, and the ones that come.

    Args:
        out: The file that they become in the end.
        facts: What must be the same for rows to belong together.

    Raises:
        KinoraError: The file exists already, or was begun with other facts.
    """

    def __init__(self, out: Path, facts: dict[str, Any]) -> None:
        self._write, self._out = writer_for(out), out
        self._folder = out.parent / f".{out.name}.parts"
        if out.exists() and not self._folder.exists():
            raise DataError(f"{out} is there already. Choose another --out, or delete it.")
        self._check(facts)
        # Where the row of each file lies: a part and a line of it.
        self._places: dict[str, tuple[Path, int]] = {}
        for part in sorted(self._folder.glob("*.jsonl")):
            self._note(part, (json.loads(line) for line in _lines(part)))
        self._pending: list[Row] = []
        self._began = time.monotonic()

    def __contains__(self, name: str) -> bool:
        return name in self._places

    def add(self, row: Row) -> None:
        """Take one more row; it is on the disk a few seconds later."""
        self._pending.append(row)
        is_old = time.monotonic() - self._began > _PART_S
        if is_old or len(self._pending) >= _ROWS_PER_PART:
            self.flush()

    def flush(self) -> None:
        """Write what is pending."""
        if self._pending:
            part = self._folder / f"{uuid.uuid4().hex}.jsonl"
            content = "".join(json.dumps(row) + "\n" for row in self._pending).encode()
            write_whole(part, lambda file: file.write(content))
            self._note(part, self._pending)
        self._pending, self._began = [], time.monotonic()

    def finish(self, names: list[str]) -> int:
        """Write the file, one row for each name in their order; how many have no answer."""
        self.flush()
        failures = 0

        def rows() -> Iterator[Row]:
            nonlocal failures
            for name in names:
                part, line = self._places[name]
                row = json.loads(_lines(part)[line])
                failures += not row["success"]
                yield row

        # First beside the parts, so that what a kill leaves behind goes away with them.
        whole = self._folder / self._out.name
        write_whole(whole, lambda file: self._write(file, rows()))
        whole.replace(self._out)
        shutil.rmtree(self._folder)
        return failures

    def _note(self, part: Path, rows: Iterable[Row]) -> None:
        self._places.update((row["path"], (part, line)) for line, row in enumerate(rows))

    def _check(self, facts: dict[str, Any]) -> None:
        file = self._folder / "run.json"
        if not file.exists():
            content = json.dumps(facts).encode()
            write_whole(file, lambda opened: opened.write(content))
        elif json.loads(file.read_text(encoding="utf-8")) != facts:
            raise SettingError(
                f"{self._out} was begun with another model or other options. Go on with the same "
                f"command, choose another --out, or delete {self._folder}."
            )


@lru_cache(maxsize=64)
def _lines(part: Path) -> list[str]:
    # Not splitlines(): a path may hold characters that it takes for the end of a line.
    return part.read_text(encoding="utf-8").split("\n")[:-1]

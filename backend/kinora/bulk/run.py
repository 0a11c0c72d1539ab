"""`kinora bulk` from beginning to end: list the files, answer those that lack a row, write all."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from kinora.bulk import cluster, processes
from kinora.bulk.answering import BulkOptions, MakeAnswerer, Row, failed, load_models
from kinora.bulk.results import Results
from kinora.bulk.sources import list_files
from kinora.data.progress import progress
from kinora.paths import models_folder


@dataclass(frozen=True)
class Bulk:
    """What to do.

    Args:
        source: A folder, a list, a CSV file, or the address of one.
        out: The file of rows to write; its ending says how.
        options: What is asked of every file.
        model: A bundle's name or path; by default the one that fits each file.
        column: The column of a CSV file that holds the paths.
        processes: How many processes of this machine; by default one for every core.
        ray: The address of a Ray cluster that does the work instead, or `auto`.
    """

    source: str
    out: Path
    options: BulkOptions
    model: str | None = None
    column: str | None = None
    processes: int | None = None
    ray: str | None = None


@dataclass(frozen=True)
class Summary:
    """What was done: the rows in the file, those without an answer, and those made just now."""

    files: int
    failed: int
    new: int
    seconds: float


def run(bulk: Bulk) -> Summary:
    """Do what is left to do and write the file.

    Raises:
        KinoraError: The source, the model, the options or the disk forbid it.
    """
    names = list_files(bulk.source, bulk.column)
    models = load_models(bulk.model, models_folder())
    versions = [loaded.version for loaded in models]
    results = Results(bulk.out, {"models": versions, **asdict(bulk.options)})
    todo = [name for name in names if name not in results]
    begin = time.monotonic()
    done = len(names) - len(todo)
    with progress("recognising", len(names), unit="files", done=done) as bar:
        try:
            for row in _rows(bulk, MakeAnswerer(models, bulk.options), todo) if todo else ():
                results.add(row)
                bar.update(1)
        finally:
            results.flush()
    failures = results.finish(names)
    return Summary(len(names), failures, len(todo), time.monotonic() - begin)


def _rows(bulk: Bulk, make: MakeAnswerer, names: Sequence[str]) -> Iterator[Row]:
    if bulk.ray is not None:
        return cluster.each(make, names, bulk.ray, _crashed)
    count = processes.usable_cores() if bulk.processes is None else bulk.processes
    return processes.each(make, names, count, _crashed)


def _crashed(name: str) -> Row:
    return failed(name, "crashed", "Reading this file ended the process twice. It may be damaged.")

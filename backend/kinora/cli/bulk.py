"""Recognise thousands of files and write one row for each: the answer, or why there is none.

Interrupted at any moment, the same command goes on where it stopped.
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

HELP = "recognise thousands of files, on all cores or on a Ray cluster"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `kinora bulk`."""
    parser.add_argument(
        "source",
        metavar="SOURCE",
        help="a folder, a .txt file with one path a line, a .csv file with a column of paths, or "
        "an address like s3://bucket/clips",
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FILE",
        help="where the rows go: .jsonl, .csv or .parquet",
    )
    parser.add_argument("--column", metavar="NAME", help="the column of a .csv file with the paths")
    parser.add_argument(
        "--model", metavar="NAME", help="a bundle's name or path (default: the fitting one)"
    )
    parser.add_argument(
        "--top-k", type=int, default=5, metavar="K", help="actions to name (default: 5)"
    )
    parser.add_argument("--timeline", action="store_true", help="say what happens when")
    parser.add_argument(
        "--processes", type=int, metavar="N", help="processes to use (default: one for every core)"
    )
    parser.add_argument(
        "--ray",
        metavar="ADDRESS",
        help="work on a Ray cluster: its address, or auto for the one of this machine",
    )
    parser.add_argument("--json", action="store_true", help="print what was done as JSON")


def run(options: argparse.Namespace) -> int:
    """Answer for all files that have no row yet; a file without an answer is a row too."""
    from kinora.bulk.answering import BulkOptions
    from kinora.bulk.run import Bulk
    from kinora.bulk.run import run as run_bulk

    summary = run_bulk(
        Bulk(
            source=options.source,
            out=options.out,
            options=BulkOptions(options.top_k, options.timeline),
            model=options.model,
            column=options.column,
            processes=options.processes,
            ray=options.ray,
        )
    )
    if options.json:
        print(json.dumps({"out": str(options.out), **asdict(summary)}))
        return 0
    print(
        f"{options.out}: {summary.files} files, {summary.failed} without an answer; "
        f"{summary.new} done now in {summary.seconds:.1f} s"
    )
    return 0

"""Look a data set over: counts, lengths, unreadable files, copies across parts, cost of training.

Nothing is changed.
"""

import argparse
import json
from pathlib import Path

HELP = "look a data set over"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `kinora data inspect`."""
    parser.add_argument("data", type=Path, metavar="DATA", help="the folder of the data set")
    parser.add_argument("--layout", help="how it is laid out (default: found by itself)")
    parser.add_argument(
        "--split",
        default="auto",
        help="grouped, random, or a split that came with the data (default: the first of those, "
        "else grouped)",
    )
    parser.add_argument("--seed", type=int, default=0, help="for a split of our own (default: 0)")
    parser.add_argument("--sheet", type=Path, metavar="FILE.png", help="write a picture sheet")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")


def run(options: argparse.Namespace) -> int:
    """Print the report and write the sheet."""
    from kinora.data.doctor import inspect
    from kinora.data.layouts import read
    from kinora.data.sheet import write_sheet
    from kinora.data.splits import SplitOptions

    data_set = read(options.data, options.layout)
    report = inspect(data_set, SplitOptions(options.split, seed=options.seed))
    if options.json:
        print(json.dumps(report.to_dict(), indent=2))
    else:
        print(report.text())
    if options.sheet:
        write_sheet(data_set, options.sheet)
        if not options.json:
            print(f"Picture sheet: {options.sheet}")
    return 0

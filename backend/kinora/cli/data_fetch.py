"""Download a public data set from its owners, check it and unpack it.

Stopped at any moment, the same command goes on where it was. A second run does nothing.
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from kinora.errors import SettingError

HELP = "download a public data set"

_NAMES = "ucf11, ucf50, ucf101, hmdb51, har"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `kinora data fetch`."""
    parser.add_argument("name", metavar="NAME", help=_NAMES)
    parser.add_argument("--to", type=Path, metavar="DIR", help="where it goes (default: data/NAME)")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(options: argparse.Namespace) -> int:
    """Fetch one data set and say what is there now."""
    from kinora.data.fetch import fetch
    from kinora.data.layouts import read
    from kinora.data.public import PUBLIC

    if options.name not in PUBLIC:
        raise SettingError(f"There is no data set {options.name} to fetch; known are {_NAMES}.")
    data = PUBLIC[options.name]
    folder = options.to or Path("data") / data.name
    archives = fetch(data, folder)
    data_set = read(folder)
    if options.json:
        answer = {
            "name": data.name,
            "folder": str(folder),
            "page": data.page,
            "terms": data.terms,
            "clips": len(data_set.samples),
            "classes": len(data_set.classes),
            "archives": [asdict(archive) for archive in archives],
        }
        print(json.dumps(answer, indent=2))
        return 0
    for archive in archives:
        known = "as published" if archive.is_checksum_known else "none was published to compare"
        print(f"{archive.name}: {archive.bytes:,} bytes, sha256 {archive.sha256} ({known})")
    print(f"{folder}: {len(data_set.samples):,} clips of {len(data_set.classes)} classes")
    print(f"Terms of use: {data.terms} ({data.page})")
    print(f"The archives are no longer needed. Next: kinora data inspect {folder}")
    return 0

"""List the bundles, what they know and how well they were measured to do it."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kinora.paths import models_folder

if TYPE_CHECKING:
    from kinora.model.bundle import Bundle

HELP = "list the bundles with their scores"

# More classes than this are counted rather than named in the table.
_MOST_NAMED = 8


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--models", type=Path, metavar="DIR", help="the folder of bundles (default: models)"
    )
    parser.add_argument("--json", action="store_true", help="answer as JSON")


def run(options: argparse.Namespace) -> int:
    from kinora.model.bundle import list_bundles

    folder = options.models or models_folder()
    good, broken = list_bundles(folder)
    if options.json:
        answer = {
            "models": [_facts(bundle) for bundle in good],
            "broken": [{"name": entry.folder.name, "reason": entry.reason} for entry in broken],
        }
        print(json.dumps(answer, indent=2, ensure_ascii=False))
        return 0
    if not good and not broken:
        print(f"There are no bundles in {folder}. `kinora train` makes one.")
    for bundle in good:
        print(_text(bundle))
    for entry in broken:
        print(f"{entry.folder.name}: BROKEN. {entry.reason}\n")
    return 0


def _facts(bundle: "Bundle") -> dict[str, Any]:
    facts = bundle.info.to_dict()
    return {
        "name": bundle.name,
        "version": bundle.version,
        **{
            key: facts[key]
            for key in ("input", "classes", "clip", "network", "threshold", "scores")
        },
        "graphs": {part: graph.to_dict() for part, graph in bundle.graphs.items()},
        "folder": str(bundle.folder),
    }


def _text(bundle: "Bundle") -> str:
    info = bundle.info
    named = info.classes[:_MOST_NAMED]
    more = len(info.classes) - len(named)
    lines = [
        f"{bundle.name}: {info.input_kind}, {len(info.classes)} actions",
        f"  actions  {', '.join(named)}" + (f" and {more} more" if more else ""),
        f"  scores   {_scores(info.scores)}",
    ]
    if info.threshold is not None:
        lines.append(f"  sure     from {info.threshold:.0%} on")
    lines += [
        f"  {part:<8} {graph.file}, {graph.precision} {_numbers(graph.parity)}".rstrip()
        for part, graph in bundle.graphs.items()
    ]
    if not bundle.graphs:
        lines.append(
            f"  compiled no; `kinora export {bundle.folder}` makes it several times faster"
        )
    return "\n".join(lines) + "\n"


def _scores(scores: Any) -> str:
    if not scores:
        return "not measured"
    return f"{_numbers(scores)} ({scores['protocol']})"


def _numbers(values: Any) -> str:
    """The plain numbers among some facts, in one line."""
    return ", ".join(
        f"{name} {value:.4g}" for name, value in values.items() if isinstance(value, int | float)
    )

"""Compile a bundle for fast answers without TensorFlow, and compare the result with Keras."""

import argparse
import json
from pathlib import Path

HELP = "compile a bundle"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `kinora export`."""
    parser.add_argument("model", type=Path, metavar="MODEL", help="the folder of the bundle")
    parser.add_argument("--json", action="store_true", help="print what came out as JSON")


def run(options: argparse.Namespace) -> int:
    """Replace the graphs of the bundle and say how they compare with Keras."""
    from kinora.model.bundle import read_bundle

    bundle = read_bundle(options.model, with_graphs=False)
    from kinora.model.export import export_bundle

    graphs = export_bundle(bundle).graphs
    if options.json:
        print(json.dumps({part: graph.to_dict() for part, graph in graphs.items()}, indent=2))
        return 0
    for part, graph in graphs.items():
        parity = graph.parity
        print(
            f"{part}: {options.model / graph.file}, {graph.precision}, "
            f"{parity['megabytes']} MB, {parity['median_ms']} ms on one core"
        )
    print(
        f"Against Keras on {parity['clips']} clips: probabilities differ by at most "
        f"{parity['largest_difference']:.2g}, the same action in {parity['agreement']:.0%}."
    )
    return 0

"""Compile a bundle for fast answers without TensorFlow, and compare the result with Keras."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kinora.model.bundle import Bundle

HELP = "compile a bundle"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `kinora export`."""
    parser.add_argument("model", type=Path, metavar="MODEL", help="the folder of the bundle")
    parser.add_argument(
        "--int8",
        type=Path,
        metavar="DATA",
        help="also compile it in int8, with the data set that the model was trained on, "
        "and use it if it is as often right on the test part, which needs 100 clips or more",
    )
    parser.add_argument("--json", action="store_true", help="print what came out as JSON")


def run(options: argparse.Namespace) -> int:
    """Replace the graphs of the bundle and say how they compare with Keras."""
    from kinora.model.bundle import read_bundle

    bundle = read_bundle(options.model, with_graphs=False)
    from kinora.model.export import export_bundle

    if options.int8 is None:
        graphs = export_bundle(bundle).graphs
    else:
        graphs = _proven(bundle, options.int8).graphs
    if options.json:
        print(json.dumps({part: graph.to_dict() for part, graph in graphs.items()}, indent=2))
        return 0
    for part, graph in graphs.items():
        print(
            f"{part}: {options.model / graph.file}, {graph.precision}, "
            f"{graph.parity['megabytes']} MB, {graph.parity['median_ms']} ms on one core"
        )
    # What was compared is the same for both parts.
    graph = graphs["head"]
    parity = graph.parity
    if "top1_int8" in parity:
        print(
            f"On the test clips int8 is right in {parity['top1_int8']:.1%}, float32 in "
            f"{parity['top1_float32']:.1%}; {graph.precision} is used."
        )
    other = "Keras" if graph.precision == "float32" else "float32"
    print(
        f"In {graph.precision}, against {other} on {parity['clips']} clips: probabilities differ "
        f"by at most {parity['largest_difference']:.2g}, the same action in "
        f"{parity['agreement']:.0%}."
    )
    return 0


def _proven(bundle: "Bundle", data: Path) -> "Bundle":
    """Compiled in float, and in int8 if that is as often right."""
    from kinora.evaluation.opening import open_split
    from kinora.evaluation.proving import prove_int8, sample_frames
    from kinora.model.export import export_bundle

    data_set, _ = open_split(data, bundle.info)
    frames = sample_frames(data_set, bundle.info.clip)
    return prove_int8(export_bundle(bundle, frames), data_set, frames)[0]

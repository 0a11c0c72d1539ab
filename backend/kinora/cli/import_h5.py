"""Turn an .h5 file that you trained elsewhere into a bundle."""

import argparse
import json
from pathlib import Path

from kinora.clips import SCALINGS

HELP = "turn an older .h5 file into a bundle"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", type=Path, help="an .h5 file of Keras 2 or 3: a CNN in TimeDistributed, then LSTM"
    )
    parser.add_argument(
        "--classes",
        type=Path,
        metavar="FILE",
        help="the actions in the order of the outputs, .json or .pkl "
        "(default: classes.json, labels.json or labels.pkl beside the file)",
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="models/NAME", help="the folder of the bundle"
    )
    parser.add_argument(
        "--scaling",
        choices=SCALINGS,
        help="what was done to pixels before training: divided by 255 is 0..1, MobileNetV2's "
        "preprocess_input is -1..1, nothing is 0..255",
    )
    parser.add_argument("--json", action="store_true", help="answer as JSON")


def run(options: argparse.Namespace) -> int:
    from kinora.model.bundle import write_bundle
    from kinora.model.legacy import import_h5

    network, info = import_h5(options.file, options.out.name, options.classes, options.scaling)
    bundle = write_bundle(options.out, network, info)
    if options.json:
        print(json.dumps({"folder": str(bundle.folder), **info.to_dict()}, ensure_ascii=False))
        return 0
    clip = info.clip
    print(f"{bundle.folder}: {len(info.classes)} actions, {clip.frame_count} frames of {clip.size}")
    if "largest_difference" in info.provenance:
        print(
            f"Compared with {options.file.name} on test clips: the answers differ by at most "
            f"{info.provenance['largest_difference']:.1e}."
        )
    print("It is not measured yet: `kinora evaluate` does that on your clips.")
    return 0

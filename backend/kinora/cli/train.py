"""Train a model on your clips, calibrate it, measure it and write it as a bundle.

Killed at any moment, the same command with --resume goes on where it was.
"""

import argparse
import json
import logging
import os
from dataclasses import fields
from pathlib import Path
from typing import get_args, get_type_hints

from kinora.training.config import TrainingConfig

HELP = "train a model on your clips"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `kinora train`: one flag for every setting of TrainingConfig."""
    parser.add_argument("data", type=Path, metavar="DATA", help="the folder of the data set")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="models/NAME", help="where the bundle goes"
    )
    parser.add_argument("--layout", help="how the data is laid out (default: found by itself)")
    parser.add_argument(
        "--resume", action="store_true", help="continue a training that was interrupted"
    )
    parser.add_argument(
        "--with",
        type=Path,
        nargs="+",
        default=[],
        dest="others",
        metavar="DATA",
        help="other data sets to learn from: clips of the same actions, and all while tuning",
    )
    parser.add_argument(
        "--ray",
        metavar="ADDRESS",
        help="compute the features on a Ray cluster: its address, or auto for this machine's",
    )
    types = get_type_hints(TrainingConfig)
    for entry in fields(TrainingConfig):
        flag = f"--{entry.name.replace('_', '-')}"
        words = entry.metadata["help"]
        kind = next(iter(get_args(types[entry.name])), types[entry.name])
        if kind is bool:
            action = argparse.BooleanOptionalAction
            parser.add_argument(flag, action=action, default=entry.default, help=words)
            continue
        default = "" if entry.default is None else f" (default: {entry.default})"
        parser.add_argument(
            flag,
            type=kind,
            default=entry.default,
            choices=entry.metadata["choices"],
            help=words + default,
        )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(options: argparse.Namespace) -> int:
    """Train and say what came of it."""
    config = TrainingConfig(**{e.name: getattr(options, e.name) for e in fields(TrainingConfig)})
    # TensorFlow's remarks on processors and traces would bury what the training says.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    from kinora.training.trainer import Job, train

    trained = train(
        Job(
            options.data,
            options.out,
            config,
            options.layout,
            options.resume,
            tuple(options.others),
            options.ray,
        )
    )
    if options.json:
        print(json.dumps(trained.to_dict(), indent=2))
        return 0
    for name, why in trained.skipped.items():
        print(f"left out: {name}: {why}")
    scores = trained.bundle.info.scores
    print(f"{trained.bundle.folder}: top-1 {scores['top1']:.1%} on {scores['protocol']}")
    for path in trained.plots:
        print(f"Figure: {path}")
    return 0

"""Render people who walk, wave, clap, jump and punch: a data set that needs no download."""

import argparse
import json
from collections import Counter
from pathlib import Path

from kinora.errors import SettingError

HELP = "render a data set"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `kinora data synth`."""
    parser.add_argument("out", type=Path, metavar="OUT", help="a new or empty folder")
    parser.add_argument(
        "--clips-per-action", type=int, default=40, metavar="N", help="(%(default)s)"
    )
    parser.add_argument("--actions", metavar="A,B", help="some of walk,wave,clap,jump,punch (all)")
    parser.add_argument(
        "--layout",
        choices=("videos", "frames", "images"),
        default="videos",
        help="a video or a folder of frames per clip, or single frames (%(default)s)",
    )
    parser.add_argument("--seed", type=int, default=0, help="the same seed, the same clips (0)")
    parser.add_argument("--seconds", type=float, default=2.4, help="of each clip (%(default)s)")
    parser.add_argument("--fps", type=float, default=25.0, help="frames a second (%(default)s)")
    parser.add_argument("--size", default="320x240", metavar="WxH", help="in pixels (%(default)s)")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(options: argparse.Namespace) -> int:
    """Render the clips and say what is there now."""
    from kinora.data.progress import progress
    from kinora.synthetic import ACTIONS, DatasetOptions, write_dataset

    width, height = _size(options.size)
    wanted = DatasetOptions(
        clips_per_action=options.clips_per_action,
        actions=tuple(ACTIONS) if options.actions is None else tuple(options.actions.split(",")),
        seed=options.seed,
        seconds=options.seconds,
        fps=options.fps,
        width=width,
        height=height,
    )
    total = wanted.clips_per_action * len(wanted.actions)
    with progress("Rendering clips", total) as bar:
        clips = write_dataset(options.out, wanted, options.layout, on_clip=bar.update)
    splits = Counter(planned.split for planned in clips)
    if options.json:
        answer = {
            "folder": str(options.out),
            "layout": options.layout,
            "actions": list(wanted.actions),
            "clips": len(clips),
            "splits": dict(splits),
            "seed": wanted.seed,
        }
        print(json.dumps(answer, indent=2))
        return 0
    parts = ", ".join(f"{count} {name}" for name, count in splits.items())
    print(f"{options.out}: {len(clips)} clips of {', '.join(wanted.actions)} ({parts})")
    print(f"Next: kinora data inspect {options.out}")
    return 0


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise SettingError(f"--size is width x height in pixels, like 320x240, not {text!r}.")
    return int(width), int(height)

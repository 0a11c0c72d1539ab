"""The `kinora` command. Every verb is one file with HELP, add_arguments() and run()."""

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from importlib import import_module

import kinora
from kinora.errors import KinoraError, SettingError

# Words on the command line, and the file that answers them.
VERBS = {
    ("serve",): "serve",
    ("predict",): "predict",
    ("train",): "train",
    ("evaluate",): "evaluate",
    ("data", "inspect"): "data_inspect",
    ("data", "synth"): "data_synth",
    ("data", "fetch"): "data_fetch",
    ("export",): "export",
    ("import",): "import_h5",
    ("bulk",): "bulk",
    ("models",): "models",
    ("doctor",): "doctor",
}

_GROUPS = {"data": "look a data set over, render one, download one"}

DONE, FAILED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130


def build_parser() -> argparse.ArgumentParser:
    """The whole command line. Importing a verb's file is cheap: heavy libraries load in run()."""
    parser = argparse.ArgumentParser(
        prog="kinora", description="Recognise human actions in videos, images and a live camera."
    )
    parser.add_argument("--version", action="version", version=f"kinora {kinora.__version__}")
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    groups: dict[str, argparse._SubParsersAction] = {}
    for words, file_name in VERBS.items():
        parent = verbs
        if len(words) == 2:
            group = words[0]
            if group not in groups:
                group_parser = verbs.add_parser(group, help=_GROUPS[group])
                groups[group] = group_parser.add_subparsers(metavar="VERB", required=True)
            parent = groups[group]
        module = import_module(f"kinora.cli.{file_name}")
        verb = parent.add_parser(words[-1], help=module.HELP, description=module.__doc__)
        module.add_arguments(verb)
        verb.set_defaults(run=module.run)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    options = build_parser().parse_args(arguments)
    try:
        return options.run(options)
    except SettingError as error:
        print(f"kinora: {error}", file=sys.stderr)
        return WRONG_USAGE
    except KinoraError as error:
        print(f"kinora: {error}", file=sys.stderr)
        return FAILED
    except BrokenPipeError:
        # Whoever read the answers, like `head`, has had enough; nothing more may be printed.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except KeyboardInterrupt:
        print("kinora: interrupted", file=sys.stderr)
        return INTERRUPTED

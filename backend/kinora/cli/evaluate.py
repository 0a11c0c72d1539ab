"""Measure a model on clips with known labels: accuracy with intervals, per class, calibration.

The model answers as it serves. Scores are compared with two baselines that are trained here on the
features of the train part: one sees a single frame, one the mean of the frames without time.
"""

import argparse
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from kinora.errors import SettingError
from kinora.paths import models_folder

if TYPE_CHECKING:
    from kinora.data.samples import DataSet
    from kinora.model.info import BundleInfo

HELP = "measure a model on clips with known labels"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `kinora evaluate`."""
    parser.add_argument("model", metavar="MODEL", help="the folder of a bundle, or its name")
    parser.add_argument("data", type=Path, metavar="DATA", help="the folder of the data set")
    parser.add_argument(
        "--split",
        help="grouped, random, or a split that came with the data (default: as the model was "
        "trained; if that is not known, the first that came with the data, else grouped)",
    )
    parser.add_argument(
        "--part",
        default="test",
        choices=("train", "val", "test", "all"),
        help="which clips; all is right for clips the model never learned from (default: test)",
    )
    parser.add_argument("--layout", help="how the data is laid out (default: found by itself)")
    parser.add_argument(
        "--seed", type=int, help="for a split of our own (default: as the model was trained, or 0)"
    )
    parser.add_argument(
        "--no-baselines",
        action="store_true",
        help="leave the baselines out; they need the features of the whole train part, so they "
        "take several times as long as the rest",
    )
    parser.add_argument(
        "--report",
        type=Path,
        metavar="DIR",
        help="write report.html (with the clips behind each number), report.md, report.json, "
        "examples.png (some right and some wrong answers), confusion_matrix.png and "
        "reliability.png",
    )
    parser.add_argument(
        "--strangers",
        type=Path,
        nargs="+",
        default=[],
        metavar="DATA",
        help="data sets with other actions: how sure is the model about what it does not know?",
    )
    parser.add_argument(
        "--card",
        type=Path,
        nargs="?",
        const=Path(),
        metavar="NOTES.md",
        help="write the scores into the bundle and its card, with the text of a file if you like",
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(options: argparse.Namespace) -> int:
    """Measure, print, and write the report."""
    from kinora.data.layouts import read
    from kinora.evaluation.baselines import with_baselines
    from kinora.evaluation.measure import evaluate
    from kinora.evaluation.report import PAGE_FILE, to_dict, to_markdown, write_report
    from kinora.evaluation.strangers import meet
    from kinora.inference.models import find_model
    from kinora.inference.recognizer import Recognizer
    from kinora.model.bundle import add_scores, read_bundle

    folder = find_model(options.model, models_folder())
    recognizer = Recognizer.load(folder)
    data_set, unreadable = _opened(options, recognizer.info)
    evaluation = evaluate(recognizer, data_set, options.part)
    evaluation = replace(evaluation, failures={**unreadable, **evaluation.failures})
    is_compared = options.part in ("val", "test") and data_set.kind == "video"
    if is_compared and not options.no_baselines:
        evaluation = with_baselines(evaluation, recognizer, data_set)
    strangers = (meet(recognizer, read(strange)) for strange in options.strangers)
    evaluation = replace(evaluation, strangers=tuple(strangers))
    if options.card is not None:
        add_scores(read_bundle(folder), evaluation.scores(), _notes(options.card))
    if options.report:
        write_report(evaluation, options.report)
    if options.json:
        print(json.dumps(to_dict(evaluation), indent=2))
        return 0
    print(to_markdown(evaluation), end="")
    if options.report:
        print(f"\nReport: {options.report / PAGE_FILE}")
    return 0


def _opened(options: argparse.Namespace, info: "BundleInfo") -> tuple["DataSet", Mapping[str, str]]:
    """The data set, split where only a part of it is wanted, and what cannot be read."""
    from kinora.data.layouts import read
    from kinora.evaluation.opening import open_split

    if options.part == "all":
        return read(options.data, options.layout), {}
    return open_split(options.data, info, options.layout, options.split, options.seed)


def _notes(file: Path) -> str | None:
    if not file.name:
        return None
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"{file} cannot be read as text for the card: {error}") from error

"""Reports of an evaluation: JSON for programs, Markdown for people, figures, and the page."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from kinora.errors import DataError
from kinora.evaluation.bootstrap import Interval
from kinora.evaluation.evaluation import Evaluation
from kinora.evaluation.examples import write_examples
from kinora.evaluation.page import write_page
from kinora.evaluation.scores import Scores
from kinora.plots import confusion_matrix, reliability

JSON_FILE, MARKDOWN_FILE, PAGE_FILE = "report.json", "report.md", "report.html"
MATRIX_FILE, RELIABILITY_FILE = "confusion_matrix.png", "reliability.png"
EXAMPLES_FILE = "examples.png"

_TOP = 5
_LEAK = "These scores are too high: clips like the measured ones were learned from."


def write_report(evaluation: Evaluation, folder: Path) -> None:
    """Write report.json, report.md, report.html, both figures and examples into a folder."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write_text(folder / JSON_FILE, json.dumps(to_dict(evaluation), indent=1) + "\n")
        _write_text(folder / MARKDOWN_FILE, to_markdown(evaluation))
        write_figures(evaluation, folder)
        write_examples(evaluation, folder / EXAMPLES_FILE)
        figures = {"reliability diagram": folder / RELIABILITY_FILE}
        write_page(evaluation, folder / PAGE_FILE, figures)
    except OSError as error:
        raise DataError(
            f"The report cannot be written to {folder}: {error}. Is there room on the disk, and "
            "may you write there?"
        ) from error


def write_figures(evaluation: Evaluation, folder: Path) -> None:
    """Write confusion_matrix.png and reliability.png into a folder."""
    scores = evaluation.clips
    title = f"{evaluation.info.name}: {scores.top1:.1%} of {scores.count} clips right"
    title += " (LEAKS)" if evaluation.is_leaking else ""
    matrix = np.array(scores.confusion)
    confusion_matrix(matrix, evaluation.info.classes, folder / MATRIX_FILE, title)
    reliability(
        [(own.confidence, own.accuracy, own.count) for own in scores.bins],
        folder / RELIABILITY_FILE,
        f"{evaluation.info.name}: calibration error {100 * scores.ece:.1f} points",
    )


def to_dict(evaluation: Evaluation) -> dict[str, Any]:
    """Everything that was found, down to each clip, as plain values for JSON."""
    return {**evaluation.to_dict(), "answers": list(_answers(evaluation))}


def to_markdown(evaluation: Evaluation) -> str:
    """The report for people, as Markdown that also reads well on a terminal."""
    return "\n".join(_lines(evaluation)) + "\n"


def share(value: float | None, own: Interval | None = None) -> str:
    """A share in percent with its interval: `61.2 % (55.0 to 67.1)`."""
    if value is None:
        return "-"
    return f"{100 * value:.1f} %" + (f" ({100 * own[0]:.1f} to {100 * own[1]:.1f})" if own else "")


def _answers(evaluation: Evaluation) -> Iterator[dict[str, Any]]:
    classes = evaluation.info.classes
    rows = zip(evaluation.names, evaluation.samples, evaluation.answers.probabilities, strict=True)
    for name, sample, probabilities in rows:
        first = np.argsort(-probabilities, kind="stable")[:_TOP]
        yield {
            "clip": name,
            "label": sample.label,
            "group": sample.group,
            "answer": classes[first[0]],
            "top": {classes[place]: round(float(probabilities[place]), 4) for place in first},
        }


def _lines(evaluation: Evaluation) -> Iterator[str]:
    yield f"# {evaluation.info.name} on {evaluation.root.resolve().name}"
    yield ""
    yield f"Protocol: {evaluation.protocol}"
    if evaluation.is_leaking:
        yield ""
        yield f"**LEAKS.** {_LEAK}"
    yield ""
    yield from _main_table(evaluation)
    yield ""
    yield from _other_scores(evaluation.clips)
    for own in evaluation.baselines:
        gain = _points(own.gain.top1, own.gain.top1_interval)
        yield ""
        yield f"Right answers compared with the baseline {own.name}: {gain}."
    yield from _class_table(evaluation.clips)
    if evaluation.clips.confused:
        yield from ("", "## Most often confused", "")
    for pair in evaluation.clips.confused:
        yield f"- {pair.shown} taken for {pair.said}: {pair.count} ({share(pair.share)})"
    if evaluation.strangers:
        yield from ("", "## How sure it is about what it does not know", "")
        yield from (f"- {some}" for some in evaluation.strangers)
    if evaluation.notes:
        yield from ("", "## Notes", "")
        yield from (f"- {note}" for note in evaluation.notes)


def _other_scores(scores: Scores) -> Iterator[str]:
    yield (
        f"Calibration error {100 * scores.ece:.1f} points (by chance, a perfectly calibrated model "
        f"would show {100 * scores.ece_by_chance:.1f} on these {scores.count} clips), negative log "
        f"likelihood {scores.nll:.3f}. In brackets: 95 % intervals, drawn by source "
        f"({scores.sources})."
    )


def _main_table(evaluation: Evaluation) -> Iterator[str]:
    rows = [("model, clips", evaluation.clips)]
    if evaluation.videos:
        rows.append(("model, videos", evaluation.videos))
    rows += [(f"baseline: {own.name}", own.scores) for own in evaluation.baselines]
    yield "| | count | top-1 | top-5 | macro-F1 |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for name, scores in rows:
        cells = (
            share(scores.top1, scores.top1_interval),
            share(scores.top5, scores.top5_interval),
            share(scores.macro_f1, scores.macro_f1_interval),
        )
        yield f"| {name} | {scores.count} | {' | '.join(cells)} |"


def _class_table(scores: Scores) -> Iterator[str]:
    yield from ("", "## Per class", "")
    yield "| class | clips | precision | recall | F1 |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for name, own in sorted(scores.per_class.items(), key=lambda item: item[1].f1):
        numbers = f"{share(own.precision)} | {share(own.recall)} | {share(own.f1, own.f1_interval)}"
        label = name.replace("|", "\\|")
        yield f"| {label} | {own.count} | {numbers} |"


def _points(gain: float, own: Interval | None) -> str:
    words = f"{100 * gain:+.1f} points"
    return words + (f" ({100 * own[0]:+.1f} to {100 * own[1]:+.1f})" if own else "")


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")

"""The page of an evaluation: one HTML file that needs nothing else, with the clips of each cell."""

import base64
import html
import json
from collections import defaultdict
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from kinora.evaluation.evaluation import Evaluation
from kinora.evaluation.thumbnails import strips

# Names per cell; with thousands of clips in a cell nobody reads on, and the JSON has them all.
_MOST_NAMES = 200
# Pictures per cell.
_MOST_STRIPS = 12

Cells = dict[tuple[int, int], list[int]]


def write_page(evaluation: Evaluation, path: Path, figures: dict[str, Path]) -> None:
    """Write the page.

    Args:
        evaluation: What it shows.
        path: The HTML file.
        figures: PNG files to stand in it, by what they show.
    """
    cells = _cells(evaluation)
    order = _most_telling(evaluation, cells)
    made = strips([evaluation.samples[place].path for place in order])
    pictures = dict(zip(order, made, strict=False))
    data = {
        **evaluation.to_dict(),
        "data": evaluation.root.resolve().name,
        "cells": [_cell(evaluation, key, places, pictures) for key, places in cells.items()],
        "figures": {title: _inlined(file) for title, file in figures.items()},
    }
    title = f"{evaluation.info.name} on {evaluation.root.resolve().name}"
    path.write_text(_filled(title, data), encoding="utf-8")


def _cells(evaluation: Evaluation) -> Cells:
    """The clips of each cell, the surest answers first."""
    answers = evaluation.answers
    sure = answers.probabilities.max(axis=1)
    chosen = answers.chosen
    cells = defaultdict(list)
    for place in np.argsort(-sure, kind="stable").tolist():
        cells[int(answers.truth[place]), int(chosen[place])].append(place)
    return cells


def _most_telling(evaluation: Evaluation, cells: Cells) -> list[int]:
    """The clips in the order in which they deserve a picture: every cell's first, errors before."""
    ranked = [
        (rank, shown == said, -len(places), place)
        for (shown, said), places in cells.items()
        for rank, place in enumerate(places[:_MOST_STRIPS])
    ]
    return [place for *_, place in sorted(ranked)]


def _cell(
    evaluation: Evaluation, key: tuple[int, int], places: list[int], pictures: dict[int, str | None]
) -> dict[str, Any]:
    shown, said = key
    clips = []
    for place in places[:_MOST_NAMES]:
        probabilities = evaluation.answers.probabilities[place]
        clip = {
            "name": evaluation.names[place],
            "said": round(float(probabilities[said]), 4),
            "shown": round(float(probabilities[shown]), 4),
        }
        picture = pictures.get(place)
        clips.append({**clip, "picture": picture} if picture else clip)
    return {"shown": shown, "said": said, "count": len(places), "clips": clips}


def _inlined(file: Path) -> str:
    return "data:image/png;base64," + base64.b64encode(file.read_bytes()).decode("ascii")


def _filled(title: str, data: dict[str, Any]) -> str:
    # Inside a script element only "<" could end it, whatever a file is named.
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    parts = {
        "title": html.escape(title),
        "style": _resource("page.css"),
        "script": _resource("page.js"),
        "data": text.replace("<", "\\u003c"),
    }
    before, *rest = _resource("page.html").split("{{")
    pieces = [before]
    for piece in rest:
        name, after = piece.split("}}", 1)
        pieces += [parts[name], after]
    return "".join(pieces)


def _resource(name: str) -> str:
    return resources.files("kinora.evaluation").joinpath(name).read_text(encoding="utf-8")

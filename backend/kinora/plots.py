"""Figures: the curves of a training, confusion matrix, reliability. The home of Matplotlib.

Figures are made without pyplot, so nothing global changes and threads may draw at once.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# Inches. A class needs room for its name, but a poster of a hundred classes helps nobody.
_INCHES_PER_CLASS = 0.32
_SMALLEST_MATRIX, _LARGEST_MATRIX = 4.5, 20.0
# Above this, numbers in cells are too small to read.
_MOST_NUMBERED = 30
_DPI = 120
_INK, _FAINT, _BLUE = "#1f2933", "#9aa5b1", "#2563a8"


def accuracy_loss(history: Sequence[Mapping[str, Any]], path: Path) -> Path:
    """Write accuracy and loss over the epochs, on train and on val.

    Args:
        history: For each epoch `loss`, `accuracy`, `val_loss`, `val_accuracy` and its `stage`.
        path: The image file; its folder is made.
    """
    epochs = range(1, len(history) + 1)
    starts = [
        number + 0.5
        for number in range(1, len(history))
        if history[number]["stage"] != history[number - 1]["stage"]
    ]
    figure = Figure(figsize=(10, 4), layout="constrained")
    for axes, name in zip(figure.subplots(1, 2), ("accuracy", "loss"), strict=True):
        axes.plot(epochs, [entry[name] for entry in history], marker=".", label="train")
        axes.plot(epochs, [entry[f"val_{name}"] for entry in history], marker=".", label="val")
        for start in starts:
            axes.axvline(start, color="grey", linestyle=":", linewidth=1)
        axes.set(title=name.capitalize(), xlabel="epoch")
        axes.grid(alpha=0.3)
        axes.legend()
    return _save(figure, path)


def confusion_matrix(
    counts: np.ndarray, classes: Sequence[str], path: Path, title: str = "Confusion matrix"
) -> Path:
    """Write which class was taken for which.

    Args:
        counts: How often, rows are what was shown, (classes, classes).
        classes: The names.
        path: The image file; its folder is made.
        title: What stands above it.
    """
    counts = np.asarray(counts)
    shown = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, shown, out=np.zeros(counts.shape), where=shown > 0)
    edge = float(np.clip(_INCHES_PER_CLASS * len(classes), _SMALLEST_MATRIX, _LARGEST_MATRIX))
    figure = Figure(figsize=(edge + 1, edge))
    axes = figure.subplots()
    picture = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    font = float(np.clip(72 * 0.7 * edge / len(classes), 4, 10))
    axes.set_xticks(range(len(classes)), _escaped(classes), rotation=90, fontsize=font)
    axes.set_yticks(range(len(classes)), _escaped(classes), fontsize=font)
    axes.set(xlabel="said", ylabel="shown")
    axes.set_title(_escaped([title])[0], fontsize=11)
    if len(classes) <= _MOST_NUMBERED:
        _number_cells(axes, counts, shares, min(font, 9))
    figure.colorbar(picture, ax=axes, label="share of the row", shrink=0.8)
    return _save(figure, path)


def reliability(
    bins: Sequence[tuple[float, float, int]], path: Path, title: str = "Reliability"
) -> Path:
    """Write how often answers of a confidence are right; on the diagonal the model is honest.

    Args:
        bins: For answers of about one confidence: their mean confidence, the share of them that
            is right, and their number.
        path: The image file; its folder is made.
        title: What stands above it.
    """
    confidences, accuracies, counts = zip(*bins, strict=True)
    figure = Figure(figsize=(5, 5.6), layout="constrained")
    axes, below = figure.subplots(2, 1, sharex=True, height_ratios=(4, 1))
    axes.plot([0, 1], [0, 1], color=_FAINT, linestyle="--", label="as sure as it is right")
    axes.plot(confidences, accuracies, color=_BLUE, linewidth=1, alpha=0.6)
    sizes = 20 + 180 * np.asarray(counts, float) / max(counts)
    axes.scatter(confidences, accuracies, s=sizes, color=_BLUE)
    axes.set(xlim=(0, 1), ylim=(-0.03, 1.03), ylabel="share that is right")
    axes.set_title(_escaped([title])[0], fontsize=11)
    axes.legend(loc="upper left", frameon=False, fontsize=8)
    axes.grid(alpha=0.25)
    below.bar(confidences, counts, width=0.05, color=_BLUE)
    below.set(xlabel="confidence", ylabel="answers")
    return _save(figure, path)


def _number_cells(axes: Axes, counts: np.ndarray, shares: np.ndarray, font: float) -> None:
    for (row, column), count in np.ndenumerate(counts):
        if count:
            colour = "white" if shares[row, column] > 0.55 else _INK
            words = {"ha": "center", "va": "center", "fontsize": font, "color": colour}
            axes.text(column, row, str(count), **words)


def _escaped(texts: Sequence[str]) -> list[str]:
    """Names as they are: Matplotlib would read what stands between dollar signs as mathematics."""
    return [text.replace("$", r"\$") for text in texts]


def _save(figure: Figure, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=_DPI, bbox_inches="tight")
    return path

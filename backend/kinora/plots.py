"""Figures: the curves of a training."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

_DPI = 120


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
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=_DPI)
    return path

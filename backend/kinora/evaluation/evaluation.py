"""Evaluation: how well a model does on one part of a data set, as plain values."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from kinora.data import files
from kinora.data.samples import Sample
from kinora.evaluation.answers import Answers
from kinora.evaluation.scores import Difference, Scores
from kinora.model.info import BundleInfo

# What a bundle is told about itself.
_MAIN = (
    "count",
    "sources",
    "top1",
    "top1_interval",
    "top5",
    "top5_interval",
    "macro_f1",
    "macro_f1_interval",
    "nll",
    "ece",
    "ece_by_chance",
)


@dataclass(frozen=True)
class Baseline:
    """A simpler model of the same features, measured on the same clips.

    Args:
        name: What it sees, in words.
        scores: How good it is.
        gain: How much better the model is.
    """

    name: str
    scores: Scores
    gain: Difference


@dataclass(frozen=True)
class Strangers:
    """What a model says about clips of which every answer is wrong.

    Args:
        data: The name of the data set.
        count: Clips that were answered.
        unsure: Share of the answers that lie below the model's threshold, as they should.
        loud: Share of the answers with a confidence of 90 % or more.
        confidence: The median confidence.
    """

    data: str
    count: int
    unsure: float
    loud: float
    confidence: float

    def __str__(self) -> str:
        """All of it in one sentence."""
        return (
            f"{self.count} clips of {self.data} with none of its actions: {self.unsure:.0%} "
            f"answered as unsure, {self.loud:.0%} with 90 % confidence or more, median confidence "
            f"{self.confidence:.0%}"
        )


@dataclass(frozen=True, eq=False)
class Evaluation:
    """How well a model does on one part of a data set.

    Args:
        info: The model.
        root: The folder of the data set.
        part: `train`, `val`, `test` or `all`.
        protocol: How the parts were made, and which one was measured.
        samples: The clips that were answered.
        answers: What the model said about each of them.
        clips: The scores of single clips.
        videos: The scores of whole sources, where sources have several clips.
        failures: The clips of the data set that could not be read, by name, and why.
        notes: What a reader must know, in sentences.
        baselines: Simpler models on the same clips.
        strangers: What the model says about clips that show none of its actions.
    """

    info: BundleInfo
    root: Path
    part: str
    protocol: str
    samples: tuple[Sample, ...]
    answers: Answers
    clips: Scores
    videos: Scores | None
    failures: Mapping[str, str]
    notes: tuple[str, ...] = ()
    baselines: tuple[Baseline, ...] = ()
    strangers: tuple[Strangers, ...] = ()

    @property
    def is_leaking(self) -> bool:
        """Whether the scores are known to be too high."""
        return self.part == "train" or "leaks" in self.protocol.lower()

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The clips as text, the same on every machine."""
        return tuple(files.name_below(self.root, sample.path) for sample in self.samples)

    def scores(self) -> dict[str, Any]:
        """The main numbers as plain values, as `BundleInfo.scores` wants them."""
        classes = self.info.classes
        values = {
            "protocol": self.protocol,
            "data": self.root.resolve().name,
            **_main(self.clips),
            "unreadable": len(self.failures),
            "video_top1": self.videos.top1 if self.videos else None,
            **{f"top1 of {baseline.name}": baseline.scores.top1 for baseline in self.baselines},
            "often confused": [f"{c.shown} for {c.said}" for c in self.clips.confused] or None,
            "strangers": [str(some) for some in self.strangers] or None,
        }
        if len(self.clips.per_class) == len(classes):
            values["per_class"] = {name: self.clips.per_class[name].f1 for name in classes}
        plain = {name: list(v) if isinstance(v, tuple) else v for name, v in values.items()}
        return {name: value for name, value in plain.items() if value is not None}

    def to_dict(self) -> dict[str, Any]:
        """All that was found, but for the single clips, as plain values for JSON."""
        return {
            "model": self.info.name,
            "classes": list(self.info.classes),
            "data": str(self.root),
            "part": self.part,
            "protocol": self.protocol,
            "leaks": self.is_leaking,
            "notes": list(self.notes),
            "unreadable": dict(self.failures),
            "clips": self.clips.to_dict(),
            "videos": _main(self.videos) if self.videos else None,
            "baselines": [
                {"name": own.name, "scores": _main(own.scores), "gain": asdict(own.gain)}
                for own in self.baselines
            ],
            "strangers": [asdict(some) for some in self.strangers],
        }


def _main(scores: Scores) -> dict[str, Any]:
    return {name: getattr(scores, name) for name in _MAIN}

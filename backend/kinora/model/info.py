"""BundleInfo and Graph: the facts about a model that travel with its weights, as plain values."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from kinora.clips import ClipSpec
from kinora.errors import ModelError, SettingError

FORMAT = 1
INPUT_KINDS = ("video", "image")

# It becomes a folder's name, a word on the command line and a part of a URL.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class BundleInfo:
    """What is known about a model, apart from its files.

    Args:
        name: Letters, digits, dots, dashes and underscores.
        classes: The actions, in the order of the model's outputs.
        clip: What the model wants to see.
        input_kind: `video`, or `image` for a model of single frames.
        network: Backbone and head, as `NetworkSpec.to_dict` gives them.
        threshold: Below this confidence an answer does not count as sure; None where nobody
            measured it.
        scores: What was measured, under the names of the measures; `protocol` says on what, and
            `per_class`, where there is one, has a number for every class.
        provenance: Where it comes from: data sets, versions, date, seed.
    """

    name: str
    classes: tuple[str, ...]
    clip: ClipSpec
    input_kind: str = "video"
    network: Mapping[str, Any] = field(default_factory=dict)
    threshold: float | None = None
    scores: Mapping[str, Any] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not _NAME.fullmatch(self.name):
            raise ModelError(
                f"{self.name!r} is no name for a model: letters, digits, dots, dashes and "
                "underscores are allowed, 64 at most, beginning with a letter or digit."
            )
        _check_classes(self.classes)
        if self.input_kind not in INPUT_KINDS:
            raise ModelError(
                f"The input must be {' or '.join(INPUT_KINDS)}, not {self.input_kind!r}."
            )
        if self.input_kind == "image" and self.clip.frame_count != 1:
            raise ModelError(
                f"An image is a clip of one frame; the clip settings say {self.clip.frame_count}."
            )
        _check_threshold(self.threshold)
        _check_scores(self.scores, self.classes)

    def to_dict(self) -> dict[str, Any]:
        """The facts as plain values for JSON."""
        return {
            "format": FORMAT,
            "name": self.name,
            "input": self.input_kind,
            "classes": list(self.classes),
            "clip": self.clip.to_dict(),
            "network": dict(self.network),
            "threshold": self.threshold,
            "scores": dict(self.scores),
            "provenance": dict(self.provenance),
        }

    @classmethod
    def from_dict(cls, values: Any) -> "BundleInfo":
        """Read what `to_dict` wrote."""
        check_format(values)
        try:
            clip = ClipSpec.from_dict(_mapping(values, "clip"))
        except SettingError as error:
            raise ModelError(f"Its clip settings are broken: {error}") from error
        classes = values.get("classes")
        return cls(
            name=values.get("name"),
            classes=tuple(classes) if isinstance(classes, list) else classes,
            clip=clip,
            input_kind=values.get("input"),
            network=_mapping(values, "network"),
            threshold=values.get("threshold"),
            scores=_mapping(values, "scores"),
            provenance=_mapping(values, "provenance"),
        )

    def check_class_count(self, count: int, source: str) -> None:
        """Refuse a graph whose number of outputs is not the number of classes."""
        if count != len(self.classes):
            raise ModelError(
                f"{source} answers with {count} numbers, but {self.name} names "
                f"{len(self.classes)} classes. They belong to different models: train or import "
                "the model again."
            )


@dataclass(frozen=True)
class Graph:
    """One compiled graph of a bundle.

    Args:
        file: Its name inside the bundle.
        precision: `float32` or `int8`.
        made_from: The sha256 of the very `model.h5` it was compiled from.
        parity: How it compares with the Keras model: largest difference, agreement, size, time.
    """

    file: str
    precision: str
    made_from: str
    parity: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_file_name(self.file)

    def to_dict(self) -> dict[str, Any]:
        """The facts as plain values for JSON."""
        return {**vars(self), "parity": dict(self.parity)}

    @classmethod
    def from_dict(cls, values: Any) -> "Graph":
        """Read what `to_dict` wrote."""
        if not isinstance(values, dict) or not {"file", "precision", "made_from"} <= set(values):
            raise ModelError("A compiled graph needs file, precision and made_from.")
        parity = _mapping(values, "parity") if "parity" in values else {}
        return cls(values["file"], values["precision"], values["made_from"], parity)


def to_json(values: Mapping[str, Any]) -> str:
    """The text of facts; what JSON cannot hold is refused."""
    try:
        return json.dumps(values, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    except (TypeError, ValueError) as error:
        raise ModelError(
            f"Scores and provenance must be plain numbers, texts, lists and dicts: {error}."
        ) from error


def check_format(values: Any) -> None:
    """Refuse what is no description of a model, or one of another format version."""
    if not isinstance(values, dict):
        raise ModelError("It must be a JSON object.")
    version = values.get("format")
    if version != FORMAT:
        raise ModelError(
            f"Its format version is {version!r}; this Kinora reads version {FORMAT}. "
            "A newer Kinora may read it."
        )


def check_file_name(name: Any) -> None:
    """Refuse names that could lead out of the bundle's folder, on any system."""
    is_plain = (
        isinstance(name, str)
        and name not in ("", ".", "..")
        and PurePosixPath(name).name == name == PureWindowsPath(name).name
        and "\0" not in name
    )
    if not is_plain:
        raise ModelError(f"{name!r} is not the plain name of a file inside the bundle.")


def _check_classes(classes: Any) -> None:
    is_list_of_texts = isinstance(classes, tuple) and all(
        isinstance(name, str) and name.strip() for name in classes
    )
    if not is_list_of_texts or not classes:
        raise ModelError("Its classes must be a list of names, at least one of them.")
    doubles = sorted({name for name in classes if classes.count(name) > 1})
    if doubles:
        raise ModelError(f"These classes are named twice: {', '.join(doubles)}.")


def _check_threshold(threshold: Any) -> None:
    is_share = isinstance(threshold, int | float) and 0 <= threshold <= 1
    if threshold is not None and not is_share:
        raise ModelError(f"Its threshold must be a number from 0 to 1, not {threshold!r}.")


def _check_scores(scores: Mapping[str, Any], classes: tuple[str, ...]) -> None:
    if scores and not isinstance(scores.get("protocol"), str):
        raise ModelError("Scores need a 'protocol': the words that say on what they were measured.")
    per_class = scores.get("per_class")
    if per_class is None:
        return
    if not isinstance(per_class, Mapping) or set(per_class) != set(classes):
        raise ModelError(
            f"The scores per class are not about the model's {len(classes)} classes. "
            "They were measured with another model: evaluate this one again."
        )


def _mapping(values: Mapping[str, Any], key: str) -> dict[str, Any]:
    part = values.get(key)
    if not isinstance(part, dict):
        raise ModelError(f"Its part {key!r} must be a JSON object.")
    return part

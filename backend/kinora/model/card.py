"""The model card: what a person should know about a model, as Markdown."""

from collections.abc import Mapping
from typing import Any

from kinora.model.info import BundleInfo, Graph

# Under this name the provenance holds what a person wrote for the card.
NOTES = "notes"

_INPUTS = {
    "video": "{0.frame_count} frames of {0.size} by {0.size} pixels, picked {0.sampling}ly",
    "image": "one image of {0.size} by {0.size} pixels",
}


def write_card(info: BundleInfo, graphs: Mapping[str, Graph]) -> str:
    """The text of the card, from the facts alone."""
    sections = (
        ("", _opening(info)),
        ("What it knows", _classes(info)),
        ("How well it does", _scores(info)),
        ("What else to know", info.provenance.get(NOTES, "")),
        ("How it was made", _making(info)),
        ("Compiled graphs", _graphs(graphs)),
        ("Known weaknesses", _weaknesses(info)),
        ("Licence", _licence(info)),
        ("Use it", _usage(info)),
    )
    parts = [f"# {info.name}\n"]
    for title, text in sections:
        if text:
            parts.append(f"## {title}\n\n{text}\n" if title else f"{text}\n")
    return "\n".join(parts)


def _opening(info: BundleInfo) -> str:
    looks_at = _INPUTS[info.input_kind].format(info.clip)
    return f"Recognises {len(info.classes)} actions in {looks_at}."


def _classes(info: BundleInfo) -> str:
    return ", ".join(f"`{name}`" for name in info.classes)


def _scores(info: BundleInfo) -> str:
    return "\n\n".join(part for part in (_measured(info), _sureness(info)) if part)


def _sureness(info: BundleInfo) -> str:
    if info.threshold is None:
        return ""
    return (
        f"An answer below {info.threshold:.0%} counts as unsure, and a stretch of video as "
        "unknown: on the clips kept for choosing such things, answers that sure were right as "
        "often as halfway between guessing and always."
    )


def _measured(info: BundleInfo) -> str:
    if not info.scores:
        return "Not measured yet. `kinora evaluate` measures it on your clips."
    numbers = {
        name: value for name, value in info.scores.items() if name not in ("protocol", "per_class")
    }
    text = f"Measured on: {info.scores['protocol']}\n\n{_table('measure', 'value', numbers)}"
    if "per_class" in info.scores:
        text += "\n\n" + _table("action", "score", info.scores["per_class"])
    return text


def _making(info: BundleInfo) -> str:
    head = info.network.get("head")
    facts = {
        **{name: value for name, value in info.network.items() if name != "head"},
        **({f"head {name}": value for name, value in head.items()} if head else {}),
        "pixels inside the network": info.clip.scaling,
        **{name: value for name, value in info.provenance.items() if name != NOTES},
    }
    return _table("fact", "value", facts)


def _graphs(graphs: Mapping[str, Graph]) -> str:
    lines = []
    for part, graph in graphs.items():
        parity = ", ".join(f"{name} {_words(value)}" for name, value in graph.parity.items())
        lines.append(
            f"- {part}: `{graph.file}`, {graph.precision}" + (f" ({parity})" if parity else "")
        )
    parity = graphs["encoder"].parity if "encoder" in graphs else {}
    if "top1_int8" in parity:
        lines.append(
            f"\nIn int8 {parity['top1_int8']:.1%} of the test clips are right, in float32 "
            f"{parity['top1_float32']:.1%}. int8 is used only where it loses no more "
            f"than half a point: this bundle uses {graphs['encoder'].precision}."
        )
    return "\n".join(lines)


def _weaknesses(info: BundleInfo) -> str:
    lines = [
        "- It always chooses among the actions above; anything else is taken for one of them.",
        "- It was made from particular people, places and cameras and may do worse on others. "
        "Measure it on your own clips before you rely on it.",
    ]
    per_class = info.scores.get("per_class", {})
    weakest = sorted(per_class, key=lambda name: _number(per_class[name]))[:3]
    if weakest:
        lines.append(f"- Its weakest actions are {', '.join(f'`{name}`' for name in weakest)}.")
    lines.append("- It is not made for decisions about people.")
    return "\n".join(lines)


def _licence(info: BundleInfo) -> str:
    licence = info.provenance.get("licence")
    if licence:
        return str(licence)
    return (
        "The licences of the data it was trained on apply. Many public data sets of this kind "
        "allow research only."
    )


def _usage(info: BundleInfo) -> str:
    medium = "clip.mp4" if info.input_kind == "video" else "photo.jpg"
    return f"```\nkinora predict {medium} --model {info.name}\n```"


def _table(left: str, right: str, rows: Mapping[str, Any]) -> str:
    lines = [f"| {left} | {right} |", "| --- | --- |"]
    lines += [f"| {_cell(name)} | {_cell(_words(value))} |" for name, value in rows.items()]
    return "\n".join(lines)


def _words(value: Any) -> str:
    """A value as a person reads it."""
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_words(part)}" for name, part in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_words(part) for part in value)
    return str(value)


def _cell(text: str) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ")


def _number(score: Any) -> float:
    return float(score) if isinstance(score, int | float) else 0.0

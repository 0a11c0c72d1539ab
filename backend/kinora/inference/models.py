"""Choosing a model: by name or path, or the one that fits the medium best."""

from collections.abc import Sequence
from pathlib import Path

from kinora.errors import ModelError, SettingError
from kinora.model.bundle import Bundle, list_bundles


def find_model(wanted: str, folder: Path) -> Path:
    """The bundle of that name in a folder of bundles, or the bundle or .h5 file at that path."""
    named = folder / wanted
    if named.is_dir():
        return named
    if Path(wanted).exists():
        return Path(wanted)
    names = ", ".join(bundle.name for bundle in list_bundles(folder, verify=False)[0])
    raise SettingError(
        f"There is no model {wanted!r}. In {folder} there "
        + (
            f"are: {names}."
            if names
            else "are none; `kinora train DATA --out models/NAME` makes one."
        )
    )


def usable_bundles(folder: Path) -> tuple[Bundle, ...]:
    """The bundles in a folder by name; none at all is an error that says how to get one."""
    good, broken = list_bundles(folder, verify=False)
    if good:
        return good
    reasons = "".join(f" {entry.folder.name}: {entry.reason}" for entry in broken)
    raise ModelError(
        f"There is no model in {folder}. Train one with `kinora train DATA --out models/NAME`, "
        "or put a bundle there: a folder with a model.h5 and a bundle.json. A bundle somewhere "
        f"else is used with --model PATH.{reasons}"
    )


def default_model(bundles: Sequence[Bundle], kind: str) -> Bundle:
    """The first model for that kind of medium, `video` or `image`, else the first of all."""
    return next((bundle for bundle in bundles if bundle.info.input_kind == kind), bundles[0])

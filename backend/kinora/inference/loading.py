"""Where a recognizer's graphs come from: a bundle, or a network compiled on the spot."""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kinora.errors import ModelError, SettingError
from kinora.model.bundle import read_bundle, sha256_of
from kinora.model.info import BundleInfo

if TYPE_CHECKING:
    import keras

PARTS = ("encoder", "head")

# What most people do to pixels before training a network of this kind.
_USUAL_SCALING = "0..1"
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_NAME = 64

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Loaded:
    """What a recognizer is made from.

    Args:
        name: What the model is called where it lies.
        version: Changes whenever the weights do.
        info: What is known about the model.
        graphs: The content of the compiled graphs `encoder` and `head`.
    """

    name: str
    version: str
    info: BundleInfo
    graphs: Mapping[str, bytes]


def load(path: Path) -> Loaded:
    """Read the bundle in a folder, or an .h5 file with a classes.json or labels.json beside it.

    Without compiled graphs the network is compiled now. That needs TensorFlow and takes a while.
    """
    if path.is_file():
        if path.suffix.lower() not in (".h5", ".hdf5"):
            raise ModelError(f"{path} is no model: give the folder of a bundle or an .h5 file.")
        return _load_h5(path)
    bundle = read_bundle(path)
    if set(PARTS) <= set(bundle.graphs):
        graphs = {part: bundle.graph_file(part).read_bytes() for part in PARTS}
    else:
        _log.info(
            "%s has no compiled graphs and is compiled now, which takes a while. "
            "Once for all: kinora export %s",
            bundle.name,
            path,
        )
        graphs = _compile(_network(bundle.model_file))
    return Loaded(bundle.name, bundle.version, bundle.info, graphs)


def _load_h5(path: Path) -> Loaded:
    from kinora.model.h5 import has_metadata, read_h5_metadata

    _log.info(
        "%s is compiled now, which takes a while. A bundle is compiled once: kinora import",
        path.name,
    )
    if has_metadata(path):  # says what to install where h5py is missing
        network, info = _network(path), read_h5_metadata(path)
    else:
        network, info = _foreign(path)
    return Loaded(info.name, f"sha256:{sha256_of(path)}", info, _compile(network))


def _network(model_file: Path) -> "keras.Model":
    from kinora.model.h5 import load_keras

    return load_keras(model_file)  # says what to install where TensorFlow is missing


def _foreign(path: Path) -> "tuple[keras.Model, BundleInfo]":
    """A network of other people, with the classes beside it."""
    name = _NOT_IN_NAMES.sub("-", path.stem).strip("-.")[:_LONGEST_NAME] or "model"
    try:
        from kinora.model.legacy import import_h5
    except ImportError as error:
        from kinora.model.h5 import NEEDS_KERAS

        raise ModelError(NEEDS_KERAS) from error
    try:
        return import_h5(path, name)
    except SettingError:  # it does not say how it wants its pixels
        _log.warning(
            "How %s wants its pixels cannot be seen; they are divided by 255, as most networks of "
            "this kind want them. If it was trained otherwise its answers are wrong: say so with "
            "kinora import %s --scaling ... --out models/%s",
            path.name,
            path,
            name,
        )
        return import_h5(path, name, scaling=_USUAL_SCALING)


def _compile(network: "keras.Model") -> dict[str, bytes]:
    from kinora.model.export import compile_network

    return {part: compiled.content for part, compiled in compile_network(network).items()}

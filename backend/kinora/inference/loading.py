"""Where a recognizer's graphs come from: a bundle, or a network compiled on the spot."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kinora.errors import ModelError
from kinora.model.bundle import read_bundle, sha256_of
from kinora.model.info import BundleInfo

PARTS = ("encoder", "head")

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
    """Read the bundle in a folder, or an .h5 file that Kinora wrote.

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
        graphs = _compile(bundle.model_file)
    return Loaded(bundle.name, bundle.version, bundle.info, graphs)


def _load_h5(path: Path) -> Loaded:
    from kinora.model.h5 import read_h5_metadata

    info = read_h5_metadata(path)
    _log.info(
        "%s is compiled now, which takes a while. A bundle is compiled once: kinora import",
        path.name,
    )
    return Loaded(info.name, f"sha256:{sha256_of(path)}", info, _compile(path))


def _compile(model_file: Path) -> dict[str, bytes]:
    from kinora.model.h5 import load_keras

    network = load_keras(model_file)  # says what to install where TensorFlow is missing
    from kinora.model.export import compile_network

    return {part: compiled.content for part, compiled in compile_network(network).items()}

"""The .h5 file: Keras saves and loads it, and the facts of the bundle travel inside."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kinora.errors import ModelError
from kinora.model.info import BundleInfo, to_json

if TYPE_CHECKING:
    import h5py
    import keras

# The attribute of the file that holds the facts; Keras ignores what it does not know.
ATTRIBUTE = "kinora"

# Where the layers of a model file may come from.
_OWN_MODULES = ("keras", "tf_keras", "builtins")

NEEDS_KERAS = (
    "Opening an .h5 file needs Keras and TensorFlow, which are not installed. "
    "Install them with: pip install -r backend/requirements-train.txt"
)


def save_network(network: "keras.Model", path: Path, info: BundleInfo) -> None:
    """Write a network, without optimizer, together with its facts."""
    with without_advice():
        network.save(path, include_optimizer=False)
    write_h5_metadata(path, info)


def write_h5_metadata(path: Path, info: BundleInfo) -> None:
    """Put the facts into an .h5 file, in place of those it had."""
    with open_h5(path, "a") as file:
        file.attrs[ATTRIBUTE] = to_json(info.to_dict())


def load_keras(path: Path) -> "keras.Model":
    """The Keras model in a bundle's folder or an .h5 file; no code from the file is run."""
    path = Path(path)
    if path.is_dir():
        path = path / "model.h5"
    refuse_code(read_config(path), path)
    try:
        import keras
    except ImportError as error:
        raise ModelError(NEEDS_KERAS) from error
    try:
        with without_advice():
            return keras.models.load_model(path, compile=False, safe_mode=True)
    except (ValueError, TypeError, KeyError, OSError, AttributeError) as error:
        raise ModelError(
            f"Keras cannot read the network in {path}: {error} "
            "If an older Keras wrote it, turn it into a bundle with `kinora import`."
        ) from error


def read_h5_metadata(path: Path) -> BundleInfo:
    """The facts inside an .h5 file that Kinora wrote."""
    with open_h5(path) as file:
        text = file.attrs.get(ATTRIBUTE)
    if text is None:
        raise ModelError(
            f"{path} says nothing about its classes and frames: Kinora did not write it. "
            "Turn it into a bundle with `kinora import`."
        )
    try:
        return BundleInfo.from_dict(json.loads(text))
    except ValueError as error:
        raise ModelError(f"The facts inside {path} are no JSON: {error}.") from error
    except ModelError as error:
        raise ModelError(f"The facts inside {path} are broken. {error}") from error


def has_metadata(path: Path) -> bool:
    """Whether Kinora wrote the file."""
    with open_h5(path) as file:
        return ATTRIBUTE in file.attrs


def read_config(path: Path) -> dict[str, Any]:
    """The description of the layers inside an .h5 file."""
    with open_h5(path) as file:
        text = file.attrs.get("model_config")
    if text is None:
        raise ModelError(
            f"{path} holds no network, perhaps only weights. "
            "Save the whole model with `model.save(...)`."
        )
    try:
        return json.loads(text)
    except ValueError as error:
        raise ModelError(f"The description of the layers in {path} is no JSON.") from error


def refuse_code(config: Any, path: Path) -> None:
    """Refuse layers that carry Python code, and names from outside Keras.

    Keras has its own safe mode; older releases did not apply it to .h5 files.
    """
    if isinstance(config, list):
        for part in config:
            refuse_code(part, path)
    elif isinstance(config, dict):
        kind = config.get("class_name")
        module = config.get("module")
        is_foreign = isinstance(module, str) and module.split(".")[0] not in _OWN_MODULES
        if kind in ("Lambda", "__lambda__", "function") or (kind is not None and is_foreign):
            raise ModelError(
                f"{path} holds the layer {config.get('name') or kind!r}, which is code rather "
                "than a layer of Keras. Kinora runs no code from model files: rebuild the model "
                "with layers that Keras ships."
            )
        for part in config.values():
            refuse_code(part, path)


@contextmanager
def open_h5(path: Path, mode: str = "r") -> "Iterator[h5py.File]":
    """An open .h5 file; the library is loaded only now."""
    try:
        import h5py
    except ImportError as error:
        raise ModelError(NEEDS_KERAS) from error
    if not path.is_file():
        raise ModelError(f"There is no file {path}.")
    try:
        file = h5py.File(path, mode)
    except OSError as error:
        raise ModelError(
            f"{path} is no HDF5 file, or a damaged one. Copy or train it again."
        ) from error
    with file:
        yield file


@contextmanager
def without_advice() -> Iterator[None]:
    """Keep Keras from advising against .h5, and TensorFlow against how we convert."""
    logger = logging.getLogger("absl")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)

"""Label files: the names of the classes, in the many forms in which people keep them."""

import json
from pathlib import Path
from typing import Any

from kinora.errors import ModelError
from kinora.model.pickled import read_pickle

# What people call the file beside their .h5.
USUAL_NAMES = ("classes.json", "labels.json", "labels.pkl")

# Labels are short; what is longer is something else.
_MOST_BYTES = 1 << 20

_FORMS = (
    'Allowed are a list ["clap", "wave"], indices to names {"0": "clap"}, names to indices '
    '{"clap": 0}, in JSON or in a pickle, or a pickled LabelEncoder.'
)


def read_labels(path: Path) -> tuple[str, ...]:
    """The names of the classes in a .json or .pkl file, in the order of the model's outputs."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ModelError(f"{path} is too large for a list of classes. {_FORMS}")
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"The list of classes {path} cannot be read: {error}.") from error
    try:
        return _names(_parse(content, path.suffix.lower()))
    except ModelError as error:
        raise ModelError(f"{path} is no list of classes. {error} {_FORMS}") from error


def find_labels(model_file: Path) -> Path:
    """The label file beside an .h5 file."""
    for name in USUAL_NAMES:
        if (model_file.parent / name).is_file():
            return model_file.parent / name
    raise ModelError(
        f"The classes of {model_file} are not known: beside it is no {', '.join(USUAL_NAMES)}. "
        "Name the file with --classes FILE."
    )


def _parse(content: bytes, suffix: str) -> Any:
    if suffix in (".pkl", ".pickle"):
        return read_pickle(content)
    try:
        return json.loads(content)
    except ValueError as error:
        raise ModelError(f"It is no JSON: {error}.") from error


def _names(values: Any) -> tuple[str, ...]:
    """The names in any of the allowed forms."""
    if isinstance(values, dict) and isinstance(values.get("classes"), list):
        values = values["classes"]
    if isinstance(values, dict):
        values = _in_order(values)
    if not isinstance(values, list) or not values:
        raise ModelError("It holds something else.")
    if not all(isinstance(name, str) for name in values):
        raise ModelError("Not all of its names are texts.")
    return tuple(values)


def _in_order(values: dict[Any, Any]) -> list[Any]:
    """The names of a dict that goes from index to name or from name to index."""
    pairs = list(values.items())
    if all(isinstance(index, int) for index in values.values()):
        pairs = [(index, name) for name, index in pairs]
    by_index = {int(index): name for index, name in pairs if str(index).isdecimal()}
    if sorted(by_index) != list(range(len(pairs))):
        raise ModelError(f"Its indices are not the numbers from 0 to {len(values) - 1}.")
    return [by_index[index] for index in range(len(by_index))]

"""Several heads instead of one: each learns all folds of the clips but one and is measured on that.

So val can be learned from too, and still every clip is judged by a head that never saw it. In the
end the heads are joined into one: side by side they are an ordinary, wider head, whose logits are
the average of theirs. It is right more often than each of them.
"""

from collections.abc import Sequence
from dataclasses import replace

import keras
import numpy as np

from kinora.data.samples import DataSet
from kinora.evaluation.protocols import WITH_VAL
from kinora.model.heads import build_head
from kinora.model.specs import HeadSpec
from kinora.training.material import LEARNED, MEASURED


def with_val_learned(data_set: DataSet) -> DataSet:
    """A data set whose part val is in train as well."""
    learned = tuple(replace(sample, split=LEARNED) for sample in data_set.part(MEASURED))
    samples, protocol = data_set.samples + learned, data_set.protocol + WITH_VAL
    return replace(data_set, samples=samples, protocol=protocol)


def join_heads(spec: HeadSpec, heads: Sequence[keras.Model]) -> tuple[HeadSpec, keras.Model]:
    """One head with the average of the logits of several.

    Args:
        spec: What each of them was built from: one layer over time, read forwards, or none.
        heads: The trained heads.

    Returns:
        What the joined head is built from, and the head.
    """
    wide = spec if spec.kind == "mean" else replace(spec, units=spec.units * len(heads))
    head = build_head(wide, *heads[0].input_shape[1:], heads[0].output_shape[-1])
    if spec.kind != "mean":
        name = f"{spec.kind}_1"
        kernels, recurrents, biases = zip(*_weights(heads, name), strict=True)
        merged = [
            _side_by_side(kernels, spec.units),
            _block_diagonal(recurrents, spec.units),
            _side_by_side(biases, spec.units),
        ]
        head.get_layer(name).set_weights(merged)
    kernels, biases = zip(*_weights(heads, "actions"), strict=True)
    own = 0 if spec.kind == "mean" else spec.units
    rows = [kernel[:own] / len(heads) for kernel in kernels]
    shared = np.mean([kernel[own:] for kernel in kernels], axis=0)
    head.get_layer("actions").set_weights([np.concatenate([*rows, shared]), np.mean(biases, 0)])
    return wide, head


def _weights(heads: Sequence[keras.Model], layer: str) -> list[list[np.ndarray]]:
    return [head.get_layer(layer).get_weights() for head in heads]


def _side_by_side(arrays: Sequence[np.ndarray], units: int) -> np.ndarray:
    """Columns in the order of Keras: gate by gate, in each gate the units of all heads."""
    rows = arrays[0].shape[:-1]
    gates = np.stack([array.reshape(*rows, -1, units) for array in arrays], axis=-2)
    return gates.reshape(*rows, -1)


def _block_diagonal(arrays: Sequence[np.ndarray], units: int) -> np.ndarray:
    """The same for what units say to units: each head listens to itself only."""
    rows = []
    for number, array in enumerate(arrays):
        others = [np.zeros_like(array) for _ in arrays]
        others[number] = array
        rows.append(_side_by_side(others, units))
    return np.concatenate(rows)

"""Opening a data set for a model: split the way the model was trained."""

from collections.abc import Mapping
from pathlib import Path

from kinora.data.files import name_below
from kinora.data.layouts import read
from kinora.data.samples import DataSet
from kinora.data.splits import SplitOptions, split
from kinora.data.survey import survey
from kinora.evaluation.protocols import learned_split
from kinora.model.info import BundleInfo


def open_split(
    data: Path,
    info: BundleInfo,
    layout: str | None = None,
    method: str | None = None,
    seed: int | None = None,
) -> tuple[DataSet, Mapping[str, str]]:
    """The data set, split as training splits (copies kept together), and what cannot be read.

    Args:
        data: Its folder.
        info: The model, which may know how it was split.
        layout: How it is laid out; found by itself if not named.
        method: Another split than the one the model was trained with.
        seed: Another seed than the one the model was trained with.
    """
    data_set = read(data, layout)
    learned = learned_split(data_set, info)
    seed = learned.seed if seed is None else seed
    looked = survey(data_set)
    options = SplitOptions(method or learned.method, seed=seed)
    parted = split(looked.data_set, options, looked.duplicates())
    return parted, {name_below(data_set.root, path): why for path, why in looked.unreadable.items()}

"""What a model learned from, and what the scores measured now are therefore worth."""

from kinora.data.samples import PARTS, DataSet
from kinora.data.splits import AUTO, SplitOptions
from kinora.model.info import BundleInfo

ALL = "all"
MEASURED_PARTS = (*PARTS, ALL)
# What a final training adds to the words for its split.
WITH_VAL = "; learned from train and val"


def learned_split(data_set: DataSet, info: BundleInfo) -> SplitOptions:
    """The split by which the model was trained on this data set; else the usual one."""
    settings = info.provenance.get("settings", {}) if _is_known(data_set, info) else {}
    return SplitOptions(settings.get("split", AUTO), seed=settings.get("seed", 0))


def protocol(data_set: DataSet, part: str, info: BundleInfo) -> str:
    """How the parts were made, which one is measured, and whether the model knows its clips."""
    words = "all clips" if part == ALL else f"{data_set.protocol}; measured on {part}"
    if part == "train":
        return f"{words}, which LEAKS if the model learned from it"
    learned = info.provenance.get("split")
    if not learned or not _is_known(data_set, info):
        return words
    if learned.removesuffix(WITH_VAL) != data_set.protocol.removesuffix(WITH_VAL):
        return f"{words}; LEAKS: the model learned from this data set, split as: {learned}"
    if learned.endswith(WITH_VAL) and WITH_VAL not in words:
        words += WITH_VAL
    return f"{words}, which LEAKS" if WITH_VAL in words and part == "val" else words


def _is_known(data_set: DataSet, info: BundleInfo) -> bool:
    names = info.provenance.get("data")
    return isinstance(names, list | tuple) and data_set.root.resolve().name in names

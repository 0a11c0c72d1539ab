"""Strangers: how loudly a model answers about clips that show none of its actions."""

import numpy as np

from kinora.data.samples import DataSet
from kinora.errors import DataError
from kinora.evaluation.evaluation import Strangers
from kinora.evaluation.measure import Recognizes, answer_all

# A confidence at which people take an answer for a fact.
_LOUD = 0.9


def meet(recognizer: Recognizes, data_set: DataSet) -> Strangers:
    """Let the model answer about all clips of a data set that show none of its actions."""
    info = recognizer.info
    strange = [sample for sample in data_set.samples if sample.label not in info.classes]
    answers = (said for _, said in answer_all(recognizer, strange))
    confidences = np.array([said.max() for said in answers if isinstance(said, np.ndarray)])
    if not len(confidences):
        raise DataError(
            f"{data_set.root} has no readable clip without the actions of {info.name}, so it does "
            "not show how sure the model is about others. Choose another data set."
        )
    return Strangers(
        data=data_set.root.resolve().name,
        count=len(confidences),
        unsure=float(np.mean(confidences < (info.threshold or 0.0))),
        loud=float(np.mean(confidences >= _LOUD)),
        confidence=float(np.median(confidences)),
    )

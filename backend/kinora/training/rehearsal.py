"""The final training: with val among what is learned, as often as a rehearsal without it showed.

The rehearsal is an ordinary training with the same settings. What val decided there, the number of
epochs, the temperature and the threshold, is taken over, so nothing is left for val to decide.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kinora.data.samples import DataSet
from kinora.errors import SettingError
from kinora.evaluation.protocols import WITH_VAL
from kinora.model.bundle import read_bundle
from kinora.training.calibration import Calibration
from kinora.training.config import TrainingConfig
from kinora.training.loop import Stage
from kinora.training.material import LEARNED, MEASURED
from kinora.training.start import names_of


@dataclass(frozen=True)
class Rehearsal:
    """What val decided in a training.

    Args:
        epochs: How many epochs of each stage did best.
        calibration: How the probabilities are to be taken.
    """

    epochs: Mapping[str, int]
    calibration: Calibration

    @classmethod
    def read(cls, folder: Path, config: TrainingConfig) -> "Rehearsal":
        """The one whose bundle lies in `folder`; it must have had the same settings."""
        info = read_bundle(folder).info
        facts = info.provenance
        if "best_epochs" not in facts or info.threshold is None:
            raise SettingError(
                f"{folder} does not say when its training was best: it was imported or made by "
                "an older Kinora. Train it again with `kinora train`."
            )
        wanted = {**config.to_dict(), "weights": names_of(config.weights)}
        known = facts["settings"]
        others = [name for name in wanted if wanted[name] != known.get(name)]
        if others:
            named = ", ".join(f"--{name.replace('_', '-')} {known.get(name)}" for name in others)
            raise SettingError(
                f"{folder} was trained with {named}. Give the same settings for the final training."
            )
        return cls(facts["best_epochs"], Calibration(facts["temperature"], info.threshold))

    def shorten(self, stages: Sequence[Stage]) -> list[Stage]:
        """The stages with as many epochs as were best, the last of which counts."""
        return [
            replace(stage, epochs=self.epochs.get(stage.name, stage.epochs), patience=None)
            for stage in stages
        ]


def with_val_learned(data_set: DataSet) -> DataSet:
    """A data set whose part val is in train as well."""
    learned = tuple(replace(sample, split=LEARNED) for sample in data_set.part(MEASURED))
    samples, protocol = data_set.samples + learned, data_set.protocol + WITH_VAL
    return replace(data_set, samples=samples, protocol=protocol)

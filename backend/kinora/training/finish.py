"""The last step of a training: from weights to a bundle that says how good it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import keras

import kinora
from kinora.clips import ClipSpec
from kinora.data.files import name_below
from kinora.data.samples import PARTS, DataSet
from kinora.errors import TrainingError
from kinora.evaluation.proving import prove_int8, sample_frames
from kinora.evaluation.report import MATRIX_FILE, write_figures
from kinora.model.architecture import build_network, fold_temperature, split
from kinora.model.backbones import NO_WEIGHTS
from kinora.model.bundle import Bundle, add_scores, move_bundle, write_bundle
from kinora.model.info import BundleInfo
from kinora.paths import plots_folder
from kinora.plots import accuracy_loss
from kinora.training.calibration import Calibration
from kinora.training.config import TrainingConfig
from kinora.training.stages import Parts
from kinora.training.start import names_of
from kinora.training.workspace import History, folder_for


@dataclass(frozen=True)
class Ending:
    """What there is when the last epoch is done.

    Args:
        out: Where the bundle goes.
        data_set: The clips, without those that cannot be read.
        config: The settings.
        clip: What the network wants to see.
        parts: The trained network.
        calibration: How its probabilities are to be taken.
        linear_share: How much the solved classifier counts in it.
        sources: The names of the data sets that were learned from.
    """

    out: Path
    data_set: DataSet
    config: TrainingConfig
    clip: ClipSpec
    parts: Parts
    calibration: Calibration
    linear_share: float
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Trained:
    """What a training made.

    Args:
        bundle: The bundle.
        history: The figures of all epochs.
        skipped: The clips that could not be read, by name, and why.
        plots: The figures that were drawn.
    """

    bundle: Bundle
    history: History
    skipped: Mapping[str, str] = field(default_factory=dict)
    plots: tuple[Path, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The facts as plain values for JSON."""
        return {
            "bundle": str(self.bundle.folder),
            "scores": dict(self.bundle.info.scores),
            "history": list(self.history),
            "skipped": dict(self.skipped),
            "plots": [str(path) for path in self.plots],
        }


def finish(ending: Ending, history: History, failed: Mapping[Path, str]) -> Trained:
    """Write the bundle, measure it on test and draw the figures.

    Args:
        ending: What was trained.
        history: The figures of all epochs.
        failed: The clips that could not be read, and why.
    """
    # All that comes before also runs where there is another backend of Keras only.
    try:
        from kinora.model.export import export_bundle
    except ImportError as error:
        raise TrainingError(
            "The network is trained and kept, but compiling it needs TensorFlow. Give the same "
            "command with --resume where TensorFlow is installed; only this last step is left."
        ) from error
    info = BundleInfo(
        name=ending.out.name,
        classes=ending.data_set.classes,
        clip=ending.clip,
        input_kind=ending.data_set.kind,
        network=ending.parts.spec.to_dict(),
        threshold=round(ending.calibration.threshold, 4),
        provenance=_provenance(ending, history),
    )
    frames = sample_frames(ending.data_set, ending.clip)
    # Not in its place yet: a server would take it over before it is compiled and measured.
    draft = folder_for(ending.out) / ending.out.name
    bundle = export_bundle(write_bundle(draft, _final_network(ending), info), frames)
    # Through the very engine that will serve it.
    bundle, evaluation = prove_int8(bundle, ending.data_set, frames)
    bundle = move_bundle(add_scores(bundle, evaluation.scores()), ending.out)
    folder = plots_folder() / ending.out.name
    write_figures(evaluation, folder)
    curves = (accuracy_loss(history, folder / "accuracy_loss.png"),) if history else ()
    skipped = {name_below(ending.data_set.root, path): why for path, why in failed.items()}
    return Trained(bundle, history, skipped, (*curves, folder / MATRIX_FILE))


def _final_network(ending: Ending) -> keras.Model:
    """The network as it is saved: in full precision, calibrated."""
    parts = ending.parts
    class_count = len(ending.data_set.classes)
    network = build_network(parts.spec, ending.clip, class_count, NO_WEIGHTS)
    encoder, head = split(network)
    encoder.set_weights(parts.encoder.get_weights())
    head.set_weights(parts.head.get_weights())
    fold_temperature(network, ending.calibration.temperature)
    return network


def _provenance(ending: Ending, history: History) -> dict[str, Any]:
    data_set, config = ending.data_set, ending.config
    return {
        "data": list(ending.sources),
        "layout": data_set.layout,
        "split": data_set.protocol,
        "clips": {part: len(data_set.part(part)) for part in PARTS},
        "weights": names_of(config.weights),
        "settings": {**config.to_dict(), "weights": names_of(config.weights)},
        "seed": config.seed,
        "epochs": len(history),
        "linear_share": ending.linear_share,
        "temperature": round(ending.calibration.temperature, 4),
        "date": datetime.now(timezone.utc).date().isoformat(),
        "kinora": kinora.__version__,
        "keras": keras.__version__,
    }

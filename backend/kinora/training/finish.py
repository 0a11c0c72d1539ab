"""The last step of a training: from weights to a bundle that says how good it is."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import keras
import numpy as np

import kinora
from kinora.clips import ClipSpec
from kinora.data.files import name_below
from kinora.data.samples import PARTS, DataSet
from kinora.media import read_clip
from kinora.model.architecture import build_network, fold_temperature, split
from kinora.model.backbones import NO_WEIGHTS
from kinora.model.bundle import Bundle, write_bundle
from kinora.model.info import BundleInfo
from kinora.paths import plots_folder
from kinora.plots import accuracy_loss
from kinora.training.config import TrainingConfig
from kinora.training.stages import Parts
from kinora.training.workspace import History

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ending:
    """What there is when the last epoch is done.

    Args:
        out: Where the bundle goes.
        data_set: The clips, without those that cannot be read.
        config: The settings.
        clip: What the network wants to see.
        parts: The trained network.
        temperature: What makes its probabilities mean what they say.
    """

    out: Path
    data_set: DataSet
    config: TrainingConfig
    clip: ClipSpec
    parts: Parts
    temperature: float


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
    network = _final_network(ending)
    scores = _measure(network, ending)
    info = BundleInfo(
        name=ending.out.name,
        classes=ending.data_set.classes,
        clip=ending.clip,
        input_kind=ending.data_set.kind,
        network=ending.parts.spec.to_dict(),
        scores=scores,
        provenance=_provenance(ending, history),
    )
    bundle = write_bundle(ending.out, network, info)
    curves = accuracy_loss(history, plots_folder() / ending.out.name / "accuracy_loss.png")
    skipped = {name_below(ending.data_set.root, path): why for path, why in failed.items()}
    return Trained(bundle, history, skipped, (curves,))


def _final_network(ending: Ending) -> keras.Model:
    """The network as it is saved: in full precision, calibrated."""
    parts = ending.parts
    class_count = len(ending.data_set.classes)
    network = build_network(parts.spec, ending.clip, class_count, NO_WEIGHTS)
    encoder, head = split(network)
    encoder.set_weights(parts.encoder.get_weights())
    head.set_weights(parts.head.get_weights())
    fold_temperature(network, ending.temperature)
    return network


def _measure(network: keras.Model, ending: Ending) -> dict[str, Any]:
    encoder, head = split(network)
    classes = ending.data_set.classes
    right = []
    for sample in ending.data_set.part("test"):
        clip = read_clip(sample.path, ending.clip)
        features = keras.ops.convert_to_numpy(encoder(clip.frames))[list(clip.order)]
        answer = keras.ops.convert_to_numpy(head(features[None]))[0]
        right.append(classes[int(np.argmax(answer))] == sample.label)
    return {"protocol": f"test, {ending.data_set.protocol}", "top1": float(np.mean(right))}


def _provenance(ending: Ending, history: History) -> dict[str, Any]:
    data_set, config = ending.data_set, ending.config
    return {
        "data": [data_set.root.resolve().name],
        "layout": data_set.layout,
        "split": data_set.protocol,
        "clips": {part: len(data_set.part(part)) for part in PARTS},
        "weights": Path(config.weights).name,
        "settings": {**config.to_dict(), "weights": Path(config.weights).name},
        "seed": config.seed,
        "epochs": len(history),
        "temperature": round(ending.temperature, 4),
        "date": datetime.now(timezone.utc).date().isoformat(),
        "kinora": kinora.__version__,
        "keras": keras.__version__,
    }

"""TrainingConfig: every setting of a training, its default and what it means, in one place."""

from dataclasses import asdict, dataclass, field
from typing import Any

from kinora.clips import ClipSpec
from kinora.data.splits import AUTO, SplitOptions
from kinora.data.views import VIEWS
from kinora.errors import SettingError
from kinora.model.specs import BACKBONE_NAMES, HEAD_KINDS, POOLINGS, HeadSpec, NetworkSpec

NONE, BALANCED = "none", "balanced"


def _setting(default: Any, meaning: str, choices: tuple[str, ...] | None = None) -> Any:
    """A field that also says how the command line shows it."""
    return field(default=default, metadata={"help": meaning, "choices": choices})


@dataclass(frozen=True)
class TrainingConfig:
    """How to train. The command line has a flag for each field, made from what stands here."""

    backbone: str = _setting(NetworkSpec.backbone, "what looks at every frame", BACKBONE_NAMES)
    width: float = _setting(NetworkSpec.width, "share of the backbone's channels")
    weights: str = _setting(
        "imagenet",
        "what the backbone starts from: imagenet (a download), none, a weight file or a bundle; "
        "the average of several with commas between them; bundles of the same image classes also "
        "hand on what their heads know",
    )
    temporal: str | None = _setting(
        None, "what looks at the frames together (lstm for videos, mean for images)", HEAD_KINDS
    )
    units: int = _setting(HeadSpec.units, "width of the layers over time")
    layers: int = _setting(HeadSpec.layers, "how many layers over time are stacked")
    bidirectional: bool = _setting(HeadSpec.bidirectional, "read the clip backwards too")
    dropout: float = _setting(HeadSpec.dropout, "share of the features that training hides")
    pooling: str = _setting(HeadSpec.pooling, "what is taken of the layers over time", POOLINGS)
    motion: bool = _setting(HeadSpec.motion, "show statistics over time to the classifier")
    frames: int = _setting(ClipSpec.frame_count, "frames per clip; an image is one")
    size: int = _setting(ClipSpec.size, "height and width of a frame in pixels")
    split: str = _setting(
        AUTO, "grouped, random, or a split that came with the data (the first of those, or grouped)"
    )
    seed: int = _setting(0, "other numbers give another split, start and order")
    epochs: int = _setting(
        30,
        "passes over the clips for the layers over time; 0 keeps what image models given as "
        "weights know",
    )
    batch_size: int = _setting(32, "clips per step")
    learning_rate: float = _setting(2e-3, "the highest one, after warming up")
    weight_decay: float = _setting(0.05, "how strongly weights are pulled to zero")
    label_smoothing: float = _setting(0.1, "share of certainty that the labels give up")
    class_weights: str = _setting(
        NONE, "balanced lets rare classes count as much as common ones", (NONE, BALANCED)
    )
    patience: int = _setting(10, "epochs without progress on val before stopping")
    folds: int = _setting(
        1,
        "how many heads to train, each on all but one of so many parts of train and val, and to "
        "join into one; 1 trains one head on train",
    )
    views: int = _setting(len(VIEWS), "augmented views of each training clip; 1 is none")
    tune: int = _setting(
        0, "epochs of training the whole backbone on a few frames of every clip, before all else"
    )
    tune_size: int = _setting(160, "height and width of a frame while tuning")
    tune_rate: float = _setting(2e-4, "the highest learning rate of tuning")
    tune_batch: int = _setting(32, "frames per step of tuning; --with brings half as many more")
    fine_tune: int = _setting(0, "epochs of training the backbone too, after the layers over time")
    fine_tune_blocks: int = _setting(6, "how many blocks of the backbone, the last ones first")
    fine_tune_rate: float = _setting(1e-4, "the highest learning rate of fine-tuning")
    fine_tune_batch: int = _setting(16, "clips per step of fine-tuning")

    def __post_init__(self) -> None:
        for name in (
            "batch_size",
            "patience",
            "fine_tune_blocks",
            "fine_tune_batch",
            "tune_size",
            "tune_batch",
            "folds",
        ):
            _check(getattr(self, name) >= 1, name, "at least 1")
        for name in ("learning_rate", "tune_rate", "fine_tune_rate"):
            _check(getattr(self, name) > 0, name, "above 0")
        for name in ("weight_decay", "seed", "epochs", "tune", "fine_tune"):
            _check(getattr(self, name) >= 0, name, "0 or more")
        _check(0 <= self.label_smoothing < 1, "label_smoothing", "from 0 to below 1")
        _check(1 <= self.views <= len(VIEWS), "views", f"from 1 to {len(VIEWS)}")
        _check(self.class_weights in (NONE, BALANCED), "class_weights", f"{NONE} or {BALANCED}")
        if self.folds > 1:
            self._check_folds()
        self.network("video")

    def _check_folds(self) -> None:
        if self.tune or self.fine_tune:
            raise SettingError(
                "--folds trains heads on what a backbone sees that learned from none of them: "
                "leave out --tune and --fine-tune, or --folds. A model that was tuned on other "
                "clips can be given as --weights."
            )
        if self.temporal == "transformer" or self.layers > 1 or self.bidirectional:
            raise SettingError(
                "--folds joins heads of one layer that reads forwards: give --temporal lstm, gru "
                "or mean, without --layers and --bidirectional."
            )

    def network(self, input_kind: str) -> NetworkSpec:
        """The network for videos or for images."""
        head = HeadSpec(
            kind=self.temporal or ("mean" if input_kind == "image" else HeadSpec.kind),
            units=self.units,
            layers=self.layers,
            bidirectional=self.bidirectional,
            dropout=self.dropout,
            pooling=self.pooling,
            motion=self.motion,
        )
        return NetworkSpec(self.backbone, self.width, head)

    def split_options(self) -> SplitOptions:
        """How the clips are split."""
        return SplitOptions(self.split, seed=self.seed)

    def to_dict(self) -> dict[str, Any]:
        """The settings as plain values for JSON."""
        return asdict(self)


def _check(is_good: bool, name: str, allowed: str) -> None:
    if not is_good:
        raise SettingError(f"--{name.replace('_', '-')} must be {allowed}.")

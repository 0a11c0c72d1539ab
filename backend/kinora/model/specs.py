"""HeadSpec and NetworkSpec: which network, as plain settings that need no Keras."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from kinora.errors import SettingError

BACKBONE_NAMES = ("mobilenet_v2", "resnet18", "efficientnet_b0", "mobilenet_v3_small")
HEAD_KINDS = ("lstm", "gru", "transformer", "mean")
POOLINGS = ("mean", "last")

# Far more than any head of this kind needs; they catch typing errors.
_MOST_UNITS = 4096
_MOST_LAYERS = 8


@dataclass(frozen=True)
class HeadSpec:
    """How the features of T frames become probabilities.

    Args:
        kind: `lstm`, `gru` or `transformer`; or `mean`, the baseline that looks at the mean of
            the frames only and so cannot see time. It uses none of the settings but `dropout`.
        units: Width of each recurrent or attention layer.
        layers: How many of them are stacked.
        bidirectional: Recurrent layers read the clip backwards too.
        dropout: Share of the features that training hides, the same ones in all frames.
        pooling: `mean` averages the outputs over time, `last` takes the one after the last frame.
        motion: Also show the classifier statistics of the features themselves over time: mean,
            mean distance from it, late minus early, middle minus mean, and the mean step. Of the
            recipes we measured on small data sets this was the best.
    """

    kind: str = "lstm"
    units: int = 64
    layers: int = 1
    bidirectional: bool = False
    dropout: float = 0.3
    pooling: str = "mean"
    motion: bool = True

    def __post_init__(self) -> None:
        _check_choice("head kind", self.kind, HEAD_KINDS)
        _check_choice("pooling", self.pooling, POOLINGS)
        _check_whole_number("units", self.units, _MOST_UNITS)
        _check_whole_number("layers", self.layers, _MOST_LAYERS)
        _check_fraction("dropout", self.dropout)

    @property
    def sees_motion(self) -> bool:
        """Whether statistics over time are part of what the classifier sees."""
        return self.motion and self.kind != "mean"


@dataclass(frozen=True)
class NetworkSpec:
    """A whole network: a backbone seen by every frame, and a head over the frames.

    Args:
        backbone: One of BACKBONE_NAMES.
        width: Share of the channels of the MobileNets; 1.0 is the published network.
        head: What happens over time.
    """

    backbone: str = "mobilenet_v2"
    width: float = 1.0
    head: HeadSpec = field(default_factory=HeadSpec)

    def __post_init__(self) -> None:
        _check_choice("backbone", self.backbone, BACKBONE_NAMES)

    def to_dict(self) -> dict[str, Any]:
        """The settings as plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "NetworkSpec":
        """Read what `to_dict` wrote; unknown names are refused rather than ignored."""
        _check_names(cls, values)
        head = values.get("head", {})
        _check_names(HeadSpec, head)
        return cls(**{**values, "head": HeadSpec(**head)})


def _check_names(cls: type, values: Mapping[str, Any]) -> None:
    names = {entry.name for entry in fields(cls)}
    unknown = sorted(set(values) - names)
    if unknown:
        raise SettingError(
            f"The network settings {', '.join(unknown)} are unknown; "
            f"known are {', '.join(sorted(names))}."
        )


def _check_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise SettingError(f"The {name} must be one of {', '.join(choices)}, not {value!r}.")


def _check_whole_number(name: str, value: object, largest: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= largest:
        raise SettingError(f"{name} must be a whole number from 1 to {largest}, not {value!r}.")


def _check_fraction(name: str, value: object) -> None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 <= value < 1:
        raise SettingError(f"{name} must be from 0 to below 1, not {value!r}.")

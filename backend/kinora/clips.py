"""ClipSpec: what a model wants to see, written by training and read by everything else."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from kinora.errors import SettingError

FITS = ("stretch", "crop", "pad")
SAMPLINGS = ("uniform",)
SCALINGS = ("-1..1", "0..1", "0..255", "imagenet")

# More frames or pixels than any model of this kind uses; they keep a typing error from
# allocating the machine's whole memory.
_MOST_FRAMES = 1024
_LARGEST_SIZE = 1024


@dataclass(frozen=True)
class ClipSpec:
    """How a video becomes the array that a model sees.

    Args:
        frame_count: Frames per clip.
        size: Height and width of a frame in pixels.
        sampling: How frames are picked; `uniform` is the middle of `frame_count` equal parts.
        fit: How a frame that is not square becomes square: `stretch` shows all of it, `crop`
            takes the middle, `pad` repeats the mean colour around it.
        scaling: The range of numbers the network was trained on. It is applied inside the saved
            graph, never outside; it is kept here so that people can read it.
    """

    frame_count: int = 20
    size: int = 224
    sampling: str = "uniform"
    fit: str = "stretch"
    scaling: str = "-1..1"

    def __post_init__(self) -> None:
        _check_whole_number("frame_count", self.frame_count, _MOST_FRAMES)
        _check_whole_number("size", self.size, _LARGEST_SIZE)
        _check_choice("sampling", self.sampling, SAMPLINGS)
        _check_choice("fit", self.fit, FITS)
        _check_choice("scaling", self.scaling, SCALINGS)

    def to_dict(self) -> dict[str, Any]:
        """The spec as plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "ClipSpec":
        """Read what `to_dict` wrote; unknown names are refused rather than ignored."""
        names = {field.name for field in fields(cls)}
        unknown = sorted(set(values) - names)
        if unknown:
            raise SettingError(
                f"The clip settings {', '.join(unknown)} are unknown; "
                f"known are {', '.join(sorted(names))}."
            )
        return cls(**values)


def _check_whole_number(name: str, value: object, largest: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= largest:
        raise SettingError(f"{name} must be a whole number from 1 to {largest}, not {value!r}.")


def _check_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise SettingError(f"{name} must be one of {', '.join(choices)}, not {value!r}.")

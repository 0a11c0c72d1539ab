"""Prediction and Segment: what a model said, as plain values."""

from dataclasses import dataclass, field

from kinora.errors import ModelError

# Rounding in float32 over a few hundred classes stays far below this.
_SUM_TOLERANCE = 1e-3


@dataclass(frozen=True)
class Score:
    """One action and how sure the model is of it, from 0 to 1."""

    action: str
    confidence: float
    class_index: int


@dataclass(frozen=True)
class Segment:
    """A stretch of a video in which one action happens."""

    start_s: float
    end_s: float
    action: str
    confidence: float


@dataclass(frozen=True)
class Prediction:
    """The answer for one clip or image.

    Args:
        classes: All actions of the model, in its own order.
        probabilities: One number from 0 to 1 per class, together 1.
        frame_times_s: The times of the frames that were looked at.
        segments: The parts of a long video, when a time line was asked for.
        warnings: What the reader of the answer should know, in plain words.
        is_unsure: The confidence is lower than what counts as sure for this model; with
            segments: none of them is known.
    """

    classes: tuple[str, ...]
    probabilities: tuple[float, ...]
    frame_times_s: tuple[float, ...] = ()
    segments: tuple[Segment, ...] = ()
    warnings: tuple[str, ...] = ()
    is_unsure: bool = False
    top: tuple[Score, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not self.classes or len(self.classes) != len(self.probabilities):
            raise ModelError(
                f"The model answered with {len(self.probabilities)} numbers for "
                f"{len(self.classes)} classes. Its class list belongs to another model."
            )
        # Written so that NaN, which compares false with everything, is caught too.
        if not abs(sum(self.probabilities) - 1.0) <= _SUM_TOLERANCE:
            raise ModelError(
                f"The model's probabilities add up to {sum(self.probabilities)}, not to 1. "
                "The model is broken or was converted wrongly."
            )
        order = sorted(range(len(self.classes)), key=lambda i: -self.probabilities[i])
        scores = tuple(Score(self.classes[i], self.probabilities[i], i) for i in order)
        object.__setattr__(self, "top", scores)

    @property
    def action(self) -> str:
        """The most probable action."""
        return self.top[0].action

    @property
    def confidence(self) -> float:
        """How sure the model is of it, from 0 to 1."""
        return self.top[0].confidence

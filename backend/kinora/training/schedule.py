"""The learning rate: up in a straight line, then down along a cosine."""

import math
from typing import Any

import keras
from keras import ops

# Share of all steps in which the learning rate rises.
_WARMUP = 0.05


class WarmupCosine(keras.optimizers.schedules.LearningRateSchedule):
    """From nearly 0 to `peak` in the first steps, then down to 0 at step `total`.

    Args:
        peak: The highest learning rate.
        total: How many steps there are.
        start: The step at which an optimizer that begins later joins in.
    """

    def __init__(self, peak: float, total: int, start: int = 0) -> None:
        super().__init__()
        self._peak = peak
        self._total = total
        self._start = start

    def __call__(self, step: Any) -> Any:
        """The learning rate of a step."""
        step = ops.cast(step, "float32") + self._start
        warmup = round(self._total * _WARMUP)
        rising = (step + 1) / max(1, warmup)
        way = (step - warmup) / max(1, self._total - warmup)
        falling = (1 + ops.cos(math.pi * ops.clip(way, 0.0, 1.0))) / 2
        return self._peak * ops.where(step < warmup, rising, falling)

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {"peak": self._peak, "total": self._total, "start": self._start}

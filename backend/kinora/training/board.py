"""The curves for TensorBoard."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tensorflow as tf


class Board:
    """Writes the figures of each epoch where TensorBoard looks for them."""

    def __init__(self, folder: Path) -> None:
        self._writer = tf.summary.create_file_writer(str(folder))

    def write(self, epoch: int, figures: Mapping[str, Any]) -> None:
        """Add the figures of an epoch."""
        with self._writer.as_default(step=epoch):
            for name, value in figures.items():
                if isinstance(value, float):
                    tf.summary.scalar(name, value)
        self._writer.flush()

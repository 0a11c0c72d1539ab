"""The curves for TensorBoard."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter


class Board:
    """Writes the figures of each epoch where TensorBoard looks for them."""

    def __init__(self, folder: Path) -> None:
        self._writer = EventFileWriter(str(folder))

    def write(self, epoch: int, figures: Mapping[str, Any]) -> None:
        """Add the figures of an epoch."""
        values = [
            Summary.Value(tag=name, simple_value=value)
            for name, value in figures.items()
            if isinstance(value, float)
        ]
        self._writer.add_event(
            Event(step=epoch, wall_time=time.time(), summary=Summary(value=values))
        )
        self._writer.flush()

"""Work that says on which node of a cluster it was done; the nodes import it from here."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

# Until the node that is waited for has begun.
_PATIENCE_S, _PAUSE_S = 240, 0.05


@dataclass(frozen=True)
class MakeTelling:
    """The same work, with the processes that began it beside its result.

    Args:
        make: Makes the work.
        node_pid: The first process of a node; the work waits until this node takes part.
        begun: A file that says that it does.
    """

    make: Callable[[], Callable[[str], Any]]
    node_pid: int
    begun: Path

    def __call__(self) -> Callable[[str], tuple[list[int], Any]]:
        """Begin on a node, whose first process is among those that began this one."""
        work, began = self.make(), [process.pid for process in psutil.Process().parents()]
        if self.node_pid in began:
            self.begun.touch()

        def telling(item: str) -> tuple[list[int], Any]:
            deadline = time.monotonic() + _PATIENCE_S
            while not self.begun.exists() and time.monotonic() < deadline:
                time.sleep(_PAUSE_S)
            return began, work(item)

        return telling


def crashed(item: str) -> str:
    """What stands for an item that ended its process."""
    return f"{item} crashed"


def make_hazard() -> Callable[[str], str]:
    """Work that some items end, and some only once."""
    return _hazard


def _hazard(item: str) -> str:
    if item == "always":
        os._exit(3)
    if item.endswith(".once") and not Path(item).exists():
        Path(item).touch()
        os._exit(3)
    return item.upper()

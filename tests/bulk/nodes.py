"""Work that says on which node of a cluster it was done; the nodes import it from here."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

# Slow enough that all nodes have begun before it is over.
_PAUSE_S = 0.05


@dataclass(frozen=True)
class MakeTelling:
    """The same work, slower, with the processes that began it beside its result."""

    make: Callable[[], Callable[[str], Any]]

    def __call__(self) -> Callable[[str], tuple[list[int], Any]]:
        """Begin on a node, whose first process is among those that began this one."""
        work, began = self.make(), [process.pid for process in psutil.Process().parents()]

        def telling(item: str) -> tuple[list[int], Any]:
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

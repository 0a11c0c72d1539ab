"""Work that says on which node of a cluster it was done; the nodes import it from here."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

# Slow enough that all nodes have begun before it is over.
_PAUSE_S = 0.03


@dataclass(frozen=True)
class MakeTelling:
    """The same work, slower, with the node beside its result."""

    make: Callable[[], Callable[[str], Any]]

    def __call__(self) -> Callable[[str], tuple[str, Any]]:
        """Begin on a node."""
        import ray

        work, node = self.make(), ray.get_runtime_context().get_node_id()

        def telling(item: str) -> tuple[str, Any]:
            time.sleep(_PAUSE_S)
            return node, work(item)

        return telling

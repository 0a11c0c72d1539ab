"""Features of clips, computed on the nodes of a Ray cluster."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from kinora.bulk import cluster
from kinora.clips import ClipSpec
from kinora.data.features import Elsewhere, Seen, Wanted, look
from kinora.errors import MediaError
from kinora.inference.runtime import CompiledGraph


@dataclass(frozen=True)
class _MakeLooker:
    """What a node needs to begin; travels to it."""

    graph: bytes
    spec: ClipSpec

    def __call__(self) -> Callable[[Wanted], Seen]:
        graph = CompiledGraph(self.graph, "The encoder", 1)

        def encode(frames: np.ndarray) -> np.ndarray:
            return np.concatenate([graph.run(frame[None]) for frame in frames])

        def work(wanted: Wanted) -> Seen:
            path, views = wanted
            try:
                return path, look(path, views, encode, self.spec)
            except (MediaError, OSError):
                # Whoever asked tries by himself, and says why it cannot be read.
                return _unseen(wanted)

        return work


def _unseen(wanted: Wanted) -> Seen:
    return wanted[0], {}


def on_cluster(graph: bytes, spec: ClipSpec, address: str) -> Elsewhere:
    """What computes features on a cluster.

    Args:
        graph: The compiled encoder.
        spec: How a clip is read.
        address: Of the cluster, whose nodes see the clips under the same paths.
    """

    def compute(wanted: list[Wanted]) -> Iterator[Seen]:
        return cluster.each(_MakeLooker(graph, spec), wanted, address, _unseen)

    return compute

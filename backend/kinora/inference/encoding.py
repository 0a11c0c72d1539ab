"""Encoding frames side by side, in order, each one once, while further ones are being decoded."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import numpy as np

from kinora.inference.runtime import CompiledGraph

# Frames per thread that one caller may have waiting. Enough to keep every thread busy, and little
# enough that a long video never makes other callers wait long: the threads take frames in turn.
_AHEAD = 2

_Label = TypeVar("_Label")
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class FrameEncoder:
    """The encoder of one model and the threads that run it, shared by all callers."""

    def __init__(self, graph: CompiledGraph, threads: int) -> None:
        self._graph = graph
        self._most_waiting = threads * _AHEAD
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="kinora-encoder")

    def encode(self, frame: np.ndarray, may_spread: bool = True) -> np.ndarray:
        """The features (F,) of one frame, here and now."""
        return self._graph.run(frame[None], may_spread)[0]

    def begin(self) -> "Encoding":
        """A new row of frames to encode."""
        return Encoding(self._threads, self.encode, self._most_waiting)

    def stream(
        self, frames: Iterable[tuple[_Label, np.ndarray]]
    ) -> Iterator[tuple[_Label, np.ndarray]]:
        """Features for frames without end, as (label, features); few are held at a time."""
        # In one thread each: with more frames to come, less work in all counts for more.
        encode = partial(self.encode, may_spread=False)
        encoding, labels = Encoding(self._threads, encode, self._most_waiting), deque()
        for label, frame in frames:
            encoding.add(frame)
            labels.append(label)
            if len(labels) > self._most_waiting:
                yield labels.popleft(), encoding.next()
        while labels:
            yield labels.popleft(), encoding.next()

    def side_by_side(
        self, work: Callable[[_Item], _Result], items: Iterable[tuple[_Label, _Item]]
    ) -> Iterator[tuple[_Label, _Result]]:
        """Work on items without end in the encoder's threads, in order; few are held at a time."""
        waiting: deque[tuple[_Label, Future[_Result]]] = deque()
        for label, item in items:
            waiting.append((label, self._threads.submit(work, item)))
            if len(waiting) > self._most_waiting:
                first, future = waiting.popleft()
                yield first, future.result()
        for label, future in waiting:
            yield label, future.result()


class Encoding:
    """A row of frames that are being encoded; a frame equal to the one before it is not again."""

    def __init__(
        self,
        threads: ThreadPoolExecutor,
        encode: Callable[[np.ndarray], np.ndarray],
        most_waiting: int,
    ) -> None:
        self._threads, self._encode, self._most_waiting = threads, encode, most_waiting
        self._futures: deque[Future[np.ndarray]] = deque()
        self._last: np.ndarray | None = None
        self._last_future: Future[np.ndarray] | None = None

    def add(self, frame: np.ndarray) -> None:
        """Hand in the next frame; waits while too many are ahead of it."""
        if self._last is None or not np.array_equal(frame, self._last):
            if len(self._futures) >= self._most_waiting:
                self._futures[-self._most_waiting].result()
            self._last, self._last_future = frame, self._threads.submit(self._encode, frame)
        self._futures.append(self._last_future)

    def next(self) -> np.ndarray:
        """The features of the oldest frame that was not yet taken."""
        return self._futures.popleft().result()

    def features(self, last: int) -> np.ndarray:
        """The features (last, F) of the last frames handed in."""
        return np.stack([future.result() for future in list(self._futures)[-last:]])

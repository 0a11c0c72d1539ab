"""Compiled graphs, run by LiteRT: from many threads at once, without TensorFlow."""

import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from kinora.errors import ModelError

# Each interpreter holds some 20 MB for a frame encoder; more of them than this rarely gain speed.
_MOST_THREADS = 8
# What LiteRT says once per process on standard error, and nobody asked for.
_CHATTER = b"INFO: Created TensorFlow Lite XNNPACK delegate for CPU."

_quiet = threading.Lock()


def default_threads() -> int:
    """How many frames are encoded at the same time on this machine."""
    return min(os.cpu_count() or 1, _MOST_THREADS)


class CompiledGraph:
    """One compiled graph. Every thread that runs it gets an interpreter of its own.

    Interpreters of one thread each, side by side, encode the frames of a clip faster than one
    interpreter with many threads, and never wait for each other. Only what comes while nothing
    else runs, such as an image or a camera's frame, is spread over several threads. Interpreters
    are made when needed, the first one at once, so that a broken graph is noticed when loaded.

    Args:
        content: The .tflite file.
        name: What error messages call it.
        most: How many interpreters may run side by side.
        alone: How many threads work on what comes while nothing else runs.
    """

    def __init__(self, content: bytes, name: str, most: int, alone: int = 1) -> None:
        self._content, self._name = content, name
        self._turns = threading.Semaphore(most)
        self._lock, self._running = threading.Lock(), 0
        first = self._start(alone)
        source, answer = first.get_input_details(), first.get_output_details()
        if len(source) != 1 or len(answer) != 1:
            raise ModelError(f"{name} has more than one input or output. Export the model again.")
        self.input_shape = tuple(int(size) for size in source[0]["shape"])
        self.output_shape = tuple(int(size) for size in answer[0]["shape"])
        self.input_type = np.dtype(source[0]["dtype"])
        self._source, self._answer = source[0]["index"], answer[0]["index"]
        self._for_one = first
        self._free: list[Interpreter] = []

    def run(self, values: np.ndarray, may_spread: bool = True) -> np.ndarray:
        """The answer to one input of exactly `input_shape`, spread over threads if it may be."""
        with self._turns, self._interpreter(may_spread) as interpreter:
            try:
                interpreter.set_tensor(self._source, values)
                interpreter.invoke()
                return interpreter.get_tensor(self._answer)
            except (ValueError, RuntimeError) as error:
                raise ModelError(f"{self._name} cannot be run: {error}") from error

    @contextmanager
    def _interpreter(self, may_spread: bool) -> Iterator[Interpreter]:
        """An interpreter that nobody else uses meanwhile."""
        with self._lock:
            self._running += 1
            is_alone = self._running == 1 and may_spread
            interpreter = self._for_one if is_alone else self._free.pop() if self._free else None
        try:
            interpreter = interpreter or self._start(1)
            yield interpreter
        finally:
            with self._lock:
                self._running -= 1
                if interpreter is not None and not is_alone:
                    self._free.append(interpreter)

    def _start(self, threads: int) -> Interpreter:
        try:
            with _without_chatter():
                interpreter = Interpreter(model_content=self._content, num_threads=threads)
                interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise ModelError(
                f"{self._name} is no graph that LiteRT can run. Export the model again: {error}"
            ) from error
        return interpreter


@contextmanager
def _without_chatter() -> Iterator[None]:
    """Hold back what is written to standard error meanwhile, and pass on all but the chatter.

    LiteRT writes past Python and has no setting for it.
    """
    with _quiet, tempfile.TemporaryFile() as held:
        try:
            original = os.dup(2)
        except OSError:  # there is no standard error, as in a windowed program
            yield
            return
        try:
            os.dup2(held.fileno(), 2)
            yield
        finally:
            os.dup2(original, 2)
            os.close(original)
            held.seek(0)
            rest = [line for line in held.read().splitlines() if line.strip() != _CHATTER]
            if rest and sys.stderr is not None:
                sys.stderr.write("\n".join(line.decode(errors="replace") for line in rest) + "\n")

"""The same work on many items in several processes of this machine; a crash costs one item."""

import multiprocessing
import os
import signal
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from kinora.errors import KinoraError, SettingError

Make = Callable[[], Callable[[Any], Any]]

# Whoever ends a process twice would end it for ever.
_TRIES = 2
_STOP_S = 5.0
# Always a fresh interpreter, which is what all systems can do and threads allow.
_FRESH = multiprocessing.get_context("spawn")


@dataclass
class _Worker:
    """A process, the way to talk to it, and what it works on."""

    process: BaseProcess
    connection: Connection
    core: int | None
    item: Any = None


class _Crash:
    """A process ended while it worked."""


def usable_cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def each(
    make: Make, items: Sequence[Any], processes: int, crashed: Callable[[Any], Any]
) -> Iterator[Any]:
    """The result for every item, in the order in which they are done.

    Args:
        make: Makes what does the work; called once in every process.
        items: What to work on.
        processes: How many processes; each keeps to one core, as far as the system allows.
        crashed: The result for an item that ended its process.

    Raises:
        KinoraError: A process cannot begin.
    """
    if processes < 1:
        raise SettingError(f"--processes must be at least 1, not {processes}.")
    queue, tries = deque(items), Counter()
    workers = [_start(make, core) for core in range(min(processes, len(items)))]
    try:
        while workers:
            waiting = {worker.connection: worker for worker in workers}
            for connection in wait(list(waiting)):
                worker = waiting[connection]
                item, answer = worker.item, _received(worker)
                if isinstance(answer, _Crash):
                    _stop([worker])
                    workers[workers.index(worker)] = _start(make, worker.core)
                    tries[item] += 1
                    if tries[item] < _TRIES:
                        queue.append(item)
                    else:
                        yield crashed(item)
                    continue
                if queue:
                    worker.item = queue.popleft()
                    connection.send(worker.item)
                else:
                    workers.remove(worker)
                    _stop([worker])
                if item is not None:
                    yield answer
    finally:
        _stop(workers)


class Guarded:
    """The work in one process beside this one, so that an item that crashes it costs nothing else.

    Args:
        make: Makes what does the work; called in that process.
        crashed: The result for an item that ended its process.
    """

    def __init__(self, make: Make, crashed: Callable[[Any], Any]) -> None:
        self._make, self._crashed = make, crashed
        self._worker = self._begin()

    def __call__(self, item: Any) -> Any:
        """The result for an item."""
        for _ in range(_TRIES):
            self._worker.item = item
            self._worker.connection.send(item)
            answer = _received(self._worker)
            if not isinstance(answer, _Crash):
                return answer
            _stop([self._worker])
            self._worker = self._begin()
        return self._crashed(item)

    def _begin(self) -> _Worker:
        worker = _start(self._make, core=None)
        _received(worker)
        return worker


def _start(make: Make, core: int | None) -> _Worker:
    ours, theirs = _FRESH.Pipe()
    process = _FRESH.Process(target=_work, args=(theirs, make, core), daemon=True)
    process.start()
    theirs.close()
    return _Worker(process, ours, core)


def _received(worker: _Worker) -> Any:
    """What a process says: its result, None when it is ready to begin, or that it crashed."""
    try:
        answer = worker.connection.recv()
    except (EOFError, OSError):
        if worker.item is not None:
            return _Crash()
        worker.process.join(_STOP_S)
        raise KinoraError(
            f"A process ended before it began to work (exit code {worker.process.exitcode}). "
            "Perhaps memory is short: give fewer --processes."
        ) from None
    if isinstance(answer, KinoraError):  # it could not begin
        raise answer
    return answer


def _stop(workers: list[_Worker]) -> None:
    for worker in workers:
        worker.connection.close()  # which ends an idle one
        worker.process.terminate()
    for worker in workers:
        worker.process.join(_STOP_S)


def _work(connection: Connection, make: Make, core: int | None) -> None:
    """What a process does until nobody talks to it any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process tidies up for all
    if core is not None:
        _keep_to(core)
    try:
        work = make()
    except KinoraError as error:
        connection.send(error)
        return
    connection.send(None)
    try:
        while True:
            connection.send(work(connection.recv()))
    except (EOFError, OSError):
        return


def _keep_to(core: int) -> None:
    """Use one core only: the processes beside this one have the others."""
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[core % len(cores)]})

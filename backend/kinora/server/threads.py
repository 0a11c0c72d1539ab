"""Threads for requests: whoever hands one in never waits, and those that compute step back."""

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from functools import partial
from queue import SimpleQueue
from typing import Any

# How far threads that compute step back, of 19. Much further, and the others would wait for what
# these hold.
_STEP = 5


class Threads(Executor):
    """Like Python's ThreadPoolExecutor, but each thread begins the next one.

    To begin one takes milliseconds on a busy machine. Python's own lets the caller wait for that,
    and with him the callers of all other pools: here that would be every connection.

    Args:
        most: How many there may be.
        name: What they are called.
        step_back: They compute, so that the others of this program go first.
    """

    def __init__(self, most: int, name: str, step_back: bool = False) -> None:
        self._most, self._name, self._step_back = most, name, step_back
        self._calls: SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = SimpleQueue()
        self._lock, self._count, self._idle = threading.Lock(), 0, 0
        self._begin()

    def submit(self, call: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        """Have something called as soon as a thread is free."""
        future: Future[Any] = Future()
        self._calls.put((future, partial(call, *arguments, **named)))
        return future

    def _begin(self) -> None:
        name = f"{self._name}-{self._count}"
        threading.Thread(target=self._work, name=name, daemon=True).start()
        self._count += 1
        self._idle += 1

    def _work(self) -> None:
        if self._step_back:
            step_back()
        while True:
            future, call = self._calls.get()
            with self._lock:
                self._idle -= 1
                if self._idle == 0 and self._count < self._most:
                    with suppress(RuntimeError):  # the system allows no more; these will do
                        self._begin()
            if future.set_running_or_notify_cancel():
                _call(future, call)
            del future, call  # and with them the body of a request, before the next one comes
            with self._lock:
                self._idle += 1


class Lane:
    """Threads for one kind of request, and how many of them may be inside at a time."""

    def __init__(
        self, name: str, most: int, is_bounded: bool = True, step_back: bool = False
    ) -> None:
        self.name, self.inside = name, 0
        self._most = most if is_bounded else None
        self.threads = Threads(most, f"kinora-{name}", step_back)

    @property
    def is_full(self) -> bool:
        """There is no room for one more."""
        return self._most is not None and self.inside >= self._most

    def __enter__(self) -> None:
        self.inside += 1

    def __exit__(self, *_: object) -> None:
        self.inside -= 1


def step_back() -> None:
    """Let the other threads of this program go before this one and those that it begins.

    Only Linux knows that for a single thread; and it is a favour, not a need.
    """
    if sys.platform == "linux":
        usual = os.getpriority(os.PRIO_PROCESS, os.getpid())
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), usual + _STEP)


def _call(future: Future[Any], call: Callable[[], Any]) -> None:
    try:
        future.set_result(call())
    except BaseException as error:  # noqa: BLE001 - raised where the answer is waited for
        future.set_exception(error)

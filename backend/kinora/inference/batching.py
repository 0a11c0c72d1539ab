"""Turns: how many requests work at once, how many may wait, and who comes next."""

import threading
from collections import OrderedDict, deque
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from kinora.errors import BusyError, SettingError


class Turns:
    """Lets requests in one after the other, fairly.

    Callers take turns: whoever sends a hundred requests at once waits for his own, not everybody
    for his. The frames of the requests that are in are encoded in turn as well, so that a long
    video does not hold up a short one.

    Args:
        at_once: How many requests work at the same time.
        waiting: How many more may wait; one more than that is refused.
    """

    def __init__(self, at_once: int, waiting: int) -> None:
        if at_once < 1 or waiting < 0:
            raise SettingError("At least one request must work at a time, and none or more wait.")
        self._room, self._most_waiting = at_once, waiting
        self._waiting: OrderedDict[Hashable, deque[threading.Event]] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def waiting(self) -> int:
        """How many requests wait now."""
        with self._lock:
            return self._count()

    @contextmanager
    def turn(self, caller: Hashable = None) -> Iterator[None]:
        """Wait for a turn, and have it.

        Args:
            caller: Whose request it is, such as an address.

        Raises:
            BusyError: Too many wait already.
        """
        ticket = self._enter(caller)
        if ticket is not None:
            self._wait(ticket, caller)
        try:
            yield
        finally:
            self._leave()

    def _enter(self, caller: Hashable) -> threading.Event | None:
        """None where there is room, else what is set when it is this request's turn."""
        with self._lock:
            if self._room > 0:
                self._room -= 1
                return None
            if self._count() >= self._most_waiting:
                raise BusyError(
                    f"Too busy: {self._count()} requests are waiting already. "
                    "Try again in a few seconds."
                )
            ticket = threading.Event()
            self._waiting.setdefault(caller, deque()).append(ticket)
            return ticket

    def _wait(self, ticket: threading.Event, caller: Hashable) -> None:
        try:
            ticket.wait()
        except BaseException:  # interrupted: the place in the queue must not be lost
            self._withdraw(ticket, caller)
            raise

    def _withdraw(self, ticket: threading.Event, caller: Hashable) -> None:
        with self._lock:
            tickets = self._waiting.get(caller, deque())
            if ticket in tickets:
                tickets.remove(ticket)
                if not tickets:
                    del self._waiting[caller]
                return
        self._leave()

    def _leave(self) -> None:
        """Pass the turn on to the caller who waited longest since his last one."""
        with self._lock:
            if not self._waiting:
                self._room += 1
                return
            caller, tickets = self._waiting.popitem(last=False)
            tickets.popleft().set()
            if tickets:
                self._waiting[caller] = tickets

    def _count(self) -> int:
        return sum(len(tickets) for tickets in self._waiting.values())

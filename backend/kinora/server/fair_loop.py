"""The event loop: a few connections at a time, so that short questions pass long uploads."""

import asyncio
import selectors
import sys
from array import array
from typing import Any

if sys.platform != "win32":
    import fcntl
    import termios

# So many connections are read before it is looked again who else has come. Each takes about half a
# millisecond, and a question is looked after three times before it is answered.
_AT_A_TIME = 2


class FairSelector(selectors.DefaultSelector):
    """Hands out a few of the connections that are ready; first those that had the fewest turns.

    Asyncio looks after all that are ready in one go. When 200 uploads come at once, that takes
    some tenths of a second, and a question that comes meanwhile waits for it several times. Here
    it waits for a few pieces of uploads, which have had more turns in a row. Among those that had
    none yet, whoever sent least comes first, and that is a question.
    """

    def __init__(self) -> None:
        super().__init__()
        # Those that always come first.
        self.first: set[int] = set()
        self._turns: dict[int, int] = {}

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait until some are ready; those that are left out are so the next time still."""
        ready = super().select(timeout)
        # Whoever had nothing to say in between begins anew.
        turns = {key.fd: self._turns.get(key.fd, 0) for key, _ in ready}
        if len(ready) > _AT_A_TIME:
            ready.sort(key=lambda one: self._rank(one[0].fd, turns[one[0].fd]))
            del ready[_AT_A_TIME:]
        self._turns = turns | {key.fd: turns[key.fd] + 1 for key, _ in ready}
        return ready

    def _rank(self, number: int, turns: int) -> tuple[int, int]:
        """What it is sorted by."""
        if number in self.first:
            return -1, 0
        return turns, 0 if turns else _waiting_bytes(number)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        """Watch it no longer; the next one of this number is another one."""
        key = super().unregister(fileobj)
        self._turns.pop(key.fd, None)
        return key


def _waiting_bytes(number: int) -> int:
    """How much has come on a connection and was not read yet."""
    count = array("i", [0])
    fcntl.ioctl(number, termios.FIONREAD, count)
    return count[0]


class _FairLoop(asyncio.SelectorEventLoop):
    """Asyncio's, where new connections are let in before others are read."""

    def __init__(self) -> None:
        self._fair = FairSelector()
        super().__init__(self._fair)

    async def create_server(self, *arguments: Any, **named: Any) -> asyncio.Server:
        server = await super().create_server(*arguments, **named)
        self._fair.first |= {listener.fileno() for listener in server.sockets}
        return server


def new_loop() -> asyncio.AbstractEventLoop:
    """A fair one; on Windows, whose selectors take 512 connections at most, its usual one."""
    return asyncio.ProactorEventLoop() if sys.platform == "win32" else _FairLoop()

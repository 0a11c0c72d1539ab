"""Who is looked after next when many connections are ready at once."""

import asyncio
import selectors
import socket
import sys
from collections import Counter
from contextlib import ExitStack

import pytest

from kinora.server import fair_loop
from kinora.server.fair_loop import FairSelector, new_loop

UPLOADS = 30


@pytest.fixture
def ready():
    """A selector, and a function that adds a connection on which something has come."""
    with ExitStack() as stack:
        selector = stack.enter_context(FairSelector())

        def add(name: str, content: bytes = b"something") -> socket.socket:
            ours, theirs = (stack.enter_context(one) for one in socket.socketpair())
            theirs.send(content)
            selector.register(ours, selectors.EVENT_READ, name)
            return ours

        yield selector, add


def names(selector: FairSelector) -> list[str]:
    return [key.data for key, _ in selector.select(0)]


def test_a_few_at_a_time_and_all_in_turn(ready):
    selector, add = ready
    for number in range(UPLOADS):
        add(f"upload {number}")
    turns = Counter()
    while sum(turns.values()) < 10 * UPLOADS:
        few = names(selector)
        assert 0 < len(few) < 10
        turns.update(few)
    assert len(turns) == UPLOADS
    assert max(turns.values()) - min(turns.values()) <= 1


def test_a_newcomer_passes_those_that_had_their_turns(ready):
    selector, add = ready
    uploads = [add(f"upload {number}") for number in range(UPLOADS)]
    for _ in range(UPLOADS):
        names(selector)
    add("question")
    assert "question" in names(selector)
    # It had one turn, the uploads some; only somebody new would pass it.
    assert "question" in names(selector)
    selector.unregister(uploads[0])
    selector.register(uploads[0], selectors.EVENT_READ, "another one")
    assert "another one" in names(selector)


def test_of_all_newcomers_the_shortest_comes_first(ready):
    selector, add = ready
    for number in range(UPLOADS):
        add(f"upload {number}", bytes(1000))
    add("question", b"are you well?")
    assert "question" in names(selector)
    # Then the uploads have their turns, all of them.
    assert len({name for _ in range(UPLOADS) for name in names(selector)}) == UPLOADS + 1


def test_whoever_had_nothing_to_say_in_between_is_new(ready):
    selector, add = ready
    speaker = add("question")
    for _ in range(5):
        assert names(selector) == ["question"]
    speaker.recv(100)
    assert names(selector) == []
    for number in range(UPLOADS):
        add(f"upload {number}")
    for _ in range(UPLOADS):
        names(selector)
    # The same connection asks again.
    selector.modify(speaker, selectors.EVENT_WRITE, "question")
    assert "question" in names(selector)


def test_some_always_come_first(ready):
    selector, add = ready
    selector.first = {add("listener").fileno()}
    for number in range(UPLOADS):
        add(f"upload {number}")
    assert all("listener" in names(selector) for _ in range(UPLOADS))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps its usual loop")
def test_the_loop_lets_new_connections_in_first():
    async def watched() -> bool:
        server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        async with server:
            listening = {one.fileno() for one in server.sockets}
            return listening == asyncio.get_running_loop()._fair.first

    loop = new_loop()
    assert isinstance(loop, fair_loop._FairLoop)
    try:
        assert loop.run_until_complete(watched())
    finally:
        loop.close()

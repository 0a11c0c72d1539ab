"""In front of the application: takes whole requests in, so that slow clients hold no thread.

Bodies are received here, however slowly they come, into private files; only then does the
application see the request, in one of a few threads. Answers are sent from here as well, piece by
piece, as fast as the client reads them.
"""

import asyncio
import io
import logging
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, BinaryIO

from flask import Flask

from kinora.errors import BusyError, KinoraError, RequestError
from kinora.server.camera import Cameras
from kinora.server.guard import key_of
from kinora.server.services import ADMITTED, GONE, KEY, READ, REFUSAL, Services
from kinora.server.threads import Lane, Threads
from kinora.server.uploads import largest_upload, private_file, too_large
from kinora.server.wsgi import Answer, environ_of, run

logger = logging.getLogger(__name__)

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

# Threads for everything that is answered at once, so that it never waits for predictions.
_QUICK_THREADS = 4
# So many predictions are read by the application at a time, before they wait for their turn. More
# would only be in the way of each other and of the one thread that receives all requests.
_READ_AT_ONCE = 2
# Whoever asks whether the server lives shall not wait for a thread while a burst of requests holds
# them all. The application answers this without waiting for anything.
_HEALTH = ("/healthz", "/readyz")
# Listeners to the events of jobs hold a thread each.
_LISTENERS = 32
# A client must send at least so many bytes a second, after a start of so many seconds.
_SLOWEST_BYTES_PER_S = 1024
_PATIENCE_S = 30.0
# One that reads nothing of an answer for so long is gone.
_UNREAD_S = 60.0
# What is thrown away of a refused body, so that the client comes to read the refusal.
_MOST_THROWN_AWAY = 1 << 30


class _GoneError(Exception):
    """The client hung up or stopped reading."""


class Front:
    """The ASGI application that the server runs."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._parts: Services = app.extensions[KEY]
        self._quick = Lane("quick", _QUICK_THREADS, is_bounded=False)
        most = self._parts.settings.max_in_flight
        self._slow = Lane("predictions", most, step_back=True)
        self._listening = Lane("listeners", _LISTENERS)
        self._door = threading.Semaphore(_READ_AT_ONCE)
        self._cameras = Cameras(self._parts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "websocket":
            await self._cameras.serve(scope, receive, send)
            return
        is_health = scope["path"] in _HEALTH and scope["method"] in ("GET", "HEAD")
        try:
            if is_health:
                await self._tell_health(scope, send)
            else:
                await self._answer(scope, receive, send)
        except _GoneError:
            logger.info("a client hung up: %s %s", scope["method"], scope["path"])

    async def _tell_health(self, scope: Scope, send: Send) -> None:
        environ = environ_of(scope, _headers(scope), io.BytesIO(), 0)
        await _send(send, run(self._app.wsgi_app, environ), self._quick.threads)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = _headers(scope)
        file: BinaryIO = io.BytesIO()
        try:
            self._check(scope, headers)
            largest = largest_upload(scope["path"], self._parts.settings)
            file = self._file_for(headers, largest)
            size = await _receive(receive, file, largest)
        except (KinoraError, OSError) as refusal:  # no room on the disk, too
            file.close()
            environ = environ_of(scope, headers, io.BytesIO(), 0) | {REFUSAL: refusal}
            answer = await self._run(self._quick.threads, environ)
            await _send(send, answer, self._quick.threads, before_end=_throw_away(receive))
            return
        with file:
            await self._work(environ_of(scope, headers, file, size), receive, send)

    async def _work(self, environ: dict[str, Any], receive: Receive, send: Send) -> None:
        """Let the application answer, in a thread of the right kind."""
        lane = self._lane(environ)
        if lane.is_full:
            environ[REFUSAL] = BusyError(
                f"Too busy: {lane.inside} {lane.name} are served already. Try again in a moment."
            )
            lane = self._quick
        environ[ADMITTED], environ[GONE] = True, threading.Event()
        watch = asyncio.create_task(_until_gone(receive, environ[GONE]))
        try:
            with lane:
                door = self._door if lane is self._slow else None
                answer = await self._run(lane.threads, environ, door)
                if answer.pieces is not None:
                    await _send(send, answer, lane.threads)
                    return
            # However slowly it is read, a complete answer takes no room.
            await _send(send, answer, lane.threads)
        finally:
            watch.cancel()

    def _lane(self, environ: dict[str, Any]) -> Lane:
        """Each kind has threads of its own, so that nothing waits for predictions or a burst."""
        if environ["REQUEST_METHOD"] == "POST":
            return self._slow
        return self._listening if environ["PATH_INFO"].endswith("/events") else self._quick

    async def _run(
        self,
        threads: Threads,
        environ: dict[str, Any],
        door: threading.Semaphore | None = None,
    ) -> Answer:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(threads, _run, self._app.wsgi_app, environ, door)

    def _check(self, scope: Scope, headers: dict[str, str]) -> None:
        key = key_of(headers.get("authorization", ""), headers.get("x-api-key", ""))
        client = (scope.get("client") or ("",))[0]
        if scope["method"] != "OPTIONS":
            self._parts.guard.check(scope["path"], key, client)

    def _file_for(self, headers: dict[str, str], largest: int) -> BinaryIO:
        length = headers.get("content-length")
        if length is not None and int(length) > largest:
            raise too_large(largest)
        if length is None and "transfer-encoding" not in headers:
            length = "0"
        uploads = self._parts.settings.data / "uploads"
        return private_file(None if length is None else int(length), uploads)


def _run(app: Flask, environ: dict[str, Any], door: threading.Semaphore | None) -> Answer:
    """Call the application, behind a door that it leaves by itself once it has read the request."""
    with ExitStack() as stack:
        if door is not None:
            stack.enter_context(door)
            environ[READ] = stack.close
        return run(app, environ)


def _headers(scope: Scope) -> dict[str, str]:
    """The headers by name; those that came twice joined, as WSGI wants it."""
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        headers[key] = f"{headers[key]},{text}" if key in headers else text
    return headers


async def _receive(receive: Receive, file: BinaryIO, largest: int) -> int:
    """Receive a whole body into a file, back at its beginning then; the answer is its size."""
    start, size, is_more = time.monotonic(), 0, True
    while is_more:
        deadline = start + _PATIENCE_S + size / _SLOWEST_BYTES_PER_S
        try:
            with _at_most(deadline - time.monotonic()):
                message = await receive()
        except asyncio.TimeoutError as error:
            raise RequestError(
                "The request came too slowly and was given up.", "too_slow", 408
            ) from error
        if message["type"] == "http.disconnect":
            file.close()
            raise _GoneError
        size += len(message["body"])
        if size > largest:
            raise too_large(largest)
        file.write(message["body"])
        is_more = message.get("more_body", False)
    file.seek(0)
    return size


async def _throw_away(receive: Receive) -> None:
    """Receive the rest of a refused body: most clients read no answer before all is sent."""
    size, start = 0, time.monotonic()
    while size < _MOST_THROWN_AWAY:
        left = start + _PATIENCE_S + size / _SLOWEST_BYTES_PER_S - time.monotonic()
        try:
            with _at_most(left):
                message = await receive()
        except asyncio.TimeoutError:
            return
        size += len(message.get("body", b""))
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return


async def _until_gone(receive: Receive, gone: threading.Event) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    gone.set()


async def _send(
    send: Send,
    answer: Answer,
    pool: Threads,
    before_end: Awaitable[None] | None = None,
) -> None:
    """Send an answer as fast as it is read; pieces are fetched one at a time, in a thread."""
    # The server dates its answers by itself.
    headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1"))
        for name, value in answer.headers
        if name.lower() != "date"
    ]
    loop = asyncio.get_running_loop()
    is_whole = answer.pieces is None and before_end is None
    start = {"type": "http.response.start", "status": answer.status, "headers": headers}
    first = {"type": "http.response.body", "body": answer.body, "more_body": not is_whole}
    try:
        await _patiently(_in_turn(send, start, first))
        while answer.pieces is not None:
            piece = await loop.run_in_executor(pool, answer.next_piece)
            if piece is None:
                break
            await _patiently(send({"type": "http.response.body", "body": piece, "more_body": True}))
        if before_end is not None:
            await before_end
        if not is_whole:
            await _patiently(send({"type": "http.response.body", "body": b"", "more_body": False}))
    finally:
        if answer.pieces is not None:
            await loop.run_in_executor(pool, answer.close)


async def _in_turn(send: Send, *messages: dict[str, Any]) -> None:
    for message in messages:
        await send(message)


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Give up after so long, with TimeoutError.

    In this very task, while `wait_for` begins another one every time, which is a delay of its own
    in a burst of requests. (`asyncio.timeout` is not there before Python 3.11.)
    """
    is_over, task = False, asyncio.current_task()

    def give_up() -> None:
        nonlocal is_over
        is_over = True
        task.cancel()

    timer = asyncio.get_running_loop().call_later(seconds, give_up)
    try:
        yield
    except asyncio.CancelledError as error:
        raise (asyncio.TimeoutError if is_over else error) from None
    finally:
        timer.cancel()


async def _patiently(sending: Awaitable[None]) -> None:
    """Wait for the client to read, but not for ever."""
    try:
        with _at_most(_UNREAD_S):
            await sending
    except asyncio.TimeoutError as error:
        raise _GoneError from error

"""Running the application: one process, one model in memory, no debug server."""

import asyncio
import gc
import json
import logging
import socket
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from types import FrameType

import uvicorn
from flask import Flask
from uvicorn.protocols.http.h11_impl import H11Protocol

from kinora.errors import SettingError
from kinora.server.app import create_app
from kinora.server.camera import LARGEST_FRAME_BYTES
from kinora.server.config import ServerSettings
from kinora.server.front import Front
from kinora.server.logs import set_up_logs
from kinora.server.services import KEY, Services
from kinora.server.threads import step_back

logger = logging.getLogger(__name__)

_BACKLOG = 2048
# Requests that run when the server is told to stop have so long to finish.
_GRACE_S = 30
# A new connection must have brought the head of a request by then; one that is kept open for
# further requests is closed when none came for so long.
_SILENCE_S, _IDLE_S = 10, 60
# So much is read of one connection before the next one's turn; asyncio's own 256 KB take as long as
# four short questions.
_PIECE_BYTES = 1 << 16
# How long a thread that computes may keep the others waiting, with the one among them that receives
# all requests. Python's own 5 ms add up to a lot where many threads begin at once.
_SWITCH_S = 0.0005
# How often a camera is asked for a sign of life, and how long it may take to give one.
_PING_S, _PONG_S = 5.0, 8.0


def serve(settings: ServerSettings) -> int:
    """Serve until interrupted.

    Raises:
        SettingError: Nothing can listen there.
    """
    set_up_logs(settings.log_format)
    listener = _listen(settings.host, settings.port)
    host, port = settings.host, listener.getsockname()[1]
    with listener:
        app = _create_app(settings)
        parts: Services = app.extensions[KEY]
        shown = f"[{host}]" if ":" in host else host
        logger.info("Kinora is at http://%s:%s/ (stop it with Ctrl+C)", shown, port)
        try:
            if settings.debug:
                listener.close()
                app.run(host, port, debug=True, threaded=True, use_reloader=False)
            else:
                _be_prompt()
                _Server(app, parts).run(sockets=[listener])
        finally:
            parts.stop()
    return 0


def _create_app(settings: ServerSettings) -> Flask:
    """The application. Whatever threads it begins compute, so they step back."""
    with ThreadPoolExecutor(1, initializer=step_back) as thread:
        return thread.submit(create_app, settings).result()


def _be_prompt() -> None:
    """Keep pauses short that would hold up all requests at once."""
    # What is there now stays; to look through it for garbage takes a tenth of a second.
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(_SWITCH_S)


class _Protocol(H11Protocol):
    """HTTP, whose refusals have the shape of every error, and which waits for no one for long."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Give the client some time to say what it wants, and no more than its part of the time."""
        super().connection_made(transport)
        transport.max_size = _PIECE_BYTES
        self.loop.call_later(_SILENCE_S, self._close_if_silent)

    def _close_if_silent(self) -> None:
        # A connection that has become a WebSocket is not among these any more.
        if self in self.connections and self.cycle is None:
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP."""
        request_id = uuid.uuid4().hex
        logger.info("request %s is refused: %s", request_id, msg)
        body = {
            "success": False,
            "error": "bad_request",
            "message": "What came is no valid HTTP request.",
            "request_id": request_id,
        }
        content = json.dumps(body).encode()
        head = (
            "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(content)}\r\nX-Request-ID: {request_id}\r\n"
            "Connection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + content)
        # Closed at once, what is still on its way here would take the refusal away from the client.
        self.transport.write_eof()
        self.connections.discard(self)
        self.transport.set_protocol(asyncio.Protocol())  # which hears nothing
        self.loop.call_later(_SILENCE_S, self.transport.close)


class _Server(uvicorn.Server):
    """Uvicorn, which finishes what runs and then returns."""

    def __init__(self, app: Flask, parts: Services) -> None:
        super().__init__(
            uvicorn.Config(
                Front(app),
                loop="kinora.server.fair_loop:new_loop",
                http=_Protocol,
                ws="websockets-sansio",
                ws_max_size=LARGEST_FRAME_BYTES,
                ws_ping_interval=_PING_S,
                ws_ping_timeout=_PONG_S,
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                backlog=_BACKLOG,
                timeout_keep_alive=_IDLE_S,
                timeout_graceful_shutdown=_GRACE_S,
            )
        )
        self._parts = parts

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop; a second Ctrl+C does not wait. (Uvicorn would end the process by the signal.)"""
        if self.should_exit:
            self.force_exit = True
        self.should_exit = True
        self._parts.stopping.set()


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        try:
            if sys.platform != "win32":  # there it would let two servers share a port
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(_BACKLOG)
        except OSError:
            listener.close()
            raise
    except (OSError, UnicodeError) as error:
        raise SettingError(
            f"Nothing can listen on {host}:{port} ({error}). Choose another port, for example "
            f"with --port {port + 1} or `make run PORT={port + 1}`."
        ) from error
    return listener

"""The application's side of the front: one WSGI call for a request that is whole."""

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

# Longer answers are handed on in pieces.
_SHORT_BYTES = 1 << 20


@dataclass
class Answer:
    """What the application answered: a short body at once, or the pieces of a long one."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes = b""
    pieces: Iterator[bytes] | None = None
    close: Callable[[], object] = lambda: None

    def next_piece(self) -> bytes | None:
        """The next piece, None behind the last."""
        return next(self.pieces, None)


def environ_of(
    scope: Mapping[str, Any], headers: Mapping[str, str], body: BinaryIO, size: int
) -> dict[str, Any]:
    """A WSGI environment for an ASGI request."""
    client, server = scope.get("client") or ("", 0), scope.get("server") or ("localhost", 80)
    environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode("utf-8", "surrogateescape").decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": client[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in headers.items():
        if name not in ("content-type", "content-length", "transfer-encoding"):
            environ["HTTP_" + name.upper().replace("-", "_")] = value
    if "content-type" in headers:
        environ["CONTENT_TYPE"] = headers["content-type"]
    # The whole body is here, even if the client did not say beforehand how long it would be.
    environ["CONTENT_LENGTH"] = str(size)
    return environ


def run(app: Callable[..., Any], environ: dict[str, Any]) -> Answer:
    """Call the application; a short answer is complete afterwards."""
    started: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], error: Any = None) -> None:
        started[:] = [int(status.split(maxsplit=1)[0]), headers]

    parts = app(environ, start_response)
    close = getattr(parts, "close", lambda: None)
    answer = Answer(*started)
    length = next((v for name, v in answer.headers if name.lower() == "content-length"), None)
    if length is None or int(length) > _SHORT_BYTES:
        answer.pieces, answer.close = iter(parts), close
        return answer
    try:
        answer.body = b"".join(parts)
    finally:
        close()
    return answer

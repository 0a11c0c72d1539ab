"""What the tests of data sets share: tiny copies of real trees, and a web server for downloads."""

import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest


@pytest.fixture
def make_tree(tmp_path):
    """Make files below a fresh folder; a value is the text of the file, None a few bytes."""

    def make(entries, name="data"):
        root = tmp_path / name
        root.mkdir(exist_ok=True)
        texts = entries if isinstance(entries, dict) else dict.fromkeys(entries)
        for entry, text in texts.items():
            path = root / entry
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text or "clip", encoding="utf-8")
        return root

    return make


@pytest.fixture
def serve_files():
    """Start file servers for one test."""
    running = []

    def start(files, **more):
        running.append(FileServer(files, **more).__enter__())
        return running[-1]

    yield start
    for server in running:
        server.__exit__()


class FileServer:
    """Serves `files` (path to bytes) on a free port and remembers what was asked.

    Args:
        with_ranges: Whether a part of a file may be asked for.
        breaks: How many answers break off half way.
        content_type: What every answer claims to be.
    """

    def __init__(self, files, *, with_ranges=True, breaks=0, content_type="application/zip"):
        self.files = files
        self.with_ranges = with_ranges
        self.breaks = breaks
        self.content_type = content_type
        self.moved = {}
        self.asked = []

    def __enter__(self):
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(server):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            name = self.path.lstrip("/")
            server.asked.append((name, dict(self.headers)))
            if name in server.moved:
                self.send_response(302)
                self.send_header("Location", server.moved[name])
                self.end_headers()
                return
            if name not in server.files:
                self.send_error(404)
                return
            self._answer(server.files[name])

        def _answer(self, content):
            wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range") or "")
            start = int(wanted.group(1)) if wanted and server.with_ranges else 0
            if start and start >= len(content):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(content)}")
                self.end_headers()
                return
            self.send_response(206 if start else 200)
            self.send_header("Content-Type", server.content_type)
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            rest = content[start:]
            if server.breaks:
                server.breaks -= 1
                rest = rest[: len(rest) // 2]
            self.wfile.write(rest)

        def log_message(self, *_):
            """Stay silent."""

    return Handler

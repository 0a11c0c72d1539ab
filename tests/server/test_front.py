"""The front by itself: who is answered without a thread, and who is waited for no longer."""

import asyncio
import json
import threading
from concurrent.futures import Future

import pytest

from kinora.server import ServerSettings, create_app, front
from kinora.server.services import KEY


@pytest.fixture
def asked(compiled_models, tmp_path):
    """A front of its own."""
    app = create_app(ServerSettings(models=compiled_models, data=tmp_path))
    yield front.Front(app)
    app.extensions[KEY].stop()


def scope(method: str, path: str) -> dict:
    return {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
        "client": ("127.0.0.1", 1),
    }


async def nothing_more() -> dict:
    return {"type": "http.disconnect"}


def answers(asked: front.Front, method: str, path: str) -> list[dict]:
    """What the front sends."""
    sent = []

    async def send(message: dict) -> None:
        sent.append(message)

    asyncio.run(asyncio.wait_for(asked(scope(method, path), nothing_more, send), 20))
    return sent


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/healthz", "ok"), ("GET", "/readyz", "ready"), ("HEAD", "/healthz", "ok")],
)
def test_health_is_told_while_all_threads_are_busy(asked, method, path, status):
    release = threading.Event()
    holding: list[Future] = [
        lane.threads.submit(release.wait, 20)
        for lane in (asked._quick, asked._slow, asked._listening)
        for _ in range(100)
    ]
    try:
        start, body = answers(asked, method, path)
    finally:
        release.set()
    assert all(future.result() for future in holding)
    headers = dict(start["headers"])
    assert start["status"] == 200
    assert len(headers[b"x-request-id"]) == 32
    assert headers[b"x-content-type-options"] == b"nosniff"
    if method == "GET":
        assert json.loads(body["body"]) == {"status": status}
    assert body["more_body"] is False


def test_a_client_that_reads_nothing_is_given_up(asked, monkeypatch, caplog):
    monkeypatch.setattr(front, "_UNREAD_S", 0.05)

    async def never(_: dict) -> None:
        await asyncio.Event().wait()

    with caplog.at_level("INFO"):
        asyncio.run(asyncio.wait_for(asked(scope("GET", "/healthz"), nothing_more, never), 20))
    assert "a client hung up: GET /healthz" in caplog.text


def test_whoever_is_cancelled_by_others_is_not_too_slow():
    async def wait() -> None:
        with front._at_most(20):
            await asyncio.Event().wait()

    async def cancel() -> None:
        task = asyncio.create_task(wait())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())

"""The camera at /stream: the same answers as for a file, and clients that misbehave."""

import io
import json
from contextlib import ExitStack

import numpy as np
import pytest
from PIL import Image
from tests.server.conftest import PATIENCE_S, in_threads, is_well, until
from tests.tiny_models import scene
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from kinora import Recognizer


def jpeg(number: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(scene(number, 96, 64)).save(file, "JPEG", quality=90)
    return file.getvalue()


@pytest.fixture
def call(server):
    """Open a camera's connection and send its options."""
    with ExitStack() as opened:

        def camera(options: dict | None = None, **more) -> ClientConnection:
            address = server.url.replace("http", "ws") + "/stream"
            connection = opened.enter_context(connect(address, **more))
            if options is not None:
                connection.send(json.dumps(options))
            return connection

        yield camera


def told_to_go(connection: ClientConnection) -> tuple[dict, int, str]:
    """The error a camera is told, and the code and reason with which it is dropped."""
    error = json.loads(connection.recv(timeout=PATIENCE_S))
    with pytest.raises(ConnectionClosed) as closed:
        connection.recv(timeout=PATIENCE_S)
    return error, closed.value.rcvd.code, closed.value.rcvd.reason


def test_a_streamed_clip_ends_with_the_answer_for_the_file(call, compiled_models, tmp_path):
    frames = [jpeg(number) for number in range(50)]
    for number, content in enumerate(frames):
        (tmp_path / f"{number:03}.jpg").write_bytes(content)
    expected = Recognizer.load(compiled_models / "moves").predict(tmp_path)
    connection = call({"model": "moves", "top_k": 2, "fps": 25})
    for number, content in enumerate(frames, 1):
        connection.send(content)
        answer = json.loads(connection.recv(timeout=PATIENCE_S))
        assert answer["frame"] == number
        assert answer["warming_up"] == (number < 6)
    assert set(answer) == {
        "action", "confidence", "top", "unsure", "frame", "latency_ms", "warming_up", "dropped"
    }  # fmt: skip
    assert answer["dropped"] == 0
    assert [score["action"] for score in answer["top"]] == [s.action for s in expected.top[:2]]
    assert answer["confidence"] == pytest.approx(100 * expected.confidence, abs=0.01)


def test_when_frames_come_too_fast_the_newest_is_answered(call):
    connection = call({})
    for number in range(300):
        connection.send(jpeg(number % 3))
    seen = []
    while not seen or seen[-1]["frame"] < 300:
        seen.append(json.loads(connection.recv(timeout=PATIENCE_S)))
    assert seen[-1]["dropped"] == 300 - len(seen)
    numbers = [answer["frame"] for answer in seen]
    assert numbers == sorted(set(numbers))


def test_several_cameras_do_not_mix(call):
    colours = {"red": (250, 10, 10), "green": (10, 250, 10), "blue": (10, 10, 250)}

    def watch(number: int) -> bool:
        name, colour = list(colours.items())[number % 3]
        file = io.BytesIO()
        Image.fromarray(np.full((48, 64, 3), colour, np.uint8)).save(file, "JPEG")
        connection = call({"model": "tints"})
        for _ in range(20):
            connection.send(file.getvalue())
            if json.loads(connection.recv(timeout=PATIENCE_S))["action"] != name:
                return False
        return True

    assert all(in_threads(6, watch))


@pytest.mark.parametrize(
    ("messages", "error"),
    [
        (["no JSON"], "bad_message"),
        (["[]"], "bad_message"),
        ([b"\xff\xd8\xff"], "bad_message"),
        (['{"top_k": 0}'], "bad_option"),
        (['{"colour": 1}'], "bad_option"),
        (['{"model": "nobody"}'], "bad_request"),
        (["{}", "more text"], "bad_message"),
        (["{}", b"rubbish"], "unsupported_media"),
        (["{}", b"\xff\xd8\xff but no picture"], "undecodable"),
        (["{}", b"\x1aE\xdf\xa3 a video"], "unsupported_media"),
        (["{}", b""], "unsupported_media"),
    ],
)
def test_rubbish_is_dropped_with_a_reason(server, call, messages, error):
    connection = call()
    for message in messages:
        connection.send(message)
    told, code, reason = told_to_go(connection)
    assert (told["success"], told["error"], code) == (False, error, 1008)
    assert set(told) == {"success", "error", "message", "request_id"}
    assert told["message"].startswith(reason.rstrip())
    assert is_well(server)


def test_a_frame_that_is_too_large_is_dropped(call):
    connection = call({})
    with pytest.raises(ConnectionClosed) as closed:
        connection.send(bytes(9_000_000))
        connection.recv(timeout=PATIENCE_S)
    assert closed.value.rcvd.code == 1009


@pytest.mark.parametrize(
    ("origin", "is_allowed"),
    [(None, True), ("null", True), ("http://localhost:8000", True), ("https://evil.com", False)],
)
def test_only_allowed_pages_may_watch(call, origin, is_allowed):
    if is_allowed:
        call({}, origin=origin)
        return
    with pytest.raises(InvalidStatus) as refused:
        call({}, origin=origin)
    assert refused.value.response.status_code == 403


def test_too_many_cameras_are_told_to_come_back(make_server):
    server = make_server(max_cameras=1, api_key="secret")
    address = server.url.replace("http", "ws") + "/stream"
    with connect(address) as first:
        first.send(json.dumps({"api_key": "secret"}))
        first.send(jpeg(1))
        assert "action" in json.loads(first.recv(timeout=PATIENCE_S))
        with connect(address) as second:
            told, code, _ = told_to_go(second)
            assert (told["error"], code) == ("busy", 1013)

    def has_place() -> bool:
        with connect(address) as third:
            third.send("{}")
            return told_to_go(third)[0]["error"] == "unauthorized"

    until(has_place)

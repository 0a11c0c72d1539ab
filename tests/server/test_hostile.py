"""What a server meets on the open net: odd names, damaged files, bombs, half requests."""

import io
import json
import socket
import struct
import zipfile
import zlib
from contextlib import ExitStack

import pytest
import requests
from tests.conftest import write_video
from tests.server.conftest import PATIENCE_S, RunningServer, in_threads, is_well, until

ERROR_FIELDS = {"success", "error", "message", "request_id"}
# What a request may leave behind: interpreters and caches, made once.
_MOST_MEMORY_MB = 60


def is_clean(server: RunningServer) -> bool:
    """No upload is left where uploads lie."""
    folder = server.data / "uploads"
    return not folder.exists() or not any(folder.iterdir())


def connection(server: RunningServer) -> socket.socket:
    host, port = server.url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=PATIENCE_S)


def assert_refused(answer: requests.Response, *statuses: int) -> None:
    body = answer.json()
    assert answer.status_code in statuses, body
    assert set(body) == ERROR_FIELDS
    for inside in ("/", "Traceback", "av.error", "PIL", "Errno"):
        assert inside not in body["message"].replace("GET /", "").replace("POST /", "")


def png_of_size(width: int, height: int) -> bytes:
    """A small file that says it is a large picture."""

    def part(name: bytes, content: bytes) -> bytes:
        check = zlib.crc32(name + content)
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", header) + part(b"IDAT", pixels) + part(b"IEND", b"")


def zip_bomb(megabytes: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(megabytes // 50):
            archive.writestr(f"{number}.mp4", bytes(50_000_000))
    return file.getvalue()


def test_every_odd_clip_gets_an_answer_or_a_reason(server, shared_data):
    for path in sorted((shared_data / "decoder_clips").iterdir()):
        answer = server.predict(path)
        if answer.status_code != 200:
            assert_refused(answer, 415, 422)
    assert is_clean(server)


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "..\\..\\boot.ini",
        "/etc/passwd",
        "C:\\autoexec.bat",
        "a\0b.mp4",
        "x" * 300 + ".mp4",
        "видео.mp4",
        "動画🎬.mp4",
        "%2e%2e%2f.mp4",
        "con",
        " ",
        'quo"te.mp4',
        "line\r\nbreak.mp4",
        "",
        None,
    ],
)
def test_names_mean_nothing(server, clips, name):
    content = clips[0].read_bytes()
    answer = server.post("/predict?model=tints", files={"video": (name, content)})
    assert answer.json()["action"] == "red"
    assert is_clean(server)


@pytest.mark.parametrize("filename", [None, b"", b"\0.mp4", b"a" * 100_000])
def test_names_that_no_library_would_send(server, clips, filename):
    name = b"" if filename is None else b'; filename="' + filename + b'"'
    body = b'--x\r\nContent-Disposition: form-data; name="video"' + name + b"\r\n\r\n"
    body += clips[1].read_bytes() + b"\r\n--x--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = server.post("/predict?model=tints", data=body, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.json()["action"] == "green"


@pytest.mark.parametrize("chunked", [False, True])
def test_101_megabytes_are_too_many(server, chunked):
    block = bytes(1_000_000)
    data = (block for _ in range(101)) if chunked else io.BytesIO(bytes(101_000_000))
    assert_refused(server.post("/predict", data=data), 413)
    assert is_clean(server)


def test_bombs_are_defused(server):
    small = server.memory_mb()
    bomb = zip_bomb(1000)
    assert len(bomb) < 2_000_000
    assert_refused(server.post("/predict", files={"video": ("clip.mp4", bomb)}), 415)
    assert_refused(server.post("/predict", data=png_of_size(30_000, 30_000)), 413)
    assert_refused(server.post("/predict", data=png_of_size(6_000, 6_000)), 422)
    job = server.post("/jobs", data=bomb).json()
    until(lambda: server.get(job["links"]["self"]).json()["state"] not in ("queued", "running"))
    files = server.get(job["links"]["result"]).json()["files"]
    assert {file["error"] for file in files} == {"unsupported_media"}
    assert server.memory_mb() - small < _MOST_MEMORY_MB
    assert is_clean(server)


def test_a_file_that_claims_ten_hours_is_too_long(server, tmp_path):
    path = write_video(tmp_path / "long.mp4", 2, stamps=[0, 25 * 36_000])
    assert_refused(server.predict(path), 413)


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"rubbish\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", 400),
        (b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n", 400),
        (b"GET /%ff%00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 404),
        (b"BREW / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 405),
        (b"GET /" + b"a" * 50_000 + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 404),
        (b"GET /" + b"a" * 100_000, 400),
    ],
)
def test_requests_that_are_none(server, raw, status):
    with connection(server) as plain:
        plain.sendall(raw)
        answer = b"".join(iter(lambda: plain.recv(65536), b""))
    assert answer.startswith(f"HTTP/1.1 {status} ".encode()), answer[:300]
    assert set(json.loads(answer.partition(b"\r\n\r\n")[2])) == ERROR_FIELDS
    assert is_well(server)


def test_connections_that_fall_silent_are_closed(server):
    with ExitStack() as opened:
        silent, half, camera = (opened.enter_context(connection(server)) for _ in range(3))
        half.sendall(b"GET /healthz HTTP/1.1\r\nHost: ")
        camera.sendall(
            b"GET /stream HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        assert b" 101 " in camera.recv(4096)
        camera.sendall(b"\x81\x82\0\0\0\0{}")  # the options; now it hangs and answers no ping
        assert [plain.recv(100) for plain in (silent, half)] == [b"", b""]
        heard = b"".join(iter(lambda: camera.recv(4096), b""))
    assert b"\x03\xf3" in heard  # 1011, and the reason
    assert b"ping timeout" in heard


def _half_request(server: RunningServer) -> socket.socket:
    """A connection in the middle of an upload."""
    plain = connection(server)
    plain.sendall(b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\n\r\n")
    plain.sendall(bytes(1_200_000))
    return plain


def test_clients_that_hang_up_or_crawl_do_not_stop_others(make_server, clips):
    server = make_server(max_in_flight=4)
    crawling = [_half_request(server) for _ in range(40)]
    for number, plain in enumerate([_half_request(server) for _ in range(40)]):
        if number % 2:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        plain.close()

    def ask(_: int) -> int:
        for plain in crawling[:5]:
            plain.send(b"x")
        return server.predict(clips[0]).status_code

    assert in_threads(4, ask) == [200] * 4
    for plain in crawling:
        plain.close()
    until(lambda: is_clean(server))


def test_a_client_that_does_not_read_its_answer_does_not_stop_others(make_server, moving_clip):
    server = make_server()
    made = server.predict(moving_clip, annotate="1").json()["annotated"]
    deaf = []
    for _ in range(40):
        deaf.append(connection(server))
        deaf[-1].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        for _ in range(20):
            deaf[-1].sendall(f"GET {made['url']} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert server.predict(moving_clip).status_code == 200
    assert server.get("/models").status_code == 200
    for plain in deaf:
        plain.close()

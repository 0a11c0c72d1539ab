"""The server's shape: the page, its facts, one form of error."""

import json
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from tests.conftest import run_python

import kinora
from kinora.errors import MediaTooLargeError, UnsupportedMediaError
from kinora.server import ServerSettings, create_app

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def app(tmp_path):
    app = create_app(ServerSettings(models=tmp_path / "models", data=tmp_path / "data"))
    yield app
    app.extensions["kinora"].stop()


@pytest.fixture
def client(app):
    return app.test_client()


def test_a_program_gets_json_and_a_browser_the_page(client):
    answer = client.get("/", headers={"Accept": "*/*"}).get_json()
    assert answer["status"] == "ok"
    assert answer["version"] == kinora.__version__
    assert "GET /classes" in answer["endpoints"]
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    with client.get("/", headers=browser) as answer:
        assert answer.mimetype == "text/html"
        assert b"<title>Kinora" in answer.data


@pytest.mark.parametrize("name", ["style.css", "script.js", "js/api.js", "js/server.js"])
def test_the_page_brings_its_files(client, name):
    with client.get(f"/{name}") as answer:
        assert answer.data == (ROOT / "frontend" / name).read_bytes()


@pytest.mark.parametrize("name", ["../pyproject.toml", "..%2fpyproject.toml", "%2fetc/passwd"])
def test_no_path_leads_out_of_the_page(client, name):
    assert client.get(f"/{name}").status_code == 404


def test_without_models_it_says_so(client):
    assert client.get("/models").get_json() == {"models": [], "broken": []}
    assert client.get("/classes").get_json() == {"classes": [], "count": 0}
    answer = client.get("/classes?model=other")
    assert answer.status_code == 400
    assert "none yet" in answer.get_json()["message"]


def test_a_broken_bundle_is_reported(app, client, tmp_path):
    (tmp_path / "models" / "half").mkdir(parents=True)
    app.extensions["kinora"].registry.look(patient=False)
    broken = client.get("/models").get_json()["broken"]
    assert [entry["name"] for entry in broken] == ["half"]
    assert broken[0]["reason"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("POST", "/models", 405), ("GET", "/predict", 405)],
)
def test_errors_have_one_shape(client, method, path, status):
    answer = client.open(path, method=method)
    body = answer.get_json()
    assert answer.status_code == status
    assert set(body) == {"success", "error", "message", "request_id"}
    assert body["success"] is False
    assert body["request_id"] == answer.headers["X-Request-ID"]


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (UnsupportedMediaError("walk.txt is no video."), 415, "unsupported_media"),
        (MediaTooLargeError("Too long."), 413, "too_large"),
        (RuntimeError("/secret/path"), 500, "internal_error"),
    ],
)
def test_every_error_gets_its_status_and_shows_nothing_inside(app, error, status, code):
    @app.get("/fail")
    def fail():
        raise error

    answer = app.test_client().get("/fail")
    assert (answer.status_code, answer.get_json()["error"]) == (status, code)
    assert "secret" not in answer.text


def test_request_ids_are_kept_when_they_are_harmless(client):
    assert client.get("/healthz", headers={"X-Request-ID": "a-1"}).headers["X-Request-ID"] == "a-1"
    evil = client.get("/healthz", headers={"X-Request-ID": "a b<script>"}).headers["X-Request-ID"]
    assert evil != "a b<script>"


@pytest.mark.parametrize(
    ("origin", "is_allowed"),
    [("null", True), ("http://localhost:8000", True), ("https://example.com", False)],
)
def test_pages_from_disk_and_from_this_machine_may_ask(client, origin, is_allowed):
    headers = client.get("/models", headers={"Origin": origin}).headers
    assert ("Access-Control-Allow-Origin" in headers) == is_allowed


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize("how", ["kinora", "app.py"])
def test_a_real_server_process_answers_and_stops(how, tmp_path):
    port = str(free_port())
    command = {
        "kinora": [sys.executable, "-m", "kinora", "serve", "--port", port],
        "app.py": [sys.executable, str(ROOT / "backend" / "app.py")],
    }[how]
    environment = {
        "PYTHONPATH": str(ROOT / "backend"),
        "PORT": port,
        "KINORA_MODELS": str(tmp_path),
        "KINORA_DATA": str(tmp_path / "data"),
    }
    server = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        line = next(line for line in server.stderr if "http" in line)
        assert f"http://127.0.0.1:{port}/" in line
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=60) as answer:
            assert json.load(answer) == {"status": "ok"}
        second = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False
        )
        assert second.returncode == 2
        assert "Choose another port" in second.stderr
        server.terminate()
        assert server.wait(60) == 0
    finally:
        server.kill()
        server.wait(60)
        server.stderr.close()


def test_serving_starts_without_tensorflow(tmp_path):
    code = (
        "import sys; from kinora.server import ServerSettings, create_app;"
        "create_app().test_client().get('/models');"
        "print('tensorflow' in sys.modules or 'keras' in sys.modules)"
    )
    begin = time.perf_counter()
    folders = {"KINORA_MODELS": str(tmp_path), "KINORA_DATA": str(tmp_path / "data")}
    assert run_python(code, **folders) == "False"
    assert time.perf_counter() - begin < 60

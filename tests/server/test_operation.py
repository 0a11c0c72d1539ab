"""What whoever runs the server relies on: metrics, logs, headers, and a calm end."""

import threading

import pytest
import requests
from tests.server.conftest import PATIENCE_S, until

from kinora.errors import ModelError


def test_metrics_count_requests_and_stages(server, moving_clip):
    server.predict(moving_clip, model="tints")
    text = server.get("/metrics").text
    for line in (
        'kinora_requests_total{method="POST",route="/predict",status="200"}',
        'kinora_stage_seconds_count{stage="decode"}',
        'kinora_stage_seconds_count{stage="wait"}',
        'kinora_predictions_total{model="tints"}',
        'kinora_model_info{input="image",model="poses"} 1.0',
        "kinora_waiting 0.0",
        "kinora_models_broken 0.0",
    ):
        assert line in text
    assert server.get("/metrics").headers["Content-Type"].startswith("text/plain")


def test_unknown_addresses_do_not_fill_the_metrics(server):
    for number in range(20):
        server.get(f"/nowhere/{number}")
    assert "/nowhere" not in server.get("/metrics").text


def test_logs_carry_the_request_id(server):
    server.get("/nowhere", headers={"X-Request-ID": "find-me"})
    (line,) = [line for line in server.lines() if line["request_id"] == "find-me"]
    assert (line["status"], line["path"], line["level"]) == (404, "/nowhere", "info")
    assert line["ms"] >= 0


def test_ready_means_that_a_model_can_answer(make_server, tmp_path):
    server = make_server(models=tmp_path / "none")
    assert server.get("/healthz").status_code == 200
    for answer in (server.get("/readyz"), server.post("/predict", data=b"GIF89a")):
        assert answer.status_code >= 400
    refused = server.get("/readyz")
    assert (refused.status_code, refused.json()["error"]) == (503, "not_ready")


@pytest.mark.parametrize(
    ("path", "accept", "policy"),
    [
        ("/", "text/html", "script-src 'self';"),
        ("/docs", "text/html", "script-src 'self';"),
        ("/models", "*/*", "default-src 'none'"),
        ("/nowhere", "*/*", "default-src 'none'"),
    ],
)
def test_answers_tell_browsers_to_be_careful(server, path, accept, policy):
    headers = server.get(path, headers={"Accept": accept}).headers
    assert policy in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe-eval" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "Server" not in headers
    assert len(headers["X-Request-ID"]) == 32


@pytest.mark.parametrize(
    ("origins", "origin", "is_allowed"),
    [
        (None, "null", True),
        (None, "http://127.0.0.1:8080", True),
        (None, "http://localhost.evil.com", False),
        (None, "https://good.org", False),
        ("https://good.org,https://better.org", "https://better.org", True),
        ("https://good.org", "null", False),
        ("https://good.org", "https://goodXorg", False),
    ],
)
def test_only_allowed_pages_may_ask(make_server, server, origins, origin, is_allowed):
    asked = make_server(origins=origins) if origins else server
    for answer in (
        asked.get("/models", headers={"Origin": origin}),
        asked.post("/predict", headers={"Origin": origin}),
        requests.options(
            asked.url + "/predict",
            headers={"Origin": origin, "Access-Control-Request-Method": "POST"},
            timeout=30,
        ),
    ):
        allowed = answer.headers.get("Access-Control-Allow-Origin")
        assert allowed == (origin if is_allowed else None)


def test_what_runs_is_finished_when_the_server_stops(make_server, moving_clip):
    server = make_server()
    answers = []
    url, content = server.url + "/predict?annotate=1&explain=1", moving_clip.read_bytes()

    def ask() -> None:
        # In pieces, for which the server makes room as soon as they come in.
        pieces = iter([content])
        answers.append(requests.post(url, data=pieces, timeout=PATIENCE_S).status_code)

    asking = threading.Thread(target=ask)
    asking.start()
    until((server.data / "uploads").exists)
    assert server.stop() == 0
    asking.join()
    assert answers == [200]


def test_a_fault_of_the_server_shows_nothing_inside(make_server, compiled_models, tmp_path):
    from kinora.server import ServerSettings, create_app

    app = create_app(ServerSettings(models=compiled_models, data=tmp_path / "data"))

    @app.get("/fail")
    def fail():
        raise ModelError("/secret/path cannot be run: NullPointer in op 7")

    answer = app.test_client().get("/fail")
    app.extensions["kinora"].stop()
    assert (answer.status_code, answer.get_json()["error"]) == (500, "internal_error")
    assert "secret" not in answer.text
    assert "op 7" not in answer.text

"""More requests than the server can answer: answers or a polite refusal, and then all is normal."""

import os
import subprocess
import sys
import threading

import requests
from tests.conftest import ROOT
from tests.server.conftest import in_threads, until

CLIENTS = 200


def test_200_requests_at_once_are_answered_or_told_to_come_back(make_server, moving_clip):
    server = make_server(max_in_flight=16)
    content, start = moving_clip.read_bytes(), threading.Barrier(CLIENTS)

    def ask(_: int) -> tuple[int, bool]:
        start.wait()
        answer = server.post("/predict?timeline=1", data=content)
        return answer.status_code, "Retry-After" in answer.headers

    answers = in_threads(CLIENTS, ask)
    assert set(answers) == {(200, False), (503, True)}
    assert server.post("/predict", data=content).status_code == 200
    assert "kinora_waiting 0.0" in server.get("/metrics").text


def test_health_is_told_at_once_while_200_requests_come(compiled_models):
    overload = str(ROOT / "benchmarks" / "overload.py")
    done = subprocess.run(
        [sys.executable, overload, str(compiled_models), "--brief"],
        env={**os.environ, "PYTHONPATH": str(ROOT / "backend")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_whoever_hangs_up_while_waiting_costs_nothing(make_server, moving_clip):
    server = make_server(at_once=1)
    content = moving_clip.read_bytes()

    def ask_in_a_hurry(_: int) -> None:
        try:
            server_answer = requests.post(server.url + "/predict", data=content, timeout=0.05)
            assert server_answer.status_code == 200
        except (requests.ConnectionError, requests.Timeout):
            pass

    def is_noticed() -> bool:
        in_threads(40, ask_in_a_hurry)
        assert server.post("/predict", data=content).status_code == 200
        return 'route="/predict",status="499"' in server.get("/metrics").text

    until(is_noticed)


def test_a_client_may_not_ask_too_often(make_server):
    server = make_server(max_per_minute=5)
    answers = [server.get("/models") for _ in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
    assert answers[-1].json()["error"] == "too_many_requests"
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert server.get("/healthz").status_code == 200


def test_a_key_is_wanted_where_one_is_set(make_server, clips):
    server = make_server(api_key="secret")
    for path in ("/classes", "/models", "/metrics", "/jobs/0"):
        refused = server.get(path)
        assert (refused.status_code, refused.json()["error"]) == (401, "unauthorized")
    assert server.predict(clips[0]).status_code == 401
    assert server.get("/models", headers={"X-API-Key": "secret"}).status_code == 200
    assert server.get("/models", headers={"Authorization": "Bearer secret"}).status_code == 200
    for path in ("/", "/healthz", "/readyz", "/docs", "/openapi.json", "/style.css", "/samples"):
        assert server.get(path).status_code == 200
    # A browser asks whether it may ask, without a key.
    asked = requests.options(
        server.url + "/predict",
        headers={
            "Origin": "http://localhost:8000",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "x-api-key",
        },
        timeout=30,
    )
    assert asked.headers["Access-Control-Allow-Origin"] == "http://localhost:8000"
    assert "x-api-key" in asked.headers["Access-Control-Allow-Headers"].lower()

"""A real server process on a free port, and the clips that are sent to it."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
import requests
from tests.conftest import ROOT, write_video
from tests.tiny_models import scene

# Generous, because tests share the machine; nothing waits longer than it has to.
STARTS_IN_S = 180
PATIENCE_S = 120


class RunningServer:
    """`kinora serve` as a process of its own."""

    def __init__(self, folder: Path, models: Path, **settings: object) -> None:
        self.data = folder / "data"
        self.log = folder / "log.txt"
        self._settings = {"models": models, "data": self.data, "log_format": "json", **settings}
        self.process: subprocess.Popen | None = None
        self.url = ""

    def start(self) -> "RunningServer":
        """Start it and wait for its address."""
        words = [f"--{name.replace('_', '-')}={value}" for name, value in self._settings.items()]
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "backend")}
        begin = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "kinora", "serve", "--port=0", *words],
                env=environment,
                stderr=log,
            )
        deadline = time.monotonic() + STARTS_IN_S
        while not self.url:
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            for line in self.log.read_text()[begin:].splitlines():
                _, found, rest = line.partition("Kinora is at ")
                if found:
                    self.url = rest.split("/ ")[0]
            time.sleep(0.02)
        return self

    def stop(self) -> int:
        """Ask it to stop; its exit code."""
        if self.process.poll() is None:
            self.process.terminate()
        self.url = ""
        return self.process.wait(PATIENCE_S)

    def kill(self) -> None:
        """End it without a warning."""
        self.process.kill()
        self.process.wait()
        self.url = ""

    def lines(self) -> list[dict]:
        """What it logged."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def memory_mb(self) -> float:
        """What it holds now."""
        return psutil.Process(self.process.pid).memory_info().rss / 1e6

    def get(self, path: str, **more) -> requests.Response:
        return requests.get(self.url + path, timeout=PATIENCE_S, **more)

    def post(self, path: str, **more) -> requests.Response:
        return requests.post(self.url + path, timeout=PATIENCE_S, **more)

    def predict(self, path: Path, name: str = "video.mp4", **options) -> requests.Response:
        """Send a file as the form field `video`."""
        with path.open("rb") as file:
            return self.post("/predict", files={"video": (name, file)}, data=options)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL of our own; skips where there is none."""
    pytest.importorskip("psycopg")
    if sys.platform == "win32" or not (shutil.which("initdb") and shutil.which("pg_ctl")):
        pytest.skip("no PostgreSQL on this machine")
    user = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = Path(tempfile.mkdtemp())  # short, for the socket in it
    try:
        if user:
            shutil.chown(folder, user)
        flags = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -F"
        for words in (
            ["initdb", "-D", folder / "db", "-U", "kinora", "-A", "trust", "--no-sync"],
            ["pg_ctl", "-D", folder / "db", "-l", folder / "log", "-o", flags, "-w", "start"],
        ):
            subprocess.run(words, check=True, stdout=subprocess.DEVNULL, user=user, cwd=folder)
        yield f"postgresql+psycopg://kinora@127.0.0.1:{port}/postgres"
    finally:
        stop = ["pg_ctl", "-D", folder / "db", "-m", "immediate", "stop"]
        subprocess.run(stop, check=False, stdout=subprocess.DEVNULL, user=user, cwd=folder)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def make_server(tmp_path, compiled_models):
    """Start servers with their own settings; all are stopped at the end."""
    running = []

    def make(models: Path = compiled_models, **settings) -> RunningServer:
        folder = tmp_path / f"server{len(running)}"
        folder.mkdir()
        running.append(RunningServer(folder, models, **settings).start())
        return running[-1]

    yield make
    for server in running:
        if server.process.poll() is None:
            server.kill()


@pytest.fixture(scope="module")
def server(tmp_path_factory, compiled_models):
    """One server with the usual settings for all tests of a file."""
    running = RunningServer(tmp_path_factory.mktemp("server"), compiled_models).start()
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="session")
def clips(tmp_path_factory) -> list[Path]:
    """Clips of one colour each and of different lengths; `tints` tells them apart for certain."""
    folder = tmp_path_factory.mktemp("clips")
    return [
        write_video(folder / f"{number}.mp4", 10 + 2 * number, frame=_coloured(number))
        for number in range(6)
    ]


@pytest.fixture(scope="session")
def moving_clip(tmp_path_factory) -> Path:
    """A clip of four seconds in which something happens."""
    path = tmp_path_factory.mktemp("moving") / "moving.mp4"
    return write_video(path, 100, frame=scene)


def _coloured(number: int):
    colour = [40, 40, 40]
    colour[number % 3] = 250

    def frame(_: int, width: int, height: int) -> np.ndarray:
        return np.full((height, width, 3), colour, np.uint8)

    return frame


def in_threads(count: int, work) -> list:
    """Run `work(number)` in so many threads at once; their results in order."""
    results, errors = [None] * count, []

    def run(number: int) -> None:
        try:
            results[number] = work(number)
        except Exception as error:  # noqa: BLE001 - told to the test below
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    return results


def until(condition: Callable[[], object]) -> None:
    """Wait for what the server brings about."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_well(server: RunningServer) -> bool:
    """It answers, and at once; one of a few times, since other things may hold up the machine."""

    def is_quick() -> bool:
        begin = time.perf_counter()
        assert server.get("/healthz").status_code == 200
        return time.perf_counter() - begin < 0.1

    return any(is_quick() for _ in range(20))

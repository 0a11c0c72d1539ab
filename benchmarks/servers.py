"""Server processes to measure, on free ports of this machine."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

_HERE = Path(__file__).resolve().parent
_STARTS_IN_S = 180


@dataclass(frozen=True)
class Running:
    """A server that answers."""

    url: str
    pid: int
    data: Path


@contextmanager
def kinora_server(models: Path, *flags: str) -> Iterator[Running]:
    """Kinora, as `make run` starts it."""
    with tempfile.TemporaryDirectory() as place:
        data, port = Path(place), _free_port()
        words = ["serve", f"--port={port}", f"--models={models}", f"--data={data}", *flags]
        with _process(["-m", "kinora", *words], port, data) as running:
            yield running


@contextmanager
def naive_server(bundle: Path) -> Iterator[Running]:
    """The one to compare with."""
    port = _free_port()
    with _process([str(_HERE / "naive_server.py"), str(bundle), str(port)], port, _HERE) as running:
        yield running


@contextmanager
def _process(words: Sequence[str], port: int, data: Path) -> Iterator[Running]:
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, *words], env=environment, stderr=log, stdout=log
        )
        url = f"http://127.0.0.1:{port}"
        try:
            if not _answers(process, url):
                log.seek(0)
                raise RuntimeError(log.read().decode(errors="replace")[-2000:])
            yield Running(url, process.pid, data)
        finally:
            process.terminate()
            process.wait()


def _answers(process: subprocess.Popen, url: str) -> bool:
    deadline = time.monotonic() + _STARTS_IN_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            return requests.get(url + "/healthz", timeout=5).ok
        except requests.ConnectionError:
            time.sleep(0.1)
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]

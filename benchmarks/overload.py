"""Many requests at once, and whether the server says meanwhile that it is well.

    python benchmarks/overload.py [MODELS] [--brief]

Part of bench_server.py. Exit code 1 says that questions waited too long, every time.
"""

import argparse
import multiprocessing
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import requests

sys.path.insert(0, str(Path(__file__).resolve().parent))

from clips import Recipe, make
from measure import print_table
from servers import kinora_server

from kinora.paths import models_folder

AT_ONCE = 200
# Between two questions.
_PAUSE_S = 0.01
# So long a question may wait.
_MOST_MS = 100
ROUNDS = 4
_CLIP = Recipe("server-small.mp4", (320, 240), 8, "libx264", 500_000)
_OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
_QUESTION = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
# Processes of their own, so that whoever asks is not held up by the clients.
_FRESH = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Overload:
    """How many requests were answered or refused, and how long questions waited meanwhile.

    Args:
        waits: The milliseconds of each question to the server.
        best_waits: Those to one that only says ok.
    """

    answered: int
    refused: int
    seconds: float
    waits: list[float]
    best_waits: list[float]

    @property
    def is_well(self) -> bool:
        """No question waited longer than it may, apart from what this machine does by itself."""
        return max(self.waits) < _MOST_MS + max(self.best_waits)

    @property
    def row(self) -> list[object]:
        """A row of the table."""
        waits = [_summary(waits_ms) for waits_ms in (self.waits, self.best_waits)]
        return [self.answered, self.refused, f"{self.seconds:.1f}", *waits]


def tell(url: str, is_brief: bool = False) -> bool:
    """Do it a few times and print one table; whether health was told in time at least once.

    Other work on the machine may spoil some of the rounds; in brief, the first one that it did not
    spoil will do.
    """
    clip, rounds = make(_CLIP), []
    while len(rounds) < ROUNDS and not (is_brief and rounds and rounds[-1].is_well):
        rounds.append(overload(url, clip))
    print_table(
        f"{AT_ONCE} requests at once; ms (median / 99 % / most) for GET /healthz meanwhile, "
        "and for a server that only says ok: less is not to be had here",
        ("answered", "told to come back", "seconds", "/healthz", "only ok"),
        [found.row for found in rounds],
    )
    return any(found.is_well for found in rounds)


def overload(url: str, clip: Path) -> Overload:
    """Send the clip many times at once."""
    port, (port_of_best, end_best) = int(url.rpartition(":")[2]), _begin(_say_ok)
    questions = [_begin(_ask, one) for one in (port, port_of_best)]
    begin = time.perf_counter()
    statuses = _send_all(url + "/predict", clip.read_bytes())
    seconds = time.perf_counter() - begin
    waits, best_waits = (end() for _, end in questions)
    end_best()
    if statuses[200] + statuses[503] != AT_ONCE:
        raise RuntimeError(f"the server answered {dict(statuses)}")
    return Overload(statuses[200], statuses[503], seconds, waits, best_waits)


def _send_all(address: str, content: bytes) -> Counter[int]:
    statuses, start = [], threading.Barrier(AT_ONCE)

    def send() -> None:
        start.wait()
        statuses.append(requests.post(address, data=content, timeout=120).status_code)

    threads = [threading.Thread(target=send) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(statuses)


def _begin(work: Callable[..., None], *arguments: int) -> tuple[int, Callable[[], list[float]]]:
    """Start a process; what it says first, and what ends it and tells what it measured."""
    ours, theirs = _FRESH.Pipe()
    process = _FRESH.Process(target=work, args=(theirs, *arguments), daemon=True)
    process.start()

    def end() -> list[float]:
        ours.send(None)
        found = ours.recv()
        process.join()
        return found

    return ours.recv(), end


def _ask(connection: Connection, port: int) -> None:
    waits = [_wait_ms(port)]
    connection.send(port)
    while not connection.poll(_PAUSE_S):
        waits.append(_wait_ms(port))
    connection.send(waits)


def _wait_ms(port: int) -> float:
    begin = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port), timeout=60) as plain:
        plain.sendall(_QUESTION)
        while plain.recv(1 << 16):
            pass
    return (time.perf_counter() - begin) * 1000


def _say_ok(connection: Connection) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        connection.send(listener.getsockname()[1])
        listener.settimeout(0.1)
        while not connection.poll():
            try:
                client, _ = listener.accept()
            except TimeoutError:
                continue
            with client:
                client.recv(1 << 16)
                client.sendall(_OK)
    connection.send([])


def _summary(waits_ms: list[float]) -> str:
    ordered = sorted(waits_ms)
    at = [ordered[int(share * (len(ordered) - 1))] for share in (0.5, 0.99, 1)]
    return " / ".join(f"{value:.0f}" for value in at)


def main() -> int:
    """Load a fresh server, and tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", type=Path, nargs="?", default=models_folder())
    parser.add_argument("--brief", action="store_true", help="end as soon as all was well")
    options = parser.parse_args()
    with kinora_server(options.models) as server:
        return 0 if tell(server.url, options.brief) else 1


if __name__ == "__main__":
    sys.exit(main())

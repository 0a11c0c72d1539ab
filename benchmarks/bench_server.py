"""The server under load, against the usual one: Flask's own server, imageio, Keras `predict`.

    python benchmarks/bench_server.py [BUNDLE]

Both answer with the same bundle, by default the first one for videos in the models folder. The
usual one reads the first 20 frames only, Kinora frames from the whole clip. The two take turns.
At last Kinora gets 200 requests at once, and is asked all the while whether it is well.
"""

import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import requests

sys.path.insert(0, str(Path(__file__).resolve().parent))

from clips import Recipe, make
from measure import print_table
from overload import tell
from servers import Running, kinora_server, naive_server

from kinora.inference.models import default_model, usable_bundles
from kinora.paths import models_folder

CLIENTS = (1, 8, 32)
_COLUMNS = (
    "clip", "clients", "server", "answers/s", "median ms", "95 % ms", "CPU ms", "failed", "ratio"
)  # fmt: skip
SECONDS = 5.0
ROUNDS = 2


@dataclass
class Load:
    """What clients saw in one stretch of load."""

    times_s: list[float]
    failures: int
    seconds: float
    cpu_s: float

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return len(self.times_s) / self.seconds

    @property
    def cpu_ms(self) -> float:
        """What an answer cost the server, however busy the machine was otherwise."""
        return self.cpu_s / len(self.times_s) * 1000

    def at(self, share: float) -> float:
        """The milliseconds within which this share of the answers came."""
        return sorted(self.times_s)[int(share * (len(self.times_s) - 1))] * 1000


def clips() -> dict[str, Path]:
    """What is sent."""
    return {
        "320x240 MP4 8 s": make(Recipe("server-small.mp4", (320, 240), 8, "libx264", 500_000)),
        "720p MP4 10 s": make(Recipe("hd-10s.mp4", (1280, 720), 10, "libx264", 8_000_000)),
    }


def load(server: Running, content: bytes, model: str, clients: int) -> Load:
    """Let so many clients send the clip again and again for a while."""
    found, lock = Load([], 0, 0.0, 0.0), threading.Lock()
    process = psutil.Process(server.pid)
    begin, used = time.perf_counter(), _cpu_s(process)

    def client() -> None:
        session = requests.Session()
        while time.perf_counter() - begin < SECONDS:
            start = time.perf_counter()
            files = {"video": ("video.mp4", content)}
            answer = session.post(
                server.url + "/predict", files=files, data={"model": model}, timeout=120
            )
            with lock:
                found.failures += not answer.ok
                found.times_s.append(time.perf_counter() - start)

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found.seconds, found.cpu_s = time.perf_counter() - begin, _cpu_s(process) - used
    return found


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def compare(
    servers: dict[str, Running], content: bytes, model: str, clients: int
) -> dict[str, Load]:
    """The median stretch of each server, by throughput."""
    stretches: dict[str, list[Load]] = {name: [] for name in servers}
    for server in servers.values():
        load(server, content, model, 1)
    for _ in range(ROUNDS):
        for name, server in servers.items():
            stretches[name].append(load(server, content, model, clients))
    return {
        name: sorted(found, key=lambda one: one.per_second)[(len(found) - 1) // 2]
        for name, found in stretches.items()
    }


def main() -> None:
    """Print one table."""
    given = [Path(word) for word in sys.argv[1:]]
    bundle = given[0] if given else default_model(usable_bundles(models_folder()), "video").folder
    rows = []
    with kinora_server(bundle.parent) as ours, naive_server(bundle) as usual:
        servers = {"Kinora": ours, "usual": usual}
        for title, path in clips().items():
            for clients in CLIENTS:
                found = compare(servers, path.read_bytes(), bundle.name, clients)
                ratio = found["Kinora"].per_second / found["usual"].per_second
                quicker = found["usual"].at(0.5) / found["Kinora"].at(0.5)
                rows += [
                    [
                        title,
                        clients,
                        name,
                        f"{one.per_second:.1f}",
                        f"{one.at(0.5):.0f}",
                        f"{one.at(0.95):.0f}",
                        f"{one.cpu_ms:.0f}",
                        one.failures,
                        f"{ratio:.1f} x, {quicker:.1f} x" if name == "Kinora" else "",
                    ]
                    for name, one in found.items()
                ]
    print_table(
        f"POST /predict with {bundle.name}; the last column: more answers, shorter median",
        _COLUMNS,
        rows,
    )
    with kinora_server(bundle.parent) as ours:
        tell(ours.url)


if __name__ == "__main__":
    main()

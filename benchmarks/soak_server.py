"""Mixed load on the server for as long as you like: nothing may fail, grow or be left behind.

    python benchmarks/soak_server.py [MINUTES] [--models DIR] [--requests N]

Clients send different clips, all named video.mp4, and check that each answer is that of their own
clip; others send pictures, rubbish and halves of uploads, hand in jobs, watch by camera. With
--requests it ends after so many answers for clips. Exit code 1 says that something was wrong.
"""

import argparse
import io
import itertools
import json
import random
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import requests
from PIL import Image
from websockets.sync.client import connect

sys.path.insert(0, str(Path(__file__).resolve().parent))

from clips import Recipe, make
from measure import print_table
from servers import Running, kinora_server

from kinora.paths import models_folder

CLIENTS = 8
# Memory counts as flat if the second half of the time does not end this much higher than it began.
_MOST_GROWTH_MB = 40
_EVERY_S = 0.5
_SETTLES_S = 120


class Soak:
    """The load on one server, and what went wrong."""

    def __init__(self, server: Running, clips: list[bytes]) -> None:
        self.server, self.clips = server, clips
        self.answers, self.faults = Counter(), Counter()
        self.is_over = threading.Event()
        self.expected = [self._predict(requests.Session(), clip) for clip in clips]

    def clip(self, session: requests.Session) -> None:
        """The answer must be that of the very clip that was sent."""
        number = random.randrange(len(self.clips))
        found = self._predict(session, self.clips[number])
        self._check("clip", found == self.expected[number])

    def annotated(self, session: requests.Session) -> None:
        """A time line, an explanation, and a video to fetch."""
        options = {"timeline": "1", "annotate": "1", "explain": "1"}
        body = self._post(session, self.clips[0], options).json()
        video = session.get(self.server.url + body["annotated"]["url"], timeout=60)
        self._check("annotated", video.content[4:8] == b"ftyp")

    def picture(self, session: requests.Session) -> None:
        """A picture under the name of a video."""
        self._check("picture", self._post(session, _jpeg()).json()["input"]["kind"] == "image")

    def rubbish(self, session: requests.Session) -> None:
        """Bytes that mean nothing, and the cut-off head of a clip."""
        answers = [self._post(session, data) for data in (random.randbytes(5000), _jpeg()[:50])]
        self._check("rubbish", [answer.status_code for answer in answers] == [415, 422])

    def half(self, _: requests.Session) -> None:
        """Hang up in the middle of an upload."""
        host, port = self.server.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=60) as plain:
            plain.sendall(b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n")
            plain.sendall(bytes(2_000_000))
        self._check("half", True)

    def job(self, session: requests.Session) -> None:
        """A job, waited for or cancelled."""
        answer = session.post(self.server.url + "/jobs", data=self.clips[-1], timeout=60)
        if answer.status_code == 503:
            return
        place = self.server.url + answer.json()["links"]["self"]
        if random.random() < 0.3:
            session.delete(place, timeout=60)
        state = "queued"
        while state in ("queued", "running") and not self.is_over.is_set():
            state = session.get(place, timeout=60).json()["state"]
            time.sleep(0.05)
        self._check("job", state != "failed")

    def camera(self, _: requests.Session) -> None:
        """Twenty pictures by camera."""
        with connect(self.server.url.replace("http", "ws") + "/stream") as camera:
            camera.send("{}")
            for _ in range(20):
                camera.send(_jpeg())
                answer = json.loads(camera.recv(timeout=60))
        self._check("camera", answer["frame"] == 20)

    def facts(self, session: requests.Session) -> None:
        """What costs nothing."""
        paths = ("/", "/classes", "/models", "/healthz", "/readyz", "/metrics", "/openapi.json")
        answers = [session.get(self.server.url + path, timeout=60).ok for path in paths]
        self._check("facts", all(answers))

    def run(self, work: list[Callable[[requests.Session], None]]) -> None:
        """One client: do all of it in turn, again and again."""
        session = requests.Session()
        for one in itertools.cycle(work):
            if self.is_over.is_set():
                return
            try:
                one(session)
            except Exception as error:  # noqa: BLE001 - counted and told
                self.faults[f"{one.__name__}: {type(error).__name__} {str(error)[:80]}"] += 1

    def _predict(self, session: requests.Session, clip: bytes) -> tuple[object, ...]:
        body = self._post(session, clip).json()
        return body["action"], body["input"]["duration_s"], tuple(body["all_predictions"].items())

    def _post(
        self, session: requests.Session, data: bytes, options: dict[str, str] | None = None
    ) -> requests.Response:
        files = {"video": ("video.mp4", data)}
        return session.post(self.server.url + "/predict", files=files, data=options, timeout=120)

    def _check(self, name: str, is_right: bool) -> None:
        (self.answers if is_right else self.faults)[name] += 1


def make_clips() -> list[bytes]:
    """Clips of different lengths and sizes."""
    recipes = [
        Recipe(f"soak-{number}.mp4", (160 + 32 * number, 120), 1 + number, "libx264", 200_000)
        for number in range(5)
    ]
    return [make(recipe).read_bytes() for recipe in recipes]


def soak(models: Path, seconds: float, most_requests: int | None) -> bool:
    """Load a fresh server for so long; whether all went well."""
    with kinora_server(models) as server:
        load, memory = Soak(server, make_clips()), []
        mixed = [load.clip, load.picture, load.rubbish, load.half, load.facts]
        slow = [load.annotated, load.job, load.camera]
        clients = [[load.clip]] * CLIENTS if most_requests else [[load.clip], mixed, mixed, slow]
        threads = [threading.Thread(target=load.run, args=(work,)) for work in clients]
        for thread in threads:
            thread.start()
        process, end = psutil.Process(server.pid), time.monotonic() + seconds
        while time.monotonic() < end:
            memory.append(process.memory_info().rss / 1e6)
            if most_requests and load.answers["clip"] >= most_requests:
                break
            time.sleep(_EVERY_S)
        load.is_over.set()
        for thread in threads:
            thread.join()
        left = _left(server.data)
    return _report(load, memory, left, is_long=not most_requests)


def _left(data: Path) -> list[str]:
    """The uploads that are still there once the jobs have come to rest."""
    deadline = time.monotonic() + _SETTLES_S
    while True:
        folders = [data / "uploads", data / "jobs"]
        left = [str(path.relative_to(data)) for folder in folders for path in folder.rglob("*")]
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.1)


def _report(load: Soak, memory: list[float], left: list[str], is_long: bool) -> bool:
    middle, end = np.median(memory[len(memory) // 3 : len(memory) // 2 + 1]), memory[-1]
    rows = [(name, count) for name, count in load.answers.items()]
    rows += [(f"FAILED {name}", count) for name, count in load.faults.items()]
    rows += [("memory in the middle, MB", f"{middle:.0f}"), ("memory at the end, MB", f"{end:.0f}")]
    rows += [("temporary files left", len(left)), *(("left", name) for name in left)]
    print_table("Mixed load", ("what", "count"), rows)
    is_flat = not is_long or end - middle < _MOST_GROWTH_MB
    return not load.faults and not left and is_flat and bool(load.answers["clip"])


def _jpeg() -> bytes:
    """A picture that was never sent before."""
    file = io.BytesIO()
    noise = np.random.default_rng().integers(0, 256, (24, 32, 3), np.uint8)
    Image.fromarray(noise).resize((320, 240)).save(file, "JPEG")
    return file.getvalue()


def main() -> int:
    """Load, and tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("minutes", type=float, nargs="?", default=10)
    parser.add_argument("--models", type=Path, default=models_folder())
    parser.add_argument("--requests", type=int, help="clips from eight clients, nothing else")
    options = parser.parse_args()
    return 0 if soak(options.models, 60 * options.minutes, options.requests) else 1


if __name__ == "__main__":
    sys.exit(main())

"""Answers: Kinora against the way most projects of this kind do it, with the same model.h5.

    python benchmarks/bench_recognition.py [BUNDLE]

That way reads the first 20 frames with imageio, resizes them with OpenCV and calls Keras'
`predict` on the whole network; an image is repeated 20 times, and a camera's window is computed
anew for every frame. Both ways take turns, so that what else the machine does hits both alike.
Without a bundle in models/ the weights are noise, which takes as long as any others.
"""

import itertools
import os
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

# Fresh processes that measure memory run this file's code too.
sys.path.insert(0, str(Path(__file__).resolve().parent))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import av
import cv2
import imageio.v3 as iio
import numpy as np
from clips import FOLDER, Recipe, make
from measure import medians_ms, peak_mb, print_table

from kinora import Recognizer
from kinora.errors import ModelError
from kinora.inference.models import default_model, usable_bundles
from kinora.inference.streaming import Stream
from kinora.inference.timeline import recognize_timeline
from kinora.media import iter_frames
from kinora.paths import models_folder

SHORT = Recipe("short.mp4", (320, 240), 6, "libx264", 400_000)
LONG = Recipe("long.mp4", (320, 240), 600, "libx264", 400_000)
CLIENTS, CLIPS_EACH = 8, 3
FPS, SECONDS_AT_ITS_PACE = 25, 6
# What was asked for: how many times faster, or how much less.
GOALS = {"clip": 8, "image": 50, "camera": 80, "clients": 10, "memory": 3}
REAL_TIME_GOAL, DECODING_GOAL = 60, 1.3
START_GOAL_S, HELD_GOAL_MB = 1.5, 250


class Naive:
    """What most projects do."""

    def __init__(self, folder: Path) -> None:
        from kinora.model.h5 import load_keras

        self._network = load_keras(folder)
        _, self._frame_count, self._size, _, _ = self._network.input_shape
        self._window: deque[np.ndarray] = deque(maxlen=self._frame_count)

    def clip(self, content: bytes) -> np.ndarray:
        """The first frames of a video, filled up with black."""
        read = itertools.islice(iio.imiter(content, plugin="pyav"), self._frame_count)
        return self._predict([self._resize(frame) for frame in read])

    def image(self, content: bytes) -> np.ndarray:
        """An image as a clip that repeats it."""
        frame = self._resize(iio.imread(content))
        return self._predict([frame] * self._frame_count)

    def camera_step(self, frame: np.ndarray) -> np.ndarray:
        """The whole window again for every frame."""
        self._window.append(self._resize(frame))
        return self._predict(list(self._window))

    def _resize(self, frame: np.ndarray) -> np.ndarray:
        return cv2.resize(frame, (self._size, self._size))

    def _predict(self, frames: list[np.ndarray]) -> np.ndarray:
        black = [np.zeros_like(frames[0])] * (self._frame_count - len(frames))
        return self._network.predict(np.stack(frames + black)[None], verbose=0)


def the_bundle() -> Path:
    """The one that was named, the first one for videos, or one of noise."""
    if len(sys.argv) > 1:
        return Path(sys.argv[1])
    try:
        return default_model(usable_bundles(models_folder()), "video").folder
    except ModelError:
        return _noise()


def _noise() -> Path:
    from kinora.clips import ClipSpec
    from kinora.model.architecture import build_network
    from kinora.model.backbones import NO_WEIGHTS
    from kinora.model.bundle import write_bundle
    from kinora.model.export import export_bundle
    from kinora.model.info import BundleInfo
    from kinora.model.specs import NetworkSpec

    folder = FOLDER / "models" / "noise"
    if not folder.is_dir():
        classes, clip = tuple("abcde"), ClipSpec()
        network = build_network(NetworkSpec(), clip, len(classes), NO_WEIGHTS)
        export_bundle(write_bundle(folder, network, BundleInfo("noise", classes, clip)))
    return folder


def answers(folder: Path) -> list[list[str]]:
    """A clip, an image, a camera's frame: the median time of both ways."""
    naive, recognizer = Naive(folder), Recognizer.load(folder)
    content = make(SHORT).read_bytes()
    frames = [frame for _, frame in iter_frames(content)]
    image = iio.imwrite("<bytes>", frames[0], extension=".jpg")
    stream, numbers = Stream(recognizer), itertools.count()
    shown, naively_shown = itertools.cycle(frames), itertools.cycle(frames)
    for _ in range(recognizer.clip.frame_count):  # both cameras have been running for a while
        naive.camera_step(next(naively_shown))
        stream.push(next(shown), next(numbers) / 25)
    pairs = {
        "clip": (
            "320x240 clip of 6 s, from bytes",
            partial(naive.clip, content),
            partial(recognizer.recognize, content),
        ),
        "image": (
            "320x240 image, from bytes",
            partial(naive.image, image),
            partial(recognizer.recognize, image),
        ),
        "camera": (
            "one frame of a camera",
            lambda: naive.camera_step(next(naively_shown)),
            lambda: stream.push(next(shown), next(numbers) / 25),
        ),
        "clients": (
            f"{CLIENTS} clients at once, per clip",
            lambda: _at_once(partial(naive.clip, content)),
            lambda: _at_once(partial(recognizer.recognize, content)),
        ),
    }
    return [
        _compared(title, *_medians(naively, ours), "ms", GOALS[name])
        for name, (title, naively, ours) in pairs.items()
    ]


def camera_at_its_pace(folder: Path) -> list[str]:
    """The frames of a camera come one by one, and meanwhile threads fall asleep."""
    stream, times = Stream(Recognizer.load(folder)), []
    frames = itertools.cycle([frame for _, frame in iter_frames(make(SHORT).read_bytes())])
    for number in range(FPS * SECONDS_AT_ITS_PACE):
        time.sleep(1 / FPS)
        start = time.perf_counter()
        stream.push(next(frames), number / FPS)
        times.append((time.perf_counter() - start) * 1000)
    return [f"the same, {FPS} frames a second", "", f"{np.median(times):.1f} ms", "", ""]


def _medians(naively: Callable[[], Any], ours: Callable[[], Any]) -> tuple[float, float]:
    found = medians_ms({"naive": naively, "ours": ours}, rounds=31, at_most_s=30)
    return found["naive"], found["ours"]


def _at_once(work: Callable[[], Any]) -> None:
    with ThreadPoolExecutor(CLIENTS) as threads:
        list(threads.map(lambda _: work(), range(CLIENTS * CLIPS_EACH)))


def _compared(title: str, naive: float, ours: float, unit: str, goal: float) -> list[str]:
    if "per clip" in title:
        naive, ours = naive / (CLIENTS * CLIPS_EACH), ours / (CLIENTS * CLIPS_EACH)
    cells = (f"{value:.{1 if value < 10 else 0}f} {unit}" for value in (naive, ours))
    return [title, *cells, f"{naive / ours:.1f} x", f"{goal} x"]


def memory(folder: Path) -> list[str]:
    """The peak of a process that answers for one clip."""
    path = str(make(SHORT))
    naive, ours = (peak_mb(_ONE_ANSWER, way, str(folder), path) for way in ("naive", "kinora"))
    return _compared("peak memory for one clip", naive, ours, "MB", GOALS["memory"])


def long_video(folder: Path) -> list[list[str]]:
    """Ten minutes: what happens when, and decoding alone."""
    path, recognizer = make(LONG), Recognizer.load(folder)
    ways = {
        "timeline": lambda: recognize_timeline(recognizer, path),
        "decoding": lambda: _count(_decoded(path)),
    }
    found = medians_ms(ways, rounds=5, at_most_s=120)
    seconds, decoding_s = found["timeline"] / 1000, found["decoding"] / 1000
    return [
        [
            "time line of 10 minutes, 320x240",
            f"{seconds:.1f} s",
            f"{LONG.seconds / seconds:.0f} x real time",
            f"{seconds / decoding_s:.1f} x decoding every frame ({decoding_s:.1f} s)",
            f"{REAL_TIME_GOAL} x real time, or {DECODING_GOAL} x decoding if that is slower",
        ]
    ]


def start(folder: Path) -> list[list[str]]:
    """A fresh process until two bundles are loaded, and what it holds then."""
    times, held = [], []
    for _ in range(5):
        begin = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", _TWO_BUNDLES, str(folder)],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        times.append(time.perf_counter() - begin)
        held.append(float(done.stdout))
    return [
        ["start with two bundles", f"{np.median(times):.2f} s", f"{START_GOAL_S} s"],
        ["memory held with two bundles", f"{np.median(held):.0f} MB", f"{HELD_GOAL_MB} MB"],
    ]


def _decoded(path: Path) -> Iterable[av.VideoFrame]:
    with av.open(str(path)) as container:
        container.streams.video[0].thread_type = "AUTO"
        yield from container.decode(video=0)


def _count(things: Iterable[Any]) -> int:
    return sum(1 for _ in things)


def main() -> None:
    """Print three tables."""
    folder = the_bundle()
    rows = [*answers(folder), memory(folder)]
    rows.insert(3, camera_at_its_pace(folder))
    print_table(
        f"Kinora and the usual way, {folder.name}, medians",
        ("what", "usual way", "Kinora", "better by", "goal"),
        rows,
    )
    print_table("A long video", ("what", "time", "speed", "cost", "goal"), long_video(folder))
    print_table("Starting", ("what", "measured", "goal"), start(folder))


_ONE_ANSWER = f"""
import sys
sys.path.insert(0, {str(Path(__file__).resolve().parent)!r})
from pathlib import Path
way, folder, path = sys.argv[1:]
content = Path(path).read_bytes()
if way == "naive":
    import bench_recognition
    bench_recognition.Naive(Path(folder)).clip(content)
else:
    from kinora import Recognizer
    Recognizer.load(folder).recognize(content)
"""

# Answers count as started only once they can be given: a recognizer encodes a frame at once.
_TWO_BUNDLES = """
import sys
import numpy as np, psutil
from kinora import Recognizer
loaded = [Recognizer.load(sys.argv[1]) for _ in range(2)]
for recognizer in loaded:
    recognizer.encode(np.zeros((1, recognizer.clip.size, recognizer.clip.size, 3), np.uint8))
print(psutil.Process().memory_info().rss / 1024**2)
"""

if __name__ == "__main__":
    main()

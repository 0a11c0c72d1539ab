"""Sampling 20 frames of 224 x 224 from clips of many kinds: Kinora against the usual ways.

Every way must spread its 20 frames over the whole clip, except the last one, which is what most
student projects do: it reads the first 20 frames only. "exact" says whether a way gave the very
frames it asked for.
"""

import sys
from functools import partial
from pathlib import Path

import cv2
import imageio.v3 as iio
import numpy as np

# This file also runs as a fresh process that measures the memory of one way.
sys.path.insert(0, str(Path(__file__).resolve().parent))

from clips import FPS, Recipe, make, number_of
from measure import medians_ms, peak_mb, print_table

import kinora

FRAMES = 20
SIZE = 224


def clips() -> dict[str, Path]:
    """The clips that are measured, by what the table calls them."""
    small, hd, full_hd = (320, 240), (1280, 720), (1920, 1080)
    return {
        "320x240 MPG 8 s": make(Recipe("small.mpg", small, 8, "mpeg1video", 1_000_000)),
        "320x240 AVI 8 s": make(Recipe("small.avi", small, 8, "mpeg4", 1_000_000)),
        "720p MP4 10 s": make(Recipe("hd-10s.mp4", hd, 10, "libx264", 8_000_000)),
        "720p MP4 2 min": make(Recipe("hd-2min.mp4", hd, 120, "libx264", 3_000_000)),
        "1080p MP4 10 s": make(Recipe("full-hd-10s.mp4", full_hd, 10, "libx264", 8_000_000)),
        "1080p MP4 2 min": make(Recipe("full-hd-2min.mp4", full_hd, 120, "libx264", 5_000_000)),
    }


def by_kinora(path: Path) -> np.ndarray:
    """What Kinora does for every upload."""
    return kinora.read_clip(path, kinora.ClipSpec(frame_count=FRAMES, size=SIZE)).array


def by_opencv_read_all(path: Path) -> np.ndarray:
    """Decode every frame in turn and keep the wanted ones."""
    video = cv2.VideoCapture(str(path))
    wanted, frames = set(_places(video)), []
    for place in range(int(video.get(cv2.CAP_PROP_FRAME_COUNT))):
        is_there, frame = video.read()
        if is_there and place in wanted:
            frames.append(_small(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)))
    return np.stack(frames)


def by_opencv_seek(path: Path) -> np.ndarray:
    """Jump to each wanted frame."""
    video = cv2.VideoCapture(str(path))
    frames = []
    for place in _places(video):
        video.set(cv2.CAP_PROP_POS_FRAMES, place)
        is_there, frame = video.read()
        if is_there:
            frames.append(_small(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)))
    return np.stack(frames)


def by_imageio(path: Path) -> np.ndarray:
    """Iterate over every frame with imageio and keep the wanted ones."""
    wanted = set(_places(cv2.VideoCapture(str(path))))
    frames = enumerate(iio.imiter(path, plugin="pyav", thread_type="FRAME"))
    return np.stack([_small(frame) for place, frame in frames if place in wanted])


def by_imageio_first_20(path: Path) -> np.ndarray:
    """No sample of the clip at all, but the usual code: the first 20 frames."""
    frames = zip(range(FRAMES), iio.imiter(path, plugin="pyav"), strict=False)
    return np.stack([_small(frame) for _, frame in frames])


WAYS = {
    "Kinora": by_kinora,
    "OpenCV read all": by_opencv_read_all,
    "OpenCV seek": by_opencv_seek,
    "imageio": by_imageio,
    "imageio first 20": by_imageio_first_20,
}
SPREAD = list(WAYS)[:-1]


def _places(video: cv2.VideoCapture) -> list[int]:
    count = int(video.get(cv2.CAP_PROP_FRAME_COUNT))
    return [(2 * i + 1) * count // (2 * FRAMES) for i in range(FRAMES)]


def _small(frame: np.ndarray) -> np.ndarray:
    return cv2.resize(frame, (SIZE, SIZE), interpolation=cv2.INTER_AREA)


def _is_exact(name: str, path: Path) -> bool:
    """Whether the frames carry the numbers that were asked for."""
    numbers = [number_of(frame) for frame in WAYS[name](path)]
    if name == "Kinora":
        clip_read = kinora.read_clip(path, kinora.ClipSpec(frame_count=FRAMES, size=SIZE))
        return numbers == [round(time * FPS) for time in clip_read.times_s]
    return numbers == _places(cv2.VideoCapture(str(path)))


def main() -> None:
    """Print one table of times and one of memory."""
    times, memory = [], []
    for title, path in clips().items():
        ways = {name: partial(way, path) for name, way in WAYS.items()}
        found = medians_ms(ways, rounds=9, at_most_s=20)
        exact = {name: _is_exact(name, path) for name in SPREAD}
        fastest = min((n for n in SPREAD[1:] if exact[n]), key=found.get)
        times.append(
            [
                title,
                *(f"{found[n]:.0f}" + ("" if exact.get(n, True) else " (wrong)") for n in WAYS),
                f"{found[fastest] / found['Kinora']:.1f} x {fastest}",
            ]
        )
        memory.append([title, *(f"{peak_mb(MEMORY, n, str(path)):.0f}" for n in WAYS)])
    print_table(
        "Milliseconds for 20 frames (median); the last column compares with the fastest exact way",
        ["clip", *WAYS, "faster than"],
        times,
    )
    print_table("Peak memory of the process in MB", ["clip", *WAYS], memory)


MEMORY = f"""
import sys
sys.path.insert(0, {str(Path(__file__).resolve().parent)!r})
import bench_reading
from pathlib import Path
bench_reading.WAYS[sys.argv[1]](Path(sys.argv[2]))
"""

if __name__ == "__main__":
    main()

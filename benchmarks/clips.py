"""Clips for measuring, made on the spot: a textured scene that pans, with moving shapes and noise.

Every frame carries its number as a row of black and white blocks, so that a benchmark can check
which frames a reader really gave.
"""

from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np

FOLDER = Path(__file__).resolve().parents[1] / ".bench"
FPS = 25
_BITS = 12
_BLOCK_SHARE = 24  # a block's edge is the frame's height over this


@dataclass(frozen=True)
class Recipe:
    """How to make one clip."""

    name: str
    size: tuple[int, int]
    seconds: int
    codec: str
    bits_per_s: int


def make(recipe: Recipe) -> Path:
    """The path of a clip, which is made if it is not there yet."""
    path = FOLDER / recipe.name
    if not path.is_file():
        FOLDER.mkdir(exist_ok=True)
        print(f"making {recipe.name} …", flush=True)
        part = path.with_name("part-" + recipe.name)
        _encode(part, recipe)
        part.replace(path)
    return path


def number_of(frame: np.ndarray) -> int:
    """The number that a frame shows, also after resizing to a square."""
    height, width = frame.shape[:2]
    y = height // _BLOCK_SHARE // 2
    xs = [int((bit + 0.5) * width / _BITS) for bit in range(_BITS)]
    return sum(1 << bit for bit, x in enumerate(xs) if frame[y, x].mean() > 127)


def _encode(path: Path, recipe: Recipe) -> None:
    width, height = recipe.size
    scene = _scene(width * 2, height)
    noise = np.random.default_rng(1).integers(0, 12, (8, height, width, 3), np.uint8)
    with av.open(str(path), "w") as output:
        stream = output.add_stream(recipe.codec, rate=FPS)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.bit_rate = recipe.bits_per_s
        stream.options = {"preset": "veryfast"} if recipe.codec == "libx264" else {}
        for number in range(recipe.seconds * FPS):
            picture = av.VideoFrame.from_ndarray(_frame(scene, noise, number, recipe.size), "rgb24")
            output.mux(stream.encode(picture))
        output.mux(stream.encode())


def _scene(width: int, height: int) -> np.ndarray:
    """A wide picture with detail at every scale, like a real background."""
    random = np.random.default_rng(0)
    scene = np.zeros((height, width, 3), np.float32)
    for cells in (4, 16, 64):
        layer = random.random((cells, cells * 2, 3), np.float32)
        scene += cv2.resize(layer, (width, height), interpolation=cv2.INTER_CUBIC) / cells**0.3
    return cv2.normalize(scene, None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8)


def _frame(scene: np.ndarray, noise: np.ndarray, number: int, size: tuple[int, int]) -> np.ndarray:
    width, height = size
    left = int((1 - np.cos(number / 200)) / 2 * width)
    frame = cv2.add(scene[:, left : left + width], noise[number % len(noise)])
    for shape in range(4):
        angle = number / 25 * (1 + shape / 2) + shape
        centre = (
            int(width * (0.5 + 0.35 * np.cos(angle))),
            int(height * (0.55 + 0.3 * np.sin(angle * 1.3))),
        )
        colour = (60 * shape, 255 - 60 * shape, 128)
        cv2.circle(frame, centre, height // (8 + shape * 2), colour, -1, cv2.LINE_AA)
    edges = np.linspace(0, width, _BITS + 1).astype(int)
    for bit in range(_BITS):
        frame[: height // _BLOCK_SHARE, edges[bit] : edges[bit + 1]] = 255 * (number >> bit & 1)
    return frame

"""Changes to a clip that leave its action what it is, the same for all its frames."""

import cv2
import numpy as np

from kinora.data.views import FULL

# Edge of a cached crop, as a share of the frame's edge.
_CROP = 0.8
# The smallest random crop, as a share of the frame's area, and how far its shape is pulled.
_SMALLEST_CROP = 0.35
_PULL = 1.3
# The shortest part of a clip that is stretched to the whole: a third faster.
_SHORTEST_PART = 0.75
_BRIGHTNESS = 0.2
_CONTRAST = 0.2
_SATURATION = 0.3
# How often a part of the picture is hidden, and its longest edge as a share of the frame's.
_HIDDEN = 0.25
_HIDDEN_EDGE = 0.4
_GREY = 127


def see(frames: np.ndarray, view: str) -> np.ndarray:
    """Frames (count, size, size, 3) as one of VIEWS shows them, in the same size."""
    if view == FULL:
        return frames
    if view == "flip":
        return frames[:, :, ::-1]
    size = frames.shape[1]
    edge = round(size * _CROP)
    top = 0 if view.startswith("top") else size - edge
    left = 0 if view.endswith("left") else size - edge
    return resize(frames[:, top : top + edge, left : left + edge], size)


def jitter_time(count: int, random: np.random.Generator) -> np.ndarray:
    """Which frames to take in place of 0, 1 … `count` - 1: a part of the clip, unevenly stepped.

    A part that is stretched to the whole looks like a slower action.
    """
    part = random.uniform(_SHORTEST_PART, 1)
    start = random.uniform(0, 1 - part)
    steps = (np.arange(count) + random.random(count)) / count
    return np.minimum((start + part * steps) * count, count - 1).astype(int)


def choose_frames(count: int, wanted: int, random: np.random.Generator | None = None) -> np.ndarray:
    """Which of `count` frames to take: one of each of `wanted` equal parts, its middle or any."""
    places = 0.5 if random is None else random.random(wanted)
    return ((np.arange(wanted) + places) / wanted * count).astype(int)


def augment(
    frames: np.ndarray, random: np.random.Generator, is_flippable: bool, size: int
) -> np.ndarray:
    """A random crop in another size, other colours, at times a part hidden or the mirror image.

    Args:
        frames: uint8 (count, any, any, 3).
        random: Decides.
        is_flippable: Whether the mirror image shows the same action.
        size: Height and width of the result.
    """
    top, left, height, width = _random_box(frames.shape[1], random)
    frames = resize(frames[:, top : top + height, left : left + width], size)
    if is_flippable and random.random() < 0.5:
        frames = frames[:, :, ::-1]
    return _hide_a_part(_recolour(frames, random), random)


def resize(frames: np.ndarray, size: int) -> np.ndarray:
    """Frames of any shape as squares."""
    how = cv2.INTER_AREA if frames.shape[1] > size else cv2.INTER_LINEAR
    return np.stack([cv2.resize(frame, (size, size), interpolation=how) for frame in frames])


def _random_box(size: int, random: np.random.Generator) -> tuple[int, int, int, int]:
    """Top, left, height and width of a part of a square."""
    edge = size * np.sqrt(random.uniform(_SMALLEST_CROP, 1))
    pull = np.sqrt(np.exp(random.uniform(-1, 1) * np.log(_PULL)))
    height, width = (max(1, min(size, round(edge * way))) for way in (pull, 1 / pull))
    top, left = random.integers(0, size - height + 1), random.integers(0, size - width + 1)
    return top, left, height, width


def _recolour(frames: np.ndarray, random: np.random.Generator) -> np.ndarray:
    brightness = 255 * random.uniform(-_BRIGHTNESS, _BRIGHTNESS)
    contrast = 1 + random.uniform(-_CONTRAST, _CONTRAST)
    saturation = 1 + random.uniform(-_SATURATION, _SATURATION)
    pixels = frames.astype(np.float32)
    grey = pixels.mean(axis=3, keepdims=True)
    pixels = grey + (pixels - grey) * saturation
    pixels = (pixels - 127.5) * contrast + 127.5 + brightness
    return np.clip(pixels, 0, 255).astype(np.uint8)


def _hide_a_part(frames: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Grey over a box now and then, so that no single detail decides."""
    if random.random() >= _HIDDEN:
        return frames
    size = frames.shape[1]
    height, width = random.integers(1, max(2, round(size * _HIDDEN_EDGE)), 2)
    top, left = random.integers(0, size - height + 1), random.integers(0, size - width + 1)
    frames[:, top : top + height, left : left + width] = _GREY
    return frames

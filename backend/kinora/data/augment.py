"""Changes to a clip that leave its action what it is, the same for all its frames."""

import cv2
import numpy as np

from kinora.data.views import FULL

# Edge of a cached crop, as a share of the frame's edge.
_CROP = 0.8
_SMALLEST_CROP = 0.75
# The shortest part of a clip that is stretched to the whole: a third faster.
_SHORTEST_PART = 0.75
_BRIGHTNESS = 0.2
_CONTRAST = 0.2
_SATURATION = 0.3


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
    return _enlarge(frames[:, top : top + edge, left : left + edge], size)


def jitter_time(count: int, random: np.random.Generator) -> np.ndarray:
    """Which frames to take in place of 0, 1 … `count` - 1: a part of the clip, unevenly stepped.

    A part that is stretched to the whole looks like a slower action.
    """
    part = random.uniform(_SHORTEST_PART, 1)
    start = random.uniform(0, 1 - part)
    steps = (np.arange(count) + random.random(count)) / count
    return np.minimum((start + part * steps) * count, count - 1).astype(int)


def augment(frames: np.ndarray, random: np.random.Generator, is_flippable: bool) -> np.ndarray:
    """A random crop, colours a little different and, where it is allowed, the mirror image."""
    size = frames.shape[1]
    edge = round(size * random.uniform(_SMALLEST_CROP, 1))
    top, left = random.integers(0, size - edge + 1, 2)
    frames = _enlarge(frames[:, top : top + edge, left : left + edge], size)
    if is_flippable and random.random() < 0.5:
        frames = frames[:, :, ::-1]
    return _recolour(frames, random)


def _enlarge(frames: np.ndarray, size: int) -> np.ndarray:
    resized = [cv2.resize(frame, (size, size), interpolation=cv2.INTER_LINEAR) for frame in frames]
    return np.stack(resized)


def _recolour(frames: np.ndarray, random: np.random.Generator) -> np.ndarray:
    brightness = 255 * random.uniform(-_BRIGHTNESS, _BRIGHTNESS)
    contrast = 1 + random.uniform(-_CONTRAST, _CONTRAST)
    saturation = 1 + random.uniform(-_SATURATION, _SATURATION)
    pixels = frames.astype(np.float32)
    grey = pixels.mean(axis=3, keepdims=True)
    pixels = grey + (pixels - grey) * saturation
    pixels = (pixels - 127.5) * contrast + 127.5 + brightness
    return np.clip(pixels, 0, 255).astype(np.uint8)

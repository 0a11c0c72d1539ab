"""Backgrounds: what stands behind a person, painted once per clip and moved with the camera."""

from collections.abc import Callable

import cv2
import numpy as np

# The painting is larger than the picture, so that the camera can pan.
_WIDER, _TALLER = 2.0, 1.3
_PLACES = 12


def paint_background(seed: int, size: tuple[int, int], floor_y: float) -> np.ndarray:
    """A painting (H, W, 3) larger than the picture.

    Args:
        size: Width and height of the picture.
        floor_y: Row of the picture where the person stands.
    """
    rng = np.random.default_rng((seed % _PLACES, 4))
    width, height = int(size[0] * _WIDER), int(size[1] * _TALLER)
    floor = int(floor_y + (height - size[1]) / 2)
    kind = _KINDS[rng.integers(len(_KINDS))]
    painting = kind(rng, width, height, floor)
    # The lens is focused on the person.
    blur = int(height * rng.uniform(0.08, 0.16)) | 1
    soft = cv2.GaussianBlur(painting, (blur, blur), 0)
    # Haze: the person shall stand out from every place.
    haze = rng.uniform(0.35, 0.6)
    return (soft * (1 - haze) + soft.mean(axis=(0, 1)) * haze).astype(np.uint8)


def view_background(
    painting: np.ndarray, size: tuple[int, int], shift: tuple[float, float], zoom: float
) -> np.ndarray:
    """The part of a painting that the camera sees, (height, width, 3)."""
    width, height = size
    tall, wide = painting.shape[:2]
    # In 32nds of a pixel, as cv2.remap counts, so that only whole numbers are interpolated.
    across = (np.arange(width) - width / 2 - shift[0]) / zoom + wide / 2
    down = (np.arange(height) - height / 2 - shift[1]) / zoom + tall / 2
    across = np.round(across * 32).astype(np.int32)
    down = np.round(down * 32).astype(np.int32)[:, None]
    whole = np.empty((height, width, 2), np.int16)
    whole[..., 0], whole[..., 1] = across >> 5, down >> 5
    parts = ((down & 31) * 32 + (across & 31)).astype(np.uint16)
    return cv2.remap(painting, whole, parts, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)


def _colour(rng: np.random.Generator, low: int = 110, high: int = 215) -> np.ndarray:
    """A muted colour: mostly grey, so that the person stands out."""
    grey = rng.uniform(low, high)
    return np.clip(grey + rng.uniform(-18, 18, 3), 0, 255)


def _blend(first: np.ndarray, second: np.ndarray, share: np.ndarray) -> np.ndarray:
    return first + (second - first) * share[..., None]


def _band(painting: np.ndarray, top: int, bottom: int, first: np.ndarray, last: np.ndarray) -> None:
    """Fill rows with a gradient from one colour to another."""
    rows = painting[max(top, 0) : max(bottom, 0)]
    if len(rows):
        share = np.linspace(0, 1, len(rows))
        rows[:] = _blend(first, last, share)[:, None].astype(np.uint8)


def _box(
    painting: np.ndarray, place: tuple[float, float, float, float], colour: np.ndarray
) -> None:
    x, y, w, h = place
    corners = (round(x), round(y)), (round(x + w), round(y + h))
    cv2.rectangle(painting, *corners, colour.tolist(), cv2.FILLED)


def _gradient(rng: np.random.Generator, width: int, height: int, floor: int) -> np.ndarray:
    first, second = _colour(rng), _colour(rng)
    direction = rng.uniform(-1, 1, 2)
    share = (
        np.linspace(0, 1, width) * direction[0] + np.linspace(0, 1, height)[:, None] * direction[1]
    )
    share = (share - share.min()) / max(np.ptp(share), 1e-6)
    return _blend(first, second, share).astype(np.uint8)


def _room(rng: np.random.Generator, width: int, height: int, floor: int) -> np.ndarray:
    painting = np.empty((height, width, 3), np.uint8)
    edge = floor - int(height * rng.uniform(0.03, 0.16))
    wall, ground = _colour(rng, 150, 225), _colour(rng, 90, 170)
    _band(painting, 0, edge, wall, wall * rng.uniform(0.8, 1.0))
    _band(painting, edge, height, ground * 0.8, ground)
    if rng.uniform() < 0.6:
        _boards(rng, painting, edge, ground * 0.72)
    _box(painting, (0, edge - height * 0.02, width, height * 0.02), wall * 0.6)
    for _ in range(rng.integers(2, 7)):
        x, w = rng.uniform(0, width), rng.uniform(0.05, 0.15) * width
        h = rng.uniform(0.15, 0.4) * height
        y = rng.uniform(0.05, 0.3) * height if rng.uniform() < 0.6 else edge - h
        _box(painting, (x - 3, y - 3, w + 6, h + 6), _colour(rng, 80, 150))
        _box(painting, (x, y, w, h), _colour(rng, 120, 235))
    return painting


def _boards(rng: np.random.Generator, painting: np.ndarray, edge: int, colour: np.ndarray) -> None:
    """Floor boards that run towards the viewer."""
    height, width = painting.shape[:2]
    step = int(width * rng.uniform(0.04, 0.09))
    for x in range(-width, 2 * width, step):
        near = width // 2 + (x - width // 2) * 2
        cv2.line(painting, (x, edge), (near, height + 20), colour.tolist(), 1, cv2.LINE_AA)


def _outdoors(rng: np.random.Generator, width: int, height: int, floor: int) -> np.ndarray:
    painting = np.empty((height, width, 3), np.uint8)
    horizon = floor - int(height * rng.uniform(0.05, 0.25))
    red = rng.uniform(90, 200)
    sky = np.array([red, red + rng.uniform(10, 55), min(red + rng.uniform(20, 110), 255)])
    _band(painting, 0, horizon, sky, np.minimum(sky + 50, 255))
    for shade in (0.9, 0.75):
        _hills(rng, painting, horizon, sky * shade * rng.uniform(0.6, 0.95, 3))
    greens = np.array([rng.uniform(60, 150), rng.uniform(90, 160), rng.uniform(40, 110)])
    ground = greens if rng.uniform() < 0.6 else _colour(rng, 90, 190)
    _band(painting, horizon, height, ground * 0.8, ground)
    for _ in range(rng.integers(0, 9)):
        x, size = int(rng.uniform(0, width)), int(height * rng.uniform(0.05, 0.16))
        foot = horizon + int(rng.uniform(0, 0.03) * height)
        _box(painting, (x - size / 8, foot - 2 * size, size / 4, 2 * size), np.array([85, 62, 45]))
        leaves = greens * rng.uniform(0.5, 0.95)
        cv2.ellipse(painting, (x, foot - 2 * size), (size, int(size * 1.2)), 0, 0, 360,
                    leaves.tolist(), cv2.FILLED, cv2.LINE_AA)  # fmt: skip
    return painting


def _hills(
    rng: np.random.Generator, painting: np.ndarray, horizon: int, colour: np.ndarray
) -> None:
    height, width = painting.shape[:2]
    x = np.linspace(0, width, 60)
    line = sum(np.sin(x / width * k * 6.28 + rng.uniform(0, 6.28)) / k for k in (1, 2, 3, 5))
    y = horizon - height * rng.uniform(0.05, 0.14) * (1.1 + line * 0.6)
    outline = np.stack([x, np.minimum(y, horizon)], axis=-1).tolist()
    points = np.round([[0, horizon], *outline, [width, horizon]]).astype(np.int32)
    cv2.fillPoly(painting, [points], colour.tolist(), cv2.LINE_AA)


def _texture(rng: np.random.Generator, width: int, height: int, floor: int) -> np.ndarray:
    first, second = _colour(rng), _colour(rng)
    share = np.zeros((height, width), np.float32)
    for cells, weight in ((4, 0.5), (12, 0.3), (48, 0.2)):
        coarse = rng.integers(0, 256, (cells, cells * 2), np.uint8)
        smooth = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR_EXACT)
        share += np.float32(weight / 255) * smooth
    return _blend(first, second, share).astype(np.uint8)


def _clutter(rng: np.random.Generator, width: int, height: int, floor: int) -> np.ndarray:
    painting = _room(rng, width, height, floor)
    for _ in range(rng.integers(12, 30)):
        w, h = rng.uniform(0.02, 0.1) * width, rng.uniform(0.06, 0.35) * height
        x, foot = rng.uniform(-w, width), floor + height * rng.uniform(-0.2, 0.06)
        colour = _colour(rng)
        _box(painting, (x, foot - h, w, h), colour)
        _box(painting, (x + w * 0.75, foot - h, w * 0.25, h), colour * 0.7)
        _box(painting, (x, foot - h, w, h * 0.08), np.minimum(colour * 1.2, 255))
    return painting


def _stripes(rng: np.random.Generator, width: int, height: int, floor: int) -> np.ndarray:
    """Bricks, tiles, curtains or slats: lines that repeat."""
    painting = _gradient(rng, width, height, floor)
    step = height * rng.uniform(0.05, 0.16)
    shade, thick = _colour(rng), max(1, int(step * rng.uniform(0.05, 0.5)))
    kind = rng.integers(3)
    if kind != 1:
        for y in np.arange(0, height, step):
            _box(painting, (0, y, width, thick - 1), shade)
    if kind != 0:
        for x in np.arange(0, width, step * rng.uniform(1, 2.2)):
            _box(painting, (x, 0, thick - 1, height), shade)
    ground = _colour(rng, 90, 170)
    _band(painting, floor - int(height * rng.uniform(0.03, 0.12)), height, ground * 0.85, ground)
    return painting


_KINDS: tuple[Callable[[np.random.Generator, int, int, int], np.ndarray], ...] = (
    _gradient, _room, _room, _outdoors, _outdoors, _texture, _clutter, _stripes,
)  # fmt: skip

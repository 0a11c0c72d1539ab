"""Lighting: where the light comes from, and what lens, sensor and compression do to a picture."""

import cv2
import numpy as np

from kinora.synthetic.shapes import Light


def make_light(seed: int) -> Light:
    """The light of one clip: from above, more or less from the side."""
    rng = np.random.default_rng((seed, 5))
    strength = rng.uniform(0.35, 0.6)
    return Light(
        x=rng.uniform(-0.5, 0.5) * strength,
        y=-rng.uniform(0.3, 0.6) * strength,
        z=rng.uniform(0.75, 0.95) * strength,
        ambient=rng.uniform(0.5, 0.65),
    )


class Finish:
    """Brightness, contrast, tint, vignette, blur, noise and lost detail of one clip."""

    def __init__(self, seed: int, size: tuple[int, int]) -> None:
        rng = np.random.default_rng((seed, 6))
        self._size = size
        self._levels = _levels(rng)
        self._vignette = _vignette(rng, size) if rng.uniform() < 0.35 else None
        self._shrink = rng.uniform(0.75, 0.95) if rng.uniform() < 0.25 else 1.0
        grain = int(rng.integers(1, 3)) if rng.uniform() < 0.3 else 0
        # One sheet of noise, looked at through a window that jumps about: as good as new noise.
        sheet = (size[1] + 32, size[0] + 32, 3)
        self._noise = rng.integers(-grain, grain, sheet, np.int16, endpoint=True) if grain else None
        self._seed = seed

    def apply(self, picture: np.ndarray, index: int) -> np.ndarray:
        """A finished uint8 frame of a uint8 picture."""
        picture = cv2.LUT(picture, self._levels)
        if self._vignette is not None:
            picture = ((picture * self._vignette) >> 8).astype(np.uint8)
        if self._shrink < 1:
            small = tuple(max(1, round(side * self._shrink)) for side in self._size)
            picture = cv2.resize(picture, small, interpolation=cv2.INTER_LINEAR_EXACT)
            picture = cv2.resize(picture, self._size, interpolation=cv2.INTER_LINEAR_EXACT)
        if self._noise is not None:
            x, y = np.random.default_rng((self._seed, 7, index)).integers(0, 32, 2)
            window = self._noise[y : y + self._size[1], x : x + self._size[0]]
            picture = np.clip(picture + window, 0, 255).astype(np.uint8)
        return picture


def _levels(rng: np.random.Generator) -> np.ndarray:
    """A table (1, 256, 3) from old to new values per colour."""
    contrast, brightness = rng.uniform(0.88, 1.1), rng.uniform(-14, 14)
    tint = rng.uniform(0.96, 1.04, 3)
    steps = (np.arange(256)[:, None] - 128) * contrast + 128 + brightness
    return np.clip(np.round(steps * tint), 0, 255).astype(np.uint8)[None]


def _vignette(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """Brightness (H, W, 1) in 256ths, lower towards the corners."""
    x, y = np.linspace(-1, 1, size[0]), np.linspace(-1, 1, size[1])[:, None]
    darkness = rng.uniform(0.1, 0.35) * (x * x + y * y) / 2 * 1.4
    return np.round(256 * (1 - darkness)).astype(np.uint16)[..., None]

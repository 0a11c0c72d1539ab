"""The camera: where it stands, how it moves, and how it turns metres into pixels."""

from dataclasses import dataclass

import numpy as np

# Steps per pixel that places are rounded to, so that the last bit of a sine, which differs from
# machine to machine, never reaches a picture.
_STEPS = 64.0


@dataclass(frozen=True)
class Camera:
    """A camera that looks at a person; angles in radians, lengths in metres.

    Args:
        scale: Pixels per metre at the person's place.
        centre: Pixel that shows the point it looks at.
        shift: (T, 2) pixels by which the whole picture moves.
        zoom: (T,) enlargement.
        follows: How much of the person's way the camera goes along, from 0 to 1.
    """

    azimuth: float
    elevation: float
    distance: float
    scale: float
    centre: tuple[float, float]
    aim_height: float
    shift: np.ndarray
    zoom: np.ndarray
    follows: float

    def project(self, points: np.ndarray, travel: np.ndarray) -> np.ndarray:
        """World points (T, 3) as (T, 4): x and y in pixels, depth in metres, pixels per metre."""
        x, y = points[:, 0], points[:, 1] - self.aim_height
        z = points[:, 2] - self._offset(travel)
        right = x * np.cos(self.azimuth) - z * np.sin(self.azimuth)
        near = x * np.sin(self.azimuth) + z * np.cos(self.azimuth)
        up = y * np.cos(self.elevation) - near * np.sin(self.elevation)
        near = near * np.cos(self.elevation) + y * np.sin(self.elevation)
        scale = self.zoom * self.scale * self.distance / np.maximum(self.distance - near, 0.5)
        across = self.centre[0] + self.shift[:, 0] + right * scale
        down = self.centre[1] + self.shift[:, 1] - up * scale
        seen = np.stack([across, down, -near, scale], axis=-1)
        return np.round(seen * _STEPS) / _STEPS

    def scroll(self, travel: np.ndarray) -> np.ndarray:
        """(T, 2) pixels by which the background moves."""
        passed = (self._offset(travel) * np.sin(self.azimuth)) * self.scale
        return self.shift + np.stack([passed, 0 * passed], axis=-1)

    def _offset(self, travel: np.ndarray) -> np.ndarray:
        # Half of the way lies before the middle of the picture.
        return (travel - travel[-1] / 2) * self.follows + travel[-1] / 2


def make_camera(
    seed: int, times: np.ndarray, size: tuple[int, int], azimuth: float, height: float
) -> Camera:
    """The camera of one clip.

    Args:
        size: Width and height of the picture.
        height: Of the person, in metres.
    """
    rng = np.random.default_rng((seed, 3))
    width, tall = size
    share = rng.uniform(0.8, 0.85)
    zoom, shift = _movement(rng, times, tall)
    return Camera(
        azimuth=azimuth,
        elevation=np.radians(rng.uniform(-2, 14)),
        distance=rng.uniform(3.2, 5.5),
        scale=tall * share / height,
        centre=(width * rng.uniform(0.42, 0.58), tall * (0.97 - share * rng.uniform(0.48, 0.5))),
        aim_height=height * 0.5,
        shift=shift,
        zoom=zoom,
        follows=float(rng.choice((0.0, 0.0, 1.0))),
    )


def _movement(
    rng: np.random.Generator, times: np.ndarray, tall: int
) -> tuple[np.ndarray, np.ndarray]:
    """Zoom (T,) and shift (T, 2): still, panning, shaking or zooming, often some of each."""
    middle = times - times[-1] / 2
    shift = np.zeros((len(times), 2))
    zoom = np.ones(len(times))
    if rng.uniform() < 0.45:
        shift[:, 0] += middle * tall * rng.uniform(-0.05, 0.05)
        shift[:, 1] += middle * tall * rng.uniform(-0.015, 0.015)
    if rng.uniform() < 0.45:
        for axis in (0, 1):
            for speed in rng.uniform(3, 14, 3):
                swing = tall * rng.uniform(0.001, 0.003)
                shift[:, axis] += swing * np.sin(times * speed + rng.uniform(0, 6.28))
    if rng.uniform() < 0.35:
        zoom = zoom + middle * rng.uniform(-0.04, 0.04)
    return zoom, shift

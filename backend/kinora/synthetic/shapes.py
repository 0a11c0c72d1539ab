"""Shapes: round, shaded limbs drawn into a picture with soft edges and a depth per pixel."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Limb:
    """A cone with round ends on the screen; lengths in pixels.

    Args:
        start: x, y, depth and radius of one end.
        end: The same of the other end.
        flatness: Its thickness towards the camera as a share of its thickness on the screen.
    """

    start: tuple[float, float, float, float]
    end: tuple[float, float, float, float]
    flatness: float
    colour: np.ndarray


@dataclass(frozen=True)
class Light:
    """Where light comes from on the screen (x right, y down, z to the viewer), and how soft."""

    x: float
    y: float
    z: float
    ambient: float


def draw_limb(picture: np.ndarray, depth: np.ndarray, limb: Limb, light: Light) -> None:
    """Draw into a float32 picture (H, W, 3), wherever nothing nearer is in `depth` (H, W)."""
    (ax, ay, az, ar), (bx, by, bz, br) = limb.start, limb.end
    widest = max(ar, br) + 1
    left, right = max(int(min(ax, bx) - widest), 0), int(max(ax, bx) + widest) + 2
    top, bottom = max(int(min(ay, by) - widest), 0), int(max(ay, by) + widest) + 2
    target = picture[top : max(bottom, 0), left : max(right, 0)]
    if target.size == 0:
        return
    behind = depth[top:bottom, left:right]
    dx = np.arange(left, left + target.shape[1], dtype=np.float32) - np.float32(ax)
    dy = (np.arange(top, top + target.shape[0], dtype=np.float32) - np.float32(ay))[:, None]
    lx, ly = np.float32(bx - ax), np.float32(by - ay)
    length = max(float(lx * lx + ly * ly), 1e-6)
    along = np.clip(dx * np.float32(lx / length) + dy * np.float32(ly / length), 0, 1)
    dx = dx - along * lx
    dy = dy - along * ly
    radius = np.float32(ar) + along * np.float32(br - ar)
    away = dx * dx + dy * dy
    toward = np.sqrt(np.maximum(radius * radius - away, 0))
    surface = np.float32(az) + along * np.float32(bz - az) - toward * np.float32(limb.flatness)
    cover = np.clip(radius + np.float32(0.5) - np.sqrt(away), 0, 1)
    cover *= surface < behind
    np.copyto(behind, surface, where=cover > 0.5)
    lit = dx * np.float32(light.x) + dy * np.float32(light.y) + toward * np.float32(light.z)
    lit = lit / radius + np.float32(light.ambient)
    target += cover[..., None] * (lit[..., None] * limb.colour - target)


def draw_shadow(picture: np.ndarray, x: float, y: float, width: float, strength: float) -> None:
    """Darken a soft ellipse on the floor, four times as wide as it is high."""
    high = width * 0.27
    left, right = max(int(x - width), 0), max(int(x + width) + 1, 0)
    top, bottom = max(int(y - high), 0), max(int(y + high) + 1, 0)
    target = picture[top:bottom, left:right]
    if target.size == 0:
        return
    dx = (np.arange(left, left + target.shape[1], dtype=np.float32) - np.float32(x)) / width
    dy = (np.arange(top, top + target.shape[0], dtype=np.float32) - np.float32(y)) / high
    inside = np.clip(1 - dx * dx - (dy * dy)[:, None], 0, 1).astype(np.float32)
    target *= (1 - np.float32(strength) * inside)[..., None]

"""The figure: flesh, hair and clothes around the joints, as limbs for the screen."""

from dataclasses import dataclass

import numpy as np

from kinora.synthetic.body import Body, Colour
from kinora.synthetic.camera import Camera
from kinora.synthetic.motion import Motion
from kinora.synthetic.shapes import Light, Limb, draw_limb, draw_shadow

_DARK: Colour = (35, 28, 28)


@dataclass(frozen=True)
class Part:
    """One piece between two joints; radii in metres. A part of the trunk is flat, the rest round.

    Args:
        thick: The radius from front to back where it is not that from side to side.
    """

    start: str
    end: str
    start_radius: float
    end_radius: float
    colour: Colour
    thick: float | None = None


def dress(body: Body) -> list[Part]:
    """All parts of a person."""
    return [*_trunk(body), *_head(body), *_limbs(body, "left"), *_limbs(body, "right")]


def _trunk(body: Body) -> list[Part]:
    g, wide = body.girth, body.shoulder
    return [
        Part("pelvis", "belt", 0.128 * g, 0.122 * g, body.bottom, 0.1 * g),
        Part("waist", "chest", 0.122 * g, wide * 0.74, body.shirt, 0.105 * g),
        Part("left shoulder", "right shoulder", 0.056 * g, 0.056 * g, body.shirt),
        Part("left hip", "right hip", 0.088 * g, 0.088 * g, body.bottom),
        Part("collar", "neck", 0.05 * g, 0.045 * g, body.skin),
    ]


def _head(body: Body) -> list[Part]:
    size = body.head
    parts = [
        Part("head", "chin", size * 0.93, size * 0.62, body.skin),
        Part("nose", "nose", size * 0.14, size * 0.14, body.skin),
        Part("left eye", "left eye", size * 0.13, size * 0.13, _DARK),
        Part("right eye", "right eye", size * 0.13, size * 0.13, _DARK),
        Part("mouth left", "mouth right", size * 0.07, size * 0.07, (150, 60, 60)),
    ]
    if body.haircut == "bald":
        return parts
    parts.append(Part("hair top", "hair back", size * 0.9, size * 0.84, body.hair))
    if body.haircut == "long":
        parts.append(Part("hair back", "hair end", size * 0.8, size * 0.6, body.hair))
    if body.haircut == "bun":
        parts.append(Part("bun", "bun", size * 0.42, size * 0.42, body.hair))
    return parts


def _limbs(body: Body, side: str) -> list[Part]:
    g, skin = body.girth, body.skin
    upper = body.shirt if body.sleeves == "long" else skin
    parts = [
        Part(f"{side} shoulder", f"{side} elbow", 0.06 * g, 0.052 * g, upper),
        Part(f"{side} elbow", f"{side} wrist", 0.052 * g, 0.042 * g, upper),
        Part(f"{side} wrist", f"{side} hand", 0.046 * g, 0.062 * g, skin),
        Part(f"{side} hip", f"{side} knee", 0.095 * g, 0.068 * g, body.bottom),
        Part(f"{side} knee", f"{side} ankle", 0.066 * g, 0.05 * g, body.bottom),
        Part(f"{side} ankle", f"{side} toe", 0.056 * g, 0.046 * g, body.shoes),
    ]
    if body.sleeves == "short":
        parts.append(Part(f"{side} shoulder", f"{side} sleeve", 0.066 * g, 0.066 * g, body.shirt))
    return parts


class Figure:
    """A dressed, moving person as a camera sees it, ready to be drawn frame by frame."""

    def __init__(
        self, body: Body, motion: Motion, joints: dict[str, np.ndarray], camera: Camera
    ) -> None:
        self._seen = {name: camera.project(at, motion.travel) for name, at in joints.items()}
        self._parts = dress(body)
        self._colours = [np.array(part.colour, np.float32) for part in self._parts]
        self._turn = camera.azimuth - motion.twist
        self._air = joints["pelvis"][:, 1] / body.leg

    def draw(self, picture: np.ndarray, index: int, light: Light) -> None:
        """Draw one frame into a float32 picture (H, W, 3)."""
        x, y, _, scale = self._seen["floor"][index]
        off_floor = max(float(self._air[index]) - 1, 0)
        draw_shadow(picture, x, y, scale * (0.42 - 0.3 * off_floor), 0.5 - 0.5 * off_floor)
        limbs = [self._limb(at, index) for at in range(len(self._parts))]
        limbs.sort(key=lambda limb: -(limb.start[2] + limb.end[2]))
        depth = np.full(picture.shape[:2], np.inf, np.float32)
        for limb in limbs:
            draw_limb(picture, depth, limb, light)

    def _limb(self, at: int, index: int) -> Limb:
        part = self._parts[at]
        start, end = self._ends(part, index)
        flatness = 1.0
        if part.thick is not None:
            cosine, sine = np.cos(self._turn[index]) ** 2, np.sin(self._turn[index]) ** 2
            wide, thick = (part.start_radius + part.end_radius) / 2, part.thick
            seen = np.sqrt(wide**2 * cosine + thick**2 * sine) / wide
            flatness = np.sqrt(wide**2 * sine + thick**2 * cosine) / wide / seen
            start, end = (*start[:3], start[3] * seen), (*end[:3], end[3] * seen)
        return Limb(start, end, float(flatness), self._colours[at])

    def _ends(self, part: Part, index: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
        ends = []
        for name, radius in ((part.start, part.start_radius), (part.end, part.end_radius)):
            x, y, depth, scale = self._seen[name][index].tolist()
            ends.append((x, y, depth * scale, max(radius * scale, 0.4)))
        return ends[0], ends[1]

"""Skeleton: where every joint of a moving body is, in metres; x left, y up, z ahead."""

from dataclasses import dataclass

import numpy as np

from kinora.synthetic.body import Body
from kinora.synthetic.bones import FORE, LEFT, RIGHT, UPPER, bend
from kinora.synthetic.motion import Motion

_ANKLE_HEIGHT = 0.075
_FOOT = 0.17
_KNEE_HINT = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True)
class Axes:
    """Three unit vectors per frame, each (T, 3)."""

    left: np.ndarray
    up: np.ndarray
    ahead: np.ndarray

    def at(self, x: float, y: float, z: float) -> np.ndarray:
        """The offset (x, y, z) of these axes in the world's."""
        return self.left * x + self.up * y + self.ahead * z

    def turn(self, vectors: np.ndarray) -> np.ndarray:
        """Vectors (T, 3) of these axes in the world's."""
        x, y, z = vectors[:, 0:1], vectors[:, 1:2], vectors[:, 2:3]
        return self.left * x + self.up * y + self.ahead * z


def make_axes(twist: np.ndarray, lean: np.ndarray) -> Axes:
    """Axes turned to the left by `twist`, then bent forward by `lean`, in radians."""
    zero = np.zeros_like(twist)
    left = np.stack([np.cos(twist), zero, -np.sin(twist)], axis=-1)
    level = np.stack([np.sin(twist), zero, np.cos(twist)], axis=-1)
    straight_up = np.array([0.0, 1.0, 0.0])
    cosine, sine = np.cos(lean)[:, None], np.sin(lean)[:, None]
    return Axes(left, straight_up * cosine + level * sine, level * cosine - straight_up * sine)


def place_joints(body: Body, motion: Motion, gaze: float) -> dict[str, np.ndarray]:
    """Every joint by name, each (T, 3).

    Args:
        gaze: Where the head looks, in radians to the left of straight ahead.
    """
    hips = make_axes(motion.twist * 0.35, motion.lean * 0.2)
    chest = make_axes(motion.twist, motion.lean)
    head = make_axes(motion.twist * 0.3 + gaze, motion.lean * 0.3)
    pelvis = _pelvis(body, motion)
    joints = {"pelvis": pelvis}
    joints["belt"] = pelvis + chest.at(0, 0.12 * body.torso, 0)
    joints["waist"] = pelvis + chest.at(0, 0.3 * body.torso, 0)
    joints["chest"] = pelvis + chest.at(0, 0.72 * body.torso, 0.01)
    joints["collar"] = pelvis + chest.at(0, body.torso, 0)
    joints["floor"] = pelvis * np.array([1.0, 0.0, 1.0])
    _place_head(joints, body, head)
    for side, name, sign in ((LEFT, "left", 1.0), (RIGHT, "right", -1.0)):
        _place_leg(joints, body, motion.feet[:, side], motion.travel, hips, name=name, sign=sign)
        _place_arm(joints, body, motion.arms[:, side], chest, name=name, sign=sign)
    return joints


def _pelvis(body: Body, motion: Motion) -> np.ndarray:
    """As high as the legs reach with both feet where they are, less what the knees bend."""
    reach = body.leg * 0.995
    aside = motion.feet[:, :, 0] - np.array([body.hip, -body.hip])
    flat = aside**2 + motion.feet[:, :, 2] ** 2
    highest = motion.feet[:, :, 1] + np.sqrt(np.maximum(reach**2 - flat, 0.01))
    height = highest.min(axis=1) + _ANKLE_HEIGHT - motion.drop
    middle = motion.feet.mean(axis=1)
    return np.stack([middle[:, 0] * 0.7, height, middle[:, 2] * 0.5 + motion.travel], axis=-1)


def _place_leg(
    joints: dict[str, np.ndarray],
    body: Body,
    foot: np.ndarray,
    travel: np.ndarray,
    hips: Axes,
    *,
    name: str,
    sign: float,
) -> None:
    hip = joints["pelvis"] + hips.at(sign * body.hip, 0, 0)
    ankle = foot + np.stack([0 * travel, 0 * travel + _ANKLE_HEIGHT, travel], axis=-1)
    hint = _KNEE_HINT + np.array([0.15 * sign, 0.0, 0.0])
    upper, lower = bend(ankle - hip, body.thigh, body.shin, hint)
    knee = hip + upper * body.thigh
    ankle = knee + lower * body.shin
    # A lifted foot hangs down from the heel.
    pitch = np.clip((ankle[:, 1] - _ANKLE_HEIGHT) * 4, 0, 0.8)
    point = np.stack([0 * pitch + 0.25 * sign, -0.3 - pitch, np.cos(pitch)], axis=-1)
    joints |= {f"{name} hip": hip, f"{name} knee": knee, f"{name} ankle": ankle}
    joints[f"{name} toe"] = ankle + point * _FOOT


def _place_arm(
    joints: dict[str, np.ndarray],
    body: Body,
    arm: np.ndarray,
    chest: Axes,
    *,
    name: str,
    sign: float,
) -> None:
    mirrored = np.array([sign, 1.0, 1.0])
    shoulder = joints["pelvis"] + chest.at(sign * body.shoulder, 0.93 * body.torso, 0)
    upper, fore = chest.turn(arm[:, UPPER] * mirrored), chest.turn(arm[:, FORE] * mirrored)
    elbow = shoulder + upper * body.upper_arm
    wrist = elbow + fore * body.forearm
    joints |= {f"{name} shoulder": shoulder, f"{name} elbow": elbow, f"{name} wrist": wrist}
    joints[f"{name} sleeve"] = shoulder + upper * body.upper_arm * 0.55
    joints[f"{name} hand"] = wrist + fore * 0.085


def _place_head(joints: dict[str, np.ndarray], body: Body, head: Axes) -> None:
    size = body.head
    centre = joints["collar"] + head.at(0, 1.72 * size, 0.15 * size)
    joints |= {
        "neck": joints["collar"] + head.at(0, 0.6 * size, 0),
        "head": centre + head.at(0, 0.3 * size, -0.05 * size),
        "chin": centre + head.at(0, -0.55 * size, 0.2 * size),
        "hair top": centre + head.at(0, 0.56 * size, -0.16 * size),
        "hair back": centre + head.at(0, -0.05 * size, -0.4 * size),
        "hair end": centre + head.at(0, -1.6 * size, -0.75 * size),
        "bun": centre + head.at(0, 0.75 * size, -1.15 * size),
        "nose": centre + head.at(0, -0.15 * size, 1.1 * size),
        "mouth left": centre + head.at(0.22 * size, -0.58 * size, 0.92 * size),
        "mouth right": centre + head.at(-0.22 * size, -0.58 * size, 0.92 * size),
        "left eye": centre + head.at(0.36 * size, 0.1 * size, 0.84 * size),
        "right eye": centre + head.at(-0.36 * size, 0.1 * size, 0.84 * size),
    }

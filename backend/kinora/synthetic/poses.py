"""Poses that a limb can rest in, whatever the action is: the reason one frame says little.

An arm is two directions, upper arm and forearm, in its own side's axes: x away from the body,
y up, z forward. So one table serves both arms. Feet are ankle places on the floor in metres.
"""

import numpy as np

from kinora.synthetic.bones import unit

ARMS: dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "down": ((0.16, -1.0, 0.0), (0.08, -1.0, 0.22)),
    "hip": ((0.75, -0.65, -0.2), (-0.7, -0.6, 0.35)),
    "forward": ((0.05, -0.1, 1.0), (0.0, 0.02, 1.0)),
    "side": ((1.0, -0.08, 0.15), (1.0, 0.05, 0.2)),
    "raised": ((0.85, 0.05, 0.35), (0.15, 1.0, 0.25)),
    "overhead": ((0.3, 1.0, 0.1), (0.12, 1.0, 0.1)),
    "guard": ((0.25, -0.8, 0.35), (-0.2, 0.95, 0.45)),
    "together": ((0.3, -0.75, 0.55), (-0.62, 0.25, 0.75)),
    "open": ((0.6, -0.6, 0.5), (0.3, 0.3, 0.9)),
    "back": ((0.2, -0.85, -0.5), (0.1, -0.95, -0.1)),
    "carry": ((0.15, -1.0, 0.1), (0.0, 0.0, 1.0)),
}
ARM_NAMES = tuple(ARMS)


def random_arms(rng: np.random.Generator, at_rest: float) -> np.ndarray:
    """Two arms as (2, 2, 3): side, upper arm or forearm, direction.

    Args:
        at_rest: How likely an arm hangs down.
    """
    # Both arms often do the same thing: hands together, both raised, both in guard.
    first = _arm_name(rng, at_rest)
    second = first if rng.uniform() < 0.45 else _arm_name(rng, at_rest)
    arms = np.array([ARMS[first], ARMS[second]])
    return unit(arms + rng.uniform(-0.15, 0.15, arms.shape))


def random_feet(rng: np.random.Generator, hip: float) -> tuple[np.ndarray, float]:
    """Two feet as (2, 3) on the floor, and by how many metres the knees bend the body down."""
    kind = rng.integers(4)
    width = hip + rng.uniform(0.0, 0.05) + (0.14 if kind == 1 else 0.0)
    stagger = rng.uniform(0.16, 0.26) * rng.choice((-1, 1)) if kind == 2 else 0.0
    stagger += rng.uniform(-0.05, 0.05)
    crouch = rng.uniform(0.06, 0.16) if kind == 3 else rng.uniform(0.0, 0.03)
    return np.array([[width, 0.0, stagger], [-width, 0.0, -stagger]]), crouch


def _arm_name(rng: np.random.Generator, at_rest: float) -> str:
    return "down" if rng.uniform() < at_rest else ARM_NAMES[rng.integers(len(ARM_NAMES))]

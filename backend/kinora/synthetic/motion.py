"""Motion: a pose per frame, and what all actions share: rests, free limbs and swaying."""

from dataclasses import dataclass

import numpy as np

from kinora.synthetic.body import Body
from kinora.synthetic.bones import unit
from kinora.synthetic.poses import random_arms, random_feet

# How likely an arm that the action does not need hangs down.
_FREE_ARM_AT_REST = 0.7
# Seconds in which a rest becomes an action.
LONGEST_RAMP = 0.3


@dataclass
class Motion:
    """A pose per frame; T frames.

    Args:
        arms: (T, 2, 2, 3) directions: side, upper arm or forearm, own side's axes.
        feet: (T, 2, 3) ankles in metres, relative to the point under the body.
        drop: (T,) metres that bent knees lower the pelvis.
        lean: (T,) trunk bent forward in radians.
        twist: (T,) shoulders turned to the left in radians.
        travel: (T,) metres walked forward.
    """

    arms: np.ndarray
    feet: np.ndarray
    drop: np.ndarray
    lean: np.ndarray
    twist: np.ndarray
    travel: np.ndarray


@dataclass(frozen=True)
class Take:
    """What an action needs to know about its clip.

    Args:
        times: (T,) seconds.
        active: (T,) from 0 (resting pose) to 1 (action).
        azimuth: Where the camera is, in radians to the left of straight ahead.
    """

    times: np.ndarray
    active: np.ndarray
    body: Body
    azimuth: float
    rng: np.random.Generator

    def phase(self, frequency: float) -> np.ndarray:
        """Turns since the start at about `frequency` per second; it stands still at rest."""
        wobble = 1 + 0.12 * np.sin(self.times * 2.3 + self.rng.uniform(0, 6.28))
        step = self.times[1] - self.times[0] if len(self.times) > 1 else 0.0
        turns = np.cumsum(wobble * frequency * self.active) * step
        return turns + self.rng.uniform(0, 1)


def activity(
    times: np.ndarray, rng: np.random.Generator, pause: tuple[float, float] | None = None
) -> np.ndarray:
    """0 at rest, 1 in action, with soft ramps; rests are at both ends of the clip.

    Args:
        times: (T,) seconds.
        rng: Decides when it begins and ends.
        pause: From when to when there is another rest, in seconds.
    """
    length = times[-1] + 1e-6
    start, end = length * rng.uniform(-0.1, 0.2), length * (1 - rng.uniform(-0.1, 0.16))
    ramp = rng.uniform(0.15, LONGEST_RAMP)
    rising = np.clip((times - start) / ramp + 0.5, 0, 1)
    falling = np.clip((end - times) / ramp + 0.5, 0, 1)
    level = np.minimum(rising, falling)
    if pause:
        leaving = np.clip((pause[0] - times) / ramp + 0.5, 0, 1)
        returning = np.clip((times - pause[1]) / ramp + 0.5, 0, 1)
        level = np.minimum(level, np.maximum(leaving, returning))
    return level * level * (3 - 2 * level)


def rest(times: np.ndarray, body: Body, rng: np.random.Generator) -> Motion:
    """A still pose for the whole clip."""
    count = len(times)
    feet, crouch = random_feet(rng, body.hip)
    arms = random_arms(rng, _FREE_ARM_AT_REST)
    return Motion(
        arms=np.repeat(arms[None], count, axis=0),
        feet=np.repeat(feet[None], count, axis=0),
        drop=np.full(count, crouch),
        lean=np.full(count, crouch * 1.2 + rng.uniform(-0.03, 0.08)),
        twist=np.full(count, rng.uniform(-0.25, 0.25)),
        travel=np.zeros(count),
    )


def sway(motion: Motion, times: np.ndarray, rng: np.random.Generator) -> None:
    """Nobody stands like a statue: slow drifts of arms and trunk."""
    shape = motion.arms.shape[1:]
    speed, phase = rng.uniform(1.0, 3.5, shape), rng.uniform(0, 6.28, shape)
    drift = np.sin(times[:, None, None, None] * speed + phase)
    motion.arms = unit(motion.arms + drift * rng.uniform(0.02, 0.07))
    motion.lean = motion.lean + 0.02 * np.sin(times * 2.1 + rng.uniform(0, 6.28))
    motion.twist = motion.twist + 0.04 * np.sin(times * 1.7 + rng.uniform(0, 6.28))

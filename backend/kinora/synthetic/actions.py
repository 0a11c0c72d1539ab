"""Actions: how arms, feet and trunk move in time. Only the movement tells them apart.

Every clip starts and ends in poses drawn from one pool for all actions, and limbs that an action
does not need rest in poses of the same pool.
"""

from collections.abc import Callable

import numpy as np

from kinora.synthetic.body import Body
from kinora.synthetic.bones import FORE, LEFT, RIGHT, UPPER, bend, unit
from kinora.synthetic.motion import LONGEST_RAMP, Motion, Take, activity, rest, sway
from kinora.synthetic.poses import ARMS, random_arms

_GRAVITY = 9.81


def make_motion(
    action: str,
    body: Body,
    times: np.ndarray,
    azimuth: float,
    seed: int,
    *,
    pause: tuple[float, float] | None = None,
) -> Motion:
    """The movement of one clip."""
    rng = np.random.default_rng((seed, 2))
    active = activity(times, rng, pause)
    motion = rest(times, body, rng)
    before, after = random_arms(rng, 0.5), random_arms(rng, 0.5)
    ACTIONS[action](motion, Take(times, active, body, azimuth, rng))
    # One resting pose takes the other's place unseen, while the person is busy.
    switch = pause[0] - LONGEST_RAMP / 2 if pause else times[-1] / 2
    resting = np.where((times > switch)[:, None, None, None], after, before)
    blend = active[:, None, None, None]
    motion.arms = unit(resting + (unit(motion.arms) - resting) * blend)
    sway(motion, times, rng)
    return motion


def _wave(motion: Motion, take: Take) -> None:
    """One arm raised, its hand going to and fro in a plane that faces the camera about."""
    rng = take.rng
    side = int(rng.integers(2))
    swing = rng.uniform(0.75, 1.0) * np.sin(6.2832 * take.phase(rng.uniform(1.0, 1.6)))
    swing = swing + rng.uniform(-0.25, 0.25)
    # The camera's right in the arm's own axes: people wave at whoever looks at them.
    sign = 1 if side == LEFT else -1
    facing = np.clip(take.azimuth, -1.2, 1.2) + rng.uniform(-0.35, 0.35)
    across = np.array([np.cos(facing), 0.0, -sign * np.sin(facing)])
    tilt = np.array([0.0, 0.0, rng.uniform(0.0, 0.35)])
    to_and_fro = np.cos(swing)[:, None] * np.array([0.0, 1.0, 0.0]) + tilt
    to_and_fro = to_and_fro + np.sin(swing)[:, None] * across
    if rng.uniform() < 0.35:
        motion.arms[:, side, UPPER] = to_and_fro + np.array([0.35, 0.0, 0.1])
        motion.arms[:, side, FORE] = to_and_fro + 0.25 * np.sin(swing)[:, None] * across
    else:
        height, ahead = rng.uniform(-0.1, 0.5), rng.uniform(0.0, 0.5)
        motion.arms[:, side, UPPER] = np.array([0.9, height, ahead]) + 0.1 * to_and_fro
        motion.arms[:, side, FORE] = to_and_fro


def _clap(motion: Motion, take: Take) -> None:
    """Both hands meet in front of the body again and again."""
    rng, body = take.rng, take.body
    turns = take.phase(rng.uniform(1.0, 1.6))
    gap = (0.5 - 0.5 * np.cos(6.2832 * turns)) ** 0.75 * rng.uniform(1.1, 1.4)
    height = rng.uniform(-0.2, 0.0)
    slant = rng.uniform(-0.2, 0.2)
    reach = body.upper_arm + body.forearm
    for side, sign in ((LEFT, 1), (RIGHT, -1)):
        target = np.empty((len(turns), 3))
        target[:, 0] = 0.03 + gap * 0.5 - body.shoulder
        target[:, 1] = height + sign * slant * gap
        target[:, 2] = reach * rng.uniform(0.8, 0.86) - 0.42 * gap
        upper, fore = bend(target, body.upper_arm, body.forearm + 0.07, np.array([0.8, -1, -0.2]))
        motion.arms[:, side, UPPER], motion.arms[:, side, FORE] = upper, fore


def _punch(motion: Motion, take: Take) -> None:
    """From the guard one fist shoots forward and comes back, then perhaps the other."""
    rng = take.rng
    guard = np.array(ARMS["guard"])
    hands = _punch_hands(rng)
    # A step apart, as nobody strikes with the feet side by side.
    stance = rng.uniform(0.18, 0.28) * (1 if hands[0] == RIGHT else -1)
    motion.feet[:, :, 2] = np.array([stance, -stance])
    if len(set(hands)) == 2 or rng.uniform() < 0.85:
        motion.arms[:] = unit(guard + rng.uniform(-0.12, 0.12, (2, 2, 3)))
    reach = _strikes(take, hands)
    aim = unit(np.array([rng.uniform(-0.1, 0.4), rng.uniform(0.0, 0.3), 1.0]))
    for hand in set(hands):
        near = unit(guard + rng.uniform(-0.12, 0.12, (2, 3)))
        motion.arms[:, hand] = near + (aim - near) * reach[:, hand, None, None]
    # Nobody punches the viewer: seen from the front, the whole trunk turns aside.
    aside = np.clip(rng.uniform(0.7, 0.95) - abs(take.azimuth), 0, 1)
    motion.twist = motion.twist - (aside if take.azimuth > 0 else -aside) * take.active
    strength = rng.uniform(0.6, 0.9) * take.active
    motion.twist = motion.twist + strength * (reach[:, RIGHT] - reach[:, LEFT])
    motion.lean = motion.lean + 0.3 * take.active * reach.max(axis=1)
    motion.drop = motion.drop + 0.08 * take.active * reach.max(axis=1)


def _strikes(take: Take, hands: tuple[int, ...]) -> np.ndarray:
    """How far each hand is out, (T, 2) from 0 to 1; `hands` take turns."""
    rng, times = take.rng, take.times
    extended = np.zeros((len(times), 2))
    start, count = rng.uniform(-0.35, 0.1), 0
    while start < times[-1]:
        hand = hands[count % len(hands)]
        out, stay, back = rng.uniform(0.13, 0.19), rng.uniform(0.08, 0.16), rng.uniform(0.18, 0.28)
        rising = np.clip((times - start) / out, 0, 1)
        falling = np.clip((start + out + stay + back - times) / back, 0, 1)
        extended[:, hand] = np.maximum(extended[:, hand], np.minimum(rising, falling))
        start += out + stay + back + rng.uniform(0.0, 0.22)
        count += 1
    return extended * extended * (3 - 2 * extended)


def _punch_hands(rng: np.random.Generator) -> tuple[int, ...]:
    first = int(rng.integers(2))
    return ((first,), (first, 1 - first), (first, first, 1 - first))[rng.integers(3)]


def _walk(motion: Motion, take: Take) -> None:
    """Feet take turns on the floor; on the spot, or travelling through the picture."""
    rng, body = take.rng, take.body
    stride = body.leg * rng.uniform(0.65, 0.85)
    turns = take.phase(rng.uniform(0.8, 1.15))
    lift = body.leg * rng.uniform(0.14, 0.2)
    for side, offset in ((LEFT, 0.0), (RIGHT, 0.5)):
        at = (turns + offset) % 1.0
        swinging = np.clip((at - 0.6) / 0.4, 0, 1)
        ahead = np.where(at < 0.6, 0.5 - at / 0.6, -0.5 * np.cos(3.14159 * swinging))
        share = 0.35 + 0.65 * take.active
        motion.feet[:, side, 0] = (body.hip + 0.01) * (1 if side == LEFT else -1)
        motion.feet[:, side, 1] = lift * np.sin(3.14159 * swinging) ** 2 * take.active
        motion.feet[:, side, 2] = stride * ahead * share
    motion.drop = 0.02 + 0.012 * np.cos(12.566 * turns)
    motion.lean = motion.lean * 0.5 + 0.05
    pace = np.diff(turns, prepend=turns[0]) * stride / 0.6 * rng.choice((0.0, 0.55, 0.8))
    motion.travel = np.cumsum(pace)
    sway = rng.uniform(0.35, 0.75) * np.sin(6.2832 * turns)
    motion.twist = motion.twist * 0.5 + 0.25 * sway * take.active
    if rng.uniform() < 0.8:
        for side, sign in ((LEFT, -1), (RIGHT, 1)):
            upper = np.stack([0.15 + 0 * sway, -np.cos(sway), sign * np.sin(sway)], axis=-1)
            motion.arms[:, side, UPPER] = upper
            motion.arms[:, side, FORE] = upper + np.array([0.0, 0.0, rng.uniform(0.15, 0.7)])


def _jump(motion: Motion, take: Take) -> None:
    """Knees bend, the body flies and lands, with a short stand in between."""
    rng = take.rng
    height = rng.uniform(0.2, 0.36)
    flight = 2 * np.sqrt(2 * height / _GRAVITY)
    crouch, ready = rng.uniform(0.2, 0.34), rng.uniform(0.2, 0.32)
    cycle = ready + flight + rng.uniform(0.2, 0.3) + rng.uniform(0.0, 0.25)
    at = (take.phase(1 / cycle) % 1.0) * cycle
    up = np.clip((at - ready) / flight, 0, 1)
    air = 4 * up * (1 - up) * height * take.active
    landing = np.clip((at - ready - flight) / 0.24, 0, 1)
    bending = np.sin(3.14159 * np.clip(at / ready, 0, 1)) + 0.8 * np.sin(3.14159 * landing)
    bent = crouch * np.clip(bending, 0, 1) * take.active
    tuck = rng.uniform(0.06, 0.22) * 4 * up * (1 - up) * take.active
    motion.drop = motion.drop + bent + tuck
    motion.feet[:, :, 1] += (air + tuck)[:, None]
    motion.lean = motion.lean + 1.6 * bent
    if rng.uniform() < 0.8:
        top = rng.uniform(1.6, 2.9)
        lifted = np.clip(np.sin(3.14159 * np.clip((at - 0.6 * ready) / (flight * 1.3), 0, 1)), 0, 1)
        angle = -0.6 * np.clip(bending, 0, 1) * (1 - lifted) + top * lifted
        upper = np.stack([0.3 + 0 * angle, -np.cos(angle), np.sin(angle)], axis=-1)
        motion.arms[:, :, UPPER] = upper[:, None]
        motion.arms[:, :, FORE] = upper[:, None] + np.array([0.0, 0.15, 0.25])


ACTIONS: dict[str, Callable[[Motion, Take], None]] = {
    "walk": _walk,
    "wave": _wave,
    "clap": _clap,
    "jump": _jump,
    "punch": _punch,
}

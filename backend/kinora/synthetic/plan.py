"""The plan of a data set: which clips there are, who is in them, and in which part they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kinora.errors import SettingError
from kinora.synthetic.actions import ACTIONS
from kinora.synthetic.clip import PersonClip

_MOST_CLIPS = 100_000
# Of a hundred bodies; every body is in one part only.
_TEST_PERCENT, _VAL_PERCENT = 20, 10
# Where the camera stands, in degrees: the middle of a range and half its width. The test looks
# from between the places that training and validation look from.
_SEEN = ((-90, 13), (-45, 13), (0, 13), (45, 13), (90, 13))
# Every other clip shows two goes with a rest between them: then hardly a pose in a single frame
# says what the whole clip shows. Where the rest begins, and how long it is, in shares of the clip.
_PAUSED = 0.5
_PAUSE_STARTS, _PAUSE_LENGTHS = (0.36, 0.42), (0.2, 0.3)
_UNSEEN = ((-67.5, 8), (-22.5, 8), (22.5, 8), (67.5, 8))


@dataclass(frozen=True)
class DatasetOptions:
    """What a rendered data set is like; every body does every action once."""

    clips_per_action: int = 40
    actions: Sequence[str] = tuple(ACTIONS)
    seed: int = 0
    seconds: float = PersonClip.seconds
    fps: float = PersonClip.fps
    width: int = PersonClip.width
    height: int = PersonClip.height

    def __post_init__(self) -> None:
        if not 1 <= self.clips_per_action <= _MOST_CLIPS:
            raise SettingError(
                f"Clips per action must be from 1 to {_MOST_CLIPS}, not {self.clips_per_action}."
            )
        if not 0 <= self.seed < 2**63:
            raise SettingError(f"The seed must be a whole number from 0, not {self.seed}.")
        if not self.actions or len(set(self.actions)) < len(self.actions):
            raise SettingError(
                f"Name each action once; there are {', '.join(ACTIONS)}, "
                f"not {', '.join(self.actions) or 'none'}."
            )
        for action in self.actions:
            self.clip(action)

    def clip(self, action: str, **values: Any) -> PersonClip:
        """A clip of this length, rate and size."""
        return PersonClip(
            action,
            seconds=self.seconds,
            fps=self.fps,
            width=self.width,
            height=self.height,
            **values,
        )


@dataclass(frozen=True)
class PlannedClip:
    """One clip of a data set.

    Args:
        name: Without a suffix, like `wave_0001`.
        group: The body, like `body_0001`.
        split: `train`, `val` or `test`.
    """

    name: str
    group: str
    split: str
    clip: PersonClip


def plan_dataset(options: DatasetOptions) -> list[PlannedClip]:
    """All clips, by action, the same for the same options."""
    splits = _splits(options)
    return [
        _plan_clip(options, action, number, splits[number])
        for action in options.actions
        for number in range(options.clips_per_action)
    ]


def _splits(options: DatasetOptions) -> list[str]:
    """The part of every body; each has at least one where there are three bodies or more."""
    count = options.clips_per_action
    test = max(round(count * _TEST_PERCENT / 100), 1) if count > 1 else 0
    val = max(round(count * _VAL_PERCENT / 100), 1) if count > 2 else 0
    names = ["test"] * test + ["val"] * val + ["train"] * (count - test - val)
    order = np.random.default_rng((options.seed, 8)).permutation(count)
    return [names[place] for place in order]


def _plan_clip(options: DatasetOptions, action: str, number: int, split: str) -> PlannedClip:
    rng = np.random.default_rng((options.seed, 9, list(ACTIONS).index(action), number))
    body = np.random.default_rng((options.seed, 10, number)).integers(2**62)
    views = _UNSEEN if split == "test" else _SEEN
    middle, reach = views[rng.integers(len(views))]
    clip = options.clip(
        action,
        seed=int(rng.integers(2**62)),
        body=int(body),
        azimuth_deg=middle + rng.uniform(-reach, reach),
        pause=_plan_pause(options.seconds, rng),
    )
    return PlannedClip(f"{action}_{number + 1:04d}", f"body_{number + 1:04d}", split, clip)


def _plan_pause(seconds: float, rng: np.random.Generator) -> tuple[float, float] | None:
    start, length = rng.uniform(*_PAUSE_STARTS), rng.uniform(*_PAUSE_LENGTHS)
    return (start * seconds, (start + length) * seconds) if rng.uniform() < _PAUSED else None

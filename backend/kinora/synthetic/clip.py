"""One rendered clip: a person, an action, a camera and a place, all from one seed."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from kinora.errors import SettingError
from kinora.synthetic.actions import ACTIONS, make_motion
from kinora.synthetic.background import paint_background, view_background
from kinora.synthetic.body import make_body
from kinora.synthetic.camera import make_camera
from kinora.synthetic.figure import Figure
from kinora.synthetic.lighting import Finish, make_light
from kinora.synthetic.skeleton import place_joints

_SIZES = (32, 1920)
_MOST_FRAMES = 10_000


@dataclass(frozen=True)
class PersonClip:
    """What is rendered; the same values give the same frames on every machine.

    Args:
        action: One of `ACTIONS`.
        seed: Decides everything that the other values leave open.
        body: Seed of the person alone; by default the clip's own seed.
        azimuth_deg: Where the camera stands, in degrees to the person's left of straight ahead;
            by default somewhere from -100 to 100.
        pause: From when to when the person rests between two goes, in seconds.
    """

    action: str
    seed: int = 0
    body: int | None = None
    azimuth_deg: float | None = None
    seconds: float = 2.4
    fps: float = 25.0
    width: int = 320
    height: int = 240
    pause: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if self.action not in ACTIONS:
            raise SettingError(
                f"{self.action!r} is not an action that can be rendered; "
                f"there are {', '.join(ACTIONS)}."
            )
        low, high = _SIZES
        if not (low <= self.width <= high and low <= self.height <= high):
            raise SettingError(
                f"A rendered picture is {low} to {high} pixels wide and high, "
                f"not {self.width}x{self.height}."
            )
        if not 1 <= self.fps <= 120:
            raise SettingError(f"fps must be from 1 to 120, not {self.fps:g}.")
        if not 0 < self.seconds * self.fps <= _MOST_FRAMES:
            raise SettingError(
                f"A rendered clip has 1 to {_MOST_FRAMES} frames, "
                f"not {self.seconds:g} seconds of {self.fps:g}."
            )

    @property
    def frame_count(self) -> int:
        """How many frames the clip has."""
        return max(1, round(self.seconds * self.fps))


class Scene:
    """A clip made ready, so that any of its frames can be drawn."""

    def __init__(self, clip: PersonClip) -> None:
        self._size = (clip.width, clip.height)
        rng = np.random.default_rng((clip.seed, 0))
        drawn = rng.uniform(-100, 100)
        azimuth = np.radians(drawn if clip.azimuth_deg is None else clip.azimuth_deg)
        body = make_body(clip.seed if clip.body is None else clip.body)
        times = np.arange(clip.frame_count) / clip.fps
        motion = make_motion(clip.action, body, times, azimuth, clip.seed, pause=clip.pause)
        camera = make_camera(clip.seed, times, self._size, azimuth, body.height)
        gaze = float(np.clip(azimuth, -0.9, 0.9)) * rng.uniform(0, 1)
        joints = place_joints(body, motion, gaze)
        self._figure = Figure(body, motion, joints, camera)
        self._light = make_light(clip.seed)
        floor = camera.project(joints["floor"], motion.travel)[:, 1]
        self._painting = paint_background(clip.seed, self._size, float(floor.mean()))
        self._scroll, self._zoom = camera.scroll(motion.travel), camera.zoom
        self._finish = Finish(clip.seed, self._size)

    def draw(self, index: int) -> np.ndarray:
        """One frame, uint8 RGB (height, width, 3)."""
        shift = (float(self._scroll[index, 0]), float(self._scroll[index, 1]))
        place = view_background(self._painting, self._size, shift, float(self._zoom[index]))
        picture = place.astype(np.float32)
        self._figure.draw(picture, index, self._light)
        picture = np.clip(picture, 0, 255).astype(np.uint8)
        return self._finish.apply(picture, index)


def render_clip(clip: PersonClip) -> Iterator[np.ndarray]:
    """The frames of a clip in order, each uint8 RGB (height, width, 3)."""
    scene = Scene(clip)
    for index in range(clip.frame_count):
        yield scene.draw(index)

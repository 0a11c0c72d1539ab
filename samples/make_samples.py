"""Renders the clips and images of this folder anew: people that no training has seen.

make samples
"""

from collections.abc import Iterable
from pathlib import Path

from kinora.media import VideoWriter, write_image
from kinora.synthetic import PersonClip, render_clip
from kinora.synthetic.clip import Scene

FOLDER = Path(__file__).parent
# Width and height: small enough for a repository, large enough to look at.
SIZE = (480, 360)
# The data sets that `kinora data synth` writes draw their bodies elsewhere.
BODY = 20_260_000
# Action, and where the camera stands in degrees.
CLIPS = (("walk", 75.0), ("wave", 10.0), ("clap", -25.0), ("jump", 30.0), ("punch", -60.0))
# Long enough that the page shows it as a time line.
SCENES = (("walk", 80.0), ("wave", 0.0), ("jump", -20.0), ("clap", 20.0))
SCENE_SECONDS = 6.0
# Action, camera, and which moment of the clip, from 0 to 1.
IMAGES = (("wave", -15.0, 0.4), ("jump", 60.0, 0.6), ("punch", 40.0, 0.5))


def clip(action: str, azimuth_deg: float, number: int, seconds: float = 3.0) -> PersonClip:
    """A clip of a person of its own."""
    width, height = SIZE
    return PersonClip(
        action,
        seed=BODY + number,
        azimuth_deg=azimuth_deg,
        seconds=seconds,
        width=width,
        height=height,
    )


def write(name: str, clips: Iterable[PersonClip]) -> None:
    """One file of clips, one after the other."""
    with VideoWriter(FOLDER / name, PersonClip.fps, *SIZE) as video:
        for one in clips:
            for frame in render_clip(one):
                video.write(frame)


def main() -> None:
    """Write all of them."""
    for number, (action, azimuth_deg) in enumerate(CLIPS):
        write(f"{action}.mp4", [clip(action, azimuth_deg, number)])
    scenes = [
        clip(action, azimuth_deg, 100 + number, SCENE_SECONDS)
        for number, (action, azimuth_deg) in enumerate(SCENES)
    ]
    write("four_actions.mp4", scenes)
    for number, (action, azimuth_deg, moment) in enumerate(IMAGES):
        one = clip(action, azimuth_deg, 200 + number)
        picture = Scene(one).draw(int(moment * one.frame_count))
        write_image(FOLDER / f"{action}.jpg", picture)


if __name__ == "__main__":
    main()

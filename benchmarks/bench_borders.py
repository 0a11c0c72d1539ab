"""Time lines of joined clips: how far from the joints the borders are found.

    python benchmarks/bench_borders.py [BUNDLE]

The clips are rendered on the spot, of people that no training has seen: once with another person
in another place in every clip, once with one person who goes on with another action. Clips begin
and end at random moments. The bundle must know the actions; by default it is the first one in
models/ that does.
"""

import itertools
import sys
from pathlib import Path

import numpy as np
from clips import FOLDER
from measure import print_table

from kinora import Recognizer
from kinora.errors import SettingError
from kinora.inference.models import usable_bundles
from kinora.inference.timeline import recognize_timeline
from kinora.media import VideoWriter
from kinora.paths import models_folder
from kinora.synthetic import PersonClip, render_clip

ACTIONS = ("walk", "wave", "jump", "clap")
SAMPLE = Path(__file__).resolve().parents[1] / "samples" / "four_actions.mp4"
SAMPLE_BORDERS_S = (6.0, 12.0, 18.0)
VIDEOS, RENDERED_S, SHOWN_S = 12, 6.0, (3.5, 6.0)
WIDTH, HEIGHT = 320, 240
AZIMUTH_DEG = 30.0
# The data sets that `kinora data synth` writes draw their bodies elsewhere.
BODY = 30_260_000


def the_bundle() -> Path:
    """The one that was named, or the first one that knows the actions."""
    if len(sys.argv) > 1:
        return Path(sys.argv[1])
    for bundle in usable_bundles(models_folder()):
        if set(ACTIONS) <= set(bundle.info.classes):
            return bundle.folder
    raise SettingError(f"No model in {models_folder()} knows {', '.join(ACTIONS)}.")


def joined(number: int, is_one_person: bool) -> tuple[Path, list[float]]:
    """A video of all actions, and where they were joined, in seconds."""
    kind, rng = "person" if is_one_person else "people", np.random.default_rng(number)
    path, borders = FOLDER / f"joined-{kind}-{number}.mp4", [0.0]
    FOLDER.mkdir(exist_ok=True)
    with VideoWriter(path, PersonClip.fps, WIDTH, HEIGHT) as video:
        for place, action in enumerate(rng.permutation(ACTIONS)):
            seed = BODY + 100 * number + (0 if is_one_person else place)
            clip = PersonClip(str(action), seed, azimuth_deg=AZIMUTH_DEG, seconds=RENDERED_S)
            shown = round(rng.uniform(*SHOWN_S) * clip.fps)
            start = int(rng.integers(0, clip.frame_count - shown + 1))
            for frame in itertools.islice(render_clip(clip), start, start + shown):
                video.write(frame)
            borders.append(borders[-1] + shown / clip.fps)
    return path, borders[1:-1]


def errors(recognizer: Recognizer, path: Path, borders_s: list[float]) -> list[float]:
    """How far each joint is from the nearest border that was found, in seconds."""
    segments = recognize_timeline(recognizer, path).prediction.segments
    found = np.array([segment.end_s for segment in segments[:-1]])
    return [float(np.abs(found - border).min(initial=np.inf)) for border in borders_s]


def row(title: str, recognizer: Recognizer, videos: list[tuple[Path, list[float]]]) -> list[str]:
    """One line of the table."""
    off = np.array([error for video in videos for error in errors(recognizer, *video)])
    share = f"{np.mean(off <= 0.5):.0%}"
    return [
        title,
        f"{len(off)}",
        f"{np.median(off):.2f} s",
        f"{np.quantile(off, 0.9):.2f} s",
        share,
    ]


def main() -> None:
    """Print one table."""
    recognizer = Recognizer.load(the_bundle())
    many = [joined(number, is_one_person=False) for number in range(VIDEOS)]
    one = [joined(number, is_one_person=True) for number in range(VIDEOS)]
    print_table(
        f"Borders found in joined clips, {recognizer.name}",
        ("what", "borders", "median error", "90 % within", "within half a second"),
        [
            row("samples/four_actions.mp4", recognizer, [(SAMPLE, list(SAMPLE_BORDERS_S))]),
            row("another person and place in every clip", recognizer, many),
            row("one person goes on with another action", recognizer, one),
        ],
    )


if __name__ == "__main__":
    main()

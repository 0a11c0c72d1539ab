"""Annotated files: an image, or a video that browsers play."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

from kinora.annotate.drawing import Drawing
from kinora.errors import MediaError, SettingError, UndecodableError
from kinora.media import (
    Limits,
    MediaInfo,
    Source,
    VideoWriter,
    open_media,
    read_image,
    write_image,
)
from kinora.predictions import Prediction

_ENDINGS = {"image": (".jpg", ".jpeg", ".png"), "video": (".mp4",)}
# The longest edge of an annotated video. Larger ones take long to encode and are shown no larger.
_LONGEST_EDGE = 1280
# Text is not readable on anything smaller.
_SHORTEST_EDGE = 180
# For a video of a single frame, which has no rate of its own.
_USUAL_FPS = 25.0

_DEFAULT_LIMITS = Limits()


def annotated_suffix(info: MediaInfo) -> str:
    """The ending of the annotated file's name, `.jpg` or `.mp4`."""
    return _ENDINGS[info.kind][0]


def annotate(
    source: Source,
    prediction: Prediction,
    out: Path,
    limits: Limits = _DEFAULT_LIMITS,
    on_progress: Callable[[float], None] | None = None,
) -> None:
    """Draw a prediction onto the image or onto every frame of the video that it was made from.

    Where the prediction has segments, the label follows them, and a time line is drawn below.

    Args:
        source: The same medium that was recognised.
        prediction: What to draw.
        out: Where to write: a .jpg or .png for an image, an .mp4 for everything that moves.
        limits: What is too large.
        on_progress: Told how far it is, from 0 to 1.

    Raises:
        MediaError: The source cannot be read, or the result cannot be written.
        SettingError: The name does not end as the result must.
    """
    with open_media(source, limits) as medium:
        info = medium.info
    if out.suffix.lower() not in _ENDINGS[info.kind]:
        raise SettingError(
            f"What is drawn onto {'an image' if info.kind == 'image' else 'a video'} is written "
            f"as {' or '.join(_ENDINGS[info.kind])}, not as {out.name}."
        )
    if info.kind == "image":
        _annotate_image(read_image(source, limits), prediction, out)
    else:
        _annotate_video(source, prediction, out, limits, on_progress)


def _annotate_image(frame: np.ndarray, prediction: Prediction, out: Path) -> None:
    height, width = frame.shape[:2]
    drawing = Drawing(prediction, _enlarged(width, height), duration_s=0)
    try:
        write_image(out, drawing.draw(frame, time_s=0))
    except OSError as error:
        raise MediaError(f"{out} cannot be written: {error.strerror or error}.") from error


def _annotate_video(
    source: Source,
    prediction: Prediction,
    out: Path,
    limits: Limits,
    on_progress: Callable[[float], None] | None,
) -> None:
    with open_media(source, limits) as medium:
        info, timeline = medium.info, medium.timeline
        fps = info.fps or _USUAL_FPS
        drawing = Drawing(prediction, _reduced(info.width, info.height), timeline.duration_s)
        frames = (
            (timeline.seconds(stamp), frame) for stamp, frame in medium.frames(timeline.stamps)
        )
        written = 0
        with VideoWriter(out, fps, *drawing.size) as video:
            for frame in _at_constant_rate(frames, fps, timeline.duration_s):
                time_s = written / fps
                video.write(drawing.draw(frame, time_s))
                written += 1
                if on_progress is not None:
                    on_progress(min(1.0, time_s / timeline.duration_s))
            if not written:
                raise UndecodableError("No frame of the file can be decoded. It is damaged.")
    if on_progress is not None:
        on_progress(1.0)


def _at_constant_rate(
    frames: Iterable[tuple[float, np.ndarray]], fps: float, duration_s: float
) -> Iterator[np.ndarray]:
    """The frame on the screen at every tick of a clock; a video's own ticks may be uneven."""
    tick, shown = 0, None
    for time_s, frame in frames:
        # Half a tick of grace, so that rounded time stamps neither drop nor double a frame.
        while shown is not None and tick + 0.5 < time_s * fps:
            yield shown
            tick += 1
        shown = frame
    while shown is not None and (tick == 0 or tick + 0.5 < duration_s * fps):
        yield shown
        tick += 1


def _enlarged(width: int, height: int) -> tuple[int, int]:
    return _scaled(width, height, max(1.0, _SHORTEST_EDGE / min(width, height)))


def _reduced(width: int, height: int) -> tuple[int, int]:
    longest = _LONGEST_EDGE / max(width, height)
    return _scaled(width, height, min(longest, max(1.0, _SHORTEST_EDGE / min(width, height))))


def _scaled(width: int, height: int, scale: float) -> tuple[int, int]:
    return max(1, round(width * scale)), max(1, round(height * scale))

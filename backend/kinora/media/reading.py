"""Reading any medium: a video, an image, an animation or a folder of frames."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import numpy as np

from kinora.clips import ClipSpec
from kinora.errors import UndecodableError
from kinora.media import pictures, sampling
from kinora.media.clip import Clip, MediaInfo
from kinora.media.fitting import fit_frame
from kinora.media.formats import HEAD_BYTES, recognise
from kinora.media.limits import Limits
from kinora.media.sampling import Timeline
from kinora.media.sources import Source, open_source
from kinora.media.stills import Animation, FrameFolder, Still
from kinora.media.video import Video

# A photo is decoded at the smallest scale that still leaves this many pixels per pixel wanted, so
# that the resize has something to average.
_SPARE_PIXELS = 2

_DEFAULT_LIMITS = Limits()


class Medium(Protocol):
    """What every kind of medium offers: its facts, its time line, and frames by time stamp."""

    @property
    def info(self) -> MediaInfo: ...

    @property
    def timeline(self) -> Timeline: ...

    @property
    def warnings(self) -> tuple[str, ...]: ...

    def frames(self, wanted: np.ndarray) -> Iterator[tuple[int, np.ndarray]]: ...

    def distrust(self) -> None: ...


@contextmanager
def open_media(
    source: Source, limits: Limits = _DEFAULT_LIMITS, smallest: int | None = None
) -> Iterator[Medium]:
    """Open whatever the bytes turn out to be; names and suffixes are not looked at.

    Args:
        source: A path, bytes, an open binary file, or a folder of frames.
        limits: What is too large.
        smallest: Still images may be decoded at a smaller scale, but not below this edge.

    Raises:
        MediaError: One of its kinds, see `kinora.errors`.
    """
    if isinstance(source, str | Path) and Path(source).is_dir():
        yield FrameFolder(Path(source), limits)
        return
    with open_source(source, limits) as file:
        file_format = recognise(file.read(HEAD_BYTES))
        file.seek(0)
        if file_format.is_image:
            with pictures.open_picture(file, limits) as image:
                animated = pictures.is_animated(image)
                yield Animation(image, limits) if animated else Still(image, smallest)
        else:
            with Video(file, file_format, limits) as video:
                yield video


def read_clip(
    source: Source,
    spec: ClipSpec,
    limits: Limits = _DEFAULT_LIMITS,
    on_frame: Callable[[np.ndarray], None] | None = None,
) -> Clip:
    """Read the frames that a model wants to see, spread over the whole length of the medium.

    Frames are resized as they are decoded, so memory does not depend on the medium's length.

    Args:
        source: What to read.
        spec: What the model wants to see.
        limits: What is too large.
        on_frame: Called with each distinct frame as soon as it is there, so that work on it can
            begin while the next one is decoded. A damaged file may be begun anew: the last calls,
            as many as the clip has frames, are the ones that count.
    """
    limits.check_frames(spec.frame_count)

    def convert(frame: np.ndarray) -> np.ndarray:
        fitted = fit_frame(frame, spec)
        if on_frame is not None:
            on_frame(fitted)
        return fitted

    with open_media(source, limits, smallest=_SPARE_PIXELS * spec.size) as medium:
        stamps, found = _collect(
            medium,
            choose=lambda timeline: sampling.uniform(timeline, spec.frame_count),
            convert=convert,
        )
        places = {stamp: place for place, stamp in enumerate(found)}
        return Clip(
            frames=np.stack(list(found.values())),
            order=tuple(places[int(stamp)] for stamp in stamps),
            times_s=tuple(medium.timeline.seconds(stamp) for stamp in stamps),
            info=medium.info,
            warnings=medium.warnings,
        )


def read_image(source: Source, limits: Limits = _DEFAULT_LIMITS) -> np.ndarray:
    """Read an image, or the first frame of a video, upright, as uint8 RGB (height, width, 3)."""
    with open_media(source, limits) as medium:
        _, found = _collect(medium, lambda timeline: timeline.stamps[:1], lambda frame: frame)
        return next(iter(found.values()))


def read_info(source: Source, limits: Limits = _DEFAULT_LIMITS) -> MediaInfo:
    """Tell what a medium is. At least one frame of it has been decoded."""
    with open_media(source, limits) as medium:
        return medium.info


def iter_frames(
    source: Source, step_s: float | None = None, limits: Limits = _DEFAULT_LIMITS
) -> Iterator[tuple[float, np.ndarray]]:
    """Go through a medium of any length, one upright RGB frame at a time, as (seconds, frame).

    Args:
        source: What to read.
        step_s: Take the frame that is shown every so many seconds; without it, every frame.
        limits: What is too large.
    """
    with open_media(source, limits) as medium:
        timeline = medium.timeline
        wanted = timeline.stamps if step_s is None else sampling.every(timeline, step_s)
        for stamp, frame in medium.frames(wanted):
            yield timeline.seconds(stamp), frame


def _collect(
    medium: Medium,
    choose: Callable[[Timeline], np.ndarray],
    convert: Callable[[np.ndarray], np.ndarray],
) -> tuple[np.ndarray, dict[int, np.ndarray]]:
    """Choose frames and decode them; where some are missing, choose from what really decodes."""
    stamps = choose(medium.timeline)
    found = {stamp: convert(frame) for stamp, frame in medium.frames(stamps)}
    if len(found) < len(np.unique(stamps)):
        medium.distrust()
        stamps = choose(medium.timeline)
        found = {stamp: convert(frame) for stamp, frame in medium.frames(stamps)}
    if not found:
        raise UndecodableError("No frame of the file can be decoded. It is damaged or cut off.")
    there = np.array(sorted(found))
    shown = there[np.maximum(np.searchsorted(there, stamps, side="right") - 1, 0)]
    return shown, found

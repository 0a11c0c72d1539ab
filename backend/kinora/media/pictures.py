"""Still and animated images, by Pillow."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageOps, WebPImagePlugin  # noqa: F401 - WebP registers itself

from kinora.errors import MediaError, MediaTooLargeError, UndecodableError
from kinora.media.limits import Limits
from kinora.media.sampling import Timeline

# The only parsers that Pillow may try; it knows dozens more. (JPEG includes MPO.)
_PARSERS = ("JPEG", "PNG", "GIF", "WEBP", "BMP")

# What browsers show a frame that claims no duration, or one too short to see.
_UNTIMED_FRAME_MS = 100
_SHORTEST_FRAME_MS = 11


@contextmanager
def _our_errors() -> Iterator[None]:
    """Pillow raises whatever its parsers stumble over; callers see one kind of error."""
    try:
        yield
    except (MediaError, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise MediaTooLargeError("The image has too many pixels. Scale it down first.") from error
    except Exception as error:
        raise UndecodableError(
            "The file begins like an image, but cannot be decoded. It may be damaged or cut off."
        ) from error


@contextmanager
def open_picture(file: BinaryIO, limits: Limits) -> Iterator[Image.Image]:
    """Open an image of a checked size; its pixels are not decoded yet."""
    with _our_errors():
        image = Image.open(file, formats=_PARSERS)
        limits.check_pixels(*image.size)
    with image:
        yield image


def is_animated(image: Image.Image) -> bool:
    """Whether the image is a clip. Phones store depth and previews as further 'frames' in MPO."""
    return image.format != "MPO" and getattr(image, "is_animated", False)


@_our_errors()
def still(image: Image.Image, smallest: int | None = None) -> tuple[np.ndarray, bool]:
    """Decode an image upright; a cut-off one as far as it goes.

    Args:
        image: The opened image.
        smallest: Decode at a smaller scale, if the format can, as long as no edge gets shorter
            than this.

    Returns:
        uint8 RGB, (height, width, 3), and whether the image was complete.
    """
    if smallest is not None:
        image.draft("RGB", (smallest, smallest))
    is_complete = True
    try:
        image.load()
    except (OSError, SyntaxError) as error:
        # Pillow keeps what it had decoded so far, and hands it out once no parts are left to read.
        image.tile = []
        is_complete = False
        if image.getbbox() is None:
            raise UndecodableError(
                "Nothing of the image can be decoded. It is damaged or cut off."
            ) from error
    return to_rgb(ImageOps.exif_transpose(image)), is_complete


@_our_errors()
def to_rgb(image: Image.Image) -> np.ndarray:
    """Any of Pillow's colour models as uint8 RGB; what is transparent becomes white."""
    if image.mode.startswith("I"):
        # 16 bits per pixel, kept as whole numbers; Pillow would clip rather than scale them.
        grey = (np.asarray(image).astype(np.uint32) >> 8).clip(0, 255).astype(np.uint8)
        return np.repeat(grey[..., None], 3, axis=2)
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
    return np.asarray(image.convert("RGB"))


@_our_errors()
def animation_timeline(image: Image.Image) -> Timeline:
    """When each frame of an animated image is shown, in milliseconds.

    The durations are known only from the frames, so they are walked through once.
    """
    starts, now = [], 0
    for _ in _walk(image):
        starts.append(now)
        now += _shown_ms(image)
    stamps = np.array(starts, np.int64)
    return Timeline(stamps, stamps[:1], now, Fraction(1, 1000))


def animation_frames(image: Image.Image, wanted: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """The frames that start at the wanted times, in order, as (time, RGB)."""
    missing, now = {int(stamp) for stamp in wanted}, 0
    for _ in _walk(image):
        if now in missing:
            missing.remove(now)
            yield now, to_rgb(image)
        if not missing:
            return
        now += _shown_ms(image)


def _walk(image: Image.Image) -> Iterator[int]:
    """Step through the frames of an animation; a damaged rest is left out."""
    return itertools.takewhile(lambda index: _show(image, index), itertools.count())


def _show(image: Image.Image, index: int) -> bool:
    """Decode one frame; false behind the last, and where a damaged rest begins."""
    try:
        with _our_errors():
            image.seek(index)
            image.load()
    except UndecodableError:
        if index == 0:
            raise
        return False
    return True


def _shown_ms(image: Image.Image) -> int:
    shown = int(image.info.get("duration") or 0)
    return shown if shown >= _SHORTEST_FRAME_MS else _UNTIMED_FRAME_MS

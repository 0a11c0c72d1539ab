"""Picture strips of clips for the report, as text that stands inside the page."""

import base64
import io
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

from kinora.clips import ClipSpec
from kinora.data.progress import progress
from kinora.errors import MediaError
from kinora.media import read_clip

# Four frames tell one action from another; 96 pixels still show the body.
_STRIP = ClipSpec(frame_count=4, size=96, fit="crop")
_QUALITY = 60
# The page must open at once and fit into a mail.
_MOST_STRIPS = 400
_MOST_LETTERS = 6_000_000
_BATCH = 64


def strips(paths: Sequence[Path]) -> list[str | None]:
    """Strips as data URIs of the first of these clips, as many as a page may hold.

    Returns:
        One for each clip in order, None for what cannot be read; fewer than there are clips where
        the page is full.
    """
    made: list[str | None] = []
    letters = 0
    wanted = paths[:_MOST_STRIPS]
    with (
        ThreadPoolExecutor(os.cpu_count()) as threads,
        progress("pictures for the report", len(wanted)) as bar,
    ):
        for start in range(0, len(wanted), _BATCH):
            for strip in threads.map(_strip, wanted[start : start + _BATCH]):
                bar.update(1)
                letters += len(strip or "")
                if letters > _MOST_LETTERS:
                    return made
                made.append(strip)
    return made


def side_by_side(path: Path, spec: ClipSpec) -> np.ndarray | None:
    """The distinct frames of a clip beside one another; None where it cannot be read."""
    try:
        return np.hstack(list(read_clip(path, spec).frames))
    except MediaError:
        return None


def _strip(path: Path) -> str | None:
    picture = side_by_side(path, _STRIP)
    if picture is None:
        return None
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=_QUALITY)
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode("ascii")

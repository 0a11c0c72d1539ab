"""Small pictures inside JSON: what carried an answer, and how a medium begins."""

import base64
import io
from typing import Any

import numpy as np
from PIL import Image

from kinora.inference.explaining import Explanation
from kinora.media import resize

_PREVIEW_WIDTH = 640
_QUALITY = 85
_DIGITS = 4


def data_url(frame: np.ndarray) -> str:
    """A uint8 RGB frame as an address that browsers show without asking for it."""
    file = io.BytesIO()
    Image.fromarray(frame).save(file, "JPEG", quality=_QUALITY)
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode("ascii")


def preview(frame: np.ndarray) -> str:
    """The first frame of a medium, for what browsers cannot play."""
    height, width = frame.shape[:2]
    if width > _PREVIEW_WIDTH:
        frame = resize(frame, _PREVIEW_WIDTH, max(1, round(height * _PREVIEW_WIDTH / width)))
    return data_url(frame)


def explanation(found: Explanation) -> dict[str, Any]:
    """Which frames carried an answer, and which parts of them."""
    return {
        "frames": [
            {
                "time_s": round(frame.time_s, 3),
                "weight": round(frame.weight, _DIGITS),
                "image": data_url(frame.image),
                "heat": None if frame.heat is None else frame.heat.round(_DIGITS).tolist(),
            }
            for frame in found.frames
        ]
    }

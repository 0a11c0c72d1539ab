"""What stands for a video or an image where the OpenAPI document asks for one.

Loaded by schemathesis: no schema can say which bytes are a picture.
"""

import io

import schemathesis
from hypothesis import strategies
from PIL import Image


def _picture(kind: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "green").save(file, kind)
    return file.getvalue()


_PICTURES = strategies.sampled_from([_picture(kind) for kind in ("PNG", "JPEG", "GIF")])

for _kind in ("video/*", "image/*", "video/mp4", "image/png", "application/zip"):
    schemathesis.openapi.media_type(_kind, _PICTURES)

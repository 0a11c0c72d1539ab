"""Files to look at: GET /media/NAME for what was made, /samples for what ships with the project."""

from pathlib import Path

from flask import Response, jsonify, send_file, send_from_directory
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field
from werkzeug.exceptions import NotFound

from kinora.errors import RequestError
from kinora.paths import samples_folder
from kinora.server.schemas import ErrorAnswer, SamplesAnswer
from kinora.server.services import services

media = APIBlueprint("media", __name__, abp_tags=[Tag(name="media")])

_KINDS = {
    **dict.fromkeys((".mp4", ".webm", ".mov", ".avi", ".mkv", ".mpg", ".gif"), "video"),
    **dict.fromkeys((".jpg", ".jpeg", ".png", ".webp"), "image"),
}
_BYTES = {"content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}
_FILE = {200: _BYTES, 206: _BYTES, 404: ErrorAnswer, 416: ErrorAnswer}


class FileName(BaseModel):
    """Which file."""

    name: str = Field(description="as it was answered")


@media.get("/media/<name>", responses=_FILE)
def made(path: FileName) -> Response:
    """An annotated image or video; the link ends after a while."""
    file = services().links.find(path.name)
    if file is None:
        raise RequestError("This link has ended. Ask again for a new one.", "not_found", 404)
    response = send_file(file)
    # The time of the file is when its link ends, which nobody else needs to know.
    del response.headers["Last-Modified"]
    left_s = services().links.left_s(path.name)
    response.headers["Cache-Control"] = f"private, max-age={left_s}"
    return response


@media.get("/samples", responses={200: SamplesAnswer})
def samples() -> Response:
    """Clips and images to try."""
    folder = samples_folder()
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    return jsonify(
        samples=[
            {"name": file.name, "url": f"/samples/{file.name}", "kind": _KINDS[file.suffix]}
            for file in found
            if file.suffix in _KINDS
        ]
    )


@media.get("/samples/<name>", responses=_FILE)
def sample(path: FileName) -> Response:
    """One of them."""
    if Path(path.name).suffix not in _KINDS:
        raise NotFound
    return send_from_directory(samples_folder(), path.name)

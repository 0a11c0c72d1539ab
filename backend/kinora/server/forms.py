"""How a request with a medium looks in the OpenAPI document."""

from typing import Any

from pydantic import BaseModel

from kinora.server.uploads import FILE_FIELDS

_BINARY = {"type": "string", "format": "binary"}


def medium_body(options: type[BaseModel], what: str = "a video or an image") -> dict[str, Any]:
    """The body: a form with one file and options, or nothing but the file."""
    fields = options.model_json_schema()["properties"]
    form = {
        "type": "object",
        "properties": {**dict.fromkeys(FILE_FIELDS, _BINARY), **fields},
        "oneOf": [{"required": [name]} for name in FILE_FIELDS],
    }
    content = {
        "multipart/form-data": {"schema": form},
        "application/octet-stream": {"schema": _BINARY},
        "video/*": {"schema": _BINARY},
        "image/*": {"schema": _BINARY},
    }
    return {"requestBody": {"required": True, "description": what, "content": content}}

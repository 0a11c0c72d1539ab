"""How a request with a medium looks in the OpenAPI document."""

from typing import Any

from pydantic import BaseModel

_BINARY = {"type": "string", "format": "binary", "minLength": 1}
_KINDS = ("video/*", "image/*")


def medium_body(options: type[BaseModel], what: str, *more_kinds: str) -> dict[str, Any]:
    """The body: a form with one file and options, or nothing but the file."""
    kinds = (*_KINDS, *more_kinds)
    form = {
        "type": "object",
        "properties": {"video": _BINARY, **options.model_json_schema()["properties"]},
        "required": ["video"],
    }
    as_form = {"schema": form, "encoding": {"video": {"contentType": ", ".join(kinds)}}}
    description = (
        f"{what}: in the form field `video`, which may be called `image` or `file` as well, or as "
        "the body itself, under any content type. The bytes decide what it is."
    )
    content = {"multipart/form-data": as_form, **{kind: {"schema": _BINARY} for kind in kinds}}
    return {"requestBody": {"required": True, "description": description, "content": content}}

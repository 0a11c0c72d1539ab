"""The API's documentation, from the code: GET /openapi.json and /docs."""

from copy import deepcopy
from importlib.resources import files
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, send_from_directory

from kinora.server.services import services

docs = Blueprint("docs", __name__)

_OURS = Path(__file__).resolve().parents[1] / "docs"
# The package brings the files of Swagger UI, so that nothing is fetched from elsewhere.
_SWAGGER = Path(str(files("flask_openapi3_swagger"))) / "templates" / "swagger"


@docs.get("/openapi.json")
def openapi() -> Response:
    """The OpenAPI 3.1 document, with the names of the models there are now."""
    names = [served.name for served in services().registry.served]
    document = deepcopy(current_app.api_doc)
    for operation in (o for path in document["paths"].values() for o in path.values()):
        for parameter in operation.get("parameters", ()):
            _offer(parameter["name"], parameter["schema"], names)
        for content in operation.get("requestBody", {}).get("content", {}).values():
            for name, schema in content["schema"].get("properties", {}).items():
                _offer(name, schema, names)
    return jsonify(document)


def _offer(field: str, schema: dict[str, Any], names: list[str]) -> None:
    """Where a model can be chosen, list them."""
    if field == "model" and names:
        del schema["anyOf"]
        schema.update(type="string", enum=["", *names], default="")


@docs.get("/docs")
def page() -> Response:
    """A page to read it and try it."""
    return send_from_directory(_OURS, "docs.html")


@docs.get("/docs/docs.js")
def start() -> Response:
    """What starts Swagger UI; in a file of its own, since pages may hold no scripts."""
    return send_from_directory(_OURS, "docs.js")


@docs.get("/docs/swagger/<path:name>")
def swagger(name: str) -> Response:
    """A file of Swagger UI."""
    return send_from_directory(_SWAGGER, name)

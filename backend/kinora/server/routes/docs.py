"""The API's documentation, from the code: GET /openapi.json and /docs."""

from importlib.resources import files
from pathlib import Path

from flask import Blueprint, Response, current_app, jsonify, send_from_directory

docs = Blueprint("docs", __name__)

_OURS = Path(__file__).resolve().parents[1] / "docs"
# The package brings the files of Swagger UI, so that nothing is fetched from elsewhere.
_SWAGGER = Path(str(files("flask_openapi3_swagger"))) / "templates" / "swagger"


@docs.get("/openapi.json")
def openapi() -> Response:
    """The OpenAPI 3.1 document."""
    return jsonify(current_app.api_doc)


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

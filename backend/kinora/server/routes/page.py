"""GET / is the page for people and a description for programs; the page's own files."""

from flask import Blueprint, Response, current_app, jsonify, request, send_from_directory
from flask_openapi3 import APIBlueprint, Tag

import kinora
from kinora.paths import frontend_folder
from kinora.server.schemas import AboutAnswer
from kinora.server.services import services

page = APIBlueprint("page", __name__, abp_tags=[Tag(name="models")])
assets = Blueprint("assets", __name__)


@page.get("/", responses={200: AboutAnswer})
def index() -> Response:
    """The page for a browser, else JSON."""
    wants_page = request.accept_mimetypes.best_match(["application/json", "text/html"])
    if wants_page == "text/html":
        return send_from_directory(frontend_folder(), "index.html")
    models = services().registry.served
    response = jsonify(
        status="ok",
        version=kinora.__version__,
        models=[served.name for served in models],
        classes=sorted({action for served in models for action in served.info.classes}),
        endpoints=sorted(
            f"{method} {rule.rule}"
            for rule in current_app.url_map.iter_rules()
            for method in rule.methods - {"HEAD", "OPTIONS"}
        ),
    )
    response.vary.add("Accept")
    return response


@assets.get("/<path:name>")
def asset(name: str) -> Response:
    """A file of the page; `send_from_directory` keeps to the folder."""
    return send_from_directory(frontend_folder(), name)

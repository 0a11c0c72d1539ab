"""GET / is the page for people and a description for programs; the page's own files."""

from flask import Blueprint, Response, current_app, jsonify, request, send_from_directory

import kinora
from kinora.model.bundle import list_bundles

page = Blueprint("page", __name__)


@page.get("/")
def index() -> Response:
    """The page for a browser, else JSON."""
    wants_page = request.accept_mimetypes.best_match(["application/json", "text/html"])
    if wants_page == "text/html":
        return send_from_directory(current_app.config["FRONTEND_FOLDER"], "index.html")
    good, _ = list_bundles(current_app.config["MODELS_FOLDER"])
    return jsonify(
        status="ok",
        version=kinora.__version__,
        models=[bundle.info.name for bundle in good],
        classes=sorted({action for bundle in good for action in bundle.info.classes}),
        endpoints=sorted(
            f"{method} {rule.rule}"
            for rule in current_app.url_map.iter_rules()
            for method in rule.methods - {"HEAD", "OPTIONS"}
        ),
    )


@page.get("/<path:name>")
def asset(name: str) -> Response:
    """A file of the page; `send_from_directory` keeps to the folder."""
    return send_from_directory(current_app.config["FRONTEND_FOLDER"], name)

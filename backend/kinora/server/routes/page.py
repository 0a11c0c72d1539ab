"""GET / is the page for people and a description for programs; the page's own files."""

from flask import Flask, Response, current_app, jsonify, request, send_from_directory
from flask_openapi3 import APIBlueprint, Tag

import kinora
from kinora.paths import frontend_folder
from kinora.server.schemas import AboutAnswer
from kinora.server.services import services

page = APIBlueprint("page", __name__, abp_tags=[Tag(name="models")])

# What the OpenAPI document does not describe.
_MORE_ENDPOINTS = ("GET /docs", "GET /openapi.json", "GET /stream")


@page.get("/", responses={200: AboutAnswer})
def index() -> Response:
    """The page for a browser, else JSON."""
    wants_page = request.accept_mimetypes.best_match(["application/json", "text/html"])
    if wants_page == "text/html":
        response = send_from_directory(frontend_folder(), "index.html")
    else:
        response = jsonify(_about())
    response.vary.add("Accept")
    return response


def add_page_files(app: Flask) -> None:
    """Serve what lies in the page's folder. (A rule for any path would hide the API's methods.)"""
    folder = frontend_folder()
    for path in folder.iterdir() if folder.is_dir() else ():
        rule = f"/{path.name}/<path:below>" if path.is_dir() else f"/{path.name}"
        app.add_url_rule(rule, f"page {path.name}", _file, defaults={"name": path.name})


def _file(name: str, below: str = "") -> Response:
    """A file of the page; `send_from_directory` keeps to the folder."""
    return send_from_directory(frontend_folder(), f"{name}/{below}" if below else name)


def _about() -> dict[str, object]:
    models = services().registry.served
    described = (
        f"{method.upper()} {path}"
        for path, operations in current_app.api_doc["paths"].items()
        for method in operations
    )
    return {
        "status": "ok",
        "version": kinora.__version__,
        "models": [served.name for served in models],
        "classes": sorted({action for served in models for action in served.info.classes}),
        "endpoints": sorted((*described, *_MORE_ENDPOINTS)),
    }

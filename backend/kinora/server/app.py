"""create_app: the Flask application, put together from its routes."""

import re
import uuid
from pathlib import Path

from flask import Flask, Response, g, request
from flask_cors import CORS

from kinora.paths import frontend_folder, models_folder
from kinora.server.errors import register_errors
from kinora.server.routes.facts import facts
from kinora.server.routes.page import page

# Pages opened from disk (their origin is "null") and pages served on this machine may ask.
_ALLOWED_ORIGINS = ["null", r"^https?://(localhost|127\.0\.0\.1)(:\d+)?$"]

# A client may bring its own request id, as long as it is fit for a log.
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def create_app(models: Path | None = None) -> Flask:
    """The application.

    Args:
        models: Folder of bundles; the project's `models/` by default.
    """
    # Flask's own static folder would serve files past our routes.
    app = Flask("kinora", static_folder=None)
    app.json.sort_keys = False
    app.config["MODELS_FOLDER"] = models or models_folder()
    app.config["FRONTEND_FOLDER"] = frontend_folder()
    CORS(app, origins=_ALLOWED_ORIGINS, expose_headers=["X-Request-ID"])
    app.register_blueprint(facts)
    app.register_blueprint(page)
    register_errors(app)
    app.before_request(_name_request)
    app.after_request(_mark_answer)
    return app


def _name_request() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


def _mark_answer(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.request_id
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response

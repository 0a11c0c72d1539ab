"""create_app: the Flask application, put together from its routes."""

import logging
import re
import time
import uuid

from flask import Response, g, request
from flask_cors import CORS
from flask_openapi3 import Info, OpenAPI
from pydantic import ValidationError

import kinora
from kinora.server import logs
from kinora.server.config import ServerSettings, from_environment
from kinora.server.errors import register_errors
from kinora.server.guard import key_of
from kinora.server.headers import add_security_headers
from kinora.server.origins import allowed_origins
from kinora.server.routes.docs import docs
from kinora.server.routes.facts import facts
from kinora.server.routes.health import health
from kinora.server.routes.jobs import jobs
from kinora.server.routes.media import media
from kinora.server.routes.page import add_page_files, page
from kinora.server.routes.predict import predict
from kinora.server.schemas import ErrorAnswer, options_error
from kinora.server.services import ADMITTED, KEY, REFUSAL, make_services, services

logger = logging.getLogger(__name__)

# A client may bring its own request id, as long as it is fit for a log.
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def create_app(settings: ServerSettings | None = None) -> OpenAPI:
    """The application, with its models loaded.

    Args:
        settings: How it behaves; by default what the environment says.
    """
    settings = settings or from_environment()
    app = OpenAPI(
        "kinora",
        info=Info(title="Kinora", version=kinora.__version__, description=kinora.__doc__),
        security_schemes={"key": {"type": "apiKey", "in": "header", "name": "X-API-Key"}},
        validation_error_status=400,
        validation_error_model=ErrorAnswer,
        validation_error_callback=_refuse_options,
        doc_ui=False,
        # Flask's own static folder would serve files past our routes.
        static_folder=None,
    )
    app.json.sort_keys = False
    app.config["MAX_CONTENT_LENGTH"] = settings.max_job_upload_mb * 10**6
    app.extensions[KEY] = make_services(settings)
    CORS(
        app,
        origins=allowed_origins(settings),
        expose_headers=["X-Request-ID", "Retry-After", "Location"],
        always_send=False,
    )
    for part in (predict, jobs, media, facts, health, page):
        app.register_api(part)
    app.register_blueprint(docs)
    add_page_files(app)
    register_errors(app)
    app.before_request(_begin)
    app.after_request(_finish)
    app.extensions[KEY].start()
    return app


def _begin() -> None:
    """Name the request, and refuse it before its body is looked at if it must be."""
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
    g.start = time.perf_counter()
    logs.request_id.set(g.request_id)
    refusal = request.environ.get(REFUSAL)
    if refusal is not None:
        raise refusal
    if ADMITTED not in request.environ:
        services().guard.check(
            request.path,
            key_of(request.headers.get("Authorization", ""), request.headers.get("X-API-Key", "")),
            request.remote_addr or "",
        )


def _finish(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.request_id
    add_security_headers(response, request.path)
    seconds = time.perf_counter() - g.start
    route = request.url_rule.rule if request.url_rule else "unknown"
    services().metrics.request(request.method, route, response.status_code, seconds)
    facts = {
        "method": request.method,
        "path": request.path,
        "status": response.status_code,
        "ms": round(seconds * 1000, 1),
    }
    words = " ".join(f"{name}={value}" for name, value in facts.items())
    logger.info(words, extra={"facts": facts})
    return response


def _refuse_options(error: ValidationError) -> Response:
    raise options_error(error)

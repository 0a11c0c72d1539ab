"""For whoever watches the server: GET /healthz, /readyz and /metrics."""

from flask import Response, jsonify
from flask_openapi3 import APIBlueprint, Tag

from kinora.errors import RequestError
from kinora.server.schemas import ErrorAnswer, StatusAnswer
from kinora.server.services import services

health = APIBlueprint("health", __name__, abp_tags=[Tag(name="operation")])

_METRICS = {"content": {"text/plain": {"schema": {"type": "string"}}}}
_METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@health.get("/healthz", responses={200: StatusAnswer})
def healthz() -> Response:
    """The process is alive."""
    return jsonify(status="ok")


@health.get("/readyz", responses={200: StatusAnswer, 503: ErrorAnswer})
def readyz() -> Response:
    """There is a model that can answer."""
    if not services().registry.served:
        raise RequestError("No model can answer; GET /models says why.", "not_ready", 503)
    return jsonify(status="ready")


@health.get(
    "/metrics", responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}
)
def metrics() -> Response:
    """Counters for Prometheus."""
    return Response(services().metrics.text(), content_type=_METRICS_TYPE)

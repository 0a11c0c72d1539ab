"""POST /predict: one video or image, one answer."""

import time

from flask import Response, jsonify, request
from flask_openapi3 import APIBlueprint, Tag

from kinora.errors import RequestError
from kinora.server.forms import medium_body
from kinora.server.schemas import REFUSALS, ErrorAnswer, Options, PredictAnswer, parse
from kinora.server.services import GONE, READ, services
from kinora.server.uploads import received

predict = APIBlueprint(
    "predict", __name__, abp_tags=[Tag(name="predictions")], abp_responses=REFUSALS
)


@predict.post(
    "/predict",
    responses={
        200: PredictAnswer,
        413: ErrorAnswer,
        415: ErrorAnswer,
        422: ErrorAnswer,
        503: ErrorAnswer,
    },
    openapi_extensions=medium_body(Options, "A video or an image"),
)
def answer(query: Options) -> Response:
    """Recognise the action in one video or image."""
    parts = services()
    with received(request, parts.settings.data / "uploads") as upload:
        parts.registry.check_name(query.model)
        options = parse(Options, {**request.args, **upload.fields})
        request.environ.get(READ, bool)()
        arrived = time.perf_counter()
        with parts.turns.turn(request.remote_addr):
            parts.metrics.stage("wait", time.perf_counter() - arrived)
            _check_there()
            return jsonify(parts.work.answer(upload.file, options, lambda _: _check_there()))


def _check_there() -> None:
    """Do nothing for a client that has hung up while it waited."""
    gone = request.environ.get(GONE)
    if gone is not None and gone.is_set():
        raise RequestError("The client hung up.", "client_closed_request", 499)

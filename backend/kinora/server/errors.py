"""Every error leaves the server in one shape, with the right status and without internals."""

import logging

from flask import Flask, Response, g, jsonify
from werkzeug.exceptions import HTTPException

from kinora import errors

logger = logging.getLogger(__name__)

# The first class that fits decides.
_STATUS = (
    (errors.MediaTooLargeError, 413),
    (errors.UnsupportedMediaError, 415),
    (errors.MediaError, 422),
    (errors.SettingError, 400),
    (errors.BusyError, 503),
)

_SENTENCES = {
    400: "The request is malformed. GET / lists what this server answers.",
    404: "There is nothing at this address. GET / lists what this server answers.",
    405: "This address does not take that method. GET / lists what this server answers.",
    413: "The request is too large.",
}


def register_errors(app: Flask) -> None:
    """Answer every kind of error in the one shape."""
    app.register_error_handler(errors.KinoraError, _answer_ours)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(Exception, _answer_unexpected)


def _answer_ours(error: errors.KinoraError) -> tuple[Response, int]:
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
    if status == 500:
        return _answer_unexpected(error)
    return _shape(error.code, str(error)), status


def _answer_http(error: HTTPException) -> Response | tuple[Response, int]:
    if error.code is None or error.code < 400:
        return error.get_response()  # a redirect is no error
    sentence = _SENTENCES.get(error.code, "The request could not be answered.")
    code = error.name.lower().replace(" ", "_")
    headers = (
        {"Allow": ", ".join(error.valid_methods)} if getattr(error, "valid_methods", 0) else {}
    )
    answer = _shape(code, sentence)
    answer.headers.update(headers)
    return answer, error.code


def _answer_unexpected(error: Exception) -> tuple[Response, int]:
    logger.error("request %s failed", g.get("request_id"), exc_info=error)
    sentence = "Something went wrong on the server. Its log has the details under the request id."
    return _shape("internal_error", sentence), 500


def _shape(code: str, message: str) -> Response:
    return jsonify(success=False, error=code, message=message, request_id=g.get("request_id"))

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

# When to try again, in seconds.
_RETRY_S = {429: 5, 503: 2}

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


def status_of(error: errors.KinoraError) -> int:
    """The HTTP status of an error of ours; 500 for what no client can help."""
    if isinstance(error, errors.RequestError):
        return error.status
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def described(error: Exception) -> tuple[str, str]:
    """Code and sentence for a client, without anything from inside."""
    if isinstance(error, errors.KinoraError) and status_of(error) != 500:
        return error.code, str(error)
    return (
        "internal_error",
        "Something went wrong on the server. Its log has the details under the request id.",
    )


def _answer_ours(error: errors.KinoraError) -> tuple[Response, int]:
    status = status_of(error)
    if status == 500:
        return _answer_unexpected(error)
    response = _shape(*described(error))
    if status in _RETRY_S:
        response.headers["Retry-After"] = str(_RETRY_S[status])
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response, status


def _answer_http(error: HTTPException) -> Response | tuple[Response, int]:
    if error.code is None or error.code < 400:
        return error.get_response()  # a redirect is no error
    sentence = _SENTENCES.get(error.code, "The request could not be answered.")
    answer = _shape(error.name.lower().replace(" ", "_"), sentence)
    if methods := getattr(error, "valid_methods", None):
        answer.headers["Allow"] = ", ".join(methods)
    return answer, error.code


def _answer_unexpected(error: Exception) -> tuple[Response, int]:
    logger.error("request failed", exc_info=error)
    return _shape(*described(error)), 500


def _shape(code: str, message: str) -> Response:
    return jsonify(success=False, error=code, message=message, request_id=g.get("request_id"))

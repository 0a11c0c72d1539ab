"""What a browser may do with an answer."""

from flask import Response

# No script and no style but the page's own files. Pictures and videos may come as data and as what
# the page made itself; the page may be told to talk to a server elsewhere.
_PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob: http: "
    "https:; media-src 'self' blob: http: https:; connect-src 'self' http: https: ws: wss:; "
    "font-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
# The documentation's scripts set styles on what they draw, and bring small pictures along.
_DOCS = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' "
    "data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_DATA = "default-src 'none'; frame-ancestors 'none'"


def add_security_headers(response: Response, path: str) -> None:
    """The strictest rules that the answer works under."""
    if response.mimetype != "text/html":
        policy = _DATA
    else:
        policy = _DOCS if path.startswith("/docs") else _PAGE
    response.headers.setdefault("Content-Security-Policy", policy)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Frame-Options"] = "DENY"
    # Pages from disk use what they ask for; who may ask is said elsewhere.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"

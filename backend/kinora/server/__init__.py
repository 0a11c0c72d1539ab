"""The REST API and the page."""

from kinora.server.app import create_app
from kinora.server.serving import serve

__all__ = ["create_app", "serve"]

"""The REST API and the page."""

from importlib import import_module
from typing import Any

# Loaded when first used: the command line asks for the settings alone, and must answer at once.
_LAZY = {
    "ServerSettings": "kinora.server.config",
    "create_app": "kinora.server.app",
    "serve": "kinora.server.serving",
}

__all__ = ["ServerSettings", "create_app", "serve"]


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'kinora.server' has no attribute {name!r}")
    return getattr(import_module(_LAZY[name]), name)

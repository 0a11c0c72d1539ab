"""Serve the REST API and the page."""

import argparse
from pathlib import Path

HELP = "serve the REST API and the page"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `kinora serve`."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=5000, help="port to listen on (%(default)s)")
    parser.add_argument("--models", type=Path, help="folder of bundles (the project's models/)")


def run(options: argparse.Namespace) -> int:
    """Serve until interrupted."""
    from kinora.server import serve

    return serve(options.host, options.port, options.models)

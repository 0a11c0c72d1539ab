"""Serve the REST API and the page. Every flag has an environment variable of the same name."""

import argparse

HELP = "serve the REST API and the page"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `kinora serve`: one for every setting of the server."""
    from kinora.server import config

    config.add_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Serve until interrupted."""
    from kinora.server import serve
    from kinora.server.config import from_environment

    return serve(from_environment(vars(options)))

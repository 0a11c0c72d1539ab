"""Running the application: one process, several threads, no debug server."""

import logging
from pathlib import Path

import waitress

from kinora.errors import SettingError
from kinora.server.app import create_app

logger = logging.getLogger(__name__)

_THREADS = 8


def serve(host: str, port: int, models: Path | None = None) -> int:
    """Serve until interrupted.

    Raises:
        SettingError: Nothing can listen there.
    """
    app = create_app(models)
    try:
        server = waitress.create_server(app, host=host, port=port, threads=_THREADS)
    except (OSError, OverflowError, ValueError) as error:
        raise SettingError(
            f"Nothing can listen on {host}:{port} ({error}). Choose another port, for example "
            f"with --port {port + 1} or `make run PORT={port + 1}`."
        ) from error
    logger.info("Kinora is at http://%s:%s/ (stop it with Ctrl+C)", host, server.effective_port)
    try:
        server.run()
    finally:
        server.close()
    return 0

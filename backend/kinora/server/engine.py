"""Who recognises: this process, or the machines of a Ray cluster."""

from collections.abc import Callable
from typing import Any, BinaryIO

from kinora.server.config import ENGINE_RAY, ServerSettings
from kinora.server.registry import Served

Progress = Callable[[float], None]
# A model, an open file, `work(recognizer, file, *arguments, on_progress)`, its arguments, and what
# is told how far it is.
Engine = Callable[[Served, BinaryIO, Callable[..., Any], tuple[Any, ...], Progress], Any]


def make_engine(settings: ServerSettings) -> Engine:
    """The engine of the settings, ready to work."""
    if not settings.engine:
        return _here
    from kinora.bulk.cluster import ServeEngine

    cluster = ServeEngine(settings.engine.removeprefix(ENGINE_RAY))
    return lambda served, *rest: cluster(served.loaded, *rest)


def _here(
    served: Served,
    file: BinaryIO,
    work: Callable[..., Any],
    arguments: tuple[Any, ...],
    on_progress: Progress,
) -> Any:
    return work(served.recognizer, file, *arguments, on_progress)

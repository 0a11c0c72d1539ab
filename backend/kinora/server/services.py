"""Everything the routes work with, made once per application."""

import threading
from dataclasses import dataclass, field

from flask import current_app

from kinora.inference.batching import Turns
from kinora.server.config import ServerSettings
from kinora.server.engine import make_engine
from kinora.server.guard import Guard
from kinora.server.jobs.jobs import Jobs
from kinora.server.links import Links
from kinora.server.metrics import Metrics
from kinora.server.registry import Registry
from kinora.server.work import Work

# Where an application keeps them.
KEY = "kinora"

# What the front, which receives requests whole, says about them in their environment: the error to
# answer with, that they were let in, an event that is set once the client has hung up, and what to
# call when the request has been read and will wait.
REFUSAL, ADMITTED, GONE, READ = "kinora.refusal", "kinora.admitted", "kinora.gone", "kinora.read"


@dataclass(frozen=True)
class Services:
    """The parts of a running server."""

    settings: ServerSettings
    registry: Registry
    turns: Turns
    metrics: Metrics
    guard: Guard
    links: Links
    work: Work
    jobs: Jobs
    stopping: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Load the models and begin what goes on by itself."""
        self.registry.start()
        self.jobs.start()

    def stop(self) -> None:
        """End what goes on by itself."""
        self.stopping.set()
        self.jobs.stop()
        self.registry.stop()


def make_services(settings: ServerSettings) -> Services:
    """The parts, not started yet."""
    registry = Registry(
        settings.models, {"video": settings.video_model, "image": settings.image_model}
    )
    turns = Turns(settings.at_once, max(0, settings.max_in_flight - settings.at_once))
    links = Links(settings.data / "media")
    metrics = Metrics(registry, turns)
    work = Work(settings, registry, metrics, links, make_engine(settings))
    jobs = Jobs(settings, work)
    metrics.watch_jobs(jobs.store.counts)
    return Services(settings, registry, turns, metrics, Guard(settings), links, work, jobs)


def services() -> Services:
    """The parts of the application that answers this request."""
    return current_app.extensions[KEY]

"""What GET /metrics tells Prometheus."""

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from kinora.inference.batching import Turns
from kinora.server.registry import Registry

# From a cached still image to a long video, in seconds.
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """The counters of one server."""

    def __init__(self, models: Registry, turns: Turns) -> None:
        self._models, self._turns = models, turns
        self._count_jobs: Callable[[], dict[str, int]] = dict
        self._all = CollectorRegistry()
        self._requests = Counter(
            "kinora_requests_total",
            "Requests answered.",
            ["method", "route", "status"],
            registry=self._all,
        )
        self._seconds = Histogram(
            "kinora_request_seconds",
            "Time from the whole request to its answer.",
            ["route"],
            buckets=_BUCKETS,
            registry=self._all,
        )
        self._stages = Histogram(
            "kinora_stage_seconds",
            "Time of a prediction by stage: wait, decode, recognize, total.",
            ["stage"],
            buckets=_BUCKETS,
            registry=self._all,
        )
        self._predictions = Counter(
            "kinora_predictions_total", "Media answered for.", ["model"], registry=self._all
        )
        self._frames = Counter(
            "kinora_camera_frames_total", "Camera pictures answered for.", registry=self._all
        )
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self._all)
        self._all.register(self)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def prediction(self, model: str, stages_ms: dict[str, float]) -> None:
        """Count what a model did, and how long that took."""
        self._predictions.labels(model).inc()
        for stage, value in stages_ms.items():
            self.stage(stage, value / 1000)

    def stage(self, stage: str, seconds: float) -> None:
        """Count the time of one stage."""
        self._stages.labels(stage).observe(seconds)

    def camera_frame(self) -> None:
        """Count a picture of a camera."""
        self._frames.inc()

    def watch_jobs(self, count: Callable[[], dict[str, int]]) -> None:
        """Tell how many jobs are in each state, too."""
        self._count_jobs = count

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self._all)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """What is measured when asked for."""
        yield GaugeMetricFamily(
            "kinora_waiting", "Predictions that wait for their turn.", self._turns.waiting
        )
        models = GaugeMetricFamily("kinora_model_info", "Models served.", labels=["model", "input"])
        for served in self._models.served:
            models.add_metric([served.name, served.info.input_kind], 1)
        yield models
        jobs = GaugeMetricFamily("kinora_jobs", "Jobs by state.", labels=["state"])
        for state, count in self._count_jobs().items():
            jobs.add_metric([state], count)
        yield jobs
        yield GaugeMetricFamily(
            "kinora_models_broken", "Bundles that cannot be used.", len(self._models.broken)
        )

"""`kinora bulk` over 500 rendered clips: processes, a Ray cluster, and a loop over Keras `predict`.

    python benchmarks/bench_bulk.py [BUNDLE]

The rate counts from the first tenth of the files on, so without the start, which is shown by
itself. The cluster runs already and has worked before, as one of `ray start` has; its actors begin
within the time. The loop does what most projects do: the first 20 frames with imageio, Keras
`predict`.
"""

import itertools
import logging
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")

import cv2
import imageio.v3 as iio
import numpy as np
from clips import FOLDER
from measure import print_table

from kinora.bulk import cluster, processes
from kinora.bulk.answering import BulkOptions, MakeAnswerer, load_models
from kinora.inference.models import default_model, usable_bundles
from kinora.paths import models_folder
from kinora.synthetic import ACTIONS, DatasetOptions, write_dataset

CLIPS = 500
# The loop takes a second a clip, so it stops earlier.
NAIVE_CLIPS = 40
ROUNDS = 2
GOALS = {"2 processes": ("1 process", 1.7), "Ray, 2 actors": ("2 processes", 0.9)}
NAIVE_GOAL = 8.0


@dataclass(frozen=True)
class Run:
    """One way over all clips: how long until the first tenth was there, and how fast from there."""

    start_s: float
    files_per_s: float


def clips() -> list[str]:
    """The clips, rendered if they are not there yet."""
    folder = FOLDER / "bulk"
    if not folder.is_dir():
        print(f"rendering {CLIPS} clips …", flush=True)
        part = FOLDER / "part-bulk"
        shutil.rmtree(part, ignore_errors=True)
        write_dataset(part, DatasetOptions(clips_per_action=-(-CLIPS // len(ACTIONS))))
        part.rename(folder)
    return [str(path) for path in sorted(folder.rglob("*.mp4"))][:CLIPS]


def timed(rows: Iterable[Any], count: int) -> Run:
    """Take all rows and look at the clock."""
    begin, tenth = time.perf_counter(), count // 10
    first, taken = 0.0, 0
    for taken, _ in enumerate(rows, 1):
        if taken == tenth:
            first = time.perf_counter()
    if taken != count:
        raise RuntimeError(f"{taken} rows came for {count} files")
    return Run(first - begin, (count - tenth) / (time.perf_counter() - first))


def naive(bundle: Path, names: list[str]) -> Iterable[int]:
    """What most projects do."""
    from kinora.model.h5 import load_keras

    network = load_keras(bundle)
    _, frame_count, size, _, _ = network.input_shape
    for name in names:
        read = itertools.islice(iio.imiter(name, plugin="pyav"), frame_count)
        frames = [cv2.resize(frame, (size, size)) for frame in read]
        frames += [np.zeros_like(frames[0])] * (frame_count - len(frames))
        yield int(network.predict(np.stack(frames)[None], verbose=0)[0].argmax())


def on_ray(make: MakeAnswerer, names: list[str], actors: int) -> Run:
    """With a cluster of so many cores on this machine."""
    import ray

    ray.init(
        "local",
        num_cpus=actors,
        include_dashboard=False,
        log_to_driver=False,
        logging_level=logging.ERROR,
    )
    try:
        for _ in cluster.each(make, names[:actors], cluster.AUTO, str):
            pass  # Ray Data begins its own helpers with the first work, once per cluster
        return timed(cluster.each(make, names, cluster.AUTO, str), len(names))
    finally:
        ray.shutdown()


def ways(bundle: Path, names: list[str]) -> dict[str, Callable[[], Run]]:
    """Every way to measure, by its name."""
    make = MakeAnswerer(load_models(str(bundle), models_folder()), BulkOptions())

    def local(count: int) -> Run:
        return timed(processes.each(make, names, count, str), len(names))

    some = names[:: max(1, len(names) // NAIVE_CLIPS)][:NAIVE_CLIPS]
    return {
        "1 process": lambda: local(1),
        "2 processes": lambda: local(2),
        "Ray, 1 actor": lambda: on_ray(make, names, 1),
        "Ray, 2 actors": lambda: on_ray(make, names, 2),
        "Keras `predict`": lambda: timed(naive(bundle, some), len(some)),
    }


def main() -> None:
    """Print one table."""
    given = [Path(word) for word in sys.argv[1:]]
    bundle = given[0] if given else default_model(usable_bundles(models_folder()), "video").folder
    names = clips()
    runs: dict[str, list[Run]] = {}
    for _ in range(ROUNDS):  # in turns, so that what else the machine does hits all alike
        for name, way in ways(bundle, names).items():
            runs.setdefault(name, []).append(way())
            print(f"{name}: {runs[name][-1].files_per_s:.1f} files/s", flush=True)
    best = {name: max(found, key=lambda run: run.files_per_s) for name, found in runs.items()}
    usual = best["Keras `predict`"].files_per_s
    rows = []
    for name, run in best.items():
        other, goal = GOALS.get(name, ("", 0.0))
        ratio = f"{run.files_per_s / best[other].files_per_s:.2f} x {other}" if other else ""
        aim = f"{goal:g} x" if other else ""
        speed = f"{run.files_per_s:.1f}"
        better = f"{run.files_per_s / usual:.1f} x"
        rows.append([name, speed, f"{run.start_s:.1f}", ratio, aim, better])
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    print_table(
        f"{len(names)} clips of 320x240 with {bundle.name}; the clusters have worked before, their "
        f"actors begin within the time; best of {ROUNDS} rounds, load of the "
        f"machine {load:.1f}; against the loop the goal is {NAIVE_GOAL:g} x",
        ["way", "files/s", "first tenth after s", "against", "goal", "against the loop"],
        rows,
    )


if __name__ == "__main__":
    main()

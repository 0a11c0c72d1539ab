"""Measuring and printing, shared by the benchmarks."""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import psutil

_EVERY_S = 0.002
# A turn lasts so long or one call, so that short work is measured as it runs again and again, not
# with what others left in the caches.
_TURN_S = 0.1


def medians_ms(
    ways: Mapping[str, Callable[[], Any]], rounds: int, at_most_s: float = 60
) -> dict[str, float]:
    """The median milliseconds of each way; the ways take turns, so that noise hits all alike."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for way in ways.values():
        way()  # loads libraries and fills the file cache
    begin = time.perf_counter()
    for _ in range(rounds):
        for name, way in ways.items():
            turn = start = time.perf_counter()
            while start <= turn + _TURN_S:
                way()
                end = time.perf_counter()
                times[name].append((end - start) * 1000)
                start = end
        if time.perf_counter() - begin > at_most_s:
            break
    return {name: statistics.median(values) for name, values in times.items()}


def peak_mb(code: str, *arguments: str) -> float:
    """The peak memory, in MB, of a fresh Python process that runs the code."""
    process = subprocess.Popen([sys.executable, "-c", code, *arguments])
    watched, peak = psutil.Process(process.pid), 0
    while process.poll() is None:
        try:
            peak = max(peak, watched.memory_info().rss)
        except psutil.NoSuchProcess:
            break
        time.sleep(_EVERY_S)
    if process.wait() != 0:
        raise RuntimeError("the measured process failed")
    return peak / 1024**2


def print_table(title: str, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under a header, in Markdown, so that they can be pasted into the README."""
    lines = [[str(cell) for cell in row] for row in (header, *rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
    print(f"\n{title}\n")
    for index, line in enumerate(lines):
        print("| " + " | ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) + " |")
        if index == 0:
            print("|" + "|".join("-" * (width + 2) for width in widths) + "|")
    sys.stdout.flush()

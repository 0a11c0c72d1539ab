"""How long work shows itself: a bar on a terminal, plain lines in a log."""

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from tqdm import tqdm

logger = logging.getLogger(__name__)

# A log gets a line at every tenth of the way.
_STEPS = 10


class Progress(Protocol):
    """Something that can be told how much more is done."""

    def update(self, amount: int = 1) -> object:
        """So much more is done."""


class _Lines:
    """Progress as log lines, for files and other programs."""

    def __init__(self, what: str, total: int | None, unit: str | None, done: int) -> None:
        self._what, self._unit = what, unit
        self._total = total
        self._done = self._before = done
        self._said = 0
        self._start = time.monotonic()

    def update(self, amount: int = 1) -> None:
        self._done += amount
        step = self._done * _STEPS // self._total if self._total else 0
        if step > self._said:
            self._said = step
            logger.info("%s: %d %%%s", self._what, step * 100 // _STEPS, self._speed())

    def _speed(self) -> str:
        seconds = time.monotonic() - self._start
        if self._unit is None or self._total is None or not seconds:
            return ""
        rate = (self._done - self._before) / seconds
        left_s = (self._total - self._done) / rate
        return f", {rate:.1f} {self._unit}/s, {tqdm.format_interval(left_s)} left"


@contextmanager
def progress(
    what: str,
    total: int | None,
    *,
    in_bytes: bool = False,
    unit: str | None = None,
    done: int = 0,
) -> Iterator[Progress]:
    """A progress bar for the block, or lines in the log where there is no terminal.

    Args:
        what: What is going on.
        total: How much there is to do.
        in_bytes: What is counted is bytes.
        unit: What is counted; lines in the log then also say how fast it goes.
        done: How much was done before.
    """
    if not sys.stderr.isatty():
        yield _Lines(what, total, unit, done)
        return
    units = {"unit": "B", "unit_scale": True, "unit_divisor": 1024} if in_bytes else {}
    if unit is not None:
        units = {"unit": f" {unit}"}
    with tqdm(desc=what, total=total, initial=done, **units) as bar:
        yield bar

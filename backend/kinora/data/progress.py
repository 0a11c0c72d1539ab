"""How long work shows itself: a bar on a terminal, plain lines in a log."""

import logging
import sys
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

    def __init__(self, what: str, total: int | None) -> None:
        self._what = what
        self._total = total
        self._done = 0
        self._said = 0

    def update(self, amount: int = 1) -> None:
        self._done += amount
        step = self._done * _STEPS // self._total if self._total else 0
        if step > self._said:
            self._said = step
            logger.info("%s: %d %%", self._what, step * 100 // _STEPS)


@contextmanager
def progress(what: str, total: int | None, *, in_bytes: bool = False) -> Iterator[Progress]:
    """A progress bar for the block, or lines in the log where there is no terminal."""
    if not sys.stderr.isatty():
        yield _Lines(what, total)
        return
    unit = {"unit": "B", "unit_scale": True, "unit_divisor": 1024} if in_bytes else {}
    with tqdm(desc=what, total=total, **unit) as bar:
        yield bar

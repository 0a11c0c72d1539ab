"""One look at every clip of a data set: what is readable, and what is there twice."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from kinora.data.duplicates import IMAGE_BITS, VIDEO_BITS, Pairs, look_alike, near_pairs
from kinora.data.layouts.lists import name_some
from kinora.data.looks import Look, LookCache, look_at
from kinora.data.progress import progress
from kinora.data.samples import DataSet
from kinora.errors import DataError

# Looked at before the cache is saved again, so that an interruption costs seconds.
_BATCH = 500


@dataclass(frozen=True)
class Survey:
    """What a look at every clip told.

    Args:
        data_set: The data set without what cannot be read.
        looks: The look at each of its samples, in order.
        unreadable: Why the others cannot be read.
    """

    data_set: DataSet
    looks: tuple[Look, ...]
    unreadable: dict[Path, str]

    def duplicates(self) -> Pairs:
        """Positions in `data_set` of clips that are near-identical."""
        most_bits = IMAGE_BITS if self.data_set.kind == "image" else VIDEO_BITS
        suspects = near_pairs([look.hashes for look in self.looks], most_bits)
        return [
            (first, second)
            for first, second in suspects
            if look_alike(self.looks[first].pictures(), self.looks[second].pictures())
        ]


def survey(data_set: DataSet) -> Survey:
    """Look at every clip, with every core; looks are kept, so a second time is quick.

    Raises:
        DataError: Nothing can be read.
    """
    looks = dict(_all_looks(data_set))
    unreadable = {path: look.error for path, look in looks.items() if look.error}
    readable = data_set.without(unreadable)
    if unreadable:
        if not readable.samples:
            reasons = name_some([f"{path.name} ({why})" for path, why in unreadable.items()])
            raise DataError(f"None of the {len(unreadable)} clips can be read: {reasons}")
        names = name_some([path.name for path in unreadable])
        readable = readable.noting(
            f"{len(unreadable)} of {len(looks)} clips cannot be read and are left out: {names}; "
            "`kinora data inspect` tells why."
        )
    return Survey(readable, tuple(looks[sample.path] for sample in readable.samples), unreadable)


def _all_looks(data_set: DataSet) -> Iterator[tuple[Path, Look]]:
    cache = LookCache(data_set.root)
    paths = list(dict.fromkeys(sample.path for sample in data_set.samples))
    with (
        ThreadPoolExecutor(os.cpu_count()) as threads,
        progress("looking at the clips", len(paths)) as bar,
    ):
        for start in range(0, len(paths), _BATCH):
            batch = paths[start : start + _BATCH]
            known = {path: cache.get(path) for path in batch}
            new = [path for path, look in known.items() if look is None]
            for path, look in zip(new, threads.map(look_at, new), strict=True):
                cache.put(path, look)
                known[path] = look
                bar.update(1)
            bar.update(len(batch) - len(new))
            if new:
                cache.save()
            yield from known.items()

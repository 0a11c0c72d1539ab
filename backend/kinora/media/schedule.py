"""Which packets must be decoded to get the wanted frames: arithmetic, no decoding."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

# Jumping to a key frame empties the decoder's threads; below this many packets saved it costs
# more than it saves.
_WORTH_A_JUMP = 8


@dataclass(frozen=True)
class Run:
    """Packets to decode in one go.

    Args:
        first: Place of the first packet, in the order of the file.
        last: Place of the last packet.
        wanted: Time stamps of the frames that are wanted out of it.
    """

    first: int
    last: int
    wanted: frozenset[int]


def plan_runs(stamps: np.ndarray, is_key: np.ndarray, wanted: np.ndarray) -> Iterator[Run]:
    """Split the way to the wanted frames into runs that each begin at a key frame.

    Args:
        stamps: The time stamp of every packet, in the order of the file, which is the order of
            decoding.
        is_key: Whether decoding can begin at the packet.
        wanted: Time stamps of the frames that are wanted.
    """
    places = np.flatnonzero(np.isin(stamps, wanted))
    key_places = np.flatnonzero(is_key)
    first = last = None
    group: list[int] = []
    for place in places:
        start = _start_for(stamps, key_places, place)
        if first is None or start > last + _WORTH_A_JUMP:
            if first is not None:
                yield Run(first, last, frozenset(group))
            first, group = start, []
        last = int(place)
        group.append(int(stamps[place]))
    if first is not None:
        yield Run(first, last, frozenset(group))


def _start_for(stamps: np.ndarray, key_places: np.ndarray, place: int) -> int:
    """The nearest key frame before a packet that is also shown before it.

    A frame that follows a key frame in the file but is shown before it may build on frames
    before that key frame ("open GOP"), so decoding must begin one key frame earlier.
    """
    index = int(np.searchsorted(key_places, place, side="right")) - 1
    while index > 0 and stamps[key_places[index]] > stamps[place]:
        index -= 1
    return int(key_places[index]) if index >= 0 else 0

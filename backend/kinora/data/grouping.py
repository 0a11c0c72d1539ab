"""Dealing clips into parts so that no source is in two of them and every class is in each."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from hashlib import blake2b


def merge_groups(groups: Sequence[str], pairs: Iterable[tuple[int, int]]) -> list[str]:
    """The group of every clip after the groups of each pair of clips have become one.

    Args:
        groups: The group of every clip.
        pairs: Positions of clips that belong together, such as near-duplicates.
    """
    parents = {group: group for group in groups}

    def top(group: str) -> str:
        while parents[group] != group:
            parents[group] = parents[parents[group]]
            group = parents[group]
        return group

    for first, second in pairs:
        # The smaller name wins, so the order of the pairs does not matter.
        low, high = sorted((top(groups[first]), top(groups[second])))
        parents[high] = low
    return [top(group) for group in groups]


def deal(
    labels: Sequence[str], groups: Sequence[str], shares: Sequence[float], seed: int
) -> list[int]:
    """The part of every clip: whole groups, each class as close to `shares` as can be.

    The same clips, groups and seed give the same parts on every machine. A class with too few
    groups for all parts is given to the larger parts first.
    """
    contents: dict[str, Counter[str]] = defaultdict(Counter)
    for label, group in zip(labels, groups, strict=True):
        contents[group][label] += 1
    placed = _Dealing(Counter(labels), shares, contents)
    order = sorted(contents, key=lambda group: _shuffled(group, seed))
    placed.give_every_class_to_every_part(order)
    for group in sorted(order, key=lambda group: -contents[group].total()):
        if group not in placed.part_of:
            placed.put(group, placed.best_part(group))
    return [placed.part_of[group] for group in groups]


def _shuffled(group: str, seed: int) -> bytes:
    # A hash instead of a generator: independent of Python's version and of the clips' order.
    return blake2b(f"{seed}/{group}".encode(), digest_size=8).digest()


class _Dealing:
    """Which group is in which part so far."""

    def __init__(
        self, totals: Counter[str], shares: Sequence[float], contents: dict[str, Counter[str]]
    ) -> None:
        self.totals = totals
        self.shares = shares
        self.contents = contents
        self.counts: list[Counter[str]] = [Counter() for _ in shares]
        self.part_of: dict[str, int] = {}

    def put(self, group: str, part: int) -> None:
        self.part_of[group] = part
        self.counts[part].update(self.contents[group])

    def give_every_class_to_every_part(self, order: Sequence[str]) -> None:
        """Place one group of each class in each part, the rarest classes first."""
        groups_of: dict[str, list[str]] = defaultdict(list)
        for group in order:
            for label in self.contents[group]:
                groups_of[label].append(group)
        # Train first, then test, then val: a class that val lacks can still be measured.
        parts = sorted(range(len(self.shares)), key=lambda part: (-self.shares[part], -part))
        for label in sorted(groups_of, key=lambda label: (len(groups_of[label]), label)):
            for part in parts:
                free = [group for group in groups_of[label] if group not in self.part_of]
                if free and not self.counts[part][label]:
                    self.put(self._closest(free, label, part), part)

    def best_part(self, group: str) -> int:
        """The part whose distance to its targets grows least by this group."""
        return min(range(len(self.shares)), key=lambda part: self._cost(group, part))

    def _closest(self, groups: list[str], label: str, part: int) -> str:
        target = self.shares[part] * self.totals[label]
        return min(groups, key=lambda group: abs(self.contents[group][label] - target))

    def _cost(self, group: str, part: int) -> float:
        cost = 0.0
        for label, count in self.contents[group].items():
            over = self.counts[part][label] - self.shares[part] * self.totals[label]
            cost += ((over + count) ** 2 - over**2) / self.totals[label] ** 2
        return cost

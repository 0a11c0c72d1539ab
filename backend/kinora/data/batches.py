"""Clips in batches for Keras, read from disk one batch at a time."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import keras
import numpy as np


class Loadable(Protocol):
    """A clip whose features or frames lie on disk."""

    def load(self, random: np.random.Generator | None = None) -> np.ndarray:
        """The clip as an array; with `random` augmented."""


@dataclass(frozen=True)
class Clips:
    """Clips and what they show, as class numbers."""

    loadable: Sequence[Loadable]
    labels: Sequence[int]
    class_count: int

    def balanced_weights(self) -> np.ndarray:
        """A weight for every class, so that rare classes count as much as common ones."""
        counts = np.bincount(self.labels, minlength=self.class_count)
        return len(self.labels) / (self.class_count * np.maximum(counts, 1))


class Batches(keras.utils.PyDataset):
    """One pass over clips: (batch, …) arrays, one-hot labels and, if there are any, weights.

    Args:
        clips: What to go through.
        size: Clips per batch.
        seed: For order and augmentation, with the number of the epoch; the same pair gives the
            same pass, so a training that was interrupted goes on as if it had not been. Without
            it the clips come in order, as they are.
        class_weights: A weight for every class.
    """

    def __init__(
        self,
        clips: Clips,
        size: int,
        seed: tuple[int, int] | None = None,
        class_weights: np.ndarray | None = None,
    ) -> None:
        super().__init__(workers=2)
        self._clips = clips
        self._size = size
        self._seed = seed
        self._class_weights = class_weights
        self._order = np.arange(len(clips.labels))
        if seed is not None:
            np.random.default_rng(seed).shuffle(self._order)

    def __len__(self) -> int:
        """How many batches there are."""
        return math.ceil(len(self._order) / self._size)

    def __getitem__(self, number: int) -> tuple[np.ndarray, ...]:
        """The batch of that number."""
        places = self._order[number * self._size : (number + 1) * self._size]
        # Own random numbers for every batch: several threads load batches at once.
        random = None if self._seed is None else np.random.default_rng((*self._seed, number))
        inputs = np.stack([self._clips.loadable[place].load(random) for place in places])
        labels = np.array([self._clips.labels[place] for place in places])
        targets = np.eye(self._clips.class_count, dtype=np.float32)[labels]
        if self._class_weights is None:
            return inputs, targets
        return inputs, targets, self._class_weights[labels].astype(np.float32)


class JointBatches(keras.utils.PyDataset):
    """Batches that hold clips of several data sets, each under its name.

    The first data set is gone through once; from the others come as many batches as that takes,
    from the front again where they are shorter.

    Args:
        clips: What to go through, by name.
        sizes: How many clips of each are in a batch.
        seed: For order and augmentation, with the number of the epoch.
        share: How much of the first data set is gone through.
    """

    def __init__(
        self,
        clips: Mapping[str, Clips],
        sizes: Mapping[str, int],
        seed: tuple[int, int],
        share: float = 1.0,
    ) -> None:
        super().__init__(workers=2)
        self._clips, self._sizes, self._seed, self._share = clips, sizes, seed, share
        random = np.random.default_rng(seed)
        self._orders = {name: random.permutation(len(part.labels)) for name, part in clips.items()}

    def __len__(self) -> int:
        """How many batches there are."""
        first = next(iter(self._clips))
        return math.ceil(self._share * len(self._orders[first]) / self._sizes[first])

    def __getitem__(self, number: int) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """The batch of that number."""
        random = np.random.default_rng((*self._seed, number))
        inputs, targets = {}, {}
        for name, part in self._clips.items():
            size, order = self._sizes[name], self._orders[name]
            places = order[np.arange(number * size, (number + 1) * size) % len(order)]
            inputs[name] = np.stack([part.loadable[place].load(random) for place in places])
            labels = np.array([part.labels[place] for place in places])
            targets[name] = np.eye(part.class_count, dtype=np.float32)[labels]
        return inputs, targets

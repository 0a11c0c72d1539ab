"""Answers: what a model said about many clips, beside what they show."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Answers:
    """One answer per clip, or per video.

    Args:
        probabilities: Float array, (count, class_count); every row adds up to 1.
        truth: The index of what each one shows, (count,).
        groups: The source of each one.
    """

    probabilities: np.ndarray
    truth: np.ndarray
    groups: tuple[str, ...]

    @property
    def chosen(self) -> np.ndarray:
        """The index of the most probable class of each, (count,)."""
        return self.probabilities.argmax(axis=1)

    @property
    def ranks(self) -> np.ndarray:
        """The place of the right class among all, from 0; of equals the first class comes first."""
        own = np.take_along_axis(self.probabilities, self.truth[:, None], axis=1)
        comes_first = np.arange(self.probabilities.shape[1]) < self.truth[:, None]
        is_before = (self.probabilities > own) | ((self.probabilities == own) & comes_first)
        return is_before.sum(axis=1)

    @property
    def group_indices(self) -> np.ndarray:
        """The source of each one as a number from 0, (count,)."""
        return np.unique(np.asarray(self.groups), return_inverse=True)[1].reshape(-1)


def by_video(answers: Answers) -> Answers | None:
    """One answer per video: the mean over the clips of one source that show the same.

    Returns:
        None where no source has two clips of a label, so that a video is nothing but its clip.
    """
    places = defaultdict(list)
    for place, key in enumerate(zip(answers.groups, answers.truth.tolist(), strict=True)):
        places[key].append(place)
    if len(places) == len(answers.groups):
        return None
    return Answers(
        probabilities=np.stack(
            [answers.probabilities[own].mean(axis=0) for own in places.values()]
        ),
        truth=np.array([label for _, label in places]),
        groups=tuple(group for group, _ in places),
    )

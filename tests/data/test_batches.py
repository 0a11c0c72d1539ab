"""A pass over clips repeats with its seed, covers every clip once and weighs classes."""

from dataclasses import dataclass

import numpy as np

from kinora.data.batches import Batches, Clips


@dataclass(frozen=True)
class Numbered:
    number: int

    def load(self, random=None):
        noise = 0.0 if random is None else random.random() / 2
        return np.full((2, 3), self.number + noise, np.float32)


CLIPS = Clips([Numbered(number) for number in range(10)], [0] * 8 + [1] * 2, 2)


def collect(batches):
    return [batches[number] for number in range(len(batches))]


def test_without_a_seed_clips_come_in_order_and_as_they_are():
    batches = collect(Batches(CLIPS, 4))
    assert [len(inputs) for inputs, _ in batches] == [4, 4, 2]
    inputs = np.concatenate([inputs for inputs, _ in batches])
    assert inputs[:, 0, 0].tolist() == list(range(10))
    assert batches[-1][1].tolist() == [[0, 1], [0, 1]]


def test_a_pass_repeats_with_its_seed_whatever_the_order_of_loading():
    one, two = Batches(CLIPS, 4, (7, 3)), Batches(CLIPS, 4, (7, 3))
    backwards = [two[number][0] for number in reversed(range(3))][::-1]
    for (inputs, _), other in zip(collect(one), backwards, strict=True):
        assert np.array_equal(inputs, other)
    other_epoch = Batches(CLIPS, 4, (7, 4))
    assert not np.array_equal(one[0][0], other_epoch[0][0])


def test_every_clip_comes_once_in_each_pass():
    for epoch in range(3):
        passed = np.concatenate([batch[0] for batch in collect(Batches(CLIPS, 3, (0, epoch)))])
        assert sorted(passed[:, 0, 0].astype(int)) == list(range(10))


def test_balanced_weights_let_classes_count_the_same():
    weights = CLIPS.balanced_weights()
    assert np.isclose(8 * weights[0], 2 * weights[1])
    batches = collect(Batches(CLIPS, 4, class_weights=weights))
    assert np.allclose(batches[-1][2], weights[1])
    assert batches[0][2].dtype == np.float32

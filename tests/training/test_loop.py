"""Interrupted after any epoch of any stage, the loop goes on with the same figures."""

from dataclasses import dataclass

import keras
import numpy as np
import pytest

from kinora.data.batches import Batches, Clips
from kinora.training.loop import Stage, run_stages
from kinora.training.workspace import Workspace


@dataclass(frozen=True)
class Features:
    label: int

    def load(self, random=None):
        noise = np.zeros(3) if random is None else random.normal(0, 0.5, 3)
        return (noise + self.label).astype(np.float32)


class KilledError(Exception):
    """Stands in for a kill."""


def clips(count):
    labels = [number % 2 for number in range(count)]
    return Clips([Features(label) for label in labels], labels, 2)


def make_stages(epochs=2, patience=9):
    keras.utils.set_random_seed(3)
    layers = [keras.Input((3,)), keras.layers.Dropout(0.3), keras.layers.Dense(2, "softmax")]
    network = keras.Sequential(layers)

    def stage(name, rate):
        def prepare():
            optimizer = keras.optimizers.AdamW(rate)
            network.compile(optimizer, "categorical_crossentropy", metrics=["accuracy"])
            return network

        def train(epoch):
            return Batches(clips(12), 4, (0, epoch))

        return Stage(
            name, epochs, prepare, {"network": network}, train, Batches(clips(4), 4), patience
        )

    return [stage("first", 0.02), stage("second", 0.01)]


def test_interrupted_after_any_epoch_it_ends_with_the_same_figures(tmp_path, monkeypatch):
    whole = run_stages(make_stages(), Workspace(tmp_path / "whole"))
    assert [entry["stage"] for entry in whole] == ["first"] * 2 + ["second"] * 2
    save = Workspace.save

    def save_and_stop(*args):
        save(*args)
        raise KilledError

    work = Workspace(tmp_path / "stopped")
    for done in range(1, 5):
        monkeypatch.setattr(Workspace, "save", save_and_stop)
        with pytest.raises(KilledError):
            run_stages(make_stages(), work)
        assert len(work.last().history) == done
    monkeypatch.setattr(Workspace, "save", save)
    assert run_stages(make_stages(), work) == whole


def test_without_progress_a_stage_stops_early_and_the_best_weights_stay(tmp_path, monkeypatch):
    losses = iter([0.5, 0.9, 0.8, 0.7, 0.6])
    monkeypatch.setattr(
        keras.Model, "evaluate", lambda *_, **__: {"loss": next(losses), "accuracy": 0.5}
    )
    stages = make_stages(epochs=3, patience=1)
    work = Workspace(tmp_path)
    history = run_stages(stages, work)
    assert [entry["stage"] for entry in history] == ["first"] * 2 + ["second"] * 3
    assert work.best().epoch == 1
    for variable, value in zip(
        stages[0].parts["network"].variables, work.best().arrays["network"], strict=True
    ):
        assert np.array_equal(variable, value)

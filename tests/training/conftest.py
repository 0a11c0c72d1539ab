"""Tiny clips of two actions and settings that train on them within seconds."""

from types import SimpleNamespace

import numpy as np
import pytest
from tests.conftest import write_video

from kinora.media import write_image
from kinora.training import trainer
from kinora.training.config import TrainingConfig

# Two actions, told apart by colour, which even a backbone of noise lets through.
ACTIONS = {"blue": (40, 60, 250), "yellow": (250, 220, 40)}

TINY = {"width": 0.35, "weights": "none", "frames": 3, "size": 32, "epochs": 3, "views": 2}


def coloured_frame(colour, number_of_clip):
    """Makes frames of a colour, each clip a little different, with a bar that moves."""

    def frame(number, width, height):
        picture = np.full((height, width, 3), colour, np.uint8)
        picture[number_of_clip : number_of_clip + 2, number:] //= 2
        return picture

    return frame


@pytest.fixture(scope="session")
def tiny_clips(tmp_path_factory):
    """A data set of 2 actions with 8 clips each, and a split of its own."""
    root = tmp_path_factory.mktemp("clips")
    lines = ["path,label,group,split"]
    for action, colour in ACTIONS.items():
        (root / action).mkdir()
        for number in range(8):
            name = f"{action}/{number}.mp4"
            part = ("train", "train", "train", "train", "val", "val", "test", "test")[number]
            frame = coloured_frame(colour, number)
            write_video(root / name, 6, size=(48, 48), frame=frame)
            lines.append(f"{name},{action},{action}{number},{part}")
    (root / "metadata.csv").write_text("\n".join(lines), encoding="utf-8")
    return root


@pytest.fixture(scope="session")
def tiny_images(tmp_path_factory):
    """A data set of images of 2 actions with 10 each."""
    root = tmp_path_factory.mktemp("images")
    random = np.random.default_rng(0)
    for label, colour in ACTIONS.items():
        (root / label).mkdir()
        for number in range(10):
            # Blocks of light and dark, else they would be taken for copies of each other.
            light = random.uniform(0.3, 1, (5, 5, 1)) * np.array(colour)
            picture = light.repeat(8, axis=0).repeat(8, axis=1).astype(np.uint8)
            write_image(root / label / f"{number}.png", picture)
    return root


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """A cache, figures and models of this test alone; gives the folder of the models."""
    monkeypatch.setenv("KINORA_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("KINORA_PLOTS", str(tmp_path / "plots"))
    return tmp_path / "models"


@pytest.fixture
def tiny_config():
    """Settings for a training of seconds: `tiny_config(epochs=5)`."""
    return lambda **changes: TrainingConfig(**{**TINY, **changes})


@pytest.fixture
def without_ending(monkeypatch):
    """Spare a test the last step, writing and measuring the bundle, if it is about another."""

    def end(ending, history, failed):
        return SimpleNamespace(history=history, ending=ending, failed=failed)

    monkeypatch.setattr(trainer, "finish", end)

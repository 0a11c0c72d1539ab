"""Tiny clips of two actions and settings that train on them within seconds."""

import numpy as np
import pytest
from tests.conftest import write_video

from kinora.training.config import TrainingConfig

# Two actions, told apart by where the bar is.
ACTIONS = {"high": 0.1, "low": 0.6}

TINY = {"width": 0.35, "weights": "none", "frames": 3, "size": 32, "epochs": 3, "views": 2}


def bar_frame(top, shade):
    """Makes frames with a bright bar at a height, on a background of a shade."""

    def frame(number, width, height):
        picture = np.full((height, width, 3), shade, np.uint8)
        start = int(height * top)
        picture[start : start + height // 3, number % 8 :] = (255, 220, 120)
        return picture

    return frame


@pytest.fixture(scope="session")
def tiny_clips(tmp_path_factory):
    """A data set of 2 actions with 8 clips each, and a split of its own."""
    root = tmp_path_factory.mktemp("clips")
    lines = ["path,label,group,split"]
    for action, top in ACTIONS.items():
        (root / action).mkdir()
        for number in range(8):
            name = f"{action}/{number}.mp4"
            part = ("train", "train", "train", "train", "val", "val", "test", "test")[number]
            frame = bar_frame(top, 15 * number)
            write_video(root / name, 6, size=(48, 48), frame=frame)
            lines.append(f"{name},{action},{action}{number},{part}")
    (root / "metadata.csv").write_text("\n".join(lines), encoding="utf-8")
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

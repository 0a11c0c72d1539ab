"""Killed at any moment, a training goes on and ends with the curve it would have had."""

import os
import subprocess
import sys
import time
from pathlib import Path

import kinora
from kinora.training.trainer import Job, train
from kinora.training.workspace import Workspace, folder_for

_DEADLINE_S = 240


def kill_when(is_time, command):
    """Run a command and kill it with no chance to tidy up as soon as it is time."""
    path = str(Path(kinora.__file__).parents[1])
    process = subprocess.Popen(
        [sys.executable, "-m", "kinora", *command],
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + _DEADLINE_S
    while not is_time():
        assert process.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.kill()
    process.wait()


def test_killed_and_continued_it_ends_with_the_same_curve(
    tiny_clips, tiny_config, folders, tmp_path, monkeypatch, without_ending
):
    config = tiny_config(epochs=8, batch_size=4)
    whole = train(Job(tiny_clips, folders / "whole", config))

    monkeypatch.setenv("KINORA_CACHE", str(tmp_path / "another cache"))
    command = ["train", str(tiny_clips), "--out", str(folders / "killed"), "--resume"]
    for name, value in config.to_dict().items():
        if value is not None and not isinstance(value, bool):
            command += [f"--{name.replace('_', '-')}", str(value)]
    work = Workspace(folder_for(folders / "killed"))
    kill_when((work.folder / "last.npz").exists, command)
    assert 1 <= work.last().epoch < config.epochs
    assert not (folders / "killed").exists()

    continued = train(Job(tiny_clips, folders / "killed", config, is_resumed=True))
    assert continued.history == whole.history
    assert continued.ending.calibration == whole.ending.calibration

"""Killed at any moment, a training goes on and ends with the curve it would have had."""

import os
import subprocess
import sys
from pathlib import Path

import kinora
from kinora.training.trainer import Job, train
from kinora.training.workspace import Workspace, folder_for

# `kinora`, which ends with no chance to tidy up right after its second checkpoint: whoever watched
# from outside might come too late.
_KILLED = """
import os, sys
from kinora.cli import main
from kinora.training.workspace import Workspace

save, saved = Workspace.save, []

def save_and_end(*words):
    save(*words)
    saved.append(words)
    if len(saved) == 2:
        os._exit(9)

Workspace.save = save_and_end
sys.exit(main(sys.argv[1:]))
"""


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
    path = {**os.environ, "PYTHONPATH": str(Path(kinora.__file__).parents[1])}
    killed = [sys.executable, "-c", _KILLED, *command]
    assert subprocess.run(killed, env=path, capture_output=True, check=False).returncode == 9
    assert work.last().epoch == 2
    assert not (folders / "killed").exists()

    continued = train(Job(tiny_clips, folders / "killed", config, is_resumed=True))
    assert continued.history == whole.history
    assert continued.ending.calibration == whole.ending.calibration

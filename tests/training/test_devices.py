"""Several devices share the batches; two logical processors stand in for two GPUs."""

import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

import kinora
from kinora.training import devices

SCRIPT = """
import keras, numpy as np, tensorflow as tf
processor = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(
    processor, [tf.config.LogicalDeviceConfiguration()] * 2
)
from kinora.data.batches import Batches, Clips
from kinora.model.heads import build_head
from kinora.model.specs import HeadSpec
from kinora.training.config import TrainingConfig
from kinora.training.devices import every_device
from kinora.training.loop import run_stages
from kinora.training.stages import Parts, head_stage
from kinora.training.workspace import Workspace
from pathlib import Path
import sys

class Features:
    def __init__(self, value):
        self.value = value
    def load(self, random=None):
        return np.full((2, 3), self.value, np.float32)

labels = [number % 2 for number in range(12)]
clips = Clips([Features(2.0 * label - 1) for label in labels], labels, 2)
config = TrainingConfig(epochs=3, batch_size=4, learning_rate=0.1)
for kind in ("CPU", "GPU"):
    keras.utils.set_random_seed(0)
    with every_device(kind):
        count = tf.distribute.get_strategy().num_replicas_in_sync
        head = build_head(HeadSpec(kind="mean", dropout=0.0), 2, 3, 2)
        stage = head_stage(Parts(None, None, head), {"train": clips, "val": clips}, config)
        history = run_stages([stage], Workspace(Path(sys.argv[1]) / kind))
    print(count, *(entry["val_loss"] for entry in history))
"""


def test_two_devices_learn_what_one_learns(tmp_path):
    path = str(Path(kinora.__file__).parents[1])
    answer = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {path!r})\n{SCRIPT}", tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr[-2000:]
    two, one = ([float(word) for word in line.split()] for line in answer.stdout.splitlines())
    assert (two[0], one[0]) == (2, 1)
    assert two[1:] == pytest.approx(one[1:], rel=1e-4)
    assert one[3] < one[1]


def test_one_device_needs_nothing_special():
    assert isinstance(devices.every_device("CPU"), nullcontext)
    assert devices.precision() in (devices.FULL_PRECISION, devices.MIXED_PRECISION)

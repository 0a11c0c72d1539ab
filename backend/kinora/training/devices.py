"""What the training runs on: one processor, a GPU, or several."""

from contextlib import AbstractContextManager, nullcontext

import keras
import tensorflow as tf

FULL_PRECISION, MIXED_PRECISION = "float32", "mixed_float16"


def has_gpu() -> bool:
    """Whether there is a GPU."""
    return bool(tf.config.list_logical_devices("GPU"))


def precision() -> str:
    """The policy of numbers: half precision pays on a GPU only."""
    return MIXED_PRECISION if has_gpu() else FULL_PRECISION


def every_device(kind: str = "GPU") -> AbstractContextManager:
    """Networks made inside train on all devices of a kind at once, each on its share of a batch."""
    devices = [device.name for device in tf.config.list_logical_devices(kind)]
    if len(devices) < 2 or keras.backend.backend() != "tensorflow":
        return nullcontext()
    return tf.distribute.MirroredStrategy(devices).scope()

"""What the training runs on: one processor, a GPU, or several."""

from contextlib import AbstractContextManager, nullcontext

import keras

FULL_PRECISION, MIXED_PRECISION = "float32", "mixed_float16"


def has_gpu() -> bool:
    """Whether there is a GPU."""
    devices = keras.distribution.list_devices()
    return any(name.lower().startswith(("gpu", "cuda")) for name in devices)


def precision() -> str:
    """The policy of numbers: half precision pays on a GPU only."""
    return MIXED_PRECISION if has_gpu() else FULL_PRECISION


def every_device(kind: str = "GPU") -> AbstractContextManager:
    """Networks made inside train on all devices of a kind at once, each on its share of a batch."""
    if keras.backend.backend() != "tensorflow":
        return nullcontext()
    import tensorflow as tf

    devices = [device.name for device in tf.config.list_logical_devices(kind)]
    if len(devices) < 2:
        return nullcontext()
    return tf.distribute.MirroredStrategy(devices).scope()

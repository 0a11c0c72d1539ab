"""The encoder as the feature cache calls it: uint8 frames in, features out, from any thread."""

from hashlib import blake2b
from threading import Lock

import keras
import numpy as np
import tensorflow as tf

from kinora.data.features import Encode, Encoder
from kinora.training.devices import has_gpu, precision

# Frames at once: on a processor more only take memory, a GPU wants to be filled.
_CHUNK = 16
_GPU_CHUNK = 128


def make_encoder(network: keras.Model, name: str) -> Encoder:
    """The encoder of a network for the cache.

    Args:
        network: One uint8 frame in, features out.
        name: The backbone; what its weights are is added.
    """
    digest = blake2b(f"{name} {precision()}".encode(), digest_size=16)
    for values in network.get_weights():
        digest.update(np.ascontiguousarray(values).tobytes())
    run = _compiled(network) if keras.backend.backend() == "tensorflow" else _plain(network)
    chunk = _GPU_CHUNK if has_gpu() else _CHUNK

    def encode(frames: np.ndarray) -> np.ndarray:
        starts = range(0, len(frames), chunk)
        return np.concatenate([run(frames[start : start + chunk]) for start in starts])

    return Encoder(digest.hexdigest(), network.output_shape[-1], encode)


def _compiled(network: keras.Model) -> Encode:
    """Twice as fast as `predict`, and safe to call from several threads."""
    signature = [tf.TensorSpec((None, *network.input_shape[1:]), "uint8")]
    traced = tf.function(lambda frames: network(frames, training=False), input_signature=signature)
    return lambda frames: traced(np.ascontiguousarray(frames)).numpy()


def _plain(network: keras.Model) -> Encode:
    lock = Lock()

    def run(frames: np.ndarray) -> np.ndarray:
        with lock:
            return network.predict_on_batch(frames)

    return run

"""The encoder as the feature cache calls it: uint8 frames in, features out, from any thread."""

import os
from hashlib import blake2b
from threading import Lock

import keras
import numpy as np

from kinora.data.features import Encode, Encoder
from kinora.inference.runtime import CompiledGraph
from kinora.training.devices import has_gpu, precision

# Enough frames at once to fill a GPU.
_CHUNK = 128


def make_encoder(network: keras.Model, name: str) -> Encoder:
    """The encoder of a network for the cache.

    Args:
        network: One uint8 frame in, features out.
        name: The backbone; what its weights are is added.
    """
    digest = blake2b(f"{name} {precision()}".encode(), digest_size=16)
    for values in network.get_weights():
        digest.update(np.ascontiguousarray(values).tobytes())
    is_compiled = keras.backend.backend() == "tensorflow" and not has_gpu()
    name, feature_size = digest.hexdigest(), network.output_shape[-1]
    if not is_compiled:
        return Encoder(name, feature_size, _in_batches(network))
    from kinora.model.export import convert  # needs TensorFlow, which other backends do without

    # On processors the graph that will serve is twice as fast as Keras, and takes less memory.
    graph = convert(network, "uint8")
    return Encoder(name, feature_size, _compiled(graph), graph)


def _compiled(content: bytes) -> Encode:
    graph = CompiledGraph(content, "The encoder", os.cpu_count() or 1)
    return lambda frames: np.concatenate([graph.run(frame[None]) for frame in frames])


def _in_batches(network: keras.Model) -> Encode:
    lock = Lock()

    def encode(frames: np.ndarray) -> np.ndarray:
        starts = range(0, len(frames), _CHUNK)
        with lock:
            chunks = [network.predict_on_batch(frames[s : s + _CHUNK]) for s in starts]
        return np.concatenate(chunks)

    return encode

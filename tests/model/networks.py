"""Small networks whose answers depend on what they see."""

import keras
import numpy as np


def wake(network):
    """Give a network of random weights the batch statistics of noise.

    Without them a deep random network answers the same to everything, and a comparison of two
    answers says nothing.
    """
    encoder = network.get_layer("frames").layer
    norms = [
        layer
        for layer in encoder.get_layer("backbone").layers
        if isinstance(layer, keras.layers.BatchNormalization)
    ]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 0.0
    size = encoder.input_shape[1]
    noise = np.random.default_rng(5).integers(0, 256, (16, size, size, 3), dtype=np.uint8)
    encoder(noise, training=True)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    return network


def predict(model, values):
    """What a model answers, without the cost of compiling it first."""
    return keras.ops.convert_to_numpy(model(values, training=False))

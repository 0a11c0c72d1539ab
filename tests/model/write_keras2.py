"""A script: real files of Keras 2 (tf_keras), with what Keras 2 itself answers to some clips.

python write_keras2.py FOLDER
"""

import sys
from pathlib import Path

import numpy as np
import tf_keras
from tf_keras import layers

FRAMES, SIZE, CLASSES = 2, 32, 4


def mobilenet():
    """A small random MobileNetV2 that tells pictures apart, thanks to the statistics of noise."""
    network = tf_keras.applications.MobileNetV2(
        input_shape=(SIZE, SIZE, 3), alpha=0.35, include_top=False, weights=None
    )
    for layer in network.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.momentum = 0.0
    network(np.random.rand(16, SIZE, SIZE, 3).astype("float32"), training=True)
    return network


def plain():
    """What most people build: frozen MobileNetV2, pooled, LSTM, Dropout, Dense."""
    backbone = mobilenet()
    backbone.trainable = False
    return tf_keras.Sequential(
        [
            layers.TimeDistributed(backbone, input_shape=(FRAMES, SIZE, SIZE, 3)),
            layers.TimeDistributed(layers.GlobalAveragePooling2D()),
            layers.LSTM(8),
            layers.Dropout(0.5),
            layers.Dense(CLASSES, activation="softmax"),
        ]
    )


def flat():
    """Partly frozen, flattened, both ways, more Dense, and Dropout among the frames."""
    backbone = mobilenet()
    for layer in backbone.layers[:-40]:
        layer.trainable = False
    return tf_keras.Sequential(
        [
            layers.Input((FRAMES, SIZE, SIZE, 3)),
            layers.TimeDistributed(backbone),
            layers.Dropout(0.25),
            layers.TimeDistributed(layers.Flatten()),
            layers.Bidirectional(layers.LSTM(6)),
            layers.Dense(8, activation="relu"),
            layers.Dense(CLASSES, activation="softmax"),
        ]
    )


def functional():
    """The functional way, gates with the hard_sigmoid of Keras 2, and softmax as a layer."""
    clip = layers.Input((FRAMES, SIZE, SIZE, 3))
    frames = tf_keras.Sequential([mobilenet(), layers.GlobalAveragePooling2D()])
    x = layers.TimeDistributed(frames)(clip)
    x = layers.LSTM(8, return_sequences=True, recurrent_activation="hard_sigmoid")(x)
    x = layers.GRU(8, recurrent_activation="hard_sigmoid")(x)
    x = layers.BatchNormalization()(x)
    return tf_keras.Model(clip, layers.Activation("softmax")(layers.Dense(CLASSES)(x)))


def main(folder):
    tf_keras.utils.set_random_seed(3)
    clips = np.random.randint(0, 256, (2, FRAMES, SIZE, SIZE, 3)).astype("uint8")
    for build in (plain, flat, functional):
        model = build()
        model.compile("adam", "categorical_crossentropy")
        name = build.__name__
        model.save(folder / f"{name}.h5")
        answers = {
            "0..1": model(clips / np.float32(255)).numpy(),
            "-1..1": model(clips / np.float32(127.5) - 1).numpy(),
        }
        np.savez(folder / f"{name}.npz", clips=clips, **answers)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""The temporal heads: the features of T frames in, probabilities of the actions out.

Only layers that Keras itself ships, so that plain `keras.models.load_model` opens what we save.
"""

import keras
from keras import layers

from kinora.errors import SettingError
from kinora.model.specs import HeadSpec

_ATTENTION_HEADS = 4
# Unrolled, a recurrent layer is a static graph without loops. Clips longer than this would take
# minutes to unroll.
LONGEST_UNROLLED = 64


def build_head(
    spec: HeadSpec, frame_count: int, feature_size: int, class_count: int
) -> keras.Model:
    """The head alone: (frame_count, feature_size) in, class_count probabilities out."""
    features = keras.Input((frame_count, feature_size), name="features")
    # Hides the same features in all frames, so that what changes over time stays what it is.
    x = layers.SpatialDropout1D(spec.dropout, name="feature_dropout")(features)
    summary = _HEADS[spec.kind](x, spec)
    if spec.sees_motion:
        summary = layers.Concatenate(name="summary")([summary, *_motion(x)])
    # In float32 also when the rest computes in float16: probabilities need the digits.
    actions = layers.Dense(class_count, activation="softmax", dtype="float32", name="actions")
    return keras.Model(features, actions(summary), name="head")


def _mean(x: keras.KerasTensor, spec: HeadSpec) -> keras.KerasTensor:
    return layers.GlobalAveragePooling1D(name="mean_of_frames")(x)


def _recurrent(x: keras.KerasTensor, spec: HeadSpec) -> keras.KerasTensor:
    cell = {"lstm": layers.LSTM, "gru": layers.GRU}[spec.kind]
    for number in range(1, spec.layers + 1):
        is_last = number == spec.layers
        layer = cell(
            spec.units,
            return_sequences=not is_last or spec.pooling == "mean",
            unroll=x.shape[1] <= LONGEST_UNROLLED,
            name=f"{spec.kind}_{number}",
        )
        x = (
            layers.Bidirectional(layer, name=f"both_ways_{number}") if spec.bidirectional else layer
        )(x)
    return _pool(x, spec) if spec.pooling == "mean" else x


def _transformer(x: keras.KerasTensor, spec: HeadSpec) -> keras.KerasTensor:
    # The bias has one row per frame: learned positions, without a layer of our own.
    x = layers.EinsumDense(
        "btf,fu->btu", output_shape=(x.shape[1], spec.units), bias_axes="tu", name="positions"
    )(x)
    for number in range(1, spec.layers + 1):
        x = _transformer_block(x, spec, f"block_{number}")
    return _pool(layers.LayerNormalization(name="norm")(x), spec)


def _transformer_block(x: keras.KerasTensor, spec: HeadSpec, name: str) -> keras.KerasTensor:
    """Attention over the frames, then two dense layers, each added to what came in."""
    y = layers.LayerNormalization(name=f"{name}_norm_1")(x)
    attention = layers.MultiHeadAttention(
        _ATTENTION_HEADS,
        max(1, spec.units // _ATTENTION_HEADS),
        dropout=spec.dropout,
        name=f"{name}_attention",
    )
    x = layers.Add(name=f"{name}_add_1")([x, attention(y, y)])
    y = layers.LayerNormalization(name=f"{name}_norm_2")(x)
    y = layers.Dense(2 * spec.units, activation="gelu", name=f"{name}_dense_1")(y)
    y = layers.Dense(spec.units, name=f"{name}_dense_2")(y)
    return layers.Add(name=f"{name}_add_2")([x, y])


def _pool(x: keras.KerasTensor, spec: HeadSpec) -> keras.KerasTensor:
    """One vector for the clip out of one per frame."""
    if spec.pooling == "mean":
        return layers.GlobalAveragePooling1D(name="pooled")(x)
    last = layers.Cropping1D((x.shape[1] - 1, 0), name="last_frame")(x)
    return layers.Flatten(name="pooled")(last)


def _motion(x: keras.KerasTensor) -> list[keras.KerasTensor]:
    """Statistics over time, each one number per feature, from what stays to what changes fast."""
    frame_count = x.shape[1]
    if frame_count < 2:
        raise SettingError(
            "One frame has no motion: use more frames, the head 'mean', or motion=False."
        )
    half, quarter = frame_count // 2, frame_count // 4
    average = layers.GlobalAveragePooling1D

    def part(name: str, start: int, end: int) -> keras.KerasTensor:
        return layers.Cropping1D((start, end), name=name)(x)

    mean = average(name="mean")(x)
    early = average(name="early")(part("first_half", 0, frame_count - half))
    late = average(name="late")(part("second_half", frame_count - half, 0))
    middle = average(name="middle")(part("without_ends", quarter, quarter))
    always_mean = layers.RepeatVector(frame_count, name="always_mean")(mean)
    steps = _apart("step", part("all_but_first", 1, 0), part("all_but_last", 0, 1))
    return [
        mean,
        # Quite like the standard deviation, without a root whose gradient has no end at zero.
        average(name="mean_distance")(_apart("distance", x, always_mean)),
        layers.Subtract(name="late_minus_early")([late, early]),
        layers.Subtract(name="middle_minus_mean")([middle, mean]),
        average(name="mean_step")(steps),
    ]


def _apart(name: str, first: keras.KerasTensor, second: keras.KerasTensor) -> keras.KerasTensor:
    """How far apart two are, number by number: the larger minus the smaller."""
    pair = [first, second]
    larger, smaller = (
        layers.Maximum(name=f"{name}_up")(pair),
        layers.Minimum(name=f"{name}_down")(pair),
    )
    return layers.Subtract(name=name)([larger, smaller])


_HEADS = {"lstm": _recurrent, "gru": _recurrent, "transformer": _transformer, "mean": _mean}

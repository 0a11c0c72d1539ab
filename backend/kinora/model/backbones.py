"""The backbones: networks that turn one frame into features, behind one registry."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import keras

from kinora.errors import ModelError, SettingError
from kinora.model.resnet18 import resnet18

IMAGENET = "imagenet"
NO_WEIGHTS = "none"


@dataclass(frozen=True)
class Backbone:
    """One entry of the registry.

    Args:
        build: Makes the network as Keras publishes it, for a frame size, a width and
            `"imagenet"` or None; its answer are the features of the frame.
        feature_size: How many features a frame has at width 1.0.
        scaling: The range of numbers the network was trained on.
        blocks: The first layer of every block, from the frame to the features. What Keras puts
            before the first one only scales the frame; we leave it out and scale ourselves.
        widths: The widths it comes in.
        is_published: Keras publishes ImageNet weights for it.
    """

    build: Callable[[int, float, str | None], keras.Model]
    feature_size: int
    scaling: str
    blocks: tuple[str, ...]
    widths: tuple[float, ...] = (1.0,)
    is_published: bool = True


def _mobilenet_v2(size: int, width: float, weights: str | None) -> keras.Model:
    return keras.applications.MobileNetV2(
        input_shape=(size, size, 3), alpha=width, include_top=False, weights=weights, pooling="avg"
    )


def _mobilenet_v3_small(size: int, width: float, weights: str | None) -> keras.Model:
    return keras.applications.MobileNetV3Small(
        input_shape=(size, size, 3),
        alpha=width,
        include_top=False,
        weights=weights,
        pooling="avg",
        include_preprocessing=False,
    )


def _efficientnet_b0(size: int, width: float, weights: str | None) -> keras.Model:
    return keras.applications.EfficientNetB0(
        input_shape=(size, size, 3), include_top=False, weights=weights, pooling="avg"
    )


def _resnet18(size: int, width: float, weights: str | None) -> keras.Model:
    return resnet18(size)


BACKBONES = {
    "mobilenet_v2": Backbone(
        build=_mobilenet_v2,
        feature_size=1280,
        scaling="-1..1",
        blocks=(
            "Conv1",
            "expanded_conv_depthwise",
            *(f"block_{number}_expand" for number in range(1, 17)),
            "Conv_1",
        ),
        widths=(0.35, 0.5, 0.75, 1.0, 1.3, 1.4),
    ),
    "resnet18": Backbone(
        build=_resnet18,
        feature_size=512,
        scaling="imagenet",
        blocks=("conv1_pad", *(f"layer{stage}_0_conv1_pad" for stage in range(1, 5))),
        is_published=False,
    ),
    "efficientnet_b0": Backbone(
        build=_efficientnet_b0,
        feature_size=1280,
        scaling="imagenet",
        blocks=(
            "stem_conv_pad",
            "block1a_dwconv",
            *(f"block{number}a_expand_conv" for number in range(2, 8)),
            "top_conv",
        ),
    ),
    "mobilenet_v3_small": Backbone(
        build=_mobilenet_v3_small,
        feature_size=576,
        scaling="-1..1",
        blocks=(
            "conv",
            "expanded_conv_depthwise_pad",
            *(f"expanded_conv_{number}_expand" for number in range(1, 11)),
            "conv_1",
        ),
        widths=(0.75, 1.0),
    ),
}


def find_backbone(name: str) -> Backbone:
    """The entry of that name."""
    if name not in BACKBONES:
        raise SettingError(f"There is no backbone {name!r}; there are {', '.join(BACKBONES)}.")
    return BACKBONES[name]


def build_backbone(name: str, size: int, width: float, weights: str | Path) -> keras.Model:
    """The network of that name without its classifier: a scaled frame in, features out.

    Args:
        name: A key of BACKBONES.
        size: Height and width of a frame; weights fit every size.
        width: One of the backbone's widths.
        weights: `"imagenet"` downloads what Keras publishes, `"none"` starts from noise, and a
            path is a weight file of the network without its top.
    """
    entry = find_backbone(name)
    if width not in entry.widths:
        raise SettingError(
            f"{name} comes in width {', '.join(map(str, entry.widths))}, not {width}."
        )
    if weights == IMAGENET:
        network = _download(name, entry, size, width)
    else:
        network = entry.build(size, width, None)
        if weights != NO_WEIGHTS:
            _load_weights(network, name, Path(weights))
    first_layer = network.get_layer(entry.blocks[0])
    return keras.Model(first_layer.input, network.output, name="backbone")


def _download(name: str, entry: Backbone, size: int, width: float) -> keras.Model:
    if not entry.is_published:
        published = [key for key, other in BACKBONES.items() if other.is_published]
        raise ModelError(
            f"Keras publishes no ImageNet weights for {name}, only for {', '.join(published)}. "
            "Give a weight file instead (--weights FILE), or start without (--weights none)."
        )
    try:
        return entry.build(size, width, IMAGENET)
    except Exception as error:  # Keras raises nothing more exact than Exception here
        raise ModelError(
            f"The ImageNet weights of {name} cannot be downloaded: {error} "
            "Without a network, give a weight file (--weights FILE or KINORA_WEIGHTS)."
        ) from error


def _load_weights(network: keras.Model, name: str, path: Path) -> None:
    if not path.is_file():
        raise ModelError(
            f"There is no weight file {path}. "
            f"Allowed are a file, {IMAGENET!r} (a download) and {NO_WEIGHTS!r}."
        )
    try:
        with warnings.catch_warnings():
            # Else Keras warns, keeps noise where the file has nothing for a layer, and goes on.
            warnings.filterwarnings("error", message="Skipping nested container")
            network.load_weights(path)
    except (ValueError, OSError, KeyError, UserWarning) as error:
        raise ModelError(
            f"{path} does not fit {name}. It must hold the weights of exactly this network "
            "without its top (include_top=False): a file in the format of Keras 3 whose name "
            "ends in .weights.h5, or an older .h5 file."
        ) from error

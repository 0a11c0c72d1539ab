"""ResNet-18 (He et al. 2015), written out because Keras has none."""

import keras
from keras import layers

# torchvision's value; weights converted from there stay exact.
_EPSILON = 1e-5
_STAGES = ((64, 1), (128, 2), (256, 2), (512, 2))
_BLOCKS_PER_STAGE = 2


def resnet18(size: int) -> keras.Model:
    """The network without its classifier; its layers are named after torchvision's.

    Input: (size, size, 3), scaled to ImageNet's mean and deviation. Output: 512 features.
    """
    image = keras.Input((size, size, 3), name="image")
    x = layers.ReLU(name="relu")(_convolution(image, 64, 7, 2, "conv1"))
    x = layers.ZeroPadding2D(1, name="maxpool_pad")(x)
    x = layers.MaxPooling2D(3, 2, name="maxpool")(x)
    for stage, (channels, stride) in enumerate(_STAGES, start=1):
        for block in range(_BLOCKS_PER_STAGE):
            x = _residual_block(x, channels, stride if block == 0 else 1, f"layer{stage}_{block}")
    return keras.Model(image, layers.GlobalAveragePooling2D(name="avgpool")(x), name="resnet18")


def _residual_block(
    x: keras.KerasTensor, channels: int, stride: int, name: str
) -> keras.KerasTensor:
    """Two convolutions, and a shortcut around them."""
    y = _convolution(x, channels, 3, stride, f"{name}_conv1")
    y = layers.ReLU(name=f"{name}_relu1")(y)
    y = _convolution(y, channels, 3, 1, f"{name}_conv2")
    if stride != 1 or x.shape[-1] != channels:
        x = _convolution(x, channels, 1, stride, f"{name}_downsample")
    return layers.ReLU(name=f"{name}_relu2")(layers.Add(name=f"{name}_add")([x, y]))


def _convolution(
    x: keras.KerasTensor, channels: int, kernel: int, stride: int, name: str
) -> keras.KerasTensor:
    """Padding on all sides as torchvision does it, a convolution, and batch normalisation."""
    if kernel > 1:
        x = layers.ZeroPadding2D(kernel // 2, name=f"{name}_pad")(x)
    x = layers.Conv2D(channels, kernel, stride, use_bias=False, name=name)(x)
    return layers.BatchNormalization(epsilon=_EPSILON, name=f"{name}_norm")(x)

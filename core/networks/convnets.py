"""The convolutional networks of AlexNet's time by name, as lists of layers.

The two small nets came with Krizhevsky's program cuda-convnet: example-layers/layers-80sec.cfg ("26% error on CIFAR-10
in 80 seconds") and layers-18pct.cfg ("18% error on CIFAR-10 in 20 minutes"), with the files of their parameters.
"""

from __future__ import annotations

from core.networks.convnet import Convolution, Dense, Dropout, Layer, Net, Normalization, Pool, Unit

# In cuda-convnet `scale` is divided by the size of the neighbourhood, and k is 1. layers-18pct.cfg normalises within
# each map (rnorm: size 3, scale 5e-5, pow 0.75); layers-conv-local-11pct.cfg across maps (cmrnorm: 9, 1e-3, 0.75).
WITHIN_MAPS = Normalization(3, 1.0, 5e-5 / 9, 0.75, across=False)
ACROSS_MAPS = Normalization(9, 1.0, 1e-3 / 9, 0.75)
RATE, BIAS_RATE, MOMENTUM = 0.001, 0.002, 0.9  # epsW, epsB, momW of all their layers


def cifar_net(
    *,
    unit: str = "relu",
    hidden: int = 0,
    normalization: Normalization | None = None,
    overlap: bool = True,
    dropout: float = 0.0,
    maps: tuple[int, ...] = (32, 32, 64),
    side: int = 32,
    classes: int = 10,
) -> Net:
    """Stages of a 5x5 convolution and pooling, the first by maxima, the others by means; then one or two dense layers.

    `overlap` pools 3x3 windows at a stride of 2, else 2x2. Normalisation follows the pooling of all stages but the
    last. `hidden` units stand before the scores, unless it is 0, and dropout leaves out inputs of the last layer.
    With hidden=64 this is layers-80sec, with hidden=0 and WITHIN_MAPS layers-18pct.
    """
    layers: list[Layer] = []
    for stage, count in enumerate(maps):
        convolution = Convolution(count, spread=0.01 if stage else 0.0001, decay=0.004)
        pool = Pool("average" if stage else "max", 3 if overlap else 2)
        layers += [convolution, Unit(unit), pool] if stage else [convolution, pool, Unit(unit)]
        if normalization and stage < len(maps) - 1:
            layers.append(normalization)
    if hidden:
        layers += [Dense(hidden, spread=0.1, decay=0.03), Unit(unit)]
    if dropout:
        layers.append(Dropout(dropout))
    layers.append(Dense(classes, spread=0.1, decay=0.03) if hidden else Dense(classes, spread=0.01, decay=1.0))
    return Net(side, tuple(layers))


def stacked_net(*, side: int = 32, classes: int = 10) -> Net:
    """Pairs of 3x3 convolutions and one mean over each map, the form of later years, with fewer parameters (140,074).

    After Simonyan and Zisserman (2014), for the stacks, and Lin, Chen and Yan (2013), for the mean over each map.
    """
    layers: list[Layer] = []
    for maps in (32, 64, 64):
        layers += [Convolution(maps, 3, 1), Unit("relu"), Convolution(maps, 3, 1), Unit("relu"), Pool("max", 2, 2)]
    return Net(side, (*layers, Pool("average", side // 8, side // 8), Dense(classes)))


def alexnet(side: int = 224) -> Net:
    """The net of Krizhevsky, Sutskever and Hinton (2012), section 3.5, its two halves as groups of maps.

    55x55 outputs of 11x11 kernels at a stride of 4 need 227 pixels. The paper says 224; its program takes what lies
    beyond an image as zero, and so does `side` 224 here, with 3 columns of zeros at the right and below.
    """
    norm, pool, relu = Normalization(5, 2.0, 1e-4, 0.75), Pool("max"), Unit("relu")
    layers: tuple[Layer, ...] = (
        Convolution(96, 11, (0, 227 - side), stride=4),
        relu,
        norm,
        pool,
        Convolution(256, 5, 2, groups=2, bias=1.0),
        relu,
        norm,
        pool,
        Convolution(384, 3, 1),
        relu,
        Convolution(384, 3, 1, groups=2, bias=1.0),
        relu,
        Convolution(256, 3, 1, groups=2, bias=1.0),
        relu,
        pool,
        Dense(4096, bias=1.0),
        relu,
        Dropout(),
        Dense(4096, bias=1.0),
        relu,
        Dropout(),
        Dense(1000),
    )
    return Net(side, layers)


NETS = {"layers-80sec": cifar_net(hidden=64), "layers-18pct": cifar_net(normalization=WITHIN_MAPS)}

"""Networks that translators are built of: the ResNet and U-Net generators and the PatchGAN discriminator (paper section 2.1).

Architectures of Zhu et al. (2017) for images of one channel. All normalise by instance without learnt scale or shift,
so each image of a batch is processed by itself: several images in one call give what separate calls would.

What suits slices of 256 pixels need not suit smaller ones: :func:`patch_layers` and :func:`halvings` choose by the size.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn


def patch_layers(image_size: int, chosen: int = 0, antialiased: bool = False) -> int:
    """How many strided convolutions a PatchGAN has: 3 see patches of 70 x 70 pixels, 2 of 34 x 34, 1 of 16 x 16.

    A discriminator is to judge how tissue looks. One that sees a whole slice judges as well which structures there are, and
    as the domains need not hold the same lesions, the generator then does best to paint lesions over or to invent some. At
    256 pixels a patch of 70 is a quarter of the slice; at 80 pixels it is nearly the whole. So this takes the largest patch,
    the paper's at most, that spans no more than half of the slice.

    Args:
        image_size: the slice's sides in pixels.
        chosen: the number that a setting asks for; 0 leaves it to the size.
        antialiased: whether blurs halve the slice (:class:`Halved`), with which the patches are 84, 40 and 18 pixels wide.

    >>> [patch_layers(size) for size in (64, 80, 96, 128, 144, 256)]
    [1, 2, 2, 2, 3, 3]
    >>> [patch_layers(size, antialiased=True) for size in (64, 80, 144, 256)]
    [1, 2, 2, 3]
    """
    patches = _ANTIALIASED_PATCHES if antialiased else _PATCHES
    return chosen or max((layers for layers in (1, 2, 3) if patches[layers] <= image_size / 2), default=1)


def halvings(image_size: int, chosen: int = 0) -> int:
    """How often a ResNet generator halves the slice before its residual blocks: 2 as the paper, fewer for small slices.

    Structures that are small in a small slice are lost when the blocks see only every fourth pixel. This leaves the blocks
    32 pixels or more a side where it can. One halving less costs no time, as the blocks then have half as many feature maps
    of four times the size, but they have a quarter of the weights.

    Args:
        image_size: the slice's sides in pixels.
        chosen: the number that a setting asks for; 0 leaves it to the size.

    >>> [halvings(size) for size in (64, 80, 128, 256)]
    [1, 1, 2, 2]
    """
    return chosen or (2 if image_size >= 128 else 1)


# By the number of strided convolutions, the side in pixels of what a PatchGAN's score sees.
_PATCHES = {1: 16, 2: 34, 3: 70}
_ANTIALIASED_PATCHES = {1: 18, 2: 40, 3: 84}  # convolutions of stride 1, each followed by a blur of 3 pixels and stride 2


class InstanceNorm2d(nn.InstanceNorm2d):
    """Instance normalisation that torch.compile can fuse: PyTorch's own would copy images that lie in memory pixel by pixel.

    In bfloat16 on the CPU, PyTorch's normalisation of groups of one map each is the same and faster.
    """

    def forward(self, images: Tensor) -> Tensor:
        if not torch.compiler.is_compiling():
            if images.dtype == torch.bfloat16 and images.device.type == "cpu":
                return nn.functional.group_norm(images, images.shape[1], eps=self.eps)
            normalised: Tensor = super().forward(images)
            return normalised
        variance, mean = torch.var_mean(images.float(), dim=(2, 3), correction=0, keepdim=True)
        return ((images - mean) * torch.rsqrt(variance + self.eps)).to(images.dtype)


class InFloat32(nn.Module):
    """Before a layer's class: the layer computes in float32 (on GPUs in TF32) even where the others compute in bfloat16."""

    def forward(self, features: Tensor) -> Any:
        if features.device.type not in ("cpu", "cuda"):  # bfloat16 is not used elsewhere
            return super().forward(features)
        with torch.autocast(features.device.type, enabled=False):
            return super().forward(features.float())


class _InFloat32ButForTraining(InFloat32):
    def forward(self, features: Tensor) -> Any:
        return super(InFloat32, self).forward(features) if self.training else super().forward(features)


class InputConv2d(InFloat32, nn.Conv2d):
    """A generator's first layer. bfloat16 has 256 shades between air and 0: of a faint slice it leaves so few that gradients go wrong."""


class OutputConv2d(_InFloat32ButForTraining, nn.Conv2d):
    """The ResNet generator's last layer. bfloat16 would leave a translated image 256 shades; in training that is enough, and faster."""


class OutputConvTranspose2d(_InFloat32ButForTraining, nn.ConvTranspose2d):  # type: ignore[misc]
    """The U-Net generator's last layer, as :class:`OutputConv2d`."""


class ResnetGenerator(nn.Module):
    """Encoder, residual blocks at a quarter of the resolution, decoder: (n, 1, h, w) to (n, 1, h, w) in [-1, 1].

    11.4 million parameters with 64 features, 9 blocks and 2 downsamplings.

    Args:
        features: feature maps of the first layer; each downsampling doubles them.
        blocks: residual blocks.
        downsamplings: how often the encoder halves the slice; h and w are multiples of 2 to that power.
        antialiased: whether halving and doubling blur instead of skipping pixels and spreading them (Zhang 2019), as
            :class:`Halved` and :class:`Doubled` do. The parameters are as many.

    Attributes:
        places: by a layer's name its place in ``layers``: "padded", then the convolutions "down 1", "down 2", ... and the
            residual blocks "block 1", "block 2", ...
        widths: feature maps that these layers give.
    """

    def __init__(self, features: int = 64, blocks: int = 9, downsamplings: int = 2, antialiased: bool = False) -> None:
        super().__init__()
        self.places, self.widths = {"padded": 0}, {"padded": 1}
        layers: list[nn.Module] = [nn.ReflectionPad2d(3), InputConv2d(1, features, 7), *_normalised_relu(features)]
        width = features
        for level in range(downsamplings):
            self.places[f"down {level + 1}"] = len(layers)
            layers.append(nn.Conv2d(width, 2 * width, 3, stride=1 if antialiased else 2, padding=1))
            width *= 2
            self.widths[f"down {level + 1}"] = width
            layers += [*_normalised_relu(width), *([Halved()] if antialiased else [])]
        for block in range(blocks):
            self.places[f"block {block + 1}"], self.widths[f"block {block + 1}"] = len(layers), width
            layers.append(ResidualBlock(width))
        layers += [*_doublings(features, downsamplings, antialiased), nn.ReflectionPad2d(3), OutputConv2d(features, 1, 7), nn.Tanh()]
        self.layers = nn.Sequential(*layers)

    def forward(self, images: Tensor) -> Tensor:
        translated: Tensor = self.layers(images)
        return translated

    def halves(self) -> tuple[nn.Module, nn.Module]:
        """The layers up to the last residual block, and the decoder after it; both have the generator's own weights."""
        after = 1 + max(place for place, layer in enumerate(self.layers) if isinstance(layer, ResidualBlock))
        return self.layers[:after], self.layers[after:]


class SegmentingDecoder(nn.Module):
    """A decoder on the ResNet generator's last residual block that scores background and structures instead of making an image.

    (n, features * 2 ** downsamplings, h / 2 ** downsamplings, w / 2 ** downsamplings) to (n, classes, h, w), scores not yet
    normalised. 0.4 million parameters with 64 features, 2 downsamplings and 3 classes.

    Args:
        features, downsamplings: the generator's.
        classes: structures and background.
    """

    def __init__(self, features: int = 64, downsamplings: int = 2, classes: int = 3) -> None:
        super().__init__()
        self.layers = nn.Sequential(*_doublings(features, downsamplings), nn.ReflectionPad2d(3), nn.Conv2d(features, classes, 7))

    def forward(self, features: Tensor) -> Tensor:
        scores: Tensor = self.layers(features)
        return scores


class _Blurring(nn.Module):
    """A convolution of each feature map by the outer product of ``taps``.

    In float32 on the CPU, where convolutions of single feature maps are slower in bfloat16.
    """

    filter: Tensor

    def __init__(self, *taps: float) -> None:
        super().__init__()
        along = torch.tensor(taps)
        self.register_buffer("filter", torch.outer(along, along)[None, None])

    def forward(self, images: Tensor) -> Tensor:
        weights = self.filter.expand(images.shape[1], -1, -1, -1)
        if images.device.type != "cpu":
            return self.blurred(images, weights)
        with torch.autocast("cpu", enabled=False):
            return self.blurred(images.float(), weights)

    def blurred(self, images: Tensor, weights: Tensor) -> Tensor:
        raise NotImplementedError


class Halved(_Blurring):
    """Every second pixel of images that are blurred by [1 2 1] / 4 along both axes: (n, c, h, w) to (n, c, h / 2, w / 2).

    Odd sides are rounded up.
    """

    def __init__(self) -> None:
        super().__init__(0.25, 0.5, 0.25)

    def blurred(self, images: Tensor, weights: Tensor) -> Tensor:
        padded = nn.functional.pad(images, (1, 1, 1, 1), mode="reflect")
        return nn.functional.conv2d(padded, weights, stride=2, groups=len(weights))


class Doubled(_Blurring):
    """Images spread to twice their size and blurred by [1 3 3 1] / 4 along both axes: (n, c, h, w) to (n, c, 2 h, 2 w)."""

    def __init__(self) -> None:
        super().__init__(0.25, 0.75, 0.75, 0.25)

    def blurred(self, images: Tensor, weights: Tensor) -> Tensor:
        padded = nn.functional.pad(images, (1, 1, 1, 1), mode="replicate")
        return nn.functional.conv_transpose2d(padded, weights, stride=2, padding=2, groups=len(weights))[:, :, 1:-1, 1:-1]


class ResidualBlock(nn.Module):
    """Two 3 x 3 convolutions with reflection padding, added to their input."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.ReflectionPad2d(1),
            nn.Conv2d(width, width, 3),
            *_normalised_relu(width),
            nn.ReflectionPad2d(1),
            nn.Conv2d(width, width, 3),
            InstanceNorm2d(width),
        )

    def forward(self, features: Tensor) -> Tensor:
        summed: Tensor = features + self.layers(features)
        return summed


class UnetGenerator(nn.Module):
    """U-Net down to one pixel, without dropout: (n, 1, h, w) to (n, 1, h, w) in [-1, 1].

    54.4 million parameters with 64 features at 256 pixels (the paper's ablation, "U-Net 256").

    Args:
        image_size: h and w, a power of two; log2 of it is the number of halvings.
        features: feature maps of the first level; deeper ones double them up to eight times as many.
    """

    def __init__(self, image_size: int = 256, features: int = 64) -> None:
        super().__init__()
        depth = image_size.bit_length() - 1
        widths = [features * min(2**level, 8) for level in range(depth)]
        self.downs = nn.ModuleList()
        self.ups = nn.ModuleList()  # ups[i] undoes downs[i]
        for level, width in enumerate(widths):
            outermost, innermost = level == 0, level == depth - 1
            down: list[nn.Module] = [] if outermost else [nn.LeakyReLU(0.2)]
            convolution = InputConv2d if outermost else nn.Conv2d
            down.append(convolution(1 if outermost else widths[level - 1], width, 4, stride=2, padding=1))
            if not outermost and not innermost:  # one pixel cannot be normalised over its neighbours
                down.append(InstanceNorm2d(width))
            below = 1 if innermost else 2  # the level below hands up its input besides its output
            out = 1 if outermost else widths[level - 1]
            transposed = OutputConvTranspose2d if outermost else nn.ConvTranspose2d
            up: list[nn.Module] = [nn.ReLU(), transposed(below * width, out, 4, stride=2, padding=1)]
            up.append(nn.Tanh() if outermost else InstanceNorm2d(out))
            self.downs.append(nn.Sequential(*down))
            self.ups.append(nn.Sequential(*up))

    def forward(self, images: Tensor) -> Tensor:
        skips: list[Tensor] = []
        features: Tensor = images
        for down in self.downs:
            features = down(features)
            skips.append(features)
        features = self.ups[-1](features)
        for level in reversed(range(len(self.ups) - 1)):
            features = self.ups[level](torch.cat((skips[level], features), dim=1))
        return features


class PatchDiscriminator(nn.Module):
    """PatchGAN: one score for every overlapping patch, (n, 1, h, w) to (n, 1, h / 8 - 2, w / 8 - 2) with 3 strided convolutions.

    2.8 million parameters with 64 features and 3 strided convolutions. h and w are at least 3 times 2 to their number.

    Args:
        features: feature maps of the first layer; each further convolution but the last doubles them.
        strided: convolutions of stride 2, from 1: patches are 70 x 70 pixels with 3, see :func:`patch_layers`.
        antialiased: whether they have stride 1 and :class:`Halved` after them; patches are then a little larger.
    """

    def __init__(self, features: int = 64, strided: int = 3, antialiased: bool = False) -> None:
        super().__init__()
        step = 1 if antialiased else 2
        layers: list[nn.Module] = [nn.Conv2d(1, features, 4, stride=step, padding=1), nn.LeakyReLU(0.2, inplace=True)]
        for level in range(strided):
            if antialiased:
                layers.append(Halved())
            width, is_last = features * 2**level, level == strided - 1
            layers += [nn.Conv2d(width, 2 * width, 4, stride=1 if is_last else step, padding=1), InstanceNorm2d(2 * width)]
            layers.append(nn.LeakyReLU(0.2, inplace=True))
        layers.append(nn.Conv2d(features * 2**strided, 1, 4, padding=1))
        self.layers = nn.Sequential(*layers)

    def forward(self, images: Tensor) -> Tensor:
        scores: Tensor = self.layers(images)
        return scores


def initialize(network: nn.Module, generator: torch.Generator, xavier: bool = False) -> None:
    """Draw all weights from N(0, 0.02) and set all biases to zero, as CycleGAN does.

    Args:
        network: on the CPU.
        generator: the random numbers to use, on the CPU.
        xavier: whether the deviation is instead that of Glorot and Bengio (2010) times 0.02, as CUT has it.
    """
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if name.endswith("bias"):
                parameter.zero_()
                continue
            deviation = 0.02
            if xavier:
                seen = parameter[0, 0].numel() if parameter.ndim > 2 else 1
                deviation *= math.sqrt(2 / (sum(parameter.shape[:2]) * seen))
            parameter.normal_(0.0, deviation, generator=generator)


def _normalised_relu(width: int) -> tuple[nn.Module, nn.Module]:
    return InstanceNorm2d(width), nn.ReLU(inplace=True)


def _doublings(features: int, count: int, antialiased: bool = False) -> list[nn.Module]:
    """Layers that double the resolution ``count`` times and halve the feature maps each time, down to ``features``."""
    layers: list[nn.Module] = []
    for width in (features * 2**level for level in range(count, 0, -1)):
        if antialiased:
            layers += [Doubled(), nn.Conv2d(width, width // 2, 3, padding=1)]
        else:
            layers.append(nn.ConvTranspose2d(width, width // 2, 3, stride=2, padding=1, output_padding=1))
        layers += _normalised_relu(width // 2)
    return layers

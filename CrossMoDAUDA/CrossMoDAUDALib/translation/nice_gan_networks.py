"""NICE-GAN's networks: an encoder that is the first part of a discriminator, the discriminator's heads, the light generator.

Architectures of Chen et al. (2020, "Reusing Discriminators for Encoding") for images of one channel. Every normalisation
is of one image by itself, so several images in one call give what separate calls would.
"""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from contextlib import AbstractContextManager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..core.settings import Settings
from .networks import InFloat32, InputConv2d, OutputConv2d
from .nice_gan import NiceGANSettings

# As many power iterations as PyTorch's own spectral normalisation begins with.
_FIRST_ITERATIONS = 15
_EPSILON = 1e-5


class SpectralConv2d(nn.Conv2d):
    """A 4 x 4 convolution with reflection padding whose weight is divided by its largest singular value (Miyato et al. 2018).

    The singular vectors ``u`` and ``v`` are estimates that every :meth:`power_iteration` improves; they are part of the state.
    Calls do not change them, so however many images and calls a step needs, it is one network that it trains.
    """

    u: Tensor
    v: Tensor

    def __init__(self, inputs: int, outputs: int, stride: int, bias: bool = True, kernel: int = 4) -> None:
        super().__init__(inputs, outputs, kernel, stride, padding=1, padding_mode="reflect", bias=bias)
        self.register_buffer("u", torch.zeros(outputs))
        self.register_buffer("v", torch.zeros(kernel**2 * inputs))

    def spectral_norm(self) -> Tensor:
        """The weight's largest singular value, with a gradient."""
        with _in_float32(self.weight.device):
            return torch.dot(self.u, torch.mv(self.weight.flatten(1), self.v))

    def forward(self, features: Tensor) -> Tensor:
        # The features are divided instead of the weight, which has far more numbers in the heads.
        convolved: Tensor = self._conv_forward(features / self.spectral_norm(), self.weight, self.bias)
        return convolved

    @torch.no_grad()
    def power_iteration(self) -> None:
        """Bring the singular vectors closer to those of the present weight."""
        matrix = self.weight.flatten(1)
        self.v.copy_(functional.normalize(torch.mv(matrix.T, self.u), dim=0))
        self.u.copy_(functional.normalize(torch.mv(matrix, self.v), dim=0))


class InputSpectralConv2d(InFloat32, SpectralConv2d):
    """The encoder's first layer, in float32 as :class:`.networks.InputConv2d`."""


class Encoder(nn.Module):
    """The first part of a domain's discriminator: slices (n, 1, h, w) to their code (n, 2 features, h / 4, w / 4), and its own score.

    The score (n, 1) is that of the attention: a linear layer on the code's means and maxima, whose weight also says how much of
    each feature map the code takes up again, by a strength that is learnt from 0 on. h and w are multiples of 4.

    Args:
        features: of the first layer.
        downsamplings: 2 as published; with 1 the second layer keeps the size and the code is (n, 2 features, h / 2, w / 2).
    """

    def __init__(self, features: int = 64, downsamplings: int = 2) -> None:
        super().__init__()
        self.downsamplings = downsamplings
        self.first = InputSpectralConv2d(1, features, stride=2)
        self.second = SpectralConv2d(features, 2 * features, stride=downsamplings, kernel=_second_kernel(downsamplings))
        self.attention = nn.Linear(4 * features, 1, bias=False)
        self.mixing = nn.Conv2d(4 * features, 2 * features, 1)
        self.strength = nn.Parameter(torch.zeros(()))

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        features = _leaky(self.second(_leaky(self.first(images))))
        pooled = torch.cat((features.mean((2, 3)), functional.adaptive_max_pool2d(features, 1).flatten(1)), dim=1)
        # The spectral norm of a matrix of one row is its length.
        score = functional.linear(pooled, functional.normalize(self.attention.weight))
        attended = functional.conv2d(features, self._mixing_weight(), self.mixing.bias)
        return _leaky(features + self.strength * attended), score

    def _mixing_weight(self) -> Tensor:
        """That of the 1 x 1 convolution of [features, features], each map times its attention weight, as one of the features.

        It is the weight itself and not the normalised one that multiplies, as in the authors' code.
        """
        means, maxima = (self.mixing.weight * self.attention.weight[..., None, None]).chunk(2, dim=1)
        return means + maxima

    @torch.no_grad()
    def plain(self) -> nn.Sequential:
        """The same encoder, without score and singular vectors, as :func:`plain_encoder` lays it out: what a trained translator needs."""
        width = self.second.out_channels
        assert self.mixing.bias is not None
        code = self.strength * self._mixing_weight() + torch.eye(width, device=self.strength.device)[..., None, None]
        layers = plain_encoder(width // 2, self.downsamplings).to(self.strength.device)
        weights = (
            (self.first.weight / self.first.spectral_norm(), self.first.bias),
            (self.second.weight / self.second.spectral_norm(), self.second.bias),
            (code, self.strength * self.mixing.bias),
        )
        layers.load_state_dict(
            {f"{2 * place}.{name}": one for place, pair in enumerate(weights) for name, one in zip(_NAMES, pair, strict=True)}
        )
        return layers


_NAMES = ("weight", "bias")


def _second_kernel(downsamplings: int) -> int:
    """A convolution that keeps the size needs a middle."""
    return 4 if downsamplings == 2 else 3


def plain_encoder(features: int = 64, downsamplings: int = 2) -> nn.Sequential:
    """An encoder's layers with weights that are normalised already, the attention being one 1 x 1 convolution; not yet filled."""
    return nn.Sequential(
        InputConv2d(1, features, 4, stride=2, padding=1, padding_mode="reflect"),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(features, 2 * features, _second_kernel(downsamplings), stride=downsamplings, padding=1, padding_mode="reflect"),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(2 * features, 2 * features, 1),
        nn.LeakyReLU(0.2, inplace=True),
    )


class Heads(nn.Module):
    """The rest of a discriminator: codes (n, 2 features, h / 4, w / 4) to scores of patches, of 70 x 70 pixels and of larger ones.

    Patches of codes of half the slice's size are of 38 x 38 pixels.

    Args:
        features: those of the encoder.
        halvings: of the global head; with two a score sees 286 x 286 pixels, with one 142 x 142. See :func:`global_halvings`.
            None: there is no global head.
    """

    def __init__(self, features: int = 64, halvings: int | None = 2) -> None:
        super().__init__()
        width = 4 * features
        self.stem = SpectralConv2d(2 * features, width, stride=2)
        self.local_head = nn.Sequential(*_head(width))
        self.global_head: nn.Module | None = None
        if halvings is None:
            return
        layers: list[nn.Module] = []
        for _ in range(halvings):
            layers += [SpectralConv2d(width, 2 * width, stride=2), nn.LeakyReLU(0.2, inplace=True)]
            width *= 2
        self.global_head = nn.Sequential(*layers, *_head(width))

    def forward(self, code: Tensor) -> tuple[Tensor, ...]:
        """Local scores, then, where there is a head for them, global ones."""
        shared = _leaky(self.stem(code))
        return tuple(head(shared) for head in (self.local_head, self.global_head) if head is not None)


def _head(width: int) -> tuple[nn.Module, ...]:
    return SpectralConv2d(width, 2 * width, 1), nn.LeakyReLU(0.2, inplace=True), SpectralConv2d(2 * width, 1, 1, bias=False)


def global_halvings(image_size: int) -> int:
    """How often the global head halves its map: twice, as published, where that leaves 3 x 3 pixels, which are 96 of the slice.

    >>> [global_halvings(size) for size in (256, 96, 80, 48, 32)]
    [2, 2, 1, 1, 0]
    """
    return next(halvings for halvings in (2, 1, 0) if image_size >> 3 + halvings >= 3 or halvings == 0)


class Generator(nn.Module):
    """Codes (n, inputs, h / 4, w / 4) to slices (n, 1, h, w) in [-1, 1]: residual blocks, then two enlargements by pixel shuffling.

    Scale and shift of the blocks' normalisations are computed from the code's means ("light": the full form takes the whole
    code, with hundreds of millions of parameters). 8.1 million parameters with 64 features, 6 blocks and 128 inputs.
    """

    def __init__(self, inputs: int = 128, features: int = 64, blocks: int = 6, downsamplings: int = 2) -> None:
        super().__init__()
        width = features << downsamplings
        self.begin = nn.Sequential(_conv3(inputs, width, bias=True), InstanceLayerNorm2d(width), nn.ReLU(inplace=True))
        self.style = nn.Sequential(
            nn.Linear(width, width, bias=False), nn.ReLU(inplace=True), nn.Linear(width, width, bias=False), nn.ReLU(inplace=True)
        )
        self.scale = nn.Linear(width, width, bias=False)
        self.shift = nn.Linear(width, width, bias=False)
        self.blocks = nn.ModuleList(AdaptiveBlock(width) for _ in range(blocks))
        layers: list[nn.Module] = []
        for half in (width >> number for number in range(1, downsamplings + 1)):
            layers += [_conv3(2 * half, half), InstanceLayerNorm2d(half), nn.ReLU(inplace=True)]
            layers += [nn.Conv2d(half, 4 * half, 1), nn.PixelShuffle(2), InstanceLayerNorm2d(half), nn.ReLU(inplace=True)]
        self.end = nn.Sequential(*layers, OutputConv2d(features, 1, 7, padding=3, padding_mode="reflect", bias=False), nn.Tanh())

    def forward(self, code: Tensor) -> Tensor:
        features = self.begin(code)
        style = self.style(features.mean((2, 3)))
        scale, shift = self.scale(style).float(), self.shift(style).float()
        for block in self.blocks:
            features = block(features, scale, shift)
        translated: Tensor = self.end(features)
        return translated


class AdaptiveBlock(nn.Module):
    """Two 3 x 3 convolutions, normalised with a given scale and shift (n, width), added to their input."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = _conv3(width, width), _conv3(width, width)
        self.first_mix, self.second_mix = _mix(width, instance=3.2, layer=1.0), _mix(width, instance=3.2, layer=1.0)

    def forward(self, features: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
        changed = instance_layer_norm(self.first(features), self.first_mix, scale, shift)
        return features + instance_layer_norm(self.second(functional.relu(changed)), self.second_mix, scale, shift)


class InstanceLayerNorm2d(nn.Module):
    """:func:`instance_layer_norm` with a learnt scale and shift of each channel."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.mix = _mix(width, instance=1.0, layer=3.2)
        self.scale = nn.Parameter(torch.ones(1, width))
        self.shift = nn.Parameter(torch.zeros(1, width))

    def forward(self, features: Tensor) -> Tensor:
        return instance_layer_norm(features, self.mix, self.scale, self.shift)


def instance_layer_norm(features: Tensor, mix: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    """Each channel normalised partly by its own mean and variance, partly by those of its whole image, then scaled and shifted.

    Both are linear in the features, so they are computed as one linear function, from the moments of the channels.

    Args:
        features: (n, c, h, w), of more than one pixel.
        mix: (2, c), of which the softmax is the instance's part and the layer's part.
        scale, shift: (n, c) or (1, c).
    """
    values = features.float()
    pixels = values.shape[2] * values.shape[3]
    mean = values.mean((2, 3))
    centred = values - mean[..., None, None]
    squares = centred.square().sum((2, 3))
    layer_mean = mean.mean(1, keepdim=True)
    layer_squares = (squares + pixels * (mean - layer_mean).square()).sum(1, keepdim=True)
    instance_part, layer_part = mix.softmax(0)
    by_instance = instance_part * (squares / (pixels - 1) + _EPSILON).rsqrt()
    by_layer = layer_part * (layer_squares / (pixels * values.shape[1] - 1) + _EPSILON).rsqrt()
    gain, offset = scale * (by_instance + by_layer), shift + scale * by_layer * (mean - layer_mean)
    normalised: Tensor = centred * gain[..., None, None] + offset[..., None, None]
    return normalised.to(features.dtype)


def build_encoder(settings: Settings) -> Encoder:
    """The encoder of a domain, its weights not yet drawn by :func:`initialize`."""
    own = settings.of(NiceGANSettings)
    return Encoder(own.discriminator_features, own.halvings(settings))


def build_heads(settings: Settings) -> Heads:
    """The heads of a discriminator, their weights not yet drawn by :func:`initialize`."""
    own = settings.of(NiceGANSettings)
    judged = settings.translation.image_size * 2 // 2 ** own.halvings(settings)
    return Heads(own.discriminator_features, global_halvings(judged) if own.global_weight else None)


def build_generator(settings: Settings) -> Generator:
    """The generator into a domain, its weights not yet drawn by :func:`initialize`."""
    own = settings.of(NiceGANSettings)
    return Generator(2 * own.discriminator_features, own.generator_features, own.generator_blocks, own.halvings(settings))


def with_encoder(encoder: nn.Module, generator: nn.Module) -> nn.Module:
    """A source-to-target network: slices (n, 1, h, w) in [-1, 1] to the same."""
    return nn.Sequential(OrderedDict(encoder=encoder, generator=generator))


def initialize(network: nn.Module, draws: torch.Generator) -> None:
    """Draw weights and biases as PyTorch does, between -1 / sqrt(n) and 1 / sqrt(n) for n inputs of a neuron, and singular vectors.

    Args:
        network: on the CPU.
        draws: the random numbers to use, on the CPU.
    """
    with torch.no_grad():
        for layer in network.modules():
            if isinstance(layer, nn.Conv2d | nn.Linear):
                bound = layer.weight[0].numel() ** -0.5
                for parameter in layer.parameters(recurse=False):
                    parameter.uniform_(-bound, bound, generator=draws)
            if isinstance(layer, SpectralConv2d):
                layer.u.normal_(generator=draws)
                for _ in range(_FIRST_ITERATIONS):
                    layer.power_iteration()


def power_iteration(*networks: nn.Module) -> None:
    """One power iteration of every layer that is normalised by it."""
    for network in networks:
        for layer in network.modules():
            if isinstance(layer, SpectralConv2d):
                layer.power_iteration()


def _conv3(inputs: int, outputs: int, bias: bool = False) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, padding=1, padding_mode="reflect", bias=bias)


def _mix(width: int, instance: float, layer: float) -> nn.Parameter:
    return nn.Parameter(torch.tensor([[instance], [layer]]).repeat(1, width))


def _leaky(features: Tensor) -> Tensor:
    return functional.leaky_relu(features, 0.2)


def _in_float32(device: torch.device) -> AbstractContextManager[Any]:
    """A context without autocast, which would round what is computed for all images at once."""
    return torch.autocast(device.type, enabled=False) if device.type in ("cpu", "cuda") else contextlib.nullcontext()

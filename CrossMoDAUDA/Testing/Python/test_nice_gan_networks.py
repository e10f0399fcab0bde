"""NICE-GAN's networks have the published architecture: sizes, parameters, receptive fields, normalisations."""

from __future__ import annotations

import math

import pytest
import torch
from CrossMoDAUDALib.translation.nice_gan_networks import (
    Encoder,
    Generator,
    Heads,
    InstanceLayerNorm2d,
    SpectralConv2d,
    global_halvings,
    initialize,
    instance_layer_norm,
    power_iteration,
)
from torch import Tensor, nn
from torch.nn import functional


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def drawn(network: nn.Module, seed: int = 0) -> nn.Module:
    initialize(network, torch.Generator().manual_seed(seed))
    return network


def count(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def test_parameter_counts_at_the_published_size() -> None:
    with torch.device("meta"):
        encoder, heads, generator = Encoder(), Heads(), Generator()
    assert (count(encoder), count(heads)) == (165_441, 46_706_944)
    assert count(heads.global_head) == 44_076_544
    assert count(generator) == 8_098_368


@pytest.mark.parametrize("size", [32, 48, 100, 192])
def test_codes_are_a_quarter_of_the_slice_and_scores_cover_it(size: int) -> None:
    halvings = global_halvings(size)
    code, score = drawn(Encoder(2))(torch.randn(2, 1, size, size))
    assert code.shape == (2, 4, size // 4, size // 4) and score.shape == (2, 1)
    local_scores, global_scores = drawn(Heads(2, halvings))(code)
    assert local_scores.shape == (2, 1, size // 8 - 2, size // 8 - 2)
    side = size // 8 // 2**halvings - 2
    assert global_scores.shape == (2, 1, side, side) and side >= 1
    slices = drawn(Generator(4, 2, 1))(code)
    assert slices.shape == (2, 1, size, size) and slices.abs().max() <= 1


@pytest.mark.parametrize("size", [32, 48, 96])
def test_codes_of_small_slices_are_half_of_them(size: int) -> None:
    encoder, generator = drawn(Encoder(2, downsamplings=1)), drawn(Generator(4, 2, 1, downsamplings=1))
    images = torch.randn(2, 1, size, size)
    code, score = encoder(images)
    assert code.shape == (2, 4, size // 2, size // 2) and score.shape == (2, 1)
    slices = generator(code)
    assert slices.shape == (2, 1, size, size) and slices.abs().max() <= 1
    assert count(generator) < count(drawn(Generator(4, 2, 1))) / 2, "half the feature maps in the blocks"
    torch.testing.assert_close(encoder.plain()(images), code, rtol=1e-4, atol=1e-5)
    (local_scores,) = drawn(Heads(2, None))(code)
    assert local_scores.shape == (2, 1, size // 4 - 2, size // 4 - 2)


def test_a_code_of_half_the_size_lies_on_its_slice() -> None:
    """Mirroring a slice mirrors what changed in the code: nothing moves by a part of a pixel."""
    encoder = drawn(Encoder(1, downsamplings=1))
    image = torch.zeros(1, 1, 32, 32, requires_grad=True)
    encoder(image)[0][0, 0, 8, 5].backward()
    assert image.grad is not None
    seen = image.grad[0, 0].nonzero()
    centre = (seen.max(dim=0).values + seen.min(dim=0).values) / 2
    assert centre.tolist() == [16.5, 10.5], "pixels 16 and 17 are those of the code's row 8"


def test_the_global_head_is_as_deep_as_the_slice_allows() -> None:
    assert [global_halvings(size) for size in (1024, 256, 96, 92, 80, 48, 44, 32)] == [2, 2, 2, 1, 1, 1, 0, 0]


@pytest.mark.parametrize(
    ("size", "halvings", "side", "downsamplings"),
    [(160, 1, 70, 2), (288, 1, 142, 2), (608, 2, 286, 2), (96, None, 38, 1)],
    ids=["local", "global, smaller", "global", "local, small slices"],
)
def test_a_score_sees_as_many_pixels_as_published(size: int, halvings: int | None, side: int, downsamplings: int) -> None:
    encoder, heads = drawn(Encoder(1, downsamplings)), drawn(Heads(1, halvings))
    image = torch.randn(1, 1, size, size, requires_grad=True)
    scores = heads(encoder(image)[0])[side > 70]
    scores[0, 0, scores.shape[2] // 2, scores.shape[3] // 2].backward()
    assert image.grad is not None
    seen = image.grad[0, 0].nonzero()
    assert (seen.max(dim=0).values - seen.min(dim=0).values + 1).tolist() == [side, side]


def test_the_norm_is_partly_the_instances_and_partly_the_layers() -> None:
    features = torch.tensor([[[[1.0, 3.0]], [[2.0, 6.0]]]])
    mix = torch.tensor([[1.0, 1.0], [3.0, 1.0]]).log()  # a quarter and a half instance
    scale, shift = torch.tensor([[2.0, 1.0]]), torch.tensor([[0.0, 5.0]])
    layer = math.sqrt(14 / 3)  # of 1, 3, 2, 6: mean 3, squares 4 + 0 + 1 + 9, unbiased
    first = [2 * (side / math.sqrt(2) / 4 + 3 / 4 * (value - 3) / layer) for side, value in ((-1, 1), (1, 3))]
    second = [side / math.sqrt(2) / 2 + (value - 3) / layer / 2 + 5 for side, value in ((-1, 2), (1, 6))]
    expected = torch.tensor([[[first], [second]]])
    torch.testing.assert_close(instance_layer_norm(features, mix, scale, shift), expected, rtol=1e-4, atol=1e-5)


def test_norms_begin_nearly_as_layer_norms_and_those_of_blocks_nearly_as_instance_norms() -> None:
    generator = Generator(4, 2, 1)
    assert InstanceLayerNorm2d(3).mix.softmax(0)[:, 0].tolist() == pytest.approx([0.1, 0.9], abs=0.001)
    assert generator.blocks[0].second_mix.softmax(0)[:, 0].tolist() == pytest.approx([0.9, 0.1], abs=0.001)
    assert generator.end[1].scale.tolist() == [[1.0] * 4] and not generator.end[1].shift.any()


def test_a_known_weight_is_divided_by_its_largest_singular_value() -> None:
    layer = drawn(SpectralConv2d(1, 2, 1, bias=False))
    with torch.no_grad():
        layer.weight.zero_()
        layer.weight[0, 0, 1, 1], layer.weight[1, 0, 2, 2] = 3.0, 1.0
        for _ in range(10):
            power_iteration(layer)
        assert layer.spectral_norm().item() == pytest.approx(3, rel=1e-4)
        image = torch.arange(9.0).view(1, 1, 3, 3)
        scores = layer(image)  # the padding is one pixel: tap 1, 1 of the first score lies on the image's corner
    assert scores[0, 0].tolist() == [[pytest.approx(value, abs=1e-3) for value in row] for row in image[0, 0, :2, :2].tolist()]
    assert scores[0, 1].tolist() == [[pytest.approx(value / 3, abs=1e-3) for value in row] for row in image[0, 0, 1:, 1:].tolist()]


def test_spectral_normalisation_is_pytorchs_with_its_gradient() -> None:
    layer = drawn(SpectralConv2d(2, 3, 2))
    reference = nn.Conv2d(2, 3, 4, stride=2, padding=1, padding_mode="reflect")
    reference.load_state_dict({"weight": layer.weight, "bias": layer.bias})
    nn.utils.parametrizations.spectral_norm(reference)
    held = reference.parametrizations.weight[0]
    held._u, held._v = layer.u.clone(), layer.v.clone()
    reference.eval()  # no power iteration
    features, wanted = torch.randn(2, 2, 8, 8), torch.randn(2, 3, 4, 4)
    for network in (layer, reference):
        (network(features) * wanted).sum().backward()
    torch.testing.assert_close(layer(features), reference(features), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(layer.weight.grad, reference.parametrizations.weight.original.grad, rtol=1e-4, atol=1e-5)
    assert layer.spectral_norm().item() == pytest.approx(torch.linalg.matrix_norm(layer.weight.flatten(1), 2).item(), rel=0.01)


def attended(encoder: Encoder, images: Tensor) -> tuple[Tensor, Tensor]:
    """Code and score as the authors write them down."""
    features = images
    for layer in (encoder.first, encoder.second):
        padded = functional.pad(features, (1, 1, 1, 1), mode="reflect")
        features = functional.leaky_relu(functional.conv2d(padded, layer.weight / layer.spectral_norm(), layer.bias, stride=2), 0.2)
    weight = encoder.attention.weight
    score = torch.cat((features.mean((2, 3)), features.amax((2, 3))), dim=1) @ (weight / weight.norm()).T
    twice = torch.cat((features, features), dim=1) * weight[..., None, None]
    return functional.leaky_relu(encoder.strength * encoder.mixing(twice) + features, 0.2), score


def test_attention_weights_the_features_by_what_tells_domains_apart() -> None:
    encoder, images = drawn(Encoder(3)), torch.randn(2, 1, 16, 16)
    for strength in (0.0, -0.7):
        with torch.no_grad():
            encoder.strength.fill_(strength)
        code, score = encoder(images)
        expected_code, expected_score = attended(encoder, images)
        torch.testing.assert_close(code, expected_code)
        torch.testing.assert_close(score, expected_score)
        torch.testing.assert_close(encoder.plain()(images), code, rtol=1e-4, atol=1e-5)
    assert {name.split(".")[-1] for name in encoder.plain().state_dict()} == {"weight", "bias"}, "a package holds plain weights only"


def test_slices_of_one_batch_do_not_mix() -> None:
    encoder, heads, generator = drawn(Encoder(3)), drawn(Heads(3, 0)), drawn(Generator(6, 3, 2))

    def everything(images: Tensor) -> list[Tensor]:
        code, score = encoder(images)
        return [code, score, *heads(code), generator(code)]

    images = torch.randn(3, 1, 32, 32)
    apart = [torch.cat(parts) for parts in zip(*(everything(image[None]) for image in images), strict=True)]
    torch.testing.assert_close(everything(images), apart, rtol=1e-4, atol=1e-5)


def test_first_weights_are_pytorchs_and_follow_the_given_random_numbers_only() -> None:
    def numbers(seed: int) -> Tensor:
        return torch.cat([one.flatten() for one in drawn(Heads(2, 0), seed).state_dict().values()])

    assert torch.equal(numbers(1), numbers(1)) and not torch.equal(numbers(1), numbers(2))
    layer, reference = drawn(nn.Conv2d(8, 64, 3)), nn.Conv2d(8, 64, 3)
    for name in ("weight", "bias"):
        ours, theirs = getattr(layer, name), getattr(reference, name)
        assert ours.abs().max().item() == pytest.approx(72**-0.5, rel=0.1) and ours.std().item() == pytest.approx(
            theirs.std().item(), rel=0.25
        )

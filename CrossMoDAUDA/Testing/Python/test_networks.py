"""CycleGAN's networks have the published architecture: sizes, parameters, receptive field, first weights."""

from __future__ import annotations

import pytest
import torch
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.core.settings import Settings, with_values
from CrossMoDAUDALib.translation.cyclegan import build_discriminator, build_generator
from CrossMoDAUDALib.translation.networks import (
    PatchDiscriminator,
    ResidualBlock,
    ResnetGenerator,
    UnetGenerator,
    halvings,
    initialize,
    patch_layers,
)
from torch import nn

PAPER = Settings()


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def count(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def test_parameter_counts_at_the_papers_size() -> None:
    with torch.device("meta"):
        assert count(build_generator(PAPER)) == 11_365_633
        assert count(build_generator(with_values(PAPER, {"translation.translator": "cyclegan-unet"}))) == 54_403_457
        assert count(build_discriminator(PAPER)) == 2_762_689


def test_the_settings_choose_the_generator() -> None:
    small = with_values(PAPER, {"cyclegan.generator_features": 4, "cyclegan.generator_blocks": 2, "translation.image_size": 128})
    resnet, unet = build_generator(small), build_generator(with_values(small, {"translation.translator": "cyclegan-unet"}))
    assert isinstance(resnet, ResnetGenerator)
    assert isinstance(unet, UnetGenerator)
    assert len(unet.downs) == 7


def test_the_resnet_keeps_any_size_that_is_a_multiple_of_four() -> None:
    generator = ResnetGenerator(features=4, blocks=1)
    for size in ((16, 16), (20, 36)):
        translated = generator(torch.randn(2, 1, *size))
        assert translated.shape == (2, 1, *size)
        assert translated.abs().max() <= 1


def test_a_residual_block_adds_to_its_input() -> None:
    block = ResidualBlock(4)
    for parameter in block.parameters():
        nn.init.zeros_(parameter)
    features = torch.randn(1, 4, 8, 8)
    assert torch.equal(block(features), features)


def test_slopes_are_02_and_nothing_is_dropped() -> None:
    layers = [*UnetGenerator(128, 2).modules(), *PatchDiscriminator(2).modules()]
    slopes = [layer.negative_slope for layer in layers if isinstance(layer, nn.LeakyReLU)]
    assert slopes == [0.2] * (6 + 4)
    assert not any("Dropout" in type(layer).__name__ for layer in layers)


def test_the_unet_narrows_to_one_pixel_and_keeps_the_size() -> None:
    generator = UnetGenerator(image_size=128, features=2)
    shapes: list[tuple[int, ...]] = []
    generator.downs[-1].register_forward_hook(lambda module, inputs, output: shapes.append(tuple(output.shape)))
    translated = generator(torch.randn(2, 1, 128, 128))
    assert shapes == [(2, 16, 1, 1)]
    assert translated.shape == (2, 1, 128, 128)
    assert translated.abs().max() <= 1


def test_every_level_of_the_unet_is_skipped_to() -> None:
    torch.manual_seed(0)
    generator = UnetGenerator(image_size=128, features=2)
    generator.ups[-1].register_forward_hook(lambda module, inputs, output: torch.zeros_like(output))  # cut the lowest level off
    image = torch.randn(1, 1, 128, 128, requires_grad=True)
    generator(image).sum().backward()
    assert image.grad is not None
    assert image.grad.abs().sum() > 0
    assert all(down[-2 if len(down) == 3 else -1].weight.grad.abs().sum() > 0 for down in generator.downs[:-1])


@pytest.mark.parametrize("downsamplings", [1, 2, 3])
def test_residual_blocks_work_at_the_resolution_that_is_asked_for(downsamplings: int) -> None:
    settings = with_values(
        PAPER,
        {"cyclegan.generator_features": 2, "cyclegan.generator_blocks": 1, "cyclegan.generator_downsamplings": downsamplings},
    )
    generator = build_generator(settings)
    shapes: list[tuple[int, ...]] = []
    block = next(module for module in generator.modules() if isinstance(module, ResidualBlock))
    block.register_forward_hook(lambda module, inputs, output: shapes.append(tuple(output.shape)))
    assert generator(torch.zeros(1, 1, 32, 48)).shape == (1, 1, 32, 48)
    assert shapes == [(1, 2 * 2**downsamplings, 32 // 2**downsamplings, 48 // 2**downsamplings)]


def test_networks_suit_the_slice_where_the_settings_leave_it_to_its_size() -> None:
    for size, (patch, halved) in {32: (1, 1), 64: (1, 1), 68: (2, 1), 96: (2, 1), 128: (2, 2), 140: (3, 2), 512: (3, 2)}.items():
        assert (patch_layers(size), halvings(size)) == (patch, halved), size
        chosen = with_values(
            PAPER, {"translation.image_size": size, "cyclegan.discriminator_layers": 0, "cyclegan.generator_downsamplings": 0}
        )
        with torch.device("meta"):
            assert count(build_discriminator(chosen)) == count(PatchDiscriminator(64, patch))
            assert count(build_generator(chosen)) == count(ResnetGenerator(64, 9, halved))
    assert patch_layers(512, chosen=1) == halvings(512, chosen=1) == 1


def test_slices_that_cannot_be_halved_so_often_are_refused() -> None:
    values = {"translation.image_size": 100, "cyclegan.generator_downsamplings": 3}
    with pytest.raises(InputError, match=r"image_size=100 cannot be halved cyclegan\.generator_downsamplings=3 times; use a multiple of 8"):
        with_values(PAPER, values)
    assert with_values(PAPER, {**values, "translation.image_size": 104})


@pytest.mark.parametrize("size", [64, 256])
def test_the_discriminator_scores_overlapping_patches(size: int) -> None:
    assert PatchDiscriminator(features=2)(torch.randn(2, 1, size, size)).shape == (2, 1, size // 8 - 2, size // 8 - 2)


@pytest.mark.parametrize(("strided", "patch"), [(3, 70), (2, 34), (1, 16)])
def test_a_score_sees_70_by_70_pixels_or_fewer(strided: int, patch: int) -> None:
    torch.manual_seed(0)
    discriminator = PatchDiscriminator(4, strided)
    for module in discriminator.modules():  # a norm over the whole slice would let every score see every pixel a little
        if isinstance(module, nn.Sequential):
            for index, layer in enumerate(module):
                if isinstance(layer, nn.InstanceNorm2d):
                    module[index] = nn.Identity()
    image = torch.randn(1, 1, 128, 128, requires_grad=True)
    scores = discriminator(image)
    scores[0, 0, scores.shape[2] // 2, scores.shape[3] // 2].backward()
    assert image.grad is not None
    seen = image.grad[0, 0].nonzero()
    assert (seen.max(dim=0).values - seen.min(dim=0).values + 1).tolist() == [patch, patch]


def test_first_weights_are_normal_with_deviation_002_and_biases_zero() -> None:
    networks = (ResnetGenerator(features=16, blocks=2), PatchDiscriminator(features=16))
    for network in networks:
        initialize(network, torch.Generator().manual_seed(3))
        weights = torch.cat([p.flatten() for name, p in network.named_parameters() if name.endswith("weight")])
        assert abs(weights.mean().item()) < 2e-4
        assert weights.std().item() == pytest.approx(0.02, rel=0.01)
        assert all(not p.any() for name, p in network.named_parameters() if name.endswith("bias"))


def test_first_weights_follow_the_given_random_numbers_only() -> None:
    def drawn(seed: int) -> torch.Tensor:
        network = PatchDiscriminator(features=2)
        initialize(network, torch.Generator().manual_seed(seed))
        return nn.utils.parameters_to_vector(network.parameters()).detach()

    assert torch.equal(drawn(1), drawn(1))
    assert not torch.equal(drawn(1), drawn(2))


@pytest.mark.parametrize("network", [ResnetGenerator(4, 1), UnetGenerator(128, 2), PatchDiscriminator(4)], ids=lambda n: type(n).__name__)
def test_slices_of_one_batch_do_not_mix(network: nn.Module) -> None:
    images = torch.randn(3, 1, 128, 128)
    together = network(images)
    apart = torch.cat([network(image[None]) for image in images])
    torch.testing.assert_close(together, apart, rtol=1e-4, atol=1e-5)

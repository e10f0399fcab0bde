"""CUT's networks, its contrastive loss and what FastCUT has otherwise are those of Park et al. (2020)."""

from __future__ import annotations

import math

import pytest
import torch
from CrossMoDAUDALib.compute.acceleration import Acceleration
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.core.settings import Settings, preset_settings, with_values
from CrossMoDAUDALib.translation.contrastive import PatchProjector, TappedGenerator, draw_positions, patch_nce, patches_at
from CrossMoDAUDALib.translation.cut import CUT, CUTSettings
from CrossMoDAUDALib.translation.networks import Doubled, Halved, PatchDiscriminator, initialize
from torch import Tensor, nn

CPU = torch.device("cpu")
TINY = {
    "translation.image_size": 32,
    "cut.generator_features": 4,
    "cut.generator_blocks": 3,
    "cut.discriminator_features": 4,
    "cut.projection_features": 8,
    "cut.patches": 20,
}


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def tiny(name: str = "cut", **values: object) -> Settings:
    return with_values(preset_settings("paper", name), {**TINY, **{f"cut.{key}": value for key, value in values.items()}})


def pictures(count: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    draws = torch.Generator().manual_seed(seed)
    return tuple(torch.rand(count, 1, 32, 32, generator=draws) * 2 - 1 for _ in range(2))  # type: ignore[return-value]


def count(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def test_parameter_counts_at_the_papers_size() -> None:
    with torch.device("meta"):
        generator = TappedGenerator()
        assert count(generator) == 11_365_633
        assert count(PatchProjector([generator.widths[name] for name in generator.taps])) == 559_872
        assert count(PatchDiscriminator(antialiased=True)) == 2_762_689


def test_the_taps_are_the_papers_five_layers() -> None:
    generator = TappedGenerator(features=2)
    translated, features = generator(torch.randn(1, 1, 32, 40), True)
    assert generator.taps == ["padded", "down 1", "down 2", "block 1", "block 5"]
    assert [tuple(some.shape[1:]) for some in features] == [(1, 38, 46), (4, 32, 40), (8, 16, 20), (8, 8, 10), (8, 8, 10)]
    assert [generator.widths[name] for name in generator.taps] == [some.shape[1] for some in features]
    assert [generator.places[name] for name in generator.taps] == [0, 4, 8, 12, 16]
    assert translated.shape == (1, 1, 32, 40) and translated.abs().max() <= 1


def test_the_encoder_alone_gives_what_it_gives_on_the_way_to_the_translation() -> None:
    generator, images = TappedGenerator(2, 4, 1), torch.randn(2, 1, 24, 24)
    translated, features = generator(images, True)
    assert torch.equal(generator(images), translated)
    for one, other in zip(generator(images, True, False), features, strict=True):
        assert torch.equal(one, other)
    assert TappedGenerator(2, 1).taps == ["padded", "down 1", "down 2", "block 1"]


def test_halving_and_doubling_blur() -> None:
    ramp = torch.tensor([0.0, 4, 8, 4]).expand(1, 2, 4, 4)  # reflected before and after: 4, 0, 4, 8, 4, 8
    assert torch.equal(Halved()(ramp), torch.tensor([2.0, 6.0]).expand(1, 2, 2, 2))
    steps = torch.tensor([0.0, 4, 8]).expand(1, 2, 3, 3)
    assert torch.equal(Doubled()(steps)[0, 1, 0], torch.tensor([0.0, 1, 3, 5, 7, 8]))
    images = torch.randn(2, 3, 5, 7)
    torch.testing.assert_close(Doubled()(images), nn.functional.interpolate(images, scale_factor=2, mode="bilinear"))
    torch.testing.assert_close(Halved()(torch.ones(1, 1, 7, 6)), torch.ones(1, 1, 4, 3))


def test_the_discriminator_scores_as_many_patches_as_cyclegans() -> None:
    images = torch.randn(1, 1, 48, 64)
    for strided in (1, 2, 3):
        assert PatchDiscriminator(2, strided, antialiased=True)(images).shape == PatchDiscriminator(2, strided)(images).shape


def test_the_contrastive_loss_of_a_case_computed_by_hand() -> None:
    # Two slices with two positions; similarities 1, 0 / .6, .8 in the first slice and 0, 1 / 1, 0 in the second.
    queries = torch.tensor([[[1.0, 0], [0.6, 0.8]], [[1, 0], [0, 1]]])
    keys = torch.tensor([[[1.0, 0], [0, 1]], [[0, 1], [1, 0]]])
    first = (math.log(1 + math.exp(-1 / 0.5)) + math.log(1 + math.exp((0.6 - 0.8) / 0.5))) / 2
    second = math.log(1 + math.exp(1 / 0.5))
    torch.testing.assert_close(patch_nce([queries], [keys], 0.5), torch.tensor([first, second]))
    # The mean over taps.
    both = patch_nce([queries, keys], [keys, keys], 0.5)
    torch.testing.assert_close(both, (torch.tensor([first, second]) + math.log(1 + math.exp(-1 / 0.5))) / 2)


def test_other_slices_are_no_negatives() -> None:
    queries, keys = (nn.functional.normalize(torch.randn(3, 6, 5), dim=2) for _ in range(2))
    apart = torch.cat([patch_nce([query[None]], [key[None]], 0.07) for query, key in zip(queries, keys, strict=True)])
    torch.testing.assert_close(patch_nce([queries], [keys], 0.07), apart)


def test_projected_patches_have_unit_length() -> None:
    projector = PatchProjector([1, 3], 8)
    initialize(projector, torch.Generator().manual_seed(0), xavier=True)
    vectors = projector(torch.rand(2, 5, 1) + 0.5, torch.rand(2, 4, 3) + 0.5)
    assert [tuple(some.shape) for some in vectors] == [(2, 5, 8), (2, 4, 8)]
    for some in vectors:
        torch.testing.assert_close(some.norm(dim=2), torch.ones(some.shape[:2]), rtol=1e-2, atol=0)


def test_positions_are_distinct_and_the_same_for_all_slices() -> None:
    features = [torch.arange(2.0 * 3 * 4 * 5).reshape(2, 3, 4, 5), torch.zeros(2, 1, 2, 2)]
    positions = draw_positions(features, 7, torch.Generator().manual_seed(1))
    assert [len(set(some.tolist())) for some in positions] == [7, 4]  # of four there are no seven
    patches = patches_at(features, positions)[0]
    assert patches.shape == (2, 7, 3)
    row, column = divmod(int(positions[0][6]), 5)
    assert torch.equal(patches[1, 6], features[0][1, :, row, column])


def test_first_weights_are_glorots_times_002() -> None:
    model = CUT(tiny(generator_features=16, discriminator_features=16, projection_features=64), Acceleration(CPU))
    convolution, linear = model.generator.layers[4], model.projector.projections[0][2]
    for weight, ends in ((convolution.weight, (16 + 32) * 9), (linear.weight, 64 + 64), (model.discriminator.layers[3].weight, 48 * 16)):
        assert weight.std().item() == pytest.approx(0.02 * math.sqrt(2 / ends), rel=0.05)
        assert abs(weight.mean().item()) < 0.1 * weight.std().item()
    assert not convolution.bias.any()


def test_both_are_trained_as_their_authors_do() -> None:
    cut, fastcut = (preset_settings("paper", name) for name in ("cut", "fastcut"))
    assert cut.translation.learning_rate == fastcut.translation.learning_rate == 0.0002
    assert preset_settings("paper").translation.learning_rate == 0.00015
    one, other = cut.of(CUTSettings), fastcut.of(CUTSettings)
    assert (one.contrast_weight, one.identity, one.flip_equivariance) == (1, True, False)
    assert (other.contrast_weight, other.identity, other.flip_equivariance) == (10, False, True)
    optimizer = CUT(tiny(), Acceleration(CPU)).generator_optimizer
    assert (optimizer.param_groups[0]["betas"], optimizer.param_groups[0]["lr"]) == ((0.5, 0.999), 0.0002)
    with pytest.raises(InputError, match=r"cut\.generator_downsamplings"):
        with_values(cut, {"translation.image_size": 36, "cut.generator_downsamplings": 3})


def test_fastcut_mirrors_half_of_the_batches_and_compares_what_belongs_together() -> None:
    model = CUT(tiny("fastcut"), Acceleration(CPU))
    seen: list[Tensor] = []
    run = model._run["generator"]
    model._run["generator"] = lambda images, *what: seen.append(images) or run(images, *what)  # type: ignore[assignment,func-returns-value]
    source, target = pictures(1)
    mirrored = []
    for _ in range(40):
        seen.clear()
        assert set(model.step(source, target)) == {"adversarial_target", "discriminator_target", "contrast_source"}
        mirrored.append(torch.equal(seen[0], source.flip(3)))
        assert mirrored[-1] or torch.equal(seen[0], source)
        assert len(seen) == 2 + mirrored[-1], "the keys of a mirrored slice need a pass of their own, others none"
        assert not mirrored[-1] or torch.equal(seen[2], source)
    assert 10 < sum(mirrored) < 30


def test_the_generator_learns_by_the_queries_and_not_by_the_keys() -> None:
    model = CUT(tiny(adversarial_weight=0, identity=False), Acceleration(CPU))
    source, target = pictures(2)
    draws = torch.Generator().set_state(model._draws.get_state())
    fake = model.generator(source)
    taps, positions = model.generator(source, True, False), []
    positions = draw_positions(taps, 20, draws)
    keys = [some.detach() for some in model.projector(*patches_at(taps, positions))]
    queries = model.projector(*patches_at(model.generator(fake, True, False), positions))
    patch_nce(queries, keys, 0.07).mean().backward()
    expected = [parameter.grad.clone() for network in (model.generator, model.projector) for parameter in network.parameters()]
    model.generator_optimizer.step = lambda *_: None  # type: ignore[method-assign]
    model.step(source, target)
    stepped = [parameter.grad for network in (model.generator, model.projector) for parameter in network.parameters()]
    torch.testing.assert_close(stepped, expected, rtol=1e-3, atol=1e-6)
    assert max(float(some.abs().max()) for some in expected) > 1e-3


@pytest.mark.parametrize(("name", "sizes"), [("cut", (256, 32, 8)), ("fastcut", (64, 16, 16))])
def test_it_learns_how_two_slices_look_in_the_target(name: str, sizes: tuple[int, int, int]) -> None:
    def look(images: Tensor) -> Tensor:
        return 0.5 + 0.45 * images  # brighter, and with half the contrast

    own = dict(zip(("patches", "projection_features", "discriminator_features"), sizes, strict=True))
    own |= {"generator_features": 8, "generator_blocks": 1, "generator_downsamplings": 1, "discriminator_layers": 1, "contrast_weight": 1}
    model = CUT(with_values(tiny(name, **own), {"seed": 1}), Acceleration(CPU))
    coarse = torch.rand(2, 1, 8, 8, generator=torch.Generator().manual_seed(3)) * 2 - 1
    source = nn.functional.interpolate(coarse, size=(32, 32), mode="bicubic").clamp(-1, 1)
    target, wanted = look(source).flip(3), look(source)  # mirrored: nothing tells which pixels belong together

    def error() -> float:
        with torch.no_grad():
            return (model.generator(source) - wanted).abs().mean().item()

    assert error() > 0.4, "untrained"
    assert (source - wanted).abs().mean() > 0.5, "unchanged"
    assert (wanted.mean() - wanted).abs().mean() > 0.2, "the best of a single grey"
    steps = 100
    for step in range(steps):
        model.set_learning_rate(0.002 * min(1, 2 - 2 * step / steps))
        model.step(source, target)
    assert error() < 0.12
    with torch.no_grad():
        assert torch.corrcoef(torch.stack((model.generator(source), wanted)).flatten(1))[0, 1] > 0.9


@pytest.mark.parametrize("size", [1, 3])
def test_batches_of_any_size(size: int) -> None:
    losses = CUT(tiny(), Acceleration(CPU)).step(*pictures(size))
    assert all(loss.isfinite() for loss in losses.values())


def test_in_bf16_the_first_losses_are_those_of_fp32_but_for_rounding() -> None:
    precise, fast = (CUT(tiny(), Acceleration(CPU, bf16=bf16)).step(*pictures(2)) for bf16 in (False, True))
    for name, loss in precise.items():
        assert 0 < abs(float(loss) - float(fast[name])) < 0.02 * float(loss), name

"""NICE-GAN's objective, its decoupled step and its state."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from CrossMoDAUDALib.compute.acceleration import Acceleration
from CrossMoDAUDALib.core.settings import Settings, preset_settings, with_values
from CrossMoDAUDALib.translation.nice_gan import NiceGAN, NiceGANSettings
from CrossMoDAUDALib.translation.nice_gan_networks import SpectralConv2d, power_iteration
from torch import Tensor, nn

CPU = torch.device("cpu")
NARROW = {"generator_features": 4, "generator_blocks": 1, "discriminator_features": 4}
SMALL = with_values(
    Settings(),
    {
        "translation.translator": "nice-gan",
        "translation.image_size": 48,
        "precision": "fp32",
        **{f"nice_gan.{name}": value for name, value in NARROW.items()},
    },
)


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def made(**own: Any) -> NiceGAN:
    """A NICE-GAN with settings of its section changed; its attention is at work from the start."""
    model = NiceGAN(with_values(SMALL, {f"nice_gan.{name}": value for name, value in own.items()}), Acceleration(CPU))
    with torch.no_grad():
        for encoder in (model.source_encoder, model.target_encoder):
            encoder.strength.fill_(0.5)
    return model


def pictures(seed: int = 0, count: int = 2) -> tuple[Tensor, Tensor]:
    draws = torch.Generator().manual_seed(seed)
    coarse = torch.rand(2 * count, 1, 6, 6, generator=draws) * 2 - 1
    source, target = nn.functional.interpolate(coarse, size=(48, 48), mode="bilinear").split(count)
    return source, target


def judged(model: NiceGAN, domain: str, images: Tensor) -> tuple[tuple[Tensor, ...], Tensor]:
    """The scores of a domain's discriminator, that of patches first, and the code."""
    code, score = getattr(model, f"{domain}_encoder")(images)
    local, *whole = getattr(model, f"{domain}_heads")(code)
    return (local, score, *whole), code


def squares(model: NiceGAN, scores: tuple[Tensor, ...], wanted: float) -> list[Tensor]:
    """The terms of an adversarial loss: all weigh one, but those of whole slices as the setting says."""
    weights = (1.0, model.settings.global_weight, model.settings.global_weight)
    return [weight * torch.mean((score - wanted) ** 2) for weight, score in zip(weights, scores, strict=False)]


def discriminators_by_hand(model: NiceGAN, source: Tensor, target: Tensor) -> dict[str, Tensor]:
    """What the discriminators minimise, one network call for each slice of each term."""
    losses = {}
    for domain, real, other, images in (("target", target, "source", source), ("source", source, "target", target)):
        fake = getattr(model, f"to_{domain}")(judged(model, other, images)[1]).detach()
        on_real, on_fake = judged(model, domain, real)[0], judged(model, domain, fake)[0]
        losses[f"discriminator_{domain}"] = sum(squares(model, on_real, 1) + squares(model, on_fake, 0), torch.zeros(()))
    return losses


def generators_by_hand(model: NiceGAN, source: Tensor, target: Tensor) -> dict[str, Tensor]:
    """The generators' losses, one network call for each term."""
    losses = {}
    for domain, real, other, images in (("target", target, "source", source), ("source", source, "target", target)):
        there, back = getattr(model, f"to_{domain}"), getattr(model, f"to_{other}")
        scores, code = judged(model, domain, there(judged(model, other, images)[1]))
        losses[f"adversarial_{domain}"] = sum(squares(model, scores, 1), torch.zeros(()))
        losses[f"cycle_{other}"] = torch.mean(torch.abs(back(code) - images))
        losses[f"reconstruction_{domain}"] = torch.mean(torch.abs(there(judged(model, domain, real)[1]) - real))
    return losses


def gradients(*networks: nn.Module) -> list[Tensor]:
    return [p.grad.clone() for network in networks for p in network.parameters() if p.grad is not None]


def assert_close_in_scale(ours: list[Tensor], expected: list[Tensor]) -> None:
    scale = max(gradient.abs().max().item() for gradient in expected)
    assert scale > 0
    torch.testing.assert_close(ours, expected, rtol=1e-3, atol=1e-4 * scale)


@pytest.mark.parametrize(
    ("weights", "own"),
    [
        ((1, 10, 10), {}),
        ((1, 0, 0), {}),
        ((0, 1, 0), {}),
        ((0, 0, 1), {}),
        ((1, 10, 10), {"global_weight": 0.25}),
        ((3, 10, 10), {"global_weight": 0.0}),
        ((3, 10, 10), {"global_weight": 0.0, "encoder_downsamplings": 0}),
        ((1, 10, 10), {"encoder_downsamplings": 1}),
    ],
    ids=str,
)
def test_a_step_is_one_of_the_discriminators_then_one_of_the_generators(weights: tuple[float, ...], own: dict[str, float]) -> None:
    kinds = dict(zip(("adversarial", "cycle", "reconstruction"), weights, strict=True))
    model = made(**{f"{kind}_weight": weight for kind, weight in kinds.items()}, **own)
    reference = copy.deepcopy(model)
    source, target = pictures()

    power_iteration(*reference._discriminators())
    expected = discriminators_by_hand(reference, source, target)
    sum(expected.values(), torch.zeros(())).backward()
    discriminator_gradients = gradients(*reference._discriminators())
    reference.discriminator_optimizer.step()
    reference.generator_optimizer.zero_grad()
    power_iteration(*reference._discriminators())
    terms = generators_by_hand(reference, source, target)
    sum((kinds[name.split("_")[0]] * term for name, term in terms.items()), torch.zeros(())).backward()
    generator_gradients = gradients(reference.to_target, reference.to_source)
    reference.generator_optimizer.step()

    losses = model.step(source, target)
    assert losses.keys() == {**expected, **terms}.keys()
    for name, term in {**expected, **terms}.items():
        torch.testing.assert_close(losses[name], term.detach(), rtol=1e-4, atol=1e-5)
    assert_close_in_scale(gradients(*model._discriminators()), discriminator_gradients)
    assert_close_in_scale(gradients(model.to_target, model.to_source), generator_gradients)
    for name, network in model._networks().items():
        for ours, theirs in zip(network.parameters(), reference._networks()[name].parameters(), strict=True):
            torch.testing.assert_close(ours, theirs, rtol=0, atol=2.5e-4)  # one step of Adam is at most the learning rate, either way


def test_a_discriminator_without_scores_of_whole_slices_has_no_layer_that_nothing_trains() -> None:
    """Its weight decay would shrink such a layer until its normalisation divides by nothing."""
    model = made(global_weight=0.0)
    assert len(model.target_heads(torch.zeros(1, 8, 12, 12))) == 1
    model.step(*pictures())
    idle = [
        name
        for network in model._discriminators()
        for name, parameter in network.named_parameters()
        if parameter.grad is None or not parameter.grad.any()
    ]
    assert idle == []


def test_losses_of_black_translations_are_what_one_computes_on_paper() -> None:
    model = made(generator_blocks=1)
    with torch.no_grad():
        for network in (model.to_target, model.to_source):
            network.end[-2].weight.zero_()  # tanh(0): every translation is 0
    source, target = torch.full((2, 1, 48, 48), 0.5), torch.full((2, 1, 48, 48), -0.25)
    for group in model.discriminator_optimizer.param_groups:
        group["lr"] = 0.0
    losses = model.step(source, target)
    found = [losses[name].item() for name in ("cycle_source", "reconstruction_source", "cycle_target", "reconstruction_target")]
    assert found == [0.5, 0.5, 0.25, 0.25]
    for domain in ("target", "source"):  # three scores of a black slice, each a distance of one from the other side's wish
        scores = [one.mean().item() for one in judged(model, domain, torch.zeros(1, 1, 48, 48))[0]]
        assert losses[f"adversarial_{domain}"].item() == pytest.approx(sum((score - 1) ** 2 for score in scores), rel=1e-3)


def test_encoders_learn_in_the_discriminators_step_only() -> None:
    model = made()
    decoding = {id(p) for group in model.generator_optimizer.param_groups for p in group["params"]}
    telling = {id(p) for group in model.discriminator_optimizer.param_groups for p in group["params"]}
    assert decoding == {id(p) for network in (model.to_target, model.to_source) for p in network.parameters()}
    assert telling == {id(p) for network in model._discriminators() for p in network.parameters()}
    for group in model.discriminator_optimizer.param_groups:
        group["lr"] = 0.0
    before = copy.deepcopy({name: list(network.parameters()) for name, network in model._networks().items()})
    model.step(*pictures())
    moved = {name: not all(map(torch.equal, network.parameters(), before[name])) for name, network in model._networks().items()}
    assert moved == {name: name.startswith("to_") for name in before}


def test_the_authors_numbers_are_the_default() -> None:
    own = NiceGANSettings()
    assert (own.adversarial_weight, own.cycle_weight, own.reconstruction_weight, own.generator_blocks) == (1, 10, 10, 6)
    model = NiceGAN(with_values(preset_settings("paper", "nice-gan"), {f"nice_gan.{n}": v for n, v in NARROW.items()}), Acceleration(CPU))
    for optimizer in (model.generator_optimizer, model.discriminator_optimizer):
        group = optimizer.param_groups[0]
        assert (type(optimizer), group["lr"], group["betas"], group["weight_decay"]) == (torch.optim.Adam, 1e-4, (0.5, 0.999), 1e-4)
    model.set_learning_rate(0.5)
    assert [group["lr"] for one in (model.generator_optimizer, model.discriminator_optimizer) for group in one.param_groups] == [0.5, 0.5]


def test_training_goes_on_from_a_state_with_the_singular_vectors_it_has_come_to() -> None:
    model, other = made(), NiceGAN(with_values(SMALL, {"seed": 99}), Acceleration(CPU))
    layer = next(layer for layer in model.source_heads.modules() if isinstance(layer, SpectralConv2d))
    first = layer.u.clone()
    for step in range(2):
        model.step(*pictures(step))
    assert not torch.equal(layer.u, first)
    other.load_state_dict(copy.deepcopy(model.state_dict()))
    for step in range(2, 4):
        one, two = model.step(*pictures(step)), other.step(*pictures(step))
        assert {name: loss.item() for name, loss in one.items()} == {name: loss.item() for name, loss in two.items()}
    for name, network in model._networks().items():
        ours, theirs = network.state_dict(), other._networks()[name].state_dict()
        assert all(torch.equal(ours[key], theirs[key]) for key in ours)


def test_it_learns_two_slices_by_heart() -> None:
    sizes = {"translation.image_size": 32, "nice_gan.generator_features": 8, "nice_gan.discriminator_features": 4}
    model = NiceGAN(with_values(SMALL, {"translation.learning_rate": 0.002, **sizes}), Acceleration(CPU))
    source, target = (images[:1, :, :32, :32] for images in pictures())
    told = [model.step(source, target) for _ in range(40)]
    first, last = (sum(float(loss) for name, loss in one.items() if name.startswith(("cycle", "recon"))) for one in (told[0], told[-1]))
    assert last < 0.4 * first


def test_in_bfloat16_losses_are_nearly_the_same_and_weights_stay_in_float32() -> None:
    losses = []
    for bf16 in (False, True):
        model = NiceGAN(SMALL, Acceleration(CPU, bf16=bf16))
        losses.append([model.step(*pictures(step)) for step in range(3)])
        assert all(value.dtype == torch.float32 for network in model._networks().values() for value in network.state_dict().values())
    for exact, rounded in zip(*losses, strict=True):
        torch.testing.assert_close(rounded, exact, rtol=0.03, atol=0.01)
    assert losses[0][0]["cycle_source"] != losses[1][0]["cycle_source"], "nothing was computed in bfloat16"


def test_the_trained_network_translates_as_the_one_in_training() -> None:
    model = made()
    source, target = pictures()
    model.step(source, target)
    with torch.no_grad():
        shown = model.sample_columns(source, target)
        assert torch.equal(shown[0], source) and torch.equal(shown[2], target)
        torch.testing.assert_close(shown[1], model.to_target(model.source_encoder(source)[0]), rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(shown[3], model.to_source(model.target_encoder(target)[0]), rtol=1e-4, atol=1e-5)
        assert torch.equal(model.trained_network()(source), shown[1])

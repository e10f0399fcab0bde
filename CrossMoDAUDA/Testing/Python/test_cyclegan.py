"""The objective, the step, the pool and the schedule are the paper's CycleGAN."""

from __future__ import annotations

import copy
import itertools
from dataclasses import replace
from typing import Any

import pytest
import torch
from CrossMoDAUDALib.compute.acceleration import Acceleration
from CrossMoDAUDALib.core.settings import Settings, TranslationSettings, with_values
from CrossMoDAUDALib.translation.cyclegan import CycleGAN, CycleGANSettings, ImagePool
from CrossMoDAUDALib.translation.training import learning_rate_factor
from torch import Tensor, nn

SMALL = Settings(
    translation=TranslationSettings(image_size=32, batch_size=2),
    translator_section=CycleGANSettings(generator_features=4, generator_blocks=1, discriminator_features=4),
)
CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def pictures(seed: int = 0, count: int = 2) -> tuple[Tensor, Tensor]:
    draws = torch.Generator().manual_seed(seed)
    return tuple(torch.rand(count, 1, 32, 32, generator=draws) * 2 - 1 for _ in range(2))  # type: ignore[return-value]


def by_hand(model: CycleGAN, source: Tensor, target: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
    """The generators' objective as the paper writes it: one network call per term, one sum."""
    G, F, D_T, D_S = model.to_target, model.to_source, model.target_discriminator, model.source_discriminator
    terms = {
        "adversarial_target": torch.mean((D_T(G(source)) - 1) ** 2),
        "adversarial_source": torch.mean((D_S(F(target)) - 1) ** 2),
        "cycle_source": torch.mean(torch.abs(F(G(source)) - source)),
        "cycle_target": torch.mean(torch.abs(G(F(target)) - target)),
        "identity_target": torch.mean(torch.abs(G(target) - target)),
        "identity_source": torch.mean(torch.abs(F(source) - source)),
    }
    weights = {kind: getattr(model.settings, f"{kind}_weight") for kind in ("adversarial", "cycle", "identity")}
    return sum((weights[name.split("_")[0]] * term for name, term in terms.items()), torch.zeros(())), terms


def gradients(*networks: nn.Module) -> list[Tensor]:
    return [p.grad.clone() for network in networks for p in network.parameters() if p.grad is not None]


@pytest.mark.parametrize(
    "weights",
    [(1, 10, 5), (1, 0, 0), (0, 1, 0), (0, 0, 1), (2, 3, 0)],
    ids=lambda weights: ":".join(map(str, weights)),
)
def test_the_generators_minimise_the_weighted_sum(weights: tuple[float, float, float]) -> None:
    settings = with_values(
        SMALL, dict(zip(("cyclegan.adversarial_weight", "cyclegan.cycle_weight", "cyclegan.identity_weight"), weights, strict=True))
    )
    model = CycleGAN(settings, Acceleration(CPU))
    reference = copy.deepcopy(model)
    source, target = pictures()

    losses = model.step(source, target)
    objective, terms = by_hand(reference, source, target)
    objective.backward()

    told = [name for name in terms if weights[2] or not name.startswith("identity")]  # a loss without weight is not worked out
    assert set(told) == {name for name in losses if not name.startswith("discriminator")}
    for name in told:
        torch.testing.assert_close(losses[name], terms[name].detach(), rtol=1e-4, atol=1e-5)
    stepped, expected_gradients = (gradients(m.to_target, m.to_source) for m in (model, reference))
    scale = max(gradient.abs().max().item() for gradient in expected_gradients)
    assert scale > 0
    torch.testing.assert_close(stepped, expected_gradients, rtol=1e-3, atol=1e-4 * scale)


def test_the_papers_weights_are_the_default() -> None:
    defaults = CycleGANSettings()
    assert (defaults.adversarial_weight, defaults.cycle_weight, defaults.identity_weight) == (1, 10, 5)
    optimizer = CycleGAN(SMALL, Acceleration(CPU)).generator_optimizer
    assert isinstance(optimizer, torch.optim.Adam)
    assert optimizer.param_groups[0]["betas"] == (0.5, 0.999)
    assert optimizer.param_groups[0]["lr"] == 0.00015


def test_each_discriminator_tells_real_slices_from_translated_ones_by_least_squares() -> None:
    model = CycleGAN(with_values(SMALL, {"cyclegan.pool_size": 0}), Acceleration(CPU))
    before = copy.deepcopy(model)
    source, target = pictures()
    losses = model.step(source, target)
    for domain, real, fake in (("target", target, before.to_target(source)), ("source", source, before.to_source(target))):
        discriminator = getattr(before, f"{domain}_discriminator")
        loss = 0.5 * (torch.mean((discriminator(real) - 1) ** 2) + torch.mean(discriminator(fake.detach()) ** 2))
        loss.backward()
        torch.testing.assert_close(losses[f"discriminator_{domain}"], loss.detach(), rtol=1e-4, atol=1e-5)
        stepped, expected = gradients(getattr(model, f"{domain}_discriminator")), gradients(discriminator)
        scale = max(gradient.abs().max().item() for gradient in expected)
        torch.testing.assert_close(stepped, expected, rtol=1e-3, atol=1e-4 * scale)


def test_generators_and_discriminators_do_not_train_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    model = CycleGAN(SMALL, Acceleration(CPU))
    seen: dict[str, list[float]] = {}

    def watch(name: str, optimizer: torch.optim.Optimizer) -> None:
        original = optimizer.step

        def step(*arguments: Any) -> Any:
            for kind, network in model._networks().items():
                total = sum(p.grad.abs().sum().item() for p in network.parameters() if p.grad is not None)
                seen.setdefault(f"{name}: {kind}", []).append(total)
            return original(*arguments)

        monkeypatch.setattr(optimizer, "step", step)

    watch("generators", model.generator_optimizer)
    watch("discriminators", model.discriminator_optimizer)
    model.step(*pictures())
    # No gradient has reached a discriminator when the generators step ...
    assert seen["generators: target_discriminator"] == seen["generators: source_discriminator"] == [0]
    # ... nor any further one a generator when the discriminators do.
    for generator in ("to_target", "to_source"):
        assert seen[f"discriminators: {generator}"] == seen[f"generators: {generator}"] != [0]
    assert all(p.requires_grad for network in model._networks().values() for p in network.parameters())


def test_the_same_seed_gives_the_same_training_and_another_seed_another() -> None:
    def trained(seed: int) -> list[float]:
        model = CycleGAN(with_values(SMALL, {"cyclegan.pool_size": 2, "seed": seed}), Acceleration(CPU))
        return [loss.item() for step in range(3) for loss in model.step(*pictures(step)).values()]

    assert trained(1) == trained(1)
    assert trained(1) != trained(2)


def test_training_goes_on_from_a_state_as_if_never_stopped() -> None:
    settings = with_values(SMALL, {"cyclegan.pool_size": 3})
    model = CycleGAN(settings, Acceleration(CPU))
    for step in range(3):
        model.step(*pictures(step))
    other = CycleGAN(replace(settings, seed=99), Acceleration(CPU))
    other.load_state_dict(copy.deepcopy(model.state_dict()))
    for step in range(3, 6):
        one, two = model.step(*pictures(step)), other.step(*pictures(step))
        assert {name: loss.item() for name, loss in one.items()} == {name: loss.item() for name, loss in two.items()}
    for name, network in model._networks().items():
        ours, theirs = network.state_dict(), other._networks()[name].state_dict()
        assert all(torch.equal(ours[key], theirs[key]) for key in ours)


def test_the_pool_hands_on_everything_until_it_is_full() -> None:
    pool = ImagePool(4, torch.Generator().manual_seed(0))
    for first in (0, 2):
        fakes = torch.arange(first, first + 2.0).view(2, 1, 1, 1)
        assert torch.equal(pool.exchange(fakes), fakes)
    assert [image.item() for image in pool.images] == [0, 1, 2, 3]


def test_a_full_pool_swaps_half_of_the_slices_for_earlier_ones() -> None:
    pool = ImagePool(50, torch.Generator().manual_seed(0))
    pool.exchange(torch.arange(50.0).view(50, 1, 1, 1))
    earlier, shown_before = 0, set()
    for number in range(50, 1050, 10):
        fakes = torch.arange(number, number + 10.0).view(10, 1, 1, 1)
        for shown, fake in zip(pool.exchange(fakes).flatten().tolist(), fakes.flatten().tolist(), strict=True):
            assert shown not in shown_before  # what is swapped out never comes back
            shown_before.add(shown)
            earlier += shown != fake
    assert len(pool.images) == 50
    assert 430 < earlier < 570


def test_a_pool_of_none_hands_on_the_newest() -> None:
    fakes = torch.randn(3, 1, 4, 4)
    assert ImagePool(0, torch.Generator()).exchange(fakes) is fakes


def test_the_learning_rate_of_the_papers_200_epochs() -> None:
    rates = [0.00015 * learning_rate_factor(epoch, 100, 100) for epoch in range(200)]
    assert rates[:100] == [0.00015] * 100
    falls = [before - after for before, after in itertools.pairwise(rates[99:])]
    assert falls == pytest.approx([0.00015 / 101] * 100)
    assert rates[-1] > 0
    assert learning_rate_factor(200, 100, 100) == 0


def test_without_decay_the_learning_rate_stays() -> None:
    assert [learning_rate_factor(epoch, 3, 0) for epoch in range(3)] == [1, 1, 1]

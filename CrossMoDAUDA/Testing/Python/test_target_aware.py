"""The target-aware CycleGAN's losses are those of its description, and make its translations keep the structures."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
import torch
from CrossMoDAUDALib.compute.acceleration import Acceleration
from CrossMoDAUDALib.core.settings import Settings, TranslationSettings, with_values
from CrossMoDAUDALib.translation.cyclegan import CycleGAN, CycleGANSettings, build_generator
from CrossMoDAUDALib.translation.target_aware import TargetAware, TargetAwareSettings, build_segmenter, edge_loss, segmentation_loss
from torch import Tensor

CPU = torch.device("cpu")
SMALL = Settings(
    precision="fp32",
    translation=TranslationSettings(translator="cyclegan-target-aware", image_size=32, batch_size=2),
    translator_section=TargetAwareSettings(generator_features=4, generator_blocks=1, discriminator_features=4),
)


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def slices(seed: int = 0) -> tuple[Tensor, Tensor, Tensor]:
    """Two slices of either domain, and structures in the source's."""
    draws = torch.Generator().manual_seed(seed)
    source, target = (torch.rand(2, 1, 32, 32, generator=draws) * 2 - 1 for _ in range(2))
    return source, target, torch.randint(3, (2, 32, 32), generator=draws)


def test_small_structures_count() -> None:
    labels = torch.tensor([[[0, 0, 1, 1]], [[0, 0, 0, 2]]])
    background, tumour, cochlea = [0.8, 0.1, 0.1], [0.1, 0.5, 0.4], [0.25, 0.25, 0.5]
    certain = [1.0, 0.0, 0.0]
    rows = torch.tensor([[background, background, tumour, tumour], [certain, certain, certain, cochlea]])
    scores = rows.log().clamp(min=-100).permute(0, 2, 1)[:, :, None]
    # Tumour: overlap .5 + .5; found .1 + .1 + .5 + .5 + .25; there 2. Cochlea: overlap .5; found .1 + .1 + .4 + .4 + .5; there 1.
    dice_of_tumour, dice_of_cochlea = 2 * 1.0 / (1.45 + 2), 2 * 0.5 / (1.5 + 1)
    dice = 1 - (dice_of_tumour + dice_of_cochlea) / 2
    # -log of the truth's probability: background .8 in two of five pixels and 1 in three, tumour .5 in two, cochlea .5 in one.
    weights = 1 / 5**0.5, 1 / 2**0.5, 1
    summed = weights[0] * 2 * 0.2231436 + weights[1] * 2 * 0.6931472 + weights[2] * 0.6931472
    cross_entropy = summed / (weights[0] * 5 + weights[1] * 2 + weights[2])
    assert segmentation_loss(scores, labels, 0.0).item() == pytest.approx(dice, rel=1e-5)
    assert segmentation_loss(scores, labels, 2.0).item() == pytest.approx(dice + 2 * cross_entropy, rel=1e-5)


@pytest.mark.parametrize("certainty", [0.0, 1000.0])
def test_slices_without_structures_are_harmless(certainty: float) -> None:
    labels = torch.zeros(2, 4, 4, dtype=torch.int64)
    scores = torch.zeros(2, 3, 4, 4)
    scores[:, 1] = -certainty
    scores[:, 2] = -certainty
    scores.requires_grad_()
    assert segmentation_loss(scores, labels, 0.0).item() == 0
    loss = segmentation_loss(scores, labels, 1.0)
    loss.backward()
    assert loss.item() == pytest.approx(0 if certainty else 1.0986123)  # log 3: only background counts
    assert scores.grad is not None and scores.grad.isfinite().all()


def test_edges_are_compared_by_their_strength() -> None:
    step = torch.full((1, 1, 5, 6), -1.0)
    step[..., 3:] = 1
    flat = torch.zeros_like(step)
    # Of the 3 x 4 places of a filter the two columns beside the step see 2 * (1 + 2 + 1) = 8.
    assert edge_loss(step, flat).item() == pytest.approx(8 * 2 / 4, abs=1e-4)
    assert edge_loss(step, -step).item() == pytest.approx(0, abs=1e-5)
    flat.requires_grad_()
    edge_loss(step, flat).backward()
    assert flat.grad is not None and flat.grad.isfinite().all()


def by_hand(model: TargetAware, source: Tensor, target: Tensor, labels: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
    """The generators' objective as it is described: one network call per term, one sum."""
    G, F, weights = model.to_target, model.to_source, model.weights
    segment_source = torch.nn.Sequential(G.halves()[0], model.source_segmenter)
    segment_target = torch.nn.Sequential(F.halves()[0], model.target_segmenter)
    terms = {
        "adversarial_target": torch.mean((model.target_discriminator(G(source)) - 1) ** 2),
        "adversarial_source": torch.mean((model.source_discriminator(F(target)) - 1) ** 2),
        "cycle_source": torch.mean(torch.abs(F(G(source)) - source)),
        "cycle_target": torch.mean(torch.abs(G(F(target)) - target)),
        "identity_target": torch.mean(torch.abs(G(target) - target)),
        "identity_source": torch.mean(torch.abs(F(source) - source)),
        "segmentation_source": segmentation_loss(segment_source(source), labels, weights.cross_entropy_weight),
        "segmentation_translation": segmentation_loss(segment_target(G(source)), labels, weights.cross_entropy_weight),
        "edge": edge_loss(source, G(source)),
    }
    return sum((getattr(weights, f"{name.split('_')[0]}_weight") * term for name, term in terms.items()), torch.zeros(())), terms


def gradients(model: TargetAware) -> list[Tensor]:
    networks = (model.to_target, model.to_source, model.source_segmenter, model.target_segmenter)
    return [torch.zeros_like(p) if p.grad is None else p.grad for network in networks for p in network.parameters()]


@pytest.mark.parametrize(
    "weights",
    [
        {},
        {"edge": 3, "cross_entropy": 0},
        {"identity": 0, "segmentation": 4},
        {"adversarial": 0, "cycle": 0, "identity": 0},
        {"adversarial": 0, "cycle": 0, "identity": 0, "segmentation": 0, "edge": 1},
    ],
    ids=lambda weights: " ".join(f"{name}={value}" for name, value in weights.items()) or "defaults",
)
def test_the_generators_minimise_the_weighted_sum(weights: dict[str, float]) -> None:
    settings = with_values(SMALL, {f"target_aware.{name}_weight": value for name, value in weights.items()})
    model = TargetAware(settings, Acceleration(CPU))
    reference = copy.deepcopy(model)
    losses = model.step(*slices())
    objective, terms = by_hand(reference, *slices())
    objective.backward()
    assert ("edges" in losses) == (weights.get("edge", 0) > 0)
    assert ("identity_source" in losses) == ("identity_target" in losses) == (weights.get("identity", 1) > 0)
    for name, term in terms.items():
        if name == "edge" or (name.startswith("identity") and weights.get("identity") == 0):
            continue
        torch.testing.assert_close(losses[name], term.detach(), rtol=1e-4, atol=1e-5)
    stepped, expected = gradients(model), gradients(reference)
    scale = max(gradient.abs().max().item() for gradient in expected)
    assert scale > 0
    torch.testing.assert_close(stepped, expected, rtol=1e-3, atol=1e-4 * scale)


def test_the_structures_in_a_translation_train_the_generator_that_made_it() -> None:
    """What no other loss could have moved: the last layers of the generator into the target domain."""
    zero = dict.fromkeys(("adversarial_weight", "cycle_weight", "identity_weight"), 0)
    model = TargetAware(with_values(SMALL, {f"target_aware.{name}": value for name, value in zero.items()}), Acceleration(CPU))
    model.step(*slices())
    moved = {
        name: sum(float(p.grad.abs().sum()) for p in model._parts()[name].parameters())
        for name in ("to_target_decoder", "to_source_decoder")
    }
    assert moved["to_target_decoder"] > 0 and moved["to_source_decoder"] == 0


def test_it_begins_as_cyclegan_and_without_weights_is_it() -> None:
    values = {"pool_size": 0, "generator_features": 4, "generator_blocks": 1, "discriminator_features": 4}
    settings = with_values(SMALL, {"target_aware.pool_size": 0, "target_aware.segmentation_weight": 0})
    translation = replace(SMALL.translation, translator="cyclegan-resnet")
    plain = CycleGAN(replace(SMALL, translation=translation, translator_section=CycleGANSettings(**values)), Acceleration(CPU))
    aware = TargetAware(settings, Acceleration(CPU))
    for number in range(3):
        source, target, labels = slices(number)
        expected, found = plain.step(source, target), aware.step(source, target, labels)
        torch.testing.assert_close({name: found[name] for name in expected}, expected, rtol=1e-3, atol=1e-5)
    assert found.keys() - expected.keys() == {"segmentation_source", "segmentation_translation"}


def test_the_decoder_that_segments_is_small_and_is_not_exported() -> None:
    with torch.device("meta"):
        paper = Settings(translation=TranslationSettings(translator="cyclegan-target-aware"))
        segmenter, generator = build_segmenter(paper), build_generator(paper)
        # 3 x 3 x 256 x 128 + 128, 3 x 3 x 128 x 64 + 64, 7 x 7 x 64 x 3 + 3: background, tumour, cochlea
        assert sum(p.numel() for p in segmenter.parameters()) == 295_040 + 73_792 + 9_411
        assert segmenter(torch.empty(2, 256, 20, 12)).shape == (2, 3, 80, 48)
        encoder, decoder = generator.halves()
        assert encoder(torch.empty(2, 1, 80, 48)).shape == (2, 256, 20, 12)
    small = TargetAware(SMALL, Acceleration(CPU))
    image = slices()[0]
    encoder, decoder = small.to_target.halves()
    assert torch.equal(decoder(encoder(image)), small.to_target(image))
    assert small.trained_network().state_dict().keys() == build_generator(SMALL).state_dict().keys()


def test_a_section_that_builds_on_another_is_not_taken_for_it() -> None:
    plain = with_values(SMALL, {"translation.translator": "cyclegan-resnet"})
    assert type(plain.translator_section) is CycleGANSettings
    assert Settings.from_json(plain.to_json()) == plain and Settings.from_json(SMALL.to_json()) == SMALL
    changed = replace(SMALL, translation=plain.translation)
    assert type(changed.translator_section) is CycleGANSettings


def squares() -> tuple[Tensor, Tensor, Tensor]:
    """Two slices of either domain: a bright square on dark ground in the source, dark on bright in the target."""
    labels = torch.zeros(2, 32, 32, dtype=torch.int64)
    labels[0, 6:20, 4:15] = 1
    labels[1, 12:28, 14:26] = 1
    labels[1, 4:8, 4:8] = 2
    source = torch.tensor([-0.6, 0.2, 0.9])[labels].unsqueeze(1)
    return source, torch.tensor([0.5, -0.8, 0.1])[labels.flip(2)].unsqueeze(1), labels


def test_it_learns_two_slices_and_what_is_in_them() -> None:
    values = {"generator_features": 8, "discriminator_features": 8, "discriminator_layers": 1, "pool_size": 0}
    values |= {"identity_weight": 0, "adversarial_weight": 2}
    settings = with_values(SMALL, {"translation.learning_rate": 0.002, **{f"target_aware.{key}": value for key, value in values.items()}})
    model = TargetAware(settings, Acceleration(CPU))
    source, target, labels = squares()
    first = model.step(source, target, labels)
    for _ in range(49):
        last = model.step(source, target, labels)
    assert last["cycle_source"] < 0.3 * first["cycle_source"]
    columns = [column.detach() for column in model.sample_columns(source, target)]
    assert [column.shape for column in columns] == [(2, 1, 32, 32)] * 6
    shades = torch.tensor([-1.0, 0.0, 1.0])
    assert {shade for column in (columns[2], columns[5]) for shade in column.unique().tolist()} <= {-1, 0, 1}
    found = (columns[2][:, 0] == shades[labels]).float()
    assert found.mean() > 0.97 and found[labels == 2].mean() > 0.7
    ground, structure = (columns[1][:, 0][labels == number].mean() for number in (0, 1))
    assert ground > 0, "it was dark, and is bright in the target"
    assert abs(ground - structure) > 0.3, "the structure can be seen"


def test_bf16_computes_the_same_losses() -> None:
    found = []
    for bf16 in (False, True):
        model = TargetAware(with_values(SMALL, {"target_aware.edge_weight": 1}), Acceleration(CPU, bf16=bf16))
        found.append(model.step(*slices()))
    torch.testing.assert_close(found[1], found[0], rtol=0.05, atol=0.02)
    assert all(loss.dtype == torch.float32 and loss.isfinite() for loss in found[1].values())
    assert found[1] != found[0]

"""CycleGAN's step as a textbook writes it down: the reference that the project's own step is measured against.

One forward pass for each term, targets as tensors of ones and zeros, float32, eager, every loss read at every step. The
networks are the project's own with the same initial weights, so that only the step differs.
"""

from __future__ import annotations

import itertools
from typing import Any

import torch
from torch import Tensor, nn


class TextbookCycleGAN:
    """Both generators, both discriminators and a plain training step.

    Args:
        settings: of which ``seed`` is that of the initial weights and the pools, drawn in the order of the project's CycleGAN.
        device: where everything lives.
    """

    def __init__(self, settings: Any, device: torch.device) -> None:
        from CrossMoDAUDALib.translation.cyclegan import build_discriminator, build_generator
        from CrossMoDAUDALib.translation.networks import initialize

        self.draws = draws = torch.Generator().manual_seed(settings.seed)
        self.settings = chosen = settings.translator_section
        self.to_target, self.to_source = build_generator(settings), build_generator(settings)
        self.judge_target, self.judge_source = build_discriminator(settings), build_discriminator(settings)
        for network in (self.to_target, self.to_source, self.judge_target, self.judge_source):
            initialize(network, draws)
            network.to(device)
        self.target_pool, self.source_pool = Pool(chosen.pool_size, draws), Pool(chosen.pool_size, draws)
        self.adversarial, self.pixels = nn.MSELoss(), nn.L1Loss()
        betas, rate = (chosen.adam_beta1, chosen.adam_beta2), settings.translation.learning_rate
        generators = itertools.chain(self.to_target.parameters(), self.to_source.parameters())
        judges = itertools.chain(self.judge_target.parameters(), self.judge_source.parameters())
        self.generator_adam = torch.optim.Adam(generators, lr=rate, betas=betas)
        self.judge_adam = torch.optim.Adam(judges, lr=rate, betas=betas)

    def step(self, source: Tensor, target: Tensor) -> dict[str, float]:
        """Train on one batch of each domain, (n, 1, h, w); every unweighted loss."""
        weights = self.settings
        for judge in (self.judge_target, self.judge_source):
            judge.requires_grad_(False)
        self.generator_adam.zero_grad()
        fake_target, fake_source = self.to_target(source), self.to_source(target)
        cycled_source, cycled_target = self.to_source(fake_target), self.to_target(fake_source)
        losses = {
            "adversarial_target": self._judged(self.judge_target, fake_target, 1.0),
            "adversarial_source": self._judged(self.judge_source, fake_source, 1.0),
            "cycle_source": self.pixels(cycled_source, source),
            "cycle_target": self.pixels(cycled_target, target),
        }
        adversarial = losses["adversarial_target"] + losses["adversarial_source"]
        cycle = losses["cycle_source"] + losses["cycle_target"]
        total = weights.adversarial_weight * adversarial + weights.cycle_weight * cycle
        if weights.identity_weight > 0:
            losses["identity_target"] = self.pixels(self.to_target(target), target)
            losses["identity_source"] = self.pixels(self.to_source(source), source)
            total = total + weights.identity_weight * (losses["identity_target"] + losses["identity_source"])
        total.backward()
        self.generator_adam.step()
        self._train_judges(source, target, fake_source, fake_target, losses)
        return {name: loss.item() for name, loss in losses.items()}

    def _train_judges(self, source: Tensor, target: Tensor, fake_source: Tensor, fake_target: Tensor, losses: dict[str, Tensor]) -> None:
        for judge in (self.judge_target, self.judge_source):
            judge.requires_grad_(True)
        self.judge_adam.zero_grad()
        losses["discriminator_target"] = self._train_judge(self.judge_target, target, self.target_pool.query(fake_target.detach()))
        losses["discriminator_source"] = self._train_judge(self.judge_source, source, self.source_pool.query(fake_source.detach()))
        self.judge_adam.step()

    def _judged(self, judge: nn.Module, images: Tensor, wanted: float) -> Tensor:
        scores = judge(images)
        loss: Tensor = self.adversarial(scores, torch.tensor(wanted, device=scores.device).expand_as(scores))
        return loss

    def _train_judge(self, judge: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
        loss = 0.5 * (self._judged(judge, real, 1.0) + self._judged(judge, fake, 0.0))
        loss.backward()
        return loss


class Pool:
    """Earlier fakes, swapped image by image with even odds once there are enough of them."""

    def __init__(self, size: int, draws: torch.Generator) -> None:
        self.size, self.draws = size, draws
        self.kept: list[Tensor] = []

    def query(self, images: Tensor) -> Tensor:
        """The batch that the discriminator is shown, (n, 1, h, w)."""
        if self.size == 0:
            return images
        shown = []
        for image in images:
            image = image.unsqueeze(0)
            if len(self.kept) < self.size:
                self.kept.append(image)
                shown.append(image)
            elif torch.rand((), generator=self.draws).item() < 0.5:
                place = int(torch.randint(self.size, (), generator=self.draws).item())
                shown.append(self.kept[place].clone())
                self.kept[place] = image
            else:
                shown.append(image)
        return torch.cat(shown, 0)

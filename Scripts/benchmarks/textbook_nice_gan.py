"""NICE-GAN's step as a textbook writes it down; what is not said here is as in ``textbook.py``."""

from __future__ import annotations

import itertools
from typing import Any

import torch
from torch import Tensor, nn


class TextbookNiceGAN:
    """Both generators, both discriminators and a plain training step: a pass of its own for everything that is judged or decoded.

    Args:
        settings: of which ``seed`` is that of the initial weights, drawn in the order of the project's NICE-GAN.
        device: where everything lives.
    """

    def __init__(self, settings: Any, device: torch.device) -> None:
        from CrossMoDAUDALib.translation.nice_gan_networks import build_encoder, build_generator, build_heads, initialize

        draws = torch.Generator().manual_seed(settings.seed)
        self.settings = chosen = settings.translator_section
        self.to_target, self.to_source = build_generator(settings), build_generator(settings)
        self.target_encoder, self.source_encoder = build_encoder(settings), build_encoder(settings)
        self.target_heads, self.source_heads = build_heads(settings), build_heads(settings)
        self.judges = (self.target_encoder, self.source_encoder, self.target_heads, self.source_heads)
        for network in (self.to_target, self.to_source, *self.judges):
            initialize(network, draws)
            network.to(device)
        self.adversarial, self.pixels = nn.MSELoss(), nn.L1Loss()
        parts = ((self.to_target, self.to_source), self.judges)
        betas, rate, decay = (chosen.adam_beta1, chosen.adam_beta2), settings.translation.learning_rate, chosen.weight_decay
        self.generator_adam, self.judge_adam = (
            torch.optim.Adam(itertools.chain(*(one.parameters() for one in part)), lr=rate, betas=betas, weight_decay=decay)
            for part in parts
        )

    def step(self, source: Tensor, target: Tensor) -> dict[str, float]:
        """Train on one batch of each domain, (n, 1, h, w); every unweighted loss."""
        from CrossMoDAUDALib.translation.nice_gan_networks import power_iteration

        chosen = self.settings
        weights = {"adversarial": chosen.adversarial_weight, "cycle": chosen.cycle_weight, "reconstruction": chosen.reconstruction_weight}
        for judge in self.judges:
            judge.requires_grad_(True)
        power_iteration(*self.judges)
        self.judge_adam.zero_grad()
        with torch.no_grad():
            fake_target = self.to_target(self.source_encoder(source)[0])
            fake_source = self.to_source(self.target_encoder(target)[0])
        losses = {
            "discriminator_target": self._judged("target", target, 1.0) + self._judged("target", fake_target, 0.0),
            "discriminator_source": self._judged("source", source, 1.0) + self._judged("source", fake_source, 0.0),
        }
        (losses["discriminator_target"] + losses["discriminator_source"]).backward()
        self.judge_adam.step()

        for judge in self.judges:
            judge.requires_grad_(False)
        power_iteration(*self.judges)
        self.generator_adam.zero_grad()
        source_code, target_code = self.source_encoder(source)[0], self.target_encoder(target)[0]
        fake_target, fake_source = self.to_target(source_code), self.to_source(target_code)
        losses["adversarial_target"] = self._judged("target", fake_target, 1.0)
        losses["adversarial_source"] = self._judged("source", fake_source, 1.0)
        losses["cycle_source"] = self.pixels(self.to_source(self.target_encoder(fake_target)[0]), source)
        losses["cycle_target"] = self.pixels(self.to_target(self.source_encoder(fake_source)[0]), target)
        losses["reconstruction_source"] = self.pixels(self.to_source(source_code), source)
        losses["reconstruction_target"] = self.pixels(self.to_target(target_code), target)
        total = sum(
            (weight * (losses[f"{kind}_source"] + losses[f"{kind}_target"]) for kind, weight in weights.items()), source.new_zeros(())
        )
        total.backward()
        self.generator_adam.step()
        return {name: loss.item() for name, loss in losses.items()}

    def _judged(self, domain: str, images: Tensor, wanted: float) -> Tensor:
        """The adversarial loss of all scores: that of patches, and as far as they count, those of the whole slice."""
        code, score = getattr(self, f"{domain}_encoder")(images)
        local, *whole = getattr(self, f"{domain}_heads")(code)
        loss = self.adversarial(local, torch.tensor(wanted, device=local.device).expand_as(local))
        for scores in (score, *whole) if self.settings.global_weight else ():
            squares = self.adversarial(scores, torch.tensor(wanted, device=scores.device).expand_as(scores))
            loss = loss + self.settings.global_weight * squares
        return loss

"""CUT's and FastCUT's step as a textbook writes it down; what is not said here is as in ``textbook.py``."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


class TextbookCUT:
    """Generator, discriminator, projection and a plain training step: a pass of its own for everything that is encoded.

    Args:
        settings: of which ``seed`` is that of the initial weights, positions and mirrorings, drawn in the order of the project's CUT.
        device: where everything lives.
    """

    def __init__(self, settings: Any, device: torch.device) -> None:
        from CrossMoDAUDALib.translation.contrastive import PatchProjector
        from CrossMoDAUDALib.translation.cut import build_generator
        from CrossMoDAUDALib.translation.networks import PatchDiscriminator, initialize, patch_layers

        self.settings = chosen = settings.translator_section
        self.draws = torch.Generator().manual_seed(settings.seed)
        self.generator = build_generator(settings)
        self.projector = PatchProjector([self.generator.widths[name] for name in self.generator.taps], chosen.projection_features)
        layers = patch_layers(settings.translation.image_size, chosen.discriminator_layers)
        self.judge = PatchDiscriminator(chosen.discriminator_features, layers, antialiased=True)
        for network in (self.generator, self.projector, self.judge):
            initialize(network, self.draws, xavier=True)
            network.to(device)
        betas, rate = (chosen.adam_beta1, chosen.adam_beta2), settings.translation.learning_rate
        self.generator_adam, self.projector_adam, self.judge_adam = (
            torch.optim.Adam(network.parameters(), lr=rate, betas=betas) for network in (self.generator, self.projector, self.judge)
        )
        self.adversarial, self.chosen_patch = nn.MSELoss(), nn.CrossEntropyLoss()

    def step(self, source: Tensor, target: Tensor) -> dict[str, float]:
        """Train on one batch of each domain, (n, 1, h, w); every unweighted loss."""
        chosen = self.settings
        mirrored = chosen.flip_equivariance and torch.rand((), generator=self.draws).item() < 0.5
        fake = self.generator(source.flip(3) if mirrored else source)
        same = self.generator(target.flip(3) if mirrored else target) if chosen.identity else None

        self.judge.requires_grad_(True)
        self.judge_adam.zero_grad()
        judged = 0.5 * (self._judged(fake.detach(), 0.0) + self._judged(target, 1.0))
        judged.backward()
        self.judge_adam.step()

        self.judge.requires_grad_(False)
        self.generator_adam.zero_grad()
        self.projector_adam.zero_grad()
        losses = {"adversarial_target": self._judged(fake, 1.0), "discriminator_target": judged}
        places: list[Tensor] = []
        losses["contrast_source"] = contrast = self._contrast(source, fake, mirrored, places)
        if same is not None:
            losses["contrast_target"] = self._contrast(target, same, mirrored, places)
            contrast = 0.5 * (contrast + losses["contrast_target"])
        (chosen.adversarial_weight * losses["adversarial_target"] + chosen.contrast_weight * contrast).backward()
        self.generator_adam.step()
        self.projector_adam.step()
        return {name: loss.item() for name, loss in losses.items()}

    def _judged(self, images: Tensor, wanted: float) -> Tensor:
        scores = self.judge(images)
        loss: Tensor = self.adversarial(scores, torch.tensor(wanted, device=scores.device).expand_as(scores))
        return loss

    def _contrast(self, images: Tensor, translated: Tensor, mirrored: bool, places: list[Tensor]) -> Tensor:
        """One positive and the other positions of the slice as negatives, the own among them put out of the way."""
        queries = self.generator(translated, True, False)
        if mirrored:
            queries = [features.flip(3) for features in queries]
        keys = self.generator(images, True, False)
        if not places:
            sizes = [features.shape[2] * features.shape[3] for features in keys]
            places += [torch.randperm(size, generator=self.draws)[: self.settings.patches].to(images.device) for size in sizes]
        keys, queries = (
            self.projector(*(some.permute(0, 2, 3, 1).flatten(1, 2)[:, there] for some, there in zip(features, places, strict=True)))
            for features in (keys, queries)
        )
        total = images.new_zeros(())
        for query, key in zip(queries, (key.detach() for key in keys), strict=True):
            positive = (query * key).sum(2, keepdim=True)
            own = torch.eye(query.shape[1], dtype=torch.bool, device=query.device)
            negative = torch.bmm(query, key.transpose(2, 1)).masked_fill(own, -10.0)
            similar = torch.cat((positive, negative), 2).flatten(0, 1) / self.settings.temperature
            total = total + self.chosen_patch(similar, torch.zeros(len(similar), dtype=torch.int64, device=similar.device))
        return total / len(queries)

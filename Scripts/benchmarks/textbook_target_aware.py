"""The target-aware CycleGAN's step as a textbook writes it down; what is not said here is as in ``textbook.py``."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from .textbook import TextbookCycleGAN


class TextbookTargetAware(TextbookCycleGAN):
    """The textbook's CycleGAN with a segmenting decoder on each generator's encoder.

    Args:
        settings, device: as for the textbook's CycleGAN.
    """

    def __init__(self, settings: Any, device: torch.device) -> None:
        from CrossMoDAUDALib.translation.networks import initialize
        from CrossMoDAUDALib.translation.target_aware import build_segmenter

        super().__init__(settings, device)
        self.source_segmenter, self.target_segmenter = build_segmenter(settings), build_segmenter(settings)
        for segmenter in (self.source_segmenter, self.target_segmenter):
            initialize(segmenter, self.draws)
            self.generator_adam.add_param_group({"params": list(segmenter.to(device).parameters())})

    def step(self, source: Tensor, target: Tensor, labels: Tensor) -> dict[str, float]:
        """Train on one batch of each domain, (n, 1, h, w), and the source's labels, (n, h, w); every unweighted loss."""
        weights = self.settings
        for judge in (self.judge_target, self.judge_source):
            judge.requires_grad_(False)
        self.generator_adam.zero_grad()
        fake_target, source_scores = self._both(self.to_target, self.source_segmenter, source)
        cycled_source, fake_scores = self._both(self.to_source, self.target_segmenter, fake_target)
        fake_source = self.to_source(target)
        cycled_target = self.to_target(fake_source)
        losses = {
            "adversarial_target": self._judged(self.judge_target, fake_target, 1.0),
            "adversarial_source": self._judged(self.judge_source, fake_source, 1.0),
            "cycle_source": self.pixels(cycled_source, source),
            "cycle_target": self.pixels(cycled_target, target),
            "segmentation_source": self._missed(source_scores, labels),
            "segmentation_translation": self._missed(fake_scores, labels),
        }
        if weights.identity_weight > 0:
            losses["identity_target"] = self.pixels(self.to_target(target), target)
            losses["identity_source"] = self.pixels(self.to_source(source), source)
        total = sum(getattr(weights, f"{name.split('_')[0]}_weight") * loss for name, loss in losses.items())
        total.backward()
        self.generator_adam.step()
        self._train_judges(source, target, fake_source, fake_target, losses)
        return {name: loss.item() for name, loss in losses.items()}

    def _both(self, generator: Any, segmenter: nn.Module, images: Tensor) -> tuple[Tensor, Tensor]:
        """A generator's translation of images, and the scores of the structures in them, from one pass of its encoder."""
        encoder, decoder = generator.halves()
        features = encoder(images)
        return decoder(features), segmenter(features)

    def _missed(self, scores: Tensor, labels: Tensor) -> Tensor:
        """1 - soft DSC of each structure in the batch, averaged; and a cross-entropy with weights by the classes' sizes."""
        pixels = torch.bincount(labels.flatten(), minlength=scores.shape[1])
        weights = torch.where(pixels > 0, pixels, 1) ** -0.5
        probabilities, missed = scores.softmax(1), []
        for number in range(1, scores.shape[1]):
            if pixels[number] > 0:
                truth, found = labels == number, probabilities[:, number]
                missed.append(1 - 2 * found[truth].sum() / (found.sum() + truth.sum()))
        dice = torch.stack(missed).mean() if missed else scores.new_zeros(())
        return dice + self.settings.cross_entropy_weight * nn.functional.cross_entropy(scores, labels, weights)

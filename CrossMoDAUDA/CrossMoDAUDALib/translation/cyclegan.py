"""CycleGAN: the whole objective and one training step (paper section 2.1; Zhu et al. 2017).

Two generators translate between the domains, G: source to target and F: target to source; each domain has a
discriminator. For slices s of the source and t of the target domain the generators minimise

    adversarial_weight * ( |D_T(G(s)) - 1|^2 + |D_S(F(t)) - 1|^2 )      least-squares GAN
  + cycle_weight       * ( |F(G(s)) - s|     + |G(F(t)) - t|     )      cycle consistency
  + identity_weight    * ( |G(t) - t|        + |F(s) - s|        )      identity

with weights 1 : 10 : 5, all norms being means over pixels, and each discriminator minimises
( |D(real) - 1|^2 + |D(fake)|^2 ) / 2 on fakes from a pool of earlier ones.

Two savings change no number beyond rounding. Networks normalise by instance, so slices that meet the same network share
one call (G sees s and t, D sees real and fake). And the generators' terms form two sums without common intermediate
results, so the gradients of one are added up before the other is computed, which halves the memory.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import l1_loss

from ..compute.acceleration import Accelerated, Acceleration
from ..compute.distributed import gathered, own_share
from ..core.settings import TranslationSettings
from .networks import build_discriminator, build_generator, initialize


class CycleGAN:
    """Both generators and discriminators with what trains them.

    Args:
        settings: architecture, weights of the losses, Adam, pool.
        seed: of the initial weights and the image pools.
        how: where the networks live and how they run.
    """

    def __init__(self, settings: TranslationSettings, seed: int, how: Acceleration) -> None:
        self.settings = settings
        draws = torch.Generator().manual_seed(seed)
        self.to_target = build_generator(settings)
        self.to_source = build_generator(settings)
        self.target_discriminator = build_discriminator(settings)
        self.source_discriminator = build_discriminator(settings)
        for network in self._networks().values():
            initialize(network, draws)
            how.place(network)
        self._run = {name: how.faster(network) for name, network in self._networks().items()}
        self.target_pool = ImagePool(settings.pool_size, draws)
        self.source_pool = ImagePool(settings.pool_size, draws)
        self._draws = draws
        self.generator_optimizer = self._adam(self.to_target, self.to_source)
        self.discriminator_optimizer = self._adam(self.target_discriminator, self.source_discriminator)

    def step(self, source: Tensor, target: Tensor) -> dict[str, Tensor]:
        """One step of the generators, then one of the discriminators.

        Args:
            source, target: unpaired slices in [-1, 1], both of shape (n, 1, h, w), on the networks' device.

        Returns:
            Every unweighted loss as a scalar left on the device, so that nothing waits for it.
        """
        losses: dict[str, Tensor] = {}

        self._train_discriminators(False)
        self.generator_optimizer.zero_grad()
        pseudo_target = self._generator_pass("target", source, target, losses)
        pseudo_source = self._generator_pass("source", target, source, losses)
        self.generator_optimizer.step()

        self._train_discriminators(True)
        self.discriminator_optimizer.zero_grad()
        self._discriminator_pass("target", target, self.target_pool.exchange(pseudo_target), losses)
        self._discriminator_pass("source", source, self.source_pool.exchange(pseudo_source), losses)
        self.discriminator_optimizer.step()
        return losses

    def _generator_pass(self, domain: str, images: Tensor, real: Tensor, losses: dict[str, Tensor]) -> Tensor:
        """Translate ``images`` into ``domain`` and back, and add the gradients; ``real`` are slices of ``domain``."""
        there, back, discriminator = self._seen_from(domain)
        other = "source" if domain == "target" else "target"
        weights = self.settings
        if weights.identity_weight > 0:
            fake, same = there(torch.cat((images, real))).split((len(images), len(real)))
            identity = l1_loss(same, real)
        else:
            fake, identity = there(images), images.new_zeros(())
        adversarial = (discriminator(fake) - 1).square().mean()
        cycle = l1_loss(back(fake), images)
        (weights.adversarial_weight * adversarial + weights.cycle_weight * cycle + weights.identity_weight * identity).backward()
        losses[f"adversarial_{domain}"] = adversarial.detach()
        losses[f"cycle_{other}"] = cycle.detach()
        losses[f"identity_{domain}"] = identity.detach()
        translated: Tensor = fake.detach()
        return translated

    def _discriminator_pass(self, domain: str, real: Tensor, fake: Tensor, losses: dict[str, Tensor]) -> None:
        """Add the gradients of a discriminator that tells ``real`` from pooled ``fake``."""
        _, _, discriminator = self._seen_from(domain)
        real_scores, fake_scores = discriminator(torch.cat((real, fake))).split((len(real), len(fake)))
        loss = 0.5 * ((real_scores - 1).square().mean() + fake_scores.square().mean())
        loss.backward()
        losses[f"discriminator_{domain}"] = loss.detach()

    def _seen_from(self, domain: str) -> tuple[Accelerated, Accelerated, Accelerated]:
        """The generator into a domain, the one out of it, and its discriminator."""
        run, other = self._run, "source" if domain == "target" else "target"
        return run[f"to_{domain}"], run[f"to_{other}"], run[f"{domain}_discriminator"]

    def _train_discriminators(self, trained: bool) -> None:
        self.target_discriminator.requires_grad_(trained)
        self.source_discriminator.requires_grad_(trained)

    def _adam(self, *networks: nn.Module) -> torch.optim.Adam:
        parameters = [parameter for network in networks for parameter in network.parameters()]
        betas = (self.settings.adam_beta1, self.settings.adam_beta2)
        return torch.optim.Adam(parameters, lr=self.settings.learning_rate, betas=betas)

    def set_learning_rate(self, rate: float) -> None:
        """Use ``rate`` in both optimisers from now on."""
        for optimizer in (self.generator_optimizer, self.discriminator_optimizer):
            for group in optimizer.param_groups:
                group["lr"] = rate

    def _networks(self) -> dict[str, nn.Module]:
        names = ("to_target", "to_source", "target_discriminator", "source_discriminator")
        return {name: getattr(self, name) for name in names}

    def state_dict(self) -> dict[str, Any]:
        """Everything that training goes on from: networks, optimisers, pools, random numbers."""
        state: dict[str, Any] = {name: network.state_dict() for name, network in self._networks().items()}
        for name in ("generator_optimizer", "discriminator_optimizer"):
            state[name] = getattr(self, name).state_dict()
        return state | {
            "target_pool": list(self.target_pool.images),
            "source_pool": list(self.source_pool.images),
            "draws": self._draws.get_state(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from :meth:`state_dict` of a CycleGAN with the same settings."""
        for name, network in self._networks().items():
            network.load_state_dict(state[name])
        for name in ("generator_optimizer", "discriminator_optimizer"):
            getattr(self, name).load_state_dict(state[name])
        device = next(self.to_target.parameters()).device
        self.target_pool.images = [image.to(device) for image in state["target_pool"]]
        self.source_pool.images = [image.to(device) for image in state["source_pool"]]
        self._draws.set_state(state["draws"].cpu())


class ImagePool:
    """Earlier fakes, so that a discriminator does not only ever see the generator's latest.

    Where several processes train, each runs the same pool on the fakes of all.

    Args:
        size: fakes kept; 0 hands every batch on as it is.
        draws: random numbers, on the CPU.
    """

    def __init__(self, size: int, draws: torch.Generator) -> None:
        self.size = size
        self.images: list[Tensor] = []
        self._draws = draws

    def exchange(self, fakes: Tensor) -> Tensor:
        """The batch with, once the pool is full, about half of its slices swapped for ones of earlier batches.

        Args:
            fakes: shape (n, 1, h, w).
        """
        if self.size == 0:
            return fakes
        shown = []
        for fake in gathered(fakes):
            if len(self.images) < self.size:
                self.images.append(fake.clone())
            elif torch.rand((), generator=self._draws).item() < 0.5:
                place = int(torch.randint(self.size, (), generator=self._draws).item())
                fake, self.images[place] = self.images[place], fake.clone()
            shown.append(fake)
        return torch.stack(shown[own_share(len(shown))])


def learning_rate_factor(epoch: int, constant_epochs: int, decay_epochs: int) -> float:
    """Share of the initial learning rate in an epoch: one at first, then falling linearly.

    The paper's 200 epochs: 100 at 0.00015, then 100 linear ones. The fall begins with the first epoch of the decay and would
    be at zero in the epoch after the last, so that no epoch is spent without learning.

    Args:
        epoch: counted from 0.
    """
    return 1.0 - max(0, epoch - constant_epochs + 1) / (decay_epochs + 1)

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

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from ..core.declaring import setting
from ..core.errors import InputError
from ..core.translatable import _
from .protocol import Loss, Registration, set_rate

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

    from ..compute.acceleration import Acceleration
    from ..core.settings import Settings

    Terms = dict[str, tuple[float, Tensor]]  # losses by name, each with its weight
else:
    from ..compute.lazy import torch

OTHER = {"target": "source", "source": "target"}

# Version 0.1.0 had them in section ``translation``.
_setting = partial(setting, formerly="translation")


@dataclass(frozen=True)
class CycleGANSettings:
    """What CycleGAN needs beyond every translator's settings; the defaults are the paper's (section 2.1)."""

    adversarial_weight: float = _setting(1.0, "Weight of the adversarial loss.", low=0, high=1000)
    cycle_weight: float = _setting(10.0, "Weight of the cycle consistency loss.", low=0, high=1000)
    identity_weight: float = _setting(5.0, "Weight of the identity loss.", low=0, high=1000)
    pool_size: int = _setting(50, "Translated slices kept to show the discriminators older ones; 0 is none.", low=0, high=10000)
    generator_features: int = _setting(64, "Feature maps of the generator's first layer.", low=2, high=512, architecture=True)
    generator_blocks: int = _setting(9, "Residual blocks of the ResNet generator.", low=1, high=64, architecture=True)
    generator_downsamplings: int = setting(
        2,
        "How often the ResNet generator halves a slice; 0: by the slice's size.",
        low=0,
        high=3,
        architecture=True,
        added_later=True,
    )
    discriminator_features: int = _setting(64, "Feature maps of the discriminator's first layer.", low=2, high=512)
    discriminator_layers: int = setting(
        3,
        "Strided convolutions of the discriminator: 3 see patches of 70 x 70 pixels, 2 of 34 x 34, 1 of 16 x 16; 0: by the slice's size.",
        low=0,
        high=3,
    )
    adam_beta1: float = _setting(0.5, "Adam's first decay rate.", low=0, high=0.9999)
    adam_beta2: float = _setting(0.999, "Adam's second decay rate.", low=0, high=0.99999)

    def check(self, settings: Settings) -> None:
        """Refuse slices that the generator cannot halve as often as it is to."""
        size = settings.translation.image_size
        refuse_uneven(size, self.generator_downsamplings, "cyclegan")
        if settings.translation.translator == "cyclegan-unet" and (size < 128 or size & (size - 1)):
            nearest = 2 ** max(7, size.bit_length() - 1)
            raise InputError(
                f"translation.image_size={size} does not suit the U-Net generator, which halves a slice"
                f" down to one pixel; use a power of two from 128, such as {nearest}."
            )


def refuse_uneven(image_size: int, downsamplings: int, section: str) -> None:
    """Refuse slices that a ResNet generator could not give back at their own size.

    Raises:
        InputError: the size is not a multiple of 2 to the power of ``downsamplings``.
    """
    if image_size % 2**downsamplings:
        raise InputError(
            f"translation.image_size={image_size} cannot be halved {section}.generator_downsamplings={downsamplings} times;"
            f" use a multiple of {2**downsamplings}."
        )


@dataclass(frozen=True)
class RoundTrip:
    """Slices that were translated into a domain and back; all (n, 1, h, w).

    Attributes:
        fake: in that domain.
        same: what the generator made of the domain's own slices; none where it was not given any.
        back: in their own domain again.
        features: what the generators' encoders gave of all that was read and of ``fake``, where they run by themselves.
    """

    fake: Tensor
    same: Tensor
    back: Tensor
    features: tuple[Tensor, ...] = ()


class CycleGAN:
    """Both generators and discriminators with what trains them, a :class:`.protocol.Translator`.

    Args:
        settings: architecture, weights of the losses, Adam, pool; ``seed`` is that of the initial weights and the pools.
        acceleration: where the networks live and how they run.
    """

    def __init__(self, settings: Settings, acceleration: Acceleration) -> None:
        from .networks import initialize

        self.settings = settings.of(CycleGANSettings)
        self._learning_rate = settings.translation.learning_rate
        draws = torch.Generator().manual_seed(settings.seed)
        self.to_target = build_generator(settings)
        self.to_source = build_generator(settings)
        self.target_discriminator = build_discriminator(settings)
        self.source_discriminator = build_discriminator(settings)
        for network in self._networks().values():
            initialize(network, draws)
            acceleration.place(network)
        self._run = {name: acceleration.faster(part) for name, part in self._parts().items()}
        self.target_pool = ImagePool(self.settings.pool_size, draws)
        self.source_pool = ImagePool(self.settings.pool_size, draws)
        self._draws = draws
        judging = (self.target_discriminator, self.source_discriminator)
        self.generator_optimizer = self._adam(*(network for network in self._networks().values() if network not in judging))
        self.discriminator_optimizer = self._adam(*judging)

    def step(self, source: Tensor, target: Tensor, labels: Tensor | None = None) -> dict[str, Tensor]:
        """One step of the generators, then one of the discriminators; every unweighted loss."""
        losses: dict[str, Tensor] = {}

        self._train_discriminators(False)
        self.generator_optimizer.zero_grad()
        pseudo_target = self._generator_pass("target", source, target, labels, losses)
        pseudo_source = self._generator_pass("source", target, source, None, losses)
        self.generator_optimizer.step()

        self._train_discriminators(True)
        self.discriminator_optimizer.zero_grad()
        self._discriminator_pass("target", target, self.target_pool.exchange(pseudo_target), losses)
        self._discriminator_pass("source", source, self.source_pool.exchange(pseudo_source), losses)
        self.discriminator_optimizer.step()
        return losses

    def _generator_pass(self, domain: str, images: Tensor, real: Tensor, labels: Tensor | None, losses: dict[str, Tensor]) -> Tensor:
        """Translate ``images`` into ``domain`` and back, and add the gradients; ``real`` are slices of ``domain``.

        Args:
            labels: structures of ``images``, where they are known; CycleGAN does not use them.
        """
        with_identity = self.settings.identity_weight > 0
        trip = self._round_trip(domain, torch.cat((images, real)) if with_identity else images, len(images))
        terms = self._terms(domain, images, real, trip) | self._further_terms(domain, images, labels, trip)
        torch.stack([weight * loss for weight, loss in terms.values()]).sum().backward()
        losses |= {name: loss.detach() for name, (_weight, loss) in terms.items()}
        translated: Tensor = trip.fake.detach()
        return translated

    def _round_trip(self, domain: str, read: Tensor, count: int) -> RoundTrip:
        """Translate into ``domain`` all that is read, and the first ``count`` slices back."""
        made = self._run[f"to_{domain}"](read)
        fake = made[:count]
        return RoundTrip(fake, made[count:], self._run[f"to_{OTHER[domain]}"](fake))

    def _terms(self, domain: str, images: Tensor, real: Tensor, trip: RoundTrip) -> Terms:
        """CycleGAN's losses of a generator."""
        weights, l1_loss = self.settings, torch.nn.functional.l1_loss
        adversarial = (self._run[f"{domain}_discriminator"](trip.fake) - 1).square().mean()
        terms = {
            f"adversarial_{domain}": (weights.adversarial_weight, adversarial),
            f"cycle_{OTHER[domain]}": (weights.cycle_weight, l1_loss(trip.back, images)),
        }
        if len(trip.same):
            terms[f"identity_{domain}"] = (weights.identity_weight, l1_loss(trip.same, real))
        return terms

    def _further_terms(self, domain: str, images: Tensor, labels: Tensor | None, trip: RoundTrip) -> Terms:
        """What a translator that builds on CycleGAN minimises beside its losses."""
        return {}

    def _discriminator_pass(self, domain: str, real: Tensor, fake: Tensor, losses: dict[str, Tensor]) -> None:
        """Add the gradients of a discriminator that tells ``real`` from pooled ``fake``."""
        real_scores, fake_scores = self._run[f"{domain}_discriminator"](torch.cat((real, fake))).split((len(real), len(fake)))
        loss = 0.5 * ((real_scores - 1).square().mean() + fake_scores.square().mean())
        loss.backward()
        losses[f"discriminator_{domain}"] = loss.detach()

    def _train_discriminators(self, trained: bool) -> None:
        self.target_discriminator.requires_grad_(trained)
        self.source_discriminator.requires_grad_(trained)

    def _adam(self, *networks: nn.Module) -> torch.optim.Adam:
        parameters = [parameter for network in networks for parameter in network.parameters()]
        betas = (self.settings.adam_beta1, self.settings.adam_beta2)
        return torch.optim.Adam(parameters, lr=self._learning_rate, betas=betas)

    def set_learning_rate(self, rate: float) -> None:
        """Use ``rate`` in both optimisers from now on."""
        set_rate(rate, self.generator_optimizer, self.discriminator_optimizer)

    def trained_network(self) -> nn.Module:
        """The generator from source to target."""
        return self.to_target

    def sample_columns(self, source: Tensor, target: Tensor) -> tuple[Tensor, ...]:
        """Source, pseudo-target, target, pseudo-source."""
        return source, self.to_target(source), target, self.to_source(target)

    def _networks(self) -> dict[str, nn.Module]:
        names = ("to_target", "to_source", "target_discriminator", "source_discriminator")
        return {name: getattr(self, name) for name in names}

    def _parts(self) -> dict[str, nn.Module]:
        """What is run by itself, by its name in ``_run``."""
        return self._networks()

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
        from ..compute.distributed import gathered, own_share

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


def build_generator(settings: Settings) -> nn.Module:
    """The generator of the chosen CycleGAN, its weights not yet drawn by :func:`.networks.initialize`."""
    from .networks import ResnetGenerator, UnetGenerator, halvings

    own, size = settings.of(CycleGANSettings), settings.translation.image_size
    if settings.translation.translator == "cyclegan-unet":
        return UnetGenerator(size, own.generator_features)
    return ResnetGenerator(own.generator_features, own.generator_blocks, halvings(size, own.generator_downsamplings))


def build_discriminator(settings: Settings) -> nn.Module:
    """The PatchGAN discriminator, its weights not yet drawn by :func:`.networks.initialize`."""
    from .networks import PatchDiscriminator, patch_layers

    own = settings.of(CycleGANSettings)
    return PatchDiscriminator(own.discriminator_features, patch_layers(settings.translation.image_size, own.discriminator_layers))


LOSSES = {
    "adversarial_target": Loss(_("Generator adversarial loss, source to target"), _("adversarial losses")),
    "adversarial_source": Loss(_("Generator adversarial loss, target to source"), _("adversarial losses")),
    "discriminator_source": Loss(_("Discriminator loss, source"), _("adversarial losses")),
    "discriminator_target": Loss(_("Discriminator loss, target"), _("adversarial losses")),
    "cycle_source": Loss(_("Cycle consistency loss, source"), _("cycle and identity losses")),
    "cycle_target": Loss(_("Cycle consistency loss, target"), _("cycle and identity losses")),
    "identity_source": Loss(_("Identity loss, source"), _("cycle and identity losses")),
    "identity_target": Loss(_("Identity loss, target"), _("cycle and identity losses")),
}
_REGISTRATION = partial(
    Registration,
    section="cyclegan",
    settings=CycleGANSettings,
    make=CycleGAN,
    network=build_generator,
    losses=LOSSES,
    presets={
        "laptop": {
            "cyclegan.generator_features": 32,
            "cyclegan.generator_blocks": 6,
            "cyclegan.discriminator_features": 32,
            "cyclegan.discriminator_layers": 0,
        },
        "smoke": {"cyclegan.generator_features": 8, "cyclegan.generator_blocks": 3, "cyclegan.discriminator_features": 8},
        # So small a network, trained so little, would hardly change the contrast if it were also asked to leave a target slice as it is.
        "sample": {
            "cyclegan.identity_weight": 0,
            "cyclegan.generator_features": 16,
            "cyclegan.generator_blocks": 4,
            "cyclegan.discriminator_features": 16,
        },
    },
    reference="Zhu, J.-Y., et al.: Unpaired image-to-image translation using cycle-consistent adversarial networks. ICCV 2017."
    " arXiv 1703.10593.",
)
TRANSLATORS = (
    _REGISTRATION(name="cyclegan-resnet", title=_("CycleGAN, ResNet"), tip=_("The paper's.")),
    _REGISTRATION(name="cyclegan-unet", title=_("CycleGAN, U-Net"), tip=_("With the U-Net generator.")),
)

"""NICE-GAN: the discriminators' first parts are the encoders (Chen et al. 2020), the translation of PAST (Dong et al. 2021).

A domain's discriminator is an encoder E, which turns a slice into a code and gives it a score by attention (CAM), and two
heads that score patches of the code, local and global ones. There is no other encoder: generator G decodes codes into the
target domain, F into the source domain. With e(s) for a slice's code in its own domain, they minimise for slices s of the
source and t of the target domain

    adversarial_weight    * ( |D_T(G(e(s))) - 1|^2   + |D_S(F(e(t))) - 1|^2 )      summed over the three scores
  + cycle_weight          * ( |F(e(G(e(s)))) - s|    + |G(e(F(e(t)))) - t|  )      cycle consistency
  + reconstruction_weight * ( |F(e(s)) - s|          + |G(e(t)) - t|        )      reconstruction

with weights 1 : 10 : 10, all norms being means over pixels; each discriminator minimises |D(real) - 1|^2 + |D(fake)|^2,
summed over its three scores. ``global_weight`` weighs the scores of whole slices; with 0 there are none. Training is
decoupled: discriminators step first, then generators, and only a discriminator's step changes its encoder. In the
generators' step codes are computed anew; gradients pass through them, encoders stay.

Calls are shared where no number changes: a generator decodes codes of both domains at once, heads score real and fake codes
at once. The singular vectors by which the discriminators' weights are normalised are improved once before each step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..core.declaring import setting
from ..core.translatable import _
from .protocol import Loss, Registration, set_rate

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

    from ..compute.acceleration import Acceleration
    from ..core.settings import Settings
else:
    from ..compute.lazy import torch


@dataclass(frozen=True)
class NiceGANSettings:
    """What NICE-GAN needs beyond every translator's settings; the defaults are its authors'."""

    adversarial_weight: float = setting(1.0, "Weight of the generators' adversarial loss.", low=0, high=1000)
    global_weight: float = setting(
        1.0,
        "Weight, within the adversarial losses, of the scores of whole slices: the attention's and the global head's; 0: there are none.",
        low=0,
        high=1000,
    )
    cycle_weight: float = setting(10.0, "Weight of the cycle consistency loss.", low=0, high=1000)
    reconstruction_weight: float = setting(
        10.0, "Weight of the loss of slices that are encoded and decoded in their own domain.", low=0, high=1000
    )
    generator_features: int = setting(64, "Feature maps of the generator's last layer.", low=2, high=512, architecture=True)
    generator_blocks: int = setting(6, "Residual blocks of the generator.", low=1, high=64, architecture=True)
    discriminator_features: int = setting(
        64, "Feature maps of the discriminator's first layer, which is also the encoder's.", low=2, high=512, architecture=True
    )
    encoder_downsamplings: int = setting(
        2, "Halvings of the slice in its code: 2 or 1; 0: by the slice's size.", low=0, high=2, architecture=True
    )
    adam_beta1: float = setting(0.5, "Adam's first decay rate.", low=0, high=0.9999)
    adam_beta2: float = setting(0.999, "Adam's second decay rate.", low=0, high=0.99999)
    weight_decay: float = setting(0.0001, "Adam's weight decay.", low=0, high=1)

    def halvings(self, settings: Settings) -> int:
        """How often a code's sides are halved: as ``encoder_downsamplings`` says, or as suits the slice (:func:`.networks.halvings`)."""
        from .networks import halvings

        return halvings(settings.translation.image_size, self.encoder_downsamplings)


class NiceGAN:
    """Both generators and discriminators with what trains them, a :class:`.protocol.Translator`.

    Args:
        settings: architecture, weights of the losses, Adam; ``seed`` is that of the initial weights.
        acceleration: where the networks live and how they run.
    """

    def __init__(self, settings: Settings, acceleration: Acceleration) -> None:
        from .nice_gan_networks import build_encoder, build_generator, build_heads, initialize

        self.settings = settings.of(NiceGANSettings)
        self._learning_rate = settings.translation.learning_rate
        draws = torch.Generator().manual_seed(settings.seed)
        self.to_target = build_generator(settings)
        self.to_source = build_generator(settings)
        self.target_encoder = build_encoder(settings)
        self.source_encoder = build_encoder(settings)
        self.target_heads = build_heads(settings)
        self.source_heads = build_heads(settings)
        for network in self._networks().values():
            initialize(network, draws)
            acceleration.place(network)
        self._run = {name: acceleration.faster(network) for name, network in self._networks().items()}
        self.generator_optimizer = self._adam(self.to_target, self.to_source)
        self.discriminator_optimizer = self._adam(*self._discriminators())

    def step(self, source: Tensor, target: Tensor, labels: Tensor | None = None) -> dict[str, Tensor]:
        """One step of the discriminators, then one of the generators; every unweighted loss."""
        losses: dict[str, Tensor] = {}

        self._begin_step(train_discriminators=True)
        self.discriminator_optimizer.zero_grad()
        seen_source, seen_target = self._run["source_encoder"](source), self._run["target_encoder"](target)
        with torch.no_grad():
            pseudo_target, pseudo_source = self._run["to_target"](seen_source[0]), self._run["to_source"](seen_target[0])
        self._discriminator_pass("target", seen_target, pseudo_target, losses)
        self._discriminator_pass("source", seen_source, pseudo_source, losses)
        self.discriminator_optimizer.step()

        self._begin_step(train_discriminators=False)
        self.generator_optimizer.zero_grad()
        source_code, target_code = self._run["source_encoder"](source)[0], self._run["target_encoder"](target)[0]
        self._generator_pass("target", source, source_code, target, target_code, losses)
        self._generator_pass("source", target, target_code, source, source_code, losses)
        self.generator_optimizer.step()
        return losses

    def _begin_step(self, train_discriminators: bool) -> None:
        from .nice_gan_networks import power_iteration

        for network in self._discriminators():
            network.requires_grad_(train_discriminators)
        power_iteration(*self._discriminators())

    def _discriminator_pass(self, domain: str, seen: tuple[Tensor, Tensor], fake: Tensor, losses: dict[str, Tensor]) -> None:
        """Add the gradients of a discriminator that tells real slices, ``seen`` by its encoder already, from ``fake``."""
        code, score = seen
        fake_code, fake_score = self._run[f"{domain}_encoder"](fake)
        halves = [scores.split((len(code), len(fake))) for scores in self._run[f"{domain}_heads"](torch.cat((code, fake_code)))]
        loss = self._least_squares(1, score, *(real for real, _ in halves))
        loss = loss + self._least_squares(0, fake_score, *(made for _, made in halves))
        loss.backward()
        losses[f"discriminator_{domain}"] = loss.detach()

    def _generator_pass(
        self, domain: str, images: Tensor, code: Tensor, real: Tensor, real_code: Tensor, losses: dict[str, Tensor]
    ) -> None:
        """Translate ``images`` into ``domain`` and back, and add the gradients; ``real`` are slices of ``domain``."""
        other = "source" if domain == "target" else "target"
        there, back, weights = self._run[f"to_{domain}"], self._run[f"to_{other}"], self.settings
        fake, same = there(torch.cat((code, real_code))).split((len(images), len(real)))
        fake_code, score = self._run[f"{domain}_encoder"](fake)
        adversarial = self._least_squares(1, score, *self._run[f"{domain}_heads"](fake_code))
        cycle = torch.nn.functional.l1_loss(back(fake_code), images)
        reconstruction = torch.nn.functional.l1_loss(same, real)
        objective = weights.adversarial_weight * adversarial + weights.cycle_weight * cycle
        (objective + weights.reconstruction_weight * reconstruction).backward()
        losses[f"adversarial_{domain}"] = adversarial.detach()
        losses[f"cycle_{other}"] = cycle.detach()
        losses[f"reconstruction_{domain}"] = reconstruction.detach()

    def _least_squares(self, wanted: float, attention: Tensor, local: Tensor, *whole: Tensor) -> Tensor:
        """The adversarial loss, summed over the outputs of a discriminator; ``whole`` are the global head's, if there is one."""
        squares = (local - wanted).square().mean()
        if weight := self.settings.global_weight:
            squares = squares + weight * torch.stack([(score - wanted).square().mean() for score in (attention, *whole)]).sum()
        return squares

    def _adam(self, *networks: nn.Module) -> torch.optim.Adam:
        parameters = [parameter for network in networks for parameter in network.parameters()]
        own = self.settings
        return torch.optim.Adam(parameters, lr=self._learning_rate, betas=(own.adam_beta1, own.adam_beta2), weight_decay=own.weight_decay)

    def set_learning_rate(self, rate: float) -> None:
        """Use ``rate`` in both optimisers from now on."""
        set_rate(rate, self.generator_optimizer, self.discriminator_optimizer)

    def trained_network(self) -> nn.Module:
        """The source domain's encoder, its weights normalised, and the generator into the target domain."""
        from .nice_gan_networks import with_encoder

        return with_encoder(self.source_encoder.plain(), self.to_target)

    def sample_columns(self, source: Tensor, target: Tensor) -> tuple[Tensor, ...]:
        """Source, pseudo-target, target, pseudo-source."""
        return source, self.trained_network()(source), target, self.to_source(self.target_encoder(target)[0])

    def _networks(self) -> dict[str, nn.Module]:
        names = ("to_target", "to_source", "target_encoder", "source_encoder", "target_heads", "source_heads")
        return {name: getattr(self, name) for name in names}

    def _discriminators(self) -> tuple[nn.Module, ...]:
        return self.target_encoder, self.source_encoder, self.target_heads, self.source_heads

    def state_dict(self) -> dict[str, Any]:
        """Everything that training goes on from: networks, with their singular vectors, and optimisers."""
        return {name: part.state_dict() for name, part in self._parts().items()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from :meth:`state_dict` of a NICE-GAN with the same settings."""
        for name, part in self._parts().items():
            part.load_state_dict(state[name])

    def _parts(self) -> dict[str, Any]:
        return {**self._networks(), **{name: getattr(self, name) for name in ("generator_optimizer", "discriminator_optimizer")}}


def _network(settings: Settings) -> nn.Module:
    from .nice_gan_networks import build_generator, plain_encoder, with_encoder

    own = settings.of(NiceGANSettings)
    return with_encoder(plain_encoder(own.discriminator_features, own.halvings(settings)), build_generator(settings))


TRANSLATORS = (
    Registration(
        name="nice-gan",
        title=_("NICE-GAN"),
        tip=_("Its discriminators are also its encoders."),
        section="nice_gan",
        settings=NiceGANSettings,
        make=NiceGAN,
        network=_network,
        losses={
            "adversarial_target": Loss(_("Generator adversarial loss, source to target"), _("adversarial losses")),
            "adversarial_source": Loss(_("Generator adversarial loss, target to source"), _("adversarial losses")),
            "discriminator_source": Loss(_("Discriminator loss, source"), _("adversarial losses")),
            "discriminator_target": Loss(_("Discriminator loss, target"), _("adversarial losses")),
            "cycle_source": Loss(_("Cycle consistency loss, source"), _("cycle and reconstruction losses")),
            "cycle_target": Loss(_("Cycle consistency loss, target"), _("cycle and reconstruction losses")),
            "reconstruction_source": Loss(_("Reconstruction loss, source"), _("cycle and reconstruction losses")),
            "reconstruction_target": Loss(_("Reconstruction loss, target"), _("cycle and reconstruction losses")),
        },
        presets={
            "paper": {"translation.learning_rate": 0.0001},
            # The two scores that are left out in small slices had two thirds of the adversarial loss.
            "laptop": {
                "nice_gan.generator_features": 32,
                "nice_gan.generator_blocks": 4,
                "nice_gan.discriminator_features": 24,
                "nice_gan.encoder_downsamplings": 0,
                "nice_gan.global_weight": 0,
                "nice_gan.adversarial_weight": 3,
            },
            "smoke": {"nice_gan.generator_features": 8, "nice_gan.generator_blocks": 2, "nice_gan.discriminator_features": 8},
            "sample": {
                "translation.learning_rate": 0.001,
                "nice_gan.generator_features": 16,
                "nice_gan.generator_blocks": 4,
                "nice_gan.discriminator_features": 16,
                "nice_gan.encoder_downsamplings": 0,
                "nice_gan.global_weight": 0,
                "nice_gan.adversarial_weight": 3,
            },
        },
        reference="Chen, R., et al.: Reusing discriminators for encoding: towards unsupervised image-to-image translation. CVPR 2020."
        " arXiv 2003.00273.",
    ),
)

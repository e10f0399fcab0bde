"""CUT and FastCUT: translation by contrast between patches, without a way back (Park et al. 2020).

One generator G translates slices s of the source, one discriminator D judges slices of the target domain t. The generator
and the projection of its features minimise

    adversarial_weight * |D(G(s)) - 1|^2                             least-squares GAN
  + contrast_weight * ( NCE(s, G(s)) + NCE(t, G(t)) ) / 2            CUT
  + contrast_weight * NCE(s, G(s))                                   FastCUT, without ``identity``

where NCE asks of each patch of a translation to be told, by features of G's own encoder, from all other patches of the
slice that it was made of (:func:`.contrastive.patch_nce`). So a patch must keep what it shows, and nothing asks that the
source can be restored. The discriminator minimises ( |D(t) - 1|^2 + |D(G(s))|^2 ) / 2.

Two savings change no number beyond rounding. Slices of both domains share each call, as networks normalise by instance. And
the keys are the features that G has seen on its way to the translation; they need no pass of their own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from ..core.declaring import setting
from ..core.translatable import _
from .cyclegan import refuse_uneven
from .protocol import Loss, Registration, set_rate

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

    from ..compute.acceleration import Acceleration
    from ..core.settings import Settings
    from .contrastive import TappedGenerator
else:
    from ..compute.lazy import torch


@dataclass(frozen=True)
class CUTSettings:
    """What CUT and FastCUT need beyond every translator's settings; the defaults are CUT's (Park et al. 2020)."""

    adversarial_weight: float = setting(1.0, "Weight of the adversarial loss.", low=0, high=1000)
    contrast_weight: float = setting(1.0, "Weight of the contrastive loss; FastCUT's is 10.", low=0, high=1000)
    identity: bool = setting(True, "Contrast target slices with their own translations as well; FastCUT does not.")
    flip_equivariance: bool = setting(False, "Mirror every second batch before and its features after translation, as FastCUT does.")
    patches: int = setting(256, "Positions in each layer that are told from one another.", low=2, high=4096)
    temperature: float = setting(0.07, "Temperature of the contrastive loss.", low=0.001, high=10)
    projection_features: int = setting(256, "Length of the vectors that patches are compared by.", low=2, high=4096)
    generator_features: int = setting(64, "Feature maps of the generator's first layer.", low=2, high=512, architecture=True)
    generator_blocks: int = setting(9, "Residual blocks of the generator.", low=1, high=64, architecture=True)
    generator_downsamplings: int = setting(
        2, "How often the generator halves a slice; 0: by the slice's size.", low=0, high=3, architecture=True
    )
    discriminator_features: int = setting(64, "Feature maps of the discriminator's first layer.", low=2, high=512)
    discriminator_layers: int = setting(3, "As `cyclegan.discriminator_layers`; 0: by the slice's size.", low=0, high=3)
    adam_beta1: float = setting(0.5, "Adam's first decay rate.", low=0, high=0.9999)
    adam_beta2: float = setting(0.999, "Adam's second decay rate.", low=0, high=0.99999)

    def check(self, settings: Settings) -> None:
        """Refuse slices that the generator cannot halve as often as it is to."""
        refuse_uneven(settings.translation.image_size, self.generator_downsamplings, "cut")


class CUT:
    """The generator, the projection of its features and the discriminator with what trains them, a :class:`.protocol.Translator`.

    Args:
        settings: architecture, weights of the losses, Adam; ``seed`` is that of the initial weights, positions and mirrorings.
        acceleration: where the networks live and how they run.
    """

    def __init__(self, settings: Settings, acceleration: Acceleration) -> None:
        from .contrastive import PatchProjector
        from .networks import PatchDiscriminator, initialize, patch_layers

        own = self.settings = settings.of(CUTSettings)
        self.generator = build_generator(settings)
        self.projector = PatchProjector([self.generator.widths[name] for name in self.generator.taps], own.projection_features)
        strided = patch_layers(settings.translation.image_size, own.discriminator_layers, antialiased=True)
        self.discriminator = PatchDiscriminator(own.discriminator_features, strided, antialiased=True)
        self._draws = torch.Generator().manual_seed(settings.seed)
        for network in self._networks().values():
            initialize(network, self._draws, xavier=True)
            acceleration.place(network)
        precise = replace(acceleration, bf16=False)  # for vectors that are to differ by position, and cost next to nothing
        self._run = {name: acceleration.faster(network) for name, network in self._networks().items() if name != "projector"}
        self._run["projector"] = precise.faster(self.projector)
        adam = partial(torch.optim.Adam, lr=settings.translation.learning_rate, betas=(own.adam_beta1, own.adam_beta2))
        self.generator_optimizer = adam([*self.generator.parameters(), *self.projector.parameters()])
        self.discriminator_optimizer = adam(self.discriminator.parameters())

    def step(self, source: Tensor, target: Tensor, labels: Tensor | None = None) -> dict[str, Tensor]:
        """One step of the discriminator, then one of the generator and the projection; every unweighted loss."""
        own, count = self.settings, len(source)
        images = torch.cat((source, target)) if own.identity else source
        is_mirrored = own.flip_equivariance and torch.rand((), generator=self._draws).item() < 0.5
        translated, keys = self._run["generator"](images.flip(3) if is_mirrored else images, True)
        fake = translated[:count]

        self.discriminator.requires_grad_(True)
        self.discriminator_optimizer.zero_grad()
        scores = self._run["discriminator"](torch.cat((target, fake.detach())))
        discriminator = 0.5 * ((scores[: len(target)] - 1).square().mean() + scores[len(target) :].square().mean())
        discriminator.backward()
        self.discriminator_optimizer.step()

        self.discriminator.requires_grad_(False)
        self.generator_optimizer.zero_grad()
        adversarial = (self._run["discriminator"](fake) - 1).square().mean()
        contrasts = self._contrasts(images, translated, keys, is_mirrored)
        contrast = contrasts[:count].mean()
        losses = {"adversarial_target": adversarial, "discriminator_target": discriminator, "contrast_source": contrast}
        if own.identity:
            losses["contrast_target"] = contrasts[count:].mean()
            contrast = 0.5 * (contrast + losses["contrast_target"])
        (own.adversarial_weight * adversarial + own.contrast_weight * contrast).backward()
        self.generator_optimizer.step()
        return {name: loss.detach() for name, loss in losses.items()}

    def _contrasts(self, images: Tensor, translated: Tensor, keys: tuple[Tensor, ...], is_mirrored: bool) -> Tensor:
        """The contrastive loss of each slice, (n,).

        Gradients reach the encoder through the translation and through the pass that encodes it, never through the keys.
        """
        from .contrastive import draw_positions, patch_nce, patches_at

        queries = self._run["generator"](translated, True, False)
        if is_mirrored:
            queries = [some.flip(3) for some in queries]
            with torch.no_grad():
                keys = self._run["generator"](images, True, False)
        positions = draw_positions(keys, self.settings.patches, self._draws)
        with torch.no_grad():
            of_images = self._run["projector"](*patches_at(keys, positions))
        of_translations = self._run["projector"](*patches_at(queries, positions))
        return patch_nce(of_translations, of_images, self.settings.temperature)

    def set_learning_rate(self, rate: float) -> None:
        """Use ``rate`` in both optimisers from now on."""
        set_rate(rate, self.generator_optimizer, self.discriminator_optimizer)

    def trained_network(self) -> nn.Module:
        """The generator from source to target."""
        return self.generator

    def sample_columns(self, source: Tensor, target: Tensor) -> tuple[Tensor, ...]:
        """Source, pseudo-target, target, and what the generator makes of the target, which is to be the same."""
        return source, self.generator(source), target, self.generator(target)

    def _networks(self) -> dict[str, nn.Module]:
        return {name: getattr(self, name) for name in ("generator", "projector", "discriminator")}

    def state_dict(self) -> dict[str, Any]:
        """Everything that training goes on from: networks, optimisers, random numbers."""
        parts: dict[str, Any] = {**self._networks(), **self._optimizers()}
        return {name: part.state_dict() for name, part in parts.items()} | {"draws": self._draws.get_state()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from :meth:`state_dict` of a CUT with the same settings."""
        parts: dict[str, Any] = {**self._networks(), **self._optimizers()}
        for name, part in parts.items():
            part.load_state_dict(state[name])
        self._draws.set_state(state["draws"].cpu())

    def _optimizers(self) -> dict[str, torch.optim.Optimizer]:
        return {name: getattr(self, name) for name in ("generator_optimizer", "discriminator_optimizer")}


def build_generator(settings: Settings) -> TappedGenerator:
    """The generator, its weights not yet drawn by :func:`.networks.initialize`."""
    from .contrastive import TappedGenerator
    from .networks import halvings

    own = settings.of(CUTSettings)
    downsamplings = halvings(settings.translation.image_size, own.generator_downsamplings)
    return TappedGenerator(own.generator_features, own.generator_blocks, downsamplings)


_REGISTRATION = partial(
    Registration,
    reference="Park, T., et al.: Contrastive learning for unpaired image-to-image translation. ECCV 2020. arXiv 2007.15651.",
    section="cut",
    settings=CUTSettings,
    make=CUT,
    network=build_generator,
    losses={
        "adversarial_target": Loss(_("Generator adversarial loss, source to target"), _("adversarial losses")),
        "discriminator_target": Loss(_("Discriminator loss, target"), _("adversarial losses")),
        "contrast_source": Loss(_("Patchwise contrastive loss (PatchNCE), source"), _("contrastive losses")),
        "contrast_target": Loss(_("Patchwise contrastive loss (PatchNCE), target"), _("contrastive losses")),
    },
)
_SMALL: dict[str, dict[str, Any]] = {
    "smoke": {
        "cut.generator_features": 8,
        "cut.generator_blocks": 3,
        "cut.discriminator_features": 8,
        "cut.projection_features": 32,
    },
    "laptop": {
        "cut.generator_features": 32,
        "cut.generator_blocks": 6,
        "cut.discriminator_features": 32,
        "cut.discriminator_layers": 0,
        "cut.projection_features": 128,
    },
    "sample": {
        "cut.generator_features": 16,
        "cut.generator_blocks": 4,
        "cut.discriminator_features": 16,
        "cut.projection_features": 64,
    },
}
_RATE = {"translation.learning_rate": 0.0002}
TRANSLATORS = (
    _REGISTRATION(
        name="cut",
        title=_("CUT"),
        tip=_("Contrast between patches, without a way back."),
        presets={"paper": _RATE, **_SMALL},
    ),
    _REGISTRATION(
        name="fastcut",
        title=_("FastCUT"),
        tip=_("CUT without identity: faster, and it changes shapes less."),
        presets={
            "paper": {**_RATE, "cut.contrast_weight": 10, "cut.identity": False, "cut.flip_equivariance": True},
            **_SMALL,
        },
    ),
)

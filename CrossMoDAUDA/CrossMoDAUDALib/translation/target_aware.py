"""CycleGAN that segments while it translates: structures are to be seen in the translation, too.

After COSMOS (Shin et al., arXiv 2203.16557, the winner of crossMoDA 2021) and its forerunner (Shin et al., arXiv
2109.10674). Each generator has a second decoder on its encoder, the layers up to the last residual block, which
segments the slice that the generator reads. With G: source to target and F: target to source, a source slice s, the
structures y in it, and the segmenting decoders S_G and S_F, the generators minimise CycleGAN's objective
(``cyclegan.py``) and

  + segmentation_weight * ( L(S_G(s), y) + L(S_F(G(s)), y) )
  + edge_weight         * | Sobel(G(s)) - Sobel(s) |

The first term makes the encoder of G know the structures. The second one is learnt by G, too, which so may not paint
over what F's decoder is to find. No label of the target domain is used. COSMOS's L is 1 - DSC; here it is
:func:`segmentation_loss`, in which each structure counts by itself and which adds a cross-entropy. The weights
10 : 1 : 5 : 1 for cycle, adversarial, identity and segmentation are our choice. The segmenting decoder is built as in TANQ
(Scientific Reports 2024). The edge loss is off unless it is asked for.

Both terms reuse features that CycleGAN computes anyway, so a step has two small decoders more. They are not part of the
trained translator: what is exported is the ResNet generator.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..core.declaring import setting
from ..core.translatable import _
from .cyclegan import LOSSES, OTHER, CycleGAN, CycleGANSettings, RoundTrip, build_generator, refuse_uneven
from .protocol import Loss, Registration

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

    from ..compute.acceleration import Acceleration
    from ..core.settings import Settings
    from .cyclegan import Terms
else:
    from ..compute.lazy import torch


@dataclass(frozen=True)
class TargetAwareSettings(CycleGANSettings):
    """CycleGAN's settings, and those of the decoders that segment."""

    segmentation_weight: float = setting(1.0, "Weight of the segmentation losses.", low=0, high=1000)
    cross_entropy_weight: float = setting(
        1.0, "Weight of the class-weighted cross-entropy beside 1 - DSC in a segmentation loss; 0 is as in COSMOS.", low=0, high=1000
    )
    edge_weight: float = setting(
        0.0, "Weight of the edge loss between a source slice and its translation (L1 between Sobel magnitudes).", low=0, high=1000
    )

    def check(self, settings: Settings) -> None:
        """Refuse slices that the generator cannot halve as often as it is to."""
        refuse_uneven(settings.translation.image_size, self.generator_downsamplings, "target_aware")


class TargetAware(CycleGAN):
    """A :class:`.cyclegan.CycleGAN` with a segmenting decoder in each generator.

    Args:
        settings: as for CycleGAN, with :class:`TargetAwareSettings`; ``labels`` tells the structures.
        acceleration: where the networks live and how they run.
    """

    def __init__(self, settings: Settings, acceleration: Acceleration) -> None:
        # Named by the domain whose slices they segment: the generator that translates these has the encoder.
        self.source_segmenter, self.target_segmenter = build_segmenter(settings), build_segmenter(settings)
        super().__init__(settings, acceleration)
        self.weights = settings.of(TargetAwareSettings)

    def _networks(self) -> dict[str, nn.Module]:
        segmenters: dict[str, nn.Module] = {"source_segmenter": self.source_segmenter, "target_segmenter": self.target_segmenter}
        return super()._networks() | segmenters  # last, so that the others begin with the weights that CycleGAN's have

    def _parts(self) -> dict[str, nn.Module]:
        parts = self._networks()
        for name in ("to_target", "to_source"):
            parts[f"{name}_encoder"], parts[f"{name}_decoder"] = parts.pop(name).halves()  # type: ignore[operator]
        return parts

    def _round_trip(self, domain: str, read: Tensor, count: int) -> RoundTrip:
        """CycleGAN's, with the features that the segmenting decoders read."""
        run, other = self._run, OTHER[domain]
        features = run[f"to_{domain}_encoder"](read)
        made = run[f"to_{domain}_decoder"](features)
        fake = made[:count]
        features_of_fake = run[f"to_{other}_encoder"](fake)
        return RoundTrip(fake, made[count:], run[f"to_{other}_decoder"](features_of_fake), (features, features_of_fake))

    def _further_terms(self, domain: str, images: Tensor, labels: Tensor | None, trip: RoundTrip) -> Terms:
        """The segmentation losses, and that of edges, where the structures of ``images`` are known."""
        if labels is None:
            return {}
        weights, (features, features_of_fake) = self.weights, trip.features
        seen = {
            "source": self._run[f"{OTHER[domain]}_segmenter"](features[: len(images)]),
            "translation": self._run[f"{domain}_segmenter"](features_of_fake),
        }
        terms = {
            f"segmentation_{name}": (weights.segmentation_weight, segmentation_loss(scores, labels, weights.cross_entropy_weight))
            for name, scores in seen.items()
        }
        if weights.edge_weight > 0:
            terms["edges"] = (weights.edge_weight, edge_loss(images, trip.fake))
        return terms

    def sample_columns(self, source: Tensor, target: Tensor) -> tuple[Tensor, ...]:
        """Source, pseudo-target, the structures found in it; target, pseudo-source, the structures found in the target."""
        pseudo_target, pseudo_source = self.to_target(source), self.to_source(target)
        return source, pseudo_target, self._structures(pseudo_target), target, pseudo_source, self._structures(target)

    def _structures(self, images: Tensor) -> Tensor:
        """What is found in slices of the target domain, as shades of grey: background -1, the last structure 1."""
        scores = self.target_segmenter(self.to_source.halves()[0](images))  # type: ignore[operator]
        shades: Tensor = scores.argmax(dim=1, keepdim=True) * (2 / (scores.shape[1] - 1)) - 1
        return shades


def build_segmenter(settings: Settings) -> nn.Module:
    """The decoder that segments, its weights not yet drawn by :func:`.networks.initialize`."""
    from .networks import SegmentingDecoder, halvings

    own = settings.of(TargetAwareSettings)
    downsamplings = halvings(settings.translation.image_size, own.generator_downsamplings)
    return SegmentingDecoder(own.generator_features, downsamplings, 1 + len(settings.labels))


def segmentation_loss(scores: Tensor, labels: Tensor, cross_entropy_weight: float) -> Tensor:
    """1 - soft DSC, plus a cross-entropy, in both of which structures of few pixels count.

    The soft DSC of a structure is taken over the batch, and averaged over the structures that the batch has. The
    cross-entropy is the weighted mean over all pixels; a class of n pixels in the batch, background included, has the weight
    1 / sqrt(n). With as much tumour and cochlea as whole slices have, these come near TANQ's weights, 1 : 60 : 120; with
    1 / n a structure would spill far into the background, and so would what the generator paints. Slices without any
    structure have the cross-entropy of the background only. The batch is that of all ranks.

    Args:
        scores: unnormalised, (n, 1 + structures, h, w).
        labels: (n, h, w), int64, 0 background.

    >>> labels = torch.tensor([[[0, 0, 1, 1]]])
    >>> undecided = torch.zeros(1, 2, 1, 4)  # 1/2 for either class: DSC 2 * 1 / (2 + 2)
    >>> segmentation_loss(undecided, labels, 0.0).item()
    0.5
    """
    from ..compute.distributed import summed

    truth = torch.nn.functional.one_hot(labels, scores.shape[1]).movedim(-1, 1).to(scores.dtype)
    logarithms = scores.log_softmax(dim=1)
    probabilities = logarithms.exp()
    per_pixel = torch.stack((probabilities * truth, probabilities, truth, -logarithms * truth))
    overlap, found, there, surprise = summed(per_pixel.sum(dim=(1, 3, 4)))
    present = (there > 0).to(scores.dtype)
    missed = (1 - 2 * overlap / (found + there).clamp(min=1)) * present  # a class that is present has a pixel or more
    dice = missed[1:].sum() / present[1:].sum().clamp(min=1)
    cross_entropy = (surprise * there.clamp(min=1).rsqrt()).sum() / there.sqrt().sum()
    both: Tensor = dice + cross_entropy_weight * cross_entropy
    return both


def edge_loss(images: Tensor, translated: Tensor) -> Tensor:
    """Mean absolute difference of the magnitudes of Sobel's gradients; both (n, 1, h, w).

    As in the winner of crossMoDA 2023 (Vandy365). A step from -1 to 1 has the magnitude 8 on both its sides.
    """
    rise = images.new_tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
    filters = torch.stack((rise, rise.T)).unsqueeze(1)
    gradients = torch.nn.functional.conv2d(torch.cat((images, translated)), filters)
    there, made = (gradients.square().sum(dim=1) + 1e-12).sqrt().split(len(images))  # at 0 a root has no gradient
    return torch.nn.functional.l1_loss(made, there)


TRANSLATORS = (
    Registration(
        name="cyclegan-target-aware",
        title=_("CycleGAN, target-aware"),
        tip=_("Learns to segment, too, so that structures stay visible."),
        section="target_aware",
        settings=TargetAwareSettings,
        make=TargetAware,
        network=build_generator,
        losses={
            **LOSSES,
            "segmentation_source": Loss(_("Segmentation loss, source slices"), _("segmentation losses")),
            "segmentation_translation": Loss(_("Segmentation loss, pseudo-target slices"), _("segmentation losses")),
            "edges": Loss(_("Edge loss"), _("cycle and identity losses")),
        },
        columns=("source", "translation", "translation_structures", "target", "back", "target_structures"),
        uses_labels=True,
        reference="Shin, H., et al.: COSMOS: cross-modality unsupervised domain adaptation for 3D medical image segmentation based on"
        " target-aware domain translation and iterative self-training. 2022. arXiv 2203.16557.",
        presets={
            "laptop": {
                "target_aware.generator_features": 32,
                "target_aware.generator_blocks": 6,
                "target_aware.discriminator_features": 32,
                "target_aware.discriminator_layers": 0,
            },
            "smoke": {
                "target_aware.generator_features": 8,
                "target_aware.generator_blocks": 3,
                "target_aware.discriminator_features": 8,
            },
            "sample": {  # as CycleGAN's, for the same reason
                "target_aware.identity_weight": 0,
                "target_aware.generator_features": 16,
                "target_aware.generator_blocks": 4,
                "target_aware.discriminator_features": 16,
            },
        },
    ),
)

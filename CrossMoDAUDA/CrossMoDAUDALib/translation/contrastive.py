"""CUT's networks and its contrastive loss over patches (Park et al. 2020, sections 3 and 4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from .networks import ResnetGenerator


class TappedGenerator(ResnetGenerator):
    """The anti-aliased ResNet generator, whose encoder also gives the features that patches are compared by.

    Arguments as :class:`.networks.ResnetGenerator`'s.

    Attributes:
        taps: names of the layers that are tapped: the padded slice, each convolution that halves (before its normalisation),
            the first and the middle residual block.

    >>> TappedGenerator().taps
    ['padded', 'down 1', 'down 2', 'block 1', 'block 5']
    """

    def __init__(self, features: int = 64, blocks: int = 9, downsamplings: int = 2) -> None:
        super().__init__(features, blocks, downsamplings, antialiased=True)
        downs = [f"down {level + 1}" for level in range(downsamplings)]
        self.taps = list(dict.fromkeys(("padded", *downs, "block 1", f"block {(blocks + 1) // 2}")))

    def forward(self, images: Tensor, tapped: bool = False, translated: bool = True) -> Any:
        """Translate slices, tap them on the way, or both.

        Args:
            images: (n, 1, h, w) in [-1, 1].
            tapped: whether to give the features at the taps.
            translated: whether to go on to the translation; without it, the encoder ends at the last tap.

        Returns:
            The translation (n, 1, h, w) in [-1, 1]; the features, a tuple of (n, c, h', w'); or the pair of both.
        """
        places, found, features = {self.places[name] for name in self.taps}, [], images
        for place, layer in enumerate(self.layers):
            features = layer(features)
            if tapped and place in places:
                found.append(features)
            if not translated and place == max(places):
                return tuple(found)
        return (features, tuple(found)) if tapped else features


class PatchProjector(nn.Module):
    """Two layers for each tap that turn its features into vectors of unit length.

    0.56 million parameters for the paper's generator.

    Args:
        widths: feature maps of each tap.
        features: length of the vectors.
    """

    def __init__(self, widths: Sequence[int], features: int = 256) -> None:
        super().__init__()
        layers = ((nn.Linear(width, features), nn.ReLU(), nn.Linear(features, features)) for width in widths)
        self.projections = nn.ModuleList(nn.Sequential(*three) for three in layers)

    def forward(self, *patches: Tensor) -> tuple[Tensor, ...]:
        """Project patches (n, positions, c) of each tap to (n, positions, features)."""
        projected = (layers(some) for layers, some in zip(self.projections, patches, strict=True))
        return tuple(some / (torch.linalg.vector_norm(some, dim=2, keepdim=True) + 1e-7) for some in projected)


def draw_positions(features: Sequence[Tensor], count: int, draws: torch.Generator) -> list[Tensor]:
    """For each tap ``count`` different positions in its features (n, c, h, w), row by row; all where there are fewer.

    Args:
        draws: random numbers, on the CPU, so that every device and every process draws the same.
    """
    sizes = [some.shape[2] * some.shape[3] for some in features]
    return [torch.randperm(size, generator=draws)[:count].to(features[0].device) for size in sizes]


def patches_at(features: Sequence[Tensor], positions: Sequence[Tensor]) -> list[Tensor]:
    """Features (n, c, h, w) of each tap at its positions, (n, positions, c)."""
    return [some.flatten(2)[:, :, places].transpose(1, 2) for some, places in zip(features, positions, strict=True)]


def patch_nce(queries: Sequence[Tensor], keys: Sequence[Tensor], temperature: float) -> Tensor:
    """How badly patches of a translation are told from the others by the patches that they were made of (Park et al., eq. 3).

    Each query is to be most like the key of its own position among the keys of the same slice: a cross-entropy over
    similarities, averaged over positions and taps.

    Args:
        queries, keys: for each tap vectors of unit length (n, positions, features); of keys without gradients.

    Returns:
        The loss of each slice, (n,).

    >>> one = torch.eye(2)[None]
    >>> patch_nce([one], [one], 1.0)  # log(1 + exp(-1))
    tensor([0.3133])
    """
    losses = []
    for query, key in zip(queries, keys, strict=True):
        similar = torch.bmm(query, key.transpose(1, 2)) / temperature
        own = similar.diagonal(dim1=1, dim2=2)
        losses.append((similar.logsumexp(dim=2) - own).mean(dim=1))
    return torch.stack(losses).mean(dim=0)

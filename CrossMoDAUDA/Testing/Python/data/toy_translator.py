"""A toy translator: it copies the slice, and learns how bright the target is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..core.declaring import setting
from .protocol import Loss, Registration

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

    from ..compute.acceleration import Acceleration
    from ..core.settings import Settings
else:
    from ..compute.lazy import torch  # the panel and --help read this file without PyTorch


@dataclass(frozen=True)
class CopySettings:
    """What the copying translator needs beyond every translator's settings."""

    gain: float = setting(1.0, "Factor of the brightness at the start.", low=0, high=10)


class Copy:
    """A Translator, see ``protocol.py`` for what its methods are given and give."""

    def __init__(self, settings: Settings, acceleration: Acceleration) -> None:
        self._network = acceleration.place(network(settings))
        torch.nn.init.constant_(self._network[0].weight, settings.of(CopySettings).gain)
        torch.nn.init.zeros_(self._network[0].bias)
        self._run = acceleration.faster(self._network)  # also shares the gradients of several GPUs
        self._adam = torch.optim.Adam(self._network.parameters(), settings.translation.learning_rate)

    def step(self, source: Tensor, target: Tensor, labels: Tensor | None) -> dict[str, Tensor]:
        loss = (self._run(source).mean() - target.mean()).square()
        self._adam.zero_grad()
        loss.backward()
        self._adam.step()
        return {"brightness": loss.detach()}

    def set_learning_rate(self, rate: float) -> None:
        self._adam.param_groups[0]["lr"] = rate

    def trained_network(self) -> nn.Module:
        return self._network

    def sample_columns(self, source: Tensor, target: Tensor) -> tuple[Tensor, ...]:
        return source, self._network(source), target  # there is no way back to show

    def state_dict(self) -> dict[str, Any]:
        return {"network": self._network.state_dict(), "adam": self._adam.state_dict()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self._network.load_state_dict(state["network"])
        self._adam.load_state_dict(state["adam"])


def network(settings: Settings) -> Any:
    return torch.nn.Sequential(torch.nn.Conv2d(1, 1, 1), torch.nn.Hardtanh())


TRANSLATORS = (
    Registration(
        name="copy",
        title="Copy (toy)",
        tip="Changes nothing but the brightness.",
        section="copy",
        settings=CopySettings,
        make=Copy,
        network=network,
        losses={"brightness": Loss("Difference in brightness")},
    ),
)

"""What an image translator is: a method that learns from slices of two domains to turn one into the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from torch import Tensor, nn, optim

    from ..compute.acceleration import Acceleration
    from ..core.settings import Settings


SAMPLE_ROWS = 4  # slices of each domain in a sample picture
SAMPLE_BORDER = 1  # pixels of white around each slice there, before all is enlarged


class Translator(Protocol):
    """A method that learns image translation. :func:`.training.train` calls it; a trained one is a :class:`.trained.TrainedTranslator`.

    Where several processes train, each has a translator of its own and sees its share of every batch; a network that is
    run through :meth:`.compute.acceleration.Acceleration.faster` gets the gradients of the whole batch.
    """

    def step(self, source: Tensor, target: Tensor, labels: Tensor | None) -> dict[str, Tensor]:
        """Train on one batch.

        Args:
            source, target: unpaired slices in [-1, 1], both (n, 1, h, w), float32, on the networks' device.
            labels: the source slices' structures (n, h, w), int64, on the same device: 0 is background, k the k-th structure
                of setting ``labels``. None unless the translator's registration says ``uses_labels``.

        Returns:
            Losses by name, the same names in every step: scalars without gradients, left on the device, so that nothing
            waits for them. Names that ``losses`` of the registration lists get titles in the panel.
        """

    def set_learning_rate(self, rate: float) -> None:
        """Use ``rate`` from now on; called before each epoch, falls linearly in the decay epochs."""

    def trained_network(self) -> nn.Module:
        """The network that turns source slices (n, 1, h, w) in [-1, 1] into target slices of the same shape and range.

        Its ``state_dict`` is exported and must fit what the registration's ``network`` builds.
        """

    def sample_columns(self, source: Tensor, target: Tensor) -> Sequence[Tensor]:
        """The columns of the sample picture, left to right, such as source, its translation, target, its translation.

        The registration's ``columns`` names them. What the method lacks, such as a way back, it leaves out.

        Args:
            source, target: as many slices of either domain as the picture has rows, (n, 1, h, w).

        Returns:
            Tensors of the same shape, in [-1, 1]; called without gradients.
        """

    def state_dict(self) -> dict[str, Any]:
        """Everything that training goes on from: networks, optimisers, random numbers. What ``torch.save`` can write."""

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from :meth:`state_dict` of a translator with the same settings; its tensors are on the CPU."""


@dataclass(frozen=True)
class Loss:
    """How the panel shows a loss.

    Attributes:
        title: what the field calls it. The panel shows it beside words that everybody knows, where it has such words.
        chart: the name of the chart that it is drawn in.
    """

    title: str
    chart: str = "losses"


@dataclass(frozen=True)
class Registration:
    """A translator as the rest of the library knows it, readable without PyTorch.

    Attributes:
        name: what setting ``translation.translator`` calls it.
        title, tip: its name in the panel's list, and a short sentence on it.
        section: the name of its section of settings; translators may share one.
        settings: the section's class, a frozen dataclass of :func:`.core.declaring.setting` fields. Those marked
            ``architecture`` are kept with a trained network.
        make: a new translator for settings (``seed`` included), with its networks placed and run by an Acceleration.
        network: the source-to-target network for settings, of which :meth:`Translator.trained_network` gives the weights.
        losses: titles of the losses by their names.
        columns: what :meth:`Translator.sample_columns` gives, left to right. The panel shows ``source``, ``translation`` and ``target``.
        uses_labels: whether :meth:`Translator.step` is to be given the source slices' structures.
        presets: by a preset's name what it changes for this translator, see :func:`.core.settings.register_translator`.
        reference: what to cite; an experiment's page shows it.
    """

    name: str
    title: str
    tip: str
    section: str
    settings: type[Any]
    make: Callable[[Settings, Acceleration], Translator]
    network: Callable[[Settings], nn.Module]
    losses: Mapping[str, Loss] = field(default_factory=dict)
    columns: tuple[str, ...] = ("source", "translation", "target", "back")
    uses_labels: bool = False
    presets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    reference: str = ""


def set_rate(rate: float, *optimizers: optim.Optimizer) -> None:
    """Give optimisers a learning rate, for :meth:`Translator.set_learning_rate`."""
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] = rate

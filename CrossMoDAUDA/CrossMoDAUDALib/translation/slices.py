"""The slices that the networks learn from: scans decoded once into one file, and batches drawn from two such files."""

from __future__ import annotations

import contextlib
import itertools
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ..compute.distributed import own_share
from ..core.errors import CrossModaError, InputError
from ..core.files import replacing
from ..core.parsing import MOST_LABEL
from ..core.progress import Progress, silent
from ..core.settings import IntensitySettings, Settings, TranslationSettings
from ..images import volumes
from ..images.intensity import FULL_SCALE, scale_intensity, to_slices
from ..images.labels import read_labels
from ..images.volumes import Array, Geometry, Volume
from ..images.voxels import label_type

Slices = npt.NDArray[np.int16] | npt.NDArray[np.uint8]

_RESIZED_AT_ONCE, _READ_AT_ONCE = 16, 64
# In parts of a scan's range of intensities; see :func:`shows_something`.
_LEAST_CONTRAST = 0.025
# Places of a sampler's files.
_SOURCE, _TARGET, _LABELS = 0, 1, 2


def prepare(volume: Volume, settings: IntensitySettings) -> npt.NDArray[np.float32]:
    """A volume as the networks know it: canonical orientation, intensities in [-1, 1]; shape (slices, rows, columns)."""
    return scale_intensity(volumes.to_canonical(volume).array, settings.lower_percentile, settings.upper_percentile)


def build_slices(images: Sequence[Path], out: Path, settings: Settings, progress: Progress = silent) -> None:
    """Decode every scan of a domain once into one file of all its axial slices, resized to ``image_size``.

    The file is a NumPy array of shape (slices, image_size, image_size), int16, 32767 standing for 1. One scan is in memory
    at a time. ``out`` is written anew, and is whole as soon as it is there.

    Raises:
        InputError: a scan cannot be read, or there is none.
        CrossModaError: the file cannot be written.
    """
    if not images:
        raise InputError(f"There are no scans to cut into slices for {out.name}; name at least one scan of each domain.")
    size = settings.translation.image_size
    count = sum(_canonical_size(volumes.read_geometry(path))[2] for path in images)
    with _new_array(out, "<i2", (count, size, size)) as file:
        for number, path in enumerate(images, start=1):
            scaled = prepare(volumes.read_volume(path), settings.intensity)
            for first in range(0, len(scaled), _RESIZED_AT_ONCE):
                some = torch.from_numpy(scaled[first : first + _RESIZED_AT_ONCE]).unsqueeze(1)
                resized = volumes.resize_slices(some, (size, size)).squeeze(1).numpy()
                file.write(to_slices(resized).tobytes())
            progress(number, len(images), f"sliced {volumes.file_stem(path)}")


def build_label_slices(cases: Sequence[tuple[Path, Path]], out: Path, settings: Settings) -> None:
    """Cut label maps into slices that lie on those which :func:`build_slices` cuts from their images, in the same order.

    The file is a NumPy array of shape (slices, image_size, image_size), uint8: 0 is background, k the k-th structure of
    ``settings.labels``. Of several voxels that become one pixel the nearest counts.

    Args:
        cases: an image and its label map each.

    Raises:
        InputError: a file cannot be read.
        CrossModaError: the file cannot be written.
    """
    size = settings.translation.image_size
    numbers = np.zeros(MOST_LABEL + 1, np.uint8)
    numbers[list(settings.labels.values())] = np.arange(1, 1 + len(settings.labels))
    geometries = [volumes.read_geometry(image) for image, _ in cases]
    count = sum(_canonical_size(geometry)[2] for geometry in geometries)
    with _new_array(out, "|u1", (count, size, size)) as file:
        for (_, label), geometry in zip(cases, geometries, strict=True):
            file.write(numbers[_label_slices(label, geometry, size, settings)].tobytes())


def labels_of_slices(cases: Sequence[tuple[Path, Path]], places: Sequence[int], size: int, settings: Settings) -> Array:
    """The label maps of some of the slices that :func:`build_slices` cuts from images; only the files of these are read.

    Args:
        cases: an image and its label map each, in the order in which they were cut.
        places: of the slices in the file.
        size: rows and columns of a slice.
        settings: ``labels`` and ``reading`` are used.

    Returns:
        The structures' values, shape (len(places), size, size).

    Raises:
        InputError: a file cannot be read.
    """
    geometries = [volumes.read_geometry(image) for image, _ in cases]
    ends = np.cumsum([_canonical_size(geometry)[2] for geometry in geometries])
    found = np.zeros((len(places), size, size), label_type(settings.labels))
    of_case = np.searchsorted(ends, places, side="right")
    for case in sorted(set(of_case.tolist())):
        slices = _label_slices(cases[case][1], geometries[case], size, settings)
        own = np.flatnonzero(of_case == case)
        found[own] = slices[np.asarray(places)[own] - (ends[case] - len(slices))]
    return found


def _label_slices(label: Path, geometry: Geometry, size: int, settings: Settings) -> Array:
    """All slices of a label map on its image's grid, of which a file's rounding could else make another orientation."""
    read = read_labels(label, settings.labels, settings.reading.merged_values, geometry)
    values = volumes.to_canonical(Volume(read.array, geometry)).array
    rows, columns = (_nearest(length, size) for length in values.shape[1:])
    return values[:, rows][:, :, columns]


def _nearest(length: int, size: int) -> npt.NDArray[np.int64]:
    """For each of ``size`` pixels across ``length`` voxels the voxel in which its centre lies."""
    return ((np.arange(size) + 0.5) * length / size).astype(np.int64)


@contextlib.contextmanager
def _new_array(out: Path, kind: str, shape: tuple[int, ...]) -> Iterator[IO[bytes]]:
    """A NumPy array's file, open for the values and whole as soon as it is there.

    Raises:
        CrossModaError: it cannot be written.
    """
    try:
        # Written, not memory-mapped: on a full disk a write fails, where a mapping would kill the process.
        with replacing(out) as partial, partial.open("wb") as file:
            np.lib.format.write_array_header_1_0(file, {"descr": kind, "fortran_order": False, "shape": shape})
            yield file
    except OSError as error:
        raise CrossModaError(f"{out} could not be written; check the free space and the permissions of its folder.") from error


def _canonical_size(geometry: Geometry) -> tuple[int, int, int]:
    """Voxels along x, y, z once in canonical orientation."""
    return volumes.canonical_grid(geometry).size


def open_slices(path: Path) -> Slices:
    """The slices of :func:`build_slices`, left on the disk until they are used.

    Raises:
        CrossModaError: the file is missing or damaged.
        OSError: it cannot be read.
    """
    try:
        slices = np.load(path, mmap_mode="r", allow_pickle=False)
    except (FileNotFoundError, ValueError, EOFError) as error:
        raise CrossModaError(f"{path} is missing or damaged; delete it, so that the scans are cut into slices again.") from error
    return slices  # type: ignore[no-any-return]


def to_unit(stored: Tensor) -> Tensor:
    """Stored slices (n, h, w) as the networks want them: float, (n, 1, h, w), in [-1, 1], on the same device."""
    return stored.unsqueeze(1).float().div_(FULL_SCALE)


def shows_something(images: Tensor) -> Tensor:
    """Which slices (n, 1, h, w) in [-1, 1] show more than air: (n), bool.

    The networks normalise every feature map by its own deviation. Of a slice without contrast there is none, so that its
    gradients come out a thousand times too large and more, and Adam, which divides by the largest of late, learns little from any other.
    """
    flat = images.flatten(1)
    return (flat.amax(1) - flat.amin(1)) >= 2 * _LEAST_CONTRAST


def steps_per_epoch(settings: TranslationSettings, n_source: int, n_target: int) -> int:
    """Steps in an epoch: as set, else one pass over the domain with more slices."""
    return settings.steps_per_epoch or math.ceil(max(n_source, n_target) / settings.batch_size)


class SliceSampler:
    """Unpaired batches of both domains. A batch depends on the seed, the epoch and the step only, so training can go on anywhere.

    Every epoch shuffles the slices of each domain that show something (:func:`shows_something`). The domain with fewer starts
    over, shuffled again, until the epoch ends. On a CUDA device with room to spare the slices live there as int16; otherwise
    each batch is read from the disk.

    Args:
        source, target: files of :func:`build_slices`.
        settings: batch size and steps.
        seed: of the order.
        device: where batches are wanted.
        labels: file of :func:`build_label_slices` for the source, if the translator uses labels.

    Raises:
        CrossModaError: a file is missing or damaged, or the labels are not those of the source's slices.
    """

    def __init__(
        self, source: Path, target: Path, settings: TranslationSettings, seed: int, device: torch.device, labels: Path | None = None
    ) -> None:
        self._files = [open_slices(path) for path in (source, target, *([labels] if labels else []))]
        self.counts = (len(self._files[0]), len(self._files[1]))
        if labels and self._files[_LABELS].shape != self._files[_SOURCE].shape:
            raise CrossModaError(f"{labels} does not lie on {source}; delete both, so that the scans are cut into slices again.")
        self.steps = steps_per_epoch(settings, *self.counts)
        self._shown = [_places_to_learn_from(file) for file in self._files[:_LABELS]]
        self._batch_size = settings.batch_size
        self._seed = seed
        self._device = device
        self._order: tuple[int, tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]] | None = None
        self._resident: list[Tensor] = []
        if _fits(device, sum(file.nbytes for file in self._files)):
            self._resident = [torch.from_numpy(np.array(file)).to(device) for file in self._files]

    def batch(self, epoch: int, step: int) -> tuple[Tensor, Tensor, Tensor | None]:
        """Source and target slices of one step, each (batch, 1, h, w), in [-1, 1], and the source's labels, on the device.

        Where several processes train, each gets its equal share of the batch.

        Args:
            epoch, step: counted from 0; step is below ``steps``.

        Returns:
            Labels are (batch, h, w), int64; None without a file of labels.
        """
        if self._order is None or self._order[0] != epoch:
            self._order = (epoch, (self._shuffled(epoch, _SOURCE), self._shuffled(epoch, _TARGET)))
        chosen = slice(step * self._batch_size, (step + 1) * self._batch_size)
        source, target = (order[chosen][own_share(self._batch_size)] for order in self._order[1])
        labels = self._take(_LABELS, source).long() if len(self._files) > _LABELS else None
        return to_unit(self._take(_SOURCE, source)), to_unit(self._take(_TARGET, target)), labels

    def spread(self, count: int) -> tuple[Tensor, Tensor]:
        """``count`` slices of each domain, each from an equal part of its file and there one with much to see; shapes as :meth:`batch`."""
        source, target = (to_unit(self._take(domain, spread_places(self._files[domain], count))) for domain in (_SOURCE, _TARGET))
        return source, target

    def _shuffled(self, epoch: int, domain: int) -> npt.NDArray[np.int64]:
        draws = np.random.default_rng((self._seed, epoch, domain))
        needed = self.steps * self._batch_size
        shown = self._shown[domain]
        return np.concatenate([draws.permutation(shown) for _ in range(math.ceil(needed / len(shown)))])[:needed]

    def _take(self, file: int, places: npt.NDArray[np.int64]) -> Tensor:
        """Slices of a file as they are stored, (n, h, w), on the device."""
        if self._resident:
            return self._resident[file][torch.from_numpy(places).to(self._device, non_blocking=True)]
        stored = torch.from_numpy(np.ascontiguousarray(self._files[file][places]))
        if self._device.type == "cuda":
            stored = stored.pin_memory()
        return stored.to(self._device, non_blocking=True)


def spread_places(slices: Slices, count: int) -> npt.NDArray[np.int64]:
    """Places in a file of slices, one in each equal part of it: of a few candidates there the one with most contrast.

    The outermost slices of a head show nothing.
    """
    chosen = []
    for first, last in itertools.pairwise(np.linspace(0, len(slices), count + 1)):
        candidates = np.unique(np.linspace(first, max(first, last - 1), 16).astype(np.int64))
        chosen.append(max(candidates, key=lambda place: float(slices[place].std())))
    return np.array(chosen, dtype=np.int64)


def _places_to_learn_from(stored: Slices) -> npt.NDArray[np.int64]:
    """Places in a file of the slices that show something; all, if none does."""
    found = [
        shows_something(to_unit(torch.from_numpy(np.array(stored[first : first + _READ_AT_ONCE])))).numpy()
        for first in range(0, len(stored), _READ_AT_ONCE)
    ]
    places: npt.NDArray[np.int64] = np.flatnonzero(np.concatenate(found))
    return places if len(places) else np.arange(len(stored))


def _fits(device: torch.device, needed: int) -> bool:
    """Whether ``needed`` bytes take less than half of the device's free memory; only CUDA has memory of its own."""
    if device.type != "cuda":
        return False
    free: Any = torch.cuda.mem_get_info(device)[0]
    return bool(needed < free / 2)

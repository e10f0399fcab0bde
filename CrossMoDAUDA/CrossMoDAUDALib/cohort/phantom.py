"""Synthetic scans of the cerebellopontine angle: ceT1 or hrT2 with a vestibular schwannoma and both cochleas.

One tissue model, drawn in the coordinates of a head (mm; x to the left, y to posterior, z to superior; the origin lies
between the internal auditory canals), is painted from the outside in, and each tissue has one brightness for each
modality. As in real scans, the tumour is the brightest structure of a ceT1, while in an hrT2 the fluids are and the
tumour is as dark as brain: a segmenter trained on the one fails on the other. For the demo, the sample data and the
tests; no scanner is simulated, and nothing here says how well the method does on patients.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.errors import InputError
from ..images import volumes
from ..images.volumes import Geometry, Volume

Field = npt.NDArray[np.float32]

LABELS = {"Vestibular schwannoma": 1, "Cochlea": 2}
MODALITIES = ("ceT1", "hrT2")

# Brightness of each tissue in ceT1 and in hrT2, relative to the brightest.
TISSUES: dict[str, tuple[float, float]] = {
    "air": (0.02, 0.02),
    "skin": (0.50, 0.30),
    "fat": (0.80, 0.48),
    "muscle": (0.34, 0.20),
    "bone": (0.07, 0.05),
    "marrow": (0.60, 0.34),
    "air cells": (0.14, 0.12),
    "brain": (0.42, 0.30),
    "fluid": (0.20, 0.95),
    "vessel": (0.86, 0.10),
    "artery": (0.55, 0.08),
    "nerve": (0.38, 0.32),
    "inner ear": (0.30, 0.90),
    "tumour": (1.00, 0.40),
    "cochlea": (0.31, 0.92),
}
_INDEX = {name: index for index, name in enumerate(TISSUES)}


@dataclass(frozen=True)
class PhantomSettings:
    """How the scans of a modality are taken.

    Attributes:
        field_of_view: mm along x, y, z.
        noise: standard deviation of the noise in each of the two receiver channels, relative to the brightest tissue.
        bias: how much the coil's sensitivity varies over the head.
        tilt_degrees: the largest rotation of the grid about each axis.
    """

    field_of_view: tuple[float, float, float]
    noise: float
    bias: float = 0.25
    tilt_degrees: float = 6.0


SETTINGS = {
    "ceT1": PhantomSettings(field_of_view=(88.0, 88.0, 36.0), noise=0.02),
    "hrT2": PhantomSettings(field_of_view=(86.0, 86.0, 37.2), noise=0.025),
}


PATIENTS = 10000  # of a cohort's seed: number 1 of seed 2 is patient 20001

# The cohort to try the method with: patients, and voxels of a scan, enough to learn from in minutes (preset sample).
SAMPLE_COHORT: dict[str, Any] = {"source_cases": 10, "target_cases": 10, "evaluation_cases": 4, "seed": 1, "size": (64, 64, 24)}


def make_case(
    seed: int, modality: str, size: Sequence[int] = (64, 64, 24), spacing: Sequence[float] | None = None
) -> tuple[Volume, Volume]:
    """One patient's scan and label map (values: :data:`LABELS`), the same for the same arguments.

    The seed draws the patient; both modalities of one seed show the same head on equally oriented grids.

    Args:
        seed: the patient.
        modality: ``ceT1`` or ``hrT2``.
        size: voxels along x, y, z.
        spacing: mm along x, y, z; by default the modality's field of view over ``size``.

    Returns:
        The image (int16) and the label map (uint8), on one oblique grid that may be stored flipped.

    Raises:
        InputError: the modality is unknown.

    >>> scan, labels = make_case(1, "hrT2", size=(32, 32, 16))
    >>> scan.array.shape, scan.array.dtype, np.unique(labels.array)
    ((16, 32, 32), dtype('int16'), array([0, 1, 2], dtype=uint8))
    """
    if modality not in MODALITIES:
        raise InputError(f"There is no phantom of '{modality}'; choose one of {', '.join(MODALITIES)}.")
    settings = SETTINGS[modality]
    step = spacing if spacing is not None else [extent / count for extent, count in zip(settings.field_of_view, size, strict=True)]
    geometry = _grid(seed, size, step, settings.tilt_degrees)
    signal, tissue = render(seed, modality, geometry)
    chance = np.random.default_rng([seed, 3, MODALITIES.index(modality)])
    signal = signal * _coil(chance, geometry, settings.bias)
    real, imaginary = chance.normal(0.0, settings.noise, (2, *signal.shape)).astype(np.float32)
    gain = chance.uniform(400.0, 1200.0)  # scanners differ in their units
    image = np.rint(gain * np.hypot(signal + real, imaginary)).astype(np.int16)
    label = np.zeros(tissue.shape, dtype=np.uint8)
    label[tissue == _INDEX["tumour"]] = LABELS["Vestibular schwannoma"]
    label[tissue == _INDEX["cochlea"]] = LABELS["Cochlea"]
    return Volume(image, geometry), Volume(label, geometry)


def write_cohort(
    folder: Path, source_cases: int, target_cases: int, evaluation_cases: int, seed: int = 0, size: Sequence[int] = (64, 64, 24)
) -> None:
    """Write a cohort of different patients, laid out and named like crossMoDA 2022.

    ``training_source`` holds ceT1 with labels, ``training_target`` hrT2 without, ``validation`` hrT2 with labels, which
    are for scoring only.
    """
    for _ in cohort_steps(folder, source_cases, target_cases, evaluation_cases, seed, size):
        pass


def cohort_steps(
    folder: Path, source_cases: int, target_cases: int, evaluation_cases: int, seed: int = 0, size: Sequence[int] = (64, 64, 24)
) -> Iterator[tuple[int, int]]:
    """As :func:`write_cohort`, in steps of about 0.1 s for whoever has something else to do meanwhile: those done, and all."""
    parts = (("training_source", "ceT1", source_cases), ("training_target", "hrT2", target_cases), ("validation", "hrT2", evaluation_cases))
    patients = [(name, modality) for name, modality, cases in parts for _ in range(cases)]
    for number, (name, modality) in enumerate(patients, 1):
        image, label = make_case(seed * PATIENTS + number, modality, size)
        yield 2 * number - 1, 2 * len(patients)
        volumes.write_volume(image, folder / name / f"crossmoda2022_syn_{number}_{modality}.nii.gz")
        if name != "training_target":
            volumes.write_volume(label, folder / name / f"crossmoda2022_syn_{number}_Label.nii.gz")
        yield 2 * number, 2 * len(patients)


def render(seed: int, modality: str, geometry: Geometry) -> tuple[Field, npt.NDArray[np.uint8]]:
    """The noiseless scan of a patient on any grid.

    Returns:
        Brightness relative to the brightest tissue, with partial volume, and the tissue that fills most of each voxel as
        an index into :data:`TISSUES`; both of shape (z, y, x).
    """
    paint = _Paint(head_coordinates(seed, geometry), MODALITIES.index(modality), float(np.mean(geometry.spacing)))
    _paint_head(paint, seed)
    return paint.signal, paint.tissue


class _Paint:
    """A picture in the making: each stroke covers what was painted before it, softly at its edge (partial volume)."""

    def __init__(self, points: Field, modality: int, voxel: float) -> None:
        self.points = points
        self.modality = modality
        self.voxel = voxel
        self.signal = np.full(points.shape[1:], TISSUES["air"][modality], dtype=np.float32)
        self.tissue = np.zeros(points.shape[1:], dtype=np.uint8)

    def stroke(self, tissue: str, distance: Field, texture: Field | None = None, where: tuple[slice, ...] = ()) -> None:
        """Fill ``distance < 0`` (mm) with a tissue whose brightness varies by the factor 1 + ``texture``."""
        cover = np.clip(np.float32(0.5) - distance / np.float32(self.voxel), 0, 1)
        value = np.float32(TISSUES[tissue][self.modality])
        signal = self.signal[where]
        signal += cover * ((value if texture is None else value * (1 + texture)) - signal)
        self.tissue[where][cover > 0.5] = _INDEX[tissue]

    def ball(self, centre: Sequence[float], radii: Sequence[float], turn: float = 0.0) -> Field:
        """About the distance in mm to an ellipsoid turned by ``turn`` degrees about z, negative inside."""
        x, y, z = (axis - np.float32(middle) for axis, middle in zip(self.points, centre, strict=True))
        if turn:
            cosine, sine = np.float32(np.cos(np.radians(turn))), np.float32(np.sin(np.radians(turn)))
            x, y = cosine * x + sine * y, cosine * y - sine * x
        a, b, c = (np.float32(1 / radius) for radius in radii)
        x, y, z = x * a, y * b, z * c
        squared = x * x + y * y + z * z
        slope = np.sqrt((x * a) ** 2 + (y * b) ** 2 + (z * c) ** 2)
        root = np.sqrt(squared)
        distance: Field = root * (root - 1) / np.maximum(slope, np.float32(1e-3))
        return distance

    def rod(self, start: Sequence[float], end: Sequence[float], radius: float) -> Field:
        """The distance in mm to a rod with round ends, negative inside."""
        first = np.asarray(start, dtype=np.float32)
        along = np.asarray(end, dtype=np.float32) - first
        offset = [axis - value for axis, value in zip(self.points, first, strict=True)]
        share = sum(part * value for part, value in zip(offset, along, strict=True)) / np.float32(along @ along)
        share = np.clip(share, 0, 1)
        distance: Field = np.sqrt(sum((part - share * value) ** 2 for part, value in zip(offset, along, strict=True)))
        return distance - np.float32(radius)

    def near(self, centre: Sequence[float], reach: float) -> tuple[slice, ...] | None:
        """The box of the grid that holds the points within ``reach`` mm of ``centre``; None if none does."""
        close = np.ones(self.points.shape[1:], dtype=bool)
        for axis, middle in zip(self.points, centre, strict=True):
            close &= np.abs(axis - np.float32(middle)) < reach
        box = []
        for axis in range(3):
            filled = np.flatnonzero(close.any(axis=tuple(other for other in range(3) if other != axis)))
            if not len(filled):
                return None
            box.append(slice(int(filled[0]), int(filled[-1]) + 1))
        return tuple(box)

    def tube(self, tissue: str, path: npt.NDArray[np.float64], radius: float) -> None:
        """Fill a thin tube along a path of points, shape (n, 3), looking only at the voxels around it."""
        middle = path.mean(axis=0)
        where = self.near(middle, float(np.abs(path - middle).max()) + radius + self.voxel)
        if where is None:
            return
        points = self.points[(slice(None), *where)]
        nearest = np.full(points.shape[1:], np.inf, dtype=np.float32)
        for x, y, z in path.astype(np.float32):
            np.minimum(nearest, (points[0] - x) ** 2 + (points[1] - y) ** 2 + (points[2] - z) ** 2, out=nearest)
        self.stroke(tissue, np.sqrt(nearest) - np.float32(radius), where=where)


def _paint_head(paint: _Paint, seed: int) -> None:
    chance = np.random.default_rng([seed, 0])
    coarse, fine = (_smooth_noise(chance, paint.points, cell) for cell in (7.0, 2.6))
    texture = 0.05 * coarse + 0.06 * fine

    head = paint.ball((0, 0, 0), (62, 76, 100))
    paint.stroke("skin", head)
    paint.stroke("fat", head + 2.2, texture)
    paint.stroke("muscle", paint.ball((0, 2, 0), (57.5, 70, 95)), 3 * texture)
    vault = paint.ball((0, 8, 5), (54.5, 60, 70))
    paint.stroke("bone", vault)
    paint.stroke("marrow", np.abs(vault + 2.8) - 0.9, texture)
    cavity = np.maximum(vault + 5.2, -34 - paint.points[1] + 2 * coarse)
    paint.stroke("fluid", cavity)
    folds = np.abs(coarse + 0.5 * fine) - 0.02  # a sulcus runs where the noise changes its sign
    brain = cavity + 1.0
    paint.stroke("brain", np.maximum(brain, -6 * folds - np.maximum(-brain - 7, 0)), texture)

    _paint_face(paint, texture)
    tilt = chance.uniform(-2, 2)
    paint.stroke("fluid", paint.ball((0, -1, 0), (25, 11, 26)))  # prepontine and cerebellopontine cisterns
    for side in (-1, 1):
        paint.stroke("fluid", paint.ball((side * 19, 6, -1), (8.5, 8, 10), side * 35))
    paint.stroke("marrow", paint.ball((0, -18, -4), (15, 8.5, 22)), 4 * texture)  # clivus
    for side in (-1, 1):
        _paint_petrous_bone(paint, side, texture, fine)
    paint.stroke("brain", paint.ball((0, 6, 0), (13.5, 11.5, 30)), texture)  # pons
    for side in (-1, 1):
        paint.stroke("brain", paint.ball((side * 14, 17, 0), (10, 9, 11), side * 40), texture)  # middle cerebellar peduncles
        paint.stroke("brain", paint.ball((side * 22, 14, -7), (4, 6, 4), side * 40), texture)  # flocculus
    paint.stroke("fluid", paint.ball((tilt, 18.5, 0), (6.5, 4, 10)))  # fourth ventricle
    paint.stroke("artery", paint.rod((tilt, -7, -25), (-tilt, -7.5, 25), 1.7))  # basilar artery
    paint.stroke("vessel", paint.rod((0, 62, -22), (0, 62, 22), 3.0))  # confluence of the sinuses
    tumour_side = int(chance.choice([-1, 1]))
    for side in (-1, 1):
        _paint_canal(paint, side)
        if side == tumour_side:
            _paint_tumour(paint, side, chance, fine)
        _paint_inner_ear(paint, side)


def _paint_face(paint: _Paint, texture: Field) -> None:
    """The skull base before the temporal lobes: sinuses, orbits with globes, the sphenoid wings, the temporal muscles."""
    front = paint.points[1] + 33
    inner = paint.ball((0, 0, 0), (54, 68, 95))
    paint.stroke("bone", np.maximum(np.maximum(front, -front - 5), inner))  # sphenoid ridge
    for side in (-1, 1):
        paint.stroke("fat", paint.ball((side * 28, -50, 3), (15, 20, 17), side * 20), texture)
        paint.stroke("fluid", paint.ball((side * 29, -61, 3), (11, 11, 11)))  # globe
        paint.stroke("muscle", paint.rod((side * 20, -40, 3), (side * 28, -52, 3), 1.8))  # optic nerve
    paint.stroke("bone", paint.ball((0, -48, 0), (13, 26, 20)))
    for side in (-1, 1):
        paint.stroke("air", paint.ball((side * 5, -52, 3), (4.5, 17, 14)))  # ethmoid cells
        paint.stroke("air", paint.ball((side * 6, -33, -3), (6, 7, 9)))  # sphenoid sinus


def _paint_petrous_bone(paint: _Paint, side: int, texture: Field, fine: Field) -> None:
    paint.stroke("bone", paint.ball((side * 32, 3, -4), (25, 9.5, 13.5), side * 38))
    paint.stroke("bone", paint.ball((side * 48, 17, -8), (9, 14, 20), side * 20))
    paint.stroke("air cells", paint.ball((side * 47, 18, -8), (6.5, 10, 15), side * 20), 1.6 * fine)  # mastoid
    paint.stroke("marrow", paint.ball((side * 19, -8.5, -4), (5, 3.5, 5), side * 38), 4 * texture)  # petrous apex
    paint.stroke("air", paint.rod((side * 44, -1, -6), (side * 56, -3, -7), 2.8))  # external auditory canal
    paint.stroke("vessel", paint.rod((side * 41, 29, -20), (side * 44, 35, 12), 3.6))  # sigmoid sinus
    paint.stroke("artery", paint.rod((side * 17, -17, -20), (side * 14, -21, 16), 2.8))  # internal carotid artery


def _paint_canal(paint: _Paint, side: int) -> None:
    """The internal auditory canal and in it the facial and vestibulocochlear nerves."""
    paint.stroke("fluid", paint.rod((side * 17, 4, 0), (side * 29, 2.5, 0), 2.4))
    for height in (-1, 1):
        paint.stroke("nerve", paint.rod((side * 12, 7, height), (side * 29, 2.5, height), 0.5))


def _paint_tumour(paint: _Paint, side: int, chance: np.random.Generator, fine: Field) -> None:
    """A tumour in the canal that grows out into the cistern and pushes against the pons, like ice cream out of a cone."""
    radius = chance.uniform(6.5, 11.0)
    flat, tall, turn = chance.uniform(0.85, 1.1), chance.uniform(0.8, 1.1), chance.uniform(-25, 25)
    middle = (side * (22.5 - 0.75 * radius), 4 + chance.uniform(-1.5, 2), chance.uniform(-1.5, 1.5))
    cistern = paint.ball(middle, (radius, radius * flat, radius * tall), turn)
    canal = paint.rod((side * 17, 4, 0), (side * chance.uniform(25, 28.5), 2.6, 0), chance.uniform(2.6, 3.4))
    blend = np.maximum(np.float32(3.0) - np.abs(cistern - canal), 0) ** 2 / np.float32(12.0)  # no crease at the porus
    shape = np.minimum(cistern, canal) - blend + 0.5 * fine
    paint.stroke("fluid", shape - 1.6)  # the cleft that parts it from the brain
    paint.stroke("tumour", shape, 0.10 * fine - 0.12 * np.clip(-shape / np.float32(radius), 0, 1))  # duller in the middle


def _paint_inner_ear(paint: _Paint, side: int) -> None:
    """Cochlea (two and a half turns), vestibule and semicircular canals."""
    turns = np.linspace(0.0, 2.5 * 2 * np.pi, 60)
    reach = 3.9 - 2.6 * turns / turns[-1]
    spiral = np.stack([turns / turns[-1] * 3.6, reach * np.cos(turns), reach * np.sin(turns)], axis=1)
    cosine, sine = np.cos(np.radians(50)), np.sin(np.radians(50))  # its axis points forwards and outwards
    axis_out, axis_back = spiral[:, 0] * cosine + spiral[:, 1] * sine, spiral[:, 1] * cosine - spiral[:, 0] * sine
    cochlea = np.stack([side * (30.0 + axis_out), -3.5 + axis_back, spiral[:, 2] - 1.0], axis=1)
    vestibule = np.array([(side * (34.0 + step), 3.5 + step, 0.0) for step in np.linspace(-1, 1, 5)])
    angles = np.linspace(0, 2 * np.pi, 40)
    ring = np.stack([np.cos(angles), np.sin(angles)], axis=1) * 3.2
    lateral = np.stack([side * (38 + ring[:, 0]), 6 + ring[:, 1], np.full(len(ring), 0.5)], axis=1)
    superior = np.stack([side * (36 + 0.7 * ring[:, 0]), 3.5 - 0.7 * ring[:, 0], 4 + ring[:, 1]], axis=1)
    posterior = np.stack([side * (37 + 0.7 * ring[:, 0]), 8.5 + 0.7 * ring[:, 0], 0.5 + ring[:, 1]], axis=1)
    paint.tube("inner ear", vestibule, 1.9)
    for path in (lateral, superior, posterior):
        paint.tube("inner ear", path, 0.6)
    paint.tube("cochlea", cochlea, 1.9)


def _grid(seed: int, size: Sequence[int], spacing: Sequence[float], tilt_degrees: float) -> Geometry:
    """A grid about the origin, a few degrees off the axes of space, stored as LPS, RAS or LAS."""
    chance = np.random.default_rng([seed, 1])
    signs = [(1, 1, 1), (-1, -1, 1), (1, -1, 1)][int(chance.choice(3, p=[0.5, 0.3, 0.2]))]
    matrix = _rotation(chance.uniform(-tilt_degrees, tilt_degrees, 3)) * np.array(signs)
    middle = chance.uniform(-2, 2, 3) + np.array([0.0, -2.0, 0.0])
    origin = middle - matrix @ ((np.array(size) - 1) / 2 * np.array(spacing))
    return Geometry(
        (int(size[0]), int(size[1]), int(size[2])),
        (float(spacing[0]), float(spacing[1]), float(spacing[2])),
        (float(origin[0]), float(origin[1]), float(origin[2])),
        tuple(float(value) for value in matrix.ravel()),
    )


def head_coordinates(seed: int, geometry: Geometry) -> Field:
    """Where each voxel lies in the head, mm, shape (3, z, y, x): undo the head's pose, size and individual shape."""
    chance = np.random.default_rng([seed, 2])
    pose = _rotation(chance.uniform(-5, 5, 3)) * chance.uniform(0.95, 1.05)
    shift = chance.uniform(-1.5, 1.5, 3)
    toward_head = np.linalg.inv(pose)
    along = toward_head @ geometry.matrix @ np.diag(geometry.spacing)
    start = toward_head @ (np.array(geometry.origin) - shift)
    x, y, z = (np.arange(count, dtype=np.float32) for count in geometry.size)
    points = np.empty((3, *geometry.size[::-1]), dtype=np.float32)
    for axis in range(3):
        a, b, c = (np.float32(value) for value in along[axis])
        points[axis] = np.float32(start[axis]) + c * z[:, None, None] + b * y[:, None] + a * x
    bends = [_smooth_noise(chance, points, 17.0) for _ in range(3)]
    for axis, bend in enumerate(bends):
        points[axis] += 1.6 * bend
    return points


def _smooth_noise(chance: np.random.Generator, points: Field, cell: float) -> Field:
    """Smooth random values of mean 0 and about unit size that belong to places in the head, not to a grid.

    Args:
        points: mm, shape (3, z, y, x).
        cell: mm between the random values that are interpolated.
    """
    from scipy.ndimage import map_coordinates

    half = int(np.ceil(140 / cell))
    lattice = chance.normal(0.0, 1.4, (2 * half + 1,) * 3).astype(np.float32)
    values: Field = map_coordinates(lattice, points / np.float32(cell) + half, order=1, mode="grid-wrap", output=np.float32)
    return values


def _coil(chance: np.random.Generator, geometry: Geometry, strength: float) -> Field:
    """The receiver's sensitivity: one smooth hill of random place, about 1 on average, shape (z, y, x)."""
    z, y, x = (np.linspace(-1, 1, count, dtype=np.float32) for count in geometry.size[::-1])
    slope = chance.uniform(-0.5, 0.5, 3).astype(np.float32)
    hill = slope[0] * x + slope[1] * y[:, None] + slope[2] * z[:, None, None] - (x**2 + y[:, None] ** 2 - 2 / 3) / 2
    sensitivity: Field = np.exp(np.float32(strength) * hill)
    return sensitivity


def _rotation(degrees: Sequence[float] | npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The rotation about x, then y, then z."""
    matrix = np.eye(3)
    for axis, angle in enumerate(np.radians(degrees)):
        turn = np.eye(3)
        first, second = (other for other in range(3) if other != axis)
        turn[[first, second], [first, second]] = np.cos(angle)
        turn[first, second], turn[second, first] = -np.sin(angle), np.sin(angle)
        matrix = turn @ matrix
    return matrix

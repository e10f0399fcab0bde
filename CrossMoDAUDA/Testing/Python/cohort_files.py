"""Small cohorts of really written files, for the tests of finding and of checking them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import SimpleITK as sitk
from CrossMoDAUDALib.cohort.finding import Cohort
from CrossMoDAUDALib.images.fingerprint import scan_sha256

LABELS = {"Tumour": 1, "Cochlea": 2}
SHAPE = (5, 6, 7)


def scan_array(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 500, SHAPE).astype(np.int16)


def label_array(*values: float) -> np.ndarray:
    array = np.zeros(SHAPE, np.float64)
    for row, value in enumerate(values):
        array[2, row, 3] = value
    return array


def save(path: Path, array: np.ndarray, spacing: tuple[float, float, float] = (0.5, 0.5, 1.5), vector: bool = False) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = sitk.GetImageFromArray(array, isVector=vector)
    if image.GetDimension() == 3:
        image.SetSpacing(spacing)
    sitk.WriteImage(image, str(path))
    return path


def save_crossmoda(folder: Path, source: str, target: str, validation: str, name: str = "crossmoda_{}", t2: str = "hrT2") -> Path:
    """Two source cases, two target cases and one evaluation case in the folders and names of one of the challenge's years."""
    for number in (1, 2):
        save(folder / source / f"{name.format(number)}_ceT1.nii.gz", scan_array(number))
        save(folder / source / f"{name.format(number)}_Label.nii.gz", label_array(1, 2, 2))
    for number in (10, 9):
        save(folder / target / f"{name.format(number)}_{t2}.nii.gz", scan_array(number))
    save(folder / validation / f"{name.format(20)}_{t2}.nii.gz", scan_array(20))
    save(folder / validation / f"{name.format(20)}_Label.nii.gz", label_array(1, 2))
    return folder


def hashes(cohort: Cohort) -> dict[str, str]:
    """SHA-256 by file, as the check of a cohort gives them."""
    files = [path for cases in cohort.domains().values() for case in cases for path in (case.image, case.label) if path]
    return {str(path): scan_sha256(path) for path in files}

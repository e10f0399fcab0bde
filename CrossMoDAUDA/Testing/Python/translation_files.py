"""What the tests of translation share: the tiniest settings, scans on odd grids, files of slices."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from CrossMoDAUDALib.core.progress import silent
from CrossMoDAUDALib.core.settings import Settings, TranslationSettings
from CrossMoDAUDALib.images import volumes
from CrossMoDAUDALib.images.volumes import Geometry, Volume
from CrossMoDAUDALib.translation.cyclegan import CycleGANSettings
from CrossMoDAUDALib.translation.slices import build_slices

CPU = torch.device("cpu")
SETTINGS = Settings(
    seed=5,
    translation=TranslationSettings(image_size=32, batch_size=2, epochs=2, decay_epochs=2, steps_per_epoch=3, learning_rate=0.002),
    translator_section=CycleGANSettings(generator_features=2, generator_blocks=1, discriminator_features=2, pool_size=3),
)
COS, SIN = np.cos(0.3), np.sin(0.3)
GRIDS = {
    "axial": (1, 0, 0, 0, 1, 0, 0, 0, 1),
    "flipped": (-1, 0, 0, 0, -1, 0, 0, 0, 1),
    "sagittal": (0, 0, 1, 1, 0, 0, 0, -1, 0),
    "oblique": (COS, -SIN, 0, SIN, COS, 0, 0, 0, -1),
}


def changed(**values: Any) -> Settings:
    """The tiniest settings with some of section ``translation`` replaced."""
    return replace(SETTINGS, translation=replace(SETTINGS.translation, **values))


def scan(size: tuple[int, int, int] = (32, 32, 5), direction: tuple[float, ...] = GRIDS["axial"], seed: int = 0) -> Volume:
    """Noise on an anisotropic grid of ``size`` (x, y, z)."""
    values = np.random.default_rng(seed).integers(-50, 1200, size[::-1]).astype(np.int16)
    return Volume(values, Geometry(size, (0.4, 0.5, 1.5), (-31.25, 7.5, 102.0), tuple(float(d) for d in direction)))


def written(folder: Path, *scans: Volume) -> list[Path]:
    paths = [folder / f"scan {number}.nii.gz" for number in range(len(scans))]
    for path, volume in zip(paths, scans, strict=True):
        volumes.write_volume(volume, path)
    return paths


def sliced_domains(folder: Path) -> tuple[Path, Path]:
    """Files of slices of two tiny domains whose scans are gone."""
    outs = folder / "source.npy", folder / "target.npy"
    for seed, out in enumerate(outs):
        paths = written(folder, scan(seed=seed), scan((40, 28, 4), seed=seed + 10))
        build_slices(paths, out, SETTINGS, silent)
        for path in paths:
            path.unlink()
    return outs

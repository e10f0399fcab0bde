"""The check of a cohort of full-sized scans against reading its files twice, and the most memory that it takes."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from . import measuring
from .measuring import Bench, Row

SIZE, QUICK_SIZE = (512, 512, 120), (96, 96, 40)
QUICK_SCANS = 6
LABELS = {"Vestibular schwannoma": 1, "Cochlea": 2}
MOST_MB = 1000.0
_ROOM = 1.3  # of what the scans take by the first of them
_THREADS = min(4, os.cpu_count() or 1)  # as many as the check has


def measure(bench: Bench) -> list[Row]:
    """Every scan differs from the others; half of them are labelled, and the label maps are read as well."""
    scans, size = (min(bench.scans, QUICK_SCANS), QUICK_SIZE) if bench.quick else (bench.scans, SIZE)
    with tempfile.TemporaryDirectory(prefix="crossmoda_benchmark_", dir=bench.output) as name:
        measuring.say(f"  check: {scans} scans of {' x '.join(map(str, size))} are written")
        megabytes = measuring.in_child(write_scans, Path(name), scans, size)
        measuring.say("  check: reading them twice")
        reading = measuring.in_child(_read_twice, Path(name))
        measuring.say("  check: the check")
        checking, peak, found = measuring.in_child(_check, Path(name))
    if found != [scans, 0]:
        raise RuntimeError(f"the check found {found[1]} problems in {found[0]} scans")
    what = f"{scans} scans of {' x '.join(map(str, size))} ({megabytes:.0f} MB on disk)"
    row = measuring.compared(
        f"check {what}", [checking], [reading], note=f"against reading each file twice, {_THREADS} at a time; one pair"
    )
    row.demand(checking / reading, "of the time of reading twice", at_most=1, judged=not bench.quick)
    memory = Row("peak memory of that check", peak, None, "MiB", note="the whole process, Python's packages included")
    return [row, memory.demand(peak * 2**20 / 1e6, "MB", at_most=MOST_MB, judged=not bench.quick)]


def write_scans(folder: Path, count: int, size: tuple[int, int, int]) -> float:
    """Write a cohort of crossMoDA's names, half of it labelled; how many megabytes it takes.

    A head of noise before a dark background; every scan has the noise elsewhere and intensities of its own.

    Raises:
        RuntimeError: there is no room.
    """
    import gzip

    import numpy as np
    import SimpleITK as sitk

    rng = np.random.default_rng(0)
    z, y, x = (np.linspace(-1, 1, length)[shape] for length, shape in zip(size[::-1], np.ix_(*map(range, size[::-1])), strict=True))
    inside = (z**2 + (y / 0.8) ** 2 + (x / 0.7) ** 2) < 1
    head = (400 + 200 * np.cos(3 * z + 2 * y) * np.cos(2 * x)).astype(np.int16)
    noise = rng.integers(0, 40, size[::-1], np.int16)
    tumour = ((z - 0.1) ** 2 + (y - 0.1) ** 2 + (x - 0.3) ** 2 < 0.02).astype(np.uint8)
    tumour[(z - 0.1) ** 2 + (y - 0.1) ** 2 + (x - 0.6) ** 2 < 0.003] = 2

    def write(path: Path, array: Any) -> None:
        image = sitk.GetImageFromArray(array)
        image.SetSpacing((0.41, 0.41, 1.0))
        plain = path.with_suffix("")  # ITK packs at a level that takes long
        sitk.WriteImage(image, str(plain))
        with plain.open("rb") as source, gzip.open(path, "wb", compresslevel=1) as packed:
            shutil.copyfileobj(source, packed, 1 << 20)
        plain.unlink()

    for number in range(count):
        is_source = number % 2 == 0
        scan = np.where(inside, head + np.roll(noise, (number, 7 * number), axis=(0, 2)) + number, 0).astype(np.int16)
        write(folder / f"case_{number:04d}_{'ceT1' if is_source else 'hrT2'}.nii.gz", scan)
        if is_source:
            write(folder / f"case_{number:04d}_Label.nii.gz", np.roll(tumour, number % 9, axis=1))
        if number == 0 and (needed := _size(folder) * count * _ROOM) > shutil.disk_usage(folder).free:
            raise RuntimeError(f"{folder} has no room for {count} scans ({needed / 1e9:.1f} GB); choose another disk with -o, or --scans N")
    return _size(folder) / 1e6


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


def _read_twice(folder: Path) -> float:
    """Seconds, without Python's start."""
    from CrossMoDAUDALib.images.volumes import read_label_map, read_volume

    files = sorted(folder.iterdir())
    read_volume(files[0])

    def read(path: Path) -> None:
        (read_label_map if "Label" in path.name else read_volume)(path)

    began = time.perf_counter()
    for _ in range(2):
        with ThreadPoolExecutor(_THREADS) as threads:
            list(threads.map(read, files))
    return time.perf_counter() - began


def _check(folder: Path) -> tuple[float, float, list[int]]:
    """Seconds, without Python's start; the peak of memory in MiB; how many cases and problems there are."""
    from CrossMoDAUDALib.cohort.checking import check_cohort
    from CrossMoDAUDALib.cohort.finding import find_crossmoda
    from CrossMoDAUDALib.images.volumes import read_volume

    read_volume(sorted(folder.iterdir())[0])
    began = time.perf_counter()
    report = check_cohort(find_crossmoda(folder), LABELS)
    return time.perf_counter() - began, measuring.peak_memory(), [len(report.rows), len(report.problems)]

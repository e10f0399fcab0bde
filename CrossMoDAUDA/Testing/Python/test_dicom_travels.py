"""A series of DICOM in an experiment: known by its content, whatever its files are called; elsewhere, voxels and their place alone."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import nibabel
import numpy as np
import pydicom
import pytest
from CrossMoDAUDALib.cohort.finding import Case, Cohort
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.core.settings import preset_settings
from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.images.fingerprint import is_there, scan_sha256, scan_stamp, travels_as_it_is
from CrossMoDAUDALib.images.volumes import read_volume, write_volume
from CrossMoDAUDALib.places.naming import Names
from CrossMoDAUDALib.places.sending import as_one_file
from dicom_files import BIRTH, PATIENT, multi_frame, series, some_slices


def made(folder: Path, kind: str) -> Path:
    """A scan of one of several kinds, in files of which at least one names the patient."""
    array = some_slices()
    if kind == "series":
        series(folder / "Doe Jane", array, "oblique")
        return folder / "Doe Jane"
    if kind == "chosen":
        series(folder / "Doe Jane", some_slices(3), SeriesNumber=2)
        series(folder / "Doe Jane", array, "sagittal")
        return folder / "Doe Jane#5"
    if kind == "multi-frame":
        return multi_frame(folder / "Doe Jane.dcm", array)
    image = nibabel.Nifti1Pair(array, np.diag([0.5, 0.75, 2, 1]))
    image.header["descrip"] = PATIENT
    folder.mkdir(exist_ok=True)
    nibabel.save(image, folder / "Doe Jane.hdr")
    return folder / "Doe Jane.hdr"


KINDS = ["series", "chosen", "multi-frame", "pair"]


def files_of(scan: Path) -> list[Path]:
    return sorted(path for path in scan.parent.rglob("*") if path.is_file())


@pytest.mark.parametrize("kind", KINDS)
def test_a_scan_is_known_by_its_content(tmp_path: Path, kind: str) -> None:
    scan = made(tmp_path / "here", kind)
    digest, stamp = scan_sha256(scan), scan_stamp(scan)
    assert is_there(scan)
    moved = tmp_path / "there"
    shutil.copytree(scan.parent, moved)
    assert scan_sha256(moved / scan.name) == digest
    if kind == "series":  # names are no content
        for number, file in enumerate(sorted((moved / scan.name).iterdir())):
            file.rename(file.with_name(f"renamed {number:03d}"))
        assert scan_sha256(moved / scan.name) == digest
    changed = files_of(scan)[-1]
    data = bytearray(changed.read_bytes())
    data[-3] ^= 1
    changed.write_bytes(data)
    os.utime(changed, ns=(1, 1))
    assert scan_sha256(scan) != digest
    assert scan_stamp(scan) != stamp
    shutil.rmtree(scan.parent)
    assert not is_there(scan)


@pytest.mark.parametrize("kind", KINDS)
def test_an_experiment_refuses_a_scan_that_has_changed(tmp_path: Path, kind: str) -> None:
    scan = made(tmp_path / "scans", kind)
    cohort = Cohort((), (Case("a", scan, None),))
    settings = preset_settings("smoke")
    Experiment.create(tmp_path / "experiment", settings, cohort, {str(scan): scan_sha256(scan)})
    for file in files_of(scan):
        file.touch()  # another time alone is no change
    experiment = Experiment.resume(tmp_path / "experiment", settings, cohort)
    assert np.array_equal(experiment.read(scan).array, read_volume(scan).array)
    experiment.verify_scans()
    last = files_of(scan)[-1]
    before = last.read_bytes()
    last.write_bytes(before[:-3] + bytes([before[-3] ^ 1]) + before[-2:])
    with pytest.raises(InputError, match="has changed since the experiment began"):
        Experiment.resume(tmp_path / "experiment", settings, cohort)
    last.write_bytes(before)
    Experiment.resume(tmp_path / "experiment", settings, cohort)
    shutil.rmtree(scan.parent)
    with pytest.raises(InputError, match="has been removed"):
        Experiment.resume(tmp_path / "experiment", settings, cohort)


@pytest.mark.parametrize("kind", KINDS)
def test_no_name_of_a_patient_travels(tmp_path: Path, kind: str) -> None:
    scan = made(tmp_path / "scans", kind)
    assert any(PATIENT.encode() in file.read_bytes() for file in files_of(scan))
    assert not travels_as_it_is(scan)
    data = as_one_file(scan)
    for word in (PATIENT, "Doe", BIRTH, str(tmp_path)):
        assert word.encode() not in data
    assert as_one_file(scan) == data  # its name in the store is its digest
    sent = tmp_path / "sent.nrrd"
    sent.write_bytes(data)
    volume, expected = read_volume(sent), read_volume(scan)
    assert np.array_equal(volume.array, expected.array)
    assert not volume.geometry.differences(expected.geometry)
    names = Names(Cohort((), (Case("Doe Jane", scan, None),)), tmp_path, "/there")
    assert list(names.scans) == ["target/scan_t0001.nrrd"]


def test_files_that_hold_no_name_travel_as_they_are(tmp_path: Path) -> None:
    volume = read_volume(made(tmp_path, "series"))
    for name in ("a.nii.gz", "a.nii", "a.nrrd", "a.mha"):
        write_volume(volume, tmp_path / name)
        assert travels_as_it_is(tmp_path / name)
    for name in ("a.mhd", "a.nhdr"):
        write_volume(volume, tmp_path / name) if name == "a.mhd" else None
        assert not travels_as_it_is(tmp_path / name)


def test_a_series_that_lost_a_slice_is_refused(tmp_path: Path) -> None:
    scan = made(tmp_path / "scans", "series")
    cohort = Cohort((), (Case("a", scan, None),))
    Experiment.create(tmp_path / "experiment", preset_settings("smoke"), cohort, {str(scan): scan_sha256(scan)})
    last = max(scan.iterdir(), key=lambda file: float(pydicom.dcmread(file).ImagePositionPatient[2]))
    last.unlink()  # at the end, where nothing else shows it
    with pytest.raises(InputError, match="has changed since the experiment began"):
        Experiment.resume(tmp_path / "experiment", preset_settings("smoke"), cohort)

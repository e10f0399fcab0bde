"""A series of DICOM in an experiment: known by its content, whatever its files are called; elsewhere, voxels and their place alone."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import nibabel
import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from CrossMoDAUDALib.cohort.finding import Case, Cohort
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.core.settings import preset_settings
from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.experiment.moved import find_moved, move_scans
from CrossMoDAUDALib.images.fingerprint import is_there, scan_sha256, scan_stamp, travels_as_it_is
from CrossMoDAUDALib.images.names import scans_in
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


# Moved ----------------------------------------------------------------------------------------------------------------------


def recorded(scan: Path) -> dict[str, str]:
    return {str(scan): scan_sha256(scan)}


def same(one: Path, other: np.ndarray) -> bool:
    return bool(np.array_equal(read_volume(one).array, other))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("renamed", [False, True])
def test_every_kind_is_found_where_it_was_moved(tmp_path: Path, kind: str, renamed: bool) -> None:
    scan = made(tmp_path / "here", kind)
    digests, array = recorded(scan), read_volume(scan).array
    place = tmp_path / "there" / "tiefer ü"
    shutil.move(tmp_path / "here", place)
    if renamed:
        for path in sorted(place.iterdir()):
            path.rename(path.with_name(path.name.replace("Doe Jane", "P 7")))
    series(tmp_path / "there" / "other", some_slices(seed=9))
    (found,) = find_moved(digests, tmp_path / "there").values()
    assert found.name == (scan.name.replace("Doe Jane", "P 7") if renamed else scan.name) and same(found, array)
    assert scan_sha256(found) == digests[str(scan)]


@pytest.mark.parametrize("was", ["a folder", "one of two", "one of two below folders"])
@pytest.mark.parametrize("now", ["a folder", "beside others", "the place itself", "spread over folders"])
def test_a_series_is_found_however_its_files_lie(tmp_path: Path, was: str, now: str) -> None:
    array = some_slices()
    old = tmp_path / "study"
    below = old / "ST0" / "SE0" if "below" in was else old
    files = series(below, array, SeriesNumber=12)
    if "two" in was:
        series(old / "ST0" / "SE1" if "below" in was else old, some_slices(4, seed=2), SeriesNumber=3)
    scan = old if was == "a folder" else tmp_path / "study#12"
    assert same(scan, array)
    digests, place = recorded(scan), tmp_path / "archive"
    for number, file in enumerate(files):
        to = place / {"a folder": "p1", "beside others": "p1", "spread over folders": f"p1/{number % 2}"}.get(now, "")
        to.mkdir(parents=True, exist_ok=True)
        shutil.move(file, to / f"renamed {number}")
    shutil.rmtree(old)
    if now == "beside others":
        series(place / "p1", some_slices(5, seed=3), SeriesNumber=12)
        series(place / "p1", some_slices(5, seed=4), SeriesNumber=1)
    (found,) = find_moved(digests, place).values()
    assert same(found, array) and scan_sha256(found) == digests[str(scan)]
    assert place in (found, *found.parents) or found.parent == place.parent


@pytest.mark.parametrize("stack", [1, 2])
def test_stacks_of_one_file_are_told_apart_by_their_number(tmp_path: Path, stack: int) -> None:
    def echo(frame: pydicom.Dataset, number: int) -> None:
        item = pydicom.Dataset()
        item.EffectiveEchoTime = 30.0 if number in seen else 10.0
        seen.add(number)
        frame.MREchoSequence = [item]

    seen: set[int] = set()
    (tmp_path / "old").mkdir()
    file = multi_frame(tmp_path / "old" / "a.dcm", some_slices(4), order=[0, 1, 2, 3, 2, 1, 0, 3], each=echo)
    data = pydicom.dcmread(file)
    data.PixelData = (data.pixel_array + np.arange(8, dtype=np.int16)[:, None, None]).tobytes()
    data.save_as(file)
    scan = tmp_path / "old" / f"a.dcm#5.{stack}"
    digests, expected = recorded(scan), read_volume(scan).array
    for where in ("alone/b.dcm", "more/b.dcm"):
        (tmp_path / where).parent.mkdir()
        shutil.copy(tmp_path / "old" / "a.dcm", tmp_path / where)
    series(tmp_path / "more", some_slices(3, seed=7))
    shutil.rmtree(tmp_path / "old")
    for place in ("alone", "more"):
        (found,) = find_moved(digests, tmp_path / place).values()
        assert same(found, expected), found


@pytest.mark.parametrize("spoiled", ["a slice less", "another slice", "one more of another series"])
def test_a_series_that_has_changed_is_not_taken(tmp_path: Path, spoiled: str) -> None:
    scan = made(tmp_path / "here", "chosen")
    digests = recorded(scan)
    shutil.move(tmp_path / "here", tmp_path / "there")
    files = sorted(file for file in (tmp_path / "there" / "Doe Jane").iterdir() if pydicom.dcmread(file).SeriesNumber == 5)
    if spoiled == "a slice less":
        files[0].unlink()
    elif spoiled == "another slice":
        files[2].write_bytes(files[2].read_bytes()[:-2] + b"xx")
    else:
        series(tmp_path / "there" / "Doe Jane", some_slices(1, seed=8), "coronal", SeriesNumber=9)
        assert find_moved(digests, tmp_path / "there") == {str(scan): tmp_path / "there" / "Doe Jane#5"}
        return
    with pytest.raises(InputError, match=r"Doe Jane#5.*(has changed|is neither where it was)"):
        find_moved(digests, tmp_path / "there")


def test_an_experiment_goes_on_with_moved_series(tmp_path: Path) -> None:
    scan, other = made(tmp_path / "here" / "1", "chosen"), made(tmp_path / "here" / "2", "multi-frame")
    cohort = Cohort((), (Case("a", scan, None), Case("b", other, None)))
    Experiment.create(tmp_path / "experiment", preset_settings("smoke"), cohort, {**recorded(scan), **recorded(other)})
    shutil.move(tmp_path / "here", tmp_path / "there")
    assert move_scans(tmp_path / "experiment", tmp_path / "there") == {
        str(scan): tmp_path / "there" / "1" / "Doe Jane#5",
        str(other): tmp_path / "there" / "2" / "Doe Jane.dcm",
    }
    Experiment.load(tmp_path / "experiment").verify_scans()


# Several files --------------------------------------------------------------------------------------------------------------


def parts_of(folder: Path, kind: str) -> tuple[Path, list[Path]]:
    """A scan in several files, and those with its voxels."""
    array = some_slices(4)
    folder.mkdir(parents=True)
    image = sitk.GetImageFromArray(array)
    image.SetSpacing((0.75, 0.5, 2))
    if kind in ("a.hdr", "a.hdr.gz"):
        nibabel.save(nibabel.Nifti1Pair(array.T, np.diag([0.75, 0.5, 2, 1])), folder / "a.hdr")
        return folder / "a.hdr", [folder / "a.img"]
    name, _, how = kind.partition(" ")
    sitk.WriteImage(image, str(folder / name))
    (whole,) = (path for path in folder.iterdir() if path.name != name)
    if not how:
        return folder / name, [whole]
    data, parts = array.tobytes(), []
    for number in range(4):
        parts.append(folder / f"teil_{number + 1:02d}.raw")
        parts[-1].write_bytes(data[number * len(data) // 4 :][: len(data) // 4])
    whole.unlink()
    header = (folder / name).read_bytes()
    names = "\n".join(part.name for part in parts)
    said = f"LIST\n{names}\n" if how == "list" else "teil_%02d.raw 1 4 1\n"
    key = "ElementDataFile = " if name.endswith(".mhd") else "data file: "
    start = header.index(key.encode().rstrip())
    rest = header[start:].partition(b"\n")[2].strip()
    (folder / name).write_bytes(header[:start] + (rest + b"\n" if rest else b"") + (key + said).encode())
    return folder / name, parts


@pytest.mark.parametrize("kind", ["a.mhd", "a.nhdr", "a.hdr", "a.mhd list", "a.nhdr list", "a.mhd numbered", "a.nhdr numbered"])
def test_a_scan_in_several_files_is_known_by_all_of_them(tmp_path: Path, kind: str) -> None:
    path, parts = parts_of(tmp_path / "here", kind)
    if "gz" not in kind:
        nhdr = path.read_text(encoding="latin-1") if path.suffix != ".hdr" else ""
        if "encoding: gzip" in nhdr:
            pytest.skip("this ITK packs it")
    assert np.array_equal(read_volume(path).array, some_slices(4))
    assert read_volume(path).geometry.spacing == (0.75, 0.5, 2)
    digest, stamp = scan_sha256(path), scan_stamp(path)
    assert stamp["size"] == sum(file.stat().st_size for file in (path, *parts)) and not travels_as_it_is(path)
    (tmp_path / "sent.nrrd").write_bytes(as_one_file(path))
    sent = tmp_path / "sent.mha" if path.suffix == ".mhd" and len(parts) == 1 else tmp_path / "sent.nrrd"
    (tmp_path / "sent.nrrd").rename(sent)
    assert np.array_equal(read_volume(sent).array, some_slices(4))
    shutil.move(tmp_path / "here", tmp_path / "there")
    moved = tmp_path / "there" / path.name
    assert find_moved({str(path): digest}, tmp_path / "there") == {str(path): moved}
    assert scans_in(tmp_path / "there") == [moved], "and its parts are no scans of their own"
    for part in parts:
        there = tmp_path / "there" / part.name
        before = there.read_bytes()
        there.write_bytes(bytes([before[0] ^ 1]) + before[1:])
        assert scan_sha256(moved) != digest
        there.write_bytes(before[:-1])
        with pytest.raises(InputError, match=r"cut short|damaged"):
            read_volume(moved)
        there.unlink()
        with pytest.raises(InputError, match="missing"):
            read_volume(moved)
        there.write_bytes(before)
    assert scan_sha256(moved) == digest


@pytest.mark.parametrize("named", ["LIST\nteil_01.raw\nteil_02.raw\n", "teil_%02d.raw 1 3 1\n", "teil_%02d.raw 1 999999999 1\n", "LIST\n"])
def test_too_few_or_too_many_parts_are_refused(tmp_path: Path, named: str) -> None:
    path, _ = parts_of(tmp_path / "a", "a.mhd list")
    header = path.read_text(encoding="utf-8").partition("ElementDataFile")[0]
    path.write_text(f"{header}ElementDataFile = {named}", encoding="utf-8")
    with pytest.raises(InputError, match=r"files? for its voxels instead of 4"):
        read_volume(path)


@pytest.mark.parametrize("name", ["a.mhd", "a.nhdr"])
def test_lists_of_which_itk_leaves_voxels_unread_are_refused(tmp_path: Path, name: str) -> None:
    """Of these it gives what lay in memory before, or numbers of another order, without a word."""
    path, parts = parts_of(tmp_path / "a", f"{name} list")
    key = "ElementDataFile = " if name == "a.mhd" else "data file: "
    header = path.read_text(encoding="utf-8").partition(key)[0]
    (path.parent / "all.raw").write_bytes(b"".join(part.read_bytes() for part in parts))
    for said, why in (("LIST 3D\nall.raw\n", "hold all its axes"), ("LIST 3\nall.raw\n", "hold all its axes")):
        path.write_text(f"{header}{key}{said}", encoding="utf-8")
        with pytest.raises(InputError, match=why):
            read_volume(path)
    path.write_text(f"{header}{key}all.raw\n", encoding="utf-8")
    assert np.array_equal(read_volume(path).array, some_slices(4)), "as the advice says"


def test_numbers_may_count_down_in_nrrd_alone(tmp_path: Path) -> None:
    for name, key in (("a.nhdr", "data file: "), ("a.mhd", "ElementDataFile = ")):
        path, _ = parts_of(tmp_path / name, f"{name} list")
        header = path.read_text(encoding="utf-8").partition(key)[0]
        path.write_text(f"{header}{key}teil_%02d.raw 4 1 -1\n", encoding="utf-8")
        if name == "a.nhdr":
            assert np.array_equal(read_volume(path).array, some_slices(4)[::-1])
        else:
            with pytest.raises(InputError, match="names 0 files"):
                read_volume(path)


def test_nrrd_in_files_of_single_rows_is_named_as_what_it_is(tmp_path: Path) -> None:
    path, parts = parts_of(tmp_path / "a", "a.nhdr list")
    header, key, _ = path.read_text(encoding="utf-8").partition("data file: ")
    names = "\n".join(part.name for part in parts)
    path.write_text(f"{header}{key}LIST 1\n{names}\n", encoding="utf-8")
    with pytest.raises(InputError, match="files of 1 axes, which is not supported"):
        read_volume(path)

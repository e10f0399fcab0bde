"""Files that are not what their names say: read, or named as what they are with a command that helps."""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import scipy.io
from cohort_files import save, scan_array
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.images.dicom_results import SEG
from CrossMoDAUDALib.images.labels import read_labels
from CrossMoDAUDALib.images.volumes import read_geometry, read_volume
from dicom_files import multi_frame, series, some_slices


@pytest.mark.parametrize("name", ["a.nii", "b.NII", "c d ü.nii"])
def test_gzip_named_as_an_uncompressed_file_is_read(name: str, tmp_path: Path) -> None:
    content = save(tmp_path / "whole.nii.gz", scan_array()).read_bytes()
    assert content[:2] == b"\x1f\x8b"
    path = tmp_path / name
    path.write_bytes(content)
    assert read_geometry(path) == read_geometry(tmp_path / "whole.nii.gz")
    np.testing.assert_array_equal(read_volume(path).array, scan_array())


def _zip(content: bytes, path: Path) -> bytes:
    with zipfile.ZipFile(path.with_suffix(".tmp"), "w") as archive:
        archive.writestr("inner.nii", content)
    return path.with_suffix(".tmp").read_bytes()


PACKINGS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "bzip2": (bz2.compress, "bunzip2"),
    "xz": (lzma.compress, "xz"),
    "Zstandard": (lambda content: subprocess.run(["zstd", "-q"], input=content, capture_output=True, check=True).stdout, "zstd"),
    "LZMA": (lambda content: lzma.compress(content, lzma.FORMAT_ALONE), "xz"),
    "LZ4": (lambda content: subprocess.run(["lz4", "-q", "-c"], input=content, capture_output=True, check=True).stdout, "lz4"),
}


@pytest.mark.parametrize("name", ["a.nii.gz", "b.nii", "c d ü.nii.packed"])
@pytest.mark.parametrize("packing", PACKINGS)
def test_other_compressions_and_the_command_that_helps(packing: str, name: str, tmp_path: Path) -> None:
    pack, program = PACKINGS[packing]
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    path = tmp_path / name
    path.write_bytes(pack(save(tmp_path / "whole.nii", scan_array()).read_bytes()))
    with pytest.raises(InputError, match=f"is compressed by {packing}") as raised:
        read_volume(path)
    command = re.search("`(.*)`", str(raised.value))
    assert command is not None
    subprocess.run(command[1], shell=True, check=True)
    unpacked = Path(re.findall('"([^"]*)"', command[1])[1])
    target = unpacked if unpacked.suffix == ".nii" else unpacked.rename(unpacked.with_suffix(".nii"))
    np.testing.assert_array_equal(read_volume(target).array, scan_array())


@pytest.mark.parametrize("ending", [".nii", ".nii.gz", ".nrrd", ".mha"])
def test_zip_archives(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{ending}"
    path.write_bytes(_zip(save(tmp_path / "whole.nii", scan_array()).read_bytes(), tmp_path / "packed"))
    with pytest.raises(InputError, match="is a zip archive; unpack it"):
        read_volume(path)
    zipfile.ZipFile(path).extractall(tmp_path)
    np.testing.assert_array_equal(read_volume(tmp_path / "inner.nii").array, scan_array())


CONTENTS = {
    "a DICOM file": bytes(128) + b"DICM" + bytes(300),
    "a pointer of Git LFS": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12345\n",
    "a web page": b"<!DOCTYPE html><html><body>404 Not Found</body></html>\n" * 10,
    "a PNG picture": b"\x89PNG\r\n\x1a\n" + bytes(400),
    "an HDF5 file": b"\x89HDF\r\n\x1a\n" + bytes(400),
}


@pytest.mark.parametrize("ending", [".nii", ".nii.gz", ".nrrd"])
@pytest.mark.parametrize("what", CONTENTS)
@pytest.mark.parametrize("packed", [False, True])
def test_what_it_is_is_named(what: str, ending: str, packed: bool, tmp_path: Path) -> None:
    path = tmp_path / f"a{ending}"
    path.write_bytes(gzip.compress(CONTENTS[what]) if packed else CONTENTS[what])
    with pytest.raises(InputError, match=f"is {what}"):
        read_volume(path)


def old_matlab(path: Path) -> None:
    scipy.io.savemat(path, {"scan": scan_array().astype(np.float64)[0]}, format="4")


MATLAB: dict[str, Callable[[Path], None]] = {
    "version 4": old_matlab,
    "version 5": lambda path: scipy.io.savemat(path, {"scan": scan_array()}),
    "version 5, packed": lambda path: scipy.io.savemat(path, {"scan": scan_array()}, do_compression=True),
    # as MATLAB writes version 7.3: HDF5 after a text
    "version 7.3": lambda path: path.write_bytes(
        b"MATLAB 7.3 MAT-file, Platform: GLNXA64, Created on: Mon".ljust(512) + b"\x89HDF\r\n\x1a\n"
    ),  # type: ignore[dict-item,return-value]
}


@pytest.mark.parametrize("ending", [".nii", ".nii.gz", ".nrrd"])
@pytest.mark.parametrize("version", MATLAB)
def test_matlab_files(version: str, ending: str, tmp_path: Path) -> None:
    MATLAB[version](tmp_path / "a.mat")
    path = (tmp_path / "a.mat").rename(tmp_path / f"ü{ending}")
    with pytest.raises(InputError, match="is a MATLAB file; write it as NIfTI"):
        read_volume(path)


@pytest.mark.parametrize("ending", [".nii", ".nii.gz", ".mha"])
@pytest.mark.parametrize(
    ("what", "content"),
    [
        ("a 7z archive", b"7z\xbc\xaf\x27\x1c\0\4" + bytes(300)),
        ("a RAR archive", b"Rar!\x1a\x07\0" + bytes(300)),  # of version 4
        ("a RAR archive", b"Rar!\x1a\x07\x01\0" + bytes(300)),  # of version 5
        ("compressed by lzip", b"LZIP\1\x0c" + bytes(300)),
        ("compressed by compress", b"\x1f\x9d\x90" + bytes(300)),
    ],
)
def test_archives_and_packings_that_no_program_here_makes(what: str, content: bytes, ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{ending}"
    path.write_bytes(content)
    with pytest.raises(InputError, match=f"is {what}; unpack it"):
        read_volume(path)


@pytest.mark.parametrize("mode", ["w", "w:gz"])
@pytest.mark.parametrize("ending", [".nii", ".nii.gz", ".nrrd"])
def test_tar_archives(ending: str, mode: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{ending}"
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        archive.add(save(tmp_path / "whole.nii", scan_array()), "inner.nii")
    with pytest.raises(InputError, match="is a tar archive; unpack it"):
        read_volume(path)
    with tarfile.open(path) as archive:
        archive.extractall(tmp_path, filter="data")
    np.testing.assert_array_equal(read_volume(tmp_path / "inner.nii").array, scan_array())


def test_numpy_files(tmp_path: Path) -> None:
    for number, kind in enumerate(("int16", "float32", "uint8")):
        np.save(tmp_path / "a.npy", scan_array().astype(kind))
        path = (tmp_path / "a.npy").rename(tmp_path / f"{number}.nii")
        with pytest.raises(InputError, match="is a NumPy file"):
            read_volume(path)


# DICOM under another format's name --------------------------------------------------------------------------------------------


def follow(path: Path, message: str) -> Path:
    """Do what the refusal says; the file's new name."""
    if command := re.search("`(.*)`", message):
        subprocess.run(command[1], shell=True, check=True)
        return Path(re.findall('"([^"]*)"', command[1])[1])
    name = re.search('rename it to "([^"]*)"', message)
    assert name is not None, message
    return path.rename(path.with_name(name[1]))


@pytest.mark.parametrize("ending", [".nii", ".nii.gz", ".nrrd", ".mha"])
@pytest.mark.parametrize("packed", [False, True])
def test_dicom_of_several_frames_is_read_as_advised(ending: str, packed: bool, tmp_path: Path) -> None:
    if packed and shutil.which("gzip") is None:
        pytest.skip("gzip is not installed")
    content = multi_frame(tmp_path / "frames.dcm", some_slices()).read_bytes()
    (tmp_path / "frames.dcm").unlink()
    path = tmp_path / f"frames ü{ending}"
    path.write_bytes(gzip.compress(content) if packed else content)
    with pytest.raises(InputError, match="is a DICOM file of several frames, whatever its name says") as raised:
        read_volume(path)
    np.testing.assert_array_equal(read_volume(follow(path, str(raised.value))).array, some_slices())


@pytest.mark.parametrize("ending", [".nii", ".nii.gz", ".nrrd"])
def test_slices_of_dicom_are_read_as_advised(ending: str, tmp_path: Path) -> None:
    files = [file.rename(file.with_name(f"{file.stem}{ending}")) for file in series(tmp_path / "scan", some_slices())]
    with pytest.raises(InputError, match="do the same with all slices of its series, and give their folder") as raised:
        read_volume(files[0])
    for file in files:
        follow(file, str(raised.value).replace(files[0].name.removesuffix(ending), file.name.removesuffix(ending)))
    np.testing.assert_array_equal(read_volume(tmp_path / "scan").array, some_slices())


@pytest.mark.parametrize("ending", [".nii", ".nii.gz", ".seg.nrrd"])
def test_a_dicom_segmentation_of_another_name_is_read_as_advised(ending: str, tmp_path: Path) -> None:
    series(tmp_path / "scan", some_slices())
    label = read_volume(tmp_path / "scan").with_array((some_slices() > 500).astype(np.uint8))
    SEG.write(label, {"VS": 1}, tmp_path / "scan", tmp_path / "x.dcm", "m")
    path = (tmp_path / "x.dcm").rename(tmp_path / f"a_Label{ending}")
    with pytest.raises(InputError, match="is a DICOM segmentation, whatever its name says") as raised:
        read_labels(path, {"VS": 1})
    read = read_labels(follow(path, str(raised.value)), {"VS": 1}, None, label.geometry)
    np.testing.assert_array_equal(read.array, label.array)

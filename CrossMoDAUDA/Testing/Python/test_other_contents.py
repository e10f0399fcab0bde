"""Files that are not what their names say: read, or named as what they are with a command that helps."""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from cohort_files import save, scan_array
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.images.volumes import read_geometry, read_volume


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

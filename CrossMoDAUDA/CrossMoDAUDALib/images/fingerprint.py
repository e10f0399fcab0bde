"""A scan's fingerprint: it tells whether its files are still those that were checked."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from ..core.files import sha256
from . import dicom_index
from .other_formats import files_of, is_other
from .text_headers import DATA_FILE, named_parts


def is_there(path: Path) -> bool:
    """Whether a scan's file is there, or DICOM where its path says; it need not be readable."""
    return path.is_file() or dicom_index.is_dicom(path, deep=True)


def travels_as_it_is(path: Path) -> bool:
    """Whether a scan is sent elsewhere as the file that it is: a single one of NIfTI, NRRD or MetaImage."""
    is_detached = path.suffix.lower() in (".mhd", ".nhdr")
    return not (is_detached or is_other(path) or dicom_index.is_dicom(path, deep=True))


def scan_stamp(path: Path) -> dict[str, int]:
    """As :func:`.files.stamp`, of all files of a scan: the sums of their sizes and times, which change with each of them.

    Raises:
        OSError: a file is gone.
        InputError: DICOM makes no scan any more.
    """
    found = [file.stat() for file in (*files_of(path), *_data_of(path))]
    return {"size": sum(each.st_size for each in found), "modified_ns": sum(each.st_mtime_ns for each in found)}


def scan_sha256(path: Path) -> str:
    """SHA-256 of a scan: of its file; of a header (.mhd, .nhdr, .hdr) with its data files; of a series, whatever its files' names.

    Raises:
        OSError: a file cannot be read.
        InputError: DICOM makes no scan any more.
    """
    files = files_of(path)
    if files != [path]:
        return hashlib.sha256("\n".join(sorted(map(sha256, files))).encode()).hexdigest()
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    for data in _data_of(path):
        with data.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def _data_of(path: Path) -> list[Path]:
    """The files with the voxels of a header (.mhd, .nhdr) that are there; nothing of any other scan."""
    if path.suffix.lower() not in (".mhd", ".nhdr"):
        return []
    with path.open("rb") as file:
        start = file.read(1 << 20)
    if parts := named_parts(start)[0]:
        return [path.parent / name for name in parts if (path.parent / name).is_file()]
    named = DATA_FILE.search(start)
    data = path.parent / os.fsdecode(named.group(1)) if named else path
    return [data] if data.is_file() else []

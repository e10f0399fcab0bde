"""What a file is that holds no scan, and what to do with it, told by its first bytes."""

from __future__ import annotations

import re
from pathlib import Path

# How a file begins, what it is then, and the command that unpacks it.
_PACKED = (
    (b"BZh", "bzip2", "bunzip2 <"),
    (b"\xfd7zXZ\0", "xz", "xz -d <"),
    (b"\x28\xb5\x2f\xfd", "Zstandard", "zstd -d <"),
)
_OTHERS = (
    (b"PK\x03\x04", "a zip archive", "unpack it and give the scan that is in it"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it and give the scan that is in it"),
    (b"version https://git-lfs", "a pointer of Git LFS to a file kept elsewhere", "get the file itself with `git lfs pull`"),
    (b"\x89PNG", "a PNG picture", "give the scan itself"),
    (b"\xff\xd8\xff", "a JPEG picture", "give the scan itself"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file, such as of MINC or MATLAB", "convert it to NIfTI (mnc2nii, or niftiwrite in MATLAB)"),
    (b"MATLAB", "a MATLAB file", "write it as NIfTI (niftiwrite in MATLAB)"),
    (b"%PDF", "a PDF document", "give the scan itself"),
)


def what_it_is(start: bytes, path: Path) -> str:
    """What a file is and what helps, to be read after its path: ``is compressed by xz; unpack it with ...``. Empty if nobody knows.

    Args:
        start: its first bytes, some hundred, as they are on the disk.
    """
    for beginning, name, command in _PACKED:
        if start.startswith(beginning):
            return f'is compressed by {name}; unpack it with `{command} "{path}" > "{_unpacked(path)}"` and give the new file'
    if start[128:132] == b"DICM":
        folder = path.absolute().parent
        return f'is a DICOM file; give the folder of its series, or convert the series with `dcm2niix -z y "{folder}"`'
    for beginning, what, advice in _OTHERS:
        if start.startswith(beginning):
            return f"is {what}; {advice}"
    if re.match(rb"\s*<(!doctype|html|\?xml)", start, re.IGNORECASE):
        return "is a web page, as servers send instead of a file that they do not give; download the scan again, logged in if need be"
    return ""


def _unpacked(path: Path) -> Path:
    """The name of the unpacked file: without the packing's ending, else with a word that tells it from the packed one."""
    if path.suffix.lower() in (".bz2", ".xz", ".zst", ".lzma"):
        return path.with_suffix("")
    name = path.name[:-3] if path.name.lower().endswith(".nii.gz") else path.name
    return path.with_name(f"{Path(name).stem}_unpacked{Path(name).suffix}")

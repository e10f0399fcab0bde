"""What a file is that holds no scan, and what to do with it, told by its first bytes."""

from __future__ import annotations

import re
import struct
from pathlib import Path

from .dicom_index import RTSTRUCT, SEG, class_of
from .header_checks import HEADER_ENDINGS

# How a file begins, what it is then, and the command that unpacks it.
_PACKED = (
    (b"BZh", "bzip2", "bunzip2 <"),
    (b"\xfd7zXZ\0", "xz", "xz -d <"),
    (b"\x28\xb5\x2f\xfd", "Zstandard", "zstd -d <"),
    (b"\x04\x22\x4d\x18", "LZ4", "lz4 -d <"),
    (b"\x5d\0\0", "LZMA", "xz -d --format=lzma <"),
    (b"\x1f\x9d", "compress", "gzip -d <"),
    (b"LZIP", "lzip", "lzip -d <"),
)
_OTHERS = (
    (b"PK\x03\x04", "a zip archive", "unpack it and give the scan that is in it"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it and give the scan that is in it"),
    (b"Rar!\x1a\x07", "a RAR archive", "unpack it and give the scan that is in it"),
    (b"\x93NUMPY", "a NumPy file, which does not say where the voxels lie", "write the scan as NIfTI, with nibabel"),
    (b"version https://git-lfs", "a pointer of Git LFS to a file kept elsewhere", "get the file itself with `git lfs pull`"),
    (b"\x89PNG", "a PNG picture", "give the scan itself"),
    (b"\xff\xd8\xff", "a JPEG picture", "give the scan itself"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file, such as of MINC or MATLAB", "convert it to NIfTI (mnc2nii, or niftiwrite in MATLAB)"),
    (b"MATLAB", "a MATLAB file", "write it as NIfTI (niftiwrite in MATLAB)"),
    (b"%PDF", "a PDF document", "give the scan itself"),
    (b"/annex/objects/", "a pointer of git-annex to a file kept elsewhere", "get the file itself with `datalad get` or `git annex get`"),
    (b"../.git/annex/", "a pointer of git-annex to a file kept elsewhere", "get the file itself with `datalad get` or `git annex get`"),
    (b"II*\0", "a TIFF picture", "give the scan itself"),
    (b"MM\0*", "a TIFF picture", "give the scan itself"),
    (b"GIF8", "a GIF picture", "give the scan itself"),
    (b"CDF", "a file of MINC 1", "convert it to NIfTI (mnc2nii)"),
    (b"mrtrix image", "an image of MRtrix", "convert it to NIfTI (mrconvert)"),
    (b"# vtk", "a file of VTK", "write the scan as NIfTI or NRRD"),
)


_DIRECTORY = "1.2.840.10008.1.3.10"
# Classes of DICOM files that hold a whole scan: enhanced CT, MR and PET, and those that were made of single slices later.
_WHOLE_SCANS = {f"1.2.840.10008.5.1.4.1.1.{kind}" for kind in ("2.1", "2.2", "4.1", "4.3", "4.4", "128.1", "130")}


def what_it_is(start: bytes, path: Path, packed: bool = False) -> str:
    """What a file is and what helps, to be read after its path: ``is compressed by xz; unpack it with ...``. Empty if nobody knows.

    Args:
        start: its first bytes, some hundred; where it is gzip, of what is in it.
        packed: whether it is gzip.
    """
    for beginning, name, command in _PACKED:
        if start.startswith(beginning):
            return f'is compressed by {name}; unpack it with `{command} "{path}" > "{_unpacked(path)}"` and give the new file'
    if start[128:132] == b"DICM":
        return _dicom(start, path, packed)
    for beginning, what, advice in _OTHERS:
        if start.startswith(beginning):
            return f"is {what}; {advice}"
    if packed and start[:2] == b"\x1f\x8b":
        return f'is compressed by gzip twice; unpack it with `gzip -d < "{path}" > "{_unpacked(path)}.gz"` and give the new file'
    if packed and start.startswith((b"NRRD", b"ObjectType", b"NDims")):
        name = path.name.removesuffix(".gz").removesuffix(".nii")
        named = path.with_name(f"{Path(name).stem}_unpacked{'.nrrd' if start[:1] == b'N' and start[1:2] == b'R' else '.mha'}")
        return f'is compressed by gzip as a whole; unpack it with `gzip -d < "{path}" > "{named}"` and give the new file'
    if start and not start.strip(b"\0"):
        return "holds only zeros where its header should be, as after a copy that broke off; copy it again from its source"
    if is_gipl(start):
        return f'is in the format GIPL, whatever its name says; rename it to "{renamed(path, ".gipl.gz" if packed else ".gipl")}"'
    if is_mgh(start):
        return f'is in FreeSurfer\'s format, whatever its name says; rename it to "{renamed(path, ".mgz" if packed else ".mgh")}"'
    if start[257:262] == b"ustar":
        return "is a tar archive; unpack it and give the scan that is in it"
    if _is_old_matlab(start):
        return "is a MATLAB file; write it as NIfTI (niftiwrite in MATLAB)"
    if re.match(rb"\s*<(!doctype|html|\?xml)", start, re.IGNORECASE):
        return "is a web page, as servers send instead of a file that they do not give; download the scan again, logged in if need be"
    return ""


def is_gipl(start: bytes) -> bool:
    """Whether this is how GIPL files begin, by their mark."""
    return start[252:256] in (b"\xef\xff\xe9\xb0", b"\x2a\xe3\x89\xb8")


def is_mgh(start: bytes) -> bool:
    """Whether this is how FreeSurfer's files begin, which have no mark: version, sizes, type of voxels."""
    version, *sizes, kind = struct.unpack(">6i", start[:24]) if len(start) >= 24 else (0,) * 6
    return version == 1 and all(1 <= size <= 1 << 15 for size in sizes) and kind in (0, 1, 3, 4)


def renamed(path: Path, ending: str) -> str:
    """A file's name with another ending."""
    old = next((each for each in (*HEADER_ENDINGS, ".gipl.gz", ".hdr.gz", ".img.gz") if path.name.lower().endswith(each)), path.suffix)
    return path.name[: len(path.name) - len(old)] + ending


def _unpacked(path: Path) -> Path:
    """The name of the unpacked file: without the packing's ending, else with a word that tells it from the packed one."""
    if path.suffix.lower() in (".bz2", ".xz", ".zst", ".lzma"):
        return path.with_suffix("")
    name = path.name[:-3] if path.name.lower().endswith(".nii.gz") else path.name
    return path.with_name(f"{Path(name).stem}_unpacked{Path(name).suffix}")


def _dicom(start: bytes, path: Path, packed: bool) -> str:
    """What a DICOM file under another format's name is: folders are searched for files that are named as DICOM or not at all."""
    if class_of(start) == _DIRECTORY or path.name.upper().startswith("DICOMDIR"):
        return "is the table of contents of a DICOM disc, not a scan; give the folder beside it that holds the series"
    kind, ending = class_of(start), next((each for each in HEADER_ENDINGS if path.name.lower().endswith(each)), path.suffix)
    named = path.with_name(f"{path.name[: len(path.name) - len(ending)]}.dcm")
    do = f'unpack it with `gzip -d < "{path}" > "{named}"`' if packed else f'rename it to "{named.name}"'
    if kind == SEG:
        return f"is a DICOM segmentation, whatever its name says; {do}, and give that as the label map"
    if kind == RTSTRUCT:
        return "is a DICOM structure set (RTSTRUCT), whatever its name says; save it from Slicer (extension SlicerRT) as .seg.nrrd"
    if kind in _WHOLE_SCANS:
        return f"is a DICOM file of several frames, whatever its name says; {do}, and give that"
    return f"is a DICOM file, whatever its name says; {do}, do the same with all slices of its series, and give their folder"


def _is_old_matlab(start: bytes) -> bool:
    """Whether this is how files of MATLAB 4 begin, which have no mark: the kind of a matrix, its size, and its name."""
    if len(start) < 24:
        return False
    for order in "<>":
        kind, rows, columns, is_complex, length = struct.unpack(f"{order}5i", start[:20])
        name = start[20 : 20 + length] if 1 < length <= 64 else b""
        is_kind = 0 <= kind <= 4052 and kind % 10 in (0, 1, 2) and kind // 10 % 10 <= 5 and kind // 100 % 10 == 0
        if is_kind and rows > 0 and columns > 0 and is_complex in (0, 1) and re.fullmatch(rb"[A-Za-z]\w*\0", name):
            return True
    return False

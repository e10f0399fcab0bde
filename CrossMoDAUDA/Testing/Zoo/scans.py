"""Bad scans: NIfTI, NRRD and MetaImage files whose headers or voxels are wrong, and files and names that are none."""

from __future__ import annotations

import gzip
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from .bad_headers import DATA_FILES, INF, META_HEADERS, NAN, NIFTI2_HEADERS, NIFTI_HEADERS, NRRD_HEADERS
from .formats import VOXELS, meta, nifti, nifti2, nrrd, nrrd_gzip
from .specimen import NAMED_DOORS, CannotBeMade, Doors, Specimen


def _bytes(content: bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_bytes(content)

    return write


def specimens(every_door: bool = False) -> list[Specimen]:
    """Malformed scans, each given to one command that reads scans, or to all of them."""
    doors = Doors("scan", every_door)
    found = []
    for number, (what, fields) in enumerate(NIFTI_HEADERS.items()):
        plain = number % 2
        content = nifti(fields) if plain else _gzip(nifti(fields))
        found += doors.through(f"NIfTI, {what}", "bad.nii" if plain else "bad.nii.gz", _bytes(content))
    for what, fields in NIFTI2_HEADERS.items():
        found += doors.through(f"NIfTI-2, {what}", "bad.nii", _bytes(nifti2(fields)))
    for what, texts in NRRD_HEADERS.items():
        found += doors.through(f"NRRD, {what}", "bad.nrrd", _bytes(nrrd(texts)))
    for what, texts in META_HEADERS.items():
        found += doors.through(f"MetaImage, {what}", "bad.mha", _bytes(meta(texts)))
    for what, named in DATA_FILES.items():
        found += doors.through(f"NRRD header with {what}", "bad.nhdr", _detached(nrrd, "data file", named))
        found += doors.through(f"MetaImage header with {what}", "bad.mhd", _detached(meta, "ElementDataFile", named))
    for what, listed in (
        ("a list of no data files", "LIST\n"),
        ("a list of missing data files", "LIST\na.raw\nb.raw\n"),
        ("a pattern of a thousand million data files", "slice%09d.raw 1 1000000000 1"),
        ("a pattern that writes memory", "slice%n%n%s.raw 1 8 1"),
        ("a pattern that goes nowhere", "slice%d.raw 1 8 0"),
    ):
        found += doors.through(f"MetaImage header with {what}", "bad.mhd", _detached(meta, "ElementDataFile", listed))
        found += doors.through(f"NRRD header with {what}", "bad.nhdr", _detached(nrrd, "data file", listed))
    for what, file, content in _cut_short() + _other_contents() + _voxels():
        found += doors.through(what, file, _bytes(content))
    for what, file, write in _no_files():
        found += doors.through(what, file, write, doors=NAMED_DOORS)
    return found + _names(doors)


def _gzip(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def _detached(make: Callable[..., bytes], field: str, named: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        if named == "pipe.raw":
            make_pipe(path.with_name(named))
        elif named == "circle.raw":
            make_link(path.with_name(named), path.with_name(named))
        elif named.startswith("/dev/") and not Path(named).exists():
            raise CannotBeMade(f"this system has no {named}")
        path.with_name("short.raw").write_bytes(bytes(100))
        path.write_bytes(make({field: named.format(ending=path.suffix)}, b""))

    return write


def _cut_short() -> list[tuple[str, str, bytes]]:
    plain, packed = nifti(), _gzip(nifti())
    found = [(f"NIfTI cut after {count} bytes", "bad.nii", plain[:count]) for count in (0, 1, 4, 40, 100, 347, 348, 351, 352, 353, 700)]
    found += [("NIfTI without its last byte", "bad.nii", plain[:-1])]
    places = (1, 2, 9, 10, 11, len(packed) // 4, len(packed) // 2, len(packed) * 3 // 4, len(packed) - 9, len(packed) - 4, len(packed) - 1)
    found += [(f"gzip cut after {count} bytes", "bad.nii.gz", packed[:count]) for count in places]
    middle = len(packed) // 2
    found += [
        ("gzip with a wrong byte", "bad.nii.gz", packed[:middle] + bytes((packed[middle] ^ 0xFF,)) + packed[middle + 1 :]),
        ("gzip with a wrong checksum", "bad.nii.gz", packed[:-8] + bytes(4) + packed[-4:]),
        ("gzip of nothing", "bad.nii.gz", _gzip(b"")),
        ("gzip of gzip", "bad.nii.gz", _gzip(packed)),
        ("gzip of text", "bad.nii.gz", _gzip(b"no scan\n" * 100)),
        ("gzip header only", "bad.nii.gz", packed[:10]),
        ("gzip with a name without end", "bad.nii.gz", b"\x1f\x8b\x08\x08" + bytes(6) + b"x" * 30_000_000),
        ("gzip of a million members of nothing", "bad.nii.gz", _gzip(b"") * 1_000_000),
        ("empty NRRD", "bad.nrrd", b""),
        ("NRRD of its magic only", "bad.nrrd", b"NRRD0004\n"),
        ("NRRD cut in the header", "bad.nrrd", nrrd()[:60]),
        ("NRRD without its last byte", "bad.nrrd", nrrd()[:-1]),
        ("NRRD without voxels", "bad.nrrd", nrrd(data=b"")),
        ("NRRD of a later version", "bad.nrrd", nrrd(magic="NRRD0099")),
        ("NRRD gzip cut short", "bad.nrrd", nrrd_gzip()[:-40]),
        ("NRRD gzip of too few voxels", "bad.nrrd", nrrd_gzip(data=bytes(100))),
        ("NRRD text with too few voxels", "bad.nrrd", nrrd({"encoding": "ascii"}, b"1 2 3\n")),
        ("NRRD text with words for voxels", "bad.nrrd", nrrd({"encoding": "ascii"}, b"one two three " * 200)),
        ("empty MetaImage", "bad.mha", b""),
        ("MetaImage cut in the header", "bad.mha", meta()[:60]),
        ("MetaImage without its last byte", "bad.mha", meta()[:-1]),
        ("MetaImage without voxels", "bad.mha", meta(data=b"")),
        ("MetaImage zlib cut short", "bad.mha", meta({"CompressedData": "True"}, zlib.compress(VOXELS.tobytes())[:-40])),
        ("MetaImage zlib of too few voxels", "bad.mha", meta({"CompressedData": "True"}, zlib.compress(bytes(100)))),
        ("MetaImage text with too few voxels", "bad.mha", meta({"BinaryData": "False"}, b"1 2 3\n")),
        ("gzip that inflates to 8 GB", "bad.nii.gz", _bomb({"dim": (3, 2000, 2000, 2000, 1, 1, 1, 1), "datatype": 2, "bitpix": 8})),
        ("gzip that inflates to far less than is claimed", "bad.nii.gz", _bomb({"dim": (3, 30000, 30000, 30000, 1, 1, 1, 1)})),
        ("gzip that inflates to far more than is claimed", "bad.nii.gz", _bomb({"dim": (4, 6, 7, 8, 2, 1, 1, 1)})),
    ]
    return found


def _bomb(fields: dict[str, Any]) -> bytes:
    """A gzip file of 8 MB that inflates to 8 GB: a stream of one block of zeros again and again."""
    block = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    start = block.compress(nifti(fields, b"")) + block.flush(zlib.Z_FULL_FLUSH)
    zeros = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    megabyte = zeros.compress(bytes(1 << 20)) + zeros.flush(zlib.Z_FULL_FLUSH)
    return b"\x1f\x8b\x08" + bytes(6) + b"\xff" + start + megabyte * 8000


def _other_contents() -> list[tuple[str, str, bytes]]:
    dicom = bytes(128) + b"DICM" + struct.pack("<HH2sHI", 2, 0, b"UL", 4, 0) + bytes(200)
    jpeg = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
    contents = {
        "text": b"This is no scan.\n" * 50,
        "JPEG": jpeg + bytes(400),
        "PNG": b"\x89PNG\r\n\x1a\n" + bytes(400),
        "DICOM": dicom,
        "a web page": b"<!DOCTYPE html><html><body>404 Not Found</body></html>\n" * 10,
        "a zip file": b"PK\x03\x04" + bytes(400),
        "an Excel file": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        "zeros": bytes(5000),
        "ones": b"\xff" * 5000,
        "noise": np.random.default_rng(1).bytes(5000),
    }
    found = [(f"{what} named NIfTI", "bad.nii.gz", content) for what, content in contents.items()]
    found += [(f"{what} named NRRD", "bad.nrrd", content) for what, content in contents.items()]
    found += [(f"{what} named MetaImage", "bad.mha", content) for what, content in contents.items()]
    extension = struct.pack("<4bii", 1, 0, 0, 0, -16, 6)
    return [
        *found,
        ("a link to a large file kept elsewhere", "bad.nii.gz", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12345\n"),
        ("NIfTI with an extension of a negative size", "bad.nii", nifti({"vox_offset": 400}, extension=extension)),
    ]


def _voxels() -> list[tuple[str, str, bytes]]:
    def floats(value: float, everywhere: bool = False) -> bytes:
        array = VOXELS.astype("<f4")
        array[(slice(None),) if everywhere else (3, slice(2, 4), 3)] = value  # not to the border: NaN there is background
        return array.tobytes()

    real = {"datatype": 16, "bitpix": 32}
    return [
        ("a row of NaN, NIfTI", "bad.nii.gz", _gzip(nifti(real, floats(NAN)))),
        ("all NaN, NIfTI", "bad.nii", nifti(real, floats(NAN, True))),
        ("a row of infinity, NIfTI", "bad.nii.gz", _gzip(nifti(real, floats(INF)))),
        ("a row of NaN, NRRD", "bad.nrrd", nrrd({"type": "float"}, floats(NAN))),
        ("a row of minus infinity, MetaImage", "bad.mha", meta({"ElementType": "MET_FLOAT"}, floats(-INF))),
        ("a row of NaN, MetaImage", "bad.mha", meta({"ElementType": "MET_FLOAT"}, floats(NAN))),
    ]


def _no_files() -> list[tuple[str, str, Callable[[Path], None]]]:
    """What is no regular file; a search of a folder leaves some of them out, so they are named."""

    def hold_back(path: Path) -> None:
        path.write_bytes(nifti())
        path.chmod(0)
        if os.access(path, os.R_OK):
            raise CannotBeMade("this user may read every file")

    return [
        ("missing", "bad.nii.gz", lambda path: None),
        ("a folder", "bad.nii.gz", lambda path: path.mkdir()),
        ("a link to nothing", "bad.nii.gz", lambda path: make_link(path, path.with_name("nothing"))),
        ("a link to itself", "bad.nii.gz", lambda path: make_link(path, path)),
        ("a link to a device", "bad.nii.gz", lambda path: make_link(path, Path("/dev/zero"))),
        ("a pipe", "bad.nii.gz", make_pipe),
        ("a pipe, NRRD", "bad.nrrd", make_pipe),
        ("kept from being read", "bad.nii.gz", hold_back),
    ]


def make_pipe(path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        raise CannotBeMade("this system has no named pipes")
    os.mkfifo(path)


def make_link(path: Path, target: Path) -> None:
    try:
        path.symlink_to(target)
    except OSError as error:
        raise CannotBeMade(f"no symbolic links: {error}") from None
    if str(target).startswith("/dev/") and not target.exists():
        raise CannotBeMade(f"this system has no {target}")


def _names(doors: Doors) -> list[Specimen]:
    """Bad scans whose names are odd, which the sentence must bear and stay one line."""

    def write(path: Path) -> None:
        try:
            path.write_bytes(b"no scan")
        except (OSError, ValueError) as error:
            raise CannotBeMade(f"no such name here: {error}") from None

    found = []
    for what, file, says in (
        ("a line break in the name", "bad\nall is well\n.nii.gz", "bad"),
        ("a carriage return in the name", "bad\rgood.nii.gz", "bad"),
        ("an escape sequence in the name", "bad\x1b[2J\x07.nii.gz", "bad"),
        ("bytes that are not UTF-8 in the name", os.fsdecode(b"bad\xff\xfe.nii.gz"), "bad"),
        ("a name that turns round", "bad\u202egz.iin.nii.gz", "bad"),
        ("a name of 200 letters", "b" * 200 + ".nii.gz", "b" * 200),
        ("a name of braces and percents", "bad {0} %s %n {path}.nii.gz", "bad {0} %s %n {path}.nii.gz"),
        ("a name of an option", "--help.nii.gz", "--help.nii.gz"),
        ("a line separator in the name", "bad\u2028\x85.nii.gz", "bad"),
    ):
        found += doors.through(what, file, write, says)
    long = "b" * 247 + ".nii.gz"  # its result would bear a longer name than a disk knows
    found += doors.through("a name that leaves no room for its result's", long, _bytes(nifti()), "b" * 247, NAMED_DOORS)
    found += doors.through("a name longer than a disk knows", "b" * 300 + ".nii.gz", lambda path: None, doors=NAMED_DOORS)
    return found

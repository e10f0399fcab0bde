"""Headers that are text, read and checked: NRRD and MetaImage (see :mod:`.headers`)."""

from __future__ import annotations

import math
import re
from pathlib import Path

from ..core.errors import InputError, short
from .header_checks import LONGEST_HEADER, LONGEST_LINE, LONGEST_NAME, Header, check_geometry, check_sizes, check_spacing, damaged


def lies_unsaid(path: Path, why: str) -> str:
    """What is told of a header that does not say how the patient lay."""
    return f"{path} does not say how the patient lay ({why}); its axes were taken as left, posterior, superior, as Slicer does."


def _is_sizeless(path: Path) -> str:
    return f"{path} does not say how large its voxels are; they were taken as 1 mm, so volumes and distances may be wrong."


def _other_unit(path: Path, units: str) -> str:
    """What is told of lengths in a unit that ITK, and so Slicer, does not heed; empty where they are mm, or in no unit of lengths."""
    unit = next((unit for unit in re.findall(r"[^\s\"]+", units.lower()) if unit in _OTHER_UNITS), "")
    does = "which is not heeded, as in Slicer: they were taken as mm, so volumes and distances are wrong"
    return f"{path} gives its lengths in {unit}, {does}; convert it, or correct that if they are in mm." if unit else ""


_OTHER_UNITS = {
    *("cm", "centimeter", "centimeters", "m", "meter", "meters", "metre", "metres", "dm", "in", "inch", "inches", "nm"),
    *("um", "\xb5m", "\u03bcm", "micron", "microns", "micrometer", "micrometers", "micrometre", "micrometres"),
}


# NRRD ----------------------------------------------------------------------------------------------------------------------

_NRRD_BYTES = {
    **dict.fromkeys(("signed char", "int8", "int8_t", "uchar", "unsigned char", "uint8", "uint8_t"), 1),
    **dict.fromkeys(("short", "short int", "signed short", "signed short int", "int16", "int16_t"), 2),
    **dict.fromkeys(("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"), 2),
    **dict.fromkeys(("int", "signed int", "int32", "int32_t", "uint", "unsigned int", "uint32", "uint32_t", "float"), 4),
    **dict.fromkeys(("longlong", "long long", "long long int", "signed long long", "signed long long int", "int64", "int64_t"), 8),
    **dict.fromkeys(("ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t", "double"), 8),
}
_NRRD_PACKING = {"raw": "raw", "gzip": "gzip", "gz": "gzip", "ascii": "text", "text": "text", "txt": "text"}
_NRRD_PACKING |= dict.fromkeys(("bzip2", "bz2", "hex"), "other")
_SPACES = {  # without hyphens and spaces, which programs leave out
    *("leftposteriorsuperior", "lps", "rightanteriorsuperior", "ras", "leftanteriorsuperior", "las"),
    *("scannerxyz", "3drighthanded", "3dlefthanded"),
}
# What an axis without a direction holds, so that it is none of space: of kinds that ITK takes so.
_INSIDE_A_VOXEL = ("list", "scalar", "point", "normal", "complex", "quaternion")
_ENDS_OF_KINDS = ("vector", "color", "matrix", "gradient", "stub")


def read_nrrd(path: Path, start: bytes) -> Header:
    """What an NRRD header says.

    Args:
        start: the file's first bytes, at most :data:`LONGEST_HEADER`.

    Raises:
        InputError: it is damaged, or of a kind that is not read.
    """
    if not re.match(rb"NRRD000[1-5]\r?\n", start):
        raise damaged(path, "it lacks the mark of an NRRD file of the versions 1 to 5")
    end = re.search(rb"\r?\n\r?\n", start)
    if end is None and len(start) >= LONGEST_HEADER:
        raise damaged(path, f"it does not end within {len(start)} bytes")
    fields: dict[str, str] = {}
    pairs: dict[str, str] = {}
    for line in start[: end.start() if end else None].decode("utf-8", "replace").splitlines()[1:]:
        name, colon, value = line.partition(":")
        if line.startswith("#") or not colon:  # a comment
            continue
        if value.startswith("="):  # a pair of a name and a value of any kind
            pairs[name.strip()] = re.sub(r"\\(.)", lambda escaped: {"n": "\n"}.get(escaped[1], escaped[1]), value[1:])
            continue
        if len(line.encode()) > LONGEST_LINE and name != "content":
            raise damaged(path, f"its line '{short(line)}' is too long")
        fields[name.strip().lower().replace(" ", "")] = value.strip()
    sizes = _whole_numbers(path, "sizes", fields.get("sizes", ""))
    (dimension,) = _whole_numbers(path, "dimension", fields.get("dimension", ""), 1)
    if dimension != len(sizes):
        stated = f"it gives {dimension} dimension{'' if dimension == 1 else 's'}"
        raise damaged(path, f"{stated} and {len(sizes)} size{'' if len(sizes) == 1 else 's'}")
    check_sizes(path, sizes)
    kind, encoding = fields.get("type", "").lower(), fields.get("encoding", "").lower()
    if kind not in _NRRD_BYTES:
        raise damaged(path, f"it gives voxels of the type '{short(kind)}'")
    if _NRRD_PACKING.get(encoding, "other") == "other" and encoding != "hex":
        if encoding and re.fullmatch(r"[a-z][a-z0-9]*", encoding):
            raise InputError(f"{path} has its voxels in the encoding '{short(encoding)}', which is not read; save it with gzip, or raw.")
        raise damaged(path, f"it gives the encoding '{short(encoding)}'")
    if _NRRD_BYTES[kind] > 1 and _NRRD_PACKING[encoding] != "text" and "endian" not in fields:
        raise damaged(path, "it does not say in which order the bytes of a number are (endian)")
    if dimension == 3 or (dimension == 4 and "none" in fields.get("spacedirections", "")):
        _nrrd_geometry(path, fields)
    is_known = dimension > 3 or not re.search(r"(?i)\bnan\b", fields.get("spacings", ""))
    notes = [] if "spacedirections" in fields or ("spacings" in fields and is_known) else [_is_sizeless(path)]
    notes += filter(None, [_other_unit(path, f"{fields.get('spaceunits', '')} {fields.get('units', '')}")])
    if "space" not in fields and "spacedimension" not in fields:
        notes.append(lies_unsaid(path, "it names no space"))
    (skipped,) = _whole_numbers(path, "byte skip", fields.get("byteskip", "0"), 1)
    (lines,) = _whole_numbers(path, "line skip", fields.get("lineskip", "0"), 1)
    if skipped < -1 or lines < 0:
        raise damaged(path, "it skips a negative number of bytes or lines")
    named, packing = fields.get("datafile"), _NRRD_PACKING[encoding]
    begin = end.end() if end and named is None else 0
    offset = max(skipped, 0) + begin
    if named is not None and _names_several(named):
        parts = _data_files(path, start, sizes, packing)
        _check_packing(path, packing, parts[0], 0)
        return Header("NrrdImageIO", tuple(sizes), _NRRD_BYTES[kind], parts[0], offset, packing, pairs=pairs, parts=parts, notes=(*notes,))
    data = path if named is None else _data_file(path, named, ".nhdr")
    _check_packing(path, packing, data, begin)
    return Header("NrrdImageIO", tuple(sizes), _NRRD_BYTES[kind], data, offset, packing, pairs=pairs, notes=(*notes,))


def _check_packing(path: Path, packing: str, data: Path, begin: int) -> None:
    """Name what zlib has packed, which programs write where gzip is announced, and ITK and pynrrd refuse."""
    if packing != "gzip":
        return
    with data.open("rb") as file:
        file.seek(begin)
        first = file.read(2)
    if first[:1] == b"\x78" and int.from_bytes(first) % 31 == 0:
        raise InputError(f"{path} has voxels that zlib has packed, where its header says gzip; save it with gzip, or raw.")


def _nrrd_geometry(path: Path, fields: dict[str, str]) -> None:
    space = re.sub(r"[\s-]+", "", fields.get("space", "").lower())
    if space and space not in _SPACES:
        raise damaged(path, f"it names the space '{short(fields['space'])}', which is none of three dimensions")
    kinds = re.findall(r"[\w?-]+", fields.get("kinds", "").lower())
    if "none" in fields.get("spacedirections", "") and not any(kind in _INSIDE_A_VOXEL or kind.endswith(_ENDS_OF_KINDS) for kind in kinds):
        raise InputError(
            f"{path} has an axis without a direction and does not say what it is (kinds), so that no program of ITK's reads it;"
            " save the one volume of it that is meant as a file of its own."
        )
    if "spacedirections" in fields:
        texts = re.findall(r"\([^)]*\)|none", fields["spacedirections"])
        texts = [text for text in texts if text != "none"] if len(texts) == 4 else texts  # a list of layers has no direction
        columns = [_vector(path, "space directions", text) for text in texts]
        if len(columns) != 3 or any(len(column) != 3 for column in columns):
            raise damaged(path, f"it gives the space directions '{short(fields['spacedirections'])}'")
        check_geometry(path, [math.hypot(*column) for column in columns], [], columns)
    elif "spacings" in fields:
        unknown_as_one = re.sub(r"(?i)\bnan\b", "1", fields["spacings"])  # so it is for ITK
        check_spacing(path, _numbers(path, "spacings", unknown_as_one, 3))
    if "spaceorigin" in fields and not re.fullmatch(r"(?i)\(\s*nan\s*,\s*nan\s*,\s*nan\s*\)", fields["spaceorigin"]):  # unknown: ITK's is 0
        check_geometry(path, [], _vector(path, "space origin", fields["spaceorigin"]), [])


def _vector(path: Path, name: str, text: str) -> tuple[float, ...]:
    return _numbers(path, name, text.strip("() ").replace(",", " "), 3)


# MetaImage -----------------------------------------------------------------------------------------------------------------

_META_BYTES = {
    **dict.fromkeys(("MET_CHAR", "MET_UCHAR", "MET_ASCII_CHAR"), 1),
    **dict.fromkeys(("MET_SHORT", "MET_USHORT"), 2),
    **dict.fromkeys(("MET_INT", "MET_UINT", "MET_FLOAT"), 4),
    **dict.fromkeys(("MET_LONG_LONG", "MET_ULONG_LONG", "MET_DOUBLE"), 8),
}
_META_BYTES |= dict.fromkeys(("MET_LONG", "MET_ULONG"), 4)  # as MetaIO has them, whatever the compiler's are
_META_PLACES = ("Offset", "Position", "Origin", "CenterOfRotation")
_META_MATRICES = ("TransformMatrix", "Rotation", "Orientation")
_META_NUMBERS = {"ID": 1, "ParentID": 1, "ElementMin": 1, "ElementMax": 1, "CompressedDataSize": 1, "Color": 4,
                 "ElementToIntensityFunctionSlope": 1, "ElementToIntensityFunctionOffset": 1}  # fmt: skip


def read_meta(path: Path, start: bytes) -> Header:
    """What a MetaImage header says.

    Args:
        start: the file's first bytes, at most :data:`LONGEST_HEADER`.

    Raises:
        InputError: it is damaged, or of a kind that is not read.
    """
    fields: dict[str, str] = {}
    offset = 0
    for line in start.splitlines(keepends=True):
        offset += len(line)
        name, equals, value = re.split("([=:])", line.decode("utf-8", "replace"), maxsplit=1) if re.search(rb"[=:]", line) else ("", "", "")
        name = name.strip()
        if not line.strip():
            continue
        if (
            not equals
            or not name
            or fields.get(name, value.strip()) != value.strip()
            or len(line) > (LONGEST_NAME if name == "Name" else 4 * LONGEST_LINE)
        ):
            raise damaged(path, f"its line '{short(line.decode('utf-8', 'replace'))}' is not a new field and its value")
        fields[name] = value.strip()
        if name == "ElementDataFile":
            break
    named = fields.get("ElementDataFile", "")
    if not named:
        raise damaged(path, "it does not say where the voxels are (ElementDataFile)")
    if fields.get("ObjectType", "Image") != "Image":
        raise InputError(f"{path} holds a MetaIO '{short(fields['ObjectType'])}', not an image; convert it or remove it.")
    (dimension,) = _whole_numbers(path, "NDims", fields.get("NDims", ""), 1)
    if not 1 <= dimension <= 10:
        raise damaged(path, f"it gives {dimension} dimensions")
    sizes = _whole_numbers(path, "DimSize", fields.get("DimSize", ""), dimension)
    (channels,) = _whole_numbers(path, "ElementNumberOfChannels", fields.get("ElementNumberOfChannels", "1"), 1)
    check_sizes(path, (*sizes, channels))
    kind = fields.get("ElementType", "").removesuffix("_ARRAY")
    if kind not in _META_BYTES:
        raise damaged(path, f"it gives voxels of the type '{short(kind)}'")
    _meta_geometry(path, fields, dimension)
    (skipped,) = _whole_numbers(path, "HeaderSize", fields.get("HeaderSize", "0"), 1)
    if skipped < -1:
        raise damaged(path, f"it gives itself {skipped} bytes")
    local = named.upper() == "LOCAL"
    packing = "zlib" if _is_true(fields.get("CompressedData")) else "raw" if _is_true(fields.get("BinaryData", "True")) else "text"
    begin = max(skipped, offset if local else 0)
    packed = 0
    if packing == "zlib":  # where voxels follow in the same file, MetaIO asks how many bytes it is to unpack, and makes them up without
        (packed,) = _whole_numbers(path, "CompressedDataSize", fields.get("CompressedDataSize", "0"), 1)
        if packed < 0 or (local and packed == 0):
            raise damaged(path, "it does not say how many bytes its compressed voxels have (CompressedDataSize)")
    notes = [] if fields.keys() & {"ElementSpacing", "ElementSize"} else [_is_sizeless(path)]
    notes += filter(None, [_other_unit(path, fields.get("DistanceUnits", ""))])
    if not fields.keys() & {*_META_MATRICES}:
        notes.append(lies_unsaid(path, "it has no TransformMatrix"))
    if _names_several(named):
        parts = _data_files(path, start, sizes, packing)
        return Header("MetaImageIO", tuple(sizes), _META_BYTES[kind] * channels, parts[0], begin, packing, parts=parts, notes=(*notes,))
    data = path if local else _data_file(path, named, ".mhd")
    return Header("MetaImageIO", tuple(sizes), _META_BYTES[kind] * channels, data, begin, packing, packed_bytes=packed, notes=(*notes,))


def _meta_geometry(path: Path, fields: dict[str, str], dimension: int) -> None:
    for name, count in _META_NUMBERS.items():  # for what is missing ITK takes words of the next line
        if name in fields:
            _numbers(path, name, fields[name], count)
    for name in ("ElementSpacing", "ElementSize"):
        if name in fields:
            check_spacing(path, _numbers(path, name, fields[name], dimension))
    for name in _META_PLACES:
        if name in fields:
            check_geometry(path, [], _numbers(path, name, fields[name], dimension), [])
    for name in _META_MATRICES:
        if name in fields:
            values = _numbers(path, name, fields[name], dimension**2)
            check_geometry(path, [], [], [values[row * dimension : (row + 1) * dimension] for row in range(dimension)])


def _is_true(value: str | None) -> bool:
    return (value or "")[:1] in ("T", "t", "1")


# Both texts ----------------------------------------------------------------------------------------------------------------


def _data_file(path: Path, named: str, ending: str) -> Path:
    """The file that a detached header names for its voxels."""
    if path.suffix.lower() != ending:
        raise InputError(f"{path} names another file for its voxels ({short(named)}); save the scan as one file.")
    data = path.parent / named
    if not named or len(named) > LONGEST_LINE or not data.is_file():
        if other := _called_otherwise(path, named):
            raise InputError(f"{path} names the file '{short(named)}' for its voxels, but that is called '{other}'; correct its header.")
        raise InputError(f"{path} names the file '{short(named)}' for its voxels, which is missing or no file; copy both files again.")
    return data


def _called_otherwise(path: Path, named: str) -> str:
    """How the data file is called that a header from Windows names with backslashes, or in letters of another case; empty if it is none."""
    place = path.parent
    for part in named.replace("\\", "/").split("/"):
        try:
            alike = [each for each in place.iterdir() if each.name.lower() == part.lower()]
        except OSError:
            return ""
        if not alike and part not in ("", ".", ".."):
            return ""
        place = next((each for each in alike if each.name == part), min(alike)) if alike else place / part
    return place.relative_to(path.parent).as_posix() if place.is_file() else ""


# The line of a detached header that names the file with its voxels: MetaImage takes a colon, too.
DATA_FILE = re.compile(rb"^(?:ElementDataFile\s*[=:]|data ?file:)[ \t]*(\S.*?)[ \t]*\r?$", re.MULTILINE | re.IGNORECASE)
_LIST = re.compile(r"^(?:ElementDataFile\s*[=:]|data ?file:)\s*LIST\b[ \t]*(\d?)D?[ \t]*$", re.IGNORECASE)
_NUMBERED = re.compile(
    r"^(?:ElementDataFile\s*[=:]|data ?file:)\s*([^\s%]*%\d{0,2}d[^\s%]*)\s+(\d{1,9})\s+(\d{1,9})(?:\s+(-?\d{1,9}))?(?:\s+(\d))?\s*$",
    re.IGNORECASE,
)
_MOST_PARTS = 10_000


def _names_several(named: str) -> bool:
    return named.upper().startswith("LIST") or "%" in named


def named_parts(start: bytes) -> tuple[list[str], int]:
    """The data files that a detached header lists, or names by a pattern with numbers, and how many axes each has (0: all but one).

    Nothing where it names no several ones.
    """
    lines = start.decode("utf-8", "surrogateescape").splitlines()
    for number, line in enumerate(lines):
        if listed := _LIST.match(line):
            return [each.strip() for each in lines[number + 1 :] if each.strip()], int(listed[1] or 0)
        if numbered := _NUMBERED.match(line):
            name, first, last = numbered[1], int(numbered[2]), int(numbered[3])
            step = int(numbered[4] or 1) or 1
            if step < 0 and line[:1] in "Ee":  # in .mhd such a pattern names none
                return [], 0
            steps = range(first, last + (1 if step > 0 else -1), step)
            return [name % each for each in steps[:_MOST_PARTS]], int(numbered[5] or 0)
    return [], 0


def _data_files(path: Path, start: bytes, sizes: list[int], packing: str) -> tuple[Path, ...]:
    """The files that a detached header names for its voxels, all there and as many as it needs."""
    if path.suffix.lower() not in (".mhd", ".nhdr"):
        raise InputError(f"{path} names other files for its voxels; save the scan as one file.")
    if packing not in ("raw", "gzip"):
        raise InputError(f"{path} keeps its voxels in several files, not as plain numbers, which is not supported; save it as one file.")
    names, axes = named_parts(start)
    # ITK leaves voxels of the first kind unread without a word, and calls files of the second kind damaged.
    if axes >= len(sizes):
        raise InputError(f"{path} lists files that hold all its axes, which is not supported; write the one file's name where the list is.")
    if path.suffix.lower() == ".nhdr" and axes not in (0, len(sizes) - 1):
        raise InputError(f"{path} lists files of {axes} axes, which is not supported; save the scan as one file.")
    needed = math.prod(sizes[axes or len(sizes) - 1 :])
    if len(names) != needed:
        raise damaged(path, f"it names {len(names)} file{'' if len(names) == 1 else 's'} for its voxels instead of {needed}")
    parts = tuple(path.parent / name for name in names)
    for name, part in zip(names, parts, strict=True):
        if len(name) > LONGEST_LINE or not part.is_file():
            raise InputError(f"{path} names the file '{short(name)}' for its voxels, which is missing or no file; copy all files again.")
    return parts


def _whole_numbers(path: Path, name: str, text: str, count: int | None = None) -> list[int]:
    if not re.fullmatch(r"-?\d{1,18}(\s+-?\d{1,18})*", text, re.ASCII) or (count is not None and len(text.split()) != count):
        raise damaged(path, f"it gives '{short(text)}' for {name}")
    return [int(word) for word in text.split()]


def _numbers(path: Path, name: str, text: str, count: int) -> tuple[float, ...]:
    try:
        numbers = tuple(float(word) for word in text.split())
    except ValueError:
        numbers = ()
    if len(numbers) != count or not all(math.isfinite(number) for number in numbers):
        raise damaged(path, f"it gives '{short(text)}' for {name}")
    return numbers

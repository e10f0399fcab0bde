"""Label maps as people have them, read to the values that the settings give the structures.

In a file that names its segments, as Slicer's ``.seg.nrrd``, the names decide and not the numbers. What else means the same is
accepted, and a note says what was done: several values of one structure, masks of 0 and 255, whole numbers that a resampling
has made inexact, axes in another order, a segmentation that is cropped or has layers.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..core.errors import InputError, short
from ..core.structures import STRUCTURES, WHOLE, Code, Structure, known_structure, plain_name
from .dicom_index import label_file
from .dicom_labels import read_segmentation
from .grids import Array, Geometry, Volume, turned_onto
from .headers import Header
from .other_formats import open_other
from .volumes import check_header, other_places, read_label_map, read_layers
from .voxels import label_type

MOST = 65535  # the greatest value of a structure
_MOST_UNKNOWN = 1000  # values in a label map; TotalSegmentator has 117, atlases of the brain some hundreds
_MASK = 255  # what many programs write for "inside"
_OLD_SNOMED = ("SRT", "SNM3", "99SDM")
# What programs call a segment that nobody has named; a number may follow.
_UNNAMED = re.compile(r"(segment|segmentation|label|structure|region|roi|object|lesion|neoplasm)?[ _-]*\d*", re.IGNORECASE)
# Another place of the label map than this part of a voxel is another grid.
_BESIDE = 0.1


@dataclass(frozen=True)
class Segment:
    """A segment as a file's header describes it.

    Attributes:
        name: as the user sees it.
        layer: which of the file's layers it is in.
        value: of its voxels there.
        terminology: its codes; empty where it has none.
    """

    name: str
    layer: int
    value: int
    terminology: str


def read_labels(path: Path, labels: Mapping[str, int], merged: Mapping[str, int] | None = None, grid: Geometry | None = None) -> Volume:
    """A user's label map with the structures' own values. Values that belong to no structure are left as they are.

    Args:
        labels: structures and their values.
        merged: further values in label maps, written as text, and the structure's value that each counts as.
        grid: of the label map's image. What lies on it, but is stored otherwise, is put onto it; without it a segmentation is put
            onto the grid that it names itself.

    Returns:
        Unsigned whole numbers of 8 or 16 bits, with notes on what was done. Its geometry is ``grid`` where it lies there.

    Raises:
        InputError: the file cannot be read, holds values that are no labels, or has a segment that is no structure's.

    >>> drawn = Path("DATA/training_source/crossmoda2022_syn_1_Label.nii.gz")
    >>> label = read_labels(drawn, {"Vestibular schwannoma": 1, "Cochlea": 2})
    >>> sorted(np.unique(label.array).tolist())
    [0, 1, 2]
    """
    file = label_file(path)
    header = None if file or open_other(path) else check_header(path)
    segments = segments_of(path, header) if header else []
    if file:
        drawn = read_segmentation(file, path, grid)
        segments = [Segment(each.name, layer, 1, each.terminology) for layer, each in enumerate(drawn.segments)]
        volume = _of_segments(path, (drawn.volume, drawn.layers), segments, labels, merged or {})
    elif header and segments:
        volume = _of_segments(path, _layers(path, header), segments, labels, merged or {})
        grid = grid or _reference_grid(header.pairs)
    else:
        volume = _of_values(path, read_label_map(path), labels, merged or {})
    if grid is None:
        return volume
    placed = put_onto(volume, grid, path, is_segmentation=bool(segments) or file is not None)
    if placed.geometry != grid and volume.own is None and not file:
        for name, place in other_places(path, volume.geometry).items():  # of its places the one that its image has
            again = put_onto(dataclasses.replace(volume, geometry=place), grid, path, is_segmentation=False)
            if again.geometry == grid:
                kept = [one for one in again.notes if "--header" not in one]
                note = f"{path} gives two places; the one by its {name} is its image's and is taken."
                return dataclasses.replace(again, notes=(*kept, note))
    return placed


def _of_values(path: Path, volume: Volume, labels: Mapping[str, int], merged: Mapping[str, int]) -> Volume:
    """The label map with merged values, and a mask's 255 as the only structure there is."""
    array, notes = volume.array, list(volume.notes)
    known = {*labels.values(), *map(int, merged)}
    if len(labels) == 1 and _MASK not in known and int(array.max()) == _MASK and set(np.unique(array).tolist()) == {0, _MASK}:
        (name, value), merged = next(iter(labels.items())), {str(_MASK): next(iter(labels.values()))}
        notes.append(f"{path} is a mask of 0 and {_MASK}; {_MASK} is taken as {name} ({value}).")
    if merged:
        table = np.arange(max(int(array.max()), *labels.values(), *map(int, merged)) + 1)
        for given, value in merged.items():
            table[int(given)] = value
        array = _small(table)[array]
    return dataclasses.replace(volume, array=array, notes=tuple(notes))


# Files that name their segments -----------------------------------------------------------------------------------------------


def segments_of(path: Path, header: Header) -> list[Segment]:
    """The segments that a header describes (``Segment0_Name`` and so on), as Slicer writes them.

    Raises:
        InputError: one has no name or no value that it can have.
    """
    pairs, found = header.pairs, list[Segment]()
    numbers = sorted(int(match.group(1)) for key in pairs if (match := re.fullmatch(r"Segment(\d{1,4})_(Name|ID)", key)))
    layered = len(header.sizes) == 4
    for place, number in enumerate(dict.fromkeys(numbers)):
        name = pairs.get(f"Segment{number}_Name", pairs.get(f"Segment{number}_ID", ""))
        # Slicer before 4.11 wrote a layer of zeros and ones for each segment, and neither of these fields.
        value = _whole(pairs.get(f"Segment{number}_LabelValue", "1" if layered else "none"))
        layer = _whole(pairs.get(f"Segment{number}_Layer", str(place) if layered else "0"))
        if value is None or not 1 <= value <= min(MOST, 256**header.voxel_bytes - 1):
            given = pairs.get(f"Segment{number}_LabelValue", "none")
            most = min(MOST, 256**header.voxel_bytes - 1)
            raise InputError(f"{path} gives the segment '{short(name)}' the label value {short(given)}, not 1 to {most}; save it again.")
        if layer is None or layer >= (header.sizes[0] if layered else 1):
            raise InputError(f"{path} says that the segment '{short(name)}' is in a layer that it does not have; save it again.")
        tags = re.search(r"TerminologyEntry:([^|]*)", pairs.get(f"Segment{number}_Tags", ""))
        found.append(Segment(name, layer, value, tags.group(1) if tags else ""))
    taken: dict[tuple[int, int], str] = {}
    for segment in found:
        other = taken.setdefault((segment.layer, segment.value), segment.name)
        if other != segment.name:
            raise InputError(
                f"{path} gives the segments '{short(other)}' and '{short(segment.name)}' the same label value {segment.value}, so that"
                " nothing tells their voxels apart; give each a label value of its own."
            )
    return found


def _whole(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\s*[0-9]{1,6}\s*", text, re.ASCII) else None


def structure_named(name: str, labels: Iterable[str], terminology: str = "") -> str | None:
    """The structure that a segment means: by its name, else by a synonym, else by its codes; None if it means none, or several.

    >>> structure_named("vestibular_Schwannoma", ["Vestibular schwannoma", "Cochlea"])
    'Vestibular schwannoma'
    >>> structure_named("VS", ["Vestibular schwannoma", "Cochlea"]), structure_named("Brainstem", ["Cochlea"])
    ('Vestibular schwannoma', None)
    """
    labels = list(labels)
    for found in (*_by_name(name, labels), *_by_codes(name, terminology, labels)):
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _by_name(name: str, labels: list[str]) -> Iterator[list[str]]:
    """The structures that a name may mean, the surer ones first."""
    known = known_structure(name)
    yield [label for label in labels if label == name]
    yield [label for label in labels if plain_name(label) == plain_name(name)]
    yield [label for label in labels if known is not None and known_structure(label) is known]


def _by_codes(name: str, terminology: str, labels: list[str]) -> Iterator[list[str]]:
    """The structures that a segment's type may mean, by its code or the words for it. Programs write categories differently.

    A region decides where there are several, and excludes others; a segment need not have one. Nor does a name exclude any, unless
    it is another structure's; but where neither a region nor the name says which tumour it is, the type alone does not.
    """
    codes = [tuple(code.split("^")) for code in terminology.split("~")[1:]]
    kind = codes[1] if len(codes) > 1 and len(codes[1]) == 3 else ("", "", "")
    region = codes[4] if len(codes) > 4 and len(codes[4]) == 3 else ("", "", "")
    known = [(label, structure) for label in labels if (structure := known_structure(label)) is not None]
    plain = plain_name(re.sub(r"[ _-]*\d*$", "", name))
    named = known_structure(plain)
    alike = [each for each in known if kind[1] and _is_same(kind, each[1].type) and _may_be(named, each[1])]
    if region[1]:
        yield [label for label, structure in alike if structure.region[1] and _is_same(region, structure.region)]
    rest = [label for label, structure in alike if not (region[1] and structure.region[1])]
    says_nothing = named or plain == plain_name(kind[2]) or _UNNAMED.fullmatch(name.strip())
    if len(rest) != 1 or says_nothing or _is_its_type(dict(known)[rest[0]]):
        yield rest
    if kind[2]:
        yield from _by_name(kind[2], labels)


def _may_be(named: Structure | None, structure: Structure) -> bool:
    """Whether a segment with the name of a known structure may be another: a tumour in other words, but not a part of it."""
    return named is None or named is structure or {id(named), id(structure)} == {id(each) for each in WHOLE}  # some are equal


def _is_its_type(structure: Structure) -> bool:
    """Whether a structure is all that is of its type: the cochlea, and any tumour where no place is claimed."""
    return known_structure(structure.type[2]) is structure or structure is STRUCTURES["tumour"]


def _is_same(code: tuple[str, ...], known: Code) -> bool:
    """Whether a code is one that is known, whatever its words; SNOMED's older codes, as programs wrote them until 2019, mean today's."""
    if code[:2] == known[:2]:
        return True
    if code[0] not in _OLD_SNOMED:
        return False
    try:
        from pydicom.sr.coding import Code as Coded
    except ImportError:
        return False
    return bool(Coded(code[1], "SRT", code[2]) == Coded(known[1], known[0], known[2]))


def _of_segments(
    path: Path, stored: tuple[Volume, Array], segments: list[Segment], labels: Mapping[str, int], merged: Mapping[str, int]
) -> Volume:
    volume, layers = stored
    found: dict[str, Segment] = {}
    empty: set[str] = set()
    notes, strangers = list(volume.notes), list[Segment]()
    label = np.zeros(layers.shape[:3], label_type(labels))
    for segment in segments:
        inside = layers[..., segment.layer] == segment.value
        name = structure_named(segment.name, labels, segment.terminology)
        if name is None:
            if inside.any():
                strangers.append(segment)
            else:
                notes.append(f"{path} has an empty segment '{short(segment.name)}', which is no structure and is left out.")
            continue
        if name in found:
            both = f"'{short(found[name].name)}' and '{short(segment.name)}'"
            if inside.any() and name not in empty:
                raise InputError(f"{path} has two segments that mean {name}, {both}; rename one, or join them in Slicer's Segment Editor.")
            notes.append(f"{path} has two segments that mean {name}, {both}; one is empty and is left out.")
            if not inside.any():
                continue
        empty = empty - {name} if inside.any() else empty | {name}
        found[name] = segment
        if structure_named(segment.name, labels) is None:
            notes.append(f"{path} calls a segment '{short(segment.name)}'; by its codes it is taken as {name}.")
        shared = int(np.count_nonzero(label[inside]))
        if shared:
            several = f"{path} has {shared} voxels in {name} and in another segment; they are taken as {name}, which comes later."
            one = f"{path} has one voxel in {name} and in another segment; it is taken as {name}, which comes later."
            notes.append(several if shared > 1 else one)
        label[inside] = labels[name]
    if strangers:
        raise _no_structures(path, segments, strangers, labels, merged)
    values = [[0, *(segment.value for segment in segments if segment.layer == layer)] for layer in range(layers.shape[-1])]
    uncounted = sum(int(np.count_nonzero(~np.isin(layers[..., layer], known))) for layer, known in enumerate(values))
    if uncounted:
        several = f"{path} has {uncounted} voxels of values that no segment has; they are taken as background."
        one = f"{path} has one voxel of a value that no segment has; it is taken as background."
        notes.append(several if uncounted > 1 else one)
    return Volume(label, volume.geometry, tuple(notes), volume.own)


def _layers(path: Path, header: Header) -> tuple[Volume, Array]:
    """The first layer as a volume, and all layers, shape (z, y, x, layers)."""
    if len(header.sizes) == 3:
        volume = read_label_map(path)
        return volume, volume.array[..., np.newaxis]
    return read_layers(path)


def _no_structures(
    path: Path, segments: list[Segment], strangers: list[Segment], labels: Mapping[str, int], merged: Mapping[str, int]
) -> InputError:
    """What to do about segments that mean no structure: rename them, or call the structures so."""
    names = ", ".join(f"'{short(segment.name)}'" for segment in strangers[:5]) + (", ..." if len(strangers) > 5 else "")
    known = ", ".join(labels)
    if not all(segment.name.strip() for segment in strangers):
        return InputError(f"{path} has segments without a name; name each as its structure in Slicer (the structures are {known}).")
    values = {segment.value for segment in segments}
    fits = " Its values would fit, but its names decide." if len(strangers) == len(segments) and values == set(labels.values()) else ""
    suggestion = labels_for(segments, labels, merged)
    return InputError(
        f"{path} names segments that are no structure: {names} (the structures are {known}); rename them in Slicer,"
        f" or name every structure as the file does, as {suggestion}.{fits}"
    )


def labels_for(segments: list[Segment], labels: Mapping[str, int], merged: Mapping[str, int] | None = None) -> str:
    """The option ``--set "labels=..."`` by which every segment is a structure: known ones as they are, others with values that are free.

    Structures keep their further values, which label maps without names may have.
    """
    from ..core.parsing import labels_option

    merged = dict(merged or {})
    taken = {*labels.values(), *map(int, merged)}
    found: dict[str, int] = {}
    for segment in segments:
        name = structure_named(segment.name, labels, segment.terminology)
        if name is None and segment.name not in found:
            wanted = [segment.value, *range(1, MOST)]
            found[segment.name] = next(value for value in wanted if value not in (*found.values(), *taken))
        elif name is not None:
            found[name] = labels[name]
    if not any(name in labels for name in found):  # a name each, so that the values are free too
        return labels_option({name: value for value, name in enumerate(found, 1)})
    return labels_option(found, {text: value for text, value in merged.items() if value in found.values()})


def as_a_scan(what: str | Path, unknown: Sequence[int]) -> str:
    """What to say of so many values that no structure has as scans have them; empty where they are fewer."""
    if len(unknown) <= _MOST_UNKNOWN:
        return ""
    return f"{what} holds {len(unknown)} values that no structure has, as scans do and not label maps; give the label map itself."


def how_to_name(unknown: int, labels: Mapping[str, int], merged: Mapping[str, int] | None = None) -> str:
    """What to do about a value of no structure: it is another structure, or a further value of one."""
    from ..core.parsing import labels_option

    merged, first = dict(merged or {}), next(iter(labels.values()))
    own = next(name for name in ("Another structure", "One more structure", "Yet another structure") if name not in labels)
    another = labels_option({**labels, own: unknown}, merged)
    joined = labels_option(labels, {**merged, str(unknown): first})
    return f"name every structure, as {another}, or several values of one, as {joined}"


def _reference_grid(pairs: Mapping[str, str]) -> Geometry | None:
    """The whole grid that Slicer notes in a segmentation, of which the file may hold a part."""
    match = re.search(r"Reference image geometry\|([-+0-9.eE;]+)", pairs.get("Segmentation_ConversionParameters", ""))
    numbers = [float(word) for word in match.group(1).split(";") if re.fullmatch(r"[-+0-9.eE]+", word)] if match else []
    if len(numbers) != 22:
        return None
    ijk_to_ras, extent = np.array(numbers[:16]).reshape(4, 4), [int(number) for number in numbers[16:]]
    matrix = np.diag([-1.0, -1, 1]) @ ijk_to_ras[:3, :3]
    spacing = np.linalg.norm(matrix, axis=0)
    size = [last - first + 1 for first, last in zip(extent[::2], extent[1::2], strict=True)]
    if not (np.isfinite(spacing).all() and spacing.min() > 0 and min(size) > 1):
        return None
    origin = np.diag([-1.0, -1, 1]) @ (ijk_to_ras[:3, :3] @ np.array(extent[::2]) + ijk_to_ras[:3, 3])
    return Geometry(tuple(size), tuple(spacing.tolist()), tuple(origin.tolist()), tuple((matrix / spacing).ravel().tolist()))  # type: ignore[arg-type]


# On the image's grid ----------------------------------------------------------------------------------------------------------


def put_onto(volume: Volume, grid: Geometry, path: Path, is_segmentation: bool) -> Volume:
    """A label map on another grid, if its voxels are that grid's; else the label map as it is.

    Args:
        is_segmentation: whether it may cover another part of the grid, as cropped segmentations do.
    """
    turned = turned_onto(volume, grid)
    if turned is None:
        return volume
    notes = list(turned.notes)
    if turned is not volume:
        notes.append(f"{path} stores its axes in another order than its image, at the same place; it is read in the image's order.")
    shift = grid.matrix.T @ (np.array(turned.geometry.origin) - np.array(grid.origin)) / np.array(grid.spacing)
    whole = np.rint(shift)
    beside = float(np.abs(shift - whole).max())
    same_size = turned.geometry.size == grid.size and not whole.any()
    if beside > _BESIDE or not (same_size or is_segmentation):
        return volume
    if beside > 0.01:
        notes.append(f"{path} lies {beside:.2g} of a voxel beside its image and is taken as on the image's grid.")
    if same_size:
        return Volume(np.ascontiguousarray(turned.array), grid, tuple(notes), volume.own)
    array = np.zeros(grid.size[::-1], turned.array.dtype)
    first = whole.astype(int)[::-1]
    lengths = zip(first, turned.array.shape, array.shape, strict=True)
    ends = [(begin, max(begin, 0), begin + length, most) for begin, length, most in lengths]
    there = tuple(slice(start, max(min(end, most), start)) for _, start, end, most in ends)
    here = tuple(slice(place.start - begin, place.stop - begin) for place, (begin, *_) in zip(there, ends, strict=True))
    array[there] = turned.array[here]
    lost = int(np.count_nonzero(turned.array)) - int(np.count_nonzero(array))
    if lost:
        one = f"{path} has one labelled voxel outside its image; it is left out."
        notes.append(f"{path} has {lost} labelled voxels outside its image; they are left out." if lost > 1 else one)
    return Volume(array, grid, tuple(notes), volume.own)


def _small(table: npt.NDArray[np.int64]) -> Array:
    return table.astype(np.uint8 if table.max() <= 255 else np.uint16)

"""What the names of scan files tell (case, modality, label map), and the names of the files that results are written to."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..core.files import with_a_name
from .dicom_index import DICOM_ENDINGS, RTSTRUCT, SEG, is_dicom, is_dicom_file, label_file, label_kind, may_be_dicom
from .other_formats import is_mere_folder, scans_here
from .volumes import FILE_ENDINGS, file_stem, is_scan

_SUFFIX = re.compile(r"[_.-](0000|ceT1|hrT2|T2|label|d?seg|mask|rtstruct)$", re.IGNORECASE)
_MODALITY_OF_SUFFIX = {"cet1": "ceT1", "hrt2": "hrT2", "t2": "hrT2"}
_LABEL_SUFFIXES = {"label", "seg", "dseg", "mask", "rtstruct"}
# Ends the name of the file of warnings, which is written only if there are any.
WARNINGS = "_warnings.txt"
# End the names of results as DICOM.
DICOM_RESULTS = ("_SEG.dcm", "_RTSTRUCT.dcm")
# Ends the name of what `translate` writes.
TRANSLATION = "_pseudo_target"
# Ends the name of the file of the network's doubt, which is written where it is asked for.
UNCERTAINTY = "_Uncertainty.json"
_CHANNEL = re.compile(r"(.+)_(\d{4})")
_MOST_CHANNELS = 9  # more scans with one name and running numbers are patients
# How scans end that other programs write. What is read of them is in FILE_ENDINGS.
_OTHER_FORMATS = (".mnc", ".par", ".rec", ".mif", ".mif.gz", ".v", ".vtk", ".npy")
_PACKED = (".gz", ".bz2", ".xz", ".zst", ".zip", ".7z", ".lz4")
_HEADERS = (".hdr", ".mhd", ".nhdr")  # with their voxels in another file of that name
# Kinds of what is left out by which somebody will miss a scan.
UNREAD = ("format", "slice", "packed")
_ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".tgz", ".tbz2", ".txz", ".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst", ".tar.lzma")
# Files beside scans that nobody takes for one.
_DOCUMENTS = {".txt", ".csv", ".tsv", ".json", ".jsonl", ".md", ".rst", ".log", ".pdf", ".html", ".xml", ".yaml", ".yml", ".doc", ".docx"}
_DOCUMENTS |= {".ods", ".xls", ".xlsx", ".png", ".jpg", ".jpeg", ".svg", ".py", ".sh", ".m", ".r", ".bval", ".bvec", ".vtp", ".mrml"}
_DOCUMENTS |= {".raw", ".zraw"}  # beside .mhd and .nhdr


@dataclass(frozen=True)
class ScanName:
    """A scan file and what its name tells: case, modality ('' where it does not say) and whether it is a label map."""

    path: Path
    id: str
    modality: str
    is_label: bool

    @classmethod
    def of(cls, path: Path) -> ScanName:
        name, suffixes = file_stem(path), list[str]()
        while (match := _SUFFIX.search(name)) and match.start() > 0:
            name = name[: match.start()]
            suffixes.append(match.group(1).lower())
        modality = next((_MODALITY_OF_SUFFIX[suffix] for suffix in suffixes if suffix in _MODALITY_OF_SUFFIX), "")
        return cls(path, name, modality, bool(_LABEL_SUFFIXES.intersection(suffixes)) or _is_dicom_label(path))

    @property
    def key(self) -> str:
        """The case to compare with others' (:func:`one_form`)."""
        return one_form(self.id)


def one_form(name: str) -> str:
    """A name in the one Unicode form (NFC) by which names are compared.

    A file that was copied by way of a Mac, or out of an archive from one, may have ``ü`` as two characters.

    >>> one_form("Mu\u0308ller") == "M\u00fcller"
    True
    """
    return unicodedata.normalize("NFC", name)


def as_on_disk(path: Path) -> Path:
    """A path that is there under a name in another Unicode form, as the disk has it; any other path as it is."""
    if path.exists() or str(path).isascii():
        return path
    found = Path(path.anchor)
    for part in path.parts[1:] if path.anchor else path.parts:
        below = found / part
        if not below.exists():
            try:
                below = next((entry for entry in found.iterdir() if one_form(entry.name) == one_form(part)), below)
            except OSError:
                return path
        found = below
    return found if found.exists() else path


def case_id(path: Path) -> str:
    """The case that a scan belongs to: its file name without ending and common suffixes (``_0000``, ``_ceT1``, ``_Label``, ...).

    >>> case_id(Path("crossmoda2022_ldn_7_hrT2.nii.gz")), case_id(Path("crossmoda2022_ldn_7_Label.nrrd"))
    ('crossmoda2022_ldn_7', 'crossmoda2022_ldn_7')
    """
    return ScanName.of(path).id


def uncertainty_file(label: Path) -> Path:
    """The file of the network's doubt about a label map, whether it is there or not.

    >>> str(uncertainty_file(Path("a_hrT2_Label.nii.gz"))), str(uncertainty_file(Path("a_hrT2.seg.nrrd")))
    ('a_hrT2_Uncertainty.json', 'a_hrT2_Uncertainty.json')
    """
    stem = file_stem(label)
    names = [stem.removesuffix("_Label").removesuffix(".seg"), stem]
    files = [label.with_name(name + UNCERTAINTY) for name in names]
    return next((file for file in files if file.is_file()), files[0])


def is_label_name(path: Path) -> bool:
    """Whether a file's name says that it is a label map or a segmentation (``_Label``, ``_seg``, ``_dseg``, ``_mask``, ``.seg.nrrd``).

    DICOM says so itself, whatever its name.
    """
    return path.name.lower().endswith(".seg.nrrd") or ScanName.of(path).is_label


def label_rank(path: Path) -> int:
    """Which of one case's label maps is taken first: plain ones before ``.seg.nrrd``, then DICOM; lower is better."""
    if path.name.lower().endswith(".seg.nrrd"):
        return 1
    kind = label_kind(path) if may_be_dicom(path) else ""
    return {"": 0, SEG: 2, RTSTRUCT: 3}[kind]


def _is_dicom_label(path: Path) -> bool:
    if path.is_dir():
        return is_dicom(path) and label_file(path) is not None
    return may_be_dicom(path) and bool(label_kind(path))


def shared_modality(scans: Iterable[Path]) -> str:
    """The modality in which the names of all these scans end, as written there (``hrT2``); empty where they do not agree or do not say."""
    said = set()
    for scan in scans:
        match = re.search(r"[_.-](ceT1|hrT2|T2)([_.-]0000)?$", file_stem(scan), re.IGNORECASE)
        said.add(match.group(1) if match else "")
    return said.pop() if len(said) == 1 else ""


@dataclass(frozen=True)
class LeftOut:
    """Something in a folder that is not taken as a scan.

    Attributes:
        kind: ``label map``, ``channel``, ``translation`` (of another scan), ``hidden``, ``format`` (of other programs), ``folder``
            (with scans, or named as one), ``slice`` (of DICOM), ``packed`` (DICOM), ``archive``, ``ending``.
    """

    path: Path
    kind: str


def scans_in(folder: Path) -> list[Path]:
    """The scans in a folder in order of their names, without label maps, second channels and what was written there for its scans.

    A folder that holds a DICOM series is that one scan itself.
    """
    found = [
        path for path in scans_here(folder) if (path == folder or is_scan(path)) and not is_mere_folder(path) and not is_label_name(path)
    ]
    besides = second_channels(found).keys() | translations(found)
    return [path for path in found if path not in besides]


def left_out_of(folder: Path) -> list[LeftOut]:
    """What :func:`scans_in` leaves out of a folder, in order of the names; not documents, and not what ``segment`` writes for its scans."""
    scans = scans_in(folder)
    if folder in scans:  # it is one scan
        named = (path for path in sorted(folder.iterdir()) if _folded(file_stem(path)).endswith(TRANSLATION))
        return [LeftOut(path, "translation") for path in named if path in translations([folder, path])]
    known = {*scans, *_results_of(folder, scans)}
    there = [path for path in folder.iterdir() if is_scan(path)]
    besides = dict.fromkeys(translations(there), "translation") | dict.fromkeys(second_channels(there), "channel")
    headers = tuple(f"{file_stem(path)}." for path in folder.iterdir() if is_scan(path) and path.name.lower().endswith(_HEADERS))
    others = (path for path in sorted(folder.iterdir()) if path not in known and (label_kind(path) or not is_dicom_file(path)))
    found = ((path, _why_left_out(path, besides)) for path in others if is_scan(path) or not path.name.startswith(headers))
    return [LeftOut(path, kind) for path, kind in found if kind]


def sorted_out(paths: Sequence[Path], can_be_read: Callable[[Path], bool]) -> tuple[list[Path], list[LeftOut]]:
    """The scans among the files that a pattern names, and what of the others has to be told, as :func:`left_out_of` tells of a folder's.

    Label maps count as scans where the pattern names nothing else.

    Args:
        can_be_read: whether a file holds a scan, asked only of one whose name does not say so.
    """
    scans = [path for path in paths if is_scan(path) or (path.is_file() and _why_left_out(path, {}) == "ending" and can_be_read(path))]
    images = [path for path in scans if not is_label_name(path)] or scans
    besides = dict.fromkeys(translations(images), "translation")
    images = [path for path in images if path not in besides]
    known = {*images, *(name for folder in {path.parent for path in images} for name in _results_of(folder, images))}
    headers = {f"{path.parent / file_stem(path)}." for path in images if path.name.lower().endswith(_HEADERS)}
    others = [path for path in paths if path not in known and not str(path).startswith(tuple(headers))]
    found = [(path, "slice" if is_dicom_file(path) and not label_kind(path) else _why_left_out(path, besides)) for path in others]
    return images, [LeftOut(path, kind) for path, kind in found if kind]


def _results_of(folder: Path, scans: Sequence[Path]) -> list[Path]:
    """What ``segment`` writes for some scans, in a folder."""
    names = [name for scan in scans for ending in ("nii.gz", "nrrd") for name in segment_results(scan, ending)]
    return [folder / name for name in (*names, *(f"{file_stem(scan)}{ending}" for scan in scans for ending in DICOM_RESULTS))]


def _why_left_out(path: Path, besides: dict[Path, str]) -> str:
    lower = path.name.lower()
    if path.is_dir():
        is_meant = lower.endswith(FILE_ENDINGS) or _holds_scans(path)
        return "folder" if is_meant and not lower.startswith(".") else ""
    if lower.startswith("."):
        return "hidden" if lower.endswith(FILE_ENDINGS) else ""
    if is_scan(path):
        return besides.get(path, "label map")
    inner = next((lower.removesuffix(packed) for packed in _PACKED if lower.endswith(packed)), "")
    if inner.endswith(DICOM_ENDINGS):
        return "packed"
    if lower.endswith(_OTHER_FORMATS) or inner.endswith((*FILE_ENDINGS, *_OTHER_FORMATS)):
        return "format"
    if lower.endswith(_ARCHIVES):
        return "archive"
    return "" if path.suffix.lower() in _DOCUMENTS or lower in ("thumbs.db", "desktop.ini", "readme", "license", "changes") else "ending"


def _holds_scans(folder: Path) -> bool:
    """Whether scans lie directly in a folder; not if it is an experiment or cannot be listed."""
    try:
        return not (folder / "experiment.json").is_file() and any(is_scan(path) for path in folder.iterdir())
    except OSError:
        return False


def translations(scans: Iterable[Path]) -> set[Path]:
    """Those of some scans that are what ``translate`` has written for others of them, in the same folder, by their names."""
    found = {path: _folded(file_stem(path)) for path in scans}
    made = {path: stem.removesuffix(TRANSLATION) for path, stem in found.items() if stem.endswith(TRANSLATION)}
    places: dict[Path, list[Path]] = {}
    for path in found if made else ():
        for place in (path.parent, path) if path.is_dir() else (path.parent,):  # a series lies in a folder of its own
            places.setdefault(place, []).append(path)
    return {path for path, stem in made.items() if any(_may_be_of(stem, scan, found[scan]) for scan in places[path.parent] if scan != path)}


def _folded(name: str) -> str:
    """A name as disks compare it that know no capital letters."""
    return one_form(name).casefold()


def _may_be_of(result: str, scan: Path, stem: str) -> bool:
    """Whether the name of a result, without its ending, says that it is of a scan: of one in a folder of several too, or of one whose
    results have its folders' names before its own.
    """
    own = re.search(rf"(^|_){re.escape(stem)}" + (r"(_[\d.]+)?$" if scan.is_dir() else "$"), result)
    before = result[: own.start()] if own else ""
    return own is not None and (not before or _is_of_folders(before, [_folded(part) for part in with_a_name(scan).absolute().parent.parts]))


def _is_of_folders(text: str, folders: Sequence[str]) -> bool:
    """Whether a text is some folders' names, from the outer to the inner one."""
    for number, folder in enumerate(folders):
        if text == folder or (text.startswith(f"{folder}_") and _is_of_folders(text.removeprefix(f"{folder}_"), folders[number + 1 :])):
            return True
    return False


def second_channels(scans: Iterable[Path]) -> dict[Path, Path]:
    """Those of some scans that are further channels of others, as nnU-Net names them: ``CASE_0001`` beside ``CASE_0000``.

    Patients may be numbered from 0000 as well. So channels are only what has the same few numbers for every one of several cases,
    or lies in a data set of nnU-Net's (with ``dataset.json``).

    Returns:
        The first channel of each.
    """
    cases: dict[tuple[Path, str], dict[int, Path]] = {}
    for path in scans:
        if match := _CHANNEL.fullmatch(file_stem(path)):
            cases.setdefault((path.parent, match.group(1)), {})[int(match.group(2))] = path
    channels: dict[Path, Path] = {}
    for folder in {folder for folder, _ in cases}:
        numbered = [found for (place, _), found in cases.items() if place == folder and 0 in found]
        is_data_set = any((place / "dataset.json").is_file() for place in (folder, folder.parent))
        are_alike = (
            len(numbered) > 1 and all(found.keys() == numbered[0].keys() for found in numbered) and len(numbered[0]) <= _MOST_CHANNELS
        )
        if is_data_set or are_alike:
            channels |= {path: found[0] for found in numbered for number, path in found.items() if number}
    return channels


def segment_results(scan: Path, volume_format: str = "nii.gz") -> list[str]:
    """Names of the files that ``segment`` writes for a scan: the label map, the segmentation and the warnings, if there are any."""
    return [f"{file_stem(scan)}_Label.{volume_format}", f"{file_stem(scan)}.seg.nrrd", f"{file_stem(scan)}{WARNINGS}"]

"""What the names of scan files tell (case, modality, label map), and the names of the files that results are written to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .other_formats import is_mere_folder, scans_here
from .volumes import file_stem, is_scan

_SUFFIX = re.compile(r"[_.-](0000|ceT1|hrT2|T2|label|seg|mask)$", re.IGNORECASE)
_MODALITY_OF_SUFFIX = {"cet1": "ceT1", "hrt2": "hrT2", "t2": "hrT2"}
_LABEL_SUFFIXES = {"label", "seg", "mask"}
# Ends the name of the file of warnings, which is written only if there are any.
WARNINGS = "_warnings.txt"


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
        return cls(path, name, modality, bool(_LABEL_SUFFIXES.intersection(suffixes)))


def case_id(path: Path) -> str:
    """The case that a scan belongs to: its file name without ending and common suffixes (``_0000``, ``_ceT1``, ``_Label``, ...).

    >>> case_id(Path("crossmoda2022_ldn_7_hrT2.nii.gz")), case_id(Path("crossmoda2022_ldn_7_Label.nrrd"))
    ('crossmoda2022_ldn_7', 'crossmoda2022_ldn_7')
    """
    return ScanName.of(path).id


def is_label_name(path: Path) -> bool:
    """Whether a file's name says that it is a label map or a segmentation (``_Label``, ``_seg``, ``_mask``, ``.seg.nrrd``)."""
    return path.name.lower().endswith(".seg.nrrd") or ScanName.of(path).is_label


def shared_modality(scans: Iterable[Path]) -> str:
    """The modality in which the names of all these scans end, as written there (``hrT2``); empty where they do not agree or do not say."""
    said = set()
    for scan in scans:
        match = re.search(r"[_.-](ceT1|hrT2|T2)([_.-]0000)?$", file_stem(scan), re.IGNORECASE)
        said.add(match.group(1) if match else "")
    return said.pop() if len(said) == 1 else ""


def scans_in(folder: Path) -> list[Path]:
    """The scan files in a folder, without label maps and what ``segment`` has written there, in order of their names."""
    return [
        path for path in scans_here(folder) if (path == folder or is_scan(path)) and not is_mere_folder(path) and not is_label_name(path)
    ]


def label_maps_in(folder: Path) -> list[Path]:
    """The scan files in a folder that :func:`scans_in` leaves out because of their names, in order."""
    return sorted(path for path in folder.iterdir() if is_scan(path) and not is_mere_folder(path) and is_label_name(path))


def segment_results(scan: Path, volume_format: str = "nii.gz") -> list[str]:
    """Names of the files that ``segment`` writes for a scan: the label map, the segmentation and the warnings, if there are any."""
    return [f"{file_stem(scan)}_Label.{volume_format}", f"{file_stem(scan)}.seg.nrrd", f"{file_stem(scan)}{WARNINGS}"]

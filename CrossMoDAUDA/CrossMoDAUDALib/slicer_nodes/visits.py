"""Of whom a node's scan is, and when it was made, as the subject hierarchy, the files and the names tell."""

from __future__ import annotations

import contextlib
import datetime
import functools
from pathlib import Path

from ..core.errors import InputError
from ..images.names import uncertainty_file
from ..images.scan_dates import ScanDate, parse_date, scan_date, with_others
from ..images.scan_dates import patient_of as patient_of_path
from .scenes import Node, _ancestors, _hierarchy, scan_of

DATE = "CrossMoDAUDA.Date"  # of a segmentation, as somebody typed it; saved with the scene
# What Slicer's DICOM module writes to the items of a study and of a patient.
_STUDY_DATE, _PATIENT_ID = "DICOM.StudyDate", "DICOM.PatientID"
_STUDY = "DICOM (StudyDate)"


def day_of(node: Node) -> datetime.date | None:
    """When a segmentation's scan was made; None where nothing tells (:func:`date_of`)."""
    found = date_of(node)
    return found.day if found is not None else None


def date_of(node: Node) -> ScanDate | None:
    """When a segmentation's scan was made, and what says another day: as typed, as DICOM's study, the files or the names tell.

    What somebody typed is right, whatever else says.
    """
    typed = node.GetAttribute(DATE)
    if typed:
        return ScanDate(parse_date(typed), "")
    said = list[ScanDate]()
    for text in _above(node, _STUDY_DATE):
        with contextlib.suppress(ValueError):
            said.append(ScanDate(parse_date(text), _STUDY))
    for path in _paths(node):
        with contextlib.suppress(InputError):  # two dates in a name, or a damaged sidecar: the user knows better
            if (found := _found(path, _changed(path), _changed(path.parent))) is not None:
                said += [found, *found.others]
    return with_others(said[0], said[1:]) if said else None


@functools.lru_cache(maxsize=256)
def _found(path: Path, changed: int, folder_changed: int) -> ScanDate | None:
    """What a file, what lies beside it and its name tell; asked again once the file or its folder has changed."""
    return scan_date(path)


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def set_day(node: Node, text: str) -> None:
    """Keep a date that somebody typed; empty to go back to what is found.

    Raises:
        ValueError: it is no date.
    """
    node.SetAttribute(DATE, str(parse_date(text)) if text.strip() else None)


def patient_of(node: Node) -> str:
    """The patient that the subject hierarchy holds a segmentation or its scan under, or that a name tells as BIDS does; else ''."""
    for text in _above(node, _PATIENT_ID):
        return text
    named = (patient_of_path(path) for path in _paths(node))
    return next((name for name in named if name.startswith("sub-")), "")


def doubt_file(node: Node) -> Path | None:
    """The file of the network's doubt beside a segmentation's own file, as ``segment --uncertainty`` writes it; None without."""
    storage = node.GetStorageNode()
    name = storage.GetFileName() if storage is not None else None
    found = uncertainty_file(Path(name)) if name else None
    return found if found is not None and found.is_file() else None


def label_values(node: Node) -> dict[str, int]:
    """The value that each segment has in the segmentation's label map, by the segment's name."""
    segmentation = node.GetSegmentation()
    found = (segmentation.GetSegment(identifier) for identifier in segmentation.GetSegmentIDs())
    return {str(segment.GetName()): int(segment.GetLabelValue()) for segment in found}


def _above(node: Node, attribute: str) -> list[str]:
    """An attribute of the items that hold a node or its scan in the subject hierarchy, where it is not empty."""
    hierarchy, found = _hierarchy(node), []
    for each in filter(None, (scan_of(node), node)):
        item = hierarchy.GetItemByDataNode(each) if hierarchy is not None else 0
        places = [item, *_ancestors(hierarchy, item)] if item else []
        found += [text for place in places if (text := hierarchy.GetItemAttribute(place, attribute))]
    return found


def _paths(node: Node) -> list[Path]:
    """The files of a node and of its scan, then their names as if they were files'."""
    nodes = [each for each in (scan_of(node), node) if each is not None]
    storages = [storage for each in nodes if (storage := each.GetStorageNode()) is not None]
    files = [Path(name) for storage in storages if (name := storage.GetFileName())]
    return [*files, *(Path(f"{each.GetName().replace('/', '_')}.nrrd") for each in nodes)]

"""Of whom a node's scan is, and when it was made, as the subject hierarchy, the files and the names tell."""

from __future__ import annotations

import datetime
from pathlib import Path

from ..core.errors import InputError
from ..images.scan_dates import parse_date, scan_date
from ..images.scan_dates import patient_of as patient_of_path
from .scenes import Node, _ancestors, _hierarchy, scan_of

DATE = "CrossMoDAUDA.Date"  # of a segmentation, as somebody typed it; saved with the scene
# What Slicer's DICOM module writes to the items of a study and of a patient.
_STUDY_DATE, _PATIENT_ID = "DICOM.StudyDate", "DICOM.PatientID"


def day_of(node: Node) -> datetime.date | None:
    """When a segmentation's scan was made: as typed, as DICOM's study, the files or the names tell; None where nothing does."""
    typed = node.GetAttribute(DATE)
    if typed:
        return parse_date(typed)
    for text in _above(node, _STUDY_DATE):
        try:
            return parse_date(text)
        except ValueError:
            continue
    for path in _paths(node):
        try:
            found = scan_date(path)
        except InputError:  # two dates in a name, or a damaged sidecar: the user knows better
            continue
        if found is not None:
            return found.day
    return None


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

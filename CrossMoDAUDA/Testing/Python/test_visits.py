"""Of whom and of when a segmentation's scan is, on the real MRML classes."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

slicer = pytest.importorskip("slicer", reason="needs Slicer's MRML classes (pip install slicer-core)")

from CrossMoDAUDALib.images.volumes import Geometry, Volume  # noqa: E402
from CrossMoDAUDALib.slicer_nodes import mrml, visits  # noqa: E402

pytestmark = pytest.mark.usefixtures("clean_scene")

GRID = Geometry((4, 3, 2), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0), (1.0, 0, 0, 0, 1.0, 0, 0, 0, 1.0))


def segmented(name: str, file: Path | None = None) -> tuple[Any, Any]:
    """A scan, as if read from a file, and its segmentation."""
    scan = mrml.volume_node(Volume(np.arange(24, dtype=np.int16).reshape(2, 3, 4), GRID), name)
    if file is not None:
        scan.AddDefaultStorageNode()
        scan.GetStorageNode().SetFileName(str(file))
    labels = Volume(np.ones((2, 3, 4), np.uint8), GRID)
    return scan, mrml.segmentation_node(labels, {"Vestibular schwannoma": 1}, scan, f"{name} segmentation")


@pytest.mark.parametrize(
    ("name", "day", "patient"),
    [
        ("sub-07_ses-20220301_T2w", datetime.date(2022, 3, 1), "sub-07"),
        ("smith 2021-12-24", datetime.date(2021, 12, 24), ""),
        ("a/b", None, ""),
        ("2020-01-01_2021-01-01", None, ""),
    ],
)
def test_names_tell(name: str, day: datetime.date | None, patient: str) -> None:
    _scan, node = segmented(name)
    assert (visits.day_of(node), visits.patient_of(node)) == (day, patient)


def test_a_file_tells_more_than_a_name_and_a_typed_date_most(tmp_path: Path) -> None:
    _scan, node = segmented("2020-01-01", tmp_path / "sub-3" / "ses-20230405" / "scan.nii.gz")
    assert (visits.day_of(node), visits.patient_of(node)) == (datetime.date(2023, 4, 5), "sub-3")
    with pytest.raises(ValueError, match="soon"):
        visits.set_day(node, "soon")
    visits.set_day(node, "20240607")
    assert visits.day_of(node) == datetime.date(2024, 6, 7)
    visits.set_day(node, " ")
    assert visits.day_of(node) == datetime.date(2023, 4, 5)


@pytest.mark.parametrize(("told", "day"), [("20190807", datetime.date(2019, 8, 7)), ("unknown", datetime.date(2020, 1, 1))])
def test_the_study_of_its_scan_tells_first(told: str, day: datetime.date) -> None:
    scan, node = segmented("2020-01-01")
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(mrml.scene())
    patient = hierarchy.CreateSubjectItem(hierarchy.GetSceneItemID(), "Patient")
    study = hierarchy.CreateStudyItem(patient, "Study")
    hierarchy.SetItemAttribute(patient, "DICOM.PatientID", "4711")
    hierarchy.SetItemAttribute(study, "DICOM.StudyDate", told)
    hierarchy.CreateItem(study, scan)  # as the application does, which is not here
    assert (visits.day_of(node), visits.patient_of(node)) == (day, "4711")


@pytest.mark.parametrize("study", ["20220301", "20220302", "20190807"])
def test_what_says_another_day_than_the_study_is_kept(tmp_path: Path, study: str) -> None:
    scan, node = segmented("scan", tmp_path / "scan_2022-03-01.nii.gz")
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(mrml.scene())
    item = hierarchy.CreateStudyItem(hierarchy.GetSceneItemID(), "Study")
    hierarchy.SetItemAttribute(item, "DICOM.StudyDate", study)
    hierarchy.CreateItem(item, scan)
    found = visits.date_of(node)
    assert found is not None and [str(other.day) for other in found.others] == ["2022-03-01"] * (study == "20190807")
    visits.set_day(node, "2020-01-01")
    typed = visits.date_of(node)
    assert typed is not None and not typed.others, "who types a date knows"

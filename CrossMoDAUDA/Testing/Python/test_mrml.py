"""Volume and segmentation nodes, on the real MRML classes: of the Slicer application, or of the package slicer-core."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

slicer = pytest.importorskip("slicer", reason="needs Slicer's MRML classes (pip install slicer-core)")
vtk = pytest.importorskip("vtk")

from CrossMoDAUDALib.core.errors import CrossModaError, InputError  # noqa: E402
from CrossMoDAUDALib.core.structures import STRUCTURES, TERMINOLOGY_CONTEXT  # noqa: E402
from CrossMoDAUDALib.images.volumes import Geometry, Volume  # noqa: E402
from CrossMoDAUDALib.slicer_nodes import mrml  # noqa: E402

STRUCTURE_LABELS = {"Vestibular schwannoma": 1, "Cochlea": 2}
VOXEL_TYPES = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "float32", "float64"]
FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def rotation(angles: tuple[float, float, float], flips: tuple[int, int, int], order: tuple[int, ...]) -> np.ndarray:
    """Axes rotated about x, y and z, some reversed, in any order (so left-handed grids occur too)."""
    matrix = np.eye(3)
    for axis, angle in enumerate(angles):
        turn = np.eye(3)
        i, j = [(1, 2), (2, 0), (0, 1)][axis]
        turn[i, i] = turn[j, j] = np.cos(angle)
        turn[i, j], turn[j, i] = -np.sin(angle), np.sin(angle)
        matrix = turn @ matrix
    return (matrix * np.array(flips))[:, list(order)]


angle = st.floats(-3.1, 3.1)
flip = st.sampled_from([-1, 1])
geometries = st.builds(
    lambda size, spacing, origin, angles, flips, order: Geometry(
        size, spacing, origin, tuple(float(v) + 0.0 for v in rotation(angles, flips, order).ravel())
    ),
    st.tuples(*[st.integers(2, 9)] * 3),
    st.tuples(*[st.floats(0.1, 7.0)] * 3),
    st.tuples(*[st.floats(-300, 300)] * 3),
    st.tuples(angle, angle, angle),
    st.tuples(flip, flip, flip),
    st.permutations(range(3)).map(tuple),
)
OBLIQUE = Geometry((7, 5, 4), (0.41, 0.47, 1.5), (-31.5, 12.25, 88.0), tuple(rotation((0.3, -0.2, 0.5), (1, 1, 1), (0, 1, 2)).ravel()))


def labels_on(geometry: Geometry, seed: int = 0, present: tuple[int, ...] = (0, 1, 2)) -> Volume:
    array = np.random.default_rng(seed).choice(present, size=geometry.size[::-1]).astype(np.uint8)
    return Volume(array, geometry)


def scan_on(geometry: Geometry, seed: int = 0) -> Volume:
    return Volume(np.random.default_rng(seed).integers(-500, 500, geometry.size[::-1]).astype(np.int16), geometry)


def ids_of(node: Any) -> list[str]:
    return list(node.GetSegmentation().GetSegmentIDs())


@pytest.fixture(autouse=True)
def clean_scene() -> Any:
    """The scene as it was before each test; tests count its nodes."""
    scene = mrml.scene()
    before = {scene.GetNthNode(n) for n in range(scene.GetNumberOfNodes())}
    yield scene
    for node in [scene.GetNthNode(n) for n in range(scene.GetNumberOfNodes())]:
        if node not in before:
            scene.RemoveNode(node)


@FEW
@given(geometries, st.sampled_from(VOXEL_TYPES), st.integers(0, 99))
def test_volume_survives_a_node_exactly(geometry: Geometry, kind: str, seed: int) -> None:
    values = np.random.default_rng(seed).integers(0, 120, geometry.size[::-1]).astype(kind)
    node = mrml.volume_node(Volume(values, geometry), "scan")
    back = mrml.volume_from_node(node)
    assert back.array.dtype == values.dtype
    np.testing.assert_array_equal(back.array, values)
    assert back.geometry.size == geometry.size
    for part in ("spacing", "origin", "direction"):  # MRML ignores changes below the machine's precision
        np.testing.assert_allclose(getattr(back.geometry, part), getattr(geometry, part), rtol=1e-15, atol=1e-15)
    mrml.remove_node(node)


def test_node_lies_where_slicer_reads_the_same_file(tmp_path: Path) -> None:
    """The world position of a voxel is the one that Slicer's own reader gives it."""
    from CrossMoDAUDALib.images.volumes import write_volume

    volume = scan_on(OBLIQUE)
    write_volume(volume, tmp_path / "scan.nrrd")
    storage, expected = slicer.vtkMRMLVolumeArchetypeStorageNode(), slicer.vtkMRMLScalarVolumeNode()
    storage.SetFileName(str(tmp_path / "scan.nrrd"))
    assert storage.ReadData(expected)
    matrices = []
    for node in (mrml.volume_node(volume, "scan"), expected):
        matrix = vtk.vtkMatrix4x4()
        node.GetIJKToRASMatrix(matrix)
        matrices.append([matrix.GetElement(row, column) for row in range(4) for column in range(4)])
    np.testing.assert_allclose(matrices[0], matrices[1], atol=1e-9)
    assert mrml.volume_from_node(expected).geometry.differences(volume.geometry) == []


@pytest.mark.parametrize(
    ("values", "stored"),
    [
        (np.array([True, False]), "uint8"),
        (np.array([0.5, 2], "float16"), "float32"),
        (np.array([-3, 70000], "int64"), "int32"),
        (np.array([0, 2**40], "uint64"), "float64"),
        (np.array([1, 258], ">i2"), "int16"),
    ],
)
def test_types_that_slicer_lacks_keep_their_values(values: np.ndarray, stored: str) -> None:
    array = np.resize(values, (2, 3, 4))
    back = mrml.volume_from_node(mrml.volume_node(Volume(array, Geometry((4, 3, 2), (1, 1, 1), (0, 0, 0), OBLIQUE.direction)), "scan"))
    assert back.array.dtype == np.dtype(stored)
    np.testing.assert_array_equal(back.array, array)


def test_array_is_a_copy() -> None:
    node = mrml.volume_node(scan_on(OBLIQUE), "scan")
    mrml.volume_from_node(node).array[:] = 0
    np.testing.assert_array_equal(mrml.volume_from_node(node).array, scan_on(OBLIQUE).array)


def test_existing_volume_node_is_filled_and_keeps_its_name() -> None:
    node = mrml.volume_node(scan_on(OBLIQUE), "mine")
    other = Geometry((3, 4, 5), (1, 2, 3), (4, 5, 6), (1, 0, 0, 0, 1, 0, 0, 0, 1))
    assert mrml.volume_node(scan_on(other), "other", node) is node
    assert (node.GetName(), mrml.volume_from_node(node).geometry) == ("mine", other)


def unusable_nodes() -> dict[str, Any]:
    empty = slicer.vtkMRMLScalarVolumeNode()
    colour, flat, skewed = (slicer.vtkMRMLVectorVolumeNode(), slicer.vtkMRMLScalarVolumeNode(), slicer.vtkMRMLScalarVolumeNode())
    for node, size, components in ((colour, (3, 3, 3), 3), (flat, (4, 4, 1), 1), (skewed, (3, 3, 3), 1)):
        image = vtk.vtkImageData()
        image.SetDimensions(size)
        image.AllocateScalars(vtk.VTK_UNSIGNED_CHAR, components)
        node.SetAndObserveImageData(image)
    skewed.SetIJKToRASDirections(1, 0, 0.2, 0, 1, 0, 0, 0, 0.98)
    return {"no image data": empty, "3 values": colour, "single slice": flat, "skewed": skewed, "No volume": None}


@pytest.mark.parametrize("said", ["no image data", "3 values", "single slice", "skewed", "No volume"])
def test_unusable_volume_is_refused_in_words(said: str) -> None:
    with pytest.raises(InputError, match=said):
        mrml.volume_from_node(unusable_nodes()[said])


def test_other_node_is_not_a_volume() -> None:
    with pytest.raises(InputError, match="No volume"):
        mrml.volume_from_node(slicer.vtkMRMLSegmentationNode())


def test_non_linear_transform_is_refused() -> None:
    node = mrml.volume_node(scan_on(OBLIQUE), "scan")
    bending = mrml.scene().AddNewNodeByClass("vtkMRMLBSplineTransformNode", "bend")
    bending.SetAndObserveTransformFromParent(vtk.vtkThinPlateSplineTransform())
    node.SetAndObserveTransformNodeID(bending.GetID())
    with pytest.raises(InputError, match="non-linear transform 'bend'"):
        mrml.volume_from_node(node)


@FEW
@given(geometries, st.integers(0, 99), st.sampled_from([(0, 1, 2), (0, 2), (0, 1), (0,)]), st.booleans())
def test_label_map_survives_node_and_file(
    tmp_path_factory: pytest.TempPathFactory, geometry: Geometry, seed: int, present: tuple[int, ...], with_scan: bool
) -> None:
    path = tmp_path_factory.mktemp("segmentation") / "case 1.é.seg.nrrd"
    labels = labels_on(geometry, seed, present)
    scan = mrml.volume_node(scan_on(geometry), "scan") if with_scan else None
    node = mrml.segmentation_node(labels, STRUCTURE_LABELS, scan, "result")
    mrml.write_segmentation(node, path)
    read = mrml.read_segmentation(path)
    for each in (node, read):
        back = mrml.label_volume_from_segmentation(each, STRUCTURE_LABELS)
        assert back.geometry.differences(geometry) == []
        assert back.array.dtype == np.uint8
        np.testing.assert_array_equal(back.array, labels.array)
        check_segments(each)
    assert read.GetName() == "case 1.é"
    for each in (node, read, scan):
        if each is not None:
            mrml.remove_node(each)


def check_segments(node: Any) -> None:
    assert ids_of(node) == list(STRUCTURE_LABELS)
    for name, codes in {
        "Vestibular schwannoma": ["SCT^49755003^", "SCT^86049000^", "SCT^361078006^"],
        "Cochlea": ["SCT^123037004^", "SCT^80169004^"],
    }.items():
        segment = node.GetSegmentation().GetSegment(name)
        assert segment.GetName() == name
        assert not segment.GetNameAutoGenerated()
        assert not segment.GetColorAutoGenerated()
        assert segment.GetLabelValue() == STRUCTURE_LABELS[name]
        assert np.rint(np.multiply(segment.GetColor(), 255)).tolist() == list(STRUCTURES[name.lower()].colour)
        entry = segment.GetTerminology()
        assert len(entry.split("~")) == 7
        assert [code in entry for code in codes] == [True] * len(codes)


def test_file_opens_in_other_readers_on_the_scans_grid(tmp_path: Path) -> None:
    """ITK reads the label values and the very grid of the scan, not a cropped one."""
    from CrossMoDAUDALib.images.volumes import read_label_map

    array = np.zeros(OBLIQUE.size[::-1], np.uint8)
    array[1, 2, 3], array[2, 3, 4] = 1, 2
    mrml.write_segmentation_file(Volume(array, OBLIQUE), STRUCTURE_LABELS, tmp_path / "case.seg.nrrd")
    read = read_label_map(tmp_path / "case.seg.nrrd")
    assert read.geometry.differences(OBLIQUE) == []
    np.testing.assert_array_equal(read.array, array)


def test_other_label_values_and_unknown_structures(tmp_path: Path) -> None:
    structures = {"Nerve": 7, "VS": 3, "Brain stem": 254}
    labels = labels_on(OBLIQUE, present=(0, 3, 254))
    mrml.write_segmentation_file(labels, structures, tmp_path / "case.seg.nrrd")
    node = mrml.read_segmentation(tmp_path / "case.seg.nrrd")
    assert ids_of(node) == ["Nerve", "VS", "Brain stem"]
    np.testing.assert_array_equal(mrml.label_volume_from_segmentation(node, structures).array, labels.array)
    segments = [node.GetSegmentation().GetSegment(name) for name in structures]
    assert len({segment.GetColor() for segment in segments}) == 3
    assert "Tissue" in segments[0].GetTerminology()


def test_value_without_structure_is_refused() -> None:
    with pytest.raises(InputError, match="value 2, which no structure has"):
        mrml.segmentation_node(labels_on(OBLIQUE), {"VS": 1})


def test_scan_on_another_grid_is_refused() -> None:
    scan = mrml.volume_node(scan_on(OBLIQUE), "scan")
    scan.SetOrigin(0, 0, 0)
    before = mrml.scene().GetNumberOfNodes()
    with pytest.raises(InputError, match="'scan' is not on the grid"):
        mrml.segmentation_node(labels_on(OBLIQUE), STRUCTURE_LABELS, scan)
    assert mrml.scene().GetNumberOfNodes() == before


def test_new_nodes_leave_existing_ones_alone() -> None:
    scan = mrml.volume_node(scan_on(OBLIQUE), "scan")
    first = mrml.segmentation_node(labels_on(OBLIQUE, 1), STRUCTURE_LABELS, scan, "scan segmentation")
    times = (scan.GetMTime(), first.GetMTime(), first.GetSegmentation().GetMTime())
    second = mrml.segmentation_node(labels_on(OBLIQUE, 2), STRUCTURE_LABELS, scan, "scan segmentation")
    assert first is not second
    assert (first.GetName(), second.GetName()) == ("scan segmentation", "scan segmentation_1")
    assert (scan.GetMTime(), first.GetMTime(), first.GetSegmentation().GetMTime()) == times
    np.testing.assert_array_equal(mrml.label_volume_from_segmentation(first, STRUCTURE_LABELS).array, labels_on(OBLIQUE, 1).array)


def test_given_segmentation_has_its_segments_replaced() -> None:
    node = mrml.segmentation_node(labels_on(OBLIQUE, 1, (0, 5)), {"Old": 5}, name="mine")
    node.CreateClosedSurfaceRepresentation()
    scan = mrml.volume_node(scan_on(OBLIQUE), "scan")
    assert mrml.segmentation_node(labels_on(OBLIQUE, 2), STRUCTURE_LABELS, scan, "new", node) is node
    assert node.GetName() == "mine"
    check_segments(node)
    np.testing.assert_array_equal(mrml.label_volume_from_segmentation(node, STRUCTURE_LABELS).array, labels_on(OBLIQUE, 2).array)
    assert node.GetSegmentation().ContainsRepresentation("Closed surface")
    assert node.GetSegmentation().GetSourceRepresentationName() == "Binary labelmap"
    assert node.GetNodeReference(node.GetReferenceImageGeometryReferenceRole()) is scan


def test_result_shares_the_scans_transform_and_folder() -> None:
    scan = mrml.volume_node(scan_on(OBLIQUE), "scan")
    moving = mrml.scene().AddNewNodeByClass("vtkMRMLLinearTransformNode", "move")
    matrix = vtk.vtkMatrix4x4()
    matrix.SetElement(0, 3, 40.0)
    matrix.SetElement(1, 1, -1.0)
    moving.SetMatrixTransformToParent(matrix)
    scan.SetAndObserveTransformNodeID(moving.GetID())
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(mrml.scene())
    folder = hierarchy.CreateFolderItem(hierarchy.GetSceneItemID(), "patient")
    hierarchy.CreateItem(folder, scan)
    volume = mrml.volume_from_node(scan)
    assert volume.geometry.differences(OBLIQUE) == []
    for node in (
        mrml.segmentation_node(labels_on(OBLIQUE), STRUCTURE_LABELS, scan),
        mrml.volume_node(volume, "translated", reference_node=scan),
    ):
        assert node.GetParentTransformNode() is moving
        if hierarchy.GetItemByDataNode(node):  # the application enters every node by itself
            assert hierarchy.GetItemParent(hierarchy.GetItemByDataNode(node)) == folder
    labels = mrml.label_volume_from_segmentation(mrml.segmentation_node(labels_on(OBLIQUE), STRUCTURE_LABELS, scan), STRUCTURE_LABELS)
    assert labels.geometry.differences(OBLIQUE) == []
    np.testing.assert_array_equal(labels.array, labels_on(OBLIQUE).array)


def test_writing_files_leaves_the_scene_as_it_was(tmp_path: Path, clean_scene: Any) -> None:
    before = clean_scene.GetNumberOfNodes()
    for case in range(3):
        mrml.write_segmentation_file(labels_on(OBLIQUE, case), STRUCTURE_LABELS, tmp_path / "new" / f"{case}.seg.nrrd", "case")
    assert clean_scene.GetNumberOfNodes() == before
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["0.seg.nrrd", "1.seg.nrrd", "2.seg.nrrd"]


def test_saving_a_copy_keeps_the_nodes_own_file(tmp_path: Path, clean_scene: Any) -> None:
    mrml.write_segmentation_file(labels_on(OBLIQUE), STRUCTURE_LABELS, tmp_path / "mine.seg.nrrd")
    node = mrml.read_segmentation(tmp_path / "mine.seg.nrrd")
    before = clean_scene.GetNumberOfNodes()
    mrml.write_segmentation(node, tmp_path / "copy.seg.nrrd")
    assert Path(node.GetStorageNode().GetFileName()).name == "mine.seg.nrrd"
    assert clean_scene.GetNumberOfNodes() == before


def test_failed_write_keeps_the_old_file_and_names_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(CrossModaError, match=r"case\.seg\.nrrd could not be written"):
        mrml.write_segmentation_file(labels_on(OBLIQUE), STRUCTURE_LABELS, tmp_path / "file" / "case.seg.nrrd")
    (tmp_path / "case.seg.nrrd").mkdir()  # the finished file cannot take its place
    with pytest.raises(CrossModaError, match=r"case\.seg\.nrrd could not be written"):
        mrml.write_segmentation_file(labels_on(OBLIQUE), STRUCTURE_LABELS, tmp_path / "case.seg.nrrd")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["case.seg.nrrd", "file"]


def test_file_name_must_be_a_segmentations(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"does not end in \.seg\.nrrd"):
        mrml.write_segmentation_file(labels_on(OBLIQUE), STRUCTURE_LABELS, tmp_path / "case.nii.gz")


def test_unreadable_files_leave_nothing_behind(tmp_path: Path, clean_scene: Any) -> None:
    """Slicer's own reader would end the process at the first two."""
    before = clean_scene.GetNumberOfNodes()
    (tmp_path / "nonsense.seg.nrrd").write_bytes(b"NRRD0005\nnonsense")
    mrml.write_segmentation_file(labels_on(OBLIQUE), STRUCTURE_LABELS, tmp_path / "whole.seg.nrrd")
    (tmp_path / "cut.seg.nrrd").write_bytes((tmp_path / "whole.seg.nrrd").read_bytes()[:-20])
    for name in ("nonsense", "cut"):
        with pytest.raises(InputError, match=rf"{name}\.seg\.nrrd cannot be read"):
            mrml.read_segmentation(tmp_path / f"{name}.seg.nrrd")
    with pytest.raises(InputError, match=r"absent\.seg\.nrrd does not exist"):
        mrml.read_segmentation(tmp_path / "absent.seg.nrrd")
    assert clean_scene.GetNumberOfNodes() == before


def test_segments_are_found_by_name_and_synonym() -> None:
    node = mrml.segmentation_node(labels_on(OBLIQUE), {"VS": 1, "Cochlea left": 2})
    node.GetSegmentation().GetSegment("Cochlea left").SetName("COCHLEA")
    labels = mrml.label_volume_from_segmentation(node, STRUCTURE_LABELS)
    np.testing.assert_array_equal(labels.array, labels_on(OBLIQUE).array)
    with pytest.raises(InputError, match=r"no segment 'Nerve' \(it has 'VS', 'COCHLEA'\)"):
        mrml.label_volume_from_segmentation(node, {"Nerve": 1})


def test_segments_drawn_on_a_cropped_grid_land_on_the_reference() -> None:
    """Slicer's editor keeps only the part of the grid around what was drawn."""
    labels = labels_on(OBLIQUE, present=(0, 1))
    labels.array[:, :, :2] = 0
    node = mrml.segmentation_node(labels, {"VS": 1})
    labelmap = node.GetSegmentation().GetSegment("VS").GetRepresentation("Binary labelmap")
    smaller = slicer.vtkOrientedImageData()
    smaller.DeepCopy(labelmap)
    smaller.Crop((2, 6, 0, 4, 0, 3))
    node.GetSegmentation().GetSegment("VS").AddRepresentation("Binary labelmap", smaller)
    back = mrml.label_volume_from_segmentation(node, {"VS": 1})
    assert back.geometry.differences(OBLIQUE) == []
    np.testing.assert_array_equal(back.array, labels.array)


def test_segmentation_without_geometry_is_refused() -> None:
    node = mrml.segmentation_node(labels_on(OBLIQUE), STRUCTURE_LABELS)
    node.GetSegmentation().SetConversionParameter("Reference image geometry", "")
    with pytest.raises(InputError, match="no reference geometry"):
        mrml.label_volume_from_segmentation(node, STRUCTURE_LABELS)


def test_terminology_file_agrees(project_root: Path) -> None:
    data = json.loads((project_root / "CrossMoDAUDA" / "Resources" / "CrossMoDAUDA.term.json").read_text(encoding="utf-8"))
    assert data["SegmentationCategoryTypeContextName"] == TERMINOLOGY_CONTEXT
    shipped = {
        (category["CodeValue"], category["CodeMeaning"], kind["CodeValue"], kind["CodeMeaning"]): kind["recommendedDisplayRGBValue"]
        for category in data["SegmentationCodes"]["Category"]
        for kind in category["Type"]
    }
    for name in ("vestibular schwannoma", "cochlea"):
        known = STRUCTURES[name]
        assert shipped[(*known.category[1:], *known.type[1:])] == list(known.colour)
    for known in STRUCTURES.values():
        assert (*known.category[1:], *known.type[1:]) in shipped


def test_python_without_mrml_is_told_what_to_install(project_root: Path, tmp_path: Path) -> None:
    """Importing is free; the first use says what is missing."""
    (tmp_path / "slicer.py").write_text("raise ImportError('no slicer here')\n", encoding="utf-8")
    code = (
        "from CrossMoDAUDALib.slicer_nodes import logic, mrml\n"
        "try: mrml.scene()\nexcept Exception as error: print(type(error).__name__, error)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(project_root / "CrossMoDAUDA")])}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.startswith("CrossModaError")
    assert "install slicer-core" in done.stdout

"""Volume nodes, on the real MRML classes: of the Slicer application, or of the package slicer-core."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

slicer = pytest.importorskip("slicer", reason="needs Slicer's MRML classes (pip install slicer-core)")
vtk = pytest.importorskip("vtk")

from CrossMoDAUDALib.core.errors import InputError  # noqa: E402
from CrossMoDAUDALib.images.volumes import Geometry, Volume  # noqa: E402
from CrossMoDAUDALib.slicer_nodes import mrml  # noqa: E402
from node_grids import FEW, OBLIQUE, geometries, scan_on  # noqa: E402

pytestmark = pytest.mark.usefixtures("clean_scene")

VOXEL_TYPES = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "float32", "float64"]


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


def test_a_large_volume_is_shown_as_slicer_would_without_holding_the_window() -> None:
    """Slicer's own choice of brightness looks at every voxel whenever the image changes."""
    geometry = Geometry((256, 256, 64), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0))
    values = np.random.default_rng(1).gamma(2, 100, geometry.size[::-1]).astype(np.int16)
    by_slicer = mrml.scene().AddNewNodeByClass("vtkMRMLScalarVolumeNode")
    mrml.volume_node(Volume(values[:2], Geometry((256, 256, 2), *_rest(geometry))), "small", by_slicer)
    assert by_slicer.GetDisplayNode().GetAutoWindowLevel(), "a small one is left to it"
    new = mrml.volume_node(Volume(values, geometry), "large")
    mrml.volume_node(Volume(values, geometry), "large", by_slicer)
    displays = [node.GetDisplayNode() for node in (new, by_slicer)]
    assert [display.GetAutoWindowLevel() for display in displays] == [0, 0]
    assert [display.GetColorNodeID() for display in displays] == ["vtkMRMLColorTableNodeGrey"] * 2
    ours = [(display.GetWindowLevelMin(), display.GetWindowLevelMax()) for display in displays]
    displays[0].SetAutoWindowLevel(True)
    slicers = displays[0].GetWindowLevelMin(), displays[0].GetWindowLevelMax()
    for found in ours:
        np.testing.assert_allclose(found, slicers, rtol=0.03, atol=3)
    mrml.volume_node(Volume(values, geometry), "large", new)
    displays[0].SetWindowLevelMinMax(5, 50)
    displays[0].SetAutoWindowLevel(False)
    mrml.volume_node(Volume(values, geometry), "large", new)
    assert (displays[0].GetWindowLevelMin(), displays[0].GetWindowLevelMax()) == (5, 50), "the user's own choice stays"


def _rest(geometry: Geometry) -> tuple[Any, ...]:
    return geometry.spacing, geometry.origin, geometry.direction


@FEW
@given(geometries, st.sampled_from([*VOXEL_TYPES, "bool", "int64", "float16"]), st.integers(1, 300))
def test_an_image_made_in_pieces_is_the_same(geometry: Geometry, kind: str, piece: int) -> None:
    from CrossMoDAUDALib.slicer_nodes import mrml_geometry

    values = np.random.default_rng(piece).integers(0, 120, geometry.size[::-1]).astype(kind)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mrml_geometry, "PIECE_BYTES", piece)
        steps = mrml.image_in_pieces(values)
        try:
            while True:
                next(steps)
        except StopIteration as end:
            image = end.value
    node = mrml.volume_node(Volume(values, geometry), "scan", None, None, image)
    back = mrml.volume_from_node(node)
    assert node.GetImageData() is image
    np.testing.assert_array_equal(back.array, mrml_geometry.storable(values))
    mrml.remove_node(node)

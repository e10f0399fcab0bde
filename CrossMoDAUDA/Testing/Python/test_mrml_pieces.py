"""Volume nodes copied in steps for a window that must not wait, and results that no view draws before it is their turn."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import numpy as np
import pytest

pytest.importorskip("slicer")

from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.images.volumes import Geometry, Volume
from CrossMoDAUDALib.slicer_nodes import label_pieces, mrml, volume_nodes

GRID = Geometry((7, 6, 5), (0.5, 0.6, 0.7), (1.0, 2.0, 3.0), (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0))


def node_of(kind: str) -> Any:
    return mrml.volume_node(Volume(np.arange(210).reshape(5, 6, 7).astype(kind), GRID), "Scan")


def to_end(steps: Generator[None, None, Any]) -> Any:
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(volume_nodes, "PIECE_BYTES", 50)
    monkeypatch.setattr(label_pieces, "PIECE_VOXELS", 42)  # a slice


@pytest.mark.parametrize("kind", ["uint8", "int16", "float32", "float64"])
def test_a_volume_in_pieces_is_the_same_as_at_once(kind: str) -> None:
    node = node_of(kind)
    found, whole = to_end(mrml.volume_in_pieces(node)), mrml.volume_from_node(node)
    assert found.array.dtype == whole.array.dtype and np.array_equal(found.array, whole.array)
    assert found.geometry.differences(whole.geometry) == []
    found.array[:] = 0
    assert mrml.volume_from_node(node).array.any(), "a copy"


def painted(node: Any) -> None:
    from vtk.util import numpy_support

    numpy_support.vtk_to_numpy(node.GetImageData().GetPointData().GetScalars())[:] = 9
    node.GetImageData().Modified()


def replaced(node: Any) -> None:
    mrml.volume_node(Volume(np.full((5, 6, 7), 9, np.float32), GRID), "", node)


def moved(node: Any) -> None:
    node.SetOrigin(10, 20, 30)


@pytest.mark.parametrize("change", [painted, replaced, moved])
def test_a_volume_that_changes_meanwhile_is_taken_as_it_is_at_the_end(change: Callable[[Any], None]) -> None:
    node = node_of("float32")
    steps = mrml.volume_in_pieces(node)
    next(steps)
    change(node)
    found, whole = to_end(steps), mrml.volume_from_node(node)
    assert np.array_equal(found.array, whole.array) and found.geometry.differences(whole.geometry) == []


@pytest.mark.parametrize("place", [0, 104, 209])
def test_a_value_that_is_no_number_is_found_in_any_piece(place: int) -> None:
    node = node_of("float32")
    node.GetImageData().GetPointData().GetScalars().SetTuple1(place, float("nan"))
    with pytest.raises(InputError, match=r"'Scan.*not finite"):
        to_end(mrml.volume_in_pieces(node))


@pytest.mark.parametrize("is_new", [True, False])
def test_a_result_that_is_not_shown_yet_is_hidden_before_it_has_voxels(is_new: bool) -> None:
    labels, structures = Volume((np.arange(210).reshape(5, 6, 7) % 2).astype(np.uint8), GRID), {"Cochlea": 1}
    before = None if is_new else mrml.segmentation_node(labels, structures)
    assert is_new or before.GetDisplayVisibility()
    node = mrml.segmentation_node(labels, structures, node=before, is_shown=False)
    assert not node.GetDisplayVisibility() and mrml.filled_segments(node) == ["Cochlea"]


# Label maps ------------------------------------------------------------------------------------------------------------

NAMES = {"Vestibular schwannoma": 1, "Cochlea": 2}


def segmented() -> Any:
    """A scan's segmentation whose two segments share a labelmap."""
    labels = np.zeros((5, 6, 7), np.uint8)
    labels[1:4, 2:4, 1:5], labels[3, 4:, :3] = 1, 2
    return mrml.segmentation_node(Volume(labels, GRID), NAMES, node_of("int16"))


def labelmap_of(node: Any, name: str) -> Any:
    import slicer

    image = slicer.vtkOrientedImageData()
    image.DeepCopy(node.GetSegmentation().GetSegment(name).GetRepresentation("Binary labelmap"))
    return image


def give(node: Any, name: str, image: Any) -> None:
    node.GetSegmentation().SeparateSegmentLabelmap(name)
    node.GetSegmentation().GetSegment(name).AddRepresentation("Binary labelmap", image)


def as_it_was_made(node: Any) -> None:
    """Left as a result is."""


def layers(node: Any) -> None:
    node.GetSegmentation().SeparateSegmentLabelmap("Cochlea")


def cropped(node: Any) -> None:
    """As Slicer's editor leaves what was drawn."""
    layers(node)
    image = labelmap_of(node, "Vestibular schwannoma")
    image.Crop((1, 5, 2, 4, 0, 3))
    give(node, "Vestibular schwannoma", image)


def beyond(node: Any) -> None:
    """Drawn over the edge of the grid."""
    from vtk.util import numpy_support

    layers(node)
    image = labelmap_of(node, "Cochlea")
    image.Crop((-2, 8, 3, 7, 2, 6))
    value = node.GetSegmentation().GetSegment("Cochlea").GetLabelValue()
    numpy_support.vtk_to_numpy(image.GetPointData().GetScalars())[:] = value
    give(node, "Cochlea", image)


def emptied(node: Any) -> None:
    import slicer

    layers(node)
    give(node, "Cochlea", slicer.vtkOrientedImageData())


def between_the_voxels(node: Any) -> None:
    layers(node)
    image = labelmap_of(node, "Cochlea")
    image.SetOrigin(*(place + 0.2 for place in image.GetOrigin()))
    give(node, "Cochlea", image)


@pytest.mark.parametrize("wanted", [NAMES, {"Cochlea": 7, "Vestibular schwannoma": 300}, {"Cochlea": 1}])
@pytest.mark.parametrize("edit", [as_it_was_made, layers, cropped, beyond, emptied, between_the_voxels])
def test_a_segmentation_in_pieces_is_what_slicer_merges(edit: Callable[[Any], None], wanted: dict[str, int]) -> None:
    node = segmented()
    edit(node)
    found, whole = to_end(mrml.label_volume_in_pieces(node, wanted)), mrml.label_volume_from_segmentation(node, wanted)
    assert found.array.dtype == whole.array.dtype and np.array_equal(found.array, whole.array)
    assert found.geometry.differences(whole.geometry) == []
    assert whole.array.any() or edit is emptied


def test_what_somebody_draws_meanwhile_is_in_it_whole() -> None:
    node = segmented()
    layers(node)
    steps = mrml.label_volume_in_pieces(node, NAMES)
    for _ in range(4):
        next(steps)
    image = labelmap_of(node, "Vestibular schwannoma")
    image.GetPointData().GetScalars().Fill(1)
    give(node, "Vestibular schwannoma", image)
    assert np.count_nonzero(to_end(steps).array) == 210


@pytest.mark.parametrize("kind", ["uint8", "int16", "float32"])
def test_a_label_map_in_pieces_is_the_same_and_as_strange(kind: str) -> None:
    array = np.zeros((5, 6, 7), kind)
    array[4], array[1, 2] = 2, 1
    node = mrml.volume_node(Volume(array, GRID), "Labels")
    found = to_end(mrml.label_volume_in_pieces(node, NAMES))
    assert found.array.dtype == np.uint8 and np.array_equal(found.array, array)
    array[4, 5, 6], array[3, 0, 0] = 9, 5
    with pytest.raises(InputError, match="holds the value 5, which no structure has"):
        to_end(mrml.label_volume_in_pieces(mrml.volume_node(Volume(array, GRID), "Labels"), NAMES))


def test_structures_of_label_maps_are_counted_in_pieces() -> None:
    first, second = np.zeros((2, 5, 6, 7), np.int16)
    first[4], second[0] = 2, 4
    nodes = [mrml.volume_node(Volume(array, GRID), "Labels") for array in (first, second)]
    assert to_end(mrml.shared_structures_in_pieces(*nodes, NAMES)) == mrml.shared_structures(*nodes, NAMES) == {"Cochlea": 2, "Label 4": 4}
    assert to_end(mrml.shared_structures_in_pieces(nodes[0], segmented(), NAMES)) == NAMES

"""Volume nodes copied in steps for a window that must not wait, and results that no view draws before it is their turn."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import numpy as np
import pytest

pytest.importorskip("slicer")

from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.images.volumes import Geometry, Volume
from CrossMoDAUDALib.slicer_nodes import mrml, volume_nodes

GRID = Geometry((7, 6, 5), (0.5, 0.6, 0.7), (1.0, 2.0, 3.0), (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0))


def node_of(kind: str) -> Any:
    return mrml.volume_node(Volume(np.arange(210).reshape(5, 6, 7).astype(kind), GRID), "Scan")


def to_end(steps: Generator[None, None, Volume]) -> Volume:
    while True:
        try:
            next(steps)
        except StopIteration as end:
            assert isinstance(end.value, Volume)
            return end.value


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(volume_nodes, "PIECE_BYTES", 50)


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

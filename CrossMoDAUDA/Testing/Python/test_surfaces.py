"""Surfaces that are made beside Slicer's window are Slicer's own, and small enough to take in at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import ROOT
from CrossMoDAUDALib.cohort import phantom
from CrossMoDAUDALib.images.volumes import Volume
from CrossMoDAUDALib.slicer_nodes import mrml, surfaces

assert ROOT
CLOSED = "Closed surface"


def _surfaces_of(node: Any) -> dict[str, Any]:
    segmentation = node.GetSegmentation()
    return {name: segmentation.GetSegment(name).GetRepresentation(CLOSED) for name in segmentation.GetSegmentIDs()}


def _points(surface: Any) -> np.ndarray:
    from vtk.util import numpy_support

    points = numpy_support.vtk_to_numpy(surface.GetPoints().GetData())
    return points[np.lexsort(points.T)]


def test_they_are_those_that_slicer_makes(tmp_path: Path, clean_scene: Any) -> None:
    scan, labels = phantom.make_case(9, "hrT2", size=(40, 36, 16))  # on an oblique grid
    volume = mrml.volume_node(scan, "scan")
    own = mrml.segmentation_node(labels, phantom.LABELS, volume, "own")
    own.CreateClosedSurfaceRepresentation()
    assert mrml.write_surfaces(labels, phantom.LABELS, tmp_path, "ü") == [tmp_path / "ü_Surface_1.vtp", tmp_path / "ü_Surface_2.vtp"]
    given = {name: mrml.read_surface(tmp_path / file) for name, file in mrml.surface_files("ü", phantom.LABELS).items()}
    node = mrml.segmentation_node(labels, phantom.LABELS, volume, "given", surfaces=given)
    for name, surface in _surfaces_of(node).items():
        expected = _surfaces_of(own)[name]
        assert surface.GetNumberOfPolys() == expected.GetNumberOfPolys() > 0
        assert np.allclose(_points(surface), _points(expected), atol=1e-3)
    before = {name: surface.GetMTime() for name, surface in _surfaces_of(node).items()}
    node.CreateClosedSurfaceRepresentation()  # nothing is left to do
    assert {name: surface.GetMTime() for name, surface in _surfaces_of(node).items()} == before


def test_of_an_empty_structure_too(tmp_path: Path, clean_scene: Any) -> None:
    scan, labels = phantom.make_case(9, "hrT2", size=(40, 36, 16))
    without = Volume(np.where(labels.array == 2, 0, labels.array), labels.geometry)
    mrml.write_surfaces(without, phantom.LABELS, tmp_path, "scan")
    given = {name: mrml.read_surface(tmp_path / file) for name, file in mrml.surface_files("scan", phantom.LABELS).items()}
    node = mrml.segmentation_node(without, phantom.LABELS, mrml.volume_node(scan, "scan"), "given", surfaces=given)
    counts = {name: surface.GetNumberOfPolys() for name, surface in _surfaces_of(node).items()}
    assert counts["Cochlea"] == 0 < counts["Vestibular schwannoma"]


def test_a_structure_that_touches_the_edge_is_closed(tmp_path: Path, clean_scene: Any) -> None:
    _scan, labels = phantom.make_case(9, "hrT2", size=(32, 32, 16))
    full = Volume(np.ones_like(labels.array), labels.geometry)
    mrml.write_surfaces(full, {"All": 1}, tmp_path, "scan")
    own = mrml.segmentation_node(full, {"All": 1}, None, "own")
    own.CreateClosedSurfaceRepresentation()
    assert mrml.read_surface(tmp_path / "scan_Surface_1.vtp").GetBounds() == pytest.approx(_surfaces_of(own)["All"].GetBounds(), abs=0.05)


def test_many_polygons_become_fewer(tmp_path: Path, clean_scene: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    _scan, labels = phantom.make_case(9, "hrT2", size=(64, 64, 32))
    mrml.write_surfaces(labels, phantom.LABELS, tmp_path, "all")
    monkeypatch.setattr(surfaces, "MOST_POLYGONS", 1000)
    mrml.write_surfaces(labels, phantom.LABELS, tmp_path, "few")
    every, few = (mrml.read_surface(tmp_path / f"{stem}_Surface_1.vtp") for stem in ("all", "few"))
    assert few.GetNumberOfPolys() < 1500 < every.GetNumberOfPolys()
    assert few.GetBounds() == pytest.approx(every.GetBounds(), abs=2 * max(labels.geometry.spacing))


def test_what_is_no_surface_is_none(tmp_path: Path, clean_scene: Any, capfd: pytest.CaptureFixture[str]) -> None:
    assert mrml.read_surface(tmp_path / "missing.vtp") is None
    _scan, labels = phantom.make_case(9, "hrT2", size=(32, 32, 16))
    node = mrml.segmentation_node(labels, phantom.LABELS, None, "half", surfaces={"Cochlea": None})
    assert all(surface is None for surface in _surfaces_of(node).values())  # Slicer makes them when they are wanted


def test_replaced_segments_have_the_new_surfaces(tmp_path: Path, clean_scene: Any) -> None:
    """A segmentation that is shown in 3-D keeps being so without a wait."""
    scan, labels = phantom.make_case(9, "hrT2", size=(40, 36, 16))
    _other, first = phantom.make_case(10, "hrT2", size=(40, 36, 16))
    volume = mrml.volume_node(scan, "scan")
    node = mrml.segmentation_node(Volume(first.array, labels.geometry), phantom.LABELS, volume, "shown")
    node.CreateClosedSurfaceRepresentation()
    mrml.write_surfaces(labels, phantom.LABELS, tmp_path, "scan")
    given = {name: mrml.read_surface(tmp_path / file) for name, file in mrml.surface_files("scan", phantom.LABELS).items()}
    mrml.segmentation_node(labels, phantom.LABELS, volume, node=node, surfaces=given)
    assert all(surface is given[name] for name, surface in _surfaces_of(node).items())

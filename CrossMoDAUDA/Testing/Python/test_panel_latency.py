"""How long the panel keeps the window waiting while work goes on and results come: a click at any moment is answered at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from panel_actions import choose_model, nodes, open_section

if TYPE_CHECKING:
    from Testing.Host import Host

P99_MS, MOST_MS = 60.0, 250.0
SIZE = (512, 512, 120)


def answers_at_once(what: str, measured: dict[str, Any]) -> None:
    """Print what was measured, and hold it against the limits, which are wider on a slow machine."""
    from Testing.Host.latency import slowness

    factor = slowness()
    print(
        f"\nLatency, {what}: p99 {measured['p99']:.0f} ms, maximum {measured['max']:.0f} ms (on the wall {measured['wall']:.0f} ms)"
        f" in {measured['ticks']} turns; this machine is taken to be {factor:.1f} times as slow as the limits'."
    )
    assert measured["p99"] < P99_MS * factor and measured["max"] < MOST_MS * factor, measured["where"]


@pytest.fixture
def large_scan() -> Any:
    """A volume node of 512 x 512 x 120 voxels in the space of a small phantom, so that the network has little to do."""
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.images.volumes import Geometry, Volume
    from CrossMoDAUDALib.slicer_nodes import mrml

    small, _labels = phantom.make_case(9, "hrT2", size=(32, 32, 16))
    places = [np.arange(count) * have // count for count, have in zip(SIZE[::-1], small.array.shape, strict=True)]
    spacing = tuple(length * have / count for length, have, count in zip(small.geometry.spacing, small.geometry.size, SIZE, strict=True))
    geometry = Geometry(SIZE, spacing, small.geometry.origin, small.geometry.direction)
    return mrml.volume_node(Volume(small.array[np.ix_(*places)], geometry), "Large scan")


@pytest.mark.slow
def test_segmenting_a_large_scan(host: Host, tiny_experiment: Path, large_scan: Any) -> None:
    open_section(host, "segment")
    choose_model(host, tiny_experiment)
    host.find("segmentInputVolume").setCurrentNode(large_scan)
    runner = host.widget.panel.segment.runner
    host.click("segmentApply")
    measured = host.latency(600, lambda: not runner.running)
    assert host.find("segmentStatus").text.startswith("Done")

    segmentation = next(iter(nodes("vtkMRMLSegmentationNode").values())).GetSegmentation()
    surfaces = [segmentation.GetSegment(name).GetRepresentation("Closed surface") for name in segmentation.GetSegmentIDs()]
    assert 50_000 < max(surface.GetNumberOfPolys() for surface in surfaces) < 110_000, "large ones, of which the most are left out"
    answers_at_once("segmentation of 512 x 512 x 120 voxels", measured)

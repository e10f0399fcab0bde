"""What *View case* has said goes with the case that it is about."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from panel_actions import add_scan, open_section

if TYPE_CHECKING:
    from Testing.Host import Host


@pytest.mark.parametrize("what", ["the scene is closed", "the scan is removed", "another scan is shown", "nothing"])
def test_it_goes_with_its_scene_its_scan_and_its_views(host: Host, tiny_experiment: Path, what: str) -> None:
    import slicer

    open_section(host, "adapt")
    panel = host.widget.panel
    panel.parameters.experiment = str(tiny_experiment)
    host.process(20, lambda: host.find("adaptShowCase").visible)
    combo = host.find("adaptShowCaseChoice")
    combo.currentIndex = next(number for number, name in enumerate(host.texts_of_list(combo)) if name.endswith("(source)"))
    host.click("adaptShowCase")
    host.process(60, lambda: not panel.adapt.showCase.runner.running)
    assert "left the scan" in host.find("adaptPackageStatus").text
    if what == "the scene is closed":
        slicer.mrmlScene.Clear(0)
    elif what == "the scan is removed":
        slicer.mrmlScene.RemoveNode(slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")[0])
    elif what == "another scan is shown":
        scan, _labels = add_scan("Another")
        layout = slicer.app.layoutManager()
        for name in layout.sliceViewNames():
            layout.sliceWidget(name).mrmlSliceCompositeNode().SetBackgroundVolumeID(scan.GetID())
    host.process(0.3)
    assert ("left the scan" in host.find("adaptPackageStatus").text) == (what == "nothing")

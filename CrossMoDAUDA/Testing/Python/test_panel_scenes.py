"""Scenes that were saved elsewhere: what the panel shows after loading one, and what it no longer says after closing one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import MODULE
from panel_actions import add_scan, choose_model, nodes, open_section, wait

pytest.importorskip("slicer")
pytest.importorskip("PySide6")

from Testing.Host import Host

CHOSEN = {"inputVolume": "Scan B", "translateInput": "Scan C", "prediction": "Seg B", "reference": "Seg C", "translateOutput": "Scan A"}
SELECTORS = {
    "inputVolume": "segmentInputVolume",
    "translateInput": "translateInputVolume",
    "prediction": "evaluatePrediction",
    "reference": "evaluateReference",
    "translateOutput": "translateOutputVolume",
}


def fill(*names: str) -> None:
    """Three scans, or others, with a segmentation each."""
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.slicer_nodes import mrml

    for number, name in enumerate(names):
        scan, labels = add_scan(name, seed=9 + number)
        mrml.segmentation_node(labels, phantom.LABELS, scan, name.replace("Scan", "Seg"))


def save(path: Path) -> Path:
    """Save the scene's nodes, not their data."""
    import slicer

    slicer.mrmlScene.SetURL(str(path))
    slicer.mrmlScene.SetRootDirectory(str(path.parent))
    assert slicer.mrmlScene.Commit(str(path))
    return path


def load(path: Path, way: str = "open") -> None:
    """What Slicer does to open a scene in place of what is there, or to add it (qSlicerSceneReader)."""
    import slicer

    slicer.mrmlScene.SetURL(str(path))
    assert slicer.mrmlScene.Connect() if way == "open" else slicer.mrmlScene.Import()


def parameter_node() -> Any:
    import slicer

    return slicer.mrmlScene.GetSingletonNode("CrossMoDAUDA", "vtkMRMLScriptedModuleNode")


def chosen(node: Any) -> dict[str, str]:
    """The names of the nodes that the parameter node refers to."""
    found = {name: node.GetNodeReference(name) for name in CHOSEN}
    return {name: other.GetName() if other is not None else "" for name, other in found.items()}


def shown(host: Host) -> dict[str, str]:
    """The names of the nodes that the panel's lists show."""
    found = {name: host.find(selector).currentNode() for name, selector in SELECTORS.items()}
    return {name: other.GetName() if other is not None else "" for name, other in found.items()}


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A scene of three patients, saved in another Slicer in which the second and the third were chosen."""
    import slicer

    with Host(MODULE) as host:
        fill("Scan A", "Scan B", "Scan C")
        for name, other in CHOSEN.items():
            setattr(host.widget.panel.parameters, name, slicer.util.getNode(other))
        host.process(0.1)
        return save(tmp_path / "elsewhere.mrml")


@pytest.mark.parametrize("way", ["open", "add"])
@pytest.mark.parametrize("module", ["shown", "hidden", "never opened"])
def test_a_loaded_scene_keeps_its_own_choices(elsewhere: Path, module: str, way: str) -> None:
    with Host() as host:
        host.open_module(MODULE, enter=module != "never opened")
        if module == "hidden":
            host.leave_module()
        fill("Scan of today")
        host.process(0.1)
        load(elsewhere, way)
        host.process(0.1)
        if module != "shown":
            host.select_module("CrossMoDAUDA")
        assert chosen(parameter_node()) == CHOSEN
        assert shown(host) == CHOSEN
        parameters = host.widget.panel.parameters
        assert {name: getattr(parameters, name).GetName() for name in CHOSEN} == CHOSEN, "what the wrapper keeps, too"
        host.find("segmentInputVolume").setCurrentNode(nodes("vtkMRMLScalarVolumeNode")["Scan C"])
        assert chosen(parameter_node())["inputVolume"] == "Scan C", "from now on the user's choices are taken again"


def test_nothing_is_written_while_an_import_settles(elsewhere: Path) -> None:
    import slicer

    with Host(MODULE) as host:
        fill("Scan of today")
        scene, seen = slicer.mrmlScene, list[dict[str, str]]()

        def ended(*_event: Any) -> None:
            node = parameter_node()
            seen.append(chosen(node))
            node.AddObserver("ModifiedEvent", lambda *_event: seen.append(chosen(node)))
            node.Modified()  # as others do who hear of the end of the import after the panel

        scene.AddObserver(scene.EndImportEvent, ended, -100.0)
        load(elsewhere)
        load(elsewhere, "add")  # before Slicer's event loop has had its turn
        host.process(0.1)
        assert len(seen) > 2 and all(found == CHOSEN for found in seen)
        assert shown(host) == CHOSEN


def test_a_scene_without_the_modules_choices_shows_the_scan_of_the_views(tmp_path: Path) -> None:
    import slicer

    with Host() as host:
        fill("Scan A", "Scan B", "Scan C")
        path = save(tmp_path / "foreign.mrml")
    with Host(MODULE) as host:
        fill("Scan of today")
        load(path)
        slicer.app.layoutManager().sliceWidget("Red").mrmlSliceCompositeNode().SetBackgroundVolumeID(slicer.util.getNode("Scan B").GetID())
        host.process(0.1)
        assert shown(host)["inputVolume"] == shown(host)["translateInput"] == "Scan B"
        assert shown(host)["prediction"] == shown(host)["reference"] == ""


def test_adding_a_scene_changes_no_choice(tmp_path: Path) -> None:
    import slicer

    with Host() as host:
        fill("Scan A", "Scan B")
        path = save(tmp_path / "foreign.mrml")
    with Host(MODULE) as host:
        fill("Scan X", "Scan Y")
        parameters = host.widget.panel.parameters
        before = {"inputVolume": "Scan Y", "translateInput": "Scan X", "prediction": "Seg X", "reference": "Seg Y", "translateOutput": ""}
        for name, other in before.items():
            setattr(parameters, name, slicer.util.getNode(other) if other else None)
        load(path, "add")
        host.process(0.1)
        assert len(nodes("vtkMRMLScalarVolumeNode")) == 4
        assert chosen(parameter_node()) == before and shown(host) == before


def test_a_broken_scene_leaves_the_panel_usable(tmp_path: Path) -> None:
    with Host(MODULE) as host:
        fill("Scan A")
        (tmp_path / "broken.mrml").write_text("<MRML", encoding="utf-8")
        import slicer

        slicer.mrmlScene.SetURL(str(tmp_path / "broken.mrml"))
        with host.expected_errors():  # MRML's own
            slicer.mrmlScene.Import()
            host.process(0.1)
        assert shown(host)["inputVolume"] == "Scan A" and host.widget.panel.parameters is not None


def test_work_goes_on_while_a_scene_is_added(elsewhere: Path, tiny_experiment: Path) -> None:
    with Host(MODULE) as host:
        add_scan("Scan of today")
        choose_model(host, tiny_experiment)
        host.click("segmentApply")
        load(elsewhere, "add")  # at once: before the scan is written for the command
        assert "Scan of today segmentation" in wait(host, "segment")
        assert list(nodes("vtkMRMLSegmentationNode"))[-1] == "Scan of today segmentation"
        assert chosen(parameter_node())["inputVolume"] == shown(host)["inputVolume"] == "Scan B"


def test_closing_a_scene_ends_what_was_said_of_it(host: Host, tiny_experiment: Path) -> None:
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.slicer_nodes import mrml

    scan, labels = add_scan()
    choose_model(host, tiny_experiment)
    open_section(host, "segment", "translate", "evaluate")
    host.click("segmentApply")
    host.click("translateApply")
    host.find("evaluatePrediction").setCurrentNode(mrml.segmentation_node(labels, phantom.LABELS, scan, "Mine"))
    host.find("evaluateReference").setCurrentNode(mrml.segmentation_node(labels, phantom.LABELS, scan, "Theirs"))
    host.click("evaluateApply")
    sections = ("segment", "translate", "evaluate")
    assert all("Done" in wait(host, section) for section in sections)
    assert host.find("segmentTableTitle").text.startswith("Scan A measurements\n") and host.find("segmentTable").visible
    assert host.find("evaluateTableTitle").text == "Scores of Mine (Scan A) by crossMoDA 2022, compared with Theirs"
    host.close_scene()
    for section in sections:
        assert host.find(f"{section}Status").text == "" and not host.find(f"{section}Status").visible
    for name in ("segmentTable", "segmentTableTitle", "segmentWarnings", "evaluateTable", "evaluateTableTitle"):
        assert not host.find(name).visible
    add_scan("Scan B")
    assert host.find("segmentStatus").text == "" and host.find("translateStatus").text == ""

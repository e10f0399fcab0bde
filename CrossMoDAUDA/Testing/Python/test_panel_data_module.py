"""Right where users look: where results lie in the Data module, what its context menu offers, and what other modules make of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from panel_actions import add_scan, choose, choose_model, nodes, open_section, wait

if TYPE_CHECKING:
    from Testing.Host import Host


def hierarchy() -> Any:
    import slicer

    return slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)


def put(node: Any, *folders: str) -> None:
    """Put a node into folders of the subject hierarchy, the outermost first."""
    tree = hierarchy()
    item = tree.GetSceneItemID()
    for folder in folders:
        item = tree.GetItemChildWithName(item, folder) or tree.CreateFolderItem(item, folder)
    tree.SetItemParent(tree.GetItemByDataNode(node), item)


def path(node: Any) -> list[str]:
    """The folders that hold a node, the outermost first."""
    tree, found = hierarchy(), []
    item = tree.GetItemParent(tree.GetItemByDataNode(node))
    while item and item != tree.GetSceneItemID():
        found.append(tree.GetItemName(item))
        item = tree.GetItemParent(item)
    return found[::-1]


def test_results_lie_in_the_study_of_their_scan(host: Host, tiny_experiment: Path) -> None:
    scan, _labels = add_scan("Scan A")
    put(scan, "Patient", "Study 2")
    choose_model(host, tiny_experiment)
    host.find("segmentInputVolume").setCurrentNode(scan)
    host.click("segmentApply")
    assert "Scan A segmentation" in wait(host, "segment")
    open_section(host, "translate")
    host.find("translateInputVolume").setCurrentNode(scan)
    host.click("translateApply")
    assert wait(host, "translate").startswith("Done")
    made = [
        *nodes("vtkMRMLSegmentationNode").values(),
        *nodes("vtkMRMLTableNode").values(),
        nodes("vtkMRMLScalarVolumeNode")["Scan A pseudo-hrT2"],
    ]
    assert [node.GetName() for node in made[:2]] == ["Scan A segmentation", "Scan A measurements"]
    assert [path(node) for node in made] == [["Patient", "Study 2"]] * 3


@pytest.mark.parametrize("other", ["prediction", "scan elsewhere"])
def test_scores_lie_with_what_was_compared(host: Host, other: str) -> None:
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.slicer_nodes import mrml

    scan, labels = add_scan("Scan A")
    put(scan, "Patient", "Study 1")
    pair = [mrml.segmentation_node(labels, phantom.LABELS, scan, name) for name in ("Prediction", "Reference")]
    if other != "prediction":
        put(pair[1], "Patient", "Study 2")
    open_section(host, "evaluate")
    for selector, node in zip(("evaluatePrediction", "evaluateReference"), pair, strict=True):
        host.find(selector).setCurrentNode(node)
    host.click("evaluateApply")
    assert wait(host, "evaluate") == "Done."
    (table,) = nodes("vtkMRMLTableNode").values()
    assert path(table) == (["Patient", "Study 1"] if other == "prediction" else ["Patient"])


def test_a_table_of_several_scans_lies_where_all_of_them_are(host: Host) -> None:
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.panel.segment_results import measurementTable
    from CrossMoDAUDALib.slicer_nodes import mrml

    segmentations = []
    for name, study in (("Scan A", "Study 1"), ("Scan B", "Study 2")):
        scan, labels = add_scan(name)
        put(scan, "Patient", study)
        segmentations.append(mrml.segmentation_node(labels, phantom.LABELS, scan, f"{name} segmentation"))
    row = {"structure": "Cochlea", "volume_ml": "1", "largest_axial_diameter_mm": "2", "warnings": ""}
    table = measurementTable([row | {"scan": "Scan A"}, row | {"scan": "Scan B"}], segmentations)
    assert path(table) == ["Patient"]
    third, labels = add_scan("Scan C")
    far = mrml.segmentation_node(labels, phantom.LABELS, third, "Scan C segmentation")
    assert path(measurementTable([row | {"scan": "Scan A"}], [*segmentations, far])) == [], "the scene holds them"
    assert path(measurementTable([row | {"scan": "a file"}], folder=Path("results"))) == []


def measured(rows: list[dict[str, str]]) -> Any:
    from CrossMoDAUDALib.panel.segment_results import measurementTable

    return measurementTable(rows)


FOUND = {
    "scan": "007",
    "structure": "Vestibular schwannoma",
    "volume_ml": "1.23456",
    "largest_axial_diameter_mm": "17.5",
    "warnings": "",
    "distance_mm to Vestibular schwannoma": "",
    "distance_mm to Cochlea": "",
}
MISSING = FOUND | {"structure": "Cochlea", "volume_ml": "0", "largest_axial_diameter_mm": ""}


def test_measurements_are_columns_of_numbers_that_exports_and_plots_know(host: Host, tmp_path: Path) -> None:
    """Also where a structure was not found, and when they are read again."""
    import math

    import slicer

    node = measured([FOUND, MISSING])
    assert node.GetName() == "007 measurements"
    kinds = {"Structure": "string", "Volume (ml)": "double", "Axial diameter (mm)": "double", "Distance apart (mm)": "double"}
    assert types(node) == kinds
    diameters = node.GetTable().GetColumnByName("Axial diameter (mm)")
    assert diameters.GetValue(0) == 17.5 and math.isnan(diameters.GetValue(1))

    storage = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTableStorageNode")
    storage.SetFileName(str(tmp_path / "measurements.tsv"))
    assert storage.WriteData(node)
    again = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTableNode")
    assert storage.ReadData(again) and types(again) == kinds
    diameters = again.GetTable().GetColumnByName("Axial diameter (mm)")
    assert diameters.GetValue(0) == 17.5 and math.isnan(diameters.GetValue(1))

    shown = host.find("segmentTable")
    host.widget.panel.segment.results.showTable(node)
    titles = [shown._real.verticalHeaderItem(row).text() for row in range(3)]
    assert titles == list(kinds)[1:], "each unit stands there once"
    delegate = shown._real.itemDelegate()
    from PySide6 import QtCore

    assert [delegate.displayText(text, QtCore.QLocale()) for text in ("nan", "17.5")] == ["\N{EN DASH}", "17.5"]


def types(node: Any) -> dict[str, str]:
    """What each column of a table holds, by its name."""
    found = [node.GetTable().GetColumn(number) for number in range(node.GetNumberOfColumns())]
    return {column.GetName(): column.GetDataTypeAsString() for column in found}


def test_names_that_are_numbers_stay_names(host: Host) -> None:
    node = measured([FOUND, FOUND | {"scan": "008"}])
    assert types(node)["Scan"] == "string"
    assert [node.GetCellText(row, 0) for row in range(2)] == ["007", "008"]


def add_result(name: str, seed: int = 9) -> tuple[Any, Any]:
    """A scan and its segmentation, as a run has left them."""
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.slicer_nodes import mrml

    scan, labels = add_scan(name, seed)
    return scan, mrml.segmentation_node(labels, phantom.LABELS, scan, f"{name} segmentation")


def test_a_result_is_edited_with_one_click(host: Host) -> None:
    import slicer

    results = [add_result(name, seed) for seed, name in ((9, "Scan A"), (10, "Scan B"))]
    bare, _labels = add_scan("Scan C", 11)
    selector = host.find("segmentInputVolume")
    selector.setCurrentNode(bare)
    assert not host.find("segmentEdit").visible
    for scan, segmentation in results:
        selector.setCurrentNode(scan)
        segmentation.SetDisplayVisibility(False)
        host.click("segmentEdit")
        editor = slicer.modules.segmenteditor.widgetRepresentation()
        assert editor.isEntered and slicer.util.selectedModule() == "SegmentEditor"
        assert editor.self().editor.segmentationNode() is segmentation and editor.self().editor.sourceVolumeNode() is scan
        assert [node.GetName() for node in nodes("vtkMRMLSegmentationNode").values() if node.GetDisplayVisibility()] == [
            segmentation.GetName()
        ]
        assert len(nodes("vtkMRMLSegmentationNode")) == 2, "the editor made no segmentation of its own"
        slicer.util.selectModule("CrossMoDAUDA")
    slicer.mrmlScene.RemoveNode(results[1][1])
    assert not host.find("segmentEdit").visible


def test_of_several_results_the_one_that_is_shown_is_edited(host: Host) -> None:
    import slicer
    from CrossMoDAUDALib.panel import views

    (scan, segmentation), _other = add_result("Scan A"), add_result("Scan B", 10)
    choose(host, "segmentInputKind", "scene")
    views.showScan(scan)
    host.click("segmentEdit")
    assert slicer.modules.segmenteditor.widgetRepresentation().self().editor.segmentationNode() is segmentation


ENTRY = "Segment with CrossMoDA UDA"


def test_the_data_modules_menu_opens_the_module_with_a_scan(host: Host) -> None:
    import slicer
    from CrossMoDAUDALib.slicer_nodes import mrml

    first, labels = add_scan("Scan A")
    second, segmentation = add_result("Scan B", 10)
    label_map = mrml.volume_node(labels, "", slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "By hand"))
    vector = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLVectorVolumeNode", "In colour")
    for node in (segmentation, label_map, vector, measured([FOUND])):
        assert host.context_menu(node) == {}, node.GetName()
    assert host.context_menu(first, second) == {}, "as Slicer, which offers no plugin's entries for several"
    choose(host, "segmentInputKind", "folder")
    host.find("segmentButton").collapsed = True
    for scan in (first, second):
        slicer.util.selectModule("SegmentEditor")
        assert list(host.context_menu(scan)) == [ENTRY]
        host.context_menu(scan)[ENTRY]()
        assert slicer.util.selectedModule() == "CrossMoDAUDA"
        assert host.find("segmentInputVolume").currentNode() is scan and host.find("segmentInputVolume").visible
        assert not host.find("segmentButton").collapsed and not host.widget.panel.segment.runner.running


def test_the_entry_survives_a_reload_and_another_scene(host: Host) -> None:
    import slicer

    host.widget.onReload()
    slicer.mrmlScene.Clear(False)
    scan, _labels = add_scan()
    host.context_menu(scan)[ENTRY]()
    panel = slicer.modules.crossmodauda.widgetRepresentation().self().panel
    assert panel.parameters.inputVolume is scan

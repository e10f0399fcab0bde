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
    scan, labels = add_scan("Scan A")
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

"""How long the panel keeps the window waiting while work goes on and results come: a click at any moment is answered at once."""

from __future__ import annotations

import dataclasses
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from conftest import MODULE, TINY
from panel_actions import choose_model, choose_training, end_our_processes, nodes, open_section

if TYPE_CHECKING:
    from Testing.Host import Host

P99_MS, MOST_MS = 60.0, 250.0
ALONE = 0.03  # of the time may go to others where the clock on the wall counts
SIZE = (512, 512, 120)


def answers_at_once(what: str, measure: Callable[[], dict[str, Any]]) -> None:
    """Print what is measured, and hold the median of three times against the limits, which are wider on a slow machine.

    Without what the system gave to other processes; where it gave them nearly nothing, by the clock on the wall as well. Two times
    alike settle it, and so does a first one that keeps the limits as they are.
    """
    from Testing.Host.latency import slowness

    told, kept = [], {True: 0, False: 0}
    while max(kept.values()) < 2:
        measured, factor = measure(), slowness()
        is_alone = measured["others"] < ALONE
        told.append(
            f"Latency, {what}: p99 {measured['p99']:.0f} ms, maximum {measured['max']:.0f} ms; on the wall {measured['wall_p99']:.0f} and "
            f"{measured['wall']:.0f} ms, which {'count' if is_alone else 'do not count'}: "
            f"{100 * measured['others']:.0f} % of the time went to others; {measured['ticks']} turns; "
            f"this machine is taken to be {factor:.1f} times as slow as the limits'."
        )
        print(f"\n{told[-1]}")
        pairs = [(measured["p99"], measured["max"]), *([(measured["wall_p99"], measured["wall"])] if is_alone else [])]
        if len(told) == 1 and all(late < P99_MS and most < MOST_MS for late, most in pairs):
            return
        kept[all(late < P99_MS * factor and most < MOST_MS * factor for late, most in pairs)] += 1
    if kept[False] == 2:
        pytest.fail("\n".join([*told, "At last the window waited while at", measured["where"]]))


def make_large_scan() -> Any:
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
def test_segmenting_a_large_scan(host: Host, tiny_experiment: Path) -> None:
    open_section(host, "segment")
    choose_model(host, tiny_experiment)
    host.find("segmentInputVolume").setCurrentNode(make_large_scan())
    runner = host.widget.panel.segment.runner

    def segment() -> dict[str, Any]:
        host.click("segmentApply")
        measured: dict[str, Any] = host.latency(600, lambda: not runner.running)
        assert host.find("segmentStatus").text.startswith("Done")
        return measured

    answers_at_once("segmentation of 512 x 512 x 120 voxels", segment)
    segmentation = next(iter(nodes("vtkMRMLSegmentationNode").values())).GetSegmentation()
    surfaces = [segmentation.GetSegment(name).GetRepresentation("Closed surface") for name in segmentation.GetSegmentIDs()]
    assert 50_000 < max(surface.GetNumberOfPolys() for surface in surfaces) < 110_000, "large ones, of which the most are left out"


@pytest.mark.slow
def test_translating_a_large_scan(host: Host, tiny_experiment: Path) -> None:
    open_section(host, "translate")
    choose_model(host, tiny_experiment)
    scan = make_large_scan()
    host.find("translateInputVolume").setCurrentNode(scan)
    runner = host.widget.panel.translate.runner

    def translate() -> dict[str, Any]:
        host.click("translateApply")
        measured: dict[str, Any] = host.latency(600, lambda: not runner.running)
        assert host.find("translateStatus").text.startswith("Done")
        return measured

    answers_at_once("translation of 512 x 512 x 120 voxels", translate)


@pytest.mark.slow
def test_evaluating_a_large_segmentation(host: Host) -> None:
    from CrossMoDAUDALib.images.volumes import Volume
    from CrossMoDAUDALib.slicer_nodes import mrml

    node = make_large_scan()
    scan = mrml.volume_from_node(node)
    for name, share in (("Prediction", 99), ("Reference", 98)):
        labels = (scan.array > np.percentile(scan.array, share)).astype(np.uint8)
        labels[:, ::3][labels[:, ::3] > 0] = 2
        found = mrml.segmentation_node(Volume(labels, scan.geometry), {"Vestibular schwannoma": 1, "Cochlea": 2}, node, name)
        host.find(f"evaluate{name}").setCurrentNode(found)
    open_section(host, "evaluate")
    runner = host.widget.panel.evaluate.runner

    def evaluate() -> dict[str, Any]:
        host.click("evaluateApply")
        measured: dict[str, Any] = host.latency(600, lambda: not runner.running)
        assert host.find("evaluateTable").visible
        return measured

    answers_at_once("evaluation of 512 x 512 x 120 voxels", evaluate)


@pytest.mark.slow
def test_showing_a_case_of_large_files(host: Host, tiny_experiment: Path, tmp_path: Path) -> None:
    """Compressed files, which take seconds to read: scan, translation and label map."""
    import qt
    import slicer
    from CrossMoDAUDALib.experiment.folder import Experiment
    from CrossMoDAUDALib.images.volumes import Volume, write_volume
    from CrossMoDAUDALib.slicer_nodes import mrml

    scan = mrml.volume_from_node(make_large_scan())
    slicer.mrmlScene.Clear(0)
    image, translated, label = (tmp_path / name for name in ("case_ceT1.nii.gz", "case_translated.nii.gz", "case_Label.nii.gz"))
    write_volume(scan, image)
    shutil.copy(image, translated)
    write_volume(Volume((scan.array > np.percentile(scan.array, 99)).astype(np.uint8), scan.geometry), label)
    open_section(host, "adapt")
    host.widget.panel.parameters.experiment = str(tiny_experiment)
    host.process(20, lambda: host.find("adaptShowCase").visible)
    show_case = host.widget.panel.adapt.showCase
    experiment: Experiment = show_case._experiment
    case = dataclasses.replace(experiment.cohort.source[0], image=image, label=label)
    experiment.cohort = dataclasses.replace(experiment.cohort, source=(case,))
    experiment.pseudo_target = lambda _case: translated  # type: ignore[method-assign]

    def show() -> dict[str, Any]:
        for node in (*nodes("vtkMRMLSegmentationNode").values(), *nodes("vtkMRMLScalarVolumeNode").values()):
            mrml.remove_node(node)
        qt.QTimer.singleShot(1, lambda: host.click("adaptShowCase"))
        measured: dict[str, Any] = host.latency(60, lambda: "left the scan" in host.find("adaptPackageStatus").text)
        host.find("adaptPackageStatus").text = ""
        return measured

    answers_at_once("showing a case of 512 x 512 x 120 voxels", show)


@pytest.fixture
def no_training_is_left() -> Iterator[None]:
    """A worker outlives the panel, so a test must end its own."""
    yield
    end_our_processes()


@pytest.mark.slow
@pytest.mark.usefixtures("no_training_is_left")
def test_a_training_from_its_start_to_its_end(host: Host, tiny_cohort: Path, tmp_path: Path) -> None:
    """With another tab every second, so that each is shown at every stage, and the module left and shown again."""
    import qt

    tabs, turn = host.find("adaptTabs"), qt.QTimer()

    def next_tab() -> None:
        tabs.currentIndex = (tabs.currentIndex + 1) % tabs.count

    turn.interval = 1000
    turn.connect("timeout()", next_tab)
    turn.start()
    folders = (tmp_path / f"experiment {number}" for number in range(9))

    def train() -> dict[str, Any]:
        choose_training(host, tiny_cohort, next(folders), {**TINY, "translation.epochs": 30, "segmentation.epochs": 10})
        adapt, states = host.widget.panel.adapt, set()

        def is_finished() -> bool:
            states.add(adapt.view.monitor.state)
            return bool(adapt.view.monitor.state == "finished")

        qt.QTimer.singleShot(1, lambda: host.click("adaptStart"))
        measured: dict[str, Any] = host.latency(300, is_finished)
        assert {"running", "finished"} <= states
        return measured

    try:
        answers_at_once("a training from its start to its end", train)
    finally:
        turn.stop()


def save_large_scene(folder: Path) -> None:
    """Save a scene with a large scan and its segmentation, and their files."""
    import slicer
    from CrossMoDAUDALib.images.volumes import Volume
    from CrossMoDAUDALib.slicer_nodes import mrml

    scan_node = make_large_scan()
    scan = mrml.volume_from_node(scan_node)
    labels = Volume((scan.array > np.percentile(scan.array, 80)).astype(np.uint8), scan.geometry)
    node = mrml.segmentation_node(labels, {"Vestibular schwannoma": 1, "Cochlea": 2}, scan_node, "Large")
    mrml.set_warnings(node, ["Cochlea: nothing was found; look at the scan yourself."])
    for each, ending in ((scan_node, ".nrrd"), (node, ".seg.nrrd")):
        each.AddDefaultStorageNode()
        each.GetStorageNode().SetUseCompression(False)
        each.GetStorageNode().SetFileName(str(folder / f"{each.GetName()}{ending}"))
        assert each.GetStorageNode().WriteData(each)
    slicer.mrmlScene.SetURL(str(folder / "scene.mrml"))
    slicer.mrmlScene.SetRootDirectory(str(folder))
    assert slicer.mrmlScene.Commit()


def timed(method: Callable[..., None], turns: list[tuple[float, float]]) -> Callable[..., None]:
    """A method whose calls are timed, in ms: without what others were given, and on the wall."""

    def run(*arguments: Any) -> None:
        began = time.thread_time(), time.perf_counter()
        method(*arguments)
        turns.append((1000 * (time.thread_time() - began[0]), 1000 * (time.perf_counter() - began[1])))

    return run


def test_a_saved_scene_with_a_large_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the panel does while Slicer loads a scene, and in the seconds after; that the file is read takes its time."""
    from Testing.Host import Host

    with Host() as host:
        from CrossMoDAUDALib.panel.scene_panel import ScenePanel

        turns: list[tuple[float, float]] = []
        for name in [name for name in dir(ScenePanel) if name.startswith("on")]:
            monkeypatch.setattr(ScenePanel, name, timed(getattr(ScenePanel, name), turns))
        host.open_module(MODULE)
        save_large_scene(tmp_path)
        import slicer

        def load() -> dict[str, Any]:
            host.close_scene()
            turns.clear()
            slicer.mrmlScene.SetURL(str(tmp_path / "scene.mrml"))
            assert slicer.mrmlScene.Import()
            measured = host.latency(2)
            assert set(nodes("vtkMRMLSegmentationNode")) == {"Large"} and "nothing was found" in host.find("segmentWarningsText").text
            assert turns
            own, wall = zip(*turns, strict=True)
            return {**measured, "max": max(measured["max"], *own), "wall": max(measured["wall"], *wall)}

        answers_at_once("the panel's part in loading a scene", load)

"""What the section Adapt draws of an experiment: curves, scores by round, samples, and charts in Slicer's own plot view."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from panel_actions import open_section

pytest.importorskip("slicer")
pytest.importorskip("PySide6")

from CrossMoDAUDALib.translation.registry import registrations
from PySide6 import QtCore, QtGui, QtTest, QtWidgets
from Testing.Host import Host

TABS = ("stages", "curves", "sample", "scores", "log")


def watch(host: Host, experiment: Path, tab: str, width: int = 400) -> Any:
    """Show a tab of an experiment in a panel of a width; the panel's view of it."""
    open_section(host, "adapt")
    window = host.module_frame().window()
    window.resize(width, 900)
    host.widget.panel.parameters.experiment = str(experiment)
    host.find("adaptTabs").currentIndex = TABS.index(tab)
    host.process(0.3)
    assert window.width() == width
    return host.widget.panel.adapt.view


# Curves ----------------------------------------------------------------------------------------------------------------


def test_every_curve_has_a_name_that_needs_no_manual(host: Host) -> None:
    from CrossMoDAUDALib.panel import wording

    for known in registrations():
        charts = {found.chart for found in known.losses.values()}
        assert all(wording.chartTitle(known.name, chart) != chart == wording.chartTerm(known.name, chart) for chart in charts)
        for name, found in {**known.losses, "train_loss": None, "validation_loss": None, "pseudo_dice": None}.items():
            title, term = wording.quantityTitle(known.name, name), wording.quantityTerm(known.name, name)
            assert title.startswith(("How well", "Overlap")) and "loss" not in title.lower() and "_" not in title, name
            assert found is None or term == found.title
            assert "loss" in term or term == "Pseudo-Dice"
    assert wording.quantityTitle("copy", "in_a_new_translator") == "in a new translator"


@pytest.mark.parametrize("width", [300, 700])
def test_curves_tell_what_they_mean_and_what_the_field_calls_it(host: Host, tiny_experiment: Path, width: int) -> None:
    from CrossMoDAUDALib.panel.curves import legendHeight

    watch(host, tiny_experiment, "curves", width)
    combo, label = host.find("adaptCurveChoice"), host.find("adaptCurves")
    chart = next(index for index in range(combo.count) if "likeness to real scans" in combo.itemText(index))
    assert "adversarial losses" in combo._real.itemData(chart, 3)
    combo.currentIndex = chart
    host.process(0.2)
    titles = [line.partition(": ") for line in label.toolTip.split("\n")[:-1]]
    assert ("How well translated scans look like target scans", ": ", "Generator adversarial loss, source to target") in titles
    assert len(titles) == 4 and "work against each other" in label.toolTip
    lines = label._real.fontMetrics().height()
    above = legendHeight([title for title, _, _ in titles], "Lower is better, but none should fall to 0", label.width, label.font)
    assert label.height > above + 9 * lines, "the curves have room below their names"
    page = label._real.parentWidget()
    below = max(child.geometry().bottom() for child in page.findChildren(QtWidgets.QWidget) if child.isVisibleTo(page))
    assert page.height() - below < lines, "nothing is left blank below them, though other tabs are higher"
    assert label.pixmap.height() == label.height * label.devicePixelRatio()


# Scores by round -------------------------------------------------------------------------------------------------------


def write_scores(folder: Path, dice: dict[str, list[float]], structures: tuple[str, ...] = ("Vestibular schwannoma", "Cochlea")) -> None:
    """The scores of an experiment: for each round the DSC of its scans, the same for every structure."""
    from CrossMoDAUDALib.scoring import evaluation

    scores = {
        name: [
            evaluation.CaseScore(f"case {number}", structure, value, 1.0, 2.0, 2.0, 3.0)
            for number, value in enumerate(values)
            for structure in structures
        ]
        for name, values in dice.items()
    }
    evaluation.write_per_case_csv(folder / "evaluation" / "per_case.csv", scores)
    evaluation.write_table_csv(folder / "evaluation" / "table.csv", evaluation.summary_rows(scores, structures))


def bars(host: Host, colour: tuple[int, int, int]) -> list[int]:
    """How far below the plot's top lines of a colour are, those of the legend left out."""
    image = host.find("adaptScoresPlot")._real.pixmap().toImage()
    found = [y for y in range(image.height()) for x in range(40, image.width()) if image.pixelColor(x, y).getRgb()[:3] == colour]
    return sorted(set(found))


def test_scores_of_every_scan_are_drawn_by_round(host: Host, started: Any) -> None:
    from CrossMoDAUDALib.panel import scores_tab
    from CrossMoDAUDALib.panel.curves import ON_LIGHT

    (started.folder / "evaluation").mkdir()
    write_scores(started.folder, {"source only": [0.0, 0.2], "iteration 0": [0.5, 0.7], "iteration 1": [0.9, 0.7]})
    found = scores_tab.scansByRound(started.folder)
    assert list(found) == ["source only", "iteration 0", "iteration 1"]
    scans = {"case 0": 0.5, "case 1": 0.7}
    assert found["iteration 0"] == {"Vestibular schwannoma": scans, "Cochlea": scans}
    watch(host, started.folder, "scores")
    first, second = (bars(host, colour) for colour in ON_LIGHT[:2])
    low, middle, high = 0.1, 0.6, 0.8
    rows = [y for y in second if y - 1 not in second]  # the means, from above
    assert len(rows) == 3 and rows == [y for y in first if y - 1 not in first]
    assert (rows[2] - rows[0]) / (rows[1] - rows[0]) == pytest.approx((high - low) / (high - middle), abs=0.3)
    write_scores(started.folder, {"source only": [0.0, 0.2], "iteration 0": [0.5, 0.7], "iteration 1": [1.0, 1.0]})
    host.process(1.5)
    assert bars(host, ON_LIGHT[1])[0] < rows[0], "it follows the training"
    write_scores(started.folder, {"iteration 0": [0.5]}, tuple("abcdefg"))
    assert scores_tab.scansByRound(started.folder) == {"iteration 0": {"DSC, mean": {"case 0": 0.5}}}


def test_scores_of_another_version_are_a_table_without_a_plot(host: Host, started: Any) -> None:
    (started.folder / "evaluation").mkdir()
    write_scores(started.folder, {"iteration 0": [0.5, 0.7]})
    (started.folder / "evaluation" / "per_case.csv").write_text("case\n1\n", encoding="utf-8")
    watch(host, started.folder, "scores")
    assert host.find("adaptScores").rowCount == 6 and not host.find("adaptScoresPlot").visible


def test_scores_of_a_studys_ceiling_are_explained(host: Host, started: Any) -> None:
    (started.folder / "evaluation").mkdir()
    write_scores(started.folder, {"target-supervised": [0.5, 0.7]})
    watch(host, started.folder, "scores")
    tip = host.find("adaptScores")._real.horizontalHeaderItem(0).toolTip()
    assert tip.startswith("Target-supervised: Trained on target scans with their real labels")


@pytest.mark.parametrize(("width", "is_beside"), [(300, False), (400, False), (1000, True)])
def test_the_plot_of_scores_takes_the_room_that_it_is_given(host: Host, started: Any, width: int, is_beside: bool) -> None:
    (started.folder / "evaluation").mkdir()
    write_scores(started.folder, {"source only": [0.0, 0.2], "iteration 0": [0.5, 0.7], "iteration 1": [0.9, 0.7]})
    view = watch(host, started.folder, "scores", width)
    table, plot = host.find("adaptScores")._real, host.find("adaptScoresPlot")._real
    heights = set()
    for turn in range(8):
        view.poll()
        host.process(0.1)
        if turn > 2:  # a scroll bar may have come
            heights.add((plot.height(), table.height()))
    assert len(heights) == 1 and host.module_frame().window().width() == width
    assert plot.pixmap().size() == plot.size() * plot.devicePixelRatio()
    assert not table.horizontalScrollBar().isVisible() and not table.verticalScrollBar().isVisible()
    if is_beside:
        assert plot.x() >= table.geometry().right() and plot.y() == table.y()
    else:
        assert plot.y() >= table.geometry().bottom() and abs(plot.width() - table.width()) < 3


# Samples ---------------------------------------------------------------------------------------------------------------

GREYS = (40, 80, 120, 160, 200, 240)  # of the columns of a picture


def write_sample(experiment: Path, epoch: int, columns: int = 4, darker: int = 0) -> None:
    """The sample picture of an epoch: a plain grey for each column."""
    from PIL import Image

    picture = np.repeat(np.repeat(np.array([GREYS[:columns]] * 4, np.uint8) - darker, 64, 0), 64, 1)
    folder = experiment / "translation" / "samples"
    folder.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture).save(folder / f"epoch_{epoch:04d}.png")


def greys(host: Host) -> set[int]:
    """The greys of large areas in the picture that the panel shows, without its ground."""
    image = host.find("adaptSamplePicture")._real.pixmap().toImage()
    step = range(0, image.width(), 3), range(0, image.height(), 3)
    colours = [image.pixelColor(x, y).getRgb()[:3] for x in step[0] for y in step[1]]
    return {colour[0] for colour in set(colours) if len(set(colour)) == 1 and colours.count(colour) > 100 and colour[0] < 245}


@pytest.mark.parametrize(("translator", "columns", "shown"), [("cyclegan-resnet", 4, (0, 1, 2)), ("cyclegan-target-aware", 6, (0, 1, 3))])
def test_source_translation_and_target_stand_side_by_side(
    host: Host, cohort: Any, tmp_path: Path, translator: str, columns: int, shown: tuple[int, ...]
) -> None:
    from cohort_files import hashes
    from CrossMoDAUDALib.core.settings import preset_settings, with_values
    from CrossMoDAUDALib.experiment.folder import Experiment

    settings = with_values(preset_settings("smoke"), {"translation.translator": translator})
    experiment = Experiment.create(tmp_path / "experiment", settings, cohort, hashes(cohort))
    write_sample(experiment.folder, 1, columns)
    watch(host, experiment.folder, "sample")
    assert greys(host) == {GREYS[place] for place in shown}
    assert not host.find("adaptSampleOutline").visible, "an experiment of an earlier version has no outlines"


@pytest.mark.parametrize("tab_width", [300, 420, 700])
def test_no_white_frame_is_round_a_slice_in_the_dark_style(host: Host, tiny_experiment: Path, tab_width: int) -> None:
    from Testing.Host import appearance

    appearance.dress(QtWidgets.QApplication.instance(), dark=True)
    watch(host, tiny_experiment, "sample", tab_width)
    host.process(0.3)
    shown = host.find("adaptSamplePicture")._real.pixmap().toImage().convertToFormat(QtGui.QImage.Format.Format_Grayscale8)
    pixels = np.array(shown.constBits(), np.uint8).reshape(shown.height(), shown.bytesPerLine())[:, : shown.width()]
    white = pixels > 250
    columns, rows = white.mean(0), white.mean(1)
    assert pixels.max() > 100, "slices are shown"
    assert columns.max() < 0.3 and rows.max() < 0.3, "no line of white goes down or across the slices"


def test_the_slider_goes_through_the_epochs(host: Host, started: Any) -> None:
    watch(host, started.folder, "sample")
    slider, label = host.find("adaptSampleEpoch"), host.find("adaptSampleEpochLabel")
    assert not slider.visible and host.find("adaptSamplePicture").height > 10 and host.find("adaptSamplePicture").text
    for epoch in (1, 3):
        write_sample(started.folder, epoch, darker=epoch)
    host.process(1.5, lambda: slider.visible)
    host.process(0.2)
    assert (slider.minimum, slider.maximum, slider.value) == (0, 1, 1) and "epoch 3" in label.text
    assert greys(host) == {grey - 3 for grey in GREYS[:3]}
    slider._real.setFocus()
    QtTest.QTest.keyClick(slider._real, QtCore.Qt.Key.Key_Left)
    assert greys(host) == {grey - 1 for grey in GREYS[:3]} and "epoch 1" in label.text
    write_sample(started.folder, 5, darker=5)
    host.process(1.5, lambda: slider.maximum == 2)
    assert slider.value == 0 and "epoch 1" in label.text, "what somebody looks at stays"
    QtTest.QTest.keyClick(slider._real, QtCore.Qt.Key.Key_End)
    assert greys(host) == {grey - 5 for grey in GREYS[:3]}
    write_sample(started.folder, 7, darker=7)
    host.process(1.5, lambda: slider.value == 3)
    assert "epoch 7" in label.text, "the newest follows the training"


def test_outlines_can_be_switched_off(host: Host, tiny_experiment: Path) -> None:
    watch(host, tiny_experiment, "sample")
    tick = host.find("adaptSampleOutline")

    def coloured() -> set[int]:
        image = host.find("adaptSamplePicture")._real.pixmap().toImage()
        across = [(x, image.pixelColor(x, y)) for x in range(image.width()) for y in range(image.height())]
        return {3 * x // image.width() for x, colour in across if colour.saturation() > 90 and colour.value() > 90}

    assert tick.visible and tick.checked and coloured() == {0, 1}, "on source and translation, not on target"
    host.click("adaptSampleOutline")
    assert coloured() == set()
    assert host.find("adaptSampleEpochLabel").text == "Trai&ning epoch 2 of 2:"


# Slicer's plot view ----------------------------------------------------------------------------------------------------

PLOT_NODES = ("vtkMRMLPlotChartNode", "vtkMRMLPlotSeriesNode", "vtkMRMLTableNode")


def plot_nodes() -> list[int]:
    """How many charts, series and tables the scene has."""
    import slicer

    return [slicer.mrmlScene.GetNumberOfNodesByClass(kind) for kind in PLOT_NODES]


def shown_chart() -> Any:
    """The chart in the plot view of the layout that is shown."""
    import slicer

    number = slicer.app.layoutManager().layout
    assert slicer.vtkSlicerPlotsLogic.GetLayoutWithPlot(number) == number, "a layout with a plot view"
    return slicer.util.getNodesByClass("vtkMRMLPlotViewNode")[0].GetPlotChartNode()


def columns_of(series: Any) -> list[list[Any]]:
    """The columns of a series' table."""
    table = series.GetTableNode().GetTable()
    found = [table.GetColumn(column) for column in range(table.GetNumberOfColumns())]
    return [[column.GetValue(row) for row in range(column.GetNumberOfValues())] for column in found]


def test_curves_open_in_slicers_plot_view(host: Host, tiny_experiment: Path, tmp_path: Path) -> None:
    import slicer

    view = watch(host, tiny_experiment, "curves")
    combo = host.find("adaptCurveChoice")
    likeness, overlap = (next(i for i in range(combo.count) if word in combo.itemText(i)) for word in ("likeness", "overlap"))
    combo.currentIndex = likeness
    host.click("adaptCurvesView")
    assert plot_nodes() == [1, 4, 4]
    chart = shown_chart()
    assert tiny_experiment.name in chart.GetTitle() and "likeness to real scans" in chart.GetTitle()
    curve = view.monitor.curves["translation/train", "adversarial_target"]
    title = "How well translated scans look like target scans"
    series = next(one for one in slicer.util.getNodesByClass(PLOT_NODES[1]) if one.GetName() == title)
    assert columns_of(series)[:2] == [curve.steps, curve.values] and chart.HasPlotSeriesNodeID(series.GetID())
    for _ in range(3):
        host.click("adaptCurvesView")
    assert plot_nodes() == [1, 4, 4] and shown_chart() is chart, "the same nodes again"
    combo.currentIndex = overlap
    host.process(0.2)
    assert plot_nodes() == [1, 1, 1] and "overlap" in chart.GetTitle() and chart.GetYAxisRange() == (0.0, 1.0)
    curve.add(curve.steps[-1] + 10, 0.5)
    combo.currentIndex = likeness
    host.process(0.2)
    assert plot_nodes() == [1, 4, 4]
    assert any(columns_of(one)[1][-1] == 0.5 for one in slicer.util.getNodesByClass(PLOT_NODES[1])), "it goes on with the training"
    assert not any(node.GetSaveWithScene() for kind in PLOT_NODES for node in slicer.util.getNodesByClass(kind))
    host.widget.panel.parameters.experiment = str(tmp_path)
    host.process(0.2)
    assert plot_nodes() == [0, 0, 0], "they go with their experiment"


def test_scores_open_in_slicers_plot_view(host: Host, started: Any, tmp_path: Path) -> None:
    import slicer

    (started.folder / "evaluation").mkdir()
    write_scores(started.folder, {"source only": [0.0, 0.2], "iteration 0": [0.5, 0.7]}, ("Cochlea",))
    own = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTableNode", "Of the user")
    watch(host, started.folder, "scores")
    host.click("adaptScoresView")
    assert plot_nodes() == [1, 2, 3]
    points, means = slicer.util.getNodesByClass(PLOT_NODES[1])
    assert columns_of(points) == [[-1, -1, 0, 0], [0.0, 0.2, 0.5, 0.7], ["case 0", "case 1"] * 2]
    assert columns_of(means)[0] == [-1, 0] and columns_of(means)[1] == pytest.approx([0.1, 0.6])
    assert points.GetLineStyle() == points.LineStyleNone and points.GetLabelColumnName() == "name"
    assert shown_chart().GetYAxisRange() == (0.0, 1.0)
    assert shown_chart().GetXAxisTitle() == "Self-training iteration (-1: source only)"
    write_scores(started.folder, {"source only": [0.0, 0.2], "iteration 0": [0.5, 0.7], "iteration 1": [0.9, 0.9]}, ("Cochlea",))
    host.process(1.5, lambda: columns_of(means)[0] == [-1, 0, 1])
    assert plot_nodes() == [1, 2, 3]
    host.save_and_load_scene(tmp_path / "scene.mrml")
    assert plot_nodes() == [0, 0, 1] and slicer.util.getNode("Of the user") is not own
    host.click("adaptScoresView")
    assert plot_nodes() == [1, 2, 3], "made again in the new scene"


@pytest.mark.parametrize(
    ("trainings", "places", "title"),
    [
        (["target-supervised"], [0], "Target-supervised"),
        (["source only"], [0], "Source only"),
        (["iteration 0", "iteration 1"], [0, 1], "Self-training iteration"),
        (["source only", "iteration 1", "iteration 2"], [0, 1, 2], "Self-training iteration (0: Source only)"),
    ],
)
def test_the_chart_of_scores_says_what_was_trained(host: Host, started: Any, trainings: list[str], places: list[int], title: str) -> None:
    """A study's ceiling and source only train themselves no further; without a translator iteration 1 comes after source only."""
    import slicer

    (started.folder / "evaluation").mkdir()
    write_scores(started.folder, {name: [0.5] for name in trainings}, ("Cochlea",))
    watch(host, started.folder, "scores")
    host.click("adaptScoresView")
    assert shown_chart().GetXAxisTitle() == title
    assert columns_of(slicer.util.getNodesByClass(PLOT_NODES[1])[1])[0] == places

"""What the section Adapt draws of an experiment and of scans: curves, scores by round, samples, small pictures, plots."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from panel_actions import open_section

pytest.importorskip("slicer")
pytest.importorskip("PySide6")

from CrossMoDAUDALib.translation.registry import registrations
from PySide6 import QtCore, QtTest
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
    assert above + 9 * lines < label.height < above + 14 * lines, "the curves have room below their names"
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
    assert found["iteration 0"] == {"Vestibular schwannoma": [0.5, 0.7], "Cochlea": [0.5, 0.7]}
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
    assert scores_tab.scansByRound(started.folder) == {"iteration 0": {"DSC, mean": [0.5]}}


def test_scores_of_another_version_are_a_table_without_a_plot(host: Host, started: Any) -> None:
    (started.folder / "evaluation").mkdir()
    write_scores(started.folder, {"iteration 0": [0.5, 0.7]})
    (started.folder / "evaluation" / "per_case.csv").write_text("case\n1\n", encoding="utf-8")
    watch(host, started.folder, "scores")
    assert host.find("adaptScores").rowCount == 6 and not host.find("adaptScoresPlot").visible


@pytest.mark.parametrize(("width", "is_beside"), [(300, False), (400, False), (1000, True)])
def test_the_plot_of_scores_takes_the_room_that_it_is_given(host: Host, started: Any, width: int, is_beside: bool) -> None:
    (started.folder / "evaluation").mkdir()
    write_scores(started.folder, {"source only": [0.0, 0.2], "iteration 0": [0.5, 0.7], "iteration 1": [0.9, 0.7]})
    view = watch(host, started.folder, "scores", width)
    table, plot = host.find("adaptScores")._real, host.find("adaptScoresPlot")._real
    heights = set()
    for _ in range(6):
        view.poll()
        host.process(0.1)
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


# The check's table -----------------------------------------------------------------------------------------------------

NAME, DOMAIN, SIZE, SPACING, REMARK = range(5)
CASES = [
    {"case": "case 10", "domain": "source", "size": "64 x 64 x 100", "spacing": "1 x 1 x 1"},
    {"case": "case 9", "domain": "target", "size": "512 x 512 x 9", "spacing": "0.5 x 0.5 x 1.5", "warnings": ["It is empty."]},
    {"case": "case 2", "domain": "target", "problems": ["/a/b/case_2.nii.gz cannot be read."], "image": "/a/b/case_2.nii.gz"},
    {"case": "case 3", "domain": "evaluation", "size": "64 x 64 x 20", "spacing": "10 x 1 x 1"},
    {"case": "case 1", "domain": "source", "size": "64 x 64 x 20", "spacing": "1 x 1 x 3"},
]


def numbers(host: Host) -> list[int]:
    """The cases' numbers in the rows of the check's table."""
    table = host.find("adaptCases")
    return [int(table.item(row, NAME).text().split("\n")[0].split()[-1]) for row in range(table.rowCount)]


def show_cases(host: Host, width: int) -> Any:
    """The check's table with cases that came in some order."""
    open_section(host, "adapt")
    host.module_frame().window().resize(width, 900)
    cases = host.widget.panel.adapt.cases
    for case in CASES:
        cases.add(case)
    host.process(0.1)
    cases.finish()
    host.process(0.2)
    assert host.module_frame().window().width() == width
    return host.find("adaptCases")._real


def test_problems_stand_first_while_the_scans_are_being_read(host: Host) -> None:
    open_section(host, "adapt")
    orders = []
    for case in CASES:
        host.widget.panel.adapt.cases.add(case)
        orders.append(numbers(host))
    assert orders == [[10], [9, 10], [2, 9, 10], [2, 9, 10, 3], [2, 9, 1, 10, 3]]
    host.widget.panel.adapt.cases.finish()
    assert numbers(host) == orders[-1]


def test_the_scans_are_sorted_by_any_column(host: Host) -> None:
    table = show_cases(host, 1000)
    header = table.horizontalHeader()
    wanted = {NAME: [1, 2, 3, 9, 10], DOMAIN: [1, 10, 2, 9, 3], SIZE: [2, 1, 3, 10, 9], SPACING: [2, 9, 10, 1, 3], REMARK: [2, 9, 1, 10, 3]}
    chosen = host.find("adaptCasesSort")
    for column, order in wanted.items():
        header.sectionClicked.emit(column)
        assert (numbers(host), header.sortIndicatorSection()) == (order, column)
        assert chosen.itemData(chosen.currentIndex) == column
        header.sectionClicked.emit(column)
        if column != REMARK:  # of equals the order is turned as well
            assert numbers(host) == order[::-1]
        header.sectionClicked.emit(column)
        assert numbers(host) == order
    table.setCurrentCell(4, 0)
    chosen._real.setFocus()
    QtTest.QTest.keyClick(chosen._real, QtCore.Qt.Key.Key_Down)
    assert numbers(host) == wanted[NAME] and table.currentRow() == 2, "the row that was chosen stays chosen"
    host.widget.panel.adapt.cases.add({"case": "case 5", "domain": "source"})
    assert numbers(host) == [1, 2, 3, 5, 9, 10]


@pytest.mark.parametrize(("width", "shown"), [(300, [NAME]), (1000, [NAME, DOMAIN, SIZE, SPACING, REMARK])])
def test_what_has_no_column_stands_beside_the_picture(host: Host, width: int, shown: list[int]) -> None:
    table = show_cases(host, width)
    assert [column for column in range(5) if not table.isColumnHidden(column)] == shown
    assert not table.horizontalScrollBar().isVisible()
    first, last = table.item(0, NAME).text().replace("\u200b", ""), table.item(4, NAME).text()
    if width == 300:
        assert first == "case 2\ntarget\nProblem: case_2.nii.gz cannot be read."
        assert last == "case 3\nevaluation\n64 x 64 x 20\n10 x 1 x 1 mm\nfine"
    else:
        assert (first, last) == ("case 2", "case 3")
        assert [table.item(4, column).text() for column in shown[1:]] == ["evaluation", "64 x 64 x 20", "10 x 1 x 1", "fine"]


def test_a_scan_that_cannot_be_read_has_no_picture(host: Host) -> None:
    import base64

    cases = host.widget.panel.adapt.cases
    open_section(host, "adapt")
    picture = base64.b64encode(b"P5 2 3 255\n" + bytes(range(0, 240, 40))).decode()
    for number, thumbnail in enumerate(["", "bm90aGluZw==", picture]):
        cases.add({"case": f"case {number}", "domain": "source", "thumbnail": thumbnail})
    table = host.find("adaptCases")._real
    assert [table.item(row, NAME).icon().isNull() for row in range(3)] == [True, True, False]
    shown = table.item(2, NAME).icon().pixmap(48, 48).toImage()
    assert (shown.width(), shown.height()) == (2, 3) and shown.pixelColor(1, 2).red() == 200

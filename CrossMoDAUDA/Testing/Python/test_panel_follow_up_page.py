"""The follow-up as a page, opened and saved from the panel, and its table in a narrow one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from panel_actions import open_section, wait

pytest.importorskip("slicer")
pytest.importorskip("PySide6")

from test_panel_access import assert_own_letters
from test_panel_follow_up import add_pair, add_visit, nodes
from test_panel_width import resize, window

if TYPE_CHECKING:
    from Testing.Host import Host

BUTTONS = ("followUpOpenPage", "followUpSavePage")


def compare(host: Host, *names: str) -> None:
    for number, name in enumerate(names):
        add_visit(name, 6 + 2 * number)
    open_section(host, "followUp")
    host.widget.panel.showResults()
    host.click("followUpApply")
    assert "Growing" in wait(host, "followUp")


def test_the_page_is_opened_and_goes_with_what_it_tells_of(host: Host) -> None:
    import slicer

    open_section(host, "followUp")
    assert not any(host.find(name)._real.isVisible() for name in BUTTONS)
    compare(host, "sub-07 <ü>_ses-20200301_T2w", "sub-07 <ü>_ses-20220301_T2w")
    assert all(host.find(name)._real.isVisible() for name in BUTTONS)
    assert_own_letters(host)
    for _time in range(2):
        host.click("followUpOpenPage")
    opened = [dialog.text for dialog in host.dialogs if dialog.kind == "openUrl"]
    assert len(opened) == 2 and len(set(opened)) == 1
    (file,) = Path(slicer.app.temporaryPath).glob("*/*.html")
    page = file.read_text(encoding="utf-8")
    assert opened[0].endswith(file.name) and page.startswith("<!doctype html>") and "<svg" in page
    assert "sub-07 &lt;ü&gt;_ses-20200301_T2w segmentation" in page and "scan_0001" not in page and "<ü>" not in page
    host.click("followUpApply")
    assert not file.exists() and not any(host.find(name)._real.isVisible() for name in BUTTONS), "there will be another"
    assert "Growing" in wait(host, "followUp"), "the same as before is told again"
    host.click("followUpOpenPage")
    assert list(Path(slicer.app.temporaryPath).glob("*/*.html"))
    host.close_scene()
    assert not list(Path(slicer.app.temporaryPath).glob("*/*.html")), "it names a patient"
    assert not any(host.find(name)._real.isVisible() for name in BUTTONS)


def test_a_page_that_no_browser_shows_or_that_was_left_behind(host: Host) -> None:
    import os
    import shutil

    import slicer
    from CrossMoDAUDALib.panel import page_buttons

    parent = Path(slicer.app.temporaryPath)
    left, new = parent / f"{page_buttons.PREFIX}left", parent / f"{page_buttons.PREFIX}new"
    for folder in (left, new):
        folder.mkdir()
        (folder / "follow_up.html").write_text("Ada", encoding="utf-8")
    os.utime(left, (0, 0))
    compare(host, "a_2020-01-01", "a_2021-01-01")
    page_buttons._removeOld()
    assert not left.exists() and new.exists(), "another Slicer may show it"
    shutil.rmtree(new)
    said = host.find("followUpPageStatus")
    host.click("followUpOpenPage")
    assert said.text == ""
    (folder,) = parent.glob(f"{page_buttons.PREFIX}*")
    shutil.rmtree(folder)  # as who tidies up does
    host.answers.append(False)
    host.click("followUpOpenPage")
    assert "Save page..." in said.text
    (again,) = parent.glob(f"{page_buttons.PREFIX}*")
    assert again != folder and (again / "follow_up.html").is_file()
    assert os.name == "nt" or again.stat().st_mode & 0o077 == 0, "for nobody else to read"


def test_the_page_tells_where_dates_are_from_and_what_contradicts_them(host: Host) -> None:
    import html

    import slicer
    from CrossMoDAUDALib.slicer_nodes import mrml, visits

    hierarchy = slicer.mrmlScene.GetSubjectHierarchyNode()
    found, _plain = add_visit("a_2020-01-01", 6), add_visit("a_2021-01-01", 8)
    item = hierarchy.GetItemByDataNode(mrml.scan_of(found))
    hierarchy.SetItemAttribute(item, "DICOM.StudyDate", "20200501")
    visits.set_day(add_visit("a_late", 10), "2022-01-01")
    open_section(host, "followUp")
    host.widget.panel.showResults()
    host.click("followUpApply")
    said = wait(host, "followUp")
    page = html.unescape(host.widget.panel.followUp._page._page)
    assert "DICOM (StudyDate)" in page and "given by hand" in page and page.count("given by hand") == 1
    contradiction = visits.date_of(found).contradiction
    assert contradiction and page.count(contradiction) == 1, "a warning is told"
    assert contradiction not in said and said.count("counts, but there is also") == 1, "once in the panel"


@pytest.mark.parametrize("what", ["tick", "date"])
def test_nothing_is_offered_that_tells_of_other_scans_or_dates(host: Host, what: str) -> None:
    import qt

    compare(host, "a_2020-01-01", "a_2021-01-01", "a_2022-01-01")
    names = (*BUTTONS, "followUpTable", "followUpTableTitle", "followUpPlotVolumes")
    assert all(host.find(name)._real.isVisible() for name in names)
    scans = host.find("followUpScans")
    if what == "tick":
        scans.item(2, 0).setCheckState(qt.Qt.Unchecked)
    else:
        scans.item(2, 1).setText("2022-02-02")
    assert not any(host.find(name)._real.isVisible() for name in names)


def test_a_page_is_replaced_where_paths_are_as_qt_writes_them_on_windows(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There the text of a path is none that Qt has answered with, which separates folders by "/"."""
    from CrossMoDAUDALib.panel import page_buttons

    class WindowsPath(type(tmp_path)):  # type: ignore[misc]
        def __str__(self) -> str:
            return super().__str__().replace("/", "\\")

    compare(host, "a_2020-01-01", "a_2021-01-01")
    written: list[Path] = []
    monkeypatch.setattr(page_buttons, "Path", WindowsPath)
    monkeypatch.setattr(page_buttons, "write_text", lambda path, _text: written.append(path))
    file = tmp_path / "mine.html"
    file.write_text("other", encoding="utf-8")
    host.answers.append(file.as_posix())
    host.click("followUpSavePage")
    assert written == [file] and "Saved" in host.find("followUpPageStatus").text


def test_the_page_is_saved_where_the_user_says(host: Host, tmp_path: Path) -> None:
    compare(host, "sub-07_ses-20200301_T2w", "sub-07_ses-20220301_T2w")
    said, folder = host.find("followUpPageStatus"), tmp_path / "Ort ü"
    folder.mkdir()
    host.answers.append("")
    host.click("followUpSavePage")
    assert said.text == "" and not list(folder.iterdir())
    host.answers.append(str(folder / "mine"))  # the dialog has added no ending
    host.click("followUpSavePage")
    assert "mine.html" in said.text and (folder / "mine.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    (folder / "mine.html").write_text("other", encoding="utf-8")
    host.answers.append(str(folder / "mine"))
    host.click("followUpSavePage")
    assert "there already" in said.text and (folder / "mine.html").read_text(encoding="utf-8") == "other"
    host.answers.append(str(folder / "mine.html"))  # which the dialog has asked about
    host.click("followUpSavePage")
    assert "Saved" in said.text and "<svg" in (folder / "mine.html").read_text(encoding="utf-8")
    host.answers.append(str(folder / "mine.html" / "page.html"))
    host.click("followUpSavePage")
    assert "mine.html" in said.text and "Saved" not in said.text


def lines_of(host: Host) -> list[tuple[str, ...]]:
    """The follow-up's table as it is seen: titles and cells."""
    table = host.find("followUpTable")._real
    cells = [tuple(table.item(row, column).text() for column in range(table.columnCount())) for row in range(table.rowCount())]
    return [(table.verticalHeaderItem(row).text(), *texts) for row, texts in enumerate(cells)]


@pytest.mark.parametrize("scale", [1, 2])
@pytest.mark.parametrize("sides", [False, True])
def test_dates_stand_below_each_other_where_they_have_no_room_side_by_side(host: Host, font_scale: Any, scale: int, sides: bool) -> None:
    from CrossMoDAUDALib.panel import tables

    font_scale(scale)
    if sides:
        for name, left, right in (("a_2020-01-01", 5, 4), ("a_2021-01-01", 7, 4), ("a_2022-01-01", 8, 5)):
            add_pair(name, left, right)
        open_section(host, "followUp")
        host.click("followUpApply")
        wait(host, "followUp")
    else:
        compare(host, "a_2020-01-01", "a_2021-01-01", "a_2022-01-01")
    scene_nodes = dict(nodes("vtkMRMLTableNode"))
    table = host.find("followUpTable")._real
    resize(host, 300)
    host.process(0.2)
    lines, measures = lines_of(host), 6
    assert len(lines) == (6 if sides else 3) * measures and {len(line) for line in lines} == {2}
    dates = [value for title, value in lines if title == "\N{BLACK RIGHT-POINTING SMALL TRIANGLE} Date"]
    assert dates[0].startswith("2020-01-01") and dates[-1].startswith("2022-01-01")
    assert lines[measures - 1][0] == "Since previous scan" and lines[2 * measures - 1][1].startswith("grown")
    assert not table.horizontalScrollBar().isVisible() and not table.verticalScrollBar().isVisible()
    assert nodes("vtkMRMLTableNode") == scene_nodes, "the scene's table is as it was"
    view = host.find("followUpTable")
    shown = view.mrmlTableNode()
    table.selectRow(1)
    tables.show(view, next(iter(scene_nodes.values())), mayStack=True)
    assert view.mrmlTableNode() is shown and table.selectedItems(), "what is chosen stays"
    tables.show(view, next(iter(scene_nodes.values())))
    assert len(lines_of(host)[0]) > 2, "other sections' tables scroll"
    tables.show(view, next(iter(scene_nodes.values())), mayStack=True)
    if scale == 1:
        resize(host, 1200)
        host.process(0.2)
        assert lines_of(host)[0][0] == ("2020-01-01, left" if sides else "Volume (ml)") and table.columnCount() == (5 if sides else 3)
        assert table.horizontalHeader().isVisible()
    assert window(host).width() == (1200 if scale == 1 else 300)

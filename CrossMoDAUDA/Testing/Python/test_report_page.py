"""An experiment as a page: whole HTML that loads nothing, the same every time, that tells what is missing."""

from __future__ import annotations

import csv
import json
import re
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from CrossMoDAUDALib.cohort.finding import Case, Cohort
from CrossMoDAUDALib.commands import cli
from CrossMoDAUDALib.experiment.events import EventLog, read_events
from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.experiment.markers import write_marker
from CrossMoDAUDALib.images.volumes import read_label_map
from CrossMoDAUDALib.method import report_page, report_pictures, report_renewal
from CrossMoDAUDALib.method.report import write_report
from CrossMoDAUDALib.method.report_facts import Facts
from CrossMoDAUDALib.places.naming import Names

VOID = {"meta", "img", "br", "link", "input", "hr", "path", "use", "stop"}
SECTIONS = [
    *("Warnings", "Scores", "Cases, worst first", "Cohort", "Translations, before and after"),
    *("Which iteration to trust, without labels", "Training curves", "What was left out"),
    *("Settings", "Time", "Versions", "How to cite"),
]


class Page(HTMLParser):
    """A page as a browser takes it, and whether its tags are closed in the order in which they were opened.

    Attributes:
        tags: every tag with its attributes.
        texts: what is read, by the heading of its section.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self._open: list[str] = []
        self._section = ""
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "h2":
            self._section = data
        self.texts[self._section] = self.texts.get(self._section, "") + data + " "

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [found for name, found in self.tags if name == tag]


def page_of(folder: Path) -> Page:
    return Page(report_page.write_page(Experiment.load(folder)).read_text(encoding="utf-8"))


@pytest.fixture
def copied(tiny_experiment: Path, tmp_path: Path) -> Path:
    """A copy of the tiny experiment, without what is large and not shown."""
    folder = tmp_path / "a copy ü"
    shutil.copytree(
        tiny_experiment, folder, ignore=shutil.ignore_patterns("preprocessed", "Dataset00*_*Training", "*.pt", "*.pth", "imagesTr")
    )
    return folder


def change(folder: Path, function: Callable[[dict[str, Any]], None]) -> None:
    """Change what an experiment has recorded."""
    path = folder / "experiment.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    function(record)
    path.write_text(json.dumps(record), encoding="utf-8")


def test_a_run_leaves_a_whole_page_that_loads_nothing(tiny_experiment: Path) -> None:
    text = (tiny_experiment / "report.html").read_text(encoding="utf-8")
    page = Page(text)
    assert list(page.texts)[1:] == SECTIONS
    assert not {"script", "iframe", "object", "embed", "link", "base", "form"} & {tag for tag, _ in page.tags}
    for _, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")]
        for name in ("src", "href", "xlink:href", "srcset", "data", "poster"):
            assert (attributes.get(name) or "#").startswith(("#", "data:image/jpeg;base64,"))
    assert not re.search(r"https?:|@import|url\((?!#)", text)
    anchors = {found["id"] for _, found in page.tags if "id" in found}
    links = [found["href"] for found in page.attributes("a")]
    assert len(links) == len(SECTIONS) and all(link and link[1:] in anchors for link in links)
    assert "Not for clinical use." in text and len(text) < 3_000_000


def test_it_can_be_read_without_seeing_it(tiny_experiment: Path) -> None:
    page = Page((tiny_experiment / "report.html").read_text(encoding="utf-8"))
    pictures = page.attributes("img")
    assert len(pictures) == 2 * 4 + 2, "two translated cases, one scored case whose structures nearly fill the slice"
    assert all("crossmoda2022_syn_" in (found["alt"] or "") and "slice" in (found["alt"] or "") for found in pictures)
    assert all(found.get("aria-label") for found in page.attributes("svg")) and len(page.attributes("svg")) == 5
    assert all(found.get("scope") in ("col", "row") for found in page.attributes("th"))
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1 and all(after - before <= 1 for before, after in pairwise(levels))
    assert {found.get("lang") for found in page.attributes("html")} == {"en"}


def test_the_same_folder_gives_the_same_page_wherever_it_lies(tiny_experiment: Path, copied: Path) -> None:
    pages = []
    for folder in (tiny_experiment, copied, copied):
        report_pictures._KEPT.clear()
        pages.append(report_page.write_page(Experiment.load(folder)).read_bytes())
    assert pages[0] == pages[1] == pages[2]


def test_every_number_is_the_tables(tiny_experiment: Path) -> None:
    page = Page((tiny_experiment / "report.html").read_text(encoding="utf-8"))
    with (tiny_experiment / "evaluation" / "table.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            assert f"{float(row['dice_mean']):.3f}" in page.texts["Scores"] and row["method"] in page.texts["Scores"]
    with (tiny_experiment / "evaluation" / "per_case.csv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            if line["method"] == "iteration 1":
                assert f"{float(line['dice']):.3f}" in page.texts["Cases, worst first"]
                assert f"{float(line['volume_ml']):.2f} / {float(line['reference_ml']):.2f}" in page.texts["Cases, worst first"]
    versions = json.loads((tiny_experiment / "experiment.json").read_text(encoding="utf-8"))["versions"]
    assert all(f"{name} {version}" in page.texts["Versions"] for name, version in versions.items())
    assert "translation.image_size 32 64" in page.texts["Settings"] and "Zhu" in page.texts["How to cite"]


def renamed(folder: Path, names: dict[str, str]) -> None:
    """Give cases other names, in all files and in the files' names."""
    for path in sorted(folder.rglob("*"), reverse=True):
        new = path.name
        for old, name in names.items():
            new = new.replace(old, name)
        if new != path.name:
            path = path.rename(path.with_name(new))
        if path.suffix in (".json", ".jsonl", ".csv"):
            text = path.read_text(encoding="utf-8")
            for old, name in names.items():
                in_json = json.dumps(name, ensure_ascii=False)[1:-1]
                quoted = '"{}"'.format(name.replace('"', '""'))
                text = text.replace(old, quoted) if path.suffix == ".csv" else text.replace(f'"{old}"', f'"{in_json}"')
            path.write_text(text, encoding="utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="such names cannot be given there")
def test_names_of_files_are_no_html(copied: Path) -> None:
    names = {
        "crossmoda2022_syn_1": "<img src=x onerror=alert(1)>",
        "crossmoda2022_syn_2": "\"'><b>Müller & Söhne<b",
        "crossmoda2022_syn_5": "<!-- & ]]> {x} **bold** 日本",
    }
    renamed(copied, names)
    page = page_of(copied)
    for name in names.values():
        assert any(name in text for text in page.texts.values()), name
    assert not [found for found in page.attributes("img") if found.get("src") == "x" or "onerror" in found]
    alts = [found["alt"] or "" for found in page.attributes("img")]
    assert {name for name in names.values() if any(alt.startswith(name) for alt in alts)} == set(names.values())


def test_an_experiment_that_has_just_begun_says_what_is_missing(started: Experiment) -> None:
    page = page_of(started.folder)
    assert page.texts["Scores"].strip().endswith("there are no evaluation cases with reference labels.")
    assert "No target scan has been segmented yet." in page.texts["Cases, worst first"]
    assert "No source scan has been translated yet." in page.texts["Translations, before and after"]
    assert "No segmenter has been trained yet." in page.texts["Training curves"]
    assert re.search(r"\d+ stages are still to do .*Translation: train", page.texts["Warnings"])
    assert "2 (2 cannot be read now)" in page.texts["Cohort"], "the scans of this fixture are no scans"
    assert not page.attributes("img")


def test_without_references_the_results_that_look_odd_come_first(copied: Path) -> None:
    change(copied, lambda record: record["cohort"].update(evaluation=[]))
    shutil.rmtree(copied / "evaluation")
    page = page_of(copied)
    text = page.texts["Cases, worst first"]
    assert "Results of iteration 1 on the target scans, without labels to score them by" in text
    experiment = Experiment.load(copied)
    found = report_pictures.oddities(Facts(experiment), "iteration_1")
    first = max(experiment.cohort.target, key=lambda case: len(found[case.id])).id
    assert found[first] and text.index(first) == min(text.index(case.id) for case in experiment.cohort.target)
    assert found[first][0].message in text
    assert sum(any(case.id in (each["alt"] or "") for case in experiment.cohort.target) for each in page.attributes("img")) >= 2 * 2


@pytest.mark.parametrize(
    ("file", "section"),
    [
        ("pseudo_target/contrast.json", "Translations, before and after"),
        ("evaluation/per_case.csv", "Scores"),
        ("translation/losses.csv", "Training curves"),
        ("iteration_0/trained_on.json", "Cohort"),
    ],
)
def test_a_damaged_file_spoils_its_part_alone(copied: Path, file: str, section: str) -> None:
    (copied / file).write_text("method\n{", encoding="utf-8")
    page = page_of(copied)
    assert list(page.texts)[1:] == SECTIONS and "nnunetv2" in page.texts["Versions"]
    assert "This part could not be made." in page.texts[section] and Path(file).name in page.texts[section]
    assert str(copied.parent) not in str(page.texts)


def test_scans_that_are_gone_leave_the_tables(copied: Path, tiny_cohort: Path, tmp_path: Path) -> None:
    gone = str(tmp_path / "nowhere")
    change(
        copied,
        lambda record: record.update(cohort=json.loads(json.dumps(record["cohort"]).replace(json.dumps(str(tiny_cohort))[1:-1], gone))),
    )
    page = page_of(copied)
    assert not page.attributes("img") and "There is no picture" in page.texts["Cases, worst first"]
    assert "cannot be read now" in page.texts["Cohort"] and gone not in str(page.texts) and str(tmp_path) not in str(page.texts)
    assert "0.0" in page.texts["Scores"]


def test_without_pillow_and_matplotlib_the_page_says_so(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report_pictures._KEPT.clear()
    for name in ("PIL", "matplotlib", "matplotlib.figure"):
        monkeypatch.setitem(sys.modules, name, None)
    page = page_of(copied)
    assert list(page.texts)[1:] == SECTIONS
    assert "matplotlib, which is not installed" in page.texts["Training curves"]
    assert "pillow, which is not installed" in page.texts["Cases, worst first"]


def test_of_many_cases_the_worst_have_pictures_and_the_rest_the_table(copied: Path) -> None:
    scores = list(csv.DictReader((copied / "evaluation" / "per_case.csv").open(encoding="utf-8", newline="")))
    (case,) = Experiment.load(copied).cohort.evaluation
    many = [f"case {number:02d}" for number in range(30)]

    def rename(record: dict[str, Any]) -> None:
        record["cohort"]["evaluation"] = [{**record["cohort"]["evaluation"][0], "id": name} for name in many]

    change(copied, rename)
    with (copied / "evaluation" / "per_case.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, scores[0])
        writer.writeheader()
        for line in scores:
            for number, name in enumerate(many):  # the last is the worst
                writer.writerow({**line, "case": name, "dice": 0.9 - number / 100})
    for training in ("iteration_0", "iteration_1", "source_only"):
        for name in many:
            shutil.copy(copied / training / "evaluation" / f"{case.id}.nii.gz", copied / training / "evaluation" / f"{name}.nii.gz")
    page = page_of(copied)
    alts = [(found["alt"] or "").partition(":")[0] for found in page.attributes("img")]
    shown = list(dict.fromkeys(alt for alt in alts if alt.startswith("case ")))
    assert shown == many[: -1 - report_pictures.CASES : -1]
    table = page.texts["Cases, worst first"].partition("All cases")[2]
    assert re.findall(r"case \d\d", table) == many[::-1]
    assert f"The {report_pictures.CASES} worst of 30 have pictures" in page.texts["Cases, worst first"]


def test_what_references_lack_is_said_where_the_scores_stand(copied: Path) -> None:
    path = copied / "evaluation" / "per_case.csv"
    lines = list(csv.DictReader(path.open(encoding="utf-8", newline="")))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, lines[0])
        writer.writeheader()
        for line in lines:
            writer.writerows([line, {**line, "case": "another", "reference_ml": 0.0 if line["structure"] == "Cochlea" else 1.0}])
    write_report(Experiment.load(copied))
    said = [page_of(copied).texts["Scores"], (copied / "report.md").read_text(encoding="utf-8")]
    assert [text.count("In 1 of 2 references, Cochlea is missing") for text in said] == [1, 1]


@pytest.mark.parametrize(("floor", "evidence", "said"), [(1, 0, (True, False)), (0, 0, (True, True)), (0, 1, (False, True))])
def test_what_was_not_measured_is_said_with_how_to_measure_it(copied: Path, floor: int, evidence: int, said: tuple[bool, bool]) -> None:
    values = {"source_only": bool(floor), "evidence": bool(evidence)}
    change(copied, lambda record: record["settings"]["evaluation"].update(values))
    path = copied / "evaluation" / "per_case.csv"
    rows = [row for row in path.read_text(encoding="utf-8").splitlines() if floor or not row.startswith("source only")]
    path.write_text("\n".join(rows), encoding="utf-8")
    write_report(Experiment.load(copied))
    told = "Which iteration to trust, and whether to trust none, is not measured. The command `crossmoda-uda trust EXPERIMENT -o FOLDER`"
    unknown = "Whether adapting beats doing nothing is not known: there is no row of source only."
    report, page = (copied / "report.md").read_text(encoding="utf-8"), page_of(copied)
    assert (told in report, unknown in report) == said
    trust = page.texts.get("Which iteration to trust, without labels", "")
    assert (" ".join(told.replace("`", " ").split()) in " ".join(trust.split()), unknown in page.texts["Scores"]) == said


def test_no_path_of_this_machine_is_in_it(copied: Path, tiny_cohort: Path) -> None:
    log = EventLog(copied / "events.jsonl")
    scan = Experiment.load(copied).cohort.source[0].image
    log.write("warning", message=f"{scan} looks odd; {copied / 'iteration_0' / 'x.json'} is gone.")
    log.write("error", message=f"{tiny_cohort} cannot be read.")
    log.write("run", state="failed")
    page = page_of(copied)
    assert f"{scan.name} looks odd; iteration_0" in page.texts["Warnings"]
    assert f"The last run failed: {tiny_cohort.name} cannot be read." in page.texts["Warnings"]
    text = (copied / "report.html").read_text(encoding="utf-8")
    for path in (copied, copied.parent, tiny_cohort, tiny_cohort.parent, Path.home()):
        assert len(path.parts) < 2 or str(path) not in text


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("{scans}/a.nii is odd", "a.nii is odd"),
        ("the folder {scans}: nothing", "the folder scans ü: nothing"),
        ("({folder}/stages/x.json) and {scans}/b", "(stages/x.json) and b"),
        ("1/2 of the voxels, and/or none", "1/2 of the voxels, and/or none"),
    ],
)
def test_paths_are_shortened(started: Experiment, cohort: Cohort, said: str, expected: str) -> None:
    scans = cohort.source[0].image.parent
    assert Facts(started).without_paths(said.format(scans=scans, folder=started.folder)) == expected


def test_what_comes_back_from_a_place_stays_html(copied: Path) -> None:
    """Elsewhere scans have numbers for names; the names of here are put into the page, whatever they are."""
    cohort = Experiment.load(copied).cohort
    renamed(copied, {"crossmoda2022_syn_1": "scan_s0001", "crossmoda2022_syn_5": "scan_t0003"})
    report_page.write_page(Experiment.load(copied))
    odd = {domain: tuple(replace(case, id=f"<b>{case.id} & co") for case in cases) for domain, cases in cohort.domains().items()}
    restored = Names(Cohort(**odd), copied, "/there/experiment").restored_file("report.html", (copied / "report.html").read_bytes())
    page = Page(restored.decode("utf-8"))
    assert "<b>crossmoda2022_syn_1 & co" in page.texts["Translations, before and after"]
    assert "<b>crossmoda2022_syn_5 & co" in page.texts["Cases, worst first"] and "scan_s0001" not in str(page.texts)


# When it is made ---------------------------------------------------------------------------------------------------------------


def test_the_page_is_renewed_when_a_stage_was_finished_and_not_else(copied: Path) -> None:
    experiment, page = Experiment.load(copied), copied / "report.html"
    page.unlink()
    report_renewal.finish(experiment)
    made = page.stat().st_mtime_ns, page.stat().st_ino
    report_renewal.finish(experiment)
    assert (page.stat().st_mtime_ns, page.stat().st_ino) == made, "it tells of all stages"
    write_marker(copied, "iteration_1/evaluate", [copied / "evaluation" / "table.csv"], seconds=1)
    report_renewal.renew(experiment)
    assert (page.stat().st_mtime_ns, page.stat().st_ino) == made, "not yet a minute old"
    report_renewal.finish(experiment)
    assert (page.stat().st_mtime_ns, page.stat().st_ino) != made


def test_what_is_wrong_with_the_page_does_not_fail_the_run(started: Experiment, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> str:
        raise RuntimeError("a slip of ours")

    monkeypatch.setattr(report_page, "_page", broken)
    report_renewal.finish(started)
    told = [event["message"] for event in read_events(started.folder / "events.jsonl")[0] if event["kind"] == "warning"]
    assert len(told) == 1 and told[0].startswith("report.html could not be made") and "a slip of ours" in told[0]
    assert not (started.folder / "report.html").exists()


def test_the_command_makes_it_anew_and_nothing_else(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copied / "report.html").write_text("old", encoding="utf-8")
    before = {path: path.stat().st_mtime_ns for path in copied.rglob("*") if path.is_file() and path.name != "report.html"}
    began = time.monotonic()
    assert cli.main(["report", str(copied)]) == 0
    assert time.monotonic() - began < 30
    assert str(copied / "report.html") in capsys.readouterr().out
    assert (copied / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert {path: path.stat().st_mtime_ns for path in copied.rglob("*") if path.is_file() and path.name != "report.html"} == before


def test_the_command_refuses_what_is_no_experiment(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["report", str(tmp_path)]) == 2
    assert "is not an experiment folder" in capsys.readouterr().err and list(tmp_path.iterdir()) == []


def test_results_on_a_turned_grid_are_drawn_as_others(copied: Path) -> None:
    """The case's picture, from the facts as the page takes them, shows the slice with the most of the reference."""
    facts = Facts(Experiment.load(copied))
    case: Case = facts.cohort.evaluation[0]
    (shown,) = report_pictures.results(facts, "evaluation", "iteration_1", [case])
    assert case.label is not None
    areas = (read_label_map(case.label).array == 1).sum(axis=(1, 2))
    number = int(re.findall(r"slice (\d+) of", shown.pictures[0].about)[0])
    assert areas[number - 1] > 0 and shown.problem == ""

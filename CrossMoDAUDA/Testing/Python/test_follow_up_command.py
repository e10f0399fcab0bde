"""The command ``follow-up``: inputs, dates and patients as they come, its tables and its page."""

from __future__ import annotations

import csv
import json
import re
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from CrossMoDAUDALib.commands import cli
from CrossMoDAUDALib.images.volumes import Geometry, Volume, read_label_map, write_volume


def write_box(path: Path, width: int, parts: bool = False) -> Path:
    """A label map whose tumour is a box of 4 x 4 x ``width`` voxels of 1 mm."""
    array = np.zeros((12, 14, 30), np.uint8)
    array[2:6, 3:7, 2 : 2 + width] = 1
    if parts:
        array[2:6, 3:7, 4 : 2 + width] = 2
        array[9, 9, 9] = 3
    grid = Geometry((30, 14, 12), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_volume(Volume(array, grid), path)
    return path


def run(*words: object) -> int:
    """The command's exit status."""
    return cli.main(["follow-up", *map(str, words)])


def table(path: Path) -> list[dict[str, str]]:
    """A CSV file's lines."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def bids(tmp_path: Path) -> Path:
    """Two patients, three scans and two, as ``segment`` leaves them."""
    folder = tmp_path / "results ü"
    for subject, sessions in (("07", {"20200101": 8, "20210101": 12, "20220101": 16}), ("08", {"20200301": 10, "20220301": 10})):
        for session, width in sessions.items():
            write_box(folder / f"sub-{subject}_ses-{session}_T2w_Label.nii.gz", width)
    return folder


def test_results_of_two_patients(bids: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(bids, "-o", tmp_path / "out") == 0
    rows = table(tmp_path / "out" / "follow_up.csv")
    assert [(row["patient"], row["date"]) for row in rows] == [
        *(("sub-07", day) for day in ("2020-01-01", "2021-01-01", "2022-01-01")),
        *(("sub-08", day) for day in ("2020-03-01", "2022-03-01")),
    ]
    assert [float(row["volume_ml"]) for row in rows] == pytest.approx([0.128, 0.192, 0.256, 0.16, 0.16])
    assert float(rows[0]["axial_mm"]) == pytest.approx((4**2 + 8**2) ** 0.5, rel=1e-4) and rows[0]["extrameatal_mm"] == ""
    assert [float(row["percent_since_first"]) for row in rows[1:3]] == pytest.approx([50, 100])
    assert float(rows[2]["percent_since_previous"]) == pytest.approx(100 / 3, rel=1e-4) and rows[0]["percent_since_first"] == ""
    assert (rows[2]["verdict_since_first"], rows[4]["verdict_since_first"]) == ("grown", "uncertain")
    growth = {row["patient"]: row for row in table(tmp_path / "out" / "growth.csv")}
    assert (
        float(growth["sub-07"]["axial_mm_a_year"]) > 3
        and growth["sub-08"]["state"] == "unclear"  # its voxels are too large for two years
        and growth["sub-08"]["doubling_years"] == ""
    )
    said = capsys.readouterr().out
    assert "sub-07: Vestibular schwannoma" in said and "extrameatal diameter cannot be told" in said and "Not for clinical use" in said


@pytest.mark.parametrize("ending", [".nii.gz", ".nrrd", ".mha"])
def test_folders_of_patients_and_dates(tmp_path: Path, ending: str) -> None:
    for day, width in (("2020-01-01", 8), ("2020-12-31", 9)):
        write_box(tmp_path / "Ada" / day / f"t2_Label{ending}", width)
    assert run(tmp_path / "Ada", "-o", tmp_path / "out") == 0
    rows = table(tmp_path / "out" / "follow_up.csv")
    assert [(row["patient"], row["days"], row["date_from"]) for row in rows] == [
        ("Ada", "0", "the folder 2020-01-01"),
        ("Ada", "365", "the folder 2020-12-31"),
    ]


@pytest.mark.parametrize(
    "name",
    [
        "derivatives/manual/sub-07/ses-{day}/anat/sub-07_ses-{day}_space-orig_dseg.nii.gz",
        "sub-07_ses-{day}_T2w_dseg.nrrd",
        "sub-07/ses-{day}/anat/sub-07_ses-{day}_DSEG.mha",
    ],
)
def test_label_maps_as_bids_derivatives_name_them(tmp_path: Path, name: str) -> None:
    for day, width in (("20200101", 8), ("20210101", 12)):
        write_box(tmp_path / "data" / name.format(day=day), width)
        write_box(tmp_path / "data" / name.format(day=day).replace("dseg", "probseg").replace("DSEG", "probseg"), 3)
    assert run(tmp_path / "data", "-o", tmp_path / "out") == 0
    rows = table(tmp_path / "out" / "follow_up.csv")
    assert [(row["patient"], row["date"]) for row in rows] == [("sub-07", "2020-01-01"), ("sub-07", "2021-01-01")]
    assert [float(row["volume_ml"]) for row in rows] == pytest.approx([0.128, 0.192])


@pytest.mark.parametrize("given", ["VS:1+2,Cochlea:3", "Tumour:2+1,Cochlea:3", "VS:1+2+3"])
def test_several_values_are_one_tumour(tmp_path: Path, given: str) -> None:
    for day, width in (("2020-01-01", 8), ("2020-12-31", 9)):
        write_box(tmp_path / "Ada" / day / "t2_Label.nii.gz", width, parts=True)
    assert run(tmp_path / "Ada", "-o", tmp_path / "out", "--set", f"labels={given}") == 0
    more = 0.001 if "+3" in given else 0
    assert [float(row["volume_ml"]) for row in table(tmp_path / "out" / "follow_up.csv")] == pytest.approx([0.128 + more, 0.144 + more])


@pytest.mark.parametrize("comma", [",", ";"])
def test_a_table_names_patients_dates_and_files(tmp_path: Path, comma: str) -> None:
    for name, width in (("a", 8), ("b", 8), ("c", 9)):
        write_box(tmp_path / "maps" / f"{name}.nii.gz", width)
    lines = [
        "patient,date,file",
        "Ada,2021-05-01,maps/b.nii.gz",
        "Ada,20200501,maps/a.nii.gz",
        f"Bo,2020-05-01,{tmp_path / 'maps' / 'c.nii.gz'}",
    ]
    (tmp_path / "scans.csv").write_text("\ufeff" + "\n".join(lines).replace(",", comma), encoding="utf-8")
    assert run(tmp_path / "scans.csv", "-o", tmp_path / "out") == 0
    rows = table(tmp_path / "out" / "follow_up.csv")
    assert [(row["patient"], row["date"], Path(row["file"]).name) for row in rows] == [
        ("Ada", "2020-05-01", "a.nii.gz"),
        ("Ada", "2021-05-01", "b.nii.gz"),
        ("Bo", "2020-05-01", "c.nii.gz"),
    ]


def test_dates_and_the_patient_are_given_by_hand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = write_box(tmp_path / "first_Label.nii.gz", 8), write_box(tmp_path / "second_Label.nii.gz", 8)
    assert run(first, second, "-o", tmp_path / "out") == 2
    said = capsys.readouterr().err
    assert all(f"{path}: nothing tells when" in said and f"as --date {path.name}=2024-03-01" in said for path in (first, second))
    assert not (tmp_path / "out" / "follow_up.csv").exists()
    dates = ["--date", "first_Label.nii.gz=2024-03-01", "--date", f"{second}=2025-03-01"]
    assert run(first, second, *dates, "-o", tmp_path / "out") == 0
    assert "if they are one patient's, say so by --patient" in capsys.readouterr().err
    assert run(first, second, *dates, "--patient", "Ada", "-o", tmp_path / "out", "--overwrite") == 0
    assert [row["date_from"] for row in table(tmp_path / "out" / "follow_up.csv")] == ["given by hand"] * 2


@pytest.mark.parametrize("name", ["scan_Label.nii.gz", "T2.seg.nrrd", "a b_Label.nrrd"])
def test_the_advice_on_dates_works_where_files_have_one_name(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    files = [write_box(tmp_path / visit / name.replace(".seg", "_Label"), 8) for visit in ("first visit", "second")]
    assert run(*files, "--patient", "Ada", "-o", tmp_path / "out") == 2
    advised = re.findall(r"as --date (.*)=2024-03-01", capsys.readouterr().err)
    assert advised == list(map(str, files))
    dates = [word for day, file in enumerate(advised, 1) for word in ("--date", f"{file}=2024-03-0{day}")]
    assert run(*files, "--patient", "Ada", *dates, "-o", tmp_path / "out") == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--date", "a.nii.gz=2020-02-30"], "is no day of the calendar"),
        (["--date", "a.nii.gz=01.02.2020"], "is no date; write it as 2024-03-01"),
        (["--date", "a.nii.gz=2999-01-01"], "is in the future"),
        (["--date", "2020-01-01"], "names no file"),
        (["--date", "a.nii.gz="], "names no date; write it as --date FILE=2024-03-01"),
        (["--date", "a.nii.gz=  "], "names no date; write it as --date FILE=2024-03-01"),
        (["--date", "c.nii.gz=2020-01-01"], "names none of the label maps"),
        (["--date", "a.nii.gz=2021-01-01"], "Ada has two scans of 2021-01-01"),
        (["--date", "a.nii.gz=2020-01-01", "--set", "device=cpu"], "does not matter to follow-up"),
        (["--date", "a.nii.gz=2020-01-01", "--structure", "Brain"], "is none of the structures"),
        (["--date", "a.nii.gz=2020-01-01", "--set", "labels=Liver:1,Spleen:2"], "None of Liver, Spleen is known to be a tumour"),
    ],
)
def test_what_cannot_be_followed_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str) -> None:
    maps = [write_box(tmp_path / "a.nii.gz", 8), write_box(tmp_path / "b.nii.gz", 8)]
    assert run(*maps, "--date", "b.nii.gz=2021-01-01", "--patient", "Ada", "-o", tmp_path / "out", *words) == 2
    assert said in capsys.readouterr().err and not list((tmp_path / "out").glob("*.csv"))


def test_patients_are_never_mixed(bids: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(bids, "--patient", "Ada", "-o", tmp_path / "out") == 2
    assert "Ada: the files are of sub-07 and sub-08; follow one patient at a time" in capsys.readouterr().err
    for number, name in enumerate("ab"):
        write_box(tmp_path / "maps" / f"x_202{number}-01-01_Label.nii.gz", 8)
        (tmp_path / "maps" / f"x_202{number}-01-01.json").write_text(json.dumps({"PatientID": name}), encoding="utf-8")
    assert run(tmp_path / "maps", "-o", tmp_path / "out") == 2
    assert "x: the files are of a and b" in capsys.readouterr().err


@pytest.mark.parametrize(
    "name", ["sub-01/ses-{}/sub-01_ses-{}_Label.nii.gz", "Ada/{}/t2_Label.nii.gz", "sub-01/anat/sub-01_ses-{}_Label.nii.gz"]
)
def test_two_patients_of_one_name_are_not_taken_for_one(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    for site, day in (("site A", "20200101"), ("site B", "20210101")):
        write_box(tmp_path / site / name.replace("{}", day), 8)
    words = [tmp_path / "site A", tmp_path / "site B", "-o", tmp_path / "out"]
    assert run(*words) == 2
    assert "has two folders" in capsys.readouterr().err
    assert run(*words, "--patient", "Ada") == 0


def test_results_are_replaced_only_when_asked(bids: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "growth.csv").write_text("mine", encoding="utf-8")
    assert run(bids, "-o", tmp_path / "out") == 2
    assert "growth.csv exists already" in capsys.readouterr().err
    assert (tmp_path / "out" / "growth.csv").read_text(encoding="utf-8") == "mine" and len(list((tmp_path / "out").iterdir())) == 1
    assert run(bids, "-o", tmp_path / "out", "--overwrite") == 0


def test_labels_of_2023_give_the_extrameatal_diameter(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for day, width in (("2020-01-01", 8), ("2022-01-01", 12)):
        write_box(tmp_path / "maps" / f"Ada_{day}_Label.nii.gz", width, parts=True)
    assert run(tmp_path / "maps", "-o", tmp_path / "out") == 2
    assert "crossMoDA 2023's are --set labels=Intrameatal:1,Extrameatal:2,Cochlea:3" in capsys.readouterr().err
    assert run(tmp_path / "maps", "-o", tmp_path / "out", "--set", "labels=Intrameatal:1,Extrameatal:2,Cochlea:3") == 0
    rows = table(tmp_path / "out" / "follow_up.csv")
    assert [float(row["extrameatal_mm"]) for row in rows] == pytest.approx([(4**2 + 6**2) ** 0.5, (4**2 + 10**2) ** 0.5], rel=1e-4)
    assert [float(row["volume_ml"]) for row in rows] == pytest.approx([0.128, 0.192])
    assert "extrameatal diameter +" in rows[1]["reasons_since_first"]


def test_a_segmentations_file_is_read_by_its_names_and_not_beside_its_label_map(tmp_path: Path) -> None:
    from CrossMoDAUDALib.slicer_nodes import mrml

    for day, width in (("2020-01-01", 8), ("2022-01-01", 12)):
        label = read_label_map(write_box(tmp_path / f"Ada_{day}_Label.nii.gz", width))
        mrml.write_segmentation_file(label.with_array(label.array * 7), {"Vestibular schwannoma": 7}, tmp_path / f"Ada_{day}.seg.nrrd")
    assert run(tmp_path, "-o", tmp_path / "both") == 0
    assert [Path(row["file"]).name[-13:] for row in table(tmp_path / "both" / "follow_up.csv")] == ["_Label.nii.gz"] * 2
    assert run(*sorted(tmp_path.glob("*.seg.nrrd")), "-o", tmp_path / "out") == 0
    assert [float(row["volume_ml"]) for row in table(tmp_path / "out" / "follow_up.csv")] == pytest.approx([0.128, 0.192])


def test_dates_that_contradict_are_told_where_the_table_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for day, width in (("20200101", 8), ("20220101", 12)):
        write_box(tmp_path / "maps" / f"sub-1_ses-{day}_Label.nii.gz", width)
    sidecar = tmp_path / "maps" / "sub-1_ses-20220101.json"
    sidecar.write_text(json.dumps({"AcquisitionDate": "20220101", "StudyDate": "20230405"}), encoding="utf-8")
    assert run(tmp_path / "maps", "-o", tmp_path / "out") == 0
    said = f"{sidecar.name} (AcquisitionDate) says 2022-01-01, which counts, and {sidecar.name} (StudyDate) says 2023-04-05"
    first, second = table(tmp_path / "out" / "follow_up.csv")
    assert said in second["notes"] and "contradict" not in first["notes"]
    assert said in capsys.readouterr().out and said in (tmp_path / "out" / "follow_up.html").read_text(encoding="utf-8")
    by_hand = ["--date", "sub-1_ses-20220101_Label.nii.gz=2023-04-05"]
    assert run(tmp_path / "maps", *by_hand, "-o", tmp_path / "out", "--overwrite") == 0
    assert [row["notes"] for row in table(tmp_path / "out" / "follow_up.csv")] == ["", ""]


def test_each_side_is_followed_by_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for day, left, right in (("2020-01-01", 6, 4), ("2021-01-01", 8, 4), ("2022-01-01", 9, 0)):
        array = np.zeros((12, 14, 60), np.uint8)
        array[1 : 1 + left, 2 : 2 + left, 40 : 40 + left] = 1
        array[1 : 1 + right, 2 : 2 + right, 10 : 10 + right] = 1
        grid = Geometry((60, 14, 12), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0))
        write_volume(Volume(array, grid), tmp_path / f"Ada_{day}_Label.nii.gz")
    write_box(tmp_path / "Bo_2020-01-01_Label.nii.gz", 8)
    assert run(tmp_path, "-o", tmp_path / "out") == 0
    rows = table(tmp_path / "out" / "follow_up.csv")
    assert [(row["patient"], row["side"]) for row in rows] == [("Ada", "left")] * 3 + [("Ada", "right")] * 3 + [("Bo", "")]
    assert [float(row["volume_ml"]) for row in rows[:6]] == pytest.approx([0.216, 0.512, 0.729, 0.064, 0.064, 0])
    assert [row["verdict_since_first"] for row in rows[:6]] == ["", "grown", "grown", "", "uncertain", "vanished"]
    growth = table(tmp_path / "out" / "growth.csv")
    assert [(row["patient"], row["side"]) for row in growth] == [("Ada", "left"), ("Ada", "right"), ("Bo", "")]
    said, page = capsys.readouterr().out, (tmp_path / "out" / "follow_up.html").read_text(encoding="utf-8")
    assert "Ada, left: Vestibular schwannoma" in said and "not found" in said
    assert "<h2>Ada, right</h2>" in page and "Follow-up of 2 patients" in page and "4 scans" in page


class _Page(HTMLParser):
    """What a page loads, and whether its tags close in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loaded += [value for name, value in attrs if name in ("src", "href", "xlink:href") and value and not value.startswith("#")]
        if tag not in ("meta", "br", "link", "img"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loaded += [value for name, value in attrs if name in ("src", "href", "xlink:href") and value and not value.startswith("#")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_needs_nothing_beside_it(bids: Path, tmp_path: Path) -> None:
    name = "<b>Ada & Co</b>"
    maps = sorted(bids.glob("sub-07*"))
    for number, path in enumerate(maps):
        path.rename(bids / f"{number}.nii.gz")
    dates = [word for number in range(3) for word in ("--date", f"{number}.nii.gz=202{number}-01-01")]
    assert run(*(bids / f"{number}.nii.gz" for number in range(3)), *dates, "--patient", name, "-o", tmp_path / "out") == 0
    text = (tmp_path / "out" / "follow_up.html").read_text(encoding="utf-8")
    page = _Page()
    page.feed(text)
    assert not page.open and not page.loaded and "<script" not in text and name not in text and "&lt;b&gt;Ada &amp; Co&lt;/b&gt;" in text
    assert "@import" not in text and "url(http" not in text and "prefers-color-scheme:dark" in text and "@media print" in text
    (svg,) = re.findall(r"<svg.*?</svg>", text, re.DOTALL)
    drawn = ElementTree.fromstring(svg)
    words = {"".join(element.itertext()).strip() for element in drawn.iter() if element.tag.endswith("}text")}
    assert {"Volume (ml)", "Diameter (mm)", "first scan ± 20 %", "fit"} <= words
    assert "#0072b2" not in svg and "var(--series0)" in svg, "its colours are the page's"
    for said in ("+100", "grown", "not registered", "half a voxel", "Kanzaki"):
        assert said in text


def test_segment_writes_the_networks_doubt_for_it(
    tiny_experiment: Path, tiny_cohort: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scan = sorted(tiny_cohort.rglob("*_hrT2.nii.gz"))[0]
    words = ["segment", str(tiny_experiment), str(scan), "-o", str(tmp_path / "results"), "--device", "cpu", "--uncertainty"]
    assert cli.main(words) == 0
    name = scan.name.removesuffix(".nii.gz")
    file, label = tmp_path / "results" / f"{name}_Uncertainty.json", tmp_path / "results" / f"{name}_Label.nii.gz"
    assert str(file) in capsys.readouterr().out
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))["structures"]
    assert {"1", "2"} <= set(found) and all(low <= high for one in found.values() for low, high in (one["volume_ml"], one["axial_mm"]))
    later = write_box(tmp_path / "later_Label.nii.gz", 8)
    follow = [label, later, "--date", f"{label}=2020-01-01", "--date", f"{later}=2021-01-01", "--patient", "Ada"]
    assert run(*follow, "-o", tmp_path / "out") == 0
    for row in table(tmp_path / "out" / "follow_up.csv"):
        if row["date"] == "2021-01-01":
            assert row["expected_ml"] == ""
        elif float(row["volume_ml"]):  # so small a network may find nothing, or something on both sides
            own = found[f"1 {row['side']}".strip()]
            assert float(row["expected_ml"]) == pytest.approx(own["expected_ml"], rel=1e-4)
            assert float(row["volume_ml_high"]) >= own["volume_ml"][1] * (1 - 1e-5)
    write_box(label, 8)  # somebody has drawn in it
    assert run(*follow, "-o", tmp_path / "out", "--overwrite") == 0
    first = table(tmp_path / "out" / "follow_up.csv")[0]
    assert first["expected_ml"] == "" and "was changed after" in first["notes"]
    file.write_text("{}", encoding="utf-8")
    assert run(*follow, "-o", tmp_path / "out", "--overwrite") == 2
    assert "is damaged; remove it" in capsys.readouterr().err


def test_a_table_may_tell_where_its_dates_are_from_and_remarks(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        write_box(tmp_path / f"{number}.nii.gz", 6 + 2 * number)
    lines = ["patient,date,date_from,file,remarks", "Ada,2020-01-01,DICOM,1.nii.gz,seen twice; blurred", "Ada,2021-01-01,,2.nii.gz,"]
    (tmp_path / "scans.csv").write_text("\n".join([*lines, "Ada,2022-01-01,DICOM,3.nii.gz,"]), encoding="utf-8")
    assert run(tmp_path / "scans.csv", "-o", tmp_path / "out", "--date", "3.nii.gz=2023-01-01") == 0
    rows = table(tmp_path / "out" / "follow_up.csv")
    assert [row["date_from"] for row in rows] == ["DICOM", "given by hand", "given by hand"]
    assert rows[0]["notes"].startswith("seen twice; blurred") and "seen twice" not in rows[1]["notes"]
    page = (tmp_path / "out" / "follow_up.html").read_text(encoding="utf-8")
    assert "2020-01-01: seen twice." in page and "2020-01-01: blurred." in page

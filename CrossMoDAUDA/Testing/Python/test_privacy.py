"""What leaves the machine as a result says nothing of the patient: no DICOM tags, no absolute paths; and nothing calls home."""

from __future__ import annotations

import gzip
import html
import re
import socket
from pathlib import Path

import pytest
import SimpleITK as sitk
from conftest import ROOT
from CrossMoDAUDALib.cohort.finding import Case, Cohort
from CrossMoDAUDALib.commands import cli
from CrossMoDAUDALib.experiment.events import EventLog
from CrossMoDAUDALib.pages.paths import Paths
from CrossMoDAUDALib.study.output import write_results
from CrossMoDAUDALib.study.request import Method, Study

PATIENT, BIRTH = "Doe^Jane", "19700101"


@pytest.fixture(scope="module")
def tagged(tiny_cohort: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scan whose header carries what some converters leave in it."""
    image = sitk.ReadImage(str(next((tiny_cohort / "validation").glob("*_hrT2.nii.gz"))))
    for key, value in (("0010|0010", PATIENT), ("DICOM_0010_0030", BIRTH), ("descrip", PATIENT), ("ITK_FileNotes", PATIENT)):
        image.SetMetaData(key, value)
    path = tmp_path_factory.mktemp("scans") / "scan.nrrd"
    sitk.WriteImage(image, str(path))
    assert PATIENT.encode() in path.read_bytes()
    return path


def content(path: Path) -> bytes:
    data = path.read_bytes()
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


@pytest.mark.parametrize("volume_format", ["nii.gz", "nrrd"])
def test_results_carry_no_tags_and_no_paths(tiny_experiment: Path, tagged: Path, tmp_path: Path, volume_format: str) -> None:
    for command in (["segment", "--measurements", str(tmp_path / "sizes.csv")], ["translate"]):
        name, *options = command
        words = [
            name,
            str(tiny_experiment),
            str(tagged),
            "-o",
            str(tmp_path / name),
            "--device",
            "cpu",
            "--format",
            volume_format,
            *options,
        ]
        assert cli.main(words) == 0
    results = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(results) >= 4
    for path in results:
        for word in (PATIENT, BIRTH, str(tagged.parent), str(tmp_path), str(tiny_experiment)):
            assert word.encode() not in content(path), (path.name, word)


def test_the_tables_and_the_report_hold_no_absolute_paths(tiny_experiment: Path, tiny_cohort: Path) -> None:
    told = [path for path in tiny_experiment.rglob("*") if path.suffix in (".md", ".csv", ".html")]
    assert {"table.md", "table.csv", "per_case.csv", "losses.csv", "report.md", "report.html"} <= {path.name for path in told}
    for path in told:
        text = path.read_text(encoding="utf-8")
        assert str(tiny_cohort) not in text and str(tiny_experiment) not in text and str(Path.home()) not in text, path


def test_a_studys_page_and_tables_hold_no_absolute_paths(cohort: Cohort, tmp_path: Path) -> None:
    folder, source = tmp_path / "study of ü", cohort.source[0].image.parent
    commands = [
        f"crossmoda-uda study --source-images '{place}' -o '{folder}' --method odd=none" for place in (source, f"/mnt/{PATIENT}/ct")
    ]
    ceiling = (Case("c", tmp_path / PATIENT / "mr" / "c.nii.gz", tmp_path / PATIENT / "labels" / "c.nii.gz"),)
    commands += ["crossmoda-uda study -o 'cut short", f"crossmoda-uda study -o x --set trainer=/mnt/{PATIENT}/y --set size=~/{PATIENT}/y"]
    study = Study(folder, "smoke", {}, (Method("odd", "none"),), (0,), cohort, ceiling, commands=tuple(commands))
    folder.mkdir()
    study.save()
    for part, path in zip(study.parts(), (cohort.target[0].image, folder / "experiments", ceiling[0].label), strict=True):
        EventLog(folder / "events.jsonl").write("stage", stage=part.name, state="failed", message=f"{path} is gone, as {Path.home()}/x is.")
    write_results(study)
    told = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir() if path.suffix in (".md", ".csv", ".html")}
    assert told.keys() == {"table.md", "table.csv", "per_case.csv", "study.html"}
    for name, text in told.items():
        assert not [path for path in (tmp_path, source, Path.home(), f"{PATIENT}") if html.escape(str(path)) in text], name
    assert "study --source-images ct -o" in told["study.html"] and "odd, seed 0 failed:** experiments is gone, as x is." in told["table.md"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("/mnt/remote/jane/x failed", "x failed"),
        ("file:///data/Doe Jane/ct/a: gone", "a: gone"),
        ("/data-2/secret/x", "x"),
        ("/data/another patient/x", "x"),
        ("'/mnt/Doe, Jane/y 1/x.nii' and /home/o/z", "'x.nii' and z"),
        (r"c:\users\JANE\x, C:/Users/jane/y", "x, y"),
        (r"\\host\share\x and ~jane/y", "x and y"),
        ("/mnt/jane/ is full", "jane is full"),
        ("/data/Doe Jane is gone, /data too.", "Doe Jane is gone, data too."),
        ("(a + b)/2 and/or mm/s, https://pytorch.org/get/x, ../a/b", "(a + b)/2 and/or mm/s, https://pytorch.org/get/x, ../a/b"),
    ],
)
def test_only_last_names_are_left_of_paths_known_or_not(text: str, told: str) -> None:
    assert Paths([Path("/data/Doe Jane/scan.nii.gz")], []).without(text) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("/s/S/experiments/cut/seed_0/a.nii is gone", "experiments/cut/seed_0/a.nii is gone"),
        ("/s/S/a,/home/jane/b", "a,b"),
        ("/s/S/x=/home/jane/y", "x=y"),
        ("/s/S/x=~/jane/y, /s/S/x=~jane/y", "x=y, x=y"),
        (r"/s/S/x=\\host\jane\y", "x=y"),
        ("/s/S/x(/home/jane/y) and /s/S/a+/home/jane/z", "x(y) and a+z"),
        ("/s/S/a,b/c=d/e and /s/S/a (2)/b-/c./d", "a,b/c=d/e and a (2)/b-/c./d"),
    ],
)
def test_a_path_behind_one_of_the_studys_own_keeps_no_folders(text: str, told: str) -> None:
    assert Paths([], [Path("/s/S")]).without(text) == told


def test_nothing_in_the_library_opens_a_connection() -> None:
    """The installer of packages runs pip, after asking; nothing else has a reason to know the network."""
    words = re.compile(r"^\s*(?:import|from)\s+(?:socket|ssl|http|urllib\.request|requests|ftplib|smtplib|httpx)\b", re.MULTILINE)
    found = {
        path.name for path in (ROOT / "CrossMoDAUDA").rglob("*.py") if "Testing" not in path.parts and words.search(path.read_text("utf-8"))
    }
    assert found == {"lock.py", "this_computer.py", "nodes.py", "lending.py", "unfinished.py"}, (
        "which ask for this machine's name, or join nodes"
    )


def test_a_run_works_without_a_network(tiny_experiment: Path, tagged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert cli.main(["segment", str(tiny_experiment), str(tagged), "-o", str(tmp_path / "out"), "--device", "cpu"]) == 0

"""The user's places: what is kept of them, what cannot be one, and how scans are called there."""

from __future__ import annotations

import csv
import json
import re
import zlib
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from CrossMoDAUDALib.cohort.finding import Case, Cohort
from CrossMoDAUDALib.commands import cli
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.experiment.events import EventLog, read_events
from CrossMoDAUDALib.images.fingerprint import scan_sha256
from CrossMoDAUDALib.images.volumes import read_volume
from CrossMoDAUDALib.places import slurm
from CrossMoDAUDALib.places.fetching import Copy
from CrossMoDAUDALib.places.known import FILE_VARIABLE, KnownPlace, Slurm, add_place, known_place, known_places, remove_place
from CrossMoDAUDALib.places.naming import Names
from CrossMoDAUDALib.places.sending import as_one_file

THERE = "/home/u/crossmoda-uda/experiments/0123456789ab"


@pytest.fixture(autouse=True)
def places_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "configuration ü" / "places.toml"
    monkeypatch.setenv(FILE_VARIABLE, str(path))
    return path


def test_a_place_is_kept_as_it_was_given(places_file: Path) -> None:
    plain = KnownPlace("gpu", "me@gpu.example.org")
    cluster = KnownPlace(
        "cluster-2",
        "login",
        'my "work" \\ ü',
        "/opt/py thon",
        "~/other config",
        Slurm("gpu", "a1", 2, 3, "1-00:00:00", ("--mem=8G", '--comment="a"')),
    )
    assert known_places() == {}
    add_place(plain)
    add_place(cluster)
    assert known_places() == {"gpu": plain, "cluster-2": cluster}
    with pytest.raises(InputError, match="'gpu' already"):
        add_place(plain)
    add_place(KnownPlace("gpu", "other"), overwrite=True)
    remove_place("cluster-2")
    assert known_places() == {"gpu": KnownPlace("gpu", "other")}
    with pytest.raises(InputError, match="'cluster-2' is no place where a worker can run; known are gpu"):
        known_place("cluster-2")
    assert "password" not in places_file.read_text().lower().replace("no passwords", "")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-x", "--ssh", "h"], "NAME"),
        (["this computer", "--ssh", "h"], "'this computer' cannot name a place"),
        (["a b", "--ssh", "h"], "'a b' cannot name a place"),
        (["a", "--ssh", "-oProxyCommand=touch ran"], "--ssh"),
        (["a", "--ssh=-oProxyCommand=touch"], "'-oProxyCommand=touch' is no host"),
        (["a", "--ssh", "u@-oX"], "is no host"),
        (["a", "--ssh", "h:22"], "port, key and jump host belong into"),
        (["a", "--ssh", "h h"], "is no host"),
        (["a", "--ssh", "h", "--folder", "/"], "--folder must name a folder of its own"),
        (["a", "--ssh", "h", "--folder", "a\nb"], "--folder 'a\\\\nb' holds control characters"),
        (["a", "--ssh", "h", "--gpus", "2"], "--gpus is for clusters; give --slurm too"),
        (["a", "--ssh", "h", "--slurm", "--partition", "-p x"], "--partition"),
        (["a", "--ssh", "h", "--slurm", "--partition=a b"], "--partition 'a b' is no name of Slurm's"),
        (["a", "--ssh", "h", "--slurm", "--time", "tomorrow"], "--time 'tomorrow' is no time limit"),
        (["a", "--ssh", "h", "--slurm", "--nodes", "0"], "--nodes 1 or more"),
        (["a", "--ssh", "h", "--slurm", "--extra", "x"], "--extra 'x' is no option of sbatch's"),
    ],
)
def test_what_cannot_be_a_place_is_refused(words: list[str], said: str, capsys: pytest.CaptureFixture[str], places_file: Path) -> None:
    assert cli.main(["place", "add", *words]) == 2
    error = capsys.readouterr().err
    assert re.search(said.replace("(", r"\("), error), error
    assert not places_file.exists()


@pytest.mark.parametrize(
    "text", ["[", "[a]\nssh = 5", "[a]\nhost = 'x'", "[a]\nssh = 'h'\n[a.slurm]\ngpus = 'two'", "a = 1", "[a]\nssh = '-x'", "\x80"]
)
def test_a_damaged_file_is_named(text: str, places_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    places_file.parent.mkdir()
    places_file.write_text(text, encoding="latin-1")
    for words in (["place", "list"], ["place", "add", "b", "--ssh", "h"]):
        assert cli.main(words) == 2
        assert str(places_file) in capsys.readouterr().err
    assert places_file.read_text(encoding="latin-1") == text, "it is not overwritten"


def test_names_come_back_in_every_format(tmp_path: Path) -> None:
    odd = 'O\'Neil, "J" <i> \\ ü'
    source = Case(odd, tmp_path / f"{odd}_ceT1.nii.gz", tmp_path / f"{odd}_Label.seg.nrrd")
    both = Case("t", tmp_path / "t_hrT2.nrrd", None)
    scored = Case("t", both.image, tmp_path / "t_Label.mhd")
    names = Names(Cohort((source,), (both,), (scored,)), tmp_path / "E", THERE)
    assert sorted(names.scans) == [
        "evaluation/scan_t0001_hrT2.nrrd",
        "evaluation_labels/scan_t0001_Label.mha",
        "source/scan_s0001_ceT1.nii.gz",
        "source_labels/scan_s0001_Label.seg.nrrd",
        "target/scan_t0001_hrT2.nrrd",
    ], "a scan that is trained on and scored is one case there, too"
    text = f"{THERE}/.scans/source/scan_s0001_ceT1.nii.gz is gone; see {THERE}/worker.log, scan_s0001, scan_s00011, xscan_s0001."
    plain = f"{source.image} is gone; see {tmp_path / 'E'}/worker-there.log, {odd}, scan_s00011, xscan_s0001."
    assert names.restored(text) == plain
    as_json = names.restored_file("a/b.json", json.dumps({"message": text}).encode())
    assert json.loads(as_json) == {"message": plain}
    rows = list(csv.reader(names.restored_file("c.csv", b"case,dsc\nscan_s0001,0.5\n").decode().splitlines(keepends=True)))
    assert rows == [["case", "dsc"], [odd, "0.5"]]
    assert b"O&#x27;Neil, &quot;J&quot; &lt;i&gt;" in names.restored_file("d.html", b"<td>scan_s0001</td>")
    assert names.restored_file("e.nii.gz", b"scan_s0001 \xff") == b"scan_s0001 \xff"
    assert names.restored_name("iteration_0/evaluation/scan_t0001.nii.gz") == "iteration_0/evaluation/t.nii.gz"


@pytest.mark.parametrize("ending", [".mhd", ".nhdr"])
@pytest.mark.parametrize("compressed", [False, True])
def test_a_header_and_its_voxels_travel_as_one_file(ending: str, compressed: bool, tmp_path: Path) -> None:
    image = sitk.GetImageFromArray(np.arange(4 * 5 * 6, dtype=np.int16).reshape(4, 5, 6))
    image.SetSpacing((0.5, 0.6, 1.5))
    image.SetOrigin((1, 2, 3))
    path = tmp_path / f"Jane Doe{ending}"
    sitk.WriteImage(image, str(path), compressed)
    joined = as_one_file(path)
    assert b"Jane" not in joined
    alone = tmp_path / {".mhd": "one.mha", ".nhdr": "one.nrrd"}[ending]
    alone.write_bytes(joined)
    before, after = read_volume(path), read_volume(alone)
    assert np.array_equal(before.array, after.array) and before.geometry == after.geometry
    next(file for file in tmp_path.iterdir() if file not in (path, alone)).unlink()
    with pytest.raises(InputError, match=r"names no single file with its voxels; save it as"):
        as_one_file(path)


@pytest.mark.parametrize(
    ("name", "header", "before"),
    [
        ("a.mhd", "HeaderSize = 10\n", b"x" * 10),
        ("a.mhd", "HeaderSize = -1\n", b"x" * 7),
        ("a.mhd", "HeaderSize = 0\r\n", b""),
        ("a.mhd", "", b""),
        ("a.nhdr", "byte skip: 10\n", b"x" * 10),
        ("a.nhdr", "byte skip: -1\n", b"x" * 7),
        ("a.nhdr", "line skip: 2\n", b"one\ntwo\n"),
    ],
)
@pytest.mark.parametrize("colon", ["=", ":"])
def test_what_lies_before_the_voxels_does_not_shift_them_there(tmp_path: Path, name: str, header: str, before: bytes, colon: str) -> None:
    array = np.random.default_rng(0).integers(0, 1000, (4, 5, 6)).astype(np.int16)
    (tmp_path / "a b.raw").write_bytes(before + array.tobytes())
    meta = "NDims = 3\nBinaryData = True\nElementSpacing = 1 1 2\nDimSize = 6 5 4\nElementType = MET_SHORT\n"
    nrrd = "NRRD0004\ntype: short\ndimension: 3\nsizes: 6 5 4\nspacings: 1 1 2\nendian: little\nencoding: raw\n"
    text = f"{meta}{header}ElementDataFile = a b.raw\n".replace("=", colon) if name == "a.mhd" else f"{nrrd}{header}data file: a b.raw\n"
    path = tmp_path / name
    path.write_bytes(text.encode())
    assert np.array_equal(read_volume(path).array, array)
    digest = scan_sha256(path)
    alone = tmp_path / {"a.mhd": "one.mha", "a.nhdr": "one.nrrd"}[name]
    alone.write_bytes(as_one_file(path))
    there = read_volume(alone)
    assert np.array_equal(there.array, array) and there.geometry == read_volume(path).geometry
    (tmp_path / "a b.raw").write_bytes(before + (array + 1).tobytes())
    assert scan_sha256(path) != digest, "its voxels are a part of it"


@pytest.mark.parametrize("size", ["", "CompressedDataSize = 0\n", "CompressedDataSize = {}\n", "CompressedDataSize: 0\r\n"])
@pytest.mark.parametrize("colon", ["=", ":"])
def test_compressed_voxels_travel_with_their_size(tmp_path: Path, size: str, colon: str) -> None:
    """It may be left out where they are a file of their own."""
    array = np.random.default_rng(0).integers(0, 1000, (4, 5, 6)).astype(np.int16)
    packed = zlib.compress(array.tobytes())
    (tmp_path / "a.zraw").write_bytes(packed)
    meta = "ObjectType = Image\nNDims = 3\nBinaryData = True\nCompressedData = True\n" + size.format(len(packed))
    meta += "ElementSpacing = 1 1 2\nDimSize = 6 5 4\nElementType = MET_SHORT\nElementDataFile = a.zraw\n"
    (tmp_path / "a.mhd").write_bytes(meta.replace("=", colon).encode())
    (tmp_path / "one.mha").write_bytes(as_one_file(tmp_path / "a.mhd"))
    there = read_volume(tmp_path / "one.mha")
    assert np.array_equal(there.array, array) and there.geometry == read_volume(tmp_path / "a.mhd").geometry


def test_the_script_is_read_by_people_and_by_bash(tmp_path: Path) -> None:
    asked = Slurm("gpu", "acc", 2, 1, "0:02:00", ("--mem=8G",))
    text = slurm.script(asked, "/a folder/$(x)", ["/p y/python", "it's", "$(touch ran)"], {"A": "b c"})
    for option in (
        "--partition=gpu",
        "--account=acc",
        "--gpus-per-node=2",
        "--time=0:02:00",
        "--requeue",
        "--mem=8G",
        "--signal=B:USR1@30",
    ):
        assert f"#SBATCH {option}\n" in text
    assert "cd '/a folder/$(x)'" in text and "'it'\"'\"'s' '$(touch ran)'" in text
    assert [slurm.seconds(limit) for limit in ("", "90", "2:00", "1:00:00", "1-00", "2-12:00:00")] == [0, 5400, 120, 3600, 86400, 216000]


def test_what_the_other_side_tells_cannot_leave_the_folder(tmp_path: Path) -> None:
    """Names of files there are taken only as an experiment's files are called."""
    asked: list[str] = []

    class Way:
        def fetch(self, _folder: str, names: list[str], here: Path) -> None:
            asked.extend(names)
            for name in names:
                (here / name).parent.mkdir(parents=True, exist_ok=True)
                (here / name).write_text("{}")

    names = Names(Cohort((), ()), tmp_path, THERE)
    copy = Copy(Way(), tmp_path, THERE, names, EventLog(tmp_path / "events.jsonl"))  # type: ignore[arg-type]
    bad = ["../up.json", "a/../../up.json", "x.json\n!touch ran", "$(touch ran).json", "/etc/x", "a//b", "-o", ".."]
    copy.fetch(dict.fromkeys([*bad, "evaluation/table.json", "..a/b..json", "a b.json"], (2, 1)))
    assert set(asked) == {"evaluation/table.json", "..a/b..json", "a b.json"}


def test_events_are_repeated_once_whatever_folder_they_came_from(tmp_path: Path) -> None:
    def copy(there: str) -> Copy:
        return Copy(None, tmp_path, there, Names(Cohort((), ()), tmp_path, there), EventLog(tmp_path / "events.jsonl"))  # type: ignore[arg-type]

    line = '{"kind": "message", "time": 1.0, "message": "ü"}\n'
    size = len(line.encode())
    copy(THERE).fetch({}, line + line, 2 * size)
    assert copy(THERE).offset == 2 * size
    assert copy(f"{THERE}x").offset == 0, "another folder there has a log of its own"
    copy(THERE).fetch({}, line, 3 * size)
    assert len(read_events(tmp_path / "events.jsonl")[0]) == 3 and copy(THERE).offset == 3 * size

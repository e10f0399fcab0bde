"""Segmenting on another computer, by a real SSH server: the same files as from here."""

from __future__ import annotations

import shutil
import tempfile
import threading
from pathlib import Path

import numpy as np
import pytest
from CrossMoDAUDALib.commands import cli
from CrossMoDAUDALib.images.volumes import read_label_map, read_volume, write_volume
from CrossMoDAUDALib.models.model_folder import describe_model
from CrossMoDAUDALib.places import segmenting
from CrossMoDAUDALib.places.connection import Connection
from CrossMoDAUDALib.places.known import KnownPlace
from CrossMoDAUDALib.places.remote import Remote
from CrossMoDAUDALib.places.shares import remove_left_over
from CrossMoDAUDALib.places.unfinished import left_over
from long_runs import TAKES_LONG
from ssh_server import SshServer


def segment(model: Path, *words: str | Path) -> int:
    return cli.main(["segment", str(model), *map(str, words), "--device", "cpu", "--precision", "fp32"])


def test_scans_are_segmented_there_as_here(
    gpu_box: KnownPlace, tiny_cohort: Path, tiny_experiment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two good scans of two formats and a bad one between them, with a model that goes there with them."""
    scans = tmp_path / "Jane $(x) ü"
    scans.mkdir()
    first, second = sorted(tiny_cohort.rglob("*_hrT2.nii.gz"))[:2]
    shutil.copy(first, scans / 'a "1"_hrT2.nii.gz')
    (scans / "b_hrT2.nii.gz").write_bytes(b"not a scan")
    write_volume(read_volume(second), scans / "c_hrT2.nrrd")
    options = ["--measurements", "--surfaces", "--largest-component", "Cochlea"]
    statuses, said = [], []
    for name, on in (("from here", []), ("from there", ["--on", "gpu-box"])):
        where = tmp_path / name
        statuses.append(segment(tiny_experiment, scans, "-o", where, options[0], where / "m.csv", *options[1:], *on))
        said.append(capsys.readouterr())
    assert statuses == [2, 2]
    assert all(str(scans / "b_hrT2.nii.gz") in each.err and "scan_t0" not in each.err for each in said), said
    names = sorted(path.name for path in (tmp_path / "from here").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "from there").iterdir())
    for name in names:
        here, there = tmp_path / "from here" / name, tmp_path / "from there" / name
        if name.endswith("_Label.nii.gz"):
            one, other = read_label_map(here), read_label_map(there)
            assert np.array_equal(one.array, other.array) and one.geometry == other.geometry
        elif not name.endswith(".seg.nrrd"):
            assert here.read_bytes() == there.read_bytes(), name
    left = [path for path in Path(gpu_box.folder).rglob("*") if "library" not in path.parts]
    assert not [path for path in left if "tasks" in path.parts[-2:] and path.name != "tasks"], "it is tidied up"
    assert not [path for path in left if "Jane" in path.name or (path.is_file() and b"Jane" in path.read_bytes())]


def test_what_cannot_be_segmented_there_is_told(
    gpu_box: KnownPlace, tiny_cohort: Path, tiny_experiment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scan = next(iter(sorted(tiny_cohort.rglob("*_hrT2.nii.gz"))))
    words = [str(scan), "-o", str(tmp_path / "out")]
    assert cli.main(["segment", str(tiny_experiment), *words, "--on", "elsewhere"]) == 2
    assert "'elsewhere' is no place" in capsys.readouterr().err
    assert cli.main(["segment", str(tiny_experiment), *words, "--on", "gpu-box", "--device", "cuda:7"]) != 0
    assert "cuda:7" in capsys.readouterr().err and not list((tmp_path / "out").glob("*_Label*"))


@pytest.mark.parametrize(
    ("at", "error"),
    [
        ("send", OSError),
        ("start", KeyboardInterrupt),
        pytest.param("send", KeyboardInterrupt, marks=TAKES_LONG),
        pytest.param("start", OSError, marks=TAKES_LONG),
    ],
)
def test_a_start_that_fails_or_is_interrupted_leaves_nothing(
    at: str,
    error: type[BaseException],
    gpu_box: KnownPlace,
    tiny_cohort: Path,
    tiny_experiment: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """While scans are sent, or when the worker has just been started."""
    owner, name = (Connection, "send") if at == "send" else (Remote, "start")
    whole = getattr(owner, name)

    def broken(*words: object) -> None:
        whole(*words)
        raise error

    monkeypatch.setattr(owner, name, broken)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    scans = sorted(tiny_cohort.rglob("*_hrT2.nii.gz"))[:1]
    with pytest.raises(error):
        segmenting.RemoteSegmenter(Remote(gpu_box, asks=False), describe_model(tiny_experiment), scans, ["--device", "cpu"])
    there = Path(gpu_box.folder)
    assert not list((there / "tasks").iterdir()) and not list((there / "scans" / "incoming").iterdir())
    assert not list(tmp_path.glob("crossmoda-uda-*/*.nii.gz")) and not list(tmp_path.glob("crossmoda-uda-????????"))


def test_a_way_that_is_lost_is_told_once_and_keeps_nothing_from_its_end(
    gpu_box: KnownPlace, ssh_server: SshServer, tiny_cohort: Path, tiny_experiment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segmenting, "SECONDS_TO_TRY_AGAIN", 0.3)
    scan, told = min(tiny_cohort.rglob("*_hrT2.nii.gz")), list[str]()
    words = ["--device", "cpu", "--precision", "fp32"]
    remote = Remote(gpu_box, asks=False)
    with segmenting.RemoteSegmenter(remote, describe_model(tiny_experiment), [scan], words, warn=told.append) as segmenter:
        ssh_server.stop()
        later = threading.Timer(3, ssh_server.start)
        later.start()
        assert segmenter.segment(scan).array.any()
        later.join()
        assert len(told) == 2 and "The work there goes on; trying again." in told[0] and "can be reached again" in told[1], told
        ssh_server.stop()
    ssh_server.start()
    assert len(told) == 3 and "until a later `segment --on` removes it" in told[2], told
    (task,) = (Path(gpu_box.folder) / "tasks").iterdir()
    assert [begun.folder for begun in left_over(gpu_box)] == [str(task)]
    remove_left_over(remote)
    assert not task.exists() and not left_over(gpu_box)

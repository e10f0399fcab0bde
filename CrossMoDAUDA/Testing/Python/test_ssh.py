"""An experiment on another computer, by a real SSH server: it ends as it would here, whatever is cut or killed meanwhile."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from conftest import TINY
from CrossMoDAUDALib.cohort import phantom
from CrossMoDAUDALib.commands import cli
from CrossMoDAUDALib.core.errors import printable
from CrossMoDAUDALib.core.files import read_json
from CrossMoDAUDALib.experiment.elsewhere import Elsewhere, read_elsewhere
from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.experiment.last_run import read_last_run
from CrossMoDAUDALib.experiment.lock import is_running
from CrossMoDAUDALib.places.known import KnownPlace
from long_runs import ENDLESS, events_of, start, wait_until
from ssh_server import SshServer

Tell = Callable[..., tuple[int, str, str]]
SETTINGS = ["--preset", "smoke", "--device", "cpu", *(f"--set={key}={value}" for key, value in TINY.items())]
SOURCE_ONLY = "--set=evaluation.source_only=true"
# What a shell, ssh, rsync or sftp would take for something else.
AWKWARD = 'Jane $(touch ran) "Doe";`touch ran`\n*? \\ -o ü'
KILLS = int(os.environ.get("CROSSMODA_KILLS", "0"))


@pytest.fixture
def cohort(tiny_cohort: Path, tmp_path: Path) -> Path:
    """The tiny cohort in a folder with an awkward name, with a patient's name for its cases."""
    folder = tmp_path / AWKWARD
    shutil.copytree(tiny_cohort, folder)
    for scan in sorted(folder.rglob("*.nii.gz")):
        scan.rename(scan.with_name(scan.name.replace("crossmoda2022_syn", f"{AWKWARD}_syn")))
    return folder


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Tell:
    """As ``long_runs.run``, in this process."""

    def tell(*words: str | Path) -> tuple[int, str, str]:
        capsys.readouterr()
        status = cli.main(list(map(str, words)))
        return status, *capsys.readouterr()

    return tell


def pids_there(place: KnownPlace) -> list[int]:
    """The worker processes of a place, which is this computer."""
    found = []
    for process in psutil.process_iter():
        try:
            words = process.cmdline()
        except psutil.Error:
            continue
        if any(place.folder in word for word in words[1:]) and "run" in words and words[0].endswith("python"):
            found.append(process.pid)
    return found


def signal_all(place: KnownPlace, number: signal.Signals) -> None:
    for pid in pids_there(place):
        os.kill(pid, number)


def follow(place: KnownPlace, folder: Path, *words: str | Path) -> subprocess.Popen[str]:
    return start("run", "--on", place.name, "-o", folder, *words)


def reaches(folder: Path, stage: str) -> Callable[[], bool]:
    return lambda: any(event.get("stage") == stage for event in events_of(folder))


def finished(folder: Path, *words: str | Path) -> str:
    """What the run that ends the work says."""
    follower = start("run", "-o", folder, *words)
    output, errors = follower.communicate(timeout=300)
    assert follower.returncode == 0, errors
    return output


@pytest.mark.slow
def test_cut_and_killed_everywhere_it_ends_as_it_would_here(
    gpu_box: KnownPlace, ssh_server: SshServer, cohort: Path, tiny_experiment: Path, tmp_path: Path
) -> None:
    """The connection, then the program here, then the worker there; the same command goes on each time."""
    folder = tmp_path / f"E {AWKWARD}"
    words = ["--crossmoda", cohort, *SETTINGS, SOURCE_ONLY]
    follower = follow(gpu_box, folder, *words)
    wait_until(reaches(folder, "translation/train"), follower, 120)
    signal_all(gpu_box, signal.SIGSTOP)  # or it may be done before all this is
    ssh_server.stop()
    try:
        wait_until(lambda: read_elsewhere(folder).state == "no connection", follower)
    finally:
        ssh_server.start()
    wait_until(lambda: any("can be reached again" in event.get("message", "") for event in events_of(folder)), follower)
    follower.kill()
    follower.communicate()
    there = pids_there(gpu_box)
    assert there and not is_running(folder), "the worker outlives who started it"

    follower = follow(gpu_box, folder)  # as recorded, without naming the scans
    before = len(events_of(folder))
    signal_all(gpu_box, signal.SIGCONT)
    wait_until(lambda: len(events_of(folder)) > before, follower, 120)
    assert [pid for pid in pids_there(gpu_box) if pid in there], "the same worker goes on"
    signal_all(gpu_box, signal.SIGKILL)
    _, errors = follower.communicate(timeout=60)
    assert follower.returncode == 1 and "ended without a word" in errors, errors
    assert read_last_run(folder).said == "failed"

    assert "| iteration 1 |" in finished(folder)  # as recorded there
    _assert_as_here(folder, tiny_experiment)
    _assert_no_names(gpu_box)


def _assert_as_here(folder: Path, local: Path) -> None:
    """The same scores to the digit, the same weights, under the names of here, in files that every command reads."""
    for table in ("table.md", "table.csv"):
        assert (folder / "evaluation" / table).read_text() == (local / "evaluation" / table).read_text()
    model = Path("iteration_1") / "model" / "segmenter.safetensors"
    assert (folder / model).read_bytes() == (local / model).read_bytes()
    here, there = Experiment.load(folder), Experiment.load(local)
    assert [case.id for case in here.cohort.source] == [
        case.id.replace("crossmoda2022_syn", f"{AWKWARD}_syn") for case in there.cohort.source
    ]
    here.verify_scans()
    for case in here.cohort.evaluation:
        assert (folder / "iteration_1" / "evaluation" / f"{case.id}.nii.gz").is_file()
    texts = [path for path in folder.rglob("*") if path.suffix in (".json", ".jsonl", ".csv", ".md") and ".there" not in path.parts]
    assert not [
        path for path in texts if "scan_s0" in path.read_text() or (path.name != "place.json" and "/experiments/" in path.read_text())
    ]
    assert not list(folder.rglob("ran")) and not Path("ran").exists()


def _assert_no_names(place: KnownPlace) -> None:
    """Nothing there tells the name of a patient, of a folder or of a scan."""
    for path in Path(place.folder).rglob("*"):
        assert "Jane" not in path.name, path
        inside = path.relative_to(place.folder).parts[0]
        if path.is_file() and inside != "library" and path.stat().st_size < 1 << 20:
            assert b"Jane" not in path.read_bytes(), path


def test_it_is_followed_once_left_alone_by_ctrl_c_and_ended_by_stop(gpu_box: KnownPlace, cohort: Path, tmp_path: Path, tell: Tell) -> None:
    folder = tmp_path / "E"
    words = ["--crossmoda", cohort, *ENDLESS]
    follower = follow(gpu_box, folder, *words)
    wait_until(reaches(folder, "translation/train"), follower, 120)
    status, _, errors = tell("run", "-o", folder)
    assert status == 1 and "is being worked on by process" in errors
    status, _, errors = tell("run", "-o", folder, "--on", "elsewhere")
    assert status == 2 and "'elsewhere' is no place" in errors and "gpu-box" in errors

    follower.send_signal(signal.SIGINT)
    _, errors = follower.communicate(timeout=30)
    assert follower.returncode == 130
    assert f"The work goes on on gpu-box: `run -o {folder}` follows it again, `stop {folder}` ends it." in errors
    assert pids_there(gpu_box)
    before = read_elsewhere(folder).as_of
    status, output, errors = tell("status", folder)
    assert status == 0 and read_elsewhere(folder).as_of > before, "it renews the copy"

    follower = follow(gpu_box, folder)
    wait_until(lambda: is_running(folder), follower)
    status, output, errors = tell("stop", folder)
    assert status == 0 and "Stopped" in output, errors
    follower.communicate(timeout=30)
    assert follower.returncode == 130 and not pids_there(gpu_box) and read_last_run(folder).said == "interrupted"
    assert tell("stop", folder)[1].startswith("Nobody is working on")
    second = tell("run", "--on", "gpu-box", "-o", folder, *words, "--set=seed=5")
    assert second[0] == 2 and "another experiment" in second[2] and "seed" in second[2], "other settings are refused here"


def test_stop_ends_what_nobody_follows(gpu_box: KnownPlace, cohort: Path, tmp_path: Path, tell: Tell) -> None:
    """Right after the start: a request that comes while the worker begins is not lost."""
    folder = tmp_path / "E"
    follower = follow(gpu_box, folder, "--crossmoda", cohort, *ENDLESS)
    wait_until(lambda: (elsewhere := read_elsewhere(folder)) is not None and elsewhere.is_alive, follower, 60)
    follower.kill()
    follower.communicate()
    status, output, errors = tell("stop", folder)
    assert status == 0 and "Stopped" in output, errors
    assert not pids_there(gpu_box)


def test_what_fails_there_is_told_here(gpu_box: KnownPlace, cohort: Path, tmp_path: Path, tell: Tell) -> None:
    """A sentence about a scan names the scan as it is called here. Other scans are not taken for those of a failed start."""
    folder, other = tmp_path / "E", tmp_path / "other"
    phantom.write_cohort(other, source_cases=2, target_cases=2, evaluation_cases=1, seed=4, size=(32, 32, 16))

    def fails(*more: str | Path, status: int) -> str:
        ended, _, errors = tell("run", "-o", folder, *more)
        assert ended == status, errors
        return errors

    assert "cuda:7" in fails("--on", "gpu-box", "--crossmoda", other, *SETTINGS, "--device", "cuda:7", status=2)
    assert read_last_run(folder).said == "failed" and "cuda:7" in read_last_run(folder).error
    first = read_elsewhere(folder)
    assert "cuda:7" in fails("--crossmoda", cohort, *SETTINGS, "--device", "cuda:7", status=2)
    second = read_elsewhere(folder)
    assert first is not None and second is not None
    assert first.folder != second.folder and second.cohort.source[0].image.is_relative_to(cohort)
    checks = [event for event in events_of(folder) if event.get("stage") == "check" and event.get("state") == "finished"]
    assert len(checks) >= 2, "the new scans are checked, too"
    # A scan that is damaged there after it was sent, as by a bad disk.
    link = next(Path(second.folder).glob(".scans/target/*.nii.gz"))
    link.write_bytes(b"damaged")
    errors = fails("--crossmoda", cohort, *SETTINGS, status=2)
    assert errors.startswith(f"crossmoda_uda: {printable(str(cohort / 'training_target'))}"), errors
    assert "_syn_" in errors and "is not a NIfTI, NRRD or MetaImage file" in errors


def test_what_is_over_is_told_without_its_place(gpu_box: KnownPlace, tiny_experiment: Path, tmp_path: Path, tell: Tell) -> None:
    """A colleague has no such place, or its folder there has been deleted."""
    folder = tmp_path / "E"
    shutil.copytree(tiny_experiment, folder)
    cohort = Experiment.load(folder).cohort
    ended = Elsewhere("gpu-box", f"{gpu_box.folder}/experiments/gone", cohort, has_begun=True).save(folder)
    assert tell("status", folder)[2] == ""
    (folder / "events.jsonl").unlink()  # how it ended is not known
    for place in ("gpu-box", "somebody-elses"):
        ended.save(folder, place=place)
        status, output, errors = tell("status", folder)
        assert status == 0 and "What follows is as it was last known" in errors and "iteration_0/train" in output, errors


@pytest.mark.skipif(not KILLS, reason="takes long; run it with CROSSMODA_KILLS=20")
def test_random_kills(gpu_box: KnownPlace, ssh_server: SshServer, cohort: Path, tiny_experiment: Path, tmp_path: Path) -> None:
    folder, chance = tmp_path / "E", random.Random(int(os.environ.get("CROSSMODA_SEED", "0")))
    words = ["--crossmoda", cohort, *SETTINGS, SOURCE_ONLY]
    for _ in range(KILLS):
        follower = follow(gpu_box, folder, *words)
        time.sleep(chance.uniform(0.3, 12))
        what = chance.choice(("connection", "here", "there", "both"))
        if what == "connection":
            ssh_server.break_connections()
            time.sleep(1)
        if what in ("there", "both"):
            for pid in pids_there(gpu_box):
                os.kill(pid, signal.SIGKILL)
        follower.kill()
        follower.communicate()
    finished(folder, "--on", "gpu-box", *words)
    _assert_as_here(folder, tiny_experiment)
    assert read_json(folder / "place.json")["place"] == "gpu-box"

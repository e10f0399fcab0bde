"""A cluster that answers late or not at all, and one that lets its users have few jobs, on a real Slurm by SSH."""

from __future__ import annotations

import ast
import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from CrossMoDAUDALib.core.errors import CrossModaError
from CrossMoDAUDALib.models.model_folder import describe_model
from CrossMoDAUDALib.places import segmenting, there, there_reasons, there_slurm
from CrossMoDAUDALib.places.connection import LimitError, SilentError, TooManyError
from CrossMoDAUDALib.places.slurm import Task
from CrossMoDAUDALib.places.there_common import SCRIPT, STARTED
from CrossMoDAUDALib.places.there_common import RefusedError as RefusedThere
from CrossMoDAUDALib.places.there_common import SilentError as SilentThere
from CrossMoDAUDALib.places.there_common import TooManyError as TooManyThere
from CrossMoDAUDALib.places.unfinished import Unfinished
from long_runs import wait_until
from slurm_cluster import LARGEST_ARRAY, SLEEPS, Add, Cluster
from ssh_server import EndedError, SshServer
from test_slurm import submitted

if TYPE_CHECKING:
    from CrossMoDAUDALib.places.remote import Remote


def test_a_controller_that_says_nothing_is_a_pause(cluster: Cluster, add: Add) -> None:
    """No job is taken for ended, none is submitted twice, and what is to be deleted stays until its jobs have been cancelled."""
    remote = add(partition="single")
    elsewhere = submitted(remote, SLEEPS)
    wait_until(lambda: remote.look(elsewhere)["state"] == "" and cluster.job_processes())
    (Path(elsewhere.folder) / STARTED).rename(Path(elsewhere.folder) / "lost")  # as where the answer of sbatch was lost
    task = Task(f"{elsewhere.folder}/t", tuple(SLEEPS))
    with cluster.silent_controller():
        with ThreadPoolExecutor() as threads:  # as each waits until Slurm's own programs have given up
            started = threads.submit(remote.start, elsewhere, SLEEPS, "another")
            submitted_too = threads.submit(remote.start_arrays, elsewhere.folder, [("late", [task], "")])
            looked = threads.submit(remote.look, elsewhere)
        assert looked.result()["is_alive"] and looked.result()["state"].startswith("Slurm does not answer ("), "it may be in the queue"
        for asked in (started, submitted_too):
            with pytest.raises(SilentError, match=r"On cluster: Slurm does not answer.*try again later"):
                asked.result()
    assert (Path(elsewhere.folder) / SCRIPT).is_file() and len(cluster.ask("squeue", "--noheader").splitlines()) == 1
    seen = remote.look(elsewhere)
    assert seen["is_alive"] and seen["state"] == "" and seen["job"], "it is found in the queue"
    remote.connection.ask("kill", experiment=elsewhere.folder)
    wait_until(lambda: not cluster.ask("squeue", "--noheader"))


@pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="needs OpenSSH")
def test_a_server_that_ends_at_once_is_a_reason_to_skip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where a container forbids what it wants; Scripts/test.py then asks for less coverage, by the same trial."""
    for name in ("munged", "slurmctld", "slurmd", "sshd"):
        (tmp_path / name).write_text("#!/bin/sh\necho 'cgroups are not there' >&2\nexit 1\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setenv("PYTHONPATH", str(Path(str(there.__file__)).parents[2]))
    trial = subprocess.run([sys.executable, str(Path(__file__).with_name("slurm_cluster.py"))], capture_output=True, text=True, timeout=60)
    assert trial.returncode == 1
    assert trial.stderr == "no Slurm to test with: munged ended at once (cgroups are not there)\n"
    (tmp_path / "server").mkdir()
    with pytest.raises(EndedError, match="sshd ended at once"):
        SshServer(tmp_path / "server").start()


@pytest.mark.skipif(os.name != "posix", reason="Slurm is asked on POSIX systems alone")
def test_every_question_to_slurm_has_a_limit_of_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs that never end, in the place of each of Slurm's."""
    for name in ("squeue", "scancel", "sbatch", "scontrol", "sacct", "sinfo"):
        (tmp_path / name).write_text("#!/bin/sh\nexec sleep 100\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(there_slurm, "SECONDS_TO_ANSWER", 0.2)
    (tmp_path / SCRIPT).touch()
    began = time.monotonic()
    silence = "Slurm does not answer (squeue took more than 0.2 seconds)"
    assert there_slurm.job("1", tmp_path) == (silence, True)
    assert there_slurm.queued(["1"]) == ({}, silence)
    assert there.look(str(tmp_path))["state"] == silence
    for ask in (
        there_slurm.in_queue,
        lambda: there_slurm.cancel(["1"]),
        lambda: there_slurm.cancel_all(tmp_path),
        lambda: there.kill(str(tmp_path)),
        lambda: there.ask_to_stop(str(tmp_path)),
    ):
        with pytest.raises(SilentThere, match=r"took more than 0\.2 seconds"):
            ask()
    assert time.monotonic() - began < 10


@pytest.mark.skipif(os.name != "posix", reason="Slurm is asked on POSIX systems alone")
@pytest.mark.parametrize(
    ("said", "is_silence"),
    [
        ("slurm_load_jobs error: Unable to contact slurm controller (connect failure)", True),
        ("slurm_load_jobs error: Socket timed out on send/recv operation", True),
        ("slurm_load_jobs error: Protocol authentication error", True),
        ("slurm_load_jobs error: Access/permission denied", False),
        ("squeue: error: Invalid user: 1234", False),
        ("", False),
    ],
)
def test_what_squeue_says_is_told_and_only_no_answer_is_waited_for(
    said: str, is_silence: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "squeue").write_text(f"#!/bin/sh\necho '{said}' >&2\nexit 1\n")
    (tmp_path / "squeue").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    (tmp_path / STARTED).write_text('{"job": "1", "tasks": []}')
    words = said or "it said nothing"
    if is_silence:
        seen = there.look(str(tmp_path))
        assert seen["is_alive"] and seen["state"] == f"Slurm does not answer ({words})"
        with pytest.raises(SilentThere, match=re.escape(f"({words}); try again later.")):
            there.start(str(tmp_path), "another", ["true"], {}, "#!/bin/sh")
        return
    for ask in (lambda: there.look(str(tmp_path)), lambda: there.look_tasks(str(tmp_path)), there_slurm.in_queue):
        with pytest.raises(RefusedThere, match=re.escape(f"does not tell of its jobs there ({words})")) as error:
            ask()
        assert not isinstance(error.value, SilentThere)


@pytest.mark.skipif(os.name != "posix", reason="Slurm is asked on POSIX systems alone")
@pytest.mark.parametrize("said", there_reasons.FULL)
def test_a_full_queue_is_no_silence(said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then sbatch tries it again by itself, for as long as it may take."""
    (tmp_path / "sbatch").write_text(f"#!/bin/sh\necho 'sbatch: error: {said}, sleeping and retrying' >&2\nexec sleep 100\n")
    (tmp_path / "sbatch").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(TooManyThere, match=r"Slurm took no job: it has as many jobs as it takes; try again when some have ended\.$"):
        there_slurm.ask_slurm(["sbatch", SCRIPT], tmp_path, 3)  # a shell begins late on a slow core


@pytest.mark.skipif(os.name != "posix", reason="Slurm is asked on POSIX systems alone")
def test_a_computer_without_slurm_is_no_silent_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be waited for without end."""
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / STARTED).write_text('{"job": "1"}')
    for ask in (lambda: there_slurm.job("1", tmp_path), lambda: there.look(str(tmp_path)), lambda: there_slurm.cancel(["1"])):
        with pytest.raises(RefusedThere, match=r"^(squeue|scancel) is not found there; name the cluster's login node"):
            ask()
    assert not there_slurm.in_queue()


@pytest.mark.skipif(os.name != "posix", reason="work is ended there on POSIX systems alone")
def test_a_host_that_belongs_to_no_cluster_is_asked_nothing_of_slurm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though its commands are installed there: what one says without a configuration is no silence of a cluster's."""
    (tmp_path / "squeue").write_text("#!/bin/sh\necho 'squeue: fatal: Could not establish a configuration source' >&2\nexit 1\n")
    (tmp_path / "squeue").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    folder = tmp_path / "tasks" / "one"
    folder.mkdir(parents=True)
    there.ask_to_stop(str(folder))
    there.kill(str(folder))
    assert not there.look(str(folder))["is_alive"]
    there.remove(str(folder))
    assert not folder.exists()


def test_whatever_is_waited_for_there_has_a_limit_of_time() -> None:
    """But for Python and pip, which make an environment for minutes, and are seen to do so."""
    waits = 0
    for path in sorted(Path(str(there.__file__)).parent.glob("there*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func) in ("subprocess.run", "subprocess.check_output", "subprocess.call"):
                waits += 1
                told = ast.unparse(call)
                assert "timeout" in {word.arg for word in call.keywords} or "sys.executable" in told or "str(python)" in told, told
    assert waits > 3


def test_many_scans_are_shared_out_to_as_many_tasks_as_a_cluster_takes(
    cluster: Cluster, add: Add, tiny_cohort: Path, tiny_experiment: Path, tmp_path: Path
) -> None:
    remote, told = add(extra=("--hold",)), list[str]()
    whole = min(tiny_cohort.rglob("*_hrT2.nii.gz"))
    scans = [tmp_path / f"{number}_hrT2.nii.gz" for number in range(segmenting.SCANS_A_TASK * LARGEST_ARRAY + 1)]
    for scan in scans:
        shutil.copy(whole, scan)
    with segmenting.RemoteSegmenter(remote, describe_model(tiny_experiment), scans, [], warn=told.append) as segmenter:
        assert told == [f"cluster takes no {LARGEST_ARRAY + 1} jobs at a time; the scans are shared out to 3."]
        assert sorted(scan for share in segmenter._shares for scan in share.scans) == sorted(scans) and len(segmenter._shares) == 3
        listed = cluster.ask("squeue", "--noheader", "--array", "--format=%i").split()
        assert len(listed) == 3
        script = (Path(segmenter._there) / "segment.sbatch").read_text()
        assert all(f"/{segmenter._numbers[scan]}" in script for scan in scans)
    assert not cluster.ask("squeue", "--noheader")
    quick = (sys.executable, "-c", "")
    with pytest.raises(TooManyError, match=r"it has more tasks than an array may have there; do less at once"):
        remote.start_arrays(remote.new_folder(), [("many", [Task(f"{tmp_path}/m{n}", quick) for n in range(LARGEST_ARRAY + 1)], "")])


@pytest.mark.parametrize("is_mended", [True, False])
def test_a_limit_without_a_name_is_tried_once_more_and_told_only_if_that_mends_it(
    is_mended: bool, add: Add, tiny_cohort: Path, tiny_experiment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be one of time. Such a cluster has accounting, which the one of these tests lacks."""
    remote, told, asked = add(extra=("--hold",)), list[str](), list[int]()
    whole = type(remote).start_arrays

    def start_arrays(self: Remote, folder: str, arrays: list[tuple[str, list[Task], str]], *more: Any) -> Any:
        asked.append(len(arrays[0][1]))
        if asked[-1] > 1 or not is_mended:
            raise LimitError("On cluster: Slurm took no job: this cluster does not let you have so many jobs at a time.")
        return whole(self, folder, arrays, *more)

    monkeypatch.setattr(type(remote), "start_arrays", start_arrays)
    scans = [tmp_path / f"{number}_hrT2.nii.gz" for number in range(segmenting.SCANS_A_TASK * 3 + 1)]
    for scan in scans:
        shutil.copy(min(tiny_cohort.rglob("*_hrT2.nii.gz")), scan)
    with contextlib.nullcontext() if is_mended else pytest.raises(LimitError):
        segmenting.RemoteSegmenter(remote, describe_model(tiny_experiment), scans, [], warn=told.append)._tidy_up()
    assert asked == [4, 1]
    assert told == (["cluster takes no 4 jobs at a time; the scans are shared out to 1."] if is_mended else [])


def test_an_array_that_slurm_took_without_saying_so_is_not_submitted_again(
    cluster: Cluster, add: Add, tiny_cohort: Path, tiny_experiment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where sbatch waits in vain for a busy controller's answer: the same command finds the tasks in the queue."""
    remote, model = add(extra=("--hold",)), describe_model(tiny_experiment)
    scans = [tmp_path / f"{number}_hrT2.nii.gz" for number in range(segmenting.SCANS_A_TASK + 1)]
    for scan in scans:
        shutil.copy(min(tiny_cohort.rglob("*_hrT2.nii.gz")), scan)
    whole = type(remote).start_arrays

    def start_arrays(self: Remote, folder: str, *more: Any) -> Any:
        whole(self, folder, *more)
        for known in Path(folder).rglob(STARTED):
            known.unlink()
        raise SilentError("On cluster: Slurm does not answer (sbatch: error: Socket timed out); try again later.")

    with monkeypatch.context() as slow, pytest.raises(SilentError, match="the same command goes on with it"):
        slow.setattr(type(remote), "start_arrays", start_arrays)
        segmenting.RemoteSegmenter(remote, model, scans, [], record=Unfinished.of(tmp_path / "out", model, []))
    before = cluster.ask("squeue", "--noheader", "--array", "--format=%i").split()
    assert len(before) == 2
    for number in range(2):
        again = segmenting.RemoteSegmenter(remote, model, scans, [], record=Unfinished.of(tmp_path / "out", model, []))
        assert cluster.ask("squeue", "--noheader", "--array", "--format=%i").split() == before, f"start {number}"
        assert len(again._shares) == 2 and not any(map(again._failure, scans))
    again._refresh()
    assert all(share.seen["is_alive"] for share in again._shares)
    again._tidy_up()
    assert not cluster.ask("squeue", "--noheader")


def test_what_keeps_a_job_from_starting_is_told_as_it_changes(cluster: Cluster, add: Add) -> None:
    """A partition that is down, a node that is drained, a hold; and a partition that takes no jobs."""
    remote = add(partition="single")

    def update(*words: str) -> None:
        assert "error" not in cluster.ask("scontrol", "update", *words)

    def says(words: str) -> bool:
        seen = remote.look(elsewhere)
        assert seen["is_alive"] and not seen["is_hopeless"]
        return words in seen["state"]

    try:
        update("PartitionName=single", "State=DOWN")
        elsewhere = submitted(remote, SLEEPS)
        wait_until(lambda: says("waiting until its partition is up; `scontrol update JobId="))
        update("NodeName=one", "State=DRAIN", "Reason=fan")
        update("PartitionName=single", "State=UP")
        wait_until(lambda: says("waiting for nodes that are down or drained or reserved; `scontrol update JobId="))
        job = remote.look(elsewhere)["job"]
        cluster.ask("scontrol", "hold", job)
        wait_until(lambda: says("held by the cluster's people, who alone can let it go; ask them"))
        cluster.ask("scontrol", "uhold", job)
        wait_until(lambda: says(f"held by you; `scontrol release {job}` there lets it go"))
        update("PartitionName=single", "State=DRAIN")
        with pytest.raises(CrossModaError, match=r"^On cluster: Slurm took no job: the partition takes no jobs now; try again later, or"):
            submitted(remote, SLEEPS)
    finally:
        update("PartitionName=single", "State=UP")
        update("NodeName=one", "State=RESUME")
    remote.connection.ask("kill", experiment=elsewhere.folder)
    wait_until(lambda: not cluster.ask("squeue", "--noheader"))

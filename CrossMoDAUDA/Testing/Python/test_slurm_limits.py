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
from CrossMoDAUDALib.places.there_common import LimitError as LimitThere
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


# What sbatch 22.05 said on a cluster with accounting (slurmdbd, limits enforced), which the one of these tests lacks.
POLICY = "Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)"
SAID = [
    ("AssocMaxSubmitJobLimit", POLICY, TooManyThere, "so many jobs at a time .* a study may begin with fewer seeds or methods"),
    ("QOSMaxSubmitJobPerUserLimit", POLICY, TooManyThere, "so many jobs at a time"),
    ("", POLICY, LimitThere, "so many jobs at a time"),
    ("QOSMaxWallDurationPerJobLimit", POLICY, RefusedThere, "its --time is longer than this cluster allows you; change .* `place add"),
    ("QOSMaxCpuPerJobLimit", POLICY, RefusedThere, "it asks for more processors than this cluster allows you"),
    ("QOSMaxMemoryPerJob", POLICY, RefusedThere, "it asks for more memory than this cluster allows you"),
    ("", "Invalid job array specification", TooManyThere, "more tasks than an array may have there; do less at once"),
    ("invalid partition specified: nowhere", "Invalid partition name specified", RefusedThere, "unknown there; `place check` lists"),
    ("", "Required partition not available (inactive or drain)", RefusedThere, "the partition takes no jobs now; try again later"),
    (
        "",
        "Invalid account or account/partition combination specified",
        RefusedThere,
        "the account is unknown there, or not for .* give it with --account",
    ),
    ("", "Invalid qos specification", RefusedThere, "the quality of service is unknown there, .* with --extra=--qos="),
    ("", "Requested reservation is invalid", RefusedThere, "the reservation is unknown there, or not yours; leave it out"),
    ("", "Requested node configuration is not available", RefusedThere, "no node there has that many GPUs or processors; ask for fewer"),
    ("QOSMaxGRESPerUser", POLICY, RefusedThere, "it asks for more than this cluster allows you at a time; change"),
    ("QOSMaxCpuPerUserLimit", POLICY, RefusedThere, "it asks for more than this cluster allows you at a time; change"),
    ("AssocGrpGRES", POLICY, RefusedThere, "it asks for more than this cluster allows your account at a time; change"),
    ("QOSGrpSubmitJobsLimit", POLICY, TooManyThere, "so many jobs at a time"),
    (
        "Memory specification can not be satisfied",
        "Requested node configuration is not available",
        RefusedThere,
        "no node there has that much memory",
    ),
    ("GPU jobs need an --account here", "Unspecified error", RefusedThere, r"GPU jobs need an --account here \(Unspecified error\)"),
    ("This partition needs a GPU reservation; ask for --gres=gpu:1", "Unspecified error", RefusedThere, r"This partition .* \(Unsp"),
    ("See wiki/accounts.", "Invalid qos specification", RefusedThere, r"the quality of service .* \(its own words: See wiki/accounts\)"),
    ("", "No partition specified or system default partition", RefusedThere, "no partition was named, and the cluster has no default; `pl"),
    ("", "Requested partition configuration not available now", RefusedThere, "ask for less or for a shorter --time, or try again later"),
    ("", "Required node not available (down, drained or reserved)", RefusedThere, "is down or drained or reserved; leave --nodelist"),
    ("", "Invalid user id", RefusedThere, "does not know your user name; ask the cluster's people"),
    ("", "Requested operation is presently disabled", RefusedThere, "it takes no such jobs now; try again later"),
    ("", "Requested time limit is invalid (missing or exceeds some limit)", RefusedThere, "not allowed there; give a shorter"),
    ("", "Something that nobody has heard of", RefusedThere, "Something that nobody has heard of"),
]


@pytest.mark.parametrize(("limit", "said", "kind", "told"), SAID)
def test_why_slurm_takes_no_job_is_told_with_what_to_do(limit: str, said: str, kind: type[Exception], told: str) -> None:
    """And what fewer jobs would mend is told apart: a segmentation is then shared out to fewer tasks."""
    lines = [*([f"sbatch: error: {limit}"] if limit else []), f"sbatch: error: Batch job submission failed: {said}"]
    error = there_reasons.why_not("\n".join(lines))
    assert type(error) is kind and re.fullmatch(rf"Slurm took no job: .*{told}.*\.", str(error)), error


# What `squeue --format=%r` said there, or would say by Slurm's source: its word for a reason, or what its controller puts in its place.
REASONS = [
    ("Job's account not permitted to use this partition (p allows a,b not c)", "never", "the partition does not take jobs of this account"),
    ("Job's QOS not permitted to use this partition (acc allows normal not special)", "never", "jobs of this quality of service"),
    ("uid 1000 not in group permitted to use this partition (acc). groups allowed: a,b", "never", "the partition does not take your jobs"),
    ("InvalidQOS", "never", "its quality of service is unknown there"),
    ("InvalidAccount", "never", "its account is unknown there"),
    ("PartitionTimeLimit", "never", "its --time is longer than the partition allows"),
    ("QOSMaxWallDurationPerJobLimit", "never", "its --time is longer than this cluster allows you"),
    ("QOSMaxNodePerJobLimit", "never", "it asks for more nodes than this cluster allows you"),
    ("QOSMaxMemoryPerJob", "never", "it asks for more memory than this cluster allows you"),
    ("AssocMaxGRESPerJob", "never", "it asks for more GPUs than this cluster allows you"),
    ("AssocMaxCpuMinutesPerJobLimit", "never", "so much for so long is more than this cluster allows you"),
    ("Reservation maint was deleted", "never", "its reservation is gone"),
    ("AssocMaxJobsLimit", "waits", "waiting for your other jobs to end (a limit of this cluster)"),
    ("QOSMaxGRESPerUser", "waits", "waiting for your other jobs to end (a limit of this cluster); if it alone asks for more than"),
    ("MaxCpuPerUser", "waits", "waiting for your other jobs to end (a limit of this cluster); if it alone asks for more than"),
    ("QOSMaxSubmitJobPerUserLimit", "waits", "waiting for your other jobs to end (a limit of this cluster)"),
    ("AssocGrpGRES", "waits", "waiting for other jobs of your account to end (a limit of this cluster); if it alone asks for more"),
    ("QOSMaxNodePerAccount", "waits", "waiting for other jobs of your account to end (a limit of this cluster); if it alone asks for"),
    ("AssocGrpCPURunMinutesLimit", "waits", "waiting for other jobs of your account to end (a limit of this cluster)"),
    ("AssocGrpCPUMinutesLimit", "waits", "waiting until your account has time left; ask the cluster's people when that is"),
    ("ReqNodeNotAvail, UnavailableNodes:one", "waits", "waiting for a node that is down or drained or reserved; ask the cluster's people"),
    ("ReqNodeNotAvail, Reserved for maintenance", "waits", "waiting for the end of maintenance"),
    ("ReqNodeNotAvail, May be reserved for other job", "waits", "waiting for a node that may be reserved for another job"),
    ("job requeued in held state", "waits", "held as it was queued again so; `scontrol release 12` there lets it go"),
    ("{braces}", "waits", "waiting ({braces})"),
    ("launch failed requeued held", "waits", "held as its start failed; `scontrol release 12` there lets it try again"),
    ("MpiPortsBusy", "waits", "waiting (MpiPortsBusy)"),
    ("None", "waits", "waiting in the queue"),
]


@pytest.mark.parametrize(("reason", "kind", "told"), REASONS)
def test_why_a_job_waits_is_told(reason: str, kind: str, told: str) -> None:
    """What can never start is cancelled by who follows it, so that nothing else may be taken for it."""
    said = there_slurm.told("12", there_slurm.Row("PENDING", reason, "N/A"))
    assert told in said and (there_reasons.HOPELESS in said) is (kind == "never"), said
    assert kind == "never" or said.startswith(there_reasons.WAITS)


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


@pytest.mark.skipif(os.name != "posix", reason="Slurm is asked on POSIX systems alone")
@pytest.mark.parametrize(
    ("said", "is_told"),
    [
        ("scancel: error: Kill job error on job id 11: Access/permission denied", True),
        ("scancel: error: Invalid job id notanumber", False),
        ("scancel: error: Kill job error on job id 11: Invalid job id specified", False),
        ("scancel: error: Kill job error on job id 11: Job/step already completing or completed", False),
        ("scancel: error: ignoring obsolete FastSchedule=1 option", False),
        ("scancel: Terminating job 11", False),
    ],
)
def test_a_job_that_is_not_cancelled_is_told(said: str, is_told: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What scancel said of another user's job, and of jobs that have ended, which is well."""
    (tmp_path / "scancel").write_text(f"#!/bin/sh\necho '{said}' >&2\nexit 1\n")
    (tmp_path / "scancel").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    (tmp_path / STARTED).write_text('{"job": "11"}')
    monkeypatch.setattr(there, "_stands", lambda *_: ("", True))
    monkeypatch.setattr(there, "cancel_others", lambda *_: None)
    words = r"^Slurm did not cancel what was asked \(Kill job error on job id 11: Access/permission denied\); it may go on; cancel it there"
    for ask in (lambda: there_slurm.cancel(["11"]), lambda: there.kill(str(tmp_path)), lambda: there.ask_to_stop(str(tmp_path))):
        with pytest.raises(RefusedThere, match=words) if is_told else contextlib.nullcontext():
            ask()


@pytest.mark.skipif(os.name != "posix", reason="Slurm is asked on POSIX systems alone")
def test_one_job_that_is_not_cancelled_keeps_none_of_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is asked for, and the refusal is told then; another complaint of scancel's is no refusal."""
    asked = tmp_path / "asked"
    (tmp_path / "scancel").write_text(
        f'#!/bin/sh\necho "$@" >> \'{asked}\'\necho "scancel: error: ignoring obsolete option" >&2\n'
        '[ "$*" = 10 ] || exit 0\necho "scancel: error: Kill job error on job id 10: Access/permission denied" >&2\nexit 1\n'
    )
    (tmp_path / "squeue").write_text(f'#!/bin/sh\nfor n in 10 11; do echo "$n|worker|{tmp_path}"; done\n')
    for name in ("scancel", "squeue"):
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(there, "_stands", lambda *_: ("", True))
    (tmp_path / STARTED).write_text('{"job": "11"}')
    for end, calls in ((there.kill, ["10", "--signal=KILL --full 11", "11"]), (there.ask_to_stop, ["10", "11"])):
        asked.unlink(missing_ok=True)
        with pytest.raises(RefusedThere, match="job id 10: Access"):
            end(str(tmp_path))
        assert asked.read_text().splitlines() == calls

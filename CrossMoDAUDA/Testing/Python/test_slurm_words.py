"""What Slurm says of jobs that it does not take, start or cancel, in sentences: its words, from programs in the place of its own."""

from __future__ import annotations

import contextlib
import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from CrossMoDAUDALib.places import there, there_reasons, there_slurm
from CrossMoDAUDALib.places.there_common import STARTED
from CrossMoDAUDALib.places.there_common import LimitError as LimitThere
from CrossMoDAUDALib.places.there_common import RefusedError as RefusedThere
from CrossMoDAUDALib.places.there_common import TooManyError as TooManyThere
from long_runs import wait_until

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


@pytest.mark.skipif(os.name != "posix", reason="Slurm is asked on POSIX systems alone")
@pytest.mark.parametrize("kind", ["an array", "a job"])
def test_what_is_killed_while_sbatch_works_is_cancelled_when_that_answers(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where who asked for it was interrupted: nobody there is told of its number. And what nothing tells of is found in the queue."""
    asked, queue, folder = tmp_path / "asked", tmp_path / "queue", tmp_path / "tasks" / "one"
    for name, does in (("sbatch", "sleep 1; echo 77"), ("squeue", f"cat '{queue}'"), ("scancel", f"echo $@ >> '{asked}'")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{does}\n")
        (tmp_path / name).chmod(0o755)
    queue.touch()
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    array = {"name": "a", "script": "#!/bin/sh", "tasks": [str(folder / "0")], "after": "ok"}
    with ThreadPoolExecutor() as threads:
        if kind == "an array":
            started = threads.submit(there.start_arrays, str(folder), "token", [array])
        else:
            started = threads.submit(there.start, str(folder), "token", ["true"], {}, "#!/bin/sh")
        wait_until(lambda: list(folder.glob("*.sbatch")) and there.is_at_work(str(folder)))
        there.kill(str(folder))
        assert there.is_at_work(str(folder)) and not asked.exists()
        with pytest.raises(RefusedThere, match="ended while it was being submitted"):
            started.result()
    assert asked.read_text() == "77\n" and not there.is_at_work(str(folder))
    queue.write_text(f"78|crossmoda-uda-a|{folder}\n")
    assert there.is_at_work(str(folder))

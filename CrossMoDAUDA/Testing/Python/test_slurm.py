"""An experiment on a real Slurm cluster, by SSH: it ends as it would here, whatever is cut, killed, cancelled or lost meanwhile."""

from __future__ import annotations

import re
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import TINY
from CrossMoDAUDALib.cohort.finding import Cohort
from CrossMoDAUDALib.commands import cli
from CrossMoDAUDALib.core.errors import CrossModaError, InputError
from CrossMoDAUDALib.experiment.elsewhere import Elsewhere, read_elsewhere
from CrossMoDAUDALib.experiment.last_run import read_last_run
from CrossMoDAUDALib.places import there_slurm
from CrossMoDAUDALib.places.connection import Connection
from CrossMoDAUDALib.places.known import KnownPlace, Slurm
from CrossMoDAUDALib.places.remote import Remote
from CrossMoDAUDALib.places.there_common import JOB_LOG
from long_runs import TAKES_LONG, events_of, run, start, wait_until
from safetensors.torch import load_file
from slurm_cluster import SLEEPS, Add, Cluster
from ssh_server import SshServer

SETTINGS = ["--preset", "smoke", "--device", "cpu", *(f"--set={key}={value}" for key, value in TINY.items())]
TAKES_MEMORY = [sys.executable, "-c", "import time; taken = b'1' * (400 << 20); time.sleep(100)"]


def submitted(remote: Remote, words: list[str]) -> Elsewhere:
    """A job that runs a program in a worker's place."""
    elsewhere = Elsewhere(remote.place.name, remote.new_folder(), Cohort((), ()))
    token = uuid.uuid4().hex
    known = remote.start(elsewhere, words, token)
    assert remote.start(elsewhere, words, token) == known, "asked twice with one token, it is submitted once"
    assert remote.start(elsewhere, words, "another") == known, "and while it is in the queue"
    return elsewhere


def ended(remote: Remote, elsewhere: Elsewhere) -> str:
    """What is said of a job once it has ended."""
    wait_until(lambda: not remote.look(elsewhere)["is_alive"], seconds=40)
    assert remote.look(elsewhere)["status"] != 0
    return str(remote.look(elsewhere)["state"])


def is_said(remote: Remote, elsewhere: Elsewhere, words: str) -> Callable[[], bool]:
    return lambda: words in remote.look(elsewhere)["state"]


def test_a_queue_is_told_and_a_waiting_job_is_cancelled(cluster: Cluster, add: Add) -> None:
    remote = add(partition="single")
    first, second, third = (submitted(remote, SLEEPS) for _ in range(3))
    wait_until(lambda: remote.look(first)["state"] == "" and cluster.job_processes())
    wait_until(is_said(remote, second, "waiting for resources"))
    wait_until(is_said(remote, third, "waiting for jobs ahead of it, 1 ahead in its partition"))
    for one in (third, second):
        remote.connection.ask("ask_to_stop", experiment=one.folder)
        number = remote.look(one)["job"]
        assert ended(remote, one) == f"Slurm job {number}: it was cancelled"
    cluster.stop_controller()
    try:
        seen = remote.look(first)
        assert seen["is_alive"] and seen["state"].startswith("Slurm does not answer (")
        with pytest.raises(InputError, match=r"^cluster: Slurm: its controller does not answer; try again later\.$"):
            Remote(remote.place).refuse_unfit()
    finally:
        cluster.start_controller()
    assert remote.look(first)["state"] == ""
    remote.connection.ask("kill", experiment=first.folder)
    assert "it was cancelled" in ended(remote, first)


def test_a_job_that_was_submitted_by_hand_is_found(cluster: Cluster, add: Add) -> None:
    """While it waits, while it runs, and once it has ended."""
    remote = add(partition="single")
    ahead = submitted(remote, SLEEPS)
    folder = remote.new_folder()
    elsewhere = Elsewhere("cluster", folder, Cohort((), ()))
    text = remote.script(elsewhere, [sys.executable, "-c", "print('said')"])
    remote.connection.ask("keep_script", experiment=folder, script=text)
    assert not remote.look(elsewhere)["is_alive"]
    by_hand = subprocess.run(["sbatch", "--parsable", "worker.sbatch"], cwd=folder, env=cluster.environment, capture_output=True, text=True)
    seen = remote.look(elsewhere)
    assert seen["is_alive"] and seen["job"] == by_hand.stdout.strip() and "waiting" in seen["state"], by_hand.stderr
    assert remote.start(elsewhere, SLEEPS, "token")["job"] == seen["job"]
    remote.connection.ask("kill", experiment=ahead.folder)
    wait_until(lambda: not remote.look(elsewhere)["is_alive"])
    seen = remote.look(elsewhere)
    assert (seen["status"], seen["state"], seen["said"]) == (0, "", ["said"])


def test_the_end_of_a_job_is_told_in_a_sentence(cluster: Cluster, add: Add, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remote = add(extra=("--mem=200M",))
    taker = submitted(remote, TAKES_MEMORY)
    remote = add(extra=("--no-requeue",), partition="single")
    lost = submitted(remote, SLEEPS)
    wait_until(lambda: remote.look(lost)["state"] == "" and Path(lost.folder, JOB_LOG).is_file())
    assert "it ran out of memory; ask for more (--extra=--mem=...)" in ended(remote, taker)
    cluster.lose_node("one")
    assert ended(remote, lost) == f"Slurm job {remote.look(lost)['job']}: its node failed"
    cluster.start_node("one")

    # A cluster without accounting forgets a job some minutes after its end; its log stays.
    monkeypatch.setenv("SLURM_CONF", cluster.environment["SLURM_CONF"])
    log = "Job 99999 on one, today\nslurmstepd-one: error: *** JOB 99999 ON one CANCELLED AT 2026-11-26T20:45:54 DUE TO TIME LIMIT ***\n"
    (tmp_path / JOB_LOG).write_text(log)
    said, is_alive = there_slurm.job("99999", tmp_path)
    assert said == "Slurm job 99999: its time limit came before it had stopped; give a longer --time" and not is_alive


def test_what_cannot_run_there_is_told_in_one_sentence(
    cluster: Cluster, add: Add, tiny_cohort: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*words: str, **slurm: Any) -> str:
        add(**slurm)
        on = () if not words else ("--on", "cluster")
        assert cli.main(["run", "-o", str(tmp_path / "E"), *on, *words]) in (1, 2)
        lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("crossmoda_uda: ")]
        assert len(lines) == 1, lines
        assert read_last_run(tmp_path / "E").said == "failed"
        return lines[0].removeprefix("crossmoda_uda: ")

    words = ["--crossmoda", str(tiny_cohort), *SETTINGS]
    assert refused(*words, partition="nowhere") == "cluster: Slurm: there is no partition 'nowhere'; there are short, single."
    assert (
        refused(*words, gpus=1) == "On cluster: Slurm took no job: no node there has such GPUs; ask for fewer, or name another partition."
    )
    assert "unrecognized option '--no-such-option'" in refused(*words, extra=("--no-such-option",))
    # Slurm's reason for too long a time is now and then the one for all that a partition does not offer.
    for asked, why in (
        ({"nodes": 9}, "the partition does not offer"),
        ({"time": "9:00:00"}, "its --time is longer|partition does not offer"),
    ):
        said = refused(*words, **asked)
        assert re.fullmatch(rf"Slurm job \d+ can never start: .*({why}).*; it was cancelled\. .*", said), said
        wait_until(lambda: not cluster.ask("squeue", "--noheader"))
    # As it was begun: no worker there has recorded its scans and settings yet.
    assert "can never start" in refused(time="9:00:00")
    ask = Connection.ask

    def refuses(self: Connection, do: str, *given: Any, **values: Any) -> Any:
        if do == "ask_to_stop":
            ask(self, do, *given, **values)
            raise CrossModaError("On cluster: Slurm did not cancel what was asked.")
        return ask(self, do, *given, **values)

    monkeypatch.setattr(Connection, "ask", refuses)
    assert re.search(r"can never start: .*; On cluster: Slurm did not cancel what was asked\. Change", refused(time="9:00:00"))


def test_a_host_without_slurm_is_told(tmp_path: Path, ssh_server: SshServer) -> None:
    folder = tmp_path / "server"
    folder.mkdir()
    bare = SshServer(folder, {"PATH": "/nowhere"})
    bare.start()
    try:
        with pytest.raises(InputError, match=r"Slurm: sbatch, .*sinfo not found there; name the cluster's login node"):
            Remote(bare.place(tmp_path / "there", "bare", Slurm())).refuse_unfit()
    finally:
        bare.stop()


def test_a_time_limit_leaves_room_for_its_signal() -> None:
    """Slurm sends it up to a minute early; a job that is stopped as it begins would be queued for ever."""
    for limit in ("1", "1:59", "0:01:30"):
        with pytest.raises(InputError, match="two minutes or more"):
            KnownPlace("cluster", "login", slurm=Slurm(time=limit)).check()
    KnownPlace("cluster", "login", slurm=Slurm(time="2:00")).check()


@pytest.mark.slow
def test_killed_cancelled_requeued_and_lost_it_ends_as_it_would_here(
    cluster: Cluster, add: Add, tiny_cohort: Path, tiny_experiment: Path, tmp_path: Path
) -> None:
    """Submitted by hand; then killed are, one after another, who follows it, the connection, the worker at its limit, its node, the job."""
    add(partition="single", time="5:00")
    folder = tmp_path / "E"
    words = ["--crossmoda", tiny_cohort, *SETTINGS, "--iterations", "0"]
    status, output, errors = run("run", "--on", "cluster", "-o", folder, *words, "--script-only")
    elsewhere = read_elsewhere(folder)
    assert status == 0 and elsewhere is not None, errors
    there = Path(elsewhere.folder)
    assert "worker.sbatch" in output and (folder / "worker.sbatch").read_text() == (there / "worker.sbatch").read_text()
    job = cluster.ask("sbatch", "--parsable", str(there / "worker.sbatch"))

    def reaches(stage: str, start: int) -> Callable[[], bool]:
        """Whether a start of the worker, counted from 1, has come to a stage."""

        def reached() -> bool:
            events = events_of(there)
            starts = [place for place, event in enumerate(events) if event["kind"] == "run" and event["state"] == "started"]
            return len(starts) >= start and any(event.get("stage") == stage for event in events[starts[start - 1] :])

        return reached

    follower = start("run", "-o", folder)
    wait_until(reaches("translation/train", 1), follower, 120)
    follower.kill()
    follower.communicate()

    follower = start("run", "-o", folder)
    # What Slurm does ahead of the time limit (--signal=B:USR1@...).
    cluster.ask("scancel", "--signal=USR1", "--batch", job)
    cluster.login.break_connections()
    waits = "cluster: waiting for its next start"
    wait_until(lambda: any(waits in event.get("message", "") for event in events_of(folder)), follower)
    assert read_last_run(there).said == "interrupted"
    wait_until(reaches("iteration_0/prepare", 2), follower, 120)
    cluster.lose_node("one")
    cluster.start_node("one")
    wait_until(reaches("iteration_0/train", 3), follower, 120)
    assert "Restarts=2" in cluster.ask("scontrol", "show", "job", job)

    cluster.ask("scancel", job)
    _, errors = follower.communicate(timeout=60)
    assert follower.returncode == 130, errors
    assert f"cluster: Slurm job {job}: it was cancelled." in [event.get("message") for event in events_of(folder)]
    assert read_last_run(there).said == "interrupted"

    status, output, errors = run("run", "-o", folder)
    assert status == 0 and "| iteration 0 |" in output, errors
    # One here goes on to further iterations, from the same.
    for table in ("table.csv", "per_case.csv"):
        there_is, here_is = ((one / "evaluation" / table).read_text().splitlines() for one in (folder, tiny_experiment))
        assert len(there_is) > 1 and set(there_is) <= set(here_is), (there_is, here_is)
    model = Path("iteration_0") / "model" / "segmenter.safetensors"
    assert (folder / model).read_bytes() == (tiny_experiment / model).read_bytes()


@TAKES_LONG
def test_two_nodes_train_one_experiment_to_its_end(cluster: Cluster, add: Add, tiny_cohort: Path, tmp_path: Path) -> None:
    """A worker on each by srun, gloo between them; stopped ahead of its time limit once. One node's weights, but for rounding."""
    add(nodes=2, time="5:00")
    words = ["--crossmoda", tiny_cohort, *SETTINGS, "--iterations", "0", "--set=precision=fp32"]
    folder, alone = tmp_path / "E", tmp_path / "alone"
    follower = start("run", "--on", "cluster", "-o", folder, *words)
    wait_until(lambda: (elsewhere := read_elsewhere(folder)) is not None and elsewhere.job, follower, 120)
    elsewhere = read_elsewhere(folder)
    assert elsewhere is not None
    trains = Path(elsewhere.folder) / "translation" / "checkpoint.pt"
    wait_until(trains.is_file, follower, 240)
    assert cluster.ask("squeue", "--noheader", "--format=%N|%D", f"--jobs={elsewhere.job}") == "one,two|2"
    cluster.ask("scancel", "--signal=USR1", "--batch", elsewhere.job)  # what Slurm does ahead of the time limit
    output, errors = follower.communicate(timeout=500)
    assert follower.returncode == 0 and "| iteration 0 |" in output, errors
    assert "Restarts=1" in cluster.ask("scontrol", "show", "job", elsewhere.job)
    said = (folder / "worker-there.log").read_text()
    assert said.count("takes part with cpu.") == 2, said
    assert run("run", "-o", alone, *words)[0] == 0
    for name in ("translation/generator.safetensors", "iteration_0/model/segmenter.safetensors"):
        one, two = (load_file(place / name) for place in (alone, folder))
        counts = [key for key in one if not key.endswith(".bias")]  # those before a norm move by rounding alone, and do nothing
        assert max(float((one[key] - two[key]).abs().max()) for key in counts) < 1e-4, name

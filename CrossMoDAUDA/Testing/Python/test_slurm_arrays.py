"""Job arrays on a real Slurm cluster, by SSH: many scans shared out to tasks, and a study's experiments side by side."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from conftest import TINY
from CrossMoDAUDALib.cohort.finding import Case, Cohort
from CrossMoDAUDALib.commands import cli
from CrossMoDAUDALib.core.errors import CrossModaError
from CrossMoDAUDALib.experiment.elsewhere import Elsewhere, read_elsewhere
from CrossMoDAUDALib.experiment.last_run import read_last_run
from CrossMoDAUDALib.experiment.lock import is_running, read_worker
from CrossMoDAUDALib.experiment.markers import read_markers
from CrossMoDAUDALib.experiment.sharing import stage_keys
from CrossMoDAUDALib.images.volumes import read_label_map, read_volume
from CrossMoDAUDALib.models.model_folder import describe_model
from CrossMoDAUDALib.places import segmenting
from CrossMoDAUDALib.places.place import DetachedError
from CrossMoDAUDALib.places.slurm import Task
from CrossMoDAUDALib.places.unfinished import Unfinished
from CrossMoDAUDALib.segmentation.predictor import Segmenter
from CrossMoDAUDALib.study.arrays import shares
from CrossMoDAUDALib.study.request import Method, Study
from long_runs import events_of, start, wait_until
from slurm_cluster import SLEEPS, Add, Cluster


def test_many_scans_are_an_array_and_the_same_command_goes_on_with_what_is_missing(
    cluster: Cluster,
    add: Add,
    tiny_cohort: Path,
    tiny_experiment: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A task is cancelled before it runs; then who follows is killed; then all is there, made once."""
    add()
    monkeypatch.setattr(segmenting, "SECONDS_BETWEEN_LOOKS_AT_ARRAYS", 0.5)
    out, scans = tmp_path / "out", tmp_path / "Jane's $(x) ü"
    scans.mkdir()
    whole = min(tiny_cohort.rglob("*_hrT2.nii.gz"))
    for number in range(6):
        shutil.copy(whole, scans / f"{number}_hrT2.nii.gz")
    words = ["segment", str(tiny_experiment), str(scans), "-o", str(out), "--on", "cluster", "--device", "cpu", "--precision", "fp32"]
    words += ["--measurements", str(out / "m.csv")]

    def cancel_the_second() -> None:
        wait_until(lambda: "JobArrayTaskLimit" in cluster.ask("squeue", "--noheader", "--array", "--format=%r"))
        (second,) = {line for line in cluster.ask("squeue", "--noheader", "--array", "--format=%i").split() if line.endswith("_1")}
        cluster.ask("scancel", second)
        cancelled.append(second)

    cancelled: list[str] = []
    canceller = threading.Thread(target=cancel_the_second)
    canceller.start()
    assert cli.main([*words, "--jobs", "1"]) == 1
    canceller.join()
    said = capsys.readouterr().err
    told = f"Slurm job {cancelled[0]}: it was cancelled (1_hrT2.nii.gz, 3_hrT2.nii.gz, 5_hrT2.nii.gz). The same command goes on with them."
    assert said.count(told) == 1 and f"{scans / '3_hrT2.nii.gz'}: Slurm job {cancelled[0]}: it was cancelled." in said, said
    assert sorted(path.name[0] for path in out.glob("*_Label.nii.gz")) == ["0", "2", "4"]
    first = {path: path.stat().st_mtime_ns for path in out.glob("*.nii.gz")}

    follower = start(*words)
    tasks = Path(str(tmp_path / "there" / "our folder's ü")) / "tasks"
    wait_until(lambda: list(tasks.glob("*/.worker.started")), follower)
    follower.kill()
    follower.communicate()
    (record,) = out.glob(".segment-on.json")
    assert len(json.loads(record.read_text())["sent"]) == 3
    assert cli.main(words) == 0, capsys.readouterr().err
    said = capsys.readouterr().err
    assert "cancelled" not in said
    assert {path: path.stat().st_mtime_ns for path in first} == first, "what was there has been left as it was"
    expected = Segmenter.load(tiny_experiment, "cpu", None, "fp32").segment(read_volume(whole)).array
    for number in range(6):
        assert np.array_equal(read_label_map(out / f"{number}_hrT2_Label.nii.gz").array, expected)
    listed = [line.partition(",")[0] for line in (out / "m.csv").read_text().splitlines()[1:]]
    assert listed == sorted(listed) and set(listed) == {f"{number}_hrT2" for number in range(6)}
    assert not list(out.glob(".segment-on*")) and not list(tasks.iterdir()), "it is tidied up"
    assert cli.main(words) == 2 and "exists already" in capsys.readouterr().err
    here = words[: words.index("--on")] + words[words.index("--device") : words.index("--measurements")]
    assert cli.main([*here, "--only-missing"]) == 0 and {path: path.stat().st_mtime_ns for path in first} == first


def test_ctrl_c_leaves_an_array_in_the_queue_and_stop_cancels_it(
    cluster: Cluster, add: Add, tiny_cohort: Path, tiny_experiment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    remote, model, out, told = add(extra=("--hold",)), describe_model(tiny_experiment), tmp_path / "out", list[str]()
    scans = [tmp_path / f"{number}_hrT2.nii.gz" for number in range(segmenting.SCANS_A_TASK + 1)]
    for scan in scans:
        shutil.copy(min(tiny_cohort.rglob("*_hrT2.nii.gz")), scan)

    def queue() -> list[str]:
        return cluster.ask("squeue", "--noheader", "--array", "--format=%i").split()

    def interrupted() -> list[str]:
        record = Unfinished.of(out, model, [])
        with (
            pytest.raises(DetachedError, match=r"goes on on cluster: the same command follows it again, `stop .*out` ends it\.$") as error,
            record.held(),
            segmenting.RemoteSegmenter(remote, model, scans, [], warn=told.append, record=record),
        ):
            raise KeyboardInterrupt
        assert error.value.exit_status == 130 and "cancelled" not in "".join(told)
        return queue()

    out.mkdir()
    first = interrupted()
    assert len(first) == 2 and interrupted() == first
    assert cli.main(["stop", str(out)]) == 0 and "Stopped on cluster; the same command goes on" in capsys.readouterr().out
    assert not queue()
    again = interrupted()
    assert len(again) == 2 and not set(again) & set(first)
    cluster.ask("scancel", *again)


def test_a_task_that_failed_meanwhile_is_told_and_one_that_was_cancelled_is_not(
    cluster: Cluster, add: Add, tiny_cohort: Path, tiny_experiment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same command goes on with the scans of both. One had begun; the other was lost before it wrote anything."""
    remote, model, out, told = add(), describe_model(tiny_experiment), tmp_path / "out", list[str]()
    scans = [Path(shutil.copy(min(tiny_cohort.rglob("*_hrT2.nii.gz")), tmp_path / f"{number}_hrT2.nii.gz")) for number in range(6)]
    worker = tmp_path / "worker"
    worker.write_text('#!/bin/sh\ncase "$*" in */1/events.jsonl*) kill -9 $PPID;; *) touch events.jsonl; exec sleep 100;; esac\n')
    worker.chmod(0o755)
    monkeypatch.setattr(type(remote), "python", lambda _: (str(worker), {}))

    def begin() -> segmenting.RemoteSegmenter:
        return segmenting.RemoteSegmenter(remote, model, scans, [], warn=told.append, record=Unfinished.of(out, model, []))

    there = Path(begin()._there)
    job = json.loads((there / ".worker.started").read_text())["job"]
    wait_until(lambda: (there / "0" / "events.jsonl").is_file() and f"{job}_1" not in cluster.ask("squeue", "--noheader", "--array"))
    cluster.ask("scancel", f"{job}_0")
    wait_until(lambda: not cluster.ask("squeue", "--noheader"))
    told.clear()
    again = begin()
    assert told == [f"Slurm job {job}_1: it failed (1_hrT2.nii.gz, 3_hrT2.nii.gz, 5_hrT2.nii.gz). This command goes on with them now."]
    again._refresh()
    assert not [line for line in told[1:] if f"{job}_" in line] and len(again._shares) == 4
    again._tidy_up()


def test_a_run_takes_over_what_another_has_made(
    tiny_cohort: Path, tiny_experiment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As a task does; and a stage or an experiment that is not there is refused."""
    words = ["run", "--crossmoda", str(tiny_cohort), "--preset", "smoke", "--device", "cpu", "--set=evaluation.source_only=true"]
    words += [*(f"--set={key}={value}" for key, value in TINY.items()), "-o", str(tmp_path / "E")]
    for more, why in (
        (["--only", "nowhere"], "There is no stage 'nowhere' for --only; there are translation/source_slices, "),
        (["--take-from", str(tmp_path / "nothing")], "nothing is no experiment folder; check the path."),
    ):
        assert cli.main([*words, *more]) == 2 and why in capsys.readouterr().err
    first = "translation/source_slices"
    assert cli.main([*words, "--only", first]) == 0
    assert list(read_markers(tmp_path / "E")) == [first] and read_last_run(tmp_path / "E").said == "interrupted"
    assert cli.main([*words, "--take-from", str(tiny_experiment)]) == 0
    made = read_markers(tmp_path / "E")
    assert made.keys() == read_markers(tiny_experiment).keys() and read_last_run(tmp_path / "E").said == "finished"
    assert {stage for stage, marker in made.items() if not marker.shared_from} == {first}


def test_what_slurm_does_to_tasks_is_told_and_ended(cluster: Cluster, add: Add) -> None:
    """The limit of one that has the whole array's number, one that fails with those that need it, the end of all."""
    remote = add(partition="single")
    folder, quick = remote.new_folder(), (sys.executable, "-c", "import sys; print('said'); sys.exit(3)")

    def tasks(*words: Sequence[str]) -> list[Task]:
        return [Task(f"{folder}/it's {number}", tuple(one)) for number, one in enumerate(words)]

    def look() -> list[dict[str, Any]]:
        return list(remote.connection.ask("look_tasks", experiment=folder)["tasks"])

    sleepers = [("first", tasks(SLEEPS, SLEEPS), ""), ("second", tasks(SLEEPS, SLEEPS, SLEEPS), "ok")]
    known = remote.start_arrays(folder, sleepers, 1, "token")
    assert remote.start_arrays(folder, sleepers, 1, "token") == known, "asked twice with one token, they are submitted once"
    first, second = known["arrays"]
    wait_until(lambda: look()[0]["state"] == "" and cluster.job_processes())
    wait_until(lambda: look()[1]["state"] == "waiting for others of its array to end (--jobs)")
    assert look()[2]["state"] == "waiting for another job"
    alone = Elsewhere("cluster", f"{folder}/it's 1", Cohort((), ()))
    assert remote.look(alone)["state"].startswith("waiting for others of its array to end (--jobs)")
    cluster.ask("scancel", f"{first}_0")
    wait_until(lambda: look()[1]["state"] == "" and cluster.ask("scontrol", "show", "job", f"{first}_1").startswith(f"JobId={first} "))
    wait_until(lambda: Path(folder, "it's 1", ".worker.started").read_text().count(f"{first}_1") and cluster.job_processes())
    cluster.ask("scancel", "--signal=USR1", "--batch", f"{first}_1")  # what Slurm does ahead of the time limit
    wait_until(lambda: "waiting" in look()[1]["state"])
    stands = look()
    assert stands[0]["state"] == f"Slurm job {first}_0: it was cancelled" and not stands[0]["is_alive"], "it alone is queued again"
    cluster.ask("scancel", f"{first}_1")
    wait_until(lambda: look()[2]["is_hopeless"])
    never = f"Slurm job {second}_2 can never start: the job that it waits for, which makes what several of them need, has not succeeded"
    assert look()[2]["state"] == never
    # The one that has failed says why; the others that need it are told so. Each ends with all its jobs.
    seen = remote.look(Elsewhere("cluster", f"{folder}/it's 0", Cohort((), ())))
    assert seen["is_hopeless"] and seen["state"].endswith(f"(Slurm job {first}_0: it was cancelled)"), seen["state"]
    remote.connection.ask("ask_to_stop", experiment=f"{folder}/it's 0")
    listed = cluster.ask("squeue", "--noheader", "--array", "--format=%i").split()
    assert f"{second}_0" not in listed and f"{second}_1" in listed
    remote.connection.ask("kill", experiment=folder)
    wait_until(lambda: not cluster.ask("squeue", "--noheader"))
    assert not any(task["is_alive"] for task in look())

    known = remote.start_arrays(remote.new_folder(), [("quick", [Task(f"{folder}/q", quick)], "")])
    folder = known["tasks"][0]
    wait_until(lambda: not remote.look(Elsewhere("cluster", folder, Cohort((), ())))["is_alive"])
    seen = remote.look(Elsewhere("cluster", folder, Cohort((), ())))
    assert (seen["status"], seen["state"], seen["said"]) == (3, "", ["said"])
    with pytest.raises(CrossModaError, match="more tasks than an array may have there"):
        remote.start_arrays(remote.new_folder(), [("many", [Task(f"{folder}/m", quick)] * 1002, "")])


def test_who_makes_what_for_whom(tmp_path: Path) -> None:
    """Slices and plans first, then the trainings that several need; what lies there already is made by nobody."""
    cohort = Cohort((Case("a", tmp_path / "a_ceT1.nii.gz", tmp_path / "a_Label.nii.gz"),), (Case("b", tmp_path / "b_hrT2.nii.gz", None),))
    methods = (
        Method("one", "cyclegan-resnet"),
        Method("two", "cyclegan-resnet", {"self_training.iterations": "1"}),
        Method("cut", "cut"),
    )
    study = Study(tmp_path, "smoke", {"self_training.iterations": "2"}, methods, (0, 1), cohort)
    parts = study.parts()
    keys = {part.name: stage_keys(part.settings, part.cohort, {}, part.stages()) for part in parts}
    found = shares(parts, keys, {})
    cheap, *trained = found.turns
    assert cheap["one/seed_0"] == ["translation/source_slices", "translation/target_slices"]
    assert "cut/seed_0" not in cheap and "two/seed_0" not in cheap and "iteration_0/prepare" in cheap["source-only/seed_0"]
    assert [set(turn) for turn in trained] == [{"one/seed_0", "one/seed_1"}]
    assert trained[0]["one/seed_1"][0] == "translation/train" and "iteration_0/train" in trained[0]["one/seed_1"]
    assert set(found.donors["two/seed_1"]) == {"one/seed_0", "one/seed_1"}
    made = dict.fromkeys(keys["one/seed_0"].values(), "one/seed_0")
    assert all("one/seed_0" not in turn for turn in shares(parts, keys, made).turns)
    alone = [part for part in parts if part.name == "cut/seed_1"]
    assert shares(alone, keys, made).turns == [] and shares(alone, keys, made).donors == {"cut/seed_1": ["one/seed_0"]}


@pytest.mark.slow
def test_a_study_is_an_array_that_gives_the_table_of_one_here(
    cluster: Cluster, add: Add, study_here: tuple[list[str], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An experiment's task is cancelled; then who follows is killed; what is shared is made once all the same."""
    add()
    words, local = study_here
    folder = tmp_path / "from there"

    def cancel_the_last() -> None:
        wait_until(lambda: "Dependency" in cluster.ask("squeue", "--noheader", "--array", "--format=%r"), seconds=120)
        queue = cluster.ask("squeue", "--noheader", "--array", "--name=crossmoda-uda-experiments", "--format=%i").split()
        (last,) = [number for number in queue if number.endswith("_1")]
        cluster.ask("scancel", last)
        cancelled.append(last)

    cancelled: list[str] = []
    canceller = threading.Thread(target=cancel_the_last)
    canceller.start()
    assert cli.main([*words, str(folder), "--on", "cluster", "--jobs", "1"]) == 1
    canceller.join()
    output, said = capsys.readouterr()
    assert f"same, seed 0 failed: Slurm job {cancelled[0]}: it was cancelled." in said, said
    jobs = [line for line in output.splitlines() if line.startswith("Submitted to cluster as job ")]
    assert [line.partition(": ")[2] for line in jobs] == ["shared (1 task).", "shared-2 (1 task).", "experiments (2 tasks)."], output
    same = folder / "experiments" / "same" / "seed_0"
    assert not read_markers(same)

    assert cli.main([*words, str(folder), "--on", "cluster", "--script-only"]) == 0
    output, errors = capsys.readouterr()
    assert "job=$(sbatch --parsable experiments.sbatch)" in output, errors
    script = (folder / "experiments.sbatch").read_text()
    assert "--array=0-0" in script and "--only" not in script and "--take-from" in script, "what was made is there"
    there = Path(shlex.split(next(line for line in output.splitlines() if line.startswith("  cd ")))[1])
    assert (there / "experiments.sbatch").read_text() == script
    job = cluster.ask("sbatch", "--parsable", "--hold", str(there / "experiments.sbatch"))

    followed = start(*words, folder, "--on", "cluster")
    wait_until(lambda: is_running(same) and (read_elsewhere(same) or Elsewhere("", "", Cohort((), ()))).job == f"{job}_0", followed)
    wait_until(lambda: any("cluster: held by you" in str(event.get("message")) for event in events_of(same)), followed)
    worker = read_worker(same)
    assert worker is not None and worker["pid"] == followed.pid, "one process follows all of them"
    assert not [child for child in psutil.Process(followed.pid).children(recursive=True) if "--follow" in child.cmdline()]
    followed.kill()
    followed.communicate()
    wait_until(lambda: not is_running(same))
    cluster.ask("scontrol", "release", job)
    assert cli.main([*words, str(folder), "--on", "cluster"]) == 0, capsys.readouterr().err
    assert "Submitted" not in capsys.readouterr().out
    made = read_markers(same)
    assert made.keys() == read_markers(same.parents[1] / "source-only" / "seed_0").keys()
    assert all(marker.shared_from for marker in made.values()), "it has trained nothing again"
    for table in ("table.csv", "per_case.csv"):
        assert (folder / table).read_text() == (local / table).read_text()
    assert not cluster.ask("squeue", "--noheader")

    lent, gone = (read_elsewhere(one) for one in (same, same.parents[1] / "source-only" / "seed_0"))
    assert lent is not None and gone is not None
    shutil.rmtree(gone.folder)
    more = ["--on", "cluster", "--method", "third=none", "--without", "same", "--script-only"]
    assert cli.main([*words, str(folder), *more]) == 0, capsys.readouterr().err
    script = (folder / "experiments.sbatch").read_text()
    (third,) = [line for line in script.splitlines() if "--take-from" in line]
    assert Path(lent.folder).name in third, "what is left out lends what it has made"


def test_what_tasks_wait_for_is_told_once(cluster: Cluster, add: Add, tiny_cohort: Path, tiny_experiment: Path, tmp_path: Path) -> None:
    """And an array of which a broken start has left no word is cancelled with the rest."""
    remote = add(extra=("--hold",))
    whole, told = min(tiny_cohort.rglob("*_hrT2.nii.gz")), list[str]()
    scans = [tmp_path / f"{number}_hrT2.nii.gz" for number in range(11)]
    for scan in scans:
        shutil.copy(whole, scan)
    with segmenting.RemoteSegmenter(remote, describe_model(tiny_experiment), scans, [], warn=told.append) as segmenter:
        for _ in range(3):
            segmenter._look()
        (line,) = told
        assert line.startswith("cluster: held by you; `scontrol release "), line
        for started in Path(remote.folder(), "tasks").rglob(".worker.started"):
            started.unlink()
    assert not cluster.ask("squeue", "--noheader")

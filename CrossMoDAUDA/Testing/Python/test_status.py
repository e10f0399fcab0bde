"""What ``status`` tells of an experiment."""

from __future__ import annotations

import re
import shutil
import time
from pathlib import Path

from CrossMoDAUDALib.commands.listing import _state
from CrossMoDAUDALib.experiment.elsewhere import Elsewhere
from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.experiment.markers import write_marker
from CrossMoDAUDALib.watching.experiments import Lookout
from CrossMoDAUDALib.watching.monitor import Monitor
from CrossMoDAUDALib.watching.status import describe


def test_status_of_an_experiment_that_has_not_begun(started: Experiment) -> None:
    text = describe(started.folder)
    assert "State       not started" in text
    assert "2 source, 1 target, 0 evaluation cases" in text
    assert "preset smoke, translator cyclegan-resnet, 1 self-training iteration, seed 0" in text


def test_status_of_a_worker_that_was_killed(started: Experiment) -> None:
    started.events.write("run", state="started")
    write_marker(started.folder, "translation/source_slices", [])
    report = started.events.progress("translation/train")
    report(30, 200, "epoch 3 of 20", cycle_source=0.25)
    text = describe(started.folder)
    assert "State       stopped without a word" in text
    assert f"; `run -o {started.folder}` goes on" in text
    assert "  done      translation/source_slices" in text
    last = next(line for line in text.splitlines() if line.startswith("  last"))
    assert last.split() == ["last", "translation/train", "30", "of", "200", "cycle_source", "0.25"]
    assert [line.split()[2] for line in text.splitlines() if line.startswith("  to do")][:2] == [
        "translation/target_slices",
        "pseudo_target",
    ]
    with started.locked():
        assert "  now       translation/train" in describe(started.folder)


def test_status_of_a_failed_run_tells_the_error_until_it_runs_again(started: Experiment) -> None:
    started.events.write("run", state="started")
    started.events.write("warning", message="Something is odd.")
    started.events.write("error", message="The disk is full; free some space.")
    started.events.write("run", state="failed")
    text = describe(started.folder)
    assert "State       failed" in text
    assert "Error       The disk is full; free some space." in text
    assert text.count("Warning     Something is odd.") == 1
    started.events.write("run", state="started")
    started.events.write("run", state="finished")
    assert "Error" not in describe(started.folder)
    assert "State       finished" in describe(started.folder)


def test_status_of_an_interrupted_run(started: Experiment) -> None:
    started.events.write("run", state="started")
    started.events.write("run", state="interrupted")
    assert f"State       interrupted; `run -o {started.folder}` goes on" in describe(started.folder)


def test_a_finished_experiment(tiny_experiment: Path) -> None:
    text = describe(tiny_experiment)
    assert "State       finished" in text
    for stage in ("translation/train", "pseudo_target", "iteration_0/train", "iteration_1/predict", "source_only/evaluate"):
        assert f"  done      {stage} " in text
    assert "  to do" not in text
    assert all(row in text for row in ("| source only ", "| iteration 0 ", "| iteration 1 "))
    loaded = Experiment.load(tiny_experiment)
    assert loaded.completed_stages()[0] == "translation/source_slices"
    before = (tiny_experiment / "experiment.json").stat().st_mtime_ns
    Experiment.resume(tiny_experiment, loaded.settings, loaded.cohort)
    assert (tiny_experiment / "experiment.json").stat().st_mtime_ns == before


def test_of_one_elsewhere_its_place_is_told_and_files_that_are_only_there_are_not_to_do(tiny_experiment: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(tiny_experiment, copy)
    shutil.rmtree(copy / "nnunet")
    (copy / "stages" / "iteration_1--train.json").unlink()
    assert describe(copy).count("  to do") > 1, "its data set would have to be made again here"
    elsewhere = Elsewhere("gpu", "/there/1", Experiment.load(copy).cohort)
    elsewhere.save(copy, is_alive=True, as_of=time.time(), state="waiting for resources", job="7")
    text = describe(copy)
    assert [line.split()[2] for line in text.splitlines() if line.startswith("  to do")] == ["iteration_1/train"]
    assert "Place       gpu, /there/1; this folder is a copy" in text
    assert re.search(r"State       running on gpu, job 7: waiting for resources \(as of \d\d:\d\d\)", text)
    standing = Lookout().look(copy)
    assert standing.is_on and not standing.is_followed and standing.elsewhere is not None
    assert re.search(r"^running on gpu \(waiting for resources\) as of \d\d:\d\d", _state(standing))
    monitor = Monitor(copy)
    while monitor.poll():
        pass
    assert (monitor.state, monitor.is_followed) == ("running", False)
    elsewhere.save(copy, is_alive=False)
    assert monitor.poll() and monitor.state == "finished" and not Lookout().look(copy).is_on

"""What every place must do: run workers that outlive who started them, tell of them, and stop them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from conftest import ROOT, TINY
from CrossMoDAUDALib.core.errors import CrossModaError, InputError
from CrossMoDAUDALib.core.files import write_json
from CrossMoDAUDALib.core.settings import preset_settings, with_values
from CrossMoDAUDALib.experiment.last_run import read_last_run
from CrossMoDAUDALib.experiment.lock import HOLDER, REQUEST, locked, read_worker
from CrossMoDAUDALib.places import place as places
from CrossMoDAUDALib.places.place import PLACES, Place, Stop, Worker, fetch_all, find_place, finish
from long_runs import ENDLESS, events_of, many_scans, wait_until
from panel_actions import end_our_processes

# How a place that a test can use is named, by its kind.
NAMES = {places.THIS_COMPUTER: places.THIS_COMPUTER}
SOON = 1.0  # seconds that a call may keep a window waiting on a busy machine
SHORT = ["--preset", "smoke", "--device", "cpu", "--iterations", "0", *(f"--set={key}={value}" for key, value in TINY.items())]


def test_every_kind_of_place_is_tested() -> None:
    assert set(NAMES) == set(PLACES)
    for name in ("nowhere", "nowhere:host"):
        with pytest.raises(InputError, match=rf"'{name}' is no place .*this computer"):
            find_place(name)


@pytest.fixture(params=sorted(NAMES))
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    yield find_place(NAMES[request.param])
    end_our_processes()


def soon(call: Callable[[], object]) -> object:
    """The result of a call that a window makes; no such call may keep it waiting."""
    began = time.monotonic()
    result = call()
    assert time.monotonic() - began < SOON
    return result


def started(place: Place, folder: Path, *words: str | Path) -> Worker:
    """A worker, sent and started."""
    return place.start(folder, finish(place.send([str(word) for word in words])))


def endless(place: Place, folder: Path, cohort: Path) -> Worker:
    """A worker that trains until it is stopped."""
    return started(place, folder, "run", "-o", folder, "--crossmoda", cohort, *ENDLESS)


def wait_for_training(place: Place, folder: Path) -> None:
    def trains() -> bool:
        place.fetch(folder)
        return any(event["kind"] == "progress" and event["stage"] == "translation/train" for event in events_of(folder))

    wait_until(trains, seconds=120)


def states(stop: Stop) -> list[str]:
    """What a stop goes through, each state once."""
    seen = [stop.state]
    deadline = time.monotonic() + 60
    while not stop.is_over:
        assert time.monotonic() < deadline, seen
        if soon(stop.poll) != seen[-1]:
            seen.append(stop.state)
        time.sleep(0.02)
    return seen


def last_word(folder: Path) -> tuple[str, str]:
    """What the last run event said, and the last failure."""
    last = read_last_run(folder)
    return last.said, last.error


def gone(place: Place, folder: Path, worker: Worker) -> int:
    """The exit status of a worker that has ended, of which nothing is left."""
    wait_until(lambda: worker.poll() is not None)
    fetch_all(place, folder)
    assert not place.is_alive(folder) and not (folder / REQUEST).exists()
    status = worker.poll()
    assert status is not None
    return status


@pytest.mark.slow
def test_a_worker_runs_to_its_end_and_its_results_are_fetched(place: Place, tiny_cohort: Path, tmp_path: Path) -> None:
    folder = tmp_path / "experiment ü"
    words = finish(place.send(["run", "-o", str(folder), "--crossmoda", str(tiny_cohort), *SHORT]))
    worker = place.start(folder, words)
    assert worker.poll() is None
    wait_until(worker.has_begun)
    fetch_all(place, folder)
    assert place.is_alive(folder)
    wait_until(lambda: soon(worker.poll) is not None, seconds=240)
    fetch_all(place, folder)
    assert worker.poll() == 0, worker.last_words(20)
    assert not place.is_alive(folder)
    assert worker.last_words(1) == f"Results are in {folder}"
    assert (folder / "iteration_0" / "model" / "model.json").is_file() and last_word(folder) == ("finished", "")


def test_a_worker_that_is_refused_says_why(place: Place, tmp_path: Path) -> None:
    worker = started(place, tmp_path / "experiment", "run", "-o", tmp_path / "experiment")
    assert gone(place, tmp_path / "experiment", worker) == 2
    assert "Name the scans" in worker.last_words() and not worker.has_begun()


def test_what_cannot_run_is_refused_before_hours_of_work(place: Place) -> None:
    settings = preset_settings("smoke")
    finish(place.check(with_values(settings, {"device": "cpu"})))
    missing = "mps" if sys.platform != "darwin" else "cuda"
    for values, said in (({"device": missing}, missing), ({"device": "cpu", "segmentation.trainer": "nnUNetTrainerNobody"}, "Nobody")):
        with pytest.raises(CrossModaError, match=said):
            finish(place.check(with_values(settings, values)))


STARTS = """
import sys; from pathlib import Path
sys.path.insert(0, sys.argv[1])
from CrossMoDAUDALib.places.place import find_place, finish
place, folder = find_place(sys.argv[2]), Path(sys.argv[3])
place.start(folder, finish(place.send(["run", "-o", str(folder), *sys.argv[4:]])))
"""


def test_a_worker_outlives_its_starter_and_is_stopped_by_anybody(place: Place, tiny_cohort: Path, tmp_path: Path) -> None:
    folder = tmp_path / "experiment"
    name = next(name for name in NAMES.values() if type(find_place(name)) is type(place))
    words = ["--crossmoda", str(tiny_cohort), *ENDLESS]
    subprocess.run([sys.executable, "-c", STARTS, str(ROOT / "CrossMoDAUDA"), name, str(folder), *words], check=True)
    wait_for_training(place, folder)
    assert place.is_alive(folder)
    assert states(place.stop(folder)) in (["asked", "waiting", "stopped"], ["asked", "stopped"])
    fetch_all(place, folder)
    assert not place.is_alive(folder) and not (folder / REQUEST).exists()
    assert last_word(folder) == ("interrupted", "")


def test_stop_while_it_begins(place: Place, tmp_path: Path) -> None:
    """Before it has taken its folder it is ended at once; a request that comes right then is not lost."""
    scans, folder = many_scans(tmp_path / "scans"), tmp_path / "experiment"
    worker = endless(place, folder, scans)
    stop = place.stop(folder, worker)
    assert states(stop)[-1] == "stopped" and not stop.was_forced
    assert gone(place, folder, worker) != 0

    worker = endless(place, folder, scans)
    while not place.is_alive(folder):  # without a pause: the request comes before the worker follows requests
        assert worker.poll() is None
        place.fetch(folder)
    stop = place.stop(folder)
    assert states(stop)[-1] == "stopped" and not stop.was_forced
    assert gone(place, folder, worker) == 130


def test_nobody_is_there_to_stop(place: Place, tmp_path: Path) -> None:
    assert states(place.stop(tmp_path)) == ["asked", "stopped"]
    assert not place.is_alive(tmp_path) and not list(tmp_path.iterdir())
    with pytest.raises(OSError, match="missing"):
        place.stop(tmp_path / "missing")
    assert not (tmp_path / "missing").exists()


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="needs a process that does not answer")
def test_who_does_not_answer_is_killed_with_all_it_started_if_that_is_wanted(
    place: Place, tiny_cohort: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "SECONDS_TO_STOP", 1.0)
    folder = tmp_path / "experiment"
    worker = endless(place, folder, tiny_cohort)
    wait_for_training(place, folder)
    holder = read_worker(folder)
    assert holder
    tree = [psutil.Process(holder["pid"]), *psutil.Process(holder["pid"]).children(recursive=True)]
    os.kill(holder["pid"], signal.SIGSTOP)
    stop = place.stop(folder, worker, force=False)
    wait_until(lambda: soon(stop.poll) == "late")
    time.sleep(0.3)
    assert stop.poll() == "late" and place.is_alive(folder) and not stop.is_over

    stop = place.stop(folder, worker)
    assert states(stop) == ["asked", "forced", "stopped"]
    assert stop.was_forced and not stop.problem
    assert not [process for process in tree if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]
    assert gone(place, folder, worker) != 0
    assert last_word(folder) == ("started", ""), "it had no time for a last word"


@pytest.mark.parametrize("host", ["elsewhere", ""])
def test_who_cannot_be_killed_from_here_is_told(place: Place, host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker of another machine on a shared disk; a number that meanwhile belongs to another process."""
    monkeypatch.setattr(places, "SECONDS_TO_STOP", 0.2)
    with locked(tmp_path):
        number = os.getppid()
        write_json(tmp_path / HOLDER, {"pid": number, "host": host or socket.gethostname(), "started": 1.0})
        stop = place.stop(tmp_path)
        assert states(stop) == ["asked", "failed"]
        assert not stop.was_forced
        assert stop.problem == (
            f"{tmp_path} is being worked on by another machine; kill the worker there."
            if host
            else f"Process {number} could not be killed; end it as the user who started it."
        )
    assert psutil.pid_exists(number)

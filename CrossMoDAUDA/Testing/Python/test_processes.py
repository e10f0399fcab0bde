"""Processes of the command line: how they are started, what they leave, and that nothing of them is left."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
from conftest import ROOT
from CrossMoDAUDALib import __version__
from CrossMoDAUDALib.places import processes
from CrossMoDAUDALib.places.processes import Process, kill_tree
from long_runs import many_scans, wait_until

LIBRARY = ROOT / "CrossMoDAUDA"


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_for(process: Process) -> int:
    wait_until(lambda: process.poll() is not None)
    status = process.poll()
    assert status is not None
    return status


def test_the_command_of_a_checkout_and_of_an_installation(tmp_path: Path) -> None:
    assert processes.command(["status", "a b"]) == [sys.executable, str(ROOT / "Scripts" / "crossmoda_uda.py"), "status", "a b"]
    installed = tmp_path / "qt-scripted-modules"
    shutil.copytree(LIBRARY / "CrossMoDAUDALib", installed / "CrossMoDAUDALib", ignore=shutil.ignore_patterns("__pycache__"))
    (installed / "CrossMoDAUDAScripts").mkdir()
    shutil.copy(ROOT / "Scripts" / "crossmoda_uda.py", installed / "CrossMoDAUDAScripts")
    code = "from CrossMoDAUDALib.places import processes; print(*processes.command(['--version']), sep='|')"
    said = subprocess.run([sys.executable, "-c", code], cwd=installed, capture_output=True, text=True, check=True).stdout
    words = said.rstrip().split("|")
    assert words[1:] == [str(installed / "CrossMoDAUDAScripts" / "crossmoda_uda.py"), "--version"]
    shutil.rmtree(installed / "CrossMoDAUDAScripts")
    failed = subprocess.run([sys.executable, "-c", code], cwd=installed, capture_output=True, text=True)
    assert "crossmoda_uda.py is missing; reinstall" in failed.stderr


@pytest.mark.parametrize("detached", [True, False])
def test_output_and_exit_status(tmp_path: Path, detached: bool) -> None:
    log = tmp_path / "neu ü" / "log.txt"
    first = Process.start(["--version"], log, detached)
    assert (wait_for(first), first.last_words()) == (0, f"CrossMoDAUDA {__version__}")
    second = Process.start(["status", str(tmp_path / "fehlt “ü”")], log, detached)
    assert wait_for(second) == 2
    assert second.last_words() == (
        f"crossmoda_uda: {tmp_path / 'fehlt “ü”'} is not an experiment folder: it has no experiment.json; check the path."
    )
    assert log.read_text(encoding="utf-8").splitlines()[0] == f"CrossMoDAUDA {__version__}", "appended"
    third = Process.start(["--help"], log, detached)
    assert wait_for(third) == 0
    assert len(third.last_words().splitlines()) == 8
    assert third.last_words(1) == log.read_text(encoding="utf-8").splitlines()[-1].rstrip()


@pytest.mark.skipif(sys.platform == "win32", reason="priorities are classes there")
def test_work_and_its_children_leave_the_processors_to_the_window(tmp_path: Path, tiny_cohort: Path) -> None:
    """Where a training keeps every processor busy, Slicer's window still answers."""
    words = ["run", "-o", str(tmp_path / "experiment"), "--crossmoda", str(tiny_cohort), "--preset", "smoke", "--device", "cpu"]
    process = Process.start([*words, "--set", "helper_processes=2"], tmp_path / "log.txt", detached=True, gently=True)
    try:
        root = psutil.Process(process.pid)
        wait_until(lambda: root.num_threads() > 1)
        assert min(process.nice() for process in [root, *root.children(recursive=True)]) == min(os.nice(0) + 5, 19)
        if sys.platform == "linux":
            threads = [thread.id for thread in root.threads()]
            assert {os.getpriority(os.PRIO_PROCESS, thread) for thread in threads} == {min(os.nice(0) + 5, 19)}
    finally:
        process.kill()


@pytest.mark.skipif(sys.platform != "linux", reason="only there a thread has a priority of its own")
@pytest.mark.parametrize(("nice", "policy"), [(0, "SCHED_OTHER"), (19 - processes.NICER, "SCHED_OTHER"), (19, "SCHED_IDLE")])
def test_work_leaves_the_processors_to_a_window_of_the_lowest_priority(tmp_path: Path, nice: int, policy: str) -> None:
    """Slicer gives its window's thread the lowest on Linux; nothing is nicer."""
    started: list[Process] = []

    def start() -> None:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), max(nice, os.nice(0)))
        started.append(Process.start(["run", "--help"], tmp_path / "log.txt", detached=False, gently=True))

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    try:
        assert os.sched_getscheduler(started[0].pid) == getattr(os, policy)
    finally:
        started[0].kill()


def test_a_log_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(processes.CrossModaError, match=r"file.*could not be used"):
        Process.start(["--version"], tmp_path / "file" / "log.txt", False)


STARTS = """
import sys, time; from pathlib import Path
sys.path.insert(0, sys.argv[1])
from CrossMoDAUDALib.places.processes import Process
scans, log, detached = sys.argv[2:]
words = ["run", "--crossmoda", scans, "-o", str(Path(log).with_name("out")), "--dry-run"]
print(Process.start([*words, "--events", log + ".jsonl"], Path(log), detached == "True").pid, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs process groups")
@pytest.mark.parametrize("detached", [True, False])
def test_what_outlives_its_starter_and_what_does_not(tmp_path: Path, detached: bool) -> None:
    log, scans = tmp_path / "log.txt", many_scans(tmp_path / "scans")
    words = [sys.executable, "-c", STARTS, str(LIBRARY), str(scans), str(log), str(detached)]
    parent = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert parent.stdout
    pid = int(parent.stdout.readline())
    try:
        wait_until(lambda: log.with_name("log.txt.jsonl").is_file())
        assert is_alive(pid)
        os.killpg(parent.pid, signal.SIGKILL)
        parent.communicate()
        if detached:
            time.sleep(4 * processes.SECONDS_BETWEEN_LOOKS)
            assert is_alive(pid)
        else:
            wait_until(lambda: not is_alive(pid), seconds=5)
    finally:
        kill_tree(pid, None)
    assert not is_alive(pid)


def test_kill(tmp_path: Path) -> None:
    words = ["run", "--crossmoda", str(many_scans(tmp_path / "scans")), "-o", str(tmp_path / "out"), "--dry-run"]
    process = Process.start(words, tmp_path / "log.txt", detached=False)
    wait_until(lambda: psutil.Process(process.pid).num_threads() > 1)
    assert process.poll() is None
    began = time.monotonic()
    process.kill()
    assert time.monotonic() - began < processes.SECONDS_TO_DIE
    assert process.poll() not in (None, 0)
    assert not psutil.pid_exists(process.pid)
    process.kill()  # again does nothing


CHILD = "import time; time.sleep(60)"
PARENT = f"import subprocess, sys, time; print(subprocess.Popen([sys.executable, '-c', {CHILD!r}]).pid, flush=True); time.sleep(60)"


def test_kill_tree_ends_the_children_and_spares_another_with_the_number() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    child = int(parent.stdout.readline())
    try:
        assert not kill_tree(parent.pid, time.time() - 60), "it began after what was to be killed"
        assert is_alive(parent.pid) and is_alive(child)
        assert kill_tree(parent.pid, time.time())
        assert not is_alive(parent.pid) and not is_alive(child)
        assert not kill_tree(parent.pid, time.time()), "it is gone"
        assert parent.wait(5) == (-signal.SIGKILL if os.name == "posix" else parent.returncode), "its status is left to who started it"
        assert not kill_tree(parent.pid, None)
    finally:
        parent.kill()
        parent.communicate()

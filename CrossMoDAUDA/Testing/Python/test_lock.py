"""An experiment is held by one worker at a time."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from CrossMoDAUDALib.core.errors import CrossModaError
from CrossMoDAUDALib.experiment import folder as experiments
from CrossMoDAUDALib.experiment.folder import Experiment, is_running
from CrossMoDAUDALib.watching.status import describe

LIBRARY = Path(experiments.__file__).resolve().parents[2]
HOLDS = """
import sys, time, os
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from CrossMoDAUDALib.experiment.folder import Experiment
with Experiment.load(Path(sys.argv[2])).locked():
    if len(sys.argv) > 3 and os.fork() == 0:
        time.sleep(float(sys.argv[3]))
        os._exit(0)
    print("locked", flush=True)
    time.sleep(60)
"""


def holder(folder: Path, *child_seconds: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLDS, str(LIBRARY), str(folder), *child_seconds]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "locked\n"
    return process


def test_a_second_worker_is_refused_until_the_first_is_killed(started: Experiment) -> None:
    assert not is_running(started.folder)
    first = holder(started.folder)
    try:
        assert is_running(started.folder)
        began = time.monotonic()
        with pytest.raises(CrossModaError, match=rf"process {first.pid} on {socket.gethostname()}; wait"), started.locked():
            pass
        assert time.monotonic() - began < 10
        assert f"State       running (process {first.pid} on " in describe(started.folder)
    finally:
        first.kill()
        first.communicate()
    assert (started.folder / "worker.json").is_file(), "a killed worker leaves its record, which decides nothing"
    assert not is_running(started.folder)
    with started.locked():
        assert is_running(started.folder)
        worker = experiments.read_worker(started.folder)
        assert worker and worker["pid"] == os.getpid()
    assert not is_running(started.folder)
    assert experiments.read_worker(started.folder) is None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_does_not_keep_the_lock_of_its_killed_parent(started: Experiment) -> None:
    first = holder(started.folder, "5")
    first.kill()
    first.wait()
    deadline = time.monotonic() + 3  # on a busy machine the child may only now get to close what it was given
    while is_running(started.folder) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_running(started.folder)
    with started.locked():
        pass


def test_looking_whether_it_runs_keeps_no_worker_out(started: Experiment) -> None:
    code = (
        "import sys, time; from pathlib import Path; sys.path.insert(0, sys.argv[1])\n"
        "from CrossMoDAUDALib.experiment.folder import is_running\n"
        "print('looking', flush=True)\nend = time.monotonic() + 3\n"
        "while time.monotonic() < end: is_running(Path(sys.argv[2]))"
    )
    with started.locked():
        pass
    panel = subprocess.Popen([sys.executable, "-c", code, str(LIBRARY), str(started.folder)], stdout=subprocess.PIPE, text=True)
    assert panel.stdout
    panel.stdout.readline()
    try:
        for _ in range(20):
            with started.locked():
                pass
    finally:
        panel.kill()
        panel.communicate()

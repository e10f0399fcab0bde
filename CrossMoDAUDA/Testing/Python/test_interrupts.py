"""An interrupt ends a command even if it falls where a library catches every exception."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from command_line import ROOT, TINY_RUN, environment, events
from CrossMoDAUDALib.core.failures import explain
from CrossMoDAUDALib.core.interrupts import interruptible, raise_swallowed

# Stands for the bare excepts that libraries have around optional imports: the first signal is lost in one.
SWALLOWING = """
import os, signal, sys
from CrossMoDAUDALib.commands import cli
from CrossMoDAUDALib.method import adaptation

export = adaptation.export_source

def export_and_swallow(*arguments):
    try:
        os.kill(os.getpid(), getattr(signal, sys.argv[1]))
        for _ in range(10**9):
            pass
    except:
        print("swallowed")
    export(*arguments)

adaptation.export_source = export_and_swallow
sys.exit(cli.main(sys.argv[2:]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals that a process can send to itself")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_run_ends_although_the_interrupt_was_swallowed(name: str, tiny_cohort: Path, tmp_path: Path) -> None:
    arguments = ["run", "--crossmoda", tiny_cohort, "-o", tmp_path / "out", *TINY_RUN, "--translator", "none"]
    words = [sys.executable, "-c", SWALLOWING, name, *map(str, arguments)]
    heard = lambda: signal.signal(signal.SIGINT, signal.default_int_handler)  # noqa: E731 - a shell's background jobs ignore it
    library = {**environment(), "PYTHONPATH": str(ROOT / "CrossMoDAUDA")}
    result = subprocess.run(words, capture_output=True, encoding="utf-8", env=library, preexec_fn=heard, timeout=120, check=False)
    assert "swallowed" in result.stdout
    assert result.returncode == 130, result.stderr
    assert "Interrupted; run the same command to continue" in result.stderr
    assert events(tmp_path / "out")[-1].items() >= {"kind": "run", "state": "interrupted"}.items()
    finished = [event["stage"] for event in events(tmp_path / "out") if event["kind"] == "stage" and event["state"] == "finished"]
    assert finished == ["check"], "it did not go on to the next stage"


# Interrupts that come when everything is done: at the work's last event, at its last words, and while Python ends.
LATE = """
import atexit, os, signal, sys
from CrossMoDAUDALib.commands import cli, running
from CrossMoDAUDALib.experiment.events import EventLog

name = sys.argv.pop(1)
again = lambda: os.kill(os.getpid(), getattr(signal, name))
tell, say, write = cli.complain, running.say, EventLog.write

def late_write(log, kind, **values):
    write(log, kind, **values)
    if kind == "run" and values["state"] != "started":
        again()

running.say = lambda text: (again(), say(text))
cli.complain = lambda text: (again(), tell(text))
EventLog.write = late_write
atexit.register(again)
sys.exit(cli.main())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals that a process can send to itself")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
@pytest.mark.parametrize("does_fail", [False, True], ids=["done", "failed"])
def test_an_interrupt_that_comes_too_late_changes_nothing(name: str, does_fail: bool, tiny_experiment: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny_experiment, tmp_path / "experiment"))
    if does_fail:
        (folder / "experiment.json").write_text("{")
    words = [sys.executable, "-c", LATE, name, "run", "-o", str(folder)]
    heard = lambda: signal.signal(signal.SIGINT, signal.default_int_handler)  # noqa: E731 - a shell's background jobs ignore it
    library = {**environment(), "PYTHONPATH": str(ROOT / "CrossMoDAUDA")}
    result = subprocess.run(words, capture_output=True, encoding="utf-8", env=library, preexec_fn=heard, timeout=120, check=False)
    assert "Interrupted" not in result.stderr and "Traceback" not in result.stderr
    if does_fail:
        assert result.returncode == 2 and "experiment.json" in result.stderr
        return
    assert result.returncode == 0, result.stderr
    assert "Results are in" in result.stdout
    assert events(folder)[-1].items() >= {"kind": "run", "state": "finished"}.items()


def test_what_complains_of_an_interrupt_is_one() -> None:
    """PyTorch's writer raises an error of its own over a checkpoint that it could not finish."""
    with pytest.raises(RuntimeError) as raised:
        try:
            raise KeyboardInterrupt
        finally:
            raise RuntimeError("unexpected pos 64 vs 0")
    assert explain(raised.value) == explain(KeyboardInterrupt())
    assert explain(RuntimeError("unexpected pos 64 vs 0"))[1] == 1


# Stands for Slicer's launcher: it passes the exit status on, and 1 for a process that a signal has ended (ctkAppLauncher.cpp).
LAUNCHER = """
import subprocess, sys
status = subprocess.run(sys.argv[1:], restore_signals=False).returncode
sys.exit(status if status >= 0 else 1)
"""
# Stands for Slicer: the system ends the process at Ctrl-C, whatever Python knows (qSlicerAbstractModuleFactoryManager.cxx).
IN_SLICER = """
import ctypes, signal, sys
ctypes.CDLL(None).signal(signal.SIGINT, None)
from CrossMoDAUDALib.commands import cli
sys.exit(cli.main(sys.argv[1:]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="has no process groups that take signals")
@pytest.mark.parametrize("ignored", [True, False], ids=["in the background", "in the foreground"])
def test_a_batch_run_in_slicer_that_is_interrupted_says_so(ignored: bool, tiny_cohort: Path, tmp_path: Path) -> None:
    """In the background the shell lets Ctrl-C be ignored; the launcher then outlives it and tells the status."""
    arguments = ["run", "--crossmoda", tiny_cohort, "-o", tmp_path / "out", *TINY_RUN, "--translator", "none"]
    words = [sys.executable, "-c", IN_SLICER, *map(str, arguments)]
    if ignored:
        words = [sys.executable, "-c", LAUNCHER, *words]
    library = {**environment(), "PYTHONPATH": str(ROOT / "CrossMoDAUDA")}
    as_shell = lambda: signal.signal(signal.SIGINT, signal.SIG_IGN if ignored else signal.SIG_DFL)  # noqa: E731
    process = subprocess.Popen(words, env=library, preexec_fn=as_shell, start_new_session=True, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while not (tmp_path / "out" / "events.jsonl").is_file() and time.monotonic() < deadline:
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(60) == 130
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    assert events(tmp_path / "out")[-1].items() >= {"kind": "run", "state": "interrupted"}.items()


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals that a process can send to itself")
@pytest.mark.parametrize("handler", [signal.SIG_IGN, signal.default_int_handler])
def test_what_ignores_an_interrupt_goes_on_to_do_so(handler: Any) -> None:
    before = signal.signal(signal.SIGINT, handler)
    try:
        with interruptible(), contextlib.suppress(KeyboardInterrupt) if handler != signal.SIG_IGN else contextlib.nullcontext():
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0 if handler == signal.SIG_IGN else 10)
            assert handler == signal.SIG_IGN, "it was interrupted"
        assert signal.getsignal(signal.SIGINT) is handler
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals that a process can send to itself")
def test_nothing_is_left_behind() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with interruptible():
        raise_swallowed()  # nobody has asked yet
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(10)  # which the signal ends
        with pytest.raises(KeyboardInterrupt):
            raise_swallowed()
    raise_swallowed()  # outside, no interrupt is remembered
    assert signal.getsignal(signal.SIGTERM) is before


# A second interrupt while scans are no longer checked after the first: the pool is left open, and Python waits for it before it ends.
IN_THE_CLEANING_UP = """
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from CrossMoDAUDALib.cohort import checking
from CrossMoDAUDALib.cohort.finding import find_crossmoda

def interrupted(*_arguments, **_options):
    raise KeyboardInterrupt

def look(*arguments):
    read.append(0)
    print(len(read), flush=True)
    return check(*arguments)

read, check, checking._check_case = [], checking._check_case, look
cohort = find_crossmoda(Path(sys.argv[1]))
cohort = replace(cohort, target=cohort.target * 200)
ThreadPoolExecutor.shutdown = interrupted
checking.check_cohort(cohort, {}, on_case=interrupted, threads=2)
"""


def test_scans_that_were_not_begun_are_not_checked_after_a_second_interrupt(tiny_cohort: Path) -> None:
    words = [sys.executable, "-c", IN_THE_CLEANING_UP, str(tiny_cohort)]
    library = {**environment(), "PYTHONPATH": str(ROOT / "CrossMoDAUDA")}
    result = subprocess.run(words, capture_output=True, encoding="utf-8", env=library, timeout=60, check=False)
    assert "KeyboardInterrupt" in result.stderr and 1 <= len(result.stdout.split()) <= 5

"""An interrupt ends a command even if it falls where a library catches every exception."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from command_line import ROOT, TINY_RUN, environment, events
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

"""The command line in real processes, for the tests: started, listened to, interrupted."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from conftest import TINY
from CrossMoDAUDALib.images.volumes import read_volume

ROOT = Path(__file__).resolve().parents[3]
LAUNCHER = ROOT / "Scripts" / "crossmoda_uda.py"
TINY_RUN = ["--preset", "smoke", "--device", "cpu", *(f"--set={key}={value}" for key, value in TINY.items())]
SOURCE, TARGET, VALIDATION = "training_source", "training_target", "validation"

Result = subprocess.CompletedProcess[str]


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, str(LAUNCHER), *(str(argument) for argument in arguments)]


def environment() -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"}


def run(*arguments: str | Path, cwd: Path | None = None) -> Result:
    return subprocess.run(command(*arguments), capture_output=True, encoding="utf-8", timeout=300, cwd=cwd, env=environment())


def sentence(result: Result, status: int = 2) -> str:
    """What the command says besides warnings, once it has been made sure that it is one sentence and the exit status is right."""
    assert result.returncode == status, result.stderr + result.stdout
    lines = [line for line in result.stderr.splitlines() if not line.startswith("crossmoda_uda: warning: ")]
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("crossmoda_uda: ")
    message = lines[0].removeprefix("crossmoda_uda: ")
    assert message.endswith((".", ")"))
    assert "Traceback" not in message
    return message


def contents(folder: Path) -> dict[str, str]:
    """Every file below a folder and its digest."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in sorted(folder.rglob("*"))
    }


def events(experiment: Path) -> list[dict[str, object]]:
    path = experiment / "events.jsonl"
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines(keepends=True) if line.endswith("\n")]


def interrupt_when(due: Callable[[], bool], number: signal.Signals, *arguments: str | Path) -> Result:
    """Run a command in a process group of its own and send the group a signal once something has happened."""
    words = command(*arguments)
    process = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", env=environment(), start_new_session=True
    )
    try:
        while process.poll() is None and not due():
            time.sleep(0.02)
        if process.poll() is None:
            os.killpg(process.pid, number)
        output, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    return subprocess.CompletedProcess(words, process.returncode, output, errors)


def assert_same_grid(first: Path, second: Path) -> None:
    differences = read_volume(first).geometry.differences(read_volume(second).geometry)
    assert not differences

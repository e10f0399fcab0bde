"""Work over many cases in helper processes: order, errors, and helpers or parents that die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from CrossMoDAUDALib.core import parallel
from CrossMoDAUDALib.core.errors import CrossModaError, InputError
from CrossMoDAUDALib.core.progress import silent

LIBRARY = Path(parallel.__file__).resolve().parents[2]


def slow_square(number: int, seconds: float) -> tuple[int, int]:
    time.sleep(seconds)
    return number * number, os.getpid()


def fail_on(number: int, bad: int) -> int:
    if number == bad:
        raise InputError(f"Case {number} is bad.")
    return number


class AwkwardError(Exception):
    """Cannot be made again from its arguments."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


def raise_awkward(number: int) -> None:
    raise AwkwardError(number, 2)


def die(number: int) -> bytes:
    if number == 1:
        os._exit(1)
    return bytes(1000)


def sleep(seconds: float) -> None:
    time.sleep(seconds)


@pytest.mark.parametrize("workers", [0, 3])
def test_results_come_in_order_and_every_step_is_told(workers: int) -> None:
    told: list[tuple[int, int, str]] = []
    arguments = [(number, 0.2 if number == 0 else 0.0) for number in range(6)]
    results = parallel.for_each(slow_square, arguments, workers, lambda *step: told.append(step), "squaring")  # type: ignore[arg-type]
    assert [square for square, _ in results] == [0, 1, 4, 9, 16, 25]
    assert told == [(done, 6, "squaring") for done in range(1, 7)]
    processes = {process for _, process in results}
    assert (processes == {os.getpid()}) is (workers == 0)


def test_nothing_to_do_is_done() -> None:
    assert parallel.for_each(slow_square, [], 2, silent, "squaring") == []


@pytest.mark.parametrize("workers", [0, 2])
def test_an_error_passes_through_with_its_type(workers: int) -> None:
    with pytest.raises(InputError) as caught:
        parallel.for_each(fail_on, [(number, 2) for number in range(4)], workers, silent, "checking")
    assert str(caught.value) == "Case 2 is bad."
    if workers:
        assert "fail_on" in "".join(caught.value.__notes__), "the helper's traceback is for the log"


def test_an_error_that_cannot_be_sent_is_told_in_words() -> None:
    with pytest.raises(RuntimeError) as caught:
        parallel.for_each(raise_awkward, [(1,), (1,)], 2, silent, "raising")
    assert str(caught.value) == "AwkwardError: 1 and 2"


def test_a_helper_that_dies_is_noticed_at_once() -> None:
    began = time.monotonic()
    with pytest.raises(CrossModaError, match=r"died while preprocessing.*--set helper_processes=0"):
        parallel.for_each(die, [(number,) for number in range(6)], 2, silent, "preprocessing")
    assert time.monotonic() - began < 20


def test_a_failure_does_not_wait_for_the_others() -> None:
    began = time.monotonic()

    def refuse(*_: object, **__: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        parallel.for_each(sleep, [(0.0,), (60.0,)], 2, refuse, "sleeping")
    assert time.monotonic() - began < 20


HANGS = """
import os, sys, time
from pathlib import Path
sys.path.insert(0, {library!r})
from CrossMoDAUDALib.core import parallel
from CrossMoDAUDALib.core.progress import silent

def hang(folder, number):
    Path(folder, str(os.getpid())).touch()
    {hang}

if __name__ == "__main__":
    parallel.for_each(hang, [({folder!r}, number) for number in range(2)], 2, silent, "hanging")
"""


def hanging_parent(tmp_path: Path, hang: str = "time.sleep(120)") -> tuple[subprocess.Popen[str], list[int]]:
    """A process with two helpers that hang, and the helpers' ids."""
    pids = tmp_path / "pids"
    pids.mkdir()
    script = tmp_path / "hangs.py"
    script.write_text(HANGS.format(library=str(LIBRARY), folder=str(pids), hang=hang), encoding="utf-8")
    parent = subprocess.Popen([sys.executable, str(script)], stderr=subprocess.PIPE, text=True, start_new_session=True)
    until(lambda: len(list(pids.iterdir())) == 2, "the helpers to start")
    return parent, [int(path.name) for path in pids.iterdir()]


def until(condition: object, what: str, seconds: float = 30) -> None:
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.02)


def is_alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"  # a dead one that nobody has collected yet


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")
def test_helpers_end_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    parent, helpers = hanging_parent(tmp_path)
    assert all(is_alive(helper) for helper in helpers)
    parent.kill()
    parent.communicate()
    until(lambda: not any(is_alive(helper) for helper in helpers), "the helpers to end")


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")
def test_ctrl_c_reaches_helpers_through_their_parent_alone(tmp_path: Path) -> None:
    parent, helpers = hanging_parent(tmp_path)
    for helper in helpers:
        os.kill(helper, signal.SIGINT)
        os.kill(helper, signal.SIGTERM)
    time.sleep(0.3)
    assert all(is_alive(helper) for helper in helpers)
    os.killpg(parent.pid, signal.SIGINT)
    _, errors = parent.communicate(timeout=30)
    assert errors.count("Traceback") == 1, "the script's own, none of the helpers'"
    assert not any(is_alive(helper) for helper in helpers)


LIMITED = """
import resource, sys
sys.path.insert(0, {library!r})
from CrossMoDAUDALib.core import parallel
parallel.refuse_small_limit()
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
parallel.refuse_small_limit()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs such a limit")
def test_a_limit_below_what_the_libraries_take_is_refused() -> None:
    done = subprocess.run([sys.executable, "-c", LIMITED.format(library=str(LIBRARY))], capture_output=True, text=True)
    assert "CrossModaError: Memory ran out before the work began: processes are limited to 1.0 GB" in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's signal at a parent's death")
def test_a_helper_that_is_stuck_in_a_library_ends_with_its_parent(tmp_path: Path) -> None:
    parent, helpers = hanging_parent(tmp_path, "__import__('ctypes').PyDLL(None).sleep(120)")  # no Python runs meanwhile
    time.sleep(0.3)
    parent.kill()
    parent.communicate()
    until(lambda: not any(is_alive(helper) for helper in helpers), "the helpers to end", 5)


def test_helper_count() -> None:
    assert [parallel.helper_count(number) for number in (0, 1, 7)] == [0, 1, 7]
    chosen = parallel.helper_count(-1)
    assert chosen == 0 or 2 <= chosen < (os.cpu_count() or 1)
    assert parallel.helper_count(-1, memory_gb_each=1e9) == 0

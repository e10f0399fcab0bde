"""What a terminal and a log show of work that goes on: real runs on a pseudo-terminal and into pipes."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from conftest import TINY
from CrossMoDAUDALib.commands import terminal
from CrossMoDAUDALib.commands.terminal import Bar, Display
from CrossMoDAUDALib.core.progress import TimeLeft, duration
from CrossMoDAUDALib.experiment.events import Event, EventLog, read_events
from long_runs import ENDLESS, LAUNCHER, wait_until

SHORT = ["--preset", "smoke", "--iterations", "0", "--device", "cpu", *(f"--set={key}={value}" for key, value in TINY.items())]


def on_a_terminal(*words: str | Path, stdout: int | None = None) -> tuple[int, str]:
    """Run Python with a pseudo-terminal of 160 columns; its status and all that was written there."""
    pty = pytest.importorskip("pty")
    import fcntl
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 160, 0, 0))
    process = subprocess.Popen(
        [sys.executable, *map(str, words)], stdin=theirs, stdout=stdout or theirs, stderr=theirs, env={**os.environ, "OMP_NUM_THREADS": "1"}
    )
    os.close(theirs)
    written: list[bytes] = []

    def read() -> None:
        with contextlib.suppress(OSError):  # the terminal is gone
            while part := os.read(ours, 65536):
                written.append(part)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        status = process.wait(240)
    finally:
        process.kill()
        reader.join(10)
        os.close(ours)
    return status, b"".join(written).decode()


def screen(written: str) -> list[str]:
    """The lines that stand on a terminal in the end: a carriage return goes back to the beginning of a line."""
    lines = [""]
    column = 0
    for piece in re.split(r"(\r|\n|\x1b\[A)", written):
        if piece == "\r":
            column = 0
        elif piece == "\n":
            lines.append("")
        elif piece != "\x1b[A":
            lines[-1] = lines[-1][:column] + piece + lines[-1][column + len(piece) :]
            column += len(piece)
    return [line.rstrip() for line in lines]


def bars(written: str, label: str) -> list[str]:
    """All states that a bar has shown."""
    return [piece.rstrip() for piece in re.split(r"[\r\n]+", written) if piece.startswith(label) and "|" in piece]


@pytest.mark.slow
def test_every_stage_of_a_real_run_has_a_bar_that_ends_with_it(tmp_path: Path, tiny_cohort: Path) -> None:
    folder = tmp_path / "experiment"
    status, written = on_a_terminal(LAUNCHER, "run", "--crossmoda", tiny_cohort, "-o", folder, *SHORT)
    assert status == 0, written
    shown, events = screen(written), read_events(folder / "events.jsonl")[0]
    stages = [event["stage"] for event in events if event["kind"] == "stage" and event["state"] == "started"]
    with_progress = {event["stage"] for event in events if event["kind"] == "progress"}
    assert "translation/train" in with_progress
    places = []
    for stage in stages:
        if stage in with_progress:
            label = "checking the scans" if stage == "check" else stage
            found = [number for number, line in enumerate(shown) if line.startswith(f"{label} ") and "|" in line]
            assert len(found) == 1 and "100%" in shown[found[0]], f"{stage}: {[shown[number] for number in found]}"
            places += found
    assert places == sorted(places), "in the order of the stages"
    training = next(line for line in shown if line.startswith("translation/train"))
    assert "epoch 2 of 2" in training and "cycle_source" in training
    message = next(event["message"] for event in events if event["kind"] == "message")
    assert shown.count(message) == 1
    assert shown.index(message) < shown.index(training), "messages stand above the bar"
    assert not [line for line in shown if ": started" in line or ": done in" in line], "lines are for logs"


# What goes on while a bar is shown: its arguments are how long it takes.
WARNED = """
import sys, time
sys.path.insert(0, sys.argv[1])
from CrossMoDAUDALib.commands.terminal import Display
from CrossMoDAUDALib.experiment.events import EventLog
log = EventLog(None)
with Display() as display:
    log.listeners.append(display)
    log.write("stage", stage="iteration_0/train", state="started")
    progress = log.progress("iteration_0/train")
    for step in range(1, 4):
        progress(step, 10, f"step {step}", train_loss=1 / step)
        time.sleep(1.05)
        log.write("warning", message=f"warning {step}")
        log.write("message", message=f"message {step}")
"""


def test_warnings_and_messages_go_above_a_bar_that_stays(project_root: Path, tmp_path: Path) -> None:
    with (tmp_path / "output.txt").open("w+", encoding="utf-8") as output:
        for stdout in (None, output.fileno()):
            status, written = on_a_terminal("-c", WARNED, project_root / "CrossMoDAUDA", stdout=stdout)
            shown = [line for line in screen(written) if line]
            told = [f"message {step}" for step in (1, 2, 3)]
            expected = [[f"crossmoda_uda: warning: warning {step}", *([] if stdout else [f"message {step}"])] for step in (1, 2, 3)]
            assert (status, shown[:-1]) == (0, list(itertools.chain(*expected))), shown
            assert shown[-1].startswith("iteration_0/train") and "| 3/10 [" in shown[-1], "there to the end, at its last step"
        output.seek(0)
        assert output.read().splitlines() == told, "a message is output, a bar is not"


@pytest.mark.slow
def test_a_log_has_lines_of_a_real_training(tmp_path: Path, tiny_cohort: Path) -> None:
    """As under a cluster's scheduler: no terminal anywhere; the time between two lines is shortened."""
    code = (
        "import runpy, sys; sys.path.insert(0, sys.argv.pop(1)); from CrossMoDAUDALib.commands import cli, terminal;"
        "terminal.SECONDS_BETWEEN_LINES = 2.0; sys.exit(cli.main(sys.argv[1:]))"
    )
    words = ["run", "--crossmoda", tiny_cohort, "-o", tmp_path / "experiment", *ENDLESS]
    log = tmp_path / "log.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(LAUNCHER.parents[1] / "CrossMoDAUDA"), *map(str, words)], stdout=output, stderr=output
        )
    try:
        wait_until(lambda: log.read_text(encoding="utf-8").count("translation/train: ") >= 5, process, seconds=120)
    finally:
        process.terminate()
        process.wait(60)
    lines = log.read_text(encoding="utf-8").splitlines()
    assert lines[:2] == ["checking the scans: started", lines[1]] and re.fullmatch(r"checking the scans: done in [\d.]+ s", lines[1])
    training = lines[lines.index("translation/train: started") + 1 :]
    assert training.pop(0).startswith("Training the translator in ")
    steps = []
    for line in [line for line in training if line.startswith("translation/train: ")]:
        left = r"(, about \d+ (h|min) \d+ (min|s) left)?"
        found = re.fullmatch(r"translation/train: (\d+) of 500\d\d\d, epoch (\d+) of \d+, (.*?)" + left, line)
        assert found, line
        assert found[4] or found[1] == "1", "one step alone says nothing of the time left"
        assert {name.partition(" ")[0] for name in found[3].split(", ")} >= {"cycle_source", "adversarial_target"}
        steps.append(int(found[1]))
    assert steps == sorted(set(steps)) and len(steps) >= 3
    assert "\r" not in "".join(lines)


def replay(events: list[Event], display: Display, monkeypatch: pytest.MonkeyPatch) -> None:
    """Show events as if they came at the times that stand in them."""
    for event in events:
        monkeypatch.setattr(terminal.time, "monotonic", lambda event=event: event["time"])
        display(event)


def test_lines_come_once_a_minute_and_keep_the_losses(
    tiny_experiment: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A real training's events, spread over hours; its losses come once an epoch, a line may come at any step."""
    events = [event for event in read_events(tiny_experiment / "events.jsonl")[0] if event.get("stage") == "iteration_0/train"]
    started, finished = (next(event for event in events if event.get("state") == state) for state in ("started", "finished"))
    progress = [event for event in events if event["kind"] == "progress"]
    loss = next(event for event in progress if "train_loss" in event.get("metrics", {}))
    spread = [{**started, "time": 0.0}]
    spread += [{**loss, "step": 1, "total": 1000, "time": 5.0}]
    spread += [{**loss, "step": step, "total": 1000, "time": 5.0 * step, "metrics": {}} for step in range(2, 100)]
    replay([*spread, {**finished, "time": 500.0, "metrics": {"seconds": 500.0}}], Display(), monkeypatch)
    first, *lines, last = capsys.readouterr().out.splitlines()
    assert (first, last) == ("iteration_0/train: started", "iteration_0/train: done in 8 min 20 s")
    assert [line.partition(",")[0] for line in lines] == [f"iteration_0/train: {step} of 1000" for step in range(12, 100, 12)]
    value = f"train_loss {loss['metrics']['train_loss']:.3g}"
    assert all(value in line for line in lines)
    assert lines[0].endswith("about 1 h 22 min left") and "learning_rate" not in lines[0]


class Console:
    """What Slicer puts in the place of the standard streams: it has write and flush, no isatty."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> None:
        self.text += text

    def flush(self) -> None:
        return


def test_slicers_console_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    console: Any = Console()
    monkeypatch.setattr(sys, "stdout", console)
    monkeypatch.setattr(sys, "stderr", console)
    monkeypatch.setattr(terminal, "SECONDS_BETWEEN_LINES", 0.0)
    log = EventLog(None)
    with Display() as display:
        log.listeners.append(display)
        log.write("stage", stage="pseudo_target", state="started")
        log.progress("pseudo_target")(1, 2, "translated a")
        log.write("warning", message="odd\x1b[2J")
        log.progress("pseudo_target")(2, 2, "translated b")
    assert console.text.splitlines() == [
        "pseudo_target: started",
        "pseudo_target: 1 of 2, translated a",
        "crossmoda_uda: warning: odd\\x1b[2J",
        "pseudo_target: 2 of 2, translated b",
    ]


def test_work_on_a_scan_has_lines_in_a_log(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """As segment and translate show it; their output is for the names of files."""
    clock = itertools.count(0, 25)
    monkeypatch.setattr(terminal.time, "monotonic", lambda: float(next(clock)))
    with Bar("2 of 3: scan.nii.gz") as bar:
        for step in range(1, 9):
            bar(step, 8, "segmenting")
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines() == [
        "2 of 3: scan.nii.gz: 3 of 8, segmenting, about 2 min 05 s left",
        "2 of 3: scan.nii.gz: 6 of 8, segmenting, about 50.0 s left",
    ]


def test_time_left_counts_the_steps_of_this_start() -> None:
    left = TimeLeft()
    assert left.after(40, 100, 1000.0) is None, "made before"
    assert left.after(40, 100, 1010.0) is None
    assert left.after(50, 100, 1020.0) == 100.0
    assert left.after(60, 100, 900.0) == 0.0, "the clock was set back"


def test_durations_in_words() -> None:
    assert [duration(seconds) for seconds in (0, 4.24, 59.9, 200, 3599.7, 90420)] == [
        "0.0 s",
        "4.2 s",
        "59.9 s",
        "3 min 20 s",
        "1 h 00 min",
        "25 h 07 min",
    ]

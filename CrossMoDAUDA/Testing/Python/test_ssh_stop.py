"""``stop`` of a ``segment --on``, by a real SSH server: whatever its follower does, and what is told of it."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from CrossMoDAUDALib.commands import cli
from CrossMoDAUDALib.experiment.lock import is_running
from CrossMoDAUDALib.images.volumes import read_volume, write_volume
from CrossMoDAUDALib.models.model_folder import describe_model
from CrossMoDAUDALib.places import place
from CrossMoDAUDALib.places.connection import Connection
from CrossMoDAUDALib.places.known import KnownPlace, add_place
from CrossMoDAUDALib.places.place import DetachedError
from CrossMoDAUDALib.places.remote import Remote
from CrossMoDAUDALib.places.segmenting import RemoteSegmenter
from CrossMoDAUDALib.places.unfinished import Unfinished
from long_runs import start, wait_until
from test_ssh_unfinished import SECONDS, Begin, begin, end_sleepers, killed_here, scans, sleepers

__all__ = ["begin", "scans"]


def has_started(out: Path) -> bool:
    """Whether a command has recorded that its worker was started."""
    record = Unfinished.left_in(out)
    return record is not None and record.has_started


def test_stop_ends_the_work_of_who_does_not_leave_it_only_by_force(
    gpu_box: KnownPlace, tiny_experiment: Path, scans: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    """As one that was paused by Ctrl-Z. A training in the same folder is stopped, too, and status tells how far the scans are."""
    python, out = tmp_path / "python", tmp_path / "out"
    python.write_text(f'#!/bin/sh\n[ "$2" = segment ] && exec sleep {SECONDS}\nexec {shlex.quote(sys.executable)} "$@"\n')
    python.chmod(0o755)
    add_place(replace(gpu_box, python=str(python)), overwrite=True)
    monkeypatch.setattr(place, "SECONDS_TO_STOP", 1.0)
    follower = start("segment", tiny_experiment, *scans, "-o", out, "--on", "gpu-box", "--device", "cpu")
    training = None
    try:
        wait_until(lambda: sleepers() and has_started(out), follower)
        follower.send_signal(signal.SIGSTOP)
        assert cli.main(["stop", str(out)]) == 1 and sleepers()
        assert "has not left it in 1 seconds; let it go on if it is paused" in capsys.readouterr().err
        assert cli.main(["status", str(out)]) == 0
        assert f"0 of 2 scans of {out} are done. What was begun on gpu-box" in capsys.readouterr().out
        works = "import sys,time,pathlib; from CrossMoDAUDALib.experiment.lock import *; out = pathlib.Path(sys.argv[1])\n"
        works += "with locked(out), stopping_on_request(out): time.sleep(60)"
        library = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        training = subprocess.Popen([sys.executable, "-c", works, str(out)], env=library, stderr=subprocess.DEVNULL)
        wait_until(lambda: is_running(out))
        monkeypatch.setattr(place, "SECONDS_TO_STOP", 5.0)
        assert cli.main(["stop", str(out), "--force"]) == 0
        said = capsys.readouterr()
        assert "is ended all the same" in said.err and "Stopped on gpu-box" in said.out and "Stopped; " in said.out, said
        assert not sleepers() and training.wait(10)
        follower.send_signal(signal.SIGCONT)
        follower.communicate(timeout=60)
        assert follower.returncode == 130
    finally:
        for process in (follower, training):
            if process is not None:
                process.kill()
                process.wait()
        end_sleepers()


def test_stop_reaches_one_that_has_not_begun_there_yet(
    gpu_box: KnownPlace, tiny_experiment: Path, scans: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    python, out = tmp_path / "python", tmp_path / "out"
    python.write_text(f"#!/bin/sh\nexec sleep {SECONDS}\n")
    python.chmod(0o755)
    add_place(replace(gpu_box, python=str(python)), overwrite=True)
    follower = start("segment", tiny_experiment, *scans, "-o", out, "--on", "gpu-box", "--device", "cpu")
    try:
        wait_until(lambda: (out / ".segment-on.lock").exists() and sleepers(), follower)
        assert cli.main(["stop", str(out)]) == 0
        assert f"Stopped; nothing of {out} is elsewhere, and the same command begins anew." in capsys.readouterr().out
        follower.communicate(timeout=30)
        assert follower.returncode == 130 and not list(out.glob(".segment-on*"))
    finally:
        follower.kill()
        end_sleepers()


def test_what_is_told_of_work_there_is_what_has_been_answered(
    begin: Begin,
    gpu_box: KnownPlace,
    tiny_experiment: Path,
    scans: list[Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Any,
) -> None:
    """Ctrl-C between the record and the start; one in `stop`; and work that goes on though it was ended."""
    out, whole, at = tmp_path / "out", Connection.ask, ["start"]
    add_place(gpu_box, overwrite=True)

    def ask(self: Connection, do: str, *words: Any, **values: Any) -> Any:
        if do == at[0] == "kill":
            return None
        if do == at[0]:
            raise KeyboardInterrupt
        return whole(self, do, *words, **values)

    monkeypatch.setattr(Connection, "ask", ask)
    model = describe_model(tiny_experiment)
    record = Unfinished.of(out, model, [])
    out.mkdir()
    with pytest.raises(DetachedError, match=r"^What was begun on gpu-box stays there as it is, .* `stop .*out` ends it"), record.held():
        RemoteSegmenter(Remote(gpu_box, asks=False), model, scans, [], record=record)
    at[0] = ""
    killed_here(begin(out, scans))
    at[0] = "is_at_work"
    assert cli.main(["stop", str(out)]) == 130 and "goes on on" not in (said := capsys.readouterr().err) and "Interrupted" in said
    at[0] = "kill"
    monkeypatch.setattr(place, "SECONDS_TO_STOP", 0.5)
    assert cli.main(["stop", str(out)]) == 1 and "The work on gpu-box has not ended" in capsys.readouterr().err
    at[0] = ""
    assert cli.main(["stop", str(out)]) == 0 and "Stopped on gpu-box" in capsys.readouterr().out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_the_following_and_stop_the_work(
    number: int, gpu_box: KnownPlace, tiny_experiment: Path, scans: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As of `run --on`: the same command follows again. `stop` works whether somebody follows or not; what is there stays for later."""
    python, out = tmp_path / "python", tmp_path / "out"
    python.write_text(f'#!/bin/sh\n[ "$2" = segment ] && exec sleep {SECONDS}\nexec {shlex.quote(sys.executable)} "$@"\n')
    python.chmod(0o755)
    add_place(replace(gpu_box, python=str(python)), overwrite=True)
    words = ["segment", tiny_experiment, *scans, "-o", out, "--on", "gpu-box", "--device", "cpu"]
    goes_on = f"The work goes on on gpu-box: the same command follows it again, `stop {out}` ends it."
    try:
        follower = start(*words)
        wait_until(lambda: sleepers() and has_started(out), follower)
        before = sleepers()
        follower.send_signal(number)
        said = follower.communicate(timeout=60)[1]
        assert follower.returncode == 130 and said.strip().endswith(f": {goes_on}") and "Interrupted" not in said, said
        record, whole = json.loads((out / ".segment-on.json").read_text()), read_volume(scans[0])
        assert sleepers() == before and record["folder"]
        results = Path(record["folder"]) / "results"
        results.mkdir()
        write_volume(replace(whole, array=np.ones(whole.array.shape, np.uint8)), results / "scan_t0001_hrT2_Label.nii.gz")
        if number == signal.SIGINT:
            follower = start(*words)
            wait_until(lambda: any(out.glob("0_*_Label.nii.gz")), follower)
        assert cli.main(["stop", str(out)]) == 0
        asked = f"Asked the `segment --on` that works for {out} to leave it; waiting up to 30 seconds.\n"
        done = "Stopped on gpu-box; the same command goes on with what is missing.\n"
        assert capsys.readouterr().out == (asked if number == signal.SIGINT else "") + done
        assert not sleepers() and (results / "scan_t0001_hrT2_Label.nii.gz").is_file()
        if number == signal.SIGINT:
            assert goes_on in follower.communicate(timeout=60)[1] and follower.returncode == 130
            assert not list(out.glob("*stop*"))
        assert cli.main(["stop", str(out)]) == 0 and "Nothing is at work on gpu-box" in capsys.readouterr().out
        assert json.loads((out / ".segment-on.json").read_text())["folder"] == record["folder"]
        (out / ".segment-on.json").unlink()
        assert cli.main(["stop", str(out)]) == 0 and "Nobody is working" in capsys.readouterr().out
    finally:
        end_sleepers()

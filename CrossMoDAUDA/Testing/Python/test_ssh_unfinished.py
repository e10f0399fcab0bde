"""What a ``segment --on`` leaves on another computer, by a real SSH server: whoever comes back for it finds it, and nothing else stays."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from CrossMoDAUDALib.core.errors import CrossModaError
from CrossMoDAUDALib.images.volumes import read_volume, write_volume
from CrossMoDAUDALib.models.model_folder import describe_model
from CrossMoDAUDALib.places.connection import Connection, UnreachableError
from CrossMoDAUDALib.places.known import KnownPlace
from CrossMoDAUDALib.places.remote import Remote
from CrossMoDAUDALib.places.segmenting import RemoteSegmenter
from CrossMoDAUDALib.places.shares import remove_left_over
from CrossMoDAUDALib.places.unfinished import Begun, Unfinished, left_over
from long_runs import TAKES_LONG, wait_until
from ssh_server import SshServer

Begin = Callable[..., RemoteSegmenter]
SECONDS = f"3{os.getpid()}"  # that these workers would sleep, by which they are known


@pytest.fixture
def scans(tiny_cohort: Path, tmp_path: Path) -> list[Path]:
    """Two scans."""
    found = sorted(tiny_cohort.rglob("*_hrT2.nii.gz"))[:2]
    return [Path(shutil.copy(scan, tmp_path / f"{number}_hrT2.nii.gz")) for number, scan in enumerate(found)]


@pytest.fixture
def begin(gpu_box: KnownPlace, tiny_experiment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Begin]:
    """Begins what ``segment --on -o OUT`` begins; the worker there does nothing and does not end."""
    sleeper = tmp_path / "sleeper"
    sleeper.write_text(f"#!/bin/sh\nexec sleep {SECONDS}\n")
    sleeper.chmod(0o755)
    monkeypatch.setattr(Remote, "python", lambda _: (str(sleeper), {}))
    model = describe_model(tiny_experiment)

    def begin(out: Path, scans: list[Path], **more: Any) -> RemoteSegmenter:
        return RemoteSegmenter(Remote(gpu_box, asks=False), model, scans, [], record=Unfinished.of(out, model, []), **more)

    yield begin
    end_sleepers()


def sleepers() -> list[int]:
    """The workers there."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.cmdline() == ["sleep", SECONDS]:
                found.append(process.pid)
    return found


def end_sleepers() -> None:
    """Kill them."""
    for pid in sleepers():
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not sleepers())


def killed_here(segmenter: RemoteSegmenter) -> str:
    """What is left of one whose process is killed: nothing is tidied up there; its folder there."""
    segmenter._here.cleanup()
    return segmenter._there


def flapping(at: str, server: SshServer, monkeypatch: pytest.MonkeyPatch, is_after: bool = False) -> None:
    """Let the way be lost at a request, and be there again for the next one."""
    whole, lost = Connection.ask, list[str]()

    def ask(self: Connection, do: str, *words: Any, **values: Any) -> Any:
        if do != at or lost:
            return whole(self, do, *words, **values)
        lost.append(do)
        if is_after:  # it is done there, and the answer does not come
            whole(self, do, *words, **values)
            raise UnreachableError("The connection to gpu-box broke off in mid-answer; try again.")
        server.stop()
        try:
            return whole(self, do, *words, **values)
        finally:
            server.start()

    monkeypatch.setattr(Connection, "ask", ask)


@pytest.mark.parametrize(
    "at", ["look", "start", pytest.param("look_tasks", marks=TAKES_LONG), pytest.param("missing_scans", marks=TAKES_LONG)]
)
def test_a_way_that_is_lost_while_work_is_taken_up_ends_nothing_there(
    at: str, begin: Begin, gpu_box: KnownPlace, ssh_server: SshServer, scans: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the first look, when it is looked for what has come, and while one more worker is started for what has not."""
    out = tmp_path / "out"
    there = Path(killed_here(begin(out, scans)))
    wait_until(lambda: sleepers())
    before = sleepers()
    starts = at in ("missing_scans", "start")
    if starts:  # the worker there has died
        end_sleepers()
    (there / "results").mkdir()
    (there / "results" / "kept").write_text("as a label map is")
    flapping(at, ssh_server, monkeypatch)
    with pytest.raises(UnreachableError, match="What was begun on gpu-box stays there as it is, and the same command goes on with it"):
        begin(out, scans)
    assert (there / "results" / "kept").is_file() and json.loads((out / ".segment-on.json").read_text())["folder"] == str(there)
    assert starts or sleepers() == before
    again = begin(out, scans)
    assert again._there == str(there) and len(sleepers()) == 1 and (starts or sleepers() == before)
    again._tidy_up()
    assert not there.exists() and not sleepers()


@pytest.mark.parametrize(
    "at", ["lay_out", "start, after it", pytest.param("missing_scans", marks=TAKES_LONG), pytest.param("start", marks=TAKES_LONG)]
)
def test_a_first_start_that_loses_its_way_goes_on_where_it_was(
    at: str, begin: Begin, gpu_box: KnownPlace, ssh_server: SshServer, scans: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    flapping(at.partition(",")[0], ssh_server, monkeypatch, "after" in at)
    with pytest.raises(UnreachableError, match="the same command goes on with it"):
        begin(out, scans)
    (there,) = (Path(gpu_box.folder) / "tasks").iterdir()
    again = begin(out, scans)
    wait_until(lambda: sleepers())
    assert again._there == str(there) and len(sleepers()) == 1
    again._tidy_up()


def test_a_way_that_is_lost_before_anything_is_there_leaves_nothing(
    begin: Begin, gpu_box: KnownPlace, ssh_server: SshServer, scans: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, told = tmp_path / "out", list[str]()
    whole = Connection.ask

    def ask(self: Connection, do: str, *words: Any, **values: Any) -> Any:
        if do == "has_library":
            ssh_server.stop()
        return whole(self, do, *words, **values)

    monkeypatch.setattr(Connection, "ask", ask)
    try:
        with pytest.raises(UnreachableError, match=r"check the network, the host and its port\.$"):
            begin(out, scans, warn=told.append)
    finally:
        ssh_server.start()
    assert not told and not out.exists() and not list((tmp_path / "configuration").glob("segment-on/*"))
    assert not (Path(gpu_box.folder) / "tasks").exists()


def test_an_error_that_is_not_of_the_way_ends_nothing_that_was_taken_up(
    begin: Begin, gpu_box: KnownPlace, scans: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever fails here, Ctrl-C included. A first start that fails leaves nothing."""
    out, told = tmp_path / "out", list[str]()
    there = Path(killed_here(begin(out, scans)))
    for error in (CrossModaError("The disk here is full."), OSError(28, "No space left"), KeyboardInterrupt()):
        with monkeypatch.context() as broken:
            broken.setattr(RemoteSegmenter, "_refresh", lambda _, error=error: (_ for _ in ()).throw(error))
            with pytest.raises(type(error)):
                begin(out, scans, warn=told.append)
        assert there.is_dir() and sleepers()
    assert told == ["What was begun on gpu-box stays there as it is, and the same command goes on with it."] * 2
    with monkeypatch.context() as broken:
        broken.setattr(Connection, "send", lambda *_: (_ for _ in ()).throw(CrossModaError("No room there.")))
        scans[0].write_bytes(scans[0].read_bytes() + b"another")
        with pytest.raises(CrossModaError, match="No room there"):
            begin(out, scans)
    assert not list((Path(gpu_box.folder) / "tasks").iterdir())


@pytest.mark.parametrize("lacks", ["room for a result", "room for what comes", "room while it waits"])
def test_results_that_cannot_be_written_here_stay_there(
    lacks: str, begin: Begin, scans: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the disk here is full: the same command fetches them when there is room."""
    out, told, full = tmp_path / "out", list[str](), CrossModaError("It could not be written; check the free space.")

    def full_disk(*_: object) -> None:
        raise full

    def do(segmenter: RemoteSegmenter, scan: Path) -> None:
        label, record = out / f"{scan.name}_Label.nii.gz", segmenter._record
        assert record is not None
        write_volume(segmenter.segment(scan), label)
        record.note(scan, [label])
        record.end(scans)

    with contextlib.suppress(CrossModaError), monkeypatch.context() as here, begin(out, scans, warn=told.append) as first:
        there = Path(first._there)
        for scan in scans:
            whole = read_volume(scan)
            write_volume(replace(whole, array=np.ones(whole.array.shape, np.uint8)), there / first._result(scan))
        if lacks == "room for a result":
            do(first, scans[0])
            first.segment(scans[1])
        else:
            here.setattr(Connection, "fetch", full_disk)
            for scan in scans:
                with pytest.raises(CrossModaError, match="check the free space"):
                    first.segment(scan)
        if lacks == "room while it waits":
            raise full
    assert told == ["What was begun on gpu-box stays there as it is, and the same command goes on with it."]
    with begin(out, scans) as again:
        assert again._there == str(there) and len(sleepers()) == 1
        for scan in scans:
            do(again, scan)
    assert not there.exists() and not sleepers() and len(told) == 1


def test_only_what_no_command_needs_any_more_is_deleted_there(
    begin: Begin, gpu_box: KnownPlace, scans: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However old it is; what other computers have begun there, and experiments, are theirs."""
    tasks = Path(gpu_box.folder) / "tasks"
    unfinished, unmounted, forgotten, replaced = (Path(killed_here(begin(tmp_path / name, scans))) for name in "abcd")
    (tmp_path / "b").rename(tmp_path / "as if it were not mounted")
    (tmp_path / "c" / ".segment-on.json").unlink()
    (tmp_path / "c" / "a result").touch()
    (tmp_path / "d" / ".segment-on.json").write_text(json.dumps({"folder": "/another"}))
    others, experiment = tasks / "of-another-computer", Path(gpu_box.folder) / "experiments" / "e"
    for folder in (others, experiment):
        folder.mkdir(parents=True)
    end_sleepers()
    for path in [*Path(gpu_box.folder).rglob("*")]:
        if "library" not in path.parts:
            os.utime(path, (0, 0), follow_symlinks=False)
    assert {begun.folder for begun in left_over(gpu_box)} == {str(forgotten), str(replaced)}
    (tmp_path / "b").mkdir()  # where it would be mounted
    with monkeypatch.context() as elsewhere:  # a computer with the same home folder
        elsewhere.setattr(socket, "gethostname", lambda: "another")
        assert not left_over(gpu_box)
    begin(tmp_path / "another", scans)._tidy_up()
    assert {path.name for path in tasks.iterdir()} == {unfinished.name, unmounted.name, others.name} and experiment.is_dir()
    assert not left_over(gpu_box)
    assert begin(tmp_path / "a", scans)._there == str(unfinished)
    with pytest.raises(CrossModaError, match=r"is no folder of `segment --on`, which alone are deleted"):
        Remote(gpu_box, asks=False).connection.ask("remove", experiment=str(experiment))


def test_what_cannot_be_deleted_there_keeps_nothing_else(gpu_box: KnownPlace, tmp_path: Path) -> None:
    """Nor does what one record of it says."""
    tasks = [Path(gpu_box.folder) / "tasks" / name for name in ("b", "d")]
    refused = f"{gpu_box.folder}/experiments/a"
    for folder in (refused, *map(str, tasks)):
        Path(folder).mkdir(parents=True)
        Begun(gpu_box, folder, None).keep(is_over=True)
    (tmp_path / "configuration" / "segment-on" / "c.json").write_text("[]")
    remove_left_over(Remote(gpu_box, asks=False))
    assert Path(refused).is_dir() and not any(folder.exists() for folder in tasks)
    assert [begun.folder for begun in left_over(gpu_box)] == [refused]

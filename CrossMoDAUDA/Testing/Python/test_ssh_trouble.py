"""What goes wrong on the way to another computer, by a real SSH server: each ends in one sentence that says what to do."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import ROOT
from CrossMoDAUDALib.commands import cli
from CrossMoDAUDALib.core.errors import CrossModaError, InputError
from CrossMoDAUDALib.core.progress import silent
from CrossMoDAUDALib.places import connection, remote, sending
from CrossMoDAUDALib.places.connection import Connection, UnreachableError
from CrossMoDAUDALib.places.known import KnownPlace, Slurm, add_place
from CrossMoDAUDALib.places.remote import Remote
from ssh_server import SshServer
from test_ssh_way import another_server


def refusal(place: KnownPlace) -> str:
    """The sentence with which a check of a place ends, or its findings that are no good."""
    try:
        found = Remote(place, asks=False).check()
    except CrossModaError as error:
        return str(error)
    return "; ".join(f"{one.title}: {one.text}" for one in found if not one.is_good)


def test_a_host_that_ssh_refuses(gpu_box: KnownPlace, ssh_server: SshServer, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(other / "user_key")], check=True)
    public = (other / "user_key.pub").read_text().split()
    (other / "known_hosts").write_text(f"[127.0.0.1]:{ssh_server.port} {public[0]} {public[1]}\n")

    def by(**changes: object) -> KnownPlace:
        return replace(gpu_box, ssh_config=str(ssh_server.write_config(**changes)))

    assert "is unknown; check its name" in refusal(replace(gpu_box, ssh="no-such-host.invalid"))
    changed = ssh_server.write_config(known=1).read_text().replace("/known_hosts", "/changed_hosts")
    (tmp_path / "changed").write_text(changed.replace(str(ssh_server.config.parent / "changed_hosts"), str(other / "known_hosts")))
    assert "shows another host key than before" in refusal(replace(gpu_box, ssh_config=str(tmp_path / "changed")))
    (tmp_path / "new").write_text(changed)
    assert "is not known to ssh yet; connect once with `ssh server`" in refusal(replace(gpu_box, ssh_config=str(tmp_path / "new")))
    key = ssh_server.config.read_text().replace("/user_key", "/../other_key")
    (tmp_path / "key").write_text(key.replace(str(ssh_server.config.parent / ".." / "other_key"), str(other / "user_key")))
    assert "refuses the login" in refusal(replace(gpu_box, ssh_config=str(tmp_path / "key")))
    assert "cannot be reached (ssh: connect to host" in refusal(by(port=1))
    assert "configuration file is missing" in refusal(replace(gpu_box, ssh_config=str(tmp_path / "missing")))


def test_a_python_that_does_not_do(gpu_box: KnownPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "has no /no/python; install Python 3.11 to 3.13 there" in refusal(replace(gpu_box, python="/no/python"))
    bare = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(bare)], check=True)
    found = refusal(replace(gpu_box, python=str(bare / "bin" / "python")))
    assert "packages: torch, nnunetv2" in found and "run `place install gpu-box`" in found
    monkeypatch.setattr(connection, "_BOOT", connection._BOOT.replace(str(connection.OLDEST), "(99, 0)"))  # to which any is old
    assert f"Python on gpu-box is {sys.version.split()[0]}; 3.11 to 3.13 is needed" in refusal(gpu_box)


def test_what_is_missing_there_is_found_before_anything_is_sent(
    gpu_box: KnownPlace, tiny_cohort: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "E"
    words = ["run", "-o", str(folder), "--crossmoda", str(tiny_cohort), "--preset", "smoke"]
    add_place(replace(gpu_box, python="/no/python"), overwrite=True)
    assert cli.main([*words, "--on", "gpu-box"]) == 2
    assert "has no /no/python" in capsys.readouterr().err
    assert not list(Path(gpu_box.folder).glob("**/*.nii.gz"))
    with another_server(tmp_path / "sshd", {"PATH": "/nowhere"}) as server:
        add_place(replace(gpu_box, ssh_config=str(server.config), slurm=Slurm()), overwrite=True)
        assert cli.main([*words, "--on", "gpu-box"]) == 2
        assert "sbatch, squeue, scontrol, scancel, sinfo not found there" in capsys.readouterr().err
    add_place(gpu_box, overwrite=True)
    assert cli.main([*words, "--on", "gpu-box", "--script-only"]) == 2
    assert "--script-only is for clusters, and gpu-box is none" in capsys.readouterr().err


def test_a_clock_that_is_off_is_told(gpu_box: KnownPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "clock" not in refusal(gpu_box)
    now = time.time
    monkeypatch.setattr(remote.time, "time", lambda: now() - 3600)
    assert "clock: 60 minutes ahead; times that are shown are its own" in refusal(gpu_box)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk with room for little."""
    folder = tmp_path / "small disk"
    folder.mkdir()
    if os.name != "posix" or os.getuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]).returncode:
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize("by", ["rsync", "sftp"])
def test_no_room_there_is_told_and_goes_on_when_there_is(
    by: str, gpu_box: KnownPlace, small_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _without_rsync(by, monkeypatch)
    scans = {}
    for number in range(3):
        path = tmp_path / f"scan {number}.nii"
        path.write_bytes(os.urandom(600_000))
        scans[f"target/scan_t{number}.nii"] = path
    place = replace(gpu_box, folder=str(small_disk / "ours"))
    there = Connection(place, sys.executable, asks=False)
    folder = there.ask("probe", folder=place.folder, wanted=[])["folder"]
    with pytest.raises(CrossModaError, match=r"has no space left|No space left on device"):
        sending.send_scans(there, folder, "one", scans, silent, {})
    subprocess.run(["mount", "-o", "remount,size=8m", str(small_disk)], check=True)
    stored = sending.send_scans(there, folder, "one", scans, silent, {})
    assert all((small_disk / "ours" / "scans" / stored[name]).read_bytes() == path.read_bytes() for name, path in scans.items())


def _without_rsync(by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    which = shutil.which
    if by == "rsync":
        if not which("rsync"):
            pytest.skip("rsync missing")
        return
    monkeypatch.setattr(shutil, "which", lambda name, *more: None if name == "rsync" else which(name, *more))


@pytest.mark.parametrize("by", ["rsync", "sftp"])
def test_a_copy_that_breaks_off_goes_on_where_it_was(
    by: str, gpu_box: KnownPlace, ssh_server: SshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a file has come when the connection breaks; then the rest comes, both ways."""
    _without_rsync(by, monkeypatch)
    there = Connection(gpu_box, sys.executable, asks=False)
    folder = there.ask("probe", folder=gpu_box.folder, wanted=[])["folder"]
    (tmp_path / "here").mkdir()
    data = os.urandom(3 << 20)
    (tmp_path / "here" / "a.nii").write_bytes(data)
    there.send(tmp_path / "here", ["a.nii"], folder)
    assert (Path(folder) / "a.nii").read_bytes() == data
    half = Path(folder) / "a.nii"
    half.write_bytes(data[: 1 << 20])
    there.send(tmp_path / "here", ["a.nii"], folder)
    assert half.read_bytes() == data
    ssh_server.stop()
    with pytest.raises(UnreachableError):
        there.send(tmp_path / "here", ["a.nii"], folder)
    ssh_server.start()
    (Path(folder) / "b").mkdir()
    (Path(folder) / "b" / "c.log").write_bytes(data)
    there.fetch(folder, ["b/c.log", "a.nii", "gone"], tmp_path / "copy")
    assert (tmp_path / "copy" / "b" / "c.log").read_bytes() == data == (tmp_path / "copy" / "a.nii").read_bytes()
    second = tmp_path / "second name"
    os.link(tmp_path / "copy" / "a.nii", second)
    half.write_bytes(b"another")
    there.fetch(folder, ["a.nii"], tmp_path / "copy")
    assert (tmp_path / "copy" / "a.nii").read_bytes() == b"another" and second.read_bytes() == data, "what has a second name stays"


def test_a_file_that_changes_while_it_is_sent_is_not_taken(gpu_box: KnownPlace, tmp_path: Path) -> None:
    there = Connection(gpu_box, sys.executable, asks=False)
    folder = there.ask("probe", folder=gpu_box.folder, wanted=[])["folder"]
    scan = tmp_path / "Jane Doe.nii"
    scan.write_bytes(b"first")
    known: dict[str, dict[str, object]] = {}
    sending.send_scans(there, folder, "one", {"target/scan_t0001.nii": scan}, silent, known)
    known[str(scan)]["sha256"] = "0" * 64  # as if it had been something else when it was looked at
    with pytest.raises(CrossModaError, match=r"Jane Doe\.nii has changed while it was sent"):
        sending.send_scans(there, folder, "one", {"target/scan_t0001.nii": scan}, silent, known)
    assert len(list((Path(folder) / "scans").glob("*.nii"))) == 1


def test_another_version_of_ours_there_stays_beside_this_one(gpu_box: KnownPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    there = Connection(gpu_box, sys.executable, asks=False)
    folder = there.ask("probe", folder=gpu_box.folder, wanted=[])["folder"]
    first = sending.send_library(there, folder)
    assert sending.send_library(there, folder) == first
    monkeypatch.setattr(sending, "_START", sending._START + "# of another version\n")
    second = sending.send_library(there, folder)
    assert first != second and Path(first).is_dir()
    said = subprocess.run([sys.executable, f"{second}/{sending.SCRIPT}", "--version"], capture_output=True, text=True, check=True).stdout
    assert said.startswith("CrossMoDAUDA ")


def test_a_library_that_finds_no_room_leaves_nothing(gpu_box: KnownPlace, small_disk: Path) -> None:
    place = replace(gpu_box, folder=str(small_disk / "ours"))
    there = Connection(place, sys.executable, asks=False)
    folder = there.ask("probe", folder=place.folder, wanted=[])["folder"]
    (small_disk / "other").write_bytes(bytes(600_000))
    with pytest.raises(CrossModaError, match=r"No space left on device.*make room there"):
        sending.send_library(there, folder)
    assert not list((small_disk / "ours" / "library").glob(".*"))


# The Python there -------------------------------------------------------------------------------------------------------------


def bare_python(folder: Path) -> Path:
    """A Python without packages."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    return folder / "bin" / "python"


def test_the_python_that_was_named_is_asked_first(gpu_box: KnownPlace, tmp_path: Path) -> None:
    environment = str(bare_python(Path(gpu_box.folder) / "environment"))
    assert Remote(gpu_box, asks=False).python()[0] == sys.executable
    assert Remote(replace(gpu_box, python=""), asks=False).python()[0] == environment
    with pytest.raises(InputError, match="has no /no/python"):
        Remote(replace(gpu_box, python="/no/python"), asks=False).python()
    # One that `place install` made its environment with lacks what is in that.
    (Path(environment).parents[1] / "lib").rename(tmp_path / "lib")
    (Path(environment).parents[1] / "lib").symlink_to(Path(sys.prefix) / "lib")
    assert Remote(replace(gpu_box, python=str(bare_python(tmp_path / "bare"))), asks=False).python()[0] == environment


def test_the_home_folder_of_a_python_is_that_of_there(gpu_box: KnownPlace, tmp_path: Path) -> None:
    home = tmp_path / "home"
    python = bare_python(home / "our envs" / "it's one")
    with another_server(tmp_path / "sshd", {"HOME": str(home)}) as server:
        remote = Remote(replace(gpu_box, ssh_config=str(server.config), python="~/our envs/it's one/bin/python"), asks=False)
        assert remote.python()[0] == str(python), "as no shell reads the worker's words"


# Passwords --------------------------------------------------------------------------------------------------------------------


def test_nothing_is_asked_where_nobody_can_answer(gpu_box: KnownPlace, tmp_path: Path) -> None:
    """A host that wants a password, and a terminal, which ssh would ask on; but who runs this does not read that, as in the panel."""
    import fcntl
    import pty
    import termios

    with another_server(tmp_path / "sshd", settings="PasswordAuthentication yes\n") as server:
        config = tmp_path / "config"
        config.write_text(server.config.read_text().replace(f'"{tmp_path}/sshd/user_key"', "none"))
        add_place(replace(gpu_box, ssh_config=str(config)), overwrite=True)
        ours, theirs = pty.openpty()
        start = [sys.executable, str(ROOT / "Scripts" / "crossmoda_uda.py"), "place", "check", "gpu-box"]
        process = subprocess.Popen(
            start,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(theirs, termios.TIOCSCTTY, 0),
        )
        try:
            _, errors = process.communicate(timeout=60)
        finally:
            process.kill()
            os.close(theirs)
            os.set_blocking(ours, False)
            try:
                asked = os.read(ours, 1000)
            except OSError:
                asked = b""
            os.close(ours)
    assert process.returncode == 2 and "gpu-box (server) refuses the login" in errors and not asked, (errors, asked)

"""The way to another computer as it is in the world, by real SSH servers: old programs, noisy shells, hostile names, several senders."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from CrossMoDAUDALib.core.errors import CrossModaError, InputError
from CrossMoDAUDALib.core.progress import silent
from CrossMoDAUDALib.places import connection, sending, there, there_setup
from CrossMoDAUDALib.places.connection import Connection, RefusedBySshError, UnreachableError
from CrossMoDAUDALib.places.known import KnownPlace
from CrossMoDAUDALib.places.remote import Remote
from ssh_server import SshServer

BY = pytest.mark.parametrize("by", ["rsync", "sftp"])


@contextlib.contextmanager
def another_server(folder: Path, environment: Mapping[str, str] | None = None, settings: str = "") -> Iterator[SshServer]:
    """A server of a test's own, with lines of its configuration that count before the usual ones."""
    folder.mkdir()
    server = SshServer(folder, environment)
    configuration = folder / "sshd_config"
    usual = configuration.read_text()
    if "Subsystem" in settings:  # which may stand there once
        usual = usual.replace("Subsystem sftp internal-sftp\n", "")
    configuration.write_text(settings + usual)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def way(place: KnownPlace) -> tuple[Connection, str]:
    """A way to a place, and our folder there."""
    found = Connection(place, sys.executable, asks=False)
    return found, str(found.ask("probe", folder=place.folder, wanted=[])["folder"])


def copying(by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    which = shutil.which
    if by == "sftp":
        monkeypatch.setattr(shutil, "which", lambda name, *more: None if name == "rsync" else which(name, *more))
    elif not which("rsync"):
        pytest.skip("rsync missing")


# Names ------------------------------------------------------------------------------------------------------------------------


@BY
@pytest.mark.parametrize(
    "name", ["a\n!touch ran", 'a" "b\n!touch ran\n"', "../escaped", "a/../../escaped", "/escaped", "-r", "a\\", "a//b", "ü"]
)
def test_a_name_from_there_is_no_command_here(
    by: str, name: str, gpu_box: KnownPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copying(by, monkeypatch)
    there_, folder = way(gpu_box)
    here = tmp_path / "here"
    here.mkdir()
    with pytest.raises(CrossModaError, match="is not called as our files are; it is not copied"):
        there_.fetch(folder, [name], here)
    with pytest.raises(CrossModaError, match="is not called as our files are; it is not copied"):
        there_.fetch(f"{folder}\n!touch ran", ["a.txt"], here)
    assert not list(tmp_path.rglob("ran")) and not list(tmp_path.rglob("escaped")) and not Path("ran").exists()


@BY
def test_names_of_ours_are_copied_as_they_are(by: str, gpu_box: KnownPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With spaces, as a structure's name may bring, and as wheels are called."""
    copying(by, monkeypatch)
    there_, folder = way(gpu_box)
    names = ["torch-2.13.0+cu130-cp312-cp312-manylinux_2_28_x86_64.whl", "Vestibular schwannoma.stl", ".started", "_1"]
    for name in names:
        (tmp_path / name).write_text(name)
    there_.send(tmp_path, names, folder)
    (Path(folder) / "b c").mkdir()
    (Path(folder) / "b c" / "d e.csv").write_text("scores")
    there_.fetch(folder, [*names, "b c/d e.csv"], tmp_path / "back")
    assert [(tmp_path / "back" / name).read_text() for name in names] == names
    assert (tmp_path / "back" / "b c" / "d e.csv").read_text() == "scores"


# What ssh says ----------------------------------------------------------------------------------------------------------------


def test_what_ssh_refuses_is_told_apart_from_what_mends_itself(gpu_box: KnownPlace, ssh_server: SshServer, tmp_path: Path) -> None:
    def error(**changes: str) -> CrossModaError:
        with pytest.raises(CrossModaError) as caught:
            way(replace(gpu_box, **changes))
        return caught.value

    def config(old: str, new: str) -> str:
        path = tmp_path / f"config {len(list(tmp_path.iterdir()))}"
        path.write_text(ssh_server.config.read_text().replace(old, new))
        return str(path)

    keys = ssh_server.config.parent
    (tmp_path / "changed").write_text(
        (keys / "known_hosts").read_text().replace((keys / "host_key.pub").read_text().split()[1], _key(tmp_path))
    )
    assert type(error(ssh="no-such-host.invalid")) in (RefusedBySshError, UnreachableError)  # without a network it is not known
    assert type(error(ssh_config=config(f"{keys}/user_key", f"{tmp_path}/key"))) is RefusedBySshError
    assert type(error(ssh_config=config(f"{keys}/known_hosts", f"{tmp_path}/none"))) is RefusedBySshError
    assert type(error(ssh_config=config("Port", "NoSuchOption yes\n  Port"))) is RefusedBySshError
    assert type(error(ssh_config=config(f"{keys}/known_hosts", f"{tmp_path}/changed"))) is InputError, "another may be answering"
    assert type(error(ssh_config=config(f"Port {ssh_server.port}", "Port 1"))) is UnreachableError
    told = Connection(gpu_box)._unreachable
    assert type(told("ssh: Could not resolve hostname gpu: Name or service not known")) is RefusedBySshError
    assert type(told("ssh: Could not resolve hostname gpu: Temporary failure in name resolution")) is UnreachableError


def _key(folder: Path) -> str:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / "key")], check=True)
    return (folder / "key.pub").read_text().split()[1]


DENIED = {
    "rsync": (23, 'rsync: [receiver] mkstemp "/scratch/.a.txt.x1" failed: Permission denied (13)\nrsync error: some files could not be'),
    "sftp": (1, 'dest open "a.txt": Permission denied\n'),
}


@BY
def test_a_file_that_may_not_be_written_is_no_refused_login(
    by: str, gpu_box: KnownPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As these programs say it; the tests may be root's, who writes everywhere."""
    copying(by, monkeypatch)
    there_, folder = way(gpu_box)
    monkeypatch.setattr(there_, f"_{by}", lambda *_: DENIED[by])
    with pytest.raises(CrossModaError, match=r"could not be copied to gpu-box \(") as caught:
        there_.send(tmp_path, ["a.txt"], folder)
    assert "login" not in str(caught.value)


@BY
def test_a_command_in_the_users_configuration_does_not_get_in_the_way(
    by: str, gpu_box: KnownPlace, ssh_server: SshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copying(by, monkeypatch)
    (tmp_path / "config").write_text(f"{ssh_server.config.read_text()}  RemoteCommand tmux attach\n  RequestTTY force\n")
    there_, folder = way(replace(gpu_box, ssh_config=str(tmp_path / "config")))
    (tmp_path / "a.txt").write_text("a")
    there_.send(tmp_path, ["a.txt"], folder)
    assert (Path(folder) / "a.txt").read_text() == "a"


@BY
def test_a_shell_that_talks_is_named(by: str, gpu_box: KnownPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As with an ``echo`` in ~/.bashrc. Requests are answered all the same, copies are not."""
    copying(by, monkeypatch)
    server = next((path for path in ("/usr/lib/openssh/sftp-server", "/usr/libexec/openssh/sftp-server") if Path(path).is_file()), "")
    if by == "sftp" and not server:
        pytest.skip("sftp-server missing")
    talks = f'ForceCommand echo Welcome to the cluster; eval "$SSH_ORIGINAL_COMMAND"\n{f"Subsystem sftp {server}" if server else ""}\n'
    with another_server(tmp_path / "sshd", settings=talks) as noisy:
        there_, folder = way(replace(gpu_box, ssh_config=str(noisy.config)))
        (tmp_path / "a.txt").write_text("a")
        with pytest.raises(InputError, match=r"prints something at login \('Welcome to the cluster'\).*must be silent"):
            there_.send(tmp_path, ["a.txt"], folder)


# rsync ------------------------------------------------------------------------------------------------------------------------

VERSIONS = {
    "rsync  version 3.4.1  protocol version 32\n": True,
    "rsync  version v3.2.7  protocol version 31\n": True,
    "rsync  version 2.6.9  protocol version 29\n": False,  # Apple's until macOS 15
    "openrsync: protocol version 29\nrsync version 2.6.9 compatible\n": False,  # Apple's since
    "": False,
}


def old_rsync(folder: Path, said: str) -> Path:
    """A folder with an rsync that says this, and notes how it was called."""
    folder.mkdir()
    (folder / "said").write_text(said)
    (folder / "rsync").write_text(f'#!/bin/sh\necho "$@" >> "{folder}/calls"\nexec cat "{folder}/said"\n')
    (folder / "rsync").chmod(0o755)
    return folder


@pytest.mark.skipif(os.name != "posix", reason="rsync is used on POSIX systems alone")
@pytest.mark.parametrize("said", VERSIONS)
def test_only_an_rsync_that_keeps_paths_from_shells_is_used(said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{old_rsync(tmp_path / 'bin', said)}{os.pathsep}{os.environ['PATH']}")
    assert there_setup.has_rsync() is VERSIONS[said]


def test_an_old_rsync_there_is_left_alone(gpu_box: KnownPlace, tmp_path: Path) -> None:
    path = f"{old_rsync(tmp_path / 'bin', list(VERSIONS)[3])}:{os.environ['PATH']}"
    with another_server(tmp_path / "sshd", {"PATH": path}) as server:
        there_, folder = way(replace(gpu_box, ssh_config=str(server.config)))
        (tmp_path / "a.txt").write_text("a")
        there_.send(tmp_path, ["a.txt"], folder)
    assert (Path(folder) / "a.txt").read_text() == "a"
    assert set((tmp_path / "bin" / "calls").read_text().splitlines()) == {"--version"}


# Several senders --------------------------------------------------------------------------------------------------------------


def some_scans(folder: Path, count: int = 3, size: int = 4 << 20) -> dict[str, Path]:
    folder.mkdir()
    for number in range(count):
        (folder / f"{number}.nii").write_bytes(os.urandom(size))
    return {f"target/scan_t{number}.nii": folder / f"{number}.nii" for number in range(count)}


class Halfway(Connection):
    """Half of each file comes, then the connection breaks off."""

    def send(self, here: Path, names: Sequence[str], folder: str) -> None:
        with tempfile.TemporaryDirectory() as halves:
            for name in names:
                data = (here / name).read_bytes()
                (Path(halves) / name).write_bytes(data[: len(data) // 2])
            super().send(Path(halves), names, folder)
        raise UnreachableError("The connection broke off.")


@BY
def test_senders_of_the_same_scans_leave_each_other_alone(
    by: str, gpu_box: KnownPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever another one of a study has brought halfway while this one sends; that goes on where it was."""
    copying(by, monkeypatch)
    there_, folder = way(gpu_box)
    scans = some_scans(tmp_path / "scans")
    incoming = Path(folder) / "scans" / "incoming"

    class Disturbed(Connection):
        def send(self, here: Path, names: Sequence[str], folder_: str) -> None:
            super().send(here, names, folder_)
            with pytest.raises(UnreachableError):
                sending.send_scans(Halfway(gpu_box, sys.executable, asks=False), folder, "two", scans, silent, {})

    stored = sending.send_scans(Disturbed(gpu_box, sys.executable, asks=False), folder, "one", scans, silent, {})
    assert all((Path(folder) / "scans" / stored[name]).read_bytes() == path.read_bytes() for name, path in scans.items())
    assert [path.name for path in incoming.iterdir()] == ["two"] and len(list((incoming / "two").iterdir())) == len(scans)
    assert sending.send_scans(there_, folder, "two", scans, silent, {}) == stored
    assert not list(incoming.iterdir()), "it is tidied up"


@BY
def test_a_study_sends_from_several_processes_at_once(
    by: str, gpu_box: KnownPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copying(by, monkeypatch)
    _, folder = way(gpu_box)
    scans, errors = some_scans(tmp_path / "scans"), list[BaseException]()

    def send(sender: str) -> None:
        try:
            sending.send_scans(Connection(gpu_box, sys.executable, asks=False), folder, sender, scans, silent, {})
        except BaseException as error:
            errors.append(error)

    senders = [threading.Thread(target=send, args=(f"s{number}",)) for number in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert not errors and len(list((Path(folder) / "scans").glob("*.nii"))) == len(scans)
    assert not list((Path(folder) / "scans" / "incoming").iterdir())


def test_a_scan_that_another_has_just_taken_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = tmp_path / "scans"
    (store / "incoming" / "one").mkdir(parents=True)
    (store / "incoming" / "one" / "abc.nii").write_text("scan")

    def taken(path: Path) -> str:
        path.replace(store / path.name)
        raise FileNotFoundError(path)

    monkeypatch.setattr(there, "sha256", taken)
    assert there.take_scans(str(tmp_path), ["abc.nii", "gone.nii"], "one", True) == ["gone.nii"]


# Connections that are kept ----------------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="connections are kept on POSIX systems alone")
def test_the_path_of_a_kept_connection_fits_everywhere(gpu_box: KnownPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fallback = f"/tmp/crossmoda-uda-{os.getuid()}"
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    macos = tmp_path / "var/folders/zz/zyxvpxvq6csfxvn_n0000000000000/T"
    macos.mkdir(parents=True)
    for long in (str(macos), str(tmp_path / "with a space")):
        monkeypatch.setattr(tempfile, "gettempdir", lambda long=long: long)
        assert connection._sockets.__wrapped__() == fallback
    monkeypatch.undo()

    def kept(place: KnownPlace, **more: str) -> str:
        words = Connection(place, asks=False, **more)._options()
        return next(word.removeprefix("ControlPath=") for word in words if word.startswith("ControlPath="))

    first = kept(gpu_box)
    assert len(os.fsencode(first.replace("%C", "C" * 40))) + len(".0123456789abcdef") < 104
    assert kept(gpu_box) == first != kept(gpu_box, shared="another")
    config = Path(gpu_box.ssh_config)
    other = tmp_path / "other config"
    shutil.copyfile(config, other)
    before = kept(replace(gpu_box, ssh_config=str(other)))
    other.write_text(config.read_text() + "  Compression no\n")
    assert len({first, before, kept(replace(gpu_box, ssh_config=str(other)))}) == 3


def test_a_check_tells_what_is_true_now(gpu_box: KnownPlace, ssh_server: SshServer, tmp_path: Path) -> None:
    """Not what a connection that was made before still allows."""
    (tmp_path / "config").write_text(ssh_server.config.read_text().replace(f"{ssh_server.config.parent}/user_key", f"{tmp_path}/key"))
    shutil.copy(ssh_server.config.parent / "user_key", tmp_path / "key")
    place = replace(gpu_box, ssh_config=str(tmp_path / "config"))
    way(place)
    (tmp_path / "key").unlink()
    way(place)  # the connection is still there
    with pytest.raises(RefusedBySshError, match="refuses the login"):
        Remote(place, asks=False).check()


@pytest.mark.skipif(os.name != "posix", reason="connections are kept on POSIX systems alone")
def test_a_password_is_asked_for_once_however_many_ask_there_at_a_time(
    gpu_box: KnownPlace, ssh_server: SshServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a study follows its experiments, each in a thread, and the connection has broken off."""
    own = ssh_server.config.parent
    (tmp_path / "config").write_text(ssh_server.config.read_text().replace(f"{own}/user_key", f"{tmp_path}/key"))
    shutil.copy(own / "user_key", tmp_path / "key")
    subprocess.run(["ssh-keygen", "-q", "-p", "-P", "", "-N", "secret", "-f", str(tmp_path / "key")], check=True)
    ask = tmp_path / "ask"
    ask.write_text(f"#!/bin/sh\necho asked >> '{tmp_path}/asked'\nsleep 0.3\necho secret\n")
    ask.chmod(0o755)
    monkeypatch.setenv("SSH_ASKPASS", str(ask))
    monkeypatch.setenv("SSH_ASKPASS_REQUIRE", "force")
    monkeypatch.setenv("DISPLAY", ":0")  # without which OpenSSH before 8.4 asks no program
    one = Connection(replace(gpu_box, ssh_config=str(tmp_path / "config")), sys.executable, asks=True)
    with ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(one.ask, "sizes", folder=str(own), names=["config", "nothing"]) for _ in range(4)]
    assert [each.result() for each in asked] == [{"config": (own / "config").stat().st_size}] * 4
    assert (tmp_path / "asked").read_text() == "asked\n"

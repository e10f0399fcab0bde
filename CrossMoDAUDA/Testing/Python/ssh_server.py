"""A real OpenSSH server on this machine, with keys of its own, that tests log in to."""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil
import pytest
from CrossMoDAUDALib.places.known import FILE_VARIABLE, KnownPlace, Slurm

HOST = "server"
_CONFIG = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/user_key.pub
PidFile {folder}/sshd.pid
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
MaxStartups 100
Subsystem sftp internal-sftp
{more}
"""
_CLIENT = """\
Host {host}
  HostName 127.0.0.1
  Port {port}
  User {user}
  IdentityFile "{folder}/user_key"
  IdentitiesOnly yes
  IdentityAgent none
  UserKnownHostsFile "{folder}/known_hosts"
"""


class EndedError(Exception):
    """A server has ended as soon as it was started, and has said why: it cannot run here, as in some containers."""


class SshServer:
    """An SSH server that can be stopped, started and robbed of its connections.

    Attributes:
        config: a configuration file for ``ssh``, in which the host is called ``server``.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self._folder = folder
        self.config = folder / "config"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        for key in ("host_key", "user_key"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / key)], check=True)
        # SHLVL: bash then leaves .bashrc alone (run_startup_files in shell.c). pyenv keeps a lock while it reads its part of it, which
        # a connection that is cut leaves behind, so that each later login waits for a minute.
        given = {"SHLVL": "1", **(environment or {})}
        # In one line: of several, sshd takes the first (servconf.c).
        more = f"SetEnv {' '.join(f'{name}={value}' for name, value in given.items())}"
        (folder / "sshd_config").write_text(_CONFIG.format(port=self.port, folder=folder, more=more))
        self.write_config()
        public = (folder / "host_key.pub").read_text().split()
        (folder / "known_hosts").write_text(f"[127.0.0.1]:{self.port} {public[0]} {public[1]}\n")
        self._process: subprocess.Popen[bytes] | None = None

    def write_config(self, **changes: object) -> Path:
        """The client's configuration, with changes, in a file of its own; the plain one without."""
        values = {"host": HOST, "port": self.port, "user": getpass.getuser(), "folder": self._folder, **changes}
        path = self.config if not changes else self._folder / f"config-{'-'.join(changes)}"
        path.write_text(_CLIENT.format(**values))
        return path

    def start(self) -> None:
        """Let it answer.

        Raises:
            EndedError: it has ended.
        """
        program = shutil.which("sshd") or "/usr/sbin/sshd"
        command = [program, "-D", "-f", str(self._folder / "sshd_config"), "-E", str(self._folder / "sshd.log")]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with socket.socket() as trial:
                if trial.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            if self._process.poll() is not None:
                raise EndedError(f"no SSH server to test with: sshd ended at once ({last_said(self._folder / 'sshd.log')})")
            time.sleep(0.05)
        raise AssertionError("sshd does not answer")

    def break_connections(self) -> None:
        """Cut every connection that there is, as a network does; what was started in them goes on."""
        if self._process is not None:
            for child in psutil.Process(self._process.pid).children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    if child.name().startswith("sshd"):
                        child.send_signal(signal.SIGKILL)

    def stop(self) -> None:
        """Answer no more, and cut every connection."""
        if self._process is not None:
            self.break_connections()
            self._process.kill()
            self._process.wait()
            self._process = None

    def place(self, folder: Path, name: str = "gpu box", slurm: Slurm | None = None) -> KnownPlace:
        """This server as a place, with this Python."""
        return KnownPlace(name.replace(" ", "-"), HOST, str(folder), sys.executable, str(self.config), slurm)


def last_said(*logs: Path) -> str:
    """The last lines of the first of some logs that has any."""
    said = [log.read_text(encoding="utf-8", errors="replace").split("\n") for log in logs if log.is_file()]
    lines = next((found for found in ([line.strip() for line in one if line.strip()] for one in said) if found), ["it said nothing"])
    return " ".join(lines[-3:])


def same_threads() -> dict[str, str]:
    """What lets a worker there use as many threads as one here, or sums are rounded otherwise."""
    return {"OMP_NUM_THREADS": os.environ["OMP_NUM_THREADS"]} if "OMP_NUM_THREADS" in os.environ else {}


def why_no_server() -> str:
    """Why no SSH server can be started here; empty if one can."""
    if os.name != "posix":
        return "an SSH server of a test's own needs a POSIX system"
    missing = [name for name in ("ssh", "ssh-keygen") if not shutil.which(name)]
    if not (shutil.which("sshd") or Path("/usr/sbin/sshd").is_file()):
        missing.append("sshd (openssh-server)")
    return f"{', '.join(missing)} missing" if missing else ""


@pytest.fixture(scope="session")
def ssh_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    """A server for the session; a test that stops it starts it again."""
    if why := why_no_server():
        pytest.skip(why)
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # where sshd puts itself when nobody has logged in yet
    server = SshServer(tmp_path_factory.mktemp("sshd"), same_threads())
    try:
        server.start()
    except EndedError as error:
        pytest.skip(str(error))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def sent_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where what is sent of our library lies: sent by the first test that needs it, and read by Python once for all."""
    return tmp_path_factory.mktemp("library")


def with_library(folder: Path, library: Path) -> Path:
    """A folder of ours there, in which the library lies where all tests have it."""
    folder.mkdir(mode=0o700, parents=True)
    (folder / "library").symlink_to(library)
    return folder


@pytest.fixture
def gpu_box(ssh_server: SshServer, sent_library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KnownPlace:
    """A place named ``gpu-box``, the only one that the user has; its folder's name has what shells dislike."""
    from CrossMoDAUDALib.places.known import add_place

    monkeypatch.setenv(FILE_VARIABLE, str(tmp_path / "configuration" / "places.toml"))
    place = ssh_server.place(with_library(tmp_path / "there" / "our folder's $(touch ran) ü", sent_library))
    add_place(place)
    return place


@pytest.fixture(scope="session")
def study_here(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], Path]:
    """The words of a small study but for its folder, and the folder of it here, with which those elsewhere are compared."""
    from conftest import TINY
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.commands import cli
    from CrossMoDAUDALib.places import place
    from test_study import ThisProcess

    folder = tmp_path_factory.mktemp("study")
    phantom.write_cohort(folder / "data", source_cases=2, target_cases=2, evaluation_cases=2, seed=3, size=(32, 32, 16))
    settings = [f"--set={key}={value}" for key, value in TINY.items() if not key.startswith(("cyclegan.", "translation."))]
    words = ["study", "--crossmoda", str(folder / "data"), "--preset", "smoke", "--devices", "cpu", "--iterations", "0", *settings]
    words += ["--method", "same=none", "-o"]
    with pytest.MonkeyPatch.context() as here:
        here.setitem(place.PLACES, place.THIS_COMPUTER, lambda _address: ThisProcess())  # which imports PyTorch once
        assert cli.main([*words, str(folder / "here")]) == 0
    return words, folder / "here"

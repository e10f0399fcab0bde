"""A real Slurm cluster on this machine for the tests: munge, slurmctld, two nodes and the login node's sshd, all of this user's.

Nothing of the system's is used or changed: each daemon has its own configuration, key, port and folder.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from long_runs import wait_until
from ssh_server import EndedError, SshServer, last_said, same_threads, why_no_server, with_library

if TYPE_CHECKING:
    from CrossMoDAUDALib.places.remote import Remote

Add = Callable[..., "Remote"]

SLEEPS = [sys.executable, "-c", "import time; time.sleep(100)"]
LARGEST_ARRAY = 4  # tasks
DAEMONS = ("munged", "slurmctld", "slurmd")
NODES = ("one", "two")
# A requeued job starts when its old credential has expired (AuthInfo's cred_expire: five seconds or more; two minutes unless set). Two
# nodes on one machine are what --enable-multiple-slurmd allows, with which Debian builds it.
_SLURM = """\
ClusterName=tests
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=5
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SlurmUser={user}
SlurmdUser={user}
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=1
JobAcctGatherParams=OverMemoryKill
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
KillWait=5
MaxArraySize={array}
MessageTimeout=3
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0
NodeName=one NodeHostname={host} NodeAddr=127.0.0.1 Port={one} CPUs=1 RealMemory={memory} State=UNKNOWN
NodeName=two NodeHostname={host} NodeAddr=127.0.0.1 Port={two} CPUs=1 RealMemory={memory} State=UNKNOWN
PartitionName=short Nodes=one,two Default=YES MaxTime=5 DefMemPerNode={default} State=UP
PartitionName=single Nodes=one DefMemPerNode={default} State=UP
"""


class Cluster:
    """Starts with its first start and ends with :meth:`close`.

    Args:
        folder: its own, with a short path (sockets).
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        controller, one, two = free_ports(3)
        values = {"folder": folder, "host": socket.gethostname().partition(".")[0], "user": getpass.getuser()}
        values |= {"memory": psutil.virtual_memory().total >> 20, "default": psutil.virtual_memory().total >> 21}  # MB
        values["array"] = LARGEST_ARRAY
        (folder / "slurm.conf").write_text(_SLURM.format(**values, controller=controller, one=one, two=two))
        (folder / "state").mkdir()
        key = folder / "munge.key"
        key.touch(mode=0o600)
        key.write_bytes(os.urandom(1024))
        same = {"SLURM_CONF": str(folder / "slurm.conf"), **same_threads()}
        self.environment = {**os.environ, **same}
        (folder / "login").mkdir()
        self.login = SshServer(folder / "login", same)

    def start(self) -> None:
        """Start what does not run; returns when jobs can run.

        Raises:
            EndedError: a daemon has ended, and jobs never can.
        """
        here = self.folder
        names = ("socket", "key-file", "log-file", "pid-file", "seed-file")
        files = dict(zip(names, ("munge.socket", "munge.key", "munged.log", "munged.pid", "munged.seed"), strict=True))
        self._run("munged", "munged", "--foreground", "--force", *(f"--{name}={here / file}" for name, file in files.items()))
        self._wait_until((here / "munge.socket").exists, seconds=10)
        self.start_accounting()
        self.start_controller()
        for node in NODES:
            self.start_node(node)
        if os.getuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)  # where sshd puts itself when nobody has logged in yet
        self.login.start()
        idle = ("sinfo", "--noheader", "--Node", "--format=%N", "--states=idle")
        self._wait_until(lambda: set(self.ask(*idle).split()) == set(NODES), seconds=30)

    def start_accounting(self) -> None:
        """Start what keeps accounts and their limits; a plain cluster has none."""

    def start_controller(self) -> None:
        """Start what plans the jobs."""
        self._run("slurmctld", "slurmctld", "-D", "-f", str(self.folder / "slurm.conf"))
        self._wait_until(lambda: self.ask("scontrol", "ping").count("UP"), seconds=30)

    def start_node(self, node: str) -> None:
        """Start what runs a node's jobs."""
        self._run(f"slurmd-{node}", "slurmd", "-D", "-N", node, "-f", str(self.folder / "slurm.conf"))

    def lose_node(self, node: str) -> None:
        """Kill what runs a node's jobs, and the jobs, as a node that fails does; both nodes' jobs, as they share this machine."""
        daemon = self._running.pop(f"slurmd-{node}")
        daemon.kill()
        for process in self.job_processes():
            with contextlib.suppress(psutil.Error):
                process.kill()
        daemon.wait()
        self.ask("scontrol", "update", f"NodeName={node}", "State=DOWN", "Reason=lost")  # as after SlurmdTimeout, five minutes by default

    @contextlib.contextmanager
    def silent_controller(self) -> Iterator[None]:
        """Let what plans the jobs answer nobody for a while, as where it is overloaded; the jobs go on."""
        controller = self._running["slurmctld"]
        controller.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            controller.send_signal(signal.SIGCONT)
            wait_until(lambda: self.ask("scontrol", "ping").count("UP"), seconds=30)

    def stop_controller(self) -> None:
        """End what plans the jobs; they go on."""
        controller = self._running.pop("slurmctld")
        controller.terminate()
        controller.wait(20)

    def job_processes(self) -> list[psutil.Process]:
        """What runs for jobs, with who keeps them."""
        found = set()
        for process in psutil.process_iter(["environ"]):
            known = process.info["environ"] or {}
            if known.get("SLURM_CONF") == self.environment["SLURM_CONF"] and "SLURM_JOB_ID" in known:
                found.add(process)
                parent = process.parent()
                if parent is not None and parent.name().startswith("slurmstepd"):
                    found.add(parent)
        return sorted(found, key=lambda process: process.create_time())

    def ask(self, *words: str) -> str:
        """What a command of Slurm's says."""
        return subprocess.run(words, env=self.environment, capture_output=True, text=True, timeout=60).stdout.strip()

    def empty(self) -> None:
        """Cancel what a test has left in the queue."""
        deadline = time.monotonic() + 10
        while self.ask("squeue", "--noheader") and time.monotonic() < deadline:
            self.ask("scancel", "--user", getpass.getuser())
            time.sleep(0.2)

    def close(self) -> None:
        """Cancel the jobs and end all daemons."""
        if "slurmctld" in self._running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.empty()
        self.login.stop()
        for daemon in reversed(self._running.values()):
            daemon.send_signal(signal.SIGTERM)
        for daemon in self._running.values():
            try:
                daemon.wait(10)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()

    def _wait_until(self, due: Callable[[], object], seconds: float) -> None:
        """As :func:`wait_until`, as long as all daemons run."""

        def look() -> object:
            for name, daemon in self._running.items():
                if daemon.poll() is not None:
                    said = last_said(self.folder / f"{name}.said", self.folder / f"{name}.log")
                    raise EndedError(f"no Slurm to test with: {name} ended at once ({said})")
            return due()

        wait_until(look, seconds=seconds)

    def _run(self, name: str, *words: str) -> None:
        with (self.folder / f"{name}.said").open("ab") as said:
            self._running[name] = subprocess.Popen(
                [str(shutil.which(words[0], path=_PATH)), *words[1:]],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
                cwd=self.folder,
                env=self.environment,
            )


_PACKAGES = "munge, slurm-wlm; with accounts also slurmdbd, slurm-wlm-mysql-plugin, mariadb-server"
_PATH = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]


@contextlib.contextmanager
def running(folder: Path, kind: Callable[[Path], Cluster] = Cluster, more: Sequence[str] = ()) -> Iterator[Cluster]:
    """A cluster whose jobs run on this machine.

    Args:
        more: programs that this kind needs besides.

    Raises:
        EndedError: it cannot run here.
    """
    missing = [name for name in (*DAEMONS, *more) if shutil.which(name, path=_PATH) is None]
    if missing:
        raise EndedError(f"no Slurm to test with: {', '.join(missing)} missing (on Debian or Ubuntu: {_PACKAGES})")
    folder.chmod(0o700)
    made = kind(folder)
    try:
        made.start()
        yield made
    finally:
        made.close()


@pytest.fixture(scope="session")
def running_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """As :func:`running`, for the session."""
    if why := why_no_server():
        pytest.skip(why)
    with contextlib.ExitStack() as held:
        try:
            made = held.enter_context(running(tmp_path_factory.mktemp("slurm")))
        except EndedError as error:
            pytest.skip(str(error))
        yield made


@pytest.fixture
def cluster(running_cluster: Cluster) -> Iterator[Cluster]:
    """The cluster, with an empty queue."""
    yield running_cluster
    running_cluster.empty()


@pytest.fixture
def add(cluster: Cluster, sent_library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Add:
    """Makes the cluster the place ``cluster`` with what is to be asked of Slurm, in place of an earlier one."""
    from CrossMoDAUDALib.places.known import FILE_VARIABLE, Slurm, add_place
    from CrossMoDAUDALib.places.remote import Remote

    monkeypatch.setenv(FILE_VARIABLE, str(tmp_path / "configuration" / "places.toml"))

    folder = with_library(tmp_path / "there" / "our folder's ü", sent_library)

    def add(**slurm: Any) -> Remote:
        place = cluster.login.place(folder, "cluster", Slurm(**slurm))
        add_place(place, overwrite=True)
        return Remote(place)

    return add


if __name__ == "__main__":  # the trial of Scripts/test.py: whether it can run here
    with tempfile.TemporaryDirectory() as place:
        try:
            with running(Path(place)):
                pass
        except EndedError as ended:
            sys.exit(str(ended))

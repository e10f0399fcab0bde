"""Limits of accounts on a real Slurm that keeps them, by slurmdbd and MariaDB of the test's own."""

from __future__ import annotations

import getpass
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from CrossMoDAUDALib.core.errors import CrossModaError
from CrossMoDAUDALib.models.model_folder import describe_model
from CrossMoDAUDALib.places import segmenting
from CrossMoDAUDALib.places.connection import TooManyError
from CrossMoDAUDALib.places.slurm import Task
from long_runs import TAKES_LONG, wait_until
from slurm_cluster import SLEEPS, Add, Cluster, free_ports, running
from ssh_server import EndedError, why_no_server
from test_slurm import is_said, submitted

pytestmark = TAKES_LONG
DATABASE = ("mariadbd", "mariadb-install-db", "mariadb-admin", "mariadb", "slurmdbd", "sacctmgr")
_ACCOUNTING = """\
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort={port}
AccountingStoragePass={folder}/munge.socket
AccountingStorageEnforce=associations,limits,qos,safe
PartitionName=others Nodes=one,two DefMemPerNode=100 AllowAccounts=others State=UP
"""
_DAEMON = """\
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
DbdHost=localhost
DbdAddr=127.0.0.1
DbdPort={port}
SlurmUser={user}
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort={storage}
StorageUser=tests
StoragePass=tests
StorageLoc=slurm
PidFile={folder}/slurmdbd.pid
LogFile={folder}/slurmdbd.log
"""


class AccountedCluster(Cluster):
    """A cluster that knows who may do what: the user of the tests has the account ``mine``."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        port, self._storage = free_ports(2)
        values = {"folder": folder, "port": port, "storage": self._storage, "user": getpass.getuser()}
        with (folder / "slurm.conf").open("a") as configuration:
            configuration.write(_ACCOUNTING.format(**values))
        (folder / "slurmdbd.conf").write_text(_DAEMON.format(**values))
        (folder / "slurmdbd.conf").chmod(0o600)

    def start_accounting(self) -> None:
        data, socket = self.folder / "database", f"--socket={self.folder}/database.socket"
        me = f"--user={getpass.getuser()}"
        made = ["mariadb-install-db", me, f"--datadir={data}", "--auth-root-authentication-method=normal", "--skip-test-db"]
        subprocess.run(made, check=True, capture_output=True, timeout=120)
        here = ["--bind-address=127.0.0.1", f"--port={self._storage}", f"--pid-file={self.folder}/database.pid"]
        self._run("database", "mariadbd", me, f"--datadir={data}", socket, *here, "--innodb-buffer-pool-size=64M")
        self._wait_until(lambda: "alive" in self.ask("mariadb-admin", socket, "ping"), seconds=60)
        allowed = "create database slurm; create user tests@'127.0.0.1' identified by 'tests'; grant all on slurm.* to tests@'127.0.0.1';"
        allowed += " create user tests@localhost identified by 'tests'; grant all on slurm.* to tests@localhost"
        subprocess.run(["mariadb", socket, "-e", allowed], check=True, capture_output=True, timeout=60)
        self._run("slurmdbd", "slurmdbd", "-D")
        self._wait_until(lambda: "tests" in self.ask("sacctmgr", "-i", "add", "cluster", "tests"), seconds=30)
        self.account("add", "account", "mine", "Cluster=tests")
        self.account("add", "user", getpass.getuser(), "Account=mine", "DefaultAccount=mine")

    def account(self, *words: str) -> None:
        """Change what accounts may do."""
        self.ask("sacctmgr", "-i", *words)

    def allow(self, **limits: object) -> None:
        """Change the limits of the user's account."""
        who = ("user", "where", f"name={getpass.getuser()}", "account=mine")
        self.account("modify", *who, "set", *(f"{name}={value}" for name, value in limits.items()))


@pytest.fixture(scope="module")
def running_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    if why := why_no_server():
        pytest.skip(why)
    try:
        with running(tmp_path_factory.mktemp("slurm"), AccountedCluster, DATABASE) as made:
            yield made
    except EndedError as error:
        pytest.skip(str(error))


def refused(add: Add, **slurm: object) -> str:
    with pytest.raises(CrossModaError) as error:
        submitted(add(**slurm), SLEEPS)
    return str(error.value).removeprefix("On cluster: ")


def test_limits_of_accounts_are_told_and_kept_to(
    cluster: AccountedCluster, add: Add, tiny_cohort: Path, tiny_experiment: Path, tmp_path: Path
) -> None:
    def heard(words: str) -> Callable[[], object]:
        """As the controller hears of a change a moment later."""
        return lambda: re.search(words, cluster.ask("scontrol", "show", "assoc_mgr", "flags=assoc", "accounts=mine"))

    assert refused(add, account="nobody").startswith(
        "Slurm took no job: the account is unknown there; ask the cluster's people which one is"
    )
    assert refused(add, extra=("--qos=nothing",)).startswith("Slurm took no job: the quality of service is unknown there, or not yours;")
    remote = add(partition="others")
    never = submitted(remote, SLEEPS)
    wait_until(lambda: remote.look(never)["is_hopeless"])
    assert remote.look(never)["state"].endswith(" can never start: the partition does not take jobs of this account")
    remote.connection.ask("kill", experiment=never.folder)

    # So many jobs at a time: fewer tasks do as well.
    cluster.allow(MaxSubmitJobs=2)
    wait_until(heard(r"MaxSubmitJobs=2\(0\)"))
    remote, told = add(extra=("--hold",)), list[str]()
    scans = [tmp_path / f"{number}_hrT2.nii.gz" for number in range(2 * segmenting.SCANS_A_TASK + 1)]
    for scan in scans:
        shutil.copy(min(tiny_cohort.rglob("*_hrT2.nii.gz")), scan)
    with segmenting.RemoteSegmenter(remote, describe_model(tiny_experiment), scans, [], warn=told.append) as segmenter:
        assert told == ["cluster takes no 3 jobs at a time; the scans are shared out to 2."] and len(segmenter._shares) == 2
    quick = [Task(f"{tmp_path}/m{number}", tuple(SLEEPS)) for number in range(3)]
    with pytest.raises(TooManyError, match=r"does not let you have so many jobs at a time.*a study may begin with fewer seeds or methods"):
        remote.start_arrays(remote.new_folder(), [("many", quick, "")])
    cluster.allow(MaxSubmitJobs=-1, MaxJobs=1)
    wait_until(heard(r"MaxJobs=1\(0\)"))
    remote = add(extra=("--mem=50",))
    first, second = submitted(remote, SLEEPS), submitted(remote, SLEEPS)
    wait_until(lambda: remote.look(first)["state"] == "")
    wait_until(lambda: remote.look(second)["state"].startswith("waiting for your other jobs to end (a limit of this cluster)"))
    for one in (first, second):
        remote.connection.ask("kill", experiment=one.folder)
    cluster.allow(MaxJobs=-1)

    # A limit of a job: it waits for ever, or is turned away, as the cluster likes.
    cluster.account("modify", "qos", "normal", "set", "MaxWall=00:01:00", "MaxTRESPerJob=mem=100M")
    wait_until(lambda: "MaxWallPJ=1" in cluster.ask("scontrol", "show", "assoc_mgr", "flags=qos", "qos=normal"))
    limits = {
        ("--time=3:00",): "its --time is longer than this cluster allows you",
        ("--time=1:00", "--mem=200"): "it asks for more memory than this cluster allows you",
    }
    for extra, why in limits.items():
        remote = add(extra=extra)
        waits = submitted(remote, SLEEPS)
        wait_until(is_said(remote, waits, f" can never start: {why}"))
        remote.connection.ask("kill", experiment=waits.folder)
    cluster.account("modify", "qos", "normal", "set", "Flags=DenyOnLimit")
    script = ("sbatch", "--parsable", "--hold", "--mem=200", "--wrap=sleep 1")  # the controller hears of it a moment later
    wait_until(lambda: not (taken := cluster.ask(*script)) or cluster.ask("scancel", taken))
    for extra, why in limits.items():
        assert refused(add, extra=extra) == f"Slurm took no job: {why}; change what is asked for with `place add --overwrite`."

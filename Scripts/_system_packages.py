"""What the tests of other computers need of the operating system: an SSH server, rsync, Slurm. Installed where that was asked for."""

import os
import shutil
import subprocess
import sys

# By a program of it, Debian's and Ubuntu's package.
PACKAGES = {
    "ssh": "openssh-client",
    "sshd": "openssh-server",
    "rsync": "rsync",
    "munged": "munge",
    "slurmctld": "slurmctld",
    "slurmd": "slurmd",
    "sbatch": "slurm-client",
}
VARIABLE = "CROSSMODA_APT"  # 1 asks for it
SECONDS = {"update": 60, "install": 240}  # in which apt-get must have done it
_PATH = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))


def install_missing():
    """Install with apt-get what is missing, as root, where ``CROSSMODA_APT=1`` asks for it; else do nothing.

    What fails is told in a line: the tests that lack it are skipped, and say why.
    """
    missing = _missing()
    if not missing or not may_install(os.environ):
        return
    print(f"Installing {', '.join(missing)} for the tests of other computers ({VARIABLE}=1).", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    options = ["-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=10", "-o", "Acquire::https::Timeout=10"]
    said = ""
    for step in (["update"], ["install", "--yes", "--no-install-recommends", *missing]):
        try:
            done = subprocess.run(
                ["apt-get", "-qq", *options, *step],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=environment,
                timeout=SECONDS[step[0]],
                encoding="utf-8",
                errors="replace",
            )
            said = " ".join(done.stdout.split("\n")[-3:]) if done.returncode else said
        except (OSError, subprocess.TimeoutExpired) as error:
            said = str(error)
    missing = _missing()
    if missing:
        print(f"{', '.join(missing)} could not be installed ({' '.join(said.split())}); the tests that need them are skipped.", flush=True)


def may_install(environment):
    """Whether this machine may be changed."""
    can = sys.platform == "linux" and os.geteuid() == 0 and shutil.which("apt-get") is not None
    return can and environment.get(VARIABLE) == "1"


def has_ssh_server():
    """Whether the tests can start an SSH server."""
    return shutil.which("sshd", path=_PATH) is not None


def _missing():
    return sorted({package for program, package in PACKAGES.items() if shutil.which(program, path=_PATH) is None})

"""What the tests of other computers need of the operating system: an SSH server, rsync, Slurm. Installed where that was asked for."""

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

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
# What apt-get is to do, one after the other, and the seconds in which it must have done it. Only the last changes the system.
STEPS = ((["update"], 60), (["install", "--download-only"], 120), (["install", "--no-download"], 240))
POLICY = "/usr/sbin/policy-rc.d"  # whether services may be started that are installed: 101 forbids it
_PATH = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))


def install_missing():
    """Install with apt-get what is missing, as root, where ``CROSSMODA_APT=1`` asks for it; else do nothing. No service is started.

    What fails is told in a line: the tests that lack it are skipped, and say why.
    """
    missing = _missing()
    if not missing or not may_install(os.environ):
        return
    print(f"Installing {', '.join(missing)} for the tests of other computers ({VARIABLE}=1).", flush=True)
    try:
        with _no_services():
            said = _install(missing)
    except OSError as error:  # a system that may not be written
        said = str(error)
    missing = _missing()
    if missing:
        print(f"{', '.join(missing)} could not be installed ({said}); the tests that need them are skipped.", flush=True)


def _install(packages):
    """Install packages; what was said of the last thing that failed."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    options = ["-qq", "-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=10", "-o", "Acquire::https::Timeout=10"]
    said = ""
    for words, seconds in STEPS:
        named = ["--yes", "--no-install-recommends", *packages] if words[0] == "install" else []
        try:
            done = subprocess.run(
                ["apt-get", *options, *words, *named],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=environment,
                timeout=seconds,
                encoding="utf-8",
                errors="replace",
            )
        except (OSError, subprocess.TimeoutExpired) as error:  # a mirror that does not answer: nor would it at the next step
            return str(error)
        if done.returncode:
            said = " ".join(" ".join(done.stdout.split("\n")[-3:]).split())
            if words[0] == "install":  # old lists of packages may do
                return said
    return said


@contextlib.contextmanager
def _no_services():
    """Let Debian start nothing that it installs: a test starts its own server."""
    policy = Path(POLICY)
    is_ours = not policy.exists()
    if is_ours:
        policy.write_text("#!/bin/sh\nexit 101\n", encoding="ascii")
        policy.chmod(0o755)
    try:
        yield
    finally:
        if is_ours:
            policy.unlink()


def may_install(environment):
    """Whether this machine may be changed."""
    can = sys.platform == "linux" and os.geteuid() == 0 and shutil.which("apt-get") is not None
    return can and environment.get(VARIABLE) == "1"


def are_there():
    """Whether nothing is missing that the tests of other computers need."""
    return not _missing()


def _missing():
    return sorted({package for program, package in PACKAGES.items() if shutil.which(program, path=_PATH) is None})

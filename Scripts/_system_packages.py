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
# What Debian and Ubuntu start of them when the machine is started.
UNITS = {
    "openssh-server": ("ssh.service", "ssh.socket"),
    "rsync": ("rsync.service",),
    "munge": ("munge.service",),
    "slurmctld": ("slurmctld.service",),
    "slurmd": ("slurmd.service",),
}
# What apt-get is to do, one after the other, and the seconds in which it must have done it. Only the last changes the system: it needs
# no network, and ended in the middle it would leave packages half installed.
STEPS = ((["update"], 60), (["install", "--download-only"], 120), (["install", "--no-download"], 900))
POLICY = "/usr/sbin/policy-rc.d"  # whether services may be started that are installed: 101 forbids it
POLICY_TEXT = "#!/bin/sh\n# Of CrossMoDAUDA's Scripts/test.py, while it installs packages.\nexit 101\n"
_PATH = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))


def install_missing():
    """Install with apt-get what is missing, as root, where ``CROSSMODA_APT=1`` asks for it; else do nothing.

    No service of it is started, now or with the machine.

    What fails is told in a line: the tests that lack it are skipped, and say why.
    """
    missing = before = _missing()
    if not missing or not may_install(os.environ):
        return
    print(f"Installing {', '.join(missing)} for the tests of other computers ({VARIABLE}=1).", flush=True)
    try:
        with _no_services():
            said = _install(missing)
    except OSError as error:  # a system that may not be written
        said = str(error)
    missing = _missing()
    _disable([package for package in before if package not in missing])
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


def _disable(packages):
    """Let the machine start nothing of packages when it is started."""
    for unit in (unit for package in packages for unit in UNITS.get(package, ())):
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            subprocess.run(
                ["systemctl", "disable", unit],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=30,
                check=False,  # it has no such unit
            )


@contextlib.contextmanager
def _no_services():
    """Let Debian start nothing that it installs: a test starts its own server."""
    policy = Path(POLICY)
    is_ours = not policy.exists() or policy.read_bytes() == POLICY_TEXT.encode()  # left by one that was killed
    if is_ours:
        policy.write_text(POLICY_TEXT, encoding="ascii", newline="\n")
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

"""What the computer of a place has, and putting our library and its packages there; sent with the requests (:mod:`.there`)."""

from __future__ import annotations

import importlib.metadata
import io
import os
import platform
import re
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

from .there_common import RefusedError, last_line, output_of


def probe(folder: str, wanted: list[str]) -> dict[str, Any]:
    """What this computer and this Python have.

    Args:
        folder: ours, to be made.
        wanted: names of packages.
    """
    path = Path(folder).expanduser()
    path.mkdir(mode=0o700, parents=True, exist_ok=True)  # scans are nobody else's
    trial = path / f".trial-{os.getpid()}"
    trial.write_bytes(b"trial")
    trial.unlink()
    versions = {}
    for name in wanted:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = ""
    gpus = output_of(["nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader"]) if shutil.which("nvidia-smi") else ""
    return {
        "folder": str(path.resolve()),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "free": shutil.disk_usage(path).free,
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "time": time.time(),
        "versions": versions,
        "gpus": [line.strip() for line in gpus.splitlines() if line.strip()],
        "tools": {
            "rsync": has_rsync(),
            **{name: bool(shutil.which(name)) for name in ("sbatch", "squeue", "scontrol", "scancel", "srun", "sinfo")},
        },
        "executable": sys.executable,
        "partitions": output_of(["sinfo", "--noheader", "--format=%R"]).split() if shutil.which("sinfo") else [],
    }


def has_rsync() -> bool:
    """Whether there is an ``rsync`` that keeps paths from shells (``-s``): version 3, not Apple's old one nor openrsync."""
    said = output_of(["rsync", "--version"]) if shutil.which("rsync") else ""
    version = re.match(r"rsync +version v?(\d+)\.", said)
    return version is not None and int(version.group(1)) >= 3


def put_library(folder: str, digest: str) -> str:
    """Unpack the library, which follows the request as a zip archive, unless it is there; the folder that it is in."""
    library = Path(folder) / "library" / digest
    if not library.is_dir():
        partial = library.with_name(f".{digest}-{os.getpid()}")
        try:
            with zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read())) as archive:
                archive.extractall(partial)
            partial.rename(library)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            if not library.is_dir():  # else another has been quicker
                raise
    return str(library)


def has_library(folder: str, digest: str) -> bool:
    """Whether this very library is there."""
    return (Path(folder) / "library" / digest).is_dir()


def install(folder: str, requirements: str, options: list[str], has_wheels: bool) -> None:
    """Make the environment and put the packages into it; what pip says goes to standard output as it comes."""
    environment = Path(folder) / "environment"
    python = environment / "bin" / "python"
    if not python.is_file() or subprocess.run([str(python), "-m", "pip", "--version"], capture_output=True).returncode:
        shutil.rmtree(environment, ignore_errors=True)
        made = subprocess.run([sys.executable, "-m", "venv", str(environment)], capture_output=True, text=True)
        if made.returncode:
            raise RefusedError(
                f"Python there makes no environments ({last_line(made.stdout + made.stderr)}); install python3-venv there, or name a Python"
                " that has the packages with `place add --python`."
            )
    listed = Path(folder) / "requirements.txt"
    listed.write_text(requirements)
    offline = ["--no-index", "--find-links", str(Path(folder) / "wheels")] if has_wheels else []
    command = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--requirement", str(listed), *offline, *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace") as pip:
        said = []
        for line in pip.stdout or ():
            said.append(line.strip())
            print(line, end="", flush=True)
    if pip.returncode:
        raise RefusedError("pip: " + next((line for line in said if line.startswith("ERROR")), said[-1] if said else "it failed"))


def tags() -> list[str]:
    """Which wheels fit this Python: the platforms as pip names them, the newest first, and this Python's version."""
    name, release = platform.libc_ver()
    major, minor = (int(part) for part in [*release.split("."), "0"][:2]) if name == "glibc" else (0, 0)
    platforms = [f"manylinux_{major}_{lower}_{platform.machine()}" for lower in range(minor, 4, -1)]
    return [f"{sys.version_info[0]}.{sys.version_info[1]}", *platforms, f"manylinux2014_{platform.machine()}"]

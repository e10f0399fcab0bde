"""The library built into wheels and installed into environments of its own, for the tests of what users install."""

from __future__ import annotations

import email
import importlib.metadata
import os
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable
from email.message import Message
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[3]
BIN = "Scripts" if os.name == "nt" else "bin"
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]

Result = subprocess.CompletedProcess[str]


def run(*command: str | Path, cwd: Path | None = None, **changes: str) -> Result:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment.update(PYTHONIOENCODING="utf-8", OMP_NUM_THREADS="1", PYTHONDONTWRITEBYTECODE="1", **changes)
    return subprocess.run(list(map(str, command)), capture_output=True, encoding="utf-8", timeout=300, cwd=cwd, env=environment)


def succeeded(result: Result) -> str:
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def requirements(lines: list[str]) -> dict[str, str]:
    """Versions by canonical name."""
    wanted = [Requirement(line) for line in lines]
    return {canonicalize_name(each.name): str(each.specifier) for each in wanted}


def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return email.message_from_string(archive.read(name).decode())


def borrow(name: str, site: Path) -> None:
    """Put an installed distribution into another environment by links to its files."""
    distribution = importlib.metadata.distribution(name)
    tops = {path.parts[0] for path in distribution.files or [] if path.parts[0] not in ("..", "__pycache__")}
    for top in tops:
        (site / top).symlink_to(Path(str(distribution.locate_file(top))))


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The wheel that ``pip install .`` makes, and the one that it makes from a source distribution."""
    pytest.importorskip("hatchling", reason="hatchling, which builds the package, is not installed")
    folder = tmp_path_factory.mktemp("wheels")
    build = "import sys, hatchling.build; print(hatchling.build.build_sdist(sys.argv[1]))"
    sources = folder / succeeded(run(sys.executable, "-c", build, folder, cwd=ROOT)).split()[-1]
    made = []
    for name, origin in (("checkout", ROOT), ("sources", sources)):
        succeeded(run(*PIP, "wheel", "--no-deps", "--no-index", "--no-build-isolation", "-w", folder / name, origin))
        made += (folder / name).iterdir()
    return made[0], made[1]


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory, wheels: tuple[Path, Path]) -> Callable[[str], Path]:
    """Makes an environment with the package: "bare" of everything else, with the "base" that it asks for, or "full" of what the
    tests run with."""

    def make(kind: str) -> Path:
        folder = tmp_path_factory.getbasetemp() / f"{kind} environment ü"
        if not folder.exists():
            succeeded(run(sys.executable, "-m", "venv", "--without-pip", folder))
            python = folder / BIN / ("python.exe" if os.name == "nt" else "python")
            succeeded(run(*PIP, "--python", python, "install", "--no-deps", "--no-index", wheels[0]))
            site = Path(succeeded(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))")).strip())
            if kind == "base":
                for each in requirements([line for line in metadata(wheels[0]).get_all("Requires-Dist") or [] if ";" not in line]):
                    borrow(each, site)
            if kind == "full":
                here = dict.fromkeys((sysconfig.get_path("purelib"), sysconfig.get_path("platlib")))
                (site / "packages_of_the_tests.pth").write_text("\n".join(here) + "\n", encoding="utf-8")
        return folder / BIN

    return make

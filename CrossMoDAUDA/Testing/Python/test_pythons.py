"""Each Python that the package names, wherever one is: it takes every file, and the light part works with nothing installed.

The whole suite runs with another Python by ``python3 Scripts/test.py --python 3.12``.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from conftest import ROOT
from CrossMoDAUDALib import __version__
from packaging.specifiers import SpecifierSet

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
VERSIONS = [f"3.{minor}" for minor in range(8, 20) if SpecifierSet(PROJECT["requires-python"]).contains(f"3.{minor}")]

# Imports every module, a warning being an error, and tells which need a package that is not there and which fail otherwise.
IMPORT_ALL = """
import importlib, json, pkgutil, sys
import CrossMoDAUDALib

imported, failed = [], {}
for found in pkgutil.walk_packages(CrossMoDAUDALib.__path__, "CrossMoDAUDALib."):
    try:
        importlib.import_module(found.name)
        imported.append(found.name)
    except ModuleNotFoundError as error:
        if error.name.partition(".")[0] == "CrossMoDAUDALib" or error.name in sys.stdlib_module_names:
            failed[found.name] = str(error)
    except Exception as error:
        failed[found.name] = repr(error)
print(json.dumps([imported, failed]))
"""
COMPILE_ALL = """
import sys
from pathlib import Path

for path in map(Path, sys.argv[1:]):
    compile(path.read_text(encoding="utf-8"), str(path), "exec")
print(len(sys.argv) - 1)
"""
DOCTESTS = """
import doctest, importlib, sys

results = [doctest.testmod(importlib.import_module(name)) for name in sys.argv[1:]]
print(sum(result.failed for result in results), sum(result.attempted for result in results) > 0)
"""


def environment_module() -> ModuleType:
    """Scripts/_environment.py."""
    import importlib.util

    description = importlib.util.spec_from_file_location("_environment", ROOT / "Scripts" / "_environment.py")
    assert description and description.loader
    module = importlib.util.module_from_spec(description)
    description.loader.exec_module(module)
    return module


@pytest.fixture(scope="module", params=VERSIONS)
def python(request: pytest.FixtureRequest) -> Callable[..., str]:
    """Runs one of the Pythons with the checkout's library and no installed package; its output."""
    interpreter = environment_module().find_python(request.param)
    if interpreter is None:
        pytest.skip(f"no Python {request.param} on PATH or in pyenv")

    def run(*words: Any) -> str:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV"))}
        environment.update(PYTHONPATH=str(ROOT / "CrossMoDAUDA"), PYTHONDONTWRITEBYTECODE="1", PYTHONUTF8="1")
        words = (interpreter, "-S", "-W", "error", *words)
        done = subprocess.run(list(map(str, words)), capture_output=True, encoding="utf-8", timeout=120, env=environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_it_takes_every_file_without_a_warning(python: Callable[..., str]) -> None:
    files = [path for folder in ("CrossMoDAUDA", "Scripts") for path in (ROOT / folder).rglob("*.py") if "__pycache__" not in path.parts]
    assert len(files) > 150
    assert python("-c", COMPILE_ALL, *files) == f"{len(files)}\n"


def test_every_module_imports_as_far_as_its_packages_are_there(python: Callable[..., str]) -> None:
    imported, failed = json.loads(python("-c", IMPORT_ALL))
    assert failed == {}
    light = {"core.settings", "core.failures", "commands.cli", "experiment.lock", "experiment.events", "places.processes"}
    assert {f"CrossMoDAUDALib.{name}" for name in light} <= set(imported)


def test_the_command_line_answers(python: Callable[..., str]) -> None:
    assert python(ROOT / "Scripts" / "crossmoda_uda.py", "--version") == f"CrossMoDAUDA {__version__}\n"
    assert python("-m", "CrossMoDAUDALib", "run", "--help").startswith("usage: crossmoda-uda run ")


def test_examples_of_light_modules_hold(python: Callable[..., str]) -> None:
    modules = [f"CrossMoDAUDALib.core.{name}" for name in ("settings", "parsing", "progress", "structures")]
    assert python("-c", DOCTESTS, *modules) == "0 True\n"


def test_the_classifiers_name_the_versions_that_are_taken() -> None:
    named = [line.rpartition(" ")[2] for line in PROJECT["classifiers"] if line.startswith("Programming Language :: Python :: 3.")]
    assert named == VERSIONS


# The test command with another Python ---------------------------------------------------------------------------------------


def other_python(tmp_path: Path, version: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """What a script that enters as Scripts/test.py does says with ``--python``."""
    (tmp_path / "Scripts").mkdir(exist_ok=True)
    shutil.copy(ROOT / "Scripts" / "_environment.py", tmp_path / "Scripts")
    (tmp_path / "Scripts" / "requirements.txt").write_text("# nothing\n", encoding="utf-8")
    script = tmp_path / "Scripts" / "test.py"
    script.write_text(
        "import sys, _environment\n"
        "if '--python' in sys.argv: _environment.with_python(sys.argv[sys.argv.index('--python') + 1])\n"
        "_environment.enter('requirements.txt')\n"
        "print('%d.%d' % sys.version_info[:2], sys.prefix, *sys.argv[1:], sep='|')\nsys.exit(7)\n",
        encoding="utf-8",
    )
    environment = {name: value for name, value in os.environ.items() if name != "CROSSMODA_VENV"}
    words = [sys.executable, str(script), "-k", "a b", "--python", version, "-x"]
    return subprocess.run(words, capture_output=True, encoding="utf-8", timeout=120, env={**environment, **changes})


def test_another_python_has_an_environment_of_its_own(tmp_path: Path) -> None:
    running = f"3.{sys.version_info.minor}"
    found = [version for version in VERSIONS if version != running and environment_module().find_python(version)]
    version = (found or [running])[0]
    if environment_module().find_python(version) is None:
        pytest.skip("no Python on PATH or in pyenv by its version")
    done = other_python(tmp_path, version)
    assert done.returncode == 7, done.stderr
    assert done.stdout.splitlines()[-1] == f"{version}|{tmp_path / f'.venv-{version}'}|-k|a b|-x"


def test_a_python_that_is_not_there(tmp_path: Path) -> None:
    done = other_python(tmp_path, "3.4")
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)
    assert "There is no Python 3.4" in done.stderr and not list(tmp_path.glob(".venv*"))

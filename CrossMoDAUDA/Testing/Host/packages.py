"""Slicer's pip on a Python of its own: the real pip, which refuses what does not fit the constraints that are in force."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import slicer.util


class SlicerPip:
    """Stands for ``slicer.util.pip_install`` (packaging.py, _pip_install_with_dialog): what fails is shown and raised.

    Args:
        folder: gets the Python.
        index: a folder of wheels, which takes the place of the package index.

    Attributes:
        site: where it installs.
    """

    def __init__(self, folder: Path, index: Path) -> None:
        venv.create(folder, with_pip=False)
        self._python = next(path for path in (folder / "bin" / "python", folder / "Scripts" / "python.exe") if path.exists())
        self._index = index
        self.site = next(folder.rglob("site-packages"))

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command of pip's."""
        command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(self._python), *words]
        here = {name: value for name, value in os.environ.items() if name == "PIP_CONSTRAINT" or not name.startswith("PIP_")}
        here["PIP_CONFIG_FILE"] = os.devnull  # what this machine's own pip would find beside the index
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=here)

    def __call__(self, requirements: str | list[str], **_keywords: Any) -> None:
        words = shlex.split(requirements) if isinstance(requirements, str) else requirements
        done = self.run("install", "--no-index", "--find-links", str(self._index), *words)
        print(done.stdout)
        if done.returncode:
            slicer.util.errorDisplay("Package installation failed.", windowTitle="Installation Failed", detailedText=done.stderr)
            raise subprocess.CalledProcessError(done.returncode, "pip install")

"""The section Python packages in the stand-in application. The extension that installs PyTorch is other people's and is stood
in for; what it and pip would install appears as metadata in a folder."""

from __future__ import annotations

import os
import shutil
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from installed_packages import PARTS, install, slicer_with
from Testing.Host import Host

FORM = Path(__file__).parents[2] / "Resources" / "UI" / "DependenciesSection.ui"
SMALL = {"safetensors": "0.8.0", "platformdirs": "4.14.7", "tqdm": "4.70.1", "psutil": "7.0.0"}


class Bench:
    """A section in a window of its own, and what the installers were told."""

    def __init__(self, host: Host, site: Path) -> None:
        self.host, self.site = host, site
        self.calls: list[tuple[str, Any]] = []
        self.constraints: list[str] = []
        self.changes = 0
        self.section: Any = None
        self.window: Any = None

    def open(self) -> Any:
        import qt
        from CrossMoDAUDALib.panel.dependencies_section import DependenciesSection

        self.window = qt.QWidget()
        self.section = DependenciesSection(qt.QVBoxLayout(self.window), FORM, self.changed)
        self.window.show()
        return self.section

    def changed(self) -> None:
        assert not self.section.isInstalling
        self.changes += 1

    def note(self, name: str, what: Any) -> None:
        """An installer was called: it must find the constraints in force and the buttons disabled."""
        from urllib.parse import urlsplit
        from urllib.request import url2pathname

        self.calls.append((name, what))
        self.constraints = Path(url2pathname(urlsplit(os.environ["PIP_CONSTRAINT"]).path)).read_text(encoding="utf-8").splitlines()
        assert not self.section.ui.dependenciesInstall.enabled and self.section.isInstalling

    def pip(self, requirements: list[str], **_keywords: Any) -> None:
        self.note("pip", requirements)
        print("Successfully installed the small ones")
        for name, version in {**SMALL, **PARTS, "nnunetv2": "2.8.1"}.items():
            if not list(self.site.glob(f"{name}-*")):
                install(self.site, name, version)

    def extensions(self, monkeypatch: pytest.MonkeyPatch, torch: Callable[[], Any] | None = None) -> None:
        """Put the extension in; ``torch`` stands for what it does, if it is not to succeed."""
        bench = self

        class PyTorchUtilsLogic:
            def installTorch(
                self,
                askConfirmation: bool = False,
                forceComputationBackend: str | None = None,
                torchVersionRequirement: str | None = None,
                torchvisionVersionRequirement: str | None = None,
            ) -> Any:
                bench.note("torch", (askConfirmation, torchVersionRequirement))
                if torch is not None:
                    return torch()
                for old in bench.site.glob("torch-*"):
                    shutil.rmtree(old)
                install(bench.site, "torch", "2.13.0+cu128", module="json")
                return object()

        module = types.ModuleType("PyTorchUtils")
        module.PyTorchUtilsLogic = PyTorchUtilsLogic  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "PyTorchUtils", module)

    def told(self) -> str:
        """What the section says when the packages have been tried; they are this Python's own."""
        self.host.process(300, lambda: not self.section.trial.running)
        return self.status

    def press(self, name: str) -> None:
        self.host.click(getattr(self.section.ui, name))

    @property
    def status(self) -> str:
        text: str = self.section.ui.dependenciesStatus.text
        return text

    @property
    def log(self) -> str:
        text: str = self.section.ui.dependenciesLog.plainText
        return text

    def marks(self) -> dict[str, str]:
        return {name: mark.text for name, mark in self.section._marks.items()}


@pytest.fixture
def bench(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """The application with Slicer's own packages only."""
    site = tmp_path / "site packages ü"
    site.mkdir()
    slicer_with(site)
    options = getattr(request, "param", {})
    with Host(folder=tmp_path / "application folder ü", **options) as host:
        from CrossMoDAUDALib.panel import dependencies_section

        assert dependencies_section  # imported while its own packages can be found
        standard = [path for path in sys.path if "site-packages" not in path]
        monkeypatch.setattr(sys, "path", [str(site), *standard])
        monkeypatch.delenv("PIP_CONSTRAINT", raising=False)
        made = Bench(host, site)
        host.installer.function = made.pip
        yield made
        monkeypatch.undo()


def everything(site: Path) -> None:
    for name, version in {"torch": "2.13.0", "nnunetv2": "2.8.1", **SMALL, **PARTS}.items():
        install(site, name, version)

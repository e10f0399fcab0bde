"""The section Python packages in the stand-in application. The two extensions that install PyTorch and nnU-Net are other
people's and are stood in for; what they and pip would install appears as metadata in a folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from installed_packages import install, slicer_with

pytest.importorskip("slicer")
pytest.importorskip("PySide6")

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
        for name, version in SMALL.items():
            if not list(self.site.glob(f"{name}-*")):
                install(self.site, name, version)

    def extensions(
        self, monkeypatch: pytest.MonkeyPatch, torch: Callable[[], Any] | None = None, nnunet: Callable[[], bool] | None = None
    ) -> None:
        """Put the two extensions in; ``torch`` and ``nnunet`` stand for what they do, if it is not to succeed."""
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

        class InstallLogic:
            def __init__(self, doAskConfirmation: bool = True) -> None:
                assert not doAskConfirmation
                self.needsRestart = False
                self.slots: list[Callable[[str], None]] = []
                self.progressInfo = types.SimpleNamespace(connect=self.slots.append)

            def setupPythonRequirements(self, nnUNetRequirements: str = "nnunetv2") -> bool:
                bench.note("nnunet", nnUNetRequirements)
                for slot in self.slots:
                    slot("Start nnUNet install")
                if nnunet is not None:
                    for slot in self.slots:
                        slot("Error occurred during install : no space left")
                    return nnunet()
                install(bench.site, "nnunetv2", "2.8.1")
                return True

        for name, content in {"PyTorchUtils": PyTorchUtilsLogic, "SlicerNNUNetLib": InstallLogic}.items():
            module = types.ModuleType(name)
            setattr(module, content.__name__, content)
            monkeypatch.setitem(sys.modules, name, module)

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
    for name, version in {"torch": "2.13.0", "nnunetv2": "2.8.1", **SMALL}.items():
        install(site, name, version)


def test_all_there_is_one_closed_line(bench: Bench) -> None:
    everything(bench.site)
    section = bench.open()
    assert section.ready and section.problem() == ""
    assert section.ui.dependenciesButton.collapsed
    assert section.ui.dependenciesButton.text == "Python packages: all installed"
    section.open()
    bench.host.process(0.01)
    assert not section.ui.dependenciesInstall.visible
    assert bench.marks()["torch"] == "installed 2.13.0"


def test_what_is_missing_is_said_in_words(bench: Bench) -> None:
    install(bench.site, "torch", "2.9.1")
    install(bench.site, "nnunetv2", "2.6.2")
    install(bench.site, "tqdm", "4.70.1", "colorama")
    section = bench.open()
    marks = bench.marks()
    assert marks["torch"] == "2.9.1 does not fit: needs >=2.2, !=2.9.*"
    assert marks["nnunetv2"] == "2.6.2 is too old: needs >=2.8.1, <2.9"
    assert marks["safetensors"].startswith("missing (")
    assert marks["tqdm"] == "installed 4.70.1, but lacks colorama"
    assert marks["numpy"] == "installed 2.0.2"
    assert not section.ui.dependenciesButton.collapsed and section.ui.dependenciesInstall.enabled
    assert not section.ready and "nnunetv2" in section.problem()


def test_install_asks_then_uses_the_extensions_and_pip(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.extensions(monkeypatch)
    section = bench.open()
    bench.host.answers.append(True)
    bench.press("dependenciesInstall")
    question = bench.host.dialogs[0].text
    for words in ("torch>=2.2,!=2.9.*", "nnunetv2>=2.8.1,<2.9", "safetensors>=0.4.3", "gigabytes"):
        assert words in question
    assert [name for name, _ in bench.calls] == ["torch", "nnunet", "pip"]
    assert bench.calls[0][1] == (False, ">=2.2,!=2.9.*")
    assert bench.calls[1][1] == "nnunetv2>=2.8.1,<2.9"
    assert bench.calls[2][1] == ["safetensors>=0.4.3", "platformdirs>=4", "tqdm>=4.66", "psutil>=5.9"]
    assert "numpy==2.0.2" in bench.constraints and "simpleitk==2.5.2" in bench.constraints
    name, _requirements, keywords = bench.host.installer.calls[0]
    assert name == "pip_ensure" and Path(keywords["constraints"]).is_file()
    assert "PIP_CONSTRAINT" not in os.environ
    assert section.ready and bench.changes == 1
    assert bench.status == "Everything that is needed is installed."
    assert bench.marks()["torch"] == "installed 2.13.0+cu128"
    assert "Start nnUNet install" in bench.log and "Successfully installed" in bench.log
    assert section.ui.dependenciesLog.visible and not section.ui.dependenciesInstall.visible


def test_only_what_an_installed_package_lacks_is_installed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    everything(bench.site)
    shutil.rmtree(next(bench.site.glob("nnunetv2-*")))
    install(bench.site, "nnunetv2", "2.8.1", "acvl-utils>=0.2.6,<0.3")
    bench.host.installer.function = lambda requirements, **_: install(bench.site, "acvl-utils", "0.2.6")
    section = bench.open()
    bench.host.answers.append(True)
    bench.press("dependenciesInstall")
    assert bench.host.installer.calls[0][1] == ["acvl-utils>=0.2.6,<0.3"]
    assert section.ready


def test_declined_installs_nothing_and_can_be_tried_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.extensions(monkeypatch)
    section = bench.open()
    bench.host.answers += [False, True]
    bench.press("dependenciesInstall")
    assert bench.calls == [] and bench.status == "Nothing was installed." and bench.changes == 0
    bench.press("dependenciesInstall")
    assert section.ready


@pytest.mark.parametrize(("module", "extension"), [("PyTorchUtils", "PyTorch"), ("SlicerNNUNetLib", "NNUNet")])
def test_missing_extension_is_named_and_nothing_is_begun(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, module: str, extension: str
) -> None:
    bench.extensions(monkeypatch)
    monkeypatch.delitem(sys.modules, module)
    section = bench.open()
    bench.press("dependenciesInstall")
    assert f"extension {extension} is missing" in bench.status and "Extensions Manager" in bench.status
    assert bench.calls == [] and bench.host.dialogs == []
    assert section.ui.dependenciesInstall.enabled and bench.log == ""


def test_failure_is_one_sentence_with_details_and_can_be_tried_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    problems = [subprocess.CalledProcessError(1, ["pip", "install"])]

    def torch() -> Any:
        if problems:
            raise problems.pop()
        install(bench.site, "torch", "2.13.0")
        return object()

    bench.extensions(monkeypatch, torch=torch)
    section = bench.open()
    bench.host.answers += [True, True]
    bench.press("dependenciesInstall")
    assert bench.status.startswith("torch, nnunetv2") and "could not be installed" in bench.status and "\n" not in bench.status
    assert "CalledProcessError" in bench.log
    assert [name for name, _ in bench.calls] == ["torch"] and bench.changes == 1
    assert section.ui.dependenciesInstall.enabled and not section.isInstalling and "PIP_CONSTRAINT" not in os.environ
    bench.press("dependenciesInstall")
    assert section.ready and "CalledProcessError" not in bench.log


def test_reasons_of_the_extensions_are_shown(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.extensions(monkeypatch, nnunet=lambda: False)
    section = bench.open()
    bench.host.answers.append(True)
    bench.press("dependenciesInstall")
    assert "no space left" in bench.status and not section.ready
    assert bench.marks()["torch"] == "installed 2.13.0+cu128"
    assert section.ui.dependenciesButton.text == "Python packages: 5 missing"


def test_pytorch_not_installed_by_its_extension_stops(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.extensions(monkeypatch, torch=lambda: None)
    bench.open()
    bench.host.answers.append(True)
    bench.press("dependenciesInstall")
    assert "PyTorch Utils" in bench.status and [name for name, _ in bench.calls] == ["torch"]


def test_slicer_without_its_packaging_module(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    import slicer

    everything(bench.site)
    shutil.rmtree(next(bench.site.glob("tqdm-*")))
    monkeypatch.setitem(sys.modules, "slicer.packaging", None)
    monkeypatch.setattr(slicer.util, "pip_install", bench.pip, raising=False)
    section = bench.open()
    bench.host.answers.append(True)
    bench.press("dependenciesInstall")
    words = bench.calls[0][1]
    assert words[:2] == ["tqdm>=4.66", "--constraint"] and Path(words[2]).is_file()
    assert section.ready


def test_slicers_own_package_is_never_replaced(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(next(bench.site.glob("numpy-*")))
    install(bench.site, "numpy", "1.24.0")
    bench.extensions(monkeypatch)
    bench.open()
    bench.press("dependenciesInstall")
    assert "numpy 1.24.0 is part of this Slicer" in bench.status
    assert bench.calls == [] and bench.host.dialogs == []


def test_an_installer_that_replaced_slicers_package_is_reported(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def torch() -> Any:
        shutil.rmtree(next(bench.site.glob("numpy-*")))
        install(bench.site, "numpy", "2.4.0")
        install(bench.site, "torch", "2.13.0")
        return object()

    bench.extensions(monkeypatch, torch=torch)
    bench.open()
    bench.host.answers.append(True)
    bench.press("dependenciesInstall")
    assert "numpy 2.0.2 -> 2.4.0" in bench.status


def test_restart_is_said_when_a_package_in_use_changed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    install(bench.site, "torch", "2.9.1", module="json")  # json stands for a module that is imported already
    bench.extensions(monkeypatch)
    section = bench.open()
    bench.host.answers.append(True)
    bench.press("dependenciesInstall")
    assert bench.status == "Restart Slicer: torch changed while in use."
    section.refresh()
    assert section.ui.dependenciesButton.text == "Python packages: restart Slicer"


def test_another_installation_in_progress(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["slicer.packaging"], "isPipInstallInProgress", lambda: True, raising=False)
    bench.extensions(monkeypatch)
    bench.open()
    bench.press("dependenciesInstall")
    assert "Another extension" in bench.status and bench.calls == []


@pytest.mark.parametrize("bench", [{"testing": True}], indirect=True)
def test_nothing_is_installed_while_slicer_is_tested(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.extensions(monkeypatch)
    bench.open()
    bench.press("dependenciesInstall")
    assert bench.calls == [] and bench.status == "Nothing was installed."


def test_commands_for_a_computer_without_internet(bench: Bench, tmp_path: Path) -> None:
    bench.open()
    folder = tmp_path / "stick"
    folder.mkdir()
    bench.host.answers += ["", str(folder)]
    bench.press("dependenciesOffline")
    assert list(folder.iterdir()) == [] and bench.log == ""
    bench.press("dependenciesOffline")
    assert "pip download" in bench.log and "--no-index" in bench.log and sys.executable in bench.log
    assert "numpy==2.0.2" in (folder / "constraints.txt").read_text(encoding="utf-8")


def test_unwritable_folder_is_one_sentence(bench: Bench, tmp_path: Path) -> None:
    bench.open()
    (tmp_path / "file").write_text("", encoding="utf-8")
    bench.host.answers.append(str(tmp_path / "file"))
    bench.press("dependenciesOffline")
    assert bench.status.startswith("Cannot write into")


@pytest.mark.parametrize("bench", [{"mark_translated": True}], indirect=True)
def test_every_text_can_be_translated(bench: Bench) -> None:
    install(bench.site, "torch", "2.9.1")
    section = bench.open()
    names = {package.name for package in section.packages}
    assert [text for text in bench.host.texts(bench.window) if "⟦" not in text and text not in names] == []


@pytest.mark.parametrize("width", [300, 480])
def test_nothing_is_cut_off_in_a_narrow_panel(bench: Bench, width: int) -> None:
    install(bench.site, "torch", "2.9.1")
    install(bench.site, "nnunetv2", "2.8.1", "acvl-utils>=0.2.6,<0.3", "dynamic-network-architectures>=0.4.4,<0.5")
    section = bench.open()
    bench.press("dependenciesInstall")  # leaves a long sentence
    window = bench.window._real
    bench.host.process(0.05)
    assert window.minimumSizeHint().width() <= width
    window.resize(width, window.heightForWidth(width))
    bench.host.process(0.05)
    from PySide6 import QtWidgets

    labels = window.findChildren(QtWidgets.QLabel)
    assert len(labels) > 2 * len(SMALL)
    for label in labels:
        needed = label.heightForWidth(label.width()) if label.wordWrap() else label.sizeHint().height()
        assert label.height() >= needed, label.text()
        assert label.wordWrap() or label.width() >= label.sizeHint().width(), label.text()
    for button in (section.ui.dependenciesInstall._real, section.ui.dependenciesOffline._real):
        assert button.width() >= button.sizeHint().width()


def test_keyboard_goes_from_the_header_through_the_buttons(bench: Bench) -> None:
    section = bench.open()
    order, widget = [], section.ui.dependenciesButton
    for _ in range(40):
        order.append(widget.objectName)
        widget = widget.nextInFocusChain()
        if widget is None:
            break
    wanted = ["dependenciesButton", "dependenciesInstall", "dependenciesOffline", "dependenciesLog"]
    assert [name for name in dict.fromkeys(order) if name in wanted] == wanted

"""Installing with the real pip under Slicer's constraints, and what really imports afterwards."""

from __future__ import annotations

import ast
import errno
import importlib.metadata
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from command_line import ROOT, TINY_RUN, environment, events
from CrossMoDAUDALib.commands import dependencies
from CrossMoDAUDALib.method import imports
from CrossMoDAUDALib.method.imports import Unfit
from installed_packages import PARTS, wheel
from packaging.requirements import Requirement

pytest.importorskip("slicer")
pytest.importorskip("PySide6")
pytest.importorskip("pip")

from packages_bench import SMALL, Bench, bench
from Testing.Host.packages import SlicerPip

assert bench  # a fixture

OWN = {"numpy": "2.4.6", "SimpleITK": "2.5.5", "scipy": "1.17.0", "pillow": "12.0", "requests": "2.32.5", "typing_extensions": "4.15.0"}
NNUNET = ["torch>=2.1.2,!=2.9.*", "acvl-utils>=0.2.6,<0.3", "SimpleITK>=2.2.1", "requests", "timm<1.0.23", *imports.PARTS[1:]]


@pytest.fixture
def pip(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SlicerPip:
    """Slicer's Python with its own packages, and an index on which the newest of everything does not fit it."""
    index = tmp_path / "index ü"
    for name, version in {**OWN, **SMALL, **PARTS}.items():
        wheel(index, name, version, [])
    wheel(index, "typing_extensions", "4.16.0", [])
    wheel(index, "acvl-utils", "0.2.0", [])
    wheel(index, "timm", "1.0.21", ["torch"])
    wheel(index, "timm", "1.0.22", ["torch", "typing_extensions>=4.16"])
    wheel(index, "torch", "2.13.0", ["typing_extensions>=4.10", "sympy"])
    wheel(index, "sympy", "1.14", [])
    wheel(index, "nnunetv2", "2.8.1", NNUNET)
    wheel(index, "others-tool", "1.0", ["acvl-utils==0.2.0"])
    made = SlicerPip(tmp_path / "Slicer's Python ü", index)
    assert made.run("install", "--no-index", "--find-links", str(index), *(f"{name}=={OWN[name]}" for name in OWN)).returncode == 0
    monkeypatch.setattr(sys, "path", [str(made.site), *(path for path in sys.path if "site packages" not in path)])
    bench.site, bench.host.installer.function = made.site, made
    bench.extensions(monkeypatch, torch=lambda: made("torch>=2.2,!=2.9.*") or object())
    return made


def press_install(bench: Bench) -> list[str]:
    """Agree to the installation; what pip says of what is installed afterwards."""
    bench.host.answers.append(True)
    bench.press("dependenciesInstall")
    return [line.split()[0].replace("_", "-").lower() + " " + line.split()[1] for line in pip_list(bench)]


def pip_list(bench: Bench) -> list[str]:
    lines: list[str] = bench.host.installer.function.run("list").stdout.splitlines()[2:]
    return lines


def test_a_set_is_found_that_fits_what_slicer_holds(bench: Bench, pip: SlicerPip) -> None:
    """The newest timm needs a typing_extensions that Slicer does not have."""
    section = bench.open()
    there = press_install(bench)
    assert section.ready and [dialog.kind for dialog in bench.host.dialogs] == ["message"], "the question and no failure"
    assert {"timm 1.0.21", "nnunetv2 2.8.1", "acvl-utils 0.2.6", "torch 2.13.0"} <= set(there)
    assert {f"{name.replace('_', '-').lower()} {version}" for name, version in OWN.items()} <= set(there)
    assert pip.run("check").stdout.strip() == "No broken requirements found."


def test_one_package_after_the_other_does_not_fit(bench: Bench, pip: SlicerPip) -> None:
    """What SlicerNNUNet's InstallLogic.pipInstallSelective does ends in a failure, in the stand-in as in Slicer."""
    from CrossMoDAUDALib.commands import dependencies

    with dependencies.holding(Path(os.environ.get("TMPDIR", "/tmp")) / "constraints-of-a-test.txt"):
        pip("timm<1.0.23 --no-deps")
        with pytest.raises(subprocess.CalledProcessError):
            pip("typing_extensions>=4.16 --no-deps")
    assert bench.host.dialogs[-1].text == "Package installation failed."
    assert "timm" in pip.run("check").stdout


def test_a_part_of_nnunet_that_is_too_old_is_replaced(bench: Bench, pip: SlicerPip) -> None:
    pip("torch nnunetv2 acvl-utils==0.2.0 safetensors platformdirs tqdm psutil --no-deps")
    pip("sympy timm==1.0.21 dynamic-network-architectures batchgenerators batchgeneratorsv2 --no-deps")
    metadata = next(pip.site.glob("nnunetv2-*/METADATA"))
    kept = [line for line in metadata.read_text(encoding="utf-8").splitlines() if "acvl" not in line and "SimpleITK" not in line]
    metadata.write_text("\n".join(kept) + "\n", encoding="utf-8")  # _removeSkippedPackagesFromMetaDataFile
    section = bench.open()
    assert not section.ready and bench.marks()["nnunetv2"].startswith("installed 2.8.1, but lacks acvl")
    there = press_install(bench)
    assert section.ready and "acvl-utils 0.2.6" in there and "nnunetv2 2.8.1" in there


def test_what_anothers_package_needs_is_not_taken_from_it(bench: Bench, pip: SlicerPip) -> None:
    pip("others-tool")
    section = bench.open()
    before = pip_list(bench)
    there = press_install(bench)
    assert not section.ready and "acvl-utils 0.2.0" in there and "others-tool 1.0" in there
    assert "could not be installed" in bench.status and "others-tool" not in pip.run("check").stdout
    assert {line for line in pip_list(bench) if "torch" not in line and "sympy" not in line} == set(before)


# What really imports -----------------------------------------------------------------------------------------------------


@pytest.fixture
def old_acvl_utils(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An acvl_utils without what nnU-Net imports from it lies before the one that is installed."""
    folder = tmp_path / "older packages ü"
    (folder / "acvl_utils" / "cropping_and_padding").mkdir(parents=True)
    for file in ("__init__.py", "cropping_and_padding/__init__.py", "cropping_and_padding/bounding_boxes.py"):
        (folder / "acvl_utils" / file).write_text("", encoding="utf-8")
    info = folder / "acvl_utils-0.2.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acvl_utils\nVersion: 0.2.0\n", encoding="utf-8")
    (info / "top_level.txt").write_text("acvl_utils\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(folder))
    return {"PYTHONPATH": str(folder)}


def test_the_section_says_what_does_not_import(bench: Bench, old_acvl_utils: dict[str, str]) -> None:
    from packages_bench import everything

    everything(bench.site)
    section = bench.open()
    assert section.ready, "as far as versions tell"
    bench.host.process(30, lambda: section.trial._process is not None)
    bench.told()
    assert not section.ready and section.ui.dependenciesButton.text == "Python packages: 1 missing"
    assert bench.marks()["nnunetv2"] == "installed 2.8.1, but lacks acvl\u200b-utils".replace("\u200b-", "-\u200b")
    assert "cannot import name" in bench.log and "acvl-utils 0.2.0 does not fit" in bench.log
    assert "nnunetv2" in section.problem() and section.ui.dependenciesInstall.enabled and bench.changes == 1


def test_what_did_not_work_is_tried_once_more_before_it_is_to_be_uninstalled(bench: Bench) -> None:
    """What was in the way may be over, as too little memory."""
    from packages_bench import everything

    everything(bench.site)
    section, unfit = bench.open(), Unfit("torch", "torch", "2.13.0", "the process ended with status -9")
    section.trial.cancel()
    section._onTried(unfit)
    assert not section.ready and "do not work (torch)" in section.problem()
    assert section._title == "Python packages: 1 does not work"
    bench.press("dependenciesInstall")
    assert section.trial.running and "uninstall" not in bench.status and not bench.host.dialogs
    section.trial.cancel()
    section._onTried(unfit)
    bench.press("dependenciesInstall")
    assert "uninstall it" in bench.status and not section.trial.running and not section.isInstalling


def test_a_trial_that_cannot_begin_says_nothing_of_the_packages(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    from packages_bench import everything

    def full(*_arguments: Any, **_keywords: Any) -> None:
        raise OSError(28, "No space left on device")

    everything(bench.site)
    section = bench.open()
    monkeypatch.setattr("tempfile.TemporaryFile", full)
    section.trial.start()
    bench.host.process(5, lambda: not section.trial.running)
    assert section.ready


def test_what_was_tried_is_not_tried_again(bench: Bench) -> None:
    import slicer
    from packages_bench import everything

    everything(bench.site)
    section = bench.open()
    assert section.trial.running
    assert bench.told() == "" and section.ready
    section.refresh()
    assert not section.trial.running
    assert not bench.open().trial.running, "nor by the next Slicer"
    slicer.app.userSettings().setValue("CrossMoDAUDA/PackagesTried", "others")
    again = bench.open()
    assert again.trial.running
    again.cleanup()
    assert not again.trial.running


def test_a_worker_ends_before_any_work(tiny_cohort: Path, tmp_path: Path, old_acvl_utils: dict[str, str]) -> None:
    words = [sys.executable, ROOT / "Scripts" / "crossmoda_uda.py", "run", "--crossmoda", tiny_cohort, "-o", tmp_path / "out", *TINY_RUN]
    packages = {**environment(), **old_acvl_utils}
    done = subprocess.run([str(word) for word in words], capture_output=True, encoding="utf-8", env=packages, timeout=300, check=False)
    assert done.returncode == 1
    said = done.stderr.strip()
    assert said.count("\n") == 0 and "acvl-utils 0.2.0 does not fit the others (cannot import name" in said, said
    assert 'pip install --upgrade "acvl-utils>=0.2.6,<0.3"' in said
    told = events(tmp_path / "out")
    assert told[-1].items() >= {"kind": "run", "state": "failed"}.items() and told[-2]["message"] in said
    assert {event["stage"] for event in told if event["kind"] == "stage"} == {"check"}, "no more than the scans was looked at"


def test_in_slicer_the_module_is_what_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/opt/Slicer/bin/PythonSlicer")
    said = Unfit("nnunetv2", "acvl-utils", "0.2.0", "cannot import name 'x'").sentence()
    assert "section Python packages" in said and "pip" not in said, "it could replace what Slicer is built with"


def test_everything_that_is_needed_can_be_imported_here() -> None:
    assert imports.try_imports() is None


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import not_there_at_all", Unfit("owner", "not-there-at-all", None, "No module named 'not_there_at_all'")),
        ("from packaging.version import nothing_of_it", ("packaging", "cannot import name 'nothing_of_it'")),
        ("import packaging.version\npackaging.version.Version('x y')", ("packaging", "Invalid version")),
        ("raise OSError('libc10.so: cannot open shared object file')", ("owner", "libc10.so")),
        ("import ctypes\nctypes.CDLL('/none/libc10.so')", ("owner", "libc10.so")),
        ("from collections import nothing_of_it", ("owner", "cannot import name 'nothing_of_it'")),
    ],
)
def test_who_is_to_blame(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, expected: Any) -> None:
    (tmp_path / "owner.py").write_text(code, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    found = imports.try_imports(["owner"])
    sys.modules.pop("owner", None)
    assert found is not None
    if isinstance(expected, Unfit):
        assert found == expected and "which owner needs, is missing" in found.sentence()
    else:
        assert found.owner == "owner" and found.package == expected[0] and expected[1] in found.reason


def test_a_package_that_is_broken_without_a_version_is_told() -> None:
    for unfit in (Unfit("torch", "libfoo", "of an unknown version", "no such file"), Unfit("torch", "torch", "2.13.0", "no such file")):
        (torch,) = [one for one in dependencies.check(unfit=unfit) if one.name == "torch"]
        assert not torch.ok and torch.fault == "no such file" and torch.lacks == ()
        assert dependencies.constraints(dependencies.check(unfit=unfit))
    (nnunet,) = [one for one in dependencies.check(unfit=Unfit("pillow-simd", "pillow-simd", "9.0", "no such file")) if not one.ok]
    assert nnunet.name == "nnunetv2" and nnunet.fault == "no such file", "not dropped"


def test_all_that_the_library_imports_of_nnunet_is_tried() -> None:
    found: set[str] = set()
    visit: Callable[[ast.AST], Any] = lambda node: found.update(  # noqa: E731
        [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else
        [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
    )  # fmt: skip
    for file in (ROOT / "CrossMoDAUDA" / "CrossMoDAUDALib").rglob("*.py"):
        if file.parent.name not in ("panel", "slicer_nodes"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                visit(node)
    tried = set(imports.MODULES)
    assert {name for name in found if name.startswith("nnunetv2.")} <= tried
    others = {name.partition(".")[0] for name in found} & {"torch", "safetensors", "scipy", "SimpleITK", "PIL", "psutil", "numpy", "tqdm"}
    assert others <= {name.partition(".")[0] for name in tried}


def test_parts_are_those_that_nnunet_names() -> None:
    needs = {each.name.replace("_", "-"): each.specifier for each in map(Requirement, importlib.metadata.requires("nnunetv2") or [])}
    for part in map(Requirement, imports.PARTS):
        assert needs[part.name] == part.specifier


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs process groups")
@pytest.mark.usefixtures("bench")
def test_a_trial_that_has_just_ended_is_given_up_on_a_mac(monkeypatch: pytest.MonkeyPatch) -> None:
    """There a process group of nobody but a zombie may not be killed, by killpg(2): EPERM, where Linux says nothing."""
    from CrossMoDAUDALib.panel.import_trial import _kill

    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True)
    assert process.stdin is not None

    def kill_on_a_mac(group: int, _signal: int) -> None:
        assert group == process.pid and process.stdin is not None
        process.stdin.close()  # it ends, after it was last asked whether it has
        while psutil.Process(process.pid).status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.01)
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "killpg", kill_on_a_mac)
    _kill(process)
    assert process.returncode is not None

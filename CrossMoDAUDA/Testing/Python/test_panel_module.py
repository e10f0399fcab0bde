"""The module as a whole, as Slicer gets it: importing, self-test, reloading, saving, sample data, an older Slicer."""

from __future__ import annotations

import ast
import gc
import os
import re
import subprocess
import sys
import unittest
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from panel_actions import add_scan, nodes, our_processes

pytest.importorskip("slicer")
pytest.importorskip("PySide6")

import shiboken6
from PySide6 import QtCore
from Testing.Host import Host

MODULE = ROOT / "CrossMoDAUDA" / "CrossMoDAUDA.py"

# Takes packages away from a fresh Python, their metadata too, so that they are missing for whoever looks in either way.
WITHOUT = """
import importlib.machinery, sys, time
from importlib.metadata import MetadataPathFinder
class Finder:
    missing = frozenset(sys.argv[2].split(","))
    invalidate_caches = staticmethod(importlib.machinery.PathFinder.invalidate_caches)
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name.partition(".")[0] not in cls.missing:
            return importlib.machinery.PathFinder.find_spec(name, path, target)
    @classmethod
    def find_distributions(cls, *context):
        return (one for one in MetadataPathFinder.find_distributions(*context) if one.metadata["Name"] not in cls.missing)
sys.meta_path[sys.meta_path.index(importlib.machinery.PathFinder)] = Finder
sys.path.insert(0, sys.argv[1])
"""
IN_HOST = WITHOUT + "from Testing.Host import Host\nMODULE = sys.argv[1] + '/CrossMoDAUDA.py'\n"


def fresh(code: str, *arguments: str | Path, without: str = "") -> list[str]:
    """Run code in a Python of its own where the packages ``without`` are missing; the lines that it printed."""
    command = [sys.executable, "-c", code, str(MODULE.parent), without, *map(str, arguments)]
    environment = {**os.environ, "PYTHONUTF8": "1"}
    finished = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=120, cwd=ROOT, env=environment)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout.splitlines()


def panel(host: Host) -> Any:
    """The panel that is open now; another one after a reload."""
    return host.widget.panel


# Importing -------------------------------------------------------------------------------------------------------------

TIME_IMPORT = """
import types
def fake(name, **members):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__dict__.update(members)
kinds = ("", "Widget", "Logic", "Test")
fake("slicer"), fake("vtk"), fake("qt"), fake("slicer.i18n", tr=str, translate=str)
fake("slicer.util", VTKObservationMixin=type("Mixin", (), {}))
fake("slicer.ScriptedLoadableModule", **{n: type(n, (), {}) for n in ("ScriptedLoadableModule" + kind for kind in kinds)})
before = time.process_time()
import CrossMoDAUDA
print(time.process_time() - before)
print([name for name in sys.modules if name.startswith("CrossMoDAUDALib")])
"""
PACKAGES = "torch,nnunetv2,SimpleITK,numpy,scipy,psutil,safetensors"


def test_importing_the_module_is_quick_and_needs_nothing() -> None:
    seconds, library = zip(*(fresh(WITHOUT + TIME_IMPORT, without=PACKAGES) for _ in range(3)), strict=True)
    assert min(map(float, seconds)) < 0.1  # of the processor's time: others work on the machine, too
    [names] = {tuple(ast.literal_eval(line)) for line in library}
    assert [name for name in names if name.startswith("CrossMoDAUDALib.panel.")] == ["CrossMoDAUDALib.panel.self_test"]
    # The translators' settings are known from the start.
    assert {name.split(".")[1] for name in names if "." in name} == {"compute", "core", "panel", "translation"}


def test_opening_the_panel_imports_nothing_heavy() -> None:
    code = IN_HOST + "with Host(MODULE) as host: print([name for name in sys.argv[3].split(',') if name in sys.modules])"
    # numpy comes with slicer.util itself.
    assert fresh(code, "torch,nnunetv2,SimpleITK,scipy,safetensors,matplotlib,PIL,skimage") == ["[]"]


PRESS_WITHOUT_PACKAGES = """
with Host(MODULE) as host:
    import subprocess
    from pathlib import Path
    from CrossMoDAUDALib.slicer_nodes import mrml
    from CrossMoDAUDALib.cohort import phantom
    def refuse(*arguments, **keywords):
        raise AssertionError("a process was started")
    subprocess.Popen = refuse
    panel, parameters = host.widget.panel, host.widget.panel.parameters
    print(panel.dependencies.ui.dependenciesButton.collapsed, panel.dependencies.ui.dependenciesButton.text)
    image, labels = phantom.make_case(9, "hrT2", size=(40, 36, 16))
    scan = mrml.volume_node(image, "Scan")
    parameters.model, parameters.inputVolume, parameters.crossmoda = sys.argv[3], scan, sys.argv[4]
    parameters.experiment = sys.argv[5]
    panel.translate.ui.translateInputVolume.setCurrentNode(scan)
    for name in ("prediction", "reference"):
        setattr(parameters, name, mrml.segmentation_node(labels, phantom.LABELS, scan, name))
    for section, button in (("segment", "Apply"), ("translate", "Apply"), ("evaluate", "Apply"), ("adapt", "Check"), ("adapt", "Start")):
        panel.dependencies.ui.dependenciesButton.collapsed = True
        host.find(section + "Button").collapsed = False
        host.click(section + button)
        host.process(0.5)
        status = host.find(section + ("CheckStatus" if button == "Check" else "Status"))
        print(section, button, panel.dependencies.ui.dependenciesButton.collapsed, status.visible, status.text)
    assert not Path(sys.argv[5]).exists() and not any(path.is_dir() for path in Path(host.app.temporaryPath).iterdir())
"""


def test_without_packages_the_panel_says_so_and_starts_nothing(tiny_experiment: Path, tiny_cohort: Path, tmp_path: Path) -> None:
    arguments = (tiny_experiment, tiny_cohort, tmp_path / "experiment")
    opened, *pressed = fresh(IN_HOST + PRESS_WITHOUT_PACKAGES, *arguments, without="torch,nnunetv2,psutil,safetensors")
    assert opened == "False Python packages: 4 missing"
    names = ["segment Apply", "translate Apply", "evaluate Apply", "adapt Check", "adapt Start"]
    for name, said in zip(names, pressed, strict=True):
        if name in ("evaluate Apply", "adapt Check"):  # need no networks
            assert re.match(rf"{name} (True|False) True .*psutil", said), said
        else:
            wanted = "Python packages are missing (torch, nnunetv2, safetensors, psutil)"
            assert said.startswith(f"{name} False True {wanted}"), said


# The self-test ---------------------------------------------------------------------------------------------------------

QUICK_TESTS = {
    "test_volume_round_trip",
    "test_segmentation_round_trip",
    "test_unusable_model_is_refused_without_a_trace",
    "test_panel_follows_the_scene",
    "test_evaluate_in_the_panel",
}
WHOLE_METHOD = "test_whole_method_in_the_panel"


def self_test(*names: str) -> unittest.TestResult:
    """Run tests of the module's self-test as Slicer's ctest does."""
    found = unittest.defaultTestLoader.loadTestsFromName("CrossMoDAUDA")
    chosen = [test for group in found for test in group if test.id().rpartition(".")[2] in names]
    assert len(chosen) == len(names)
    return unittest.TextTestRunner(verbosity=2).run(unittest.TestSuite(chosen))


def test_self_test_holds_these_tests(host: Host) -> None:
    found = unittest.defaultTestLoader.loadTestsFromName("CrossMoDAUDA")
    names = {test.id().rpartition(".")[2] for group in found for test in group}
    assert names - {"runTest"} == QUICK_TESTS | {WHOLE_METHOD}  # runTest is the base class's, which the file imports


def test_quick_self_tests_pass_as_ctest_runs_them(tmp_path: Path) -> None:
    with Host(MODULE, testing=True, folder=tmp_path):
        result = self_test(*QUICK_TESTS)
    assert result.wasSuccessful() and not result.skipped, result.failures + result.errors


def test_self_test_without_packages_skips_what_needs_them() -> None:
    code = """
import contextlib, io, unittest
with Host(MODULE) as host, contextlib.redirect_stderr(io.StringIO()) as said:
    slicer = sys.modules["slicer"]
    slicer.modules.CrossMoDAUDAInstance.runTest()
print(said.getvalue())
"""
    said = "\n".join(fresh(IN_HOST + code, without="torch,nnunetv2,psutil,safetensors"))
    for name in QUICK_TESTS - {"test_evaluate_in_the_panel"}:
        assert re.search(rf"^{name} .*ok$", said, re.MULTILINE), said
    assert re.search(rf"^{WHOLE_METHOD} .*skipped 'needs torch, nnunetv2, safetensors", said, re.MULTILINE), said
    assert re.search(r"^test_evaluate_in_the_panel .*skipped 'needs psutil'", said, re.MULTILINE), said


@pytest.mark.slow
def test_whole_self_test_passes_by_the_button(host: Host) -> None:
    """Reload and Test, the whole method trained on synthetic scans included."""
    import slicer

    slicer.modules.CrossMoDAUDAInstance.runTest()  # raises if a test fails
    assert not our_processes()


def test_a_failing_self_test_is_reported(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    import slicer

    kind = sys.modules["CrossMoDAUDA"].CrossMoDAUDATest
    for name in [*QUICK_TESTS - {"test_volume_round_trip"}, WHOLE_METHOD]:
        monkeypatch.delattr(kind.__bases__[0], name)
    slicer.modules.CrossMoDAUDAInstance.runTest()
    monkeypatch.setattr(kind, "test_volume_round_trip", lambda case: case.fail("broken"))
    with pytest.raises(AssertionError, match="self-test failed"):
        slicer.modules.CrossMoDAUDAInstance.runTest()


# Reloading -------------------------------------------------------------------------------------------------------------


def active_timers() -> int:
    timers = [one for one in gc.get_objects() if issubclass(type(one), QtCore.QTimer)]
    return sum(shiboken6.isValid(timer) and timer.isActive() for timer in timers)


def observers(node: Any) -> int:
    return str(node).count("EventName: ModifiedEvent")


def test_reloading_twice_leaves_one_working_panel(host: Host, tiny_experiment: Path) -> None:
    import slicer

    add_scan()
    first = host.widget
    first.panel.parameters.model = str(tiny_experiment)
    first.panel.parameters.experiment = str(tiny_experiment)
    first.panel.parameters.preset = "smoke"
    host.process(0.1)
    node = slicer.mrmlScene.GetSingletonNode("CrossMoDAUDA", "vtkMRMLScriptedModuleNode")
    before, timers = observers(node), active_timers()
    olds = []
    for reload in (first.onReload, lambda: host.widget.onReload()):
        olds.append(host.widget)
        reload()
        host.process(0.1)
    now = slicer.modules.CrossMoDAUDAWidget
    assert now is host.widget and now not in olds and now.panel is not first.panel
    assert type(now).__module__ == "CrossMoDAUDA" and type(now) is sys.modules["CrossMoDAUDA"].CrossMoDAUDAWidget
    assert len([name for name in sys.modules if name == "CrossMoDAUDALib.panel.panel"]) == 1
    for old in olds:
        assert not old.scenePanel.Observations and old.panel.parameters is None
        assert all(section.parameters is None and section._guiTag is None for section in old.panel.sections)
    assert observers(node) == before and active_timers() == timers

    ui = now.panel.segment.ui
    assert ui.segmentApply.enabled and ui.segmentModelPath.currentPath == str(tiny_experiment)
    assert now.panel.parameters.preset == "smoke" == now.panel.adapt.ui.adaptPreset.itemData(now.panel.adapt.ui.adaptPreset.currentIndex)
    assert now.panel.adapt.ui.adaptStatus.text == "Finished."
    now.panel.parameters.model = ""
    host.process(0.05)
    assert not ui.segmentApply.enabled and olds[0].panel.segment.ui.segmentModelPath.currentPath == str(tiny_experiment)


def test_reloading_ends_what_works_on_the_scene(host: Host) -> None:
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.slicer_nodes import mrml

    scan, labels = add_scan()
    for name in ("prediction", "reference"):
        setattr(panel(host).parameters, name, mrml.segmentation_node(labels, phantom.LABELS, scan, name))
    host.find("evaluateButton").collapsed = False
    host.click("evaluateApply")
    runner = panel(host).evaluate.runner
    host.process(20, lambda: runner._process is not None)
    host.widget.onReload()
    host.process(0.2)
    assert not our_processes() and not runner.running and not nodes("vtkMRMLTableNode")


# Saving and loading ----------------------------------------------------------------------------------------------------


def test_every_parameter_survives_saving_and_loading(host: Host, tmp_path: Path) -> None:
    import slicer
    from CrossMoDAUDALib.panel.parameters import Parameters

    scan, _ = add_scan()
    parameters = panel(host).parameters
    chosen = {"inputKind": "folder", "device": "cpu", "translateDevice": "cpu", "trainingDevice": "mps", "convention": "medpy"}
    chosen |= {"scansKind": "folders", "preset": "smoke", "translator": "none", "largestComponent": "none"}
    values: dict[str, Any] = {}
    for name, kind in Parameters.__annotations__.items():
        if kind is str and name != "settings":
            values[name] = chosen.get(name, str(tmp_path / f"ü {name}"))
    values |= {"iterations": 7, "settings": '{"translation.epochs": "3"}'}
    assert {name for name, kind in Parameters.__annotations__.items() if not hasattr(kind, "IsA")} == set(values)
    for name, value in values.items():
        setattr(parameters, name, value)
    parameters.inputVolume = scan
    host.process(0.1)
    assert {name: getattr(parameters, name) for name in values} == values
    host.save_and_load_scene(tmp_path / "scene.mrml")
    parameters = panel(host).parameters
    assert {name: getattr(parameters, name) for name in values} == values
    assert parameters.inputVolume is slicer.util.getNode("Scan A")
    assert host.find("segmentInputFolder").currentPath == values["inputFolder"]
    assert host.find("adaptIterations").value == 7 and host.find("adaptPreset").currentText.startswith("Trial")
    assert host.find("setting_translation_epochs").text == "3"


# Other versions --------------------------------------------------------------------------------------------------------


def test_works_in_slicer_5_10() -> None:
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.slicer_nodes import mrml

    with Host(MODULE, version=(5, 10)) as host:
        scan, labels = add_scan()
        for name in ("prediction", "reference"):
            setattr(panel(host).parameters, name, mrml.segmentation_node(labels, phantom.LABELS, scan, name))
        host.find("evaluateButton").collapsed = False
        host.click("evaluateApply")
        host.process(60, lambda: not panel(host).evaluate.runner.running)
        assert host.find("evaluateStatus").text == "Done."
        assert panel(host).dependencies.ready

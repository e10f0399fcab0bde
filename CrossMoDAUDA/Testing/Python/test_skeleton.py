"""The extension around the library: what is installed, what may be imported where, the launcher and the environment."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from CrossMoDAUDALib import __version__
from CrossMoDAUDALib.core import settings as config
from CrossMoDAUDALib.core import structures
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[3]
MODULE = ROOT / "CrossMoDAUDA"
LIBRARY = MODULE / "CrossMoDAUDALib"
LAUNCHER = ROOT / "Scripts" / "crossmoda_uda.py"
TEST_COMMAND = "python3 Scripts/test.py"

SLICER_PACKAGES = {"slicer", "vtk", "vtkmodules", "qt", "ctk", "PythonQt", "PyQt5", "PyQt6", "PySide2", "PySide6", "SegmentEditorEffects"}
MAY_IMPORT_SLICER = {"slicer_nodes", "panel"}

# What CMake finds instead of Slicer: macros of the same names that check and copy as Slicer's do.
STAND_IN_CONFIG = """
set(Slicer_USE_FILE ${CMAKE_CURRENT_LIST_DIR}/UseSlicer.cmake)
set(Slicer_EXTENSION_GENERATE_CONFIG ${CMAKE_CURRENT_LIST_DIR}/Nothing.cmake)
set(Slicer_EXTENSION_CPACK ${CMAKE_CURRENT_LIST_DIR}/Nothing.cmake)
"""
STAND_IN_USE_FILE = """
set(Slicer_QTSCRIPTEDMODULES_LIB_DIR lib/qt-scripted-modules)
set(Slicer_INSTALL_QTSCRIPTEDMODULES_LIB_DIR lib/qt-scripted-modules)
macro(slicerMacroBuildScriptedModule)
  cmake_parse_arguments(M "WITH_GENERIC_TESTS" "NAME" "SCRIPTS;RESOURCES" ${ARGN})
  if(M_UNPARSED_ARGUMENTS OR NOT M_NAME)
    message(FATAL_ERROR "bad arguments: ${M_UNPARSED_ARGUMENTS}")
  endif()
  foreach(file ${M_SCRIPTS} ${M_RESOURCES})
    if(NOT EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${file})
      message(FATAL_ERROR "nonexistent file '${file}'")
    endif()
    configure_file(${file} ${CMAKE_BINARY_DIR}/${Slicer_QTSCRIPTEDMODULES_LIB_DIR}/${file} COPYONLY)
  endforeach()
  install(DIRECTORY ${CMAKE_BINARY_DIR}/${Slicer_QTSCRIPTEDMODULES_LIB_DIR}/
    DESTINATION ${Slicer_INSTALL_QTSCRIPTEDMODULES_LIB_DIR} COMPONENT RuntimeLibraries)
endmacro()
macro(slicer_add_python_unittest)
  cmake_parse_arguments(M "" "SCRIPT" "" ${ARGN})
  if(NOT EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${M_SCRIPT})
    message(FATAL_ERROR "nonexistent test '${M_SCRIPT}'")
  endif()
  message(STATUS "unit test ${M_SCRIPT}")
endmacro()
"""

# Opens an installed module in the stand-in application and works with it: the folder of the stand-in and the module's file
# are its arguments, and nothing else of a checkout can be imported.
OPEN_INSTALLED = """
import importlib, pkgutil, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
module = Path(sys.argv[2])
from Testing.Host import Host

with Host(module) as host:
    import slicer, CrossMoDAUDALib
    from CrossMoDAUDALib.slicer_nodes import mrml
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.places import processes
    for found in pkgutil.walk_packages(CrossMoDAUDALib.__path__, "CrossMoDAUDALib."):
        importlib.import_module(found.name)
    files = [Path(each.__file__) for name, each in sys.modules.items() if name.partition(".")[0] in ("CrossMoDAUDA", "CrossMoDAUDALib")]
    assert len(files) > 40 and all(file.is_relative_to(module.parent) for file in files), files
    assert Path(processes.command([])[1]).is_relative_to(module.parent)
    for form in (module.parent / "Resources" / "UI").iterdir():
        assert slicer.util.loadUI(str(form))
    assert host.press_sample_data("CrossMoDAUDASynthetic")

    image, labels = phantom.make_case(9, "hrT2", size=(40, 36, 16))
    scan, panel = mrml.volume_node(image, "Scan"), host.widget.panel
    for name in ("prediction", "reference"):
        setattr(panel.parameters, name, mrml.segmentation_node(labels, phantom.LABELS, scan, name))
    panel.evaluate.ui.evaluateButton.collapsed = False
    host.click("evaluateApply")
    host.process(60, lambda: not panel.evaluate.runner.running)
    print(panel.evaluate.ui.evaluateStatus.text)
    table = slicer.util.getNode("Scores of prediction (Scan) by crossMoDA 2022").GetTable()
    print([table.GetValueByName(row, "DSC").ToDouble() for row in range(2)])
"""


def listed(variable: str) -> list[str]:
    """The files in one of the lists of the module's CMakeLists.txt."""
    text = (MODULE / "CMakeLists.txt").read_text(encoding="utf-8")
    found = re.search(rf"set\({variable}\s+(.*?)\)", text, re.DOTALL)
    assert found, variable
    return found.group(1).replace("${MODULE_NAME}", "CrossMoDAUDA").split()


def on_disk(folder: Path, pattern: str) -> list[str]:
    return [path.relative_to(MODULE).as_posix() for path in folder.rglob(pattern) if path.is_file() and not path.name.startswith(".")]


def imported_roots(tree: ast.AST) -> set[str]:
    """Top-level names of the packages that a syntax tree imports absolutely."""
    roots = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            roots.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            roots.add(node.module.partition(".")[0])
    return roots


def run(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        timeout=120,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
    )


# What is installed -----------------------------------------------------------------------------------------------------


def test_cmake_lists_every_script_and_no_other() -> None:
    assert sorted(listed("MODULE_PYTHON_SCRIPTS")) == sorted(["CrossMoDAUDA.py", *on_disk(LIBRARY, "*.py")])


def test_cmake_lists_every_resource_and_no_other() -> None:
    wanted = [file for file in on_disk(MODULE / "Resources", "*") if not file.endswith(".ts")]  # Slicer reads the .qm made of it
    assert sorted(listed("MODULE_PYTHON_RESOURCES")) == sorted(wanted)


def test_extension_metadata() -> None:
    text = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
    values = dict(re.findall(r'^set\(EXTENSION_(\w+) "([^"]*)"\)$', text, re.MULTILINE))
    assert set(values) == {"HOMEPAGE", "CATEGORY", "CONTRIBUTORS", "DESCRIPTION", "ICONURL", "SCREENSHOTURLS", "DEPENDS"}
    assert all(value.strip() == value and value for value in values.values())
    assert ";" not in "".join(values.values())  # Slicer hands the values on unquoted
    assert values["DEPENDS"].split() == ["PyTorch"]
    assert values["CATEGORY"] in ("Segmentation", "Image Synthesis")
    assert values["ICONURL"].endswith("/CrossMoDAUDA/Resources/Icons/CrossMoDAUDA.png")
    assert all(url.startswith("https://") and url.endswith((".png", ".jpeg", ".gif")) for url in values["SCREENSHOTURLS"].split())
    assert re.search(r"^project\(CrossMoDAUDA\)$", text, re.MULTILINE)


def test_configured_and_installed_extension_is_complete_and_runs(tmp_path: Path) -> None:
    cmake = shutil.which("cmake")
    if cmake is None:
        pytest.skip("cmake is not installed")
    stand_in = tmp_path / "stand in"
    stand_in.mkdir()
    (stand_in / "SlicerConfig.cmake").write_text(STAND_IN_CONFIG, encoding="utf-8")
    (stand_in / "UseSlicer.cmake").write_text(STAND_IN_USE_FILE, encoding="utf-8")
    (stand_in / "Nothing.cmake").write_text("", encoding="utf-8")
    options = ["-DBUILD_TESTING=ON", "-DCMAKE_C_COMPILER_WORKS=1", "-DCMAKE_CXX_COMPILER_WORKS=1", f"-DSlicer_DIR={stand_in}"]
    configured = run(cmake, "-S", ROOT, "-B", tmp_path / "build", *options)
    if configured.returncode and re.search(r"CMAKE_(C|CXX)_COMPILER|CMAKE_MAKE_PROGRAM", configured.stderr):
        pytest.skip("cmake finds no compiler")
    assert configured.returncode == 0, configured.stderr
    assert "unit test CrossMoDAUDA.py" in configured.stdout
    installed = run(cmake, "--install", tmp_path / "build", "--prefix", tmp_path / "inst", "--component", "RuntimeLibraries")
    assert installed.returncode == 0, installed.stderr

    folder = tmp_path / "inst" / "lib" / "qt-scripted-modules"
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    wanted = {*listed("MODULE_PYTHON_SCRIPTS"), *listed("MODULE_PYTHON_RESOURCES"), "CrossMoDAUDAScripts/crossmoda_uda.py"}
    assert found == wanted
    # Slicer takes every Python file beside the module for a module of its own.
    assert [path.name for path in folder.glob("*.py")] == ["CrossMoDAUDA.py"]
    launched = run(sys.executable, folder / "CrossMoDAUDAScripts" / "crossmoda_uda.py", "--version")
    assert (launched.returncode, launched.stdout.split()) == (0, ["CrossMoDAUDA", __version__])

    pytest.importorskip("slicer", reason="slicer-core is not installed")
    pytest.importorskip("PySide6", reason="PySide6 is not installed")
    shutil.copytree(MODULE / "Testing" / "Host", tmp_path / "stand in" / "Testing" / "Host")
    opened = run(sys.executable, "-P", "-c", OPEN_INSTALLED, stand_in, folder / "CrossMoDAUDA.py", PYTHONDONTWRITEBYTECODE="1")
    assert (opened.returncode, opened.stdout.splitlines()[-2:]) == (0, ["Done.", "[1.0, 1.0]"]), opened.stdout + opened.stderr


def test_requirements_for_slicer_hold_what_the_tests_run_with() -> None:
    def read(path: Path) -> dict[str, Requirement]:
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
        return {Requirement(line).name.lower(): Requirement(line) for line in lines}

    pins = read(ROOT / "Scripts" / "requirements.txt")
    ranges = read(MODULE / "Resources" / "requirements.txt")
    for name, wanted in ranges.items():
        (pin,) = pins[name].specifier
        assert pin.operator == "==" and wanted.specifier.contains(pin.version), name
    assert ranges["nnunetv2"].specifier.contains("2.8.1") and not ranges["nnunetv2"].specifier.contains("2.9")


def test_icon_is_a_png_of_128_pixels() -> None:
    data = (MODULE / "Resources" / "Icons" / "CrossMoDAUDA.png").read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", data[16:24]) == (128, 128)
    assert len(data) < 50_000


def test_terminology_says_what_the_segments_say() -> None:
    data = json.loads((MODULE / "Resources" / "CrossMoDAUDA.term.json").read_text(encoding="utf-8"))
    assert data["SegmentationCategoryTypeContextName"] == structures.TERMINOLOGY_CONTEXT
    # Slicer refuses a terminology with another schema.
    assert data["@schema"] == "https://raw.githubusercontent.com/qiicr/dcmqi/master/doc/segment-context-schema.json#"
    offered = {}
    for category in data["SegmentationCodes"]["Category"]:
        assert isinstance(category["showAnatomy"], bool)
        for kind in category["Type"]:
            for coded in (category, kind, *kind.get("Modifier", [])):
                assert all(coded[key] for key in ("CodeMeaning", "CodingSchemeDesignator", "CodeValue"))
            offered[kind["3dSlicerLabel"]] = (category, kind)
    assert list(offered) == list(config.Settings().labels)
    for name, (category, kind) in offered.items():
        structure = structures.structure_of(name, config.Settings().labels[name])
        assert tuple(kind["recommendedDisplayRGBValue"]) == structure.colour
        for coded, code in ((category, structure.category), (kind, structure.type)):
            assert (coded["CodingSchemeDesignator"], coded["CodeValue"], coded["CodeMeaning"]) == code
        assert category["showAnatomy"] == any(structure.region)  # only then does Slicer let a region be chosen


def test_slicer_loads_the_terminology() -> None:
    slicer = pytest.importorskip("slicer", reason="slicer-core is not installed")
    logic = slicer.vtkSlicerTerminologiesModuleLogic()
    assert logic.LoadTerminologyFromFile(str(MODULE / "Resources" / "CrossMoDAUDA.term.json")) == structures.TERMINOLOGY_CONTEXT
    assert logic.GetNumberOfCategoriesInTerminology(structures.TERMINOLOGY_CONTEXT) == 2
    category, kind = slicer.vtkSlicerTerminologyCategory(), slicer.vtkSlicerTerminologyType()
    assert logic.GetNthCategoryInTerminology(structures.TERMINOLOGY_CONTEXT, 0, category)
    assert logic.GetNthTypeInTerminologyCategory(structures.TERMINOLOGY_CONTEXT, category, 0, kind)
    assert kind.GetRecommendedDisplayRGBValue() == structures.structure_of(kind.GetSlicerLabel(), 0).colour


# What may be imported where --------------------------------------------------------------------------------------------


def test_core_imports_neither_slicer_nor_qt() -> None:
    for path in LIBRARY.rglob("*.py"):
        if path.relative_to(LIBRARY).parts[0] in MAY_IMPORT_SLICER:
            continue
        strange = imported_roots(ast.parse(path.read_text(encoding="utf-8"))) & SLICER_PACKAGES
        assert not strange, f"{path.name} imports {strange}"


def test_module_file_imports_no_package_at_file_scope() -> None:
    """Slicer could not list the module where such a package is missing."""
    tree = ast.Module(body=[], type_ignores=[])
    for path in (
        MODULE / "CrossMoDAUDA.py",
        LIBRARY / "__init__.py",
        LIBRARY / "panel" / "__init__.py",
        LIBRARY / "panel" / "self_test.py",
    ):
        tree.body += ast.parse(path.read_text(encoding="utf-8")).body
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)]
    inside = {id(node) for function in functions for node in ast.walk(function)}
    at_file_scope = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom) and id(node) not in inside]
    roots = imported_roots(ast.Module(body=at_file_scope, type_ignores=[]))
    assert roots <= set(sys.stdlib_module_names) | {"slicer", "qt", "ctk", "vtk", "CrossMoDAUDALib"}


def test_module_file_declares_what_slicer_looks_for() -> None:
    tree = ast.parse((MODULE / "CrossMoDAUDA.py").read_text(encoding="utf-8"))
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    assert set(classes) == {"CrossMoDAUDA", "CrossMoDAUDAWidget", "CrossMoDAUDALogic", "CrossMoDAUDATest"}
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_"]
    assert calls and all(isinstance(call.args[0], ast.Constant) for call in calls)  # else the text is not found for translation


def test_light_modules_import_nothing_heavy() -> None:
    heavy = ["torch", "nnunetv2", "SimpleITK", "scipy", "matplotlib", "PIL", "slicer", "vtk"]
    code = (
        f"import sys; sys.path.insert(0, {str(MODULE)!r}); "
        "from CrossMoDAUDALib.cohort import finding; from CrossMoDAUDALib.commands import cli; "
        "from CrossMoDAUDALib.core import errors, settings; "
        "from CrossMoDAUDALib.experiment import folder; from CrossMoDAUDALib.images import volumes; "
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    finished = run(sys.executable, "-c", code)
    assert (finished.returncode, finished.stdout.strip()) == (0, "[]"), finished.stderr


def test_the_command_line_knows_its_words_without_numpy() -> None:
    """What a command does is imported when it is asked for: a complaint, `--help` and the panel's processes come at once."""
    code = f"import sys; sys.path.insert(0, {str(MODULE)!r}); from CrossMoDAUDALib.commands import cli; cli.main(['--help']); "
    finished = run(sys.executable, "-c", f"{code} print(sorted({{'numpy', 'scipy', 'SimpleITK', 'torch'}} & set(sys.modules)))")
    assert (finished.returncode, finished.stdout.splitlines()[-1]) == (0, "[]"), finished.stderr


# The launcher ----------------------------------------------------------------------------------------------------------

# Runs a script as Slicer's --python-script does, with an application that only notes how it was left.
IN_SLICER = """
import sys, types
script, named = sys.argv[1], sys.argv[2] == "named"
slicer = types.ModuleType("slicer")
slicer.app = object()
slicer.util = types.SimpleNamespace(exit=lambda status: print("left with", status))
sys.modules["slicer"] = slicer
sys.argv = [script, *sys.argv[3:]]
names = {"__name__": "__main__", **({"__file__": script} if named else {})}
exec(open(script, encoding="utf-8").read(), names)
print("still running")
"""


def in_slicer(script: Path, *arguments: str, named: bool = True) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, "-c", IN_SLICER, script, "named" if named else "nameless", *arguments)


def test_launcher_runs_from_anywhere(tmp_path: Path) -> None:
    finished = subprocess.run([sys.executable, str(LAUNCHER), "--version"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (finished.returncode, finished.stdout.split()) == (0, ["CrossMoDAUDA", __version__])
    assert run(sys.executable, LAUNCHER, "no-such-command").returncode == 2


def test_importing_the_launcher_does_nothing() -> None:
    code = f"import sys, runpy; sys.argv[1:] = ['nonsense']; runpy.run_path({str(LAUNCHER)!r}, run_name='__mp_main__'); print('fine')"
    finished = run(sys.executable, "-c", code)
    assert (finished.returncode, finished.stdout.strip()) == (0, "fine")


@pytest.mark.parametrize("named", [True, False])
def test_launcher_leaves_slicer_with_the_status(named: bool) -> None:
    finished = in_slicer(LAUNCHER, "--version", named=named)
    assert finished.stdout.splitlines()[-2:] == ["left with 0", "still running"], finished.stderr
    refused = in_slicer(LAUNCHER, "no-such-command", named=named)
    assert refused.stdout.splitlines()[-2:] == ["left with 2", "still running"], refused.stderr


@pytest.mark.parametrize(
    ("failure", "status", "said"),
    [
        ("raise RuntimeError('broken')", 1, "broken"),
        ("raise KeyboardInterrupt", 130, ""),
        ("raise SystemExit('a sentence')", 1, "a sentence"),
        ("raise SystemExit(3)", 3, ""),
        ("raise SystemExit", 0, ""),
    ],
)
def test_launcher_leaves_slicer_whatever_happens(tmp_path: Path, failure: str, status: int, said: str) -> None:
    library = tmp_path / "CrossMoDAUDALib"
    (library / "commands").mkdir(parents=True)
    (library / "__init__.py").write_text("", encoding="utf-8")
    (library / "commands" / "cli.py").write_text(f"def main():\n    {failure}\n", encoding="utf-8")
    shutil.copy(LAUNCHER, tmp_path)
    finished = in_slicer(tmp_path / LAUNCHER.name)
    assert finished.stdout.splitlines() == [f"left with {status}", "still running"]
    assert said in finished.stderr


def test_launcher_without_a_library_says_so(tmp_path: Path) -> None:
    shutil.copy(LAUNCHER, tmp_path)
    finished = run(sys.executable, tmp_path / LAUNCHER.name)
    assert finished.returncode == 1 and "CrossMoDAUDALib" in finished.stderr and "Traceback" not in finished.stderr
    assert "left with 1" in in_slicer(tmp_path / LAUNCHER.name).stdout


# The test command and its environment ----------------------------------------------------------------------------------


def test_ci_runs_the_readmes_test_command() -> None:
    script = ROOT / ".ci" / "run"
    *before, command = [line for line in script.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert command == TEST_COMMAND and before == ["set -e", 'cd "$(dirname "$0")/.."', "export CROSSMODA_APT=1"]
    assert os.name == "nt" or os.access(script, os.X_OK)
    assert TEST_COMMAND in (ROOT / "README.md").read_text(encoding="utf-8")


def test_license_is_apache() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text and "END OF TERMS AND CONDITIONS" in text

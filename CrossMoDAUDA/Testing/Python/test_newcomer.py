"""A newcomer's translator and stage: the files and lines of docs/developing.md, added to a copy of the project, do everything."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT, TINY
from CrossMoDAUDALib.images.intensity import scale_intensity, to_stored
from CrossMoDAUDALib.images.volumes import read_volume
from CrossMoDAUDALib.translation.registry import registrations
from documents import pages
from Testing.Host.measuring import unmeasured

# What docs/developing.md shows: a stage's file and its line in plan(), and a translator's file.
COUNTING, IN_PLAN, TOY = [
    body for page in pages() if page.name == "docs/developing.md" for language, body in page.blocks if language == "py"
]
IN_PANEL = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from Testing.Host import Host

with Host(Path(sys.argv[1]) / "CrossMoDAUDA.py") as host:
    from CrossMoDAUDALib.panel import wording
    host.find("adaptButton").collapsed = host.find("adaptAdvanced").collapsed = False
    combo, form = host.find("adaptTranslator"), host.widget.panel.adapt.settingsForm
    combo.currentIndex = combo.findData("copy")
    host.process(0.1)
    shown = {section: box.visible for section, box in form._boxes.items() if section in ("cyclegan", "copy")}
    host.find("setting_copy_gain").text = "2"
    host.find("setting_copy_gain")._real.editingFinished.emit()
    print([combo.itemText(combo.currentIndex), combo.count, shown, host.widget.panel.adapt._settingWords()[2:4], form.changed()])
    print(wording.quantityTitle("copy", "brightness"))
    assert "torch" not in sys.modules
"""


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with the newcomer's files and lines."""
    folder = tmp_path_factory.mktemp("newcomer")
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("CrossMoDAUDA", "Scripts", "Screenshots", "docs"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for name in ("README.md", "LICENSE", "CMakeLists.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, folder / name)
    module = folder / "CrossMoDAUDA"
    library = module / "CrossMoDAUDALib"
    (library / "translation" / "copy.py").write_text(TOY, encoding="utf-8")
    insert(library / "translation" / "registry.py", '    "cyclegan",\n', '    "copy",\n')
    insert(module / "CMakeLists.txt", "  CrossMoDAUDALib/translation/check.py\n", "  CrossMoDAUDALib/translation/copy.py\n")
    (library / "method" / "counting.py").write_text(COUNTING, encoding="utf-8")
    insert(library / "method" / "plan.py", "        stages += _training(settings, SOURCE_ONLY_TRAINING, title, scored)\n", f"    {IN_PLAN}")
    insert(module / "CMakeLists.txt", "  CrossMoDAUDALib/method/checked_translations.py\n", "  CrossMoDAUDALib/method/counting.py\n")
    python(folder, folder / "Scripts" / "settings_page.py")
    return folder


def insert(file: Path, after: str, text: str) -> None:
    """Put lines after the one line that is ``after``."""
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    lines.insert(lines.index(after) + 1, text)
    file.write_text("".join(lines), encoding="utf-8")


def python(folder: Path, *arguments: str | Path) -> str:
    """Run Python in a folder, unmeasured: coverage is that of the project itself. What it has printed."""
    environment = {name: value for name, value in unmeasured().items() if not name.startswith(("PYTHONPATH", "PYTEST"))}
    words = [sys.executable, *map(str, arguments)]
    done = subprocess.run(words, capture_output=True, encoding="utf-8", env=environment, cwd=folder, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def run(copied: Path, *arguments: str | Path, status: int = 0) -> str:
    """The command line of the copy."""
    words = [sys.executable, str(copied / "Scripts" / "crossmoda_uda.py"), *map(str, arguments)]
    environment = {**unmeasured(), "OMP_NUM_THREADS": "1", "CROSSMODA_MODELS": str(copied / "models")}
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(words, capture_output=True, encoding="utf-8", env=environment, timeout=300)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_it_trains_translates_and_packages(copied: Path, tiny_cohort: Path, tmp_path: Path) -> None:
    folder = tmp_path / "experiment"
    settings = [f"--set={key}={value}" for key, value in TINY.items() if not key.startswith("cyclegan.")]
    words: list[str | Path] = ["run", "--crossmoda", tiny_cohort, "-o", folder, "--preset", "smoke", "--device", "cpu", *settings]
    assert "outside 0 to 10" in run(copied, *words, "--translator", "copy", "--set", "copy.gain=11", status=2)
    assert "cyclegan.pool_size belongs to" in run(copied, *words, "--translator", "copy", "--set", "cyclegan.pool_size=1", status=2)
    run(copied, *words, "--translator", "copy", "--iterations", "0", "--set", "copy.gain=0.5", "--set", "copy.width=3")
    assert (folder / "translation" / "losses.csv").read_text(encoding="utf-8").startswith("epoch,brightness,learning_rate\n")
    assert (folder / "translation" / "samples" / "latest.png").is_file()
    assert "translator copy" in run(copied, "status", folder)
    assert "finished" in run(copied, "status", folder)
    assert (folder / "cases.txt").read_text(encoding="utf-8") == "2 source cases\n", "the stage has run"

    package, out = tmp_path / "toy.zip", tmp_path / "results"
    run(copied, "package", folder, "-o", package)
    name = run(copied, "import", package).partition(":")[0]
    scan = next(tiny_cohort.rglob("*_ceT1.nii.gz"))
    run(copied, "translate", name, scan, "-o", out, "--device", "cpu")
    run(copied, "segment", package, next(tiny_cohort.rglob("*_hrT2.nii.gz")), "-o", out, "--device", "cpu")
    assert len(list(out.glob("*_Label.nii.gz"))) == 1
    source, translated = read_volume(scan), read_volume(next(out.glob("*_pseudo_target.nii.gz")))
    assert not source.geometry.differences(translated.geometry)
    copy = to_stored(scale_intensity(source.array, 0.1, 99.9)).ravel().astype(float)
    slope, _ = np.polyfit(copy, translated.array.ravel().astype(float), 1)
    assert np.corrcoef(copy, translated.array.ravel())[0, 1] > 0.95, "it copies"
    assert slope == pytest.approx(0.5, abs=0.1), "at half the contrast, as the setting says"


def test_it_appears_in_the_panel(copied: Path) -> None:
    pytest.importorskip("slicer", reason="slicer-core is not installed")
    pytest.importorskip("PySide6", reason="PySide6 is not installed")
    words = [sys.executable, "-P", "-c", IN_PANEL, str(copied / "CrossMoDAUDA")]
    done = subprocess.run(words, capture_output=True, encoding="utf-8", timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    shown = ["Copy (toy)", len(registrations()) + 2, {"cyclegan": False, "copy": True}, ["--translator", "copy"], {"copy.gain": "2"}]
    assert done.stdout.splitlines()[-2:] == [str(shown), "Difference in brightness"]


def test_the_projects_own_tests_hold_with_it(copied: Path) -> None:
    """Those that say something of every setting, of every translator, of every stage and of every file."""
    tests = copied / "CrossMoDAUDA" / "Testing" / "Python"
    plan = ("has_its_own_name", "titles_are_marked", "translates_the_titles")
    words = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-x"]
    python(
        copied, *words, *(tests / f"test_{name}.py" for name in ("documents_settings", "documents_links", "config", "settings_sections"))
    )
    python(copied, *words, tests / "test_plan.py", "-k", " or ".join(plan))
    python(copied, *words, tests / "test_skeleton.py", "-k", "cmake or light_modules")


@pytest.mark.slow
def test_its_types_are_right(copied: Path) -> None:
    pytest.importorskip("mypy", reason="mypy is not installed")
    if (checked := ROOT / ".mypy_cache").is_dir():  # what is the same is not checked again
        shutil.copytree(checked, copied / "types")
    python(copied, "-m", "mypy", "--cache-dir", copied / "types")

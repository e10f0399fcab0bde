"""A newcomer's translator: one file and one line in the registry, added to a copy of the library from outside, do everything."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT, TINY
from CrossMoDAUDALib.images.intensity import scale_intensity, to_stored
from CrossMoDAUDALib.images.volumes import read_volume
from documents import pages

# The file that docs/developing.md shows.
(TOY,) = [body for page in pages() if page.name == "docs/developing.md" for language, body in page.blocks if language == "py"]
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
    print(wording.quantityTitle("brightness"))
    assert "torch" not in sys.modules
"""


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library with the newcomer's file and line."""
    folder = tmp_path_factory.mktemp("newcomer")
    ignored = shutil.ignore_patterns("__pycache__", "Python", "Zoo", "Faults")
    for name in ("CrossMoDAUDA", "Scripts"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    room = folder / "CrossMoDAUDA" / "CrossMoDAUDALib" / "translation"
    (room / "copy.py").write_text(TOY, encoding="utf-8")
    lines = (room / "registry.py").read_text(encoding="utf-8").splitlines(keepends=True)
    lines.insert(lines.index('    "cyclegan",\n') + 1, '    "copy",\n')
    (room / "registry.py").write_text("".join(lines), encoding="utf-8")
    return folder


def run(copied: Path, *arguments: str | Path, status: int = 0) -> str:
    """The command line of the copy."""
    words = [sys.executable, str(copied / "Scripts" / "crossmoda_uda.py"), *map(str, arguments)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "CROSSMODA_MODELS": str(copied / "models")}
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
    run(copied, *words, "--translator", "copy", "--iterations", "0", "--set", "copy.gain=0.5")
    assert (folder / "translation" / "losses.csv").read_text(encoding="utf-8").startswith("epoch,brightness,learning_rate\n")
    assert (folder / "translation" / "samples" / "latest.png").is_file()
    assert "translator copy" in run(copied, "status", folder)
    assert "finished" in run(copied, "status", folder)

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
    shown = ["Copy (toy)", 4, {"cyclegan": False, "copy": True}, ["--translator", "copy"], {"copy.gain": "2"}]
    assert done.stdout.splitlines()[-2:] == [str(shown), "Difference in brightness"]

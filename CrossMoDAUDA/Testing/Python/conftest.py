"""What the tests share: the library on the path, real scans where they are, small volumes on any grid."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from installed_library import environment, wheels

if TYPE_CHECKING:
    from CrossMoDAUDALib.cohort.finding import Cohort
    from CrossMoDAUDALib.experiment.folder import Experiment
    from Testing.Host import Host

ROOT = Path(__file__).resolve().parents[3]
MODULE = ROOT / "CrossMoDAUDA" / "CrossMoDAUDA.py"
sys.path.insert(0, str(ROOT / "CrossMoDAUDA"))

DATA = ROOT.parent / "shared" / "data"
assert environment and wheels  # fixtures
pytest_plugins = ["ssh_server", "slurm_cluster"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--zoo-long", action="store_true", help="test_zoo.py: every bad file with every command, many thousands of headers")


# Their fixtures take long and are made once in each process that runs a test of the file. A process that has nothing left takes tests
# from the end of another's: what comes first stays in one process.
COME_FIRST = ("test_resume", "test_translators", "test_adaptation", "test_study", "test_freshness", "test_segmentation_training")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the files; the tests of each stay together."""
    items.sort(key=lambda item: item.path.stem not in COME_FIRST)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Tell which of Scripts/test.py's checks before the tests failed."""
    if failed := os.environ.get("CROSSMODA_FAILED_CHECKS"):
        terminalreporter.section("checks that failed before the tests", red=True)
        terminalreporter.line(failed)


def its_translator(key: str) -> dict[str, Any]:
    """What to set beside a setting so that it may be set: the translator that has its section, if not every one has."""
    from CrossMoDAUDALib.core.settings import translators_with

    owners = translators_with(key.rpartition(".")[0])
    return {"translation.translator": owners[0]} if owners else {}


@pytest.fixture(scope="session")
def project_root() -> Path:
    """The repository's top folder."""
    return ROOT


@pytest.fixture(scope="session")
def real_scans() -> Path:
    """The folder of real scans; they are private, so other machines lack them."""
    if not DATA.is_dir():
        pytest.skip(f"no real scans at {DATA}")
    return DATA


# The smallest experiment that still runs every stage: set as --set by the tests that run the command line.
TINY = {
    "translation.image_size": 32,
    "translation.batch_size": 2,
    "translation.epochs": 1,
    "translation.decay_epochs": 1,
    "translation.steps_per_epoch": 2,
    "cyclegan.generator_features": 4,
    "cyclegan.generator_blocks": 1,
    "cyclegan.discriminator_features": 4,
    "segmentation.epochs": 2,
    "segmentation.iterations_per_epoch": 2,
    "segmentation.base_features": 4,
    "segmentation.memory_gb": 0.02,
}


@pytest.fixture(scope="session")
def tiny_cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A synthetic cohort in crossMoDA's layout: two source, two target and one evaluation case of 32 x 32 x 16 voxels."""
    from CrossMoDAUDALib.cohort import phantom

    folder = tmp_path_factory.mktemp("tiny cohort ü")
    phantom.write_cohort(folder, source_cases=2, target_cases=2, evaluation_cases=1, seed=3, size=(32, 32, 16))
    return folder


@pytest.fixture(scope="session")
def tiny_experiment(tmp_path_factory: pytest.TempPathFactory, tiny_cohort: Path) -> Path:
    """A finished experiment on the tiny cohort, with one self-training iteration and the source-only row."""
    from CrossMoDAUDALib.commands import cli

    folder = tmp_path_factory.mktemp("experiments") / "tiny experiment ü"
    assignments = [f"--set={key}={value}" for key, value in TINY.items()]
    command = ["run", "--crossmoda", str(tiny_cohort), "-o", str(folder), "--preset", "smoke", "--device", "cpu", *assignments]
    assert cli.main([*command, "--set", "evaluation.source_only=true"]) == 0
    return folder


@pytest.fixture
def cohort(tmp_path: Path) -> Cohort:
    """Two source and one target case; what an experiment records does not depend on what is in the files."""
    from CrossMoDAUDALib.cohort.finding import Case, Cohort

    folder = tmp_path / "scans ü"
    folder.mkdir()

    def scan(name: str) -> Path:
        (folder / name).write_bytes(name.encode())
        return folder / name

    source = [Case(name, scan(f"{name}_ceT1.nii.gz"), scan(f"{name}_Label.nii.gz")) for name in ("a", "b")]
    return Cohort(tuple(source), (Case("c", scan("c_hrT2.nii.gz"), None),))


@pytest.fixture
def started(tmp_path: Path, cohort: Cohort) -> Experiment:
    """An experiment that has been recorded, and of which no stage has been run."""
    from cohort_files import hashes
    from CrossMoDAUDALib.core.settings import preset_settings
    from CrossMoDAUDALib.experiment.folder import Experiment

    return Experiment.create(tmp_path / "experiment ü", preset_settings("smoke"), cohort, hashes(cohort))


@pytest.fixture
def readers_folder(tmp_path: Path, tiny_experiment: Path, tiny_cohort: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder of a reader who has trained: scans, an experiment, its package, the cohort."""
    from CrossMoDAUDALib.commands import cli

    folder = tmp_path / "reader's folder ü"
    shutil.copytree(tiny_experiment, folder / "EXPERIMENT")
    shutil.copytree(tiny_cohort, folder / "DATA")
    for name, pattern in (("scan_hrT2.nii.gz", "validation/*_hrT2.nii.gz"), ("scan_ceT1.nii.gz", "training_source/*_ceT1.nii.gz")):
        shutil.copy(sorted(tiny_cohort.rglob(pattern))[0], folder / name)
    assert cli.main(["package", str(tiny_experiment), "-o", str(folder / "MODEL.zip")]) == 0
    monkeypatch.chdir(folder)
    monkeypatch.setenv("CROSSMODA_MODELS", str(tmp_path / "models"))
    return folder


@pytest.fixture
def host() -> Iterator[Host]:
    """The stand-in of Slicer's application with the module's panel open."""
    from Testing.Host import Host

    with Host(MODULE) as running:
        yield running


@pytest.fixture
def font_scale() -> Iterator[Callable[[float], None]]:
    """Makes the application's font larger, for as long as a test lasts."""
    from PySide6 import QtGui, QtWidgets

    before = QtWidgets.QApplication.font()

    def scale(factor: float) -> None:
        larger = QtGui.QFont(before)
        larger.setPointSizeF(before.pointSizeF() * factor)
        QtWidgets.QApplication.setFont(larger)

    yield scale
    QtWidgets.QApplication.setFont(before)


@pytest.fixture
def clean_scene() -> Iterator[Any]:
    """The scene outside Slicer's application, afterwards with the nodes that it had before."""
    from CrossMoDAUDALib.slicer_nodes import mrml

    scene = mrml.scene()
    before = {scene.GetNthNode(n) for n in range(scene.GetNumberOfNodes())}
    yield scene
    for node in [scene.GetNthNode(n) for n in range(scene.GetNumberOfNodes())]:
        if node not in before:
            scene.RemoveNode(node)


@pytest.fixture
def mount_disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Mounts a disk with options such as ``size=300k`` or ``ro``, for disks that are full or read-only even for root."""
    places: list[Path] = []

    def mount(options: str) -> Path:
        place = tmp_path / f"disk {len(places)}"
        place.mkdir()
        command = shutil.which("mount") if sys.platform == "linux" else None
        if not command or subprocess.run([command, "-t", "tmpfs", "-o", options, "tmpfs", str(place)], capture_output=True).returncode:
            pytest.skip("needs the right to mount a disk")
        places.append(place)
        return place

    yield mount
    for place in places:
        subprocess.run(["umount", "-l", str(place)], check=True)

"""``container``: the folder that an image of a model is built from, and the library that travels in it."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import LAUNCHER, contents
from CrossMoDAUDALib import __version__
from CrossMoDAUDALib.commands import cli
from CrossMoDAUDALib.commands.container import write_wheel
from CrossMoDAUDALib.method.packing import write_files
from CrossMoDAUDALib.models.package import check_package
from documented_commands import problem
from documents import Page, command_lines
from installed_library import BIN, PIP, requirements, run, succeeded

ROOT = Path(__file__).resolve().parents[3]
RESOURCES = ROOT / "CrossMoDAUDA" / "Resources"
WHEEL = f"crossmodauda-{__version__}-py3-none-any.whl"
FILES = ["Dockerfile", "README.md", "crossmoda-uda.def", WHEEL, "install.sh", "model.zip", "requirements-nnunet.txt", "requirements.txt"]


@pytest.fixture(scope="module")
def context(tiny_experiment: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("contexts ü") / "new" / "context"
    assert cli.main(["container", str(tiny_experiment), "-o", str(folder)]) == 0
    return folder


def pins(path: Path) -> dict[str, str]:
    lines = [line.partition(";")[0] for line in path.read_text(encoding="utf-8").splitlines()]
    return requirements([line for line in lines if line and not line.startswith("#")])


def code_of(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist() if ".dist-info/" not in name}


def test_what_is_in_it(context: Path) -> None:
    assert sorted(path.name for path in context.iterdir()) == FILES
    for name in FILES:
        if name not in ("model.zip", WHEEL):
            content = (context / name).read_bytes()
            assert b"\r" not in content and not re.search(rb"@[A-Z]+@", content), name
    readme = (context / "README.md").read_text(encoding="utf-8")
    assert "Vestibular schwannoma, Cochlea; self-training iteration 1" in readme and "Not for clinical use" in readme


def test_every_command_of_its_readme_can_be_typed(context: Path) -> None:
    page = Page("README.md", (context / "README.md").read_text(encoding="utf-8"))
    lines = [line for language, body in page.blocks if language == "sh" for line in command_lines(body)]
    assert len(lines) > 10
    assert [f"{line}: {why}" for line in lines if (why := problem(line))] == []


def test_whatever_is_copied_into_the_image_is_there(context: Path) -> None:
    steps = (context / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    copied = [word for step in steps if step.startswith("COPY ") and "--from=" not in step for word in step.split()[1:-1]]
    assert sorted(copied) == sorted({*FILES} - {"Dockerfile", "README.md", "crossmoda-uda.def"})
    definition = (context / "crossmoda-uda.def").read_text(encoding="utf-8")
    listed = re.search(r"^%files\n(.*?)^%", definition, re.MULTILINE | re.DOTALL)
    assert listed and sorted(line.split()[0] for line in listed[1].splitlines() if line.strip()) == sorted(copied)
    assert all(line.split()[1] == f"/build/{line.split()[0]}" for line in listed[1].splitlines() if line.strip())
    base = re.search(r"PYTHON_IMAGE=docker\.io/library/(\S+)", "\n".join(steps))
    assert base and f"From: {base[1]}\n" in definition
    if shell := shutil.which("sh"):
        assert subprocess.run([shell, "-n", str(context / "install.sh")]).returncode == 0


def test_the_image_is_not_roots_and_keeps_what_it_needs(context: Path) -> None:
    last = (context / "Dockerfile").read_text(encoding="utf-8").rpartition("\nFROM ")[2]
    assert "\nARG RUN_AS=1000:1000\n" in last and "\nUSER ${RUN_AS}\n" in last
    (entry,) = re.findall(r"^ENTRYPOINT \[(.*)\]$", last, re.MULTILINE)
    words = re.findall(r'"([^"]*)"', entry)
    (runs,) = re.findall(r"^    exec (.*) \"\$@\"$", (context / "crossmoda-uda.def").read_text(encoding="utf-8"), re.MULTILINE)
    assert words == runs.split() and words[0] == "crossmoda-uda"
    assert str(cli._parser().parse_args(words[1:]).model) in (context / "install.sh").read_text(encoding="utf-8")


def test_versions_are_those_that_the_project_is_tested_with(context: Path) -> None:
    scripts = ROOT / "Scripts"
    wanted = pins(scripts / "requirements-inference.txt")
    assert wanted.pop("slicer-core")  # only .seg.nrrd files and nodes need it
    assert pins(context / "requirements.txt") == wanted
    assert pins(context / "requirements-nnunet.txt") == pins(scripts / "requirements-inference-nnunet.txt")


def test_a_model_of_every_kind_gives_the_same_package(
    context: Path, tiny_experiment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CROSSMODA_MODELS", str(tmp_path / "models"))
    key = check_package(context / "model.zip").key
    assert cli.main(["import", str(context / "model.zip")]) == 0
    (name,) = (path.name for path in (tmp_path / "models").iterdir())
    (tmp_path / "empty").mkdir()
    for number, model in enumerate((context / "model.zip", Path(name), tiny_experiment / "iteration_1")):
        folder = tmp_path / "empty" if number == 1 else tmp_path / str(number)
        assert cli.main(["container", str(model), "-o", str(folder)]) == 0
        assert sorted(path.name for path in folder.iterdir()) == FILES
        assert check_package(folder / "model.zip").key == key


def test_refusals_leave_everything_as_it_was(
    context: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CROSSMODA_MODELS", str(tmp_path / "models"))
    assert cli.main(["import", str(context / "model.zip")]) == 0
    (imported,) = (tmp_path / "models").iterdir()
    weights = imported / "model" / "segmenter.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x7f")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "somebody's.txt").write_text("work")
    (tmp_path / "empty").mkdir()
    (tmp_path / "no model").mkdir()
    before = contents(tmp_path)

    def refusal(model: Path, folder: str) -> str:
        capsys.readouterr()
        assert cli.main(["container", str(model), "-o", str(tmp_path / folder)]) == 2
        assert contents(tmp_path) == before
        (line,) = capsys.readouterr().err.splitlines()
        return line

    assert "full is not empty" in refusal(context / "model.zip", "full")
    assert "is a file; name a folder" in refusal(context / "model.zip", "full/somebody's.txt")
    assert "no model package" in refusal(context / WHEEL, "new")
    assert "holds no trained segmenter" in refusal(tmp_path / "no model", "empty")
    assert f"{imported}: model/segmenter.safetensors does not have the SHA-256" in refusal(imported, "new/folder")


def test_a_model_whose_trainer_the_image_lacks_is_refused(context: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with zipfile.ZipFile(context / "model.zip") as package:
        held = {name: package.read(name) for name in package.namelist()}
    model, description = json.loads(held["model/model.json"]), json.loads(held["model.json"])
    held["model/model.json"] = changed = json.dumps({**model, "trainer": "nnUNetTrainerNoMirroring"}).encode()
    description["files"]["model/model.json"] = {"bytes": len(changed), "sha256": hashlib.sha256(changed).hexdigest()}
    write_files(tmp_path / "other.zip", {**held, "model.json": json.dumps(description).encode()})
    assert cli.main(["container", str(tmp_path / "other.zip"), "-o", str(tmp_path / "new")]) == 2
    assert "other.zip was trained with segmentation.trainer=nnUNetTrainerNoMirroring" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


# The library that travels ------------------------------------------------------------------------------------------------


def test_the_wheel_holds_what_pips_holds(wheels: tuple[Path, Path], context: Path) -> None:
    assert code_of(context / WHEEL) == code_of(wheels[0])


def test_an_installed_library_and_an_extension_write_the_same(environment: Callable[[str], Path], context: Path, tmp_path: Path) -> None:
    model = context / "model.zip"
    succeeded(run(environment("full") / "crossmoda-uda", "container", model, "-o", tmp_path / "of an installed"))
    assert (tmp_path / "of an installed" / WHEEL).read_bytes() == (context / WHEEL).read_bytes()
    extension = tmp_path / "qt-scripted-modules"
    for folder in ("CrossMoDAUDALib", "Resources"):
        shutil.copytree(ROOT / "CrossMoDAUDA" / folder, extension / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (extension / "CrossMoDAUDAScripts").mkdir()
    launcher = shutil.copy(LAUNCHER, extension / "CrossMoDAUDAScripts")
    succeeded(run(sys.executable, launcher, "container", model, "-o", tmp_path / "of an extension"))
    for made in ("of an installed", "of an extension"):
        assert contents(tmp_path / made) == contents(context)


@pytest.mark.slow
def test_the_wheel_installs_and_segments_as_the_image_does(context: Path, tiny_cohort: Path, tmp_path: Path) -> None:
    """The steps of install.sh but for the downloads, and the entry of the image."""
    succeeded(run(sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"))
    commands = tmp_path / "venv" / BIN
    succeeded(run(*PIP, "--python", commands / "python", "install", "--no-deps", "--no-index", context / WHEEL))
    assert succeeded(run(commands / "crossmoda-uda", "--version")) == f"CrossMoDAUDA {__version__}\n"
    site = Path(succeeded(run(commands / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))")).strip())
    here = dict.fromkeys((sysconfig.get_path("purelib"), sysconfig.get_path("platlib")))
    (site / "packages_of_the_tests.pth").write_text("\n".join(here) + "\n", encoding="utf-8")
    models = tmp_path / "models"
    succeeded(run(commands / "crossmoda-uda", "import", context / "model.zip", CROSSMODA_MODELS=str(models)))
    (model,) = models.iterdir()
    (tmp_path / "in").mkdir()
    scan = next((tiny_cohort / "validation").glob("*_hrT2.nii.gz"))
    shutil.copy(scan, tmp_path / "in")
    words = ["--model", model, "--input", tmp_path / "in", "--output", tmp_path / "out", "--device", "cpu"]
    said = succeeded(run(commands / "crossmoda-uda", "challenge", *words))
    assert said.splitlines() == [str(tmp_path / "out" / scan.name.replace("_hrT2", "_Label"))]


def test_a_wheel_is_the_same_whenever_it_is_made(context: Path, tmp_path: Path) -> None:
    assert write_wheel(tmp_path).read_bytes() == (context / WHEEL).read_bytes()

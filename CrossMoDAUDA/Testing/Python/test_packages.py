"""Model packages: one file with everything inference needs, nothing of patients, and nothing that runs."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from CrossMoDAUDALib.commands import cli
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.images.volumes import read_label_map, read_volume
from CrossMoDAUDALib.method.packing import write_package
from CrossMoDAUDALib.models import library as installed_models
from CrossMoDAUDALib.models import package as packages
from CrossMoDAUDALib.models.model_folder import describe_model

# What only training needs: what requirements-inference.txt and requirements-inference-nnunet.txt leave out.
TRAINING_ONLY = (
    "batchgeneratorsv2", "matplotlib", "seaborn", "sklearn", "graphviz", "yacs", "requests", "einops", "timm", "imagecodecs",
    "nnunetv2.training.nnUNetTrainer",
)  # fmt: skip


@pytest.fixture(autouse=True)
def own_models_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data of ü" / "models"
    monkeypatch.setenv(installed_models.FOLDER_VARIABLE, str(folder))
    return folder


@pytest.fixture(scope="module")
def package(tiny_experiment: Path, tmp_path_factory: pytest.TempPathFactory) -> packages.Package:
    return write_package(tiny_experiment, tmp_path_factory.mktemp("packages ü") / "Tiny VS.zip")


def segment(model: str | Path, scan: Path, output: Path) -> np.ndarray:
    assert cli.main(["segment", str(model), str(scan), "-o", str(output), "--device", "cpu"]) == 0
    return read_label_map(next(output.glob("*_Label.nii.gz"))).array


@pytest.fixture(scope="module")
def scan(tiny_cohort: Path) -> Path:
    return next((tiny_cohort / "validation").glob("*_hrT2.nii.gz"))


def test_a_package_segments_and_translates_as_its_experiment(
    package: packages.Package,
    tiny_experiment: Path,
    scan: Path,
    tmp_path: Path,
    own_models_folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    expected = segment(tiny_experiment, scan, tmp_path / "experiment")
    assert expected.any() and len(np.unique(expected)) > 1
    case = next((tiny_experiment / "iteration_1" / "evaluation").glob("*.nii.gz"))
    assert np.array_equal(read_label_map(case).array, expected)
    assert np.array_equal(segment(package.path, scan, tmp_path / "file"), expected)
    assert not own_models_folder.exists(), "a package that is only used is not kept"

    assert cli.main(["import", str(package.path)]) == 0
    name = f"Tiny-VS-{package.key}"
    said = capsys.readouterr().out
    assert name in said and "Not for clinical use." in said and "trained on 2 source and 2 target scans" in said
    assert np.array_equal(segment(name, scan, tmp_path / "name"), expected)
    assert np.array_equal(segment(own_models_folder / name, scan, tmp_path / "folder"), expected)

    for model, output in ((tiny_experiment, "a"), (package.path, "b"), (name, "c")):
        assert cli.main(["translate", str(model), str(scan), "-o", str(tmp_path / output), "--device", "cpu"]) == 0
    first, *others = (read_volume(next((tmp_path / output).glob("*_pseudo_target.nii.gz"))).array for output in "abc")
    assert all(np.array_equal(first, other) for other in others)


def test_it_segments_without_what_training_needs_and_unpickles_nothing(package: packages.Package, scan: Path, tmp_path: Path) -> None:
    script = tmp_path / "strict.py"
    script.write_text(
        textwrap.dedent(f"""
        import pickle, _pickle, sys

        for name in {TRAINING_ONLY!r}:
            sys.modules[name] = None  # as if it were not installed

        def refuse(*_, **__):
            raise AssertionError("something was unpickled")

        pickle.load = pickle.loads = _pickle.load = _pickle.loads = refuse
        import torch
        torch.load = refuse
        sys.path.insert(0, {str(ROOT / "CrossMoDAUDA")!r})
        from CrossMoDAUDALib.commands import cli
        assert cli.main(["import", sys.argv[1]]) == 0
        sys.exit(cli.main(["segment", *sys.argv[1:], "--device", "cpu"]))
        """),
        encoding="utf-8",
    )
    environment = {key: value for key, value in os.environ.items() if not key.startswith("nnUNet")}
    command = [sys.executable, str(script), str(package.path), str(scan), "-o", str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, timeout=180)
    assert done.returncode == 0, done.stdout + done.stderr
    assert np.array_equal(
        read_label_map(next((tmp_path / "out").glob("*_Label.nii.gz"))).array, segment(package.path, scan, tmp_path / "here")
    )


def test_a_package_says_what_it_is(package: packages.Package, tiny_experiment: Path) -> None:
    description = package.description
    assert description["use"] == "Not for clinical use." and description["format_version"] == 1
    assert description["method"]["self_training_iteration"] == 1 and description["method"]["translator"] == "cyclegan-resnet"
    vs, cochlea = description["labels"]
    assert (vs["name"], vs["value"], cochlea["name"], cochlea["value"]) == ("Vestibular schwannoma", 1, "Cochlea", 2)
    assert vs["terminology"]["type"] == {"scheme": "SCT", "value": "86049000", "meaning": "Neoplasm, Primary"}
    cohort = description["cohort"]
    assert (cohort["source_cases"], cohort["target_cases"], cohort["evaluation_cases"]) == (2, 2, 1)
    table = (tiny_experiment / "evaluation" / "table.csv").read_text(encoding="utf-8").splitlines()
    row = next(line for line in table if line.startswith("iteration 1,")).split(",")
    assert description["scores"]["dice_mean"] == float(row[2]) and description["scores"]["cases"] == 1
    assert {"torch", "nnunetv2", "crossmodauda"} <= description["versions"].keys()
    assert "device" not in description["settings"] and description["settings"]["segmentation"]["trainer"] == "nnUNetTrainer"
    with zipfile.ZipFile(package.path) as opened:
        assert set(opened.namelist()) == {"model.json", *packages.SEGMENTER, *packages.TRANSLATOR} == {"model.json", *description["files"]}


def test_nothing_of_patients_or_of_this_machine_travels(package: packages.Package, tiny_experiment: Path, tiny_cohort: Path) -> None:
    recorded = json.loads((tiny_experiment / "experiment.json").read_text(encoding="utf-8"))
    secret = {case["id"] for domain in recorded["cohort"].values() for case in domain} | {
        path.name for path in tiny_cohort.rglob("*.nii.gz")
    }
    secret |= {str(tiny_experiment), str(tiny_cohort), str(Path.home())}
    assert len(secret) > 6

    def strings(value: object) -> list[str]:
        if isinstance(value, dict):
            return [text for key, inner in value.items() for text in (key, *strings(inner))]
        return (
            [text for inner in value for text in strings(inner)] if isinstance(value, list) else [value] if isinstance(value, str) else []
        )

    with zipfile.ZipFile(package.path) as opened:
        for name in opened.namelist():
            content = opened.read(name)
            if name.endswith(".safetensors"):  # what is no number in it
                content = content[8 : 8 + int.from_bytes(content[:8], "little")]
            assert not [word for word in secret if word.encode() in content], name
            if name.endswith(".json"):
                assert not [text for text in strings(json.loads(content)) if Path(text).is_absolute() or ":\\" in text], name
        assert {entry.date_time[0] for entry in opened.infolist()} == {1980}


def test_the_same_model_makes_the_same_file_and_is_kept_once(
    package: packages.Package, tiny_experiment: Path, tmp_path: Path, own_models_folder: Path
) -> None:
    again = write_package(tiny_experiment, tmp_path / package.path.name)
    assert again.path.read_bytes() == package.path.read_bytes()
    renamed = shutil.copy(package.path, tmp_path / "another name.zip")
    first, second = installed_models.import_package(package.path), installed_models.import_package(Path(renamed))
    assert first == second and [path.name for path in own_models_folder.iterdir()] == [first.name]
    earlier = write_package(tiny_experiment / "iteration_0", tmp_path / "earlier.zip")
    assert earlier.description["method"]["self_training_iteration"] == 0 and earlier.key != package.key
    assert installed_models.import_package(earlier.path).name != first.name
    assert len(installed_models.installed_models()) == 2


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "model" / "plans.json").unlink(),
        lambda folder: (folder / "model.json").unlink(),
        lambda folder: (folder / "model.json").write_text("{", encoding="utf-8"),
        lambda folder: (folder / "model.json").write_text('{"files": {}}', encoding="utf-8"),
    ],
    ids=["no plans", "no description", "a cut description", "another description"],
)
def test_a_damaged_import_is_made_good_by_importing_again(
    package: packages.Package, own_models_folder: Path, damage: Callable[[Path], object]
) -> None:
    model = installed_models.import_package(package.path)
    damage(model.folder)
    assert not installed_models.installed_models()
    assert installed_models.import_package(package.path) == model
    assert describe_model(model.folder).labels == package.labels
    assert [path.name for path in own_models_folder.iterdir()] == [model.name], "nothing half unpacked is left"


def test_an_import_with_damaged_weights_is_made_good(package: packages.Package, own_models_folder: Path) -> None:
    model = installed_models.import_package(package.path)
    weights = model.folder / "model" / "segmenter.safetensors"
    good = weights.read_bytes()
    weights.write_bytes(bytes(len(good)))
    assert installed_models.import_package(package.path) == model
    assert weights.read_bytes() == good
    assert [path.name for path in own_models_folder.iterdir()] == [model.name]


def test_what_a_killed_import_has_left_is_removed(package: packages.Package, own_models_folder: Path) -> None:
    here = installed_models._plain(platform.node())
    names = (f".{here}-999999999-0.partial", f".{here}-{os.getpid()}-0.partial", ".another-host-999999999-0.partial")
    for folder in names:
        (own_models_folder / folder / "model").mkdir(parents=True)
    name = installed_models.import_package(package.path).name
    assert {path.name for path in own_models_folder.iterdir()} == {name, *names[1:]}


def test_other_folders_among_the_imported_models_do_no_harm(
    package: packages.Package, tiny_experiment: Path, own_models_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = installed_models.import_package(package.path)
    shutil.copytree(tiny_experiment / "iteration_1" / "model", own_models_folder / "copied by hand")
    description = json.loads((model.folder / "model.json").read_text(encoding="utf-8"))
    del description["cohort"]
    description["labels"][0]["name"] = "a\x1b[31mb"
    (model.folder / "model.json").write_text(json.dumps(description), encoding="utf-8")
    assert cli.main(["models"]) == 0
    listed = capsys.readouterr().out
    assert "1 imported model." in listed and "\x1b" not in listed


def test_a_refusal_names_the_package(package: packages.Package, tmp_path: Path, scan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with zipfile.ZipFile(package.path) as whole, zipfile.ZipFile(tmp_path / "no translator.zip", "w") as other:
        description = json.loads(whole.read("model.json"))
        for entry in whole.infolist():
            if entry.filename.startswith("translation/"):
                del description["files"][entry.filename]
            elif entry.filename != "model.json":
                other.writestr(entry, whole.read(entry))
        other.writestr("model.json", json.dumps(description))
    assert cli.main(["translate", str(tmp_path / "no translator.zip"), str(scan), "-o", str(tmp_path / "out"), "--device", "cpu"]) == 2
    assert f"{tmp_path / 'no translator.zip'} holds no trained image translator" in capsys.readouterr().err


def test_a_model_that_a_disk_has_damaged_is_not_packed(tiny_experiment: Path, tmp_path: Path) -> None:
    copy = tmp_path / "experiment"
    for name in ("experiment.json", "stages", "translation", "iteration_1/model", "evaluation"):
        source = tiny_experiment / name
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, copy / name)
    path = copy / "iteration_1" / "model" / "segmenter.safetensors"
    status, content = path.stat(), bytearray(path.read_bytes())
    content[-9] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    with pytest.raises(InputError, match=r"segmenter\.safetensors has changed since stage iteration_1/train wrote it"):
        write_package(copy, tmp_path / "model.zip")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_weights_may_be_read_by_whoever_may_read_the_files_beside_them(tiny_experiment: Path) -> None:
    for folder in (tiny_experiment / "iteration_1" / "model", tiny_experiment / "translation"):
        modes = {path.name: path.stat().st_mode & 0o777 for path in folder.glob("*.safetensors")}
        assert set(modes.values()) == {
            (folder.parent / "experiment.json" if folder.name == "translation" else folder / "model.json").stat().st_mode & 0o777
        }


def test_models_are_listed_and_removed(package: packages.Package, capsys: pytest.CaptureFixture[str]) -> None:
    name = installed_models.import_package(package.path).name
    assert cli.main(["models"]) == 0
    listed = capsys.readouterr().out
    assert "1 imported model." in listed and name in listed and "Vestibular schwannoma, Cochlea" in listed
    assert cli.main(["models", "--remove", "other"]) == 2
    assert name in capsys.readouterr().err
    assert cli.main(["models", "--remove", name]) == 0
    assert "0 imported models." in capsys.readouterr().out


@pytest.mark.parametrize("arguments, message", [
    (["{experiment}", "-o", "{folder}/model.tar"], "does not end in .zip"),
    (["{experiment}", "-o", "{folder}/there.zip"], "exists already; add --overwrite"),
    (["{experiment}", "-o", "{folder}/folder.zip"], "is a folder; name a file"),
    (["{experiment}", "-o", "{folder}/there.zip/model.zip"], "is a file; name a folder"),
    (["{folder}", "-o", "{folder}/new.zip"], "holds no trained segmenter"),
    (["{folder}/nothing", "-o", "{folder}/new.zip"], "does not exist"),
    (["{folder}/loose", "-o", "{folder}/new.zip"], "does not belong to an experiment"),
])  # fmt: skip
def test_what_cannot_be_packed_is_refused(
    arguments: list[str], message: str, tiny_experiment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "there.zip").write_bytes(b"precious")
    (tmp_path / "folder.zip").mkdir()
    shutil.copytree(tiny_experiment / "iteration_1" / "model", tmp_path / "loose")
    before = sorted(tmp_path.rglob("*"))
    assert cli.main(["package", *(text.format(experiment=tiny_experiment, folder=tmp_path) for text in arguments)]) == 2
    assert message in capsys.readouterr().err
    assert sorted(tmp_path.rglob("*")) == before and (tmp_path / "there.zip").read_bytes() == b"precious"


def test_overwrite_replaces_a_package(tiny_experiment: Path, tmp_path: Path) -> None:
    (tmp_path / "there.zip").write_bytes(b"old")
    assert cli.main(["package", str(tiny_experiment), "-o", str(tmp_path / "there.zip"), "--overwrite"]) == 0
    assert packages.check_package(tmp_path / "there.zip").labels == {"Vestibular schwannoma": 1, "Cochlea": 2}


def test_a_model_that_has_diverged_is_not_packed(tiny_experiment: Path, tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    copy = tmp_path / "experiment"
    for name in ("experiment.json", "translation", "iteration_1/model", "evaluation"):
        source = tiny_experiment / name
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, copy / name)
    path = copy / "iteration_1" / "model" / "segmenter.safetensors"
    weights = load_file(path)
    next(iter(weights.values())).reshape(-1)[0] = np.nan
    save_file(weights, path)
    with pytest.raises(InputError, match=r"segmenter\.safetensors holds weights that are no finite numbers"):
        write_package(copy, tmp_path / "model.zip")
    assert not (tmp_path / "model.zip").exists()


def test_a_read_only_data_folder_is_told(package: packages.Package, own_models_folder: Path) -> None:
    own_models_folder.parent.mkdir(parents=True)
    own_models_folder.write_text("a file in the way", encoding="utf-8")
    with pytest.raises(InputError, match=rf"cannot be written .*{installed_models.FOLDER_VARIABLE}"):
        installed_models.import_package(package.path)


def test_imported_models_lie_in_the_users_own_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(installed_models.FOLDER_VARIABLE)
    folder = installed_models.models_folder()
    assert folder.is_absolute() and folder.parts[-2:] == ("CrossMoDAUDA", "models")
    assert ROOT not in folder.parents


def test_packing_and_importing_tell_how_far_they_are(tiny_experiment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from CrossMoDAUDALib.method import packing

    monkeypatch.setattr(packing, "_PIECE", 1 << 16)  # as large weights are written
    monkeypatch.setattr(packages, "_PIECE", 1 << 16)
    told: dict[str, list[int]] = {"packed": [], "imported": []}
    made = write_package(tiny_experiment, tmp_path / "a.zip", progress=lambda step, total, *_: told["packed"].append(100 * step // total))
    installed_models.import_package(made.path, lambda step, total, *_: told["imported"].append(100 * step // total))
    for steps in told.values():
        assert len(set(steps)) > 10 and steps == sorted(steps) and 95 <= steps[-1] <= 100, steps
    monkeypatch.undo()
    assert write_package(tiny_experiment, tmp_path / "b" / "a.zip").path.read_bytes() == made.path.read_bytes(), "however it is written"

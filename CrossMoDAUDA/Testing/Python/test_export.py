"""``export``: nnU-Net's own commands give the voxels that we give, and refuse where nobody has seen to orientation and intensities."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk
from command_line import VALIDATION, assert_same_grid, contents
from CrossMoDAUDALib import __version__
from CrossMoDAUDALib.commands import cli
from CrossMoDAUDALib.images.volumes import read_volume
from CrossMoDAUDALib.method.exporting import TRAINER, export_for_nnunet, needed_files
from CrossMoDAUDALib.segmentation.predictor import Segmenter
from documented_commands import problem
from documents import Page, command_lines
from Testing.Host.measuring import unmeasured

MODEL_FOLDER = f"{TRAINER}__nnUNetPlans__3d_fullres"
# Looking for a trainer, nnU-Net imports all that it has, and with them torchvision. The one that pip takes for a PyTorch without
# CUDA lacks two operators, which nobody calls here, and then cannot be imported.
TORCHVISION = """
import sys
from pathlib import Path

import torch

real = next(Path(place, "torchvision") for place in sys.path if Path(place, "torchvision", "ops").is_dir())
__path__ = [str(real)]
code = compile((real / "__init__.py").read_text(encoding="utf-8"), str(real / "__init__.py"), "exec")
try:
    exec(code)
except RuntimeError:
    for name in ("nms", "qnms"):
        torch.library.define(f"torchvision::{name}", "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    exec(code)
"""


@pytest.fixture(scope="module")
def scans(tiny_cohort: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A target scan as nnU-Net wants files to be named: as it is; sagittal, in other units, with a hot voxel; oblique, of small numbers."""
    folder = tmp_path_factory.mktemp("scans of others ü")
    scan = sitk.ReadImage(str(next((tiny_cohort / VALIDATION).glob("*_hrT2.nii.gz"))))

    def save(name: str, like: Any, array: Any) -> None:
        image = sitk.GetImageFromArray(array)
        image.CopyInformation(like)
        sitk.WriteImage(image, str(folder / f"{name}_0000.nii.gz"))

    save("axial", scan, sitk.GetArrayFromImage(scan))
    sagittal = sitk.DICOMOrient(scan, "PIR")
    array = sitk.GetArrayFromImage(sagittal).astype(np.int32) * 9 - 450
    array[3, 4, 5] = 100_000
    save("sagittal", sagittal, array)
    oblique = sitk.DICOMOrient(scan, "RAS")
    turned = np.array(sitk.Euler3DTransform((0, 0, 0), 0.1, -0.2, 0.3).GetMatrix()).reshape(3, 3)
    oblique.SetDirection((turned @ np.array(oblique.GetDirection()).reshape(3, 3)).ravel().tolist())
    oblique.SetSpacing((2.1, 2.9, 2.6))
    save("oblique é", oblique, sitk.GetArrayFromImage(oblique).astype(np.float32) / 1000)
    return folder


@pytest.fixture(scope="module")
def nnunet(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs one of nnU-Net's own commands."""
    folder = tmp_path_factory.mktemp("packages")
    (folder / "torchvision").mkdir()
    (folder / "torchvision" / "__init__.py").write_text(TORCHVISION, encoding="utf-8")

    def run(*words: str | Path, results: Path, **variables: str) -> subprocess.CompletedProcess[str]:
        program = shutil.which(str(words[0]), path=str(Path(sys.executable).parent))
        assert program, f"{words[0]} is not installed beside {sys.executable}"
        own = {name: value for name, value in unmeasured().items() if not name.lower().startswith("nnunet_")}
        own |= dict.fromkeys(("nnUNet_raw", "nnUNet_preprocessed", "nnUNet_results"), str(results))
        own |= {"PYTHONPATH": str(folder), "OMP_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8", **variables}
        command = [program, *map(str, words[1:])]
        return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=900, env=own, cwd=results)

    return run


def assert_same_label_maps(model: Path, scans: Path, results: Path) -> None:
    segmenter, seen = Segmenter.load(model, "cpu", precision="fp32"), set()
    for scan in sorted(scans.iterdir()):
        found = results / scan.name.replace("_0000", "")
        assert_same_grid(found, scan)
        expected = segmenter.segment(read_volume(scan)).array
        np.testing.assert_array_equal(read_volume(found).array, expected, err_msg=scan.name)
        seen |= set(np.unique(expected))
    assert len(seen) > 1, "otherwise little is compared"


def test_nnunets_own_commands_give_our_voxels_and_nothing_without_the_trainer(
    tiny_experiment: Path,
    scans: Path,
    tmp_path: Path,
    nnunet: Callable[..., subprocess.CompletedProcess[str]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    zipped, results = tmp_path / "Tumor ü.zip", tmp_path / "nnU-Net's results"
    results.mkdir()
    assert cli.main(["export", str(tiny_experiment), "--nnunet", "-o", str(zipped), "--dataset-id", "7"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == str(zipped) and said[-1] == "Not for clinical use."
    assert nnunet("nnUNetv2_install_pretrained_model_from_zip", zipped, results=results).returncode == 0
    assert [path.name for path in results.iterdir()] == ["Dataset007_Tumor_u"]
    where = {"SCANS": str(scans), "RESULTS": str(tmp_path / "label maps ü")}
    predict = [where.get(word, word) for word in shlex.split(said[2])]
    predict += ["-device", "cpu", "-npp", "1", "-nps", "1"]

    refused = nnunet(*predict, results=results)
    assert refused.returncode != 0 and f"Could not find requested nnunet trainer {TRAINER}" in refused.stderr
    assert not list(tmp_path.rglob("axial.nii.gz"))

    done = nnunet(*predict, results=results, nnUNet_extTrainer=str(results / "Dataset007_Tumor_u" / "trainer"))
    assert done.returncode == 0, done.stderr
    assert_same_label_maps(tiny_experiment, scans, Path(where["RESULTS"]))


def predictor(folder: Path, step: float) -> Any:
    """nnU-Net's predictor as it initialises itself from a model's folder, with the trainer as it lies in the library."""
    import torch
    from CrossMoDAUDALib.segmentation.stock_trainer import nnUNetTrainerCrossMoDAUDA
    from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor
    from nnunetv2.utilities.plans_handling.plans_handler import PlansManager

    checkpoint = torch.load(folder / "fold_0" / "checkpoint_final.pth", weights_only=True)
    assert checkpoint["trainer_name"] == TRAINER
    plans, dataset = PlansManager(str(folder / "plans.json")), json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
    configuration, axes = plans.get_configuration(checkpoint["init_args"]["configuration"]), checkpoint["inference_allowed_mirroring_axes"]
    heads = plans.get_label_manager(dataset).num_segmentation_heads
    network = nnUNetTrainerCrossMoDAUDA.build_network_architecture(plans, configuration, 1, heads, enable_deep_supervision=False)
    made = nnUNetPredictor(tile_step_size=step, use_mirroring=True, device=torch.device("cpu"), allow_tqdm=False)
    made.manual_initialization(network, plans, configuration, [checkpoint["network_weights"]], dataset, TRAINER, axes)
    return made


@pytest.fixture
def variant(tiny_experiment: Path, tmp_path: Path) -> Callable[..., tuple[Path, Path]]:
    """A copy of the model with other values in its ``model.json``, and its export."""

    def make(**values: Any) -> tuple[Path, Path]:
        model = tmp_path / "model"
        shutil.copytree(tiny_experiment / "iteration_1" / "model", model)
        description = json.loads((model / "model.json").read_text(encoding="utf-8"))
        (model / "model.json").write_text(json.dumps(description | values), encoding="utf-8")
        written = export_for_nnunet(model, tmp_path / "exported")
        return model, tmp_path / "exported" / written.dataset / MODEL_FOLDER

    return make


@pytest.mark.parametrize(
    "values",
    [
        {"labels": {"Tumour, left": 7, "Cochlea": 3}, "largest_component": ["Tumour, left", "Cochlea"]},
        {"lower_percentile": 5, "upper_percentile": 80, "mirroring_axes": [0, 1, 2]},
        {"tile_step": 0.3, "mirroring_axes": [1], "labels": {"A": 1, "B": 254}},
    ],
)
def test_models_of_every_kind_give_our_voxels(
    variant: Callable[..., tuple[Path, Path]], scans: Path, tmp_path: Path, values: dict[str, Any]
) -> None:
    model, exported = variant(**values)
    results = tmp_path / "results"
    results.mkdir()
    step = values.get("tile_step", 0.5)
    predictor(exported, step).predict_from_files_sequential(str(scans), str(results))
    assert_same_label_maps(model, scans, results)
    assert (f" -step_size {step}" in (exported.parent / "README.md").read_text(encoding="utf-8")) == (step != 0.5)


def test_nothing_that_was_read_or_made_otherwise_is_segmented(
    variant: Callable[..., tuple[Path, Path]], scans: Path, tmp_path: Path
) -> None:
    from CrossMoDAUDALib.core.errors import InputError
    from CrossMoDAUDALib.segmentation.stock_trainer import nnUNetTrainerCrossMoDAUDA
    from nnunetv2.imageio.simpleitk_reader_writer import SimpleITKIO
    from nnunetv2.utilities.plans_handling.plans_handler import PlansManager

    _, exported = variant()
    scan = str(scans / "sagittal_0000.nii.gz")
    ours = predictor(exported, 0.5)
    with pytest.raises(RuntimeError, match="image_reader_writer_class"):
        ours.predict_single_npy_array(*SimpleITKIO().read_images([scan]))
    reader = ours.plans_manager.image_reader_writer_class()
    array, properties = reader.read_images([scan])
    assert array.shape == (1, 16, 32, 32) and array.min() >= 0 and array.max() == 2001
    reader.write_seg(ours.predict_single_npy_array(array, properties), str(tmp_path / "label.nii.gz"), properties)
    assert_same_grid(tmp_path / "label.nii.gz", Path(scan))
    network, there = reader.read_seg(str(tmp_path / "label.nii.gz"))
    assert network.shape == array.shape and properties | there == properties

    blank = sitk.ReadImage(scan) * 0
    sitk.WriteImage(blank, str(tmp_path / "blank.nii.gz"))
    with pytest.raises(InputError, match=r"blank\.nii\.gz: The scan is blank"):
        reader.read_images([str(tmp_path / "blank.nii.gz")])

    plans = json.loads((exported / "plans.json").read_text(encoding="utf-8"))
    build = nnUNetTrainerCrossMoDAUDA.build_network_architecture
    with pytest.raises(RuntimeError, match="Unable to find reader writer class"):  # what nnU-Net says without our trainer
        PlansManager(plans).image_reader_writer_class()
    with pytest.raises(RuntimeError, match=r"needs nnunetv2 2\.8 or later"):  # as nnU-Net 2.7 calls it
        build("PlainConvUNet", {}, [], 1, 3, enable_deep_supervision=False)
    for wrong in (plans["crossmoda_uda"]["code"] | {"images/intensity.py": "0" * 64}, {"images/no_such.py": "0" * 64}):
        manager = PlansManager(plans | {"crossmoda_uda": plans["crossmoda_uda"] | {"code": wrong}})
        with pytest.raises(RuntimeError, match="name this model's own folder 'trainer' first"):
            build(manager, manager.get_configuration("3d_fullres"), 1, 3)
    del plans["crossmoda_uda"]
    manager = PlansManager(plans)
    with pytest.raises(RuntimeError, match="train with nnUNetTrainer"):
        build(manager, manager.get_configuration("3d_fullres"), 1, 3)


@pytest.mark.parametrize(("row", "column", "amount"), [(1, 2, 0.6), (0, 2, -0.4), (0, 1, 0.2)])
def test_a_label_map_of_a_skewed_scan_lies_on_the_grid_of_its_file(row: int, column: int, amount: float, tmp_path: Path) -> None:
    nibabel = pytest.importorskip("nibabel", reason="nibabel is not installed")
    from CrossMoDAUDALib.segmentation.stock_trainer import ScanReader

    affine = np.diag([1.0, 1.2, 1.5, 1.0])
    affine[row, column] += amount
    values = np.random.default_rng(1).integers(1, 900, (20, 18, 12)).astype(np.int16)
    nibabel.save(nibabel.Nifti1Image(values, affine), tmp_path / "scan_0000.nii.gz")
    intensity = {"lower_percentile": 0.0, "upper_percentile": 100.0}
    reader = ScanReader({"intensity": intensity, "labels": {"Tumour": 3}, "largest_component": []})
    array, properties = reader.read_images([str(tmp_path / "scan_0000.nii.gz")])
    reader.write_seg((array[0] > 0).astype(np.uint8), str(tmp_path / "label.nii.gz"), properties)
    label = nibabel.load(tmp_path / "label.nii.gz")
    np.testing.assert_allclose(label.affine, affine, atol=1e-4)
    assert label.shape == values.shape and set(np.unique(label.get_fdata())) <= {0, 3} and (label.get_fdata() == 3).mean() > 0.5


def test_what_is_in_it_and_that_every_kind_of_model_gives_it(
    tiny_experiment: Path, tiny_cohort: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.setenv("CROSSMODA_MODELS", str(tmp_path / "models"))
    package = tmp_path / "MODEL.zip"
    assert cli.main(["package", str(tiny_experiment), "-o", str(package)]) == 0
    assert cli.main(["import", str(package)]) == 0
    (imported,) = (path.name for path in (tmp_path / "models").iterdir())
    (tmp_path / "folder").mkdir()
    for model in (tiny_experiment, tiny_experiment / "iteration_1", package, imported):
        assert cli.main(["export", str(model), "--nnunet", "-o", str(tmp_path / f"{Path(model).stem}.x" / "one.zip")]) == 0
    zips = [path.read_bytes() for path in sorted(tmp_path.glob("*.x/one.zip"))]
    assert len(zips) == 4 and len(set(zips)) == 1
    assert cli.main(["export", str(package), "--nnunet", "-o", str(tmp_path / "folder")]) == 0
    (top,) = (tmp_path / "folder").iterdir()

    # The places where SlicerNNUnet looks: Dataset*/TRAINER__PLANS__CONFIGURATION/fold_0, and the first dataset.json that it meets.
    assert top.name.startswith("Dataset") and 500 <= int(top.name[7:10]) < 1000 and top.name[10:] == "_folder"
    assert sorted(path.name for path in top.iterdir()) == ["README.md", MODEL_FOLDER, "trainer"]
    assert list(top.rglob("dataset.json")) == [top / MODEL_FOLDER / "dataset.json"]
    dataset = json.loads((top / MODEL_FOLDER / "dataset.json").read_text(encoding="utf-8"))
    assert dataset["labels"] == {"background": 0, "Vestibular schwannoma": 1, "Cochlea": 2} and dataset["file_ending"] == ".nii.gz"
    assert f"CrossMoDAUDA {__version__}. Not for clinical use." in dataset["description"]
    plans = json.loads((top / MODEL_FOLDER / "plans.json").read_text(encoding="utf-8"))
    assert list(plans["configurations"]) == ["3d_fullres"] and plans["dataset_name"] == top.name
    assert plans["crossmoda_uda"]["version"] == __version__ and plans["crossmoda_uda"]["use"] == "Not for clinical use."
    checkpoint = torch.load(top / MODEL_FOLDER / "fold_0" / "checkpoint_final.pth", weights_only=True)
    assert set(checkpoint) == {"network_weights", "trainer_name", "init_args", "inference_allowed_mirroring_axes"}
    assert {type(tensor) for tensor in checkpoint["network_weights"].values()} == {torch.Tensor}

    held = b"".join(path.read_bytes() for path in top.rglob("*") if path.is_file())
    for private in (str(tiny_cohort), str(tiny_experiment), "crossmoda2022_", str(tmp_path)):
        assert private.encode() not in held
    page = Page("README.md", (top / "README.md").read_text(encoding="utf-8"))
    lines = [line for language, body in page.blocks if language == "sh" for line in command_lines(body)]
    assert len(lines) == 3 and [f"{line}: {why}" for line in lines if (why := problem(line))] == []
    assert "@" not in page.text and "| 2 | Cochlea |" in page.text and "Not for clinical use" in page.text


def test_the_trainer_brings_what_it_imports_and_little_more() -> None:
    needed = needed_files("segmentation/stock_trainer.py")
    assert {"images/volumes.py", "images/intensity.py", "segmentation/dataset.py", "segmentation/__init__.py"} <= set(needed)
    assert {name.partition("/")[0] for name in needed} == {"core", "images", "segmentation"}
    assert needed_files("core/errors.py") == ["core/__init__.py", "core/errors.py"]


def test_refusals_leave_everything_as_it_was(
    tiny_experiment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], mount_disk: Callable[[str], Path]
) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(tiny_experiment, broken)
    plans = broken / "iteration_1" / "model" / "plans.json"
    plans.write_text(plans.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    (tmp_path / "no model").mkdir()
    (tmp_path / "work.zip").write_text("somebody's work")
    (tmp_path / "work.txt").write_text("somebody's work")
    disk = mount_disk("size=300k")
    before = contents(tmp_path)

    def refusal(model: Path, output: str, *words: str, status: int = 2) -> str:
        capsys.readouterr()
        assert cli.main(["export", str(model), "--nnunet", "-o", str(tmp_path / output), *words]) == status
        assert contents(tmp_path) == before
        (line,) = capsys.readouterr().err.splitlines()
        return line

    assert "work.zip exists already; add --overwrite" in refusal(tiny_experiment, "work.zip")
    assert "work.txt is a file; name a new or an empty folder" in refusal(tiny_experiment, "work.txt")
    assert "is not empty; name a new or an empty folder" in refusal(tiny_experiment, "broken")
    assert "--dataset-id is 1000" in refusal(tiny_experiment, "new.zip", "--dataset-id", "1000")
    assert "holds no trained segmenter" in refusal(tmp_path / "no model", "new")
    assert "plans.json" in refusal(broken, "new.zip")
    assert "The disk is full" in refusal(tiny_experiment, f"{disk.name}/new/folder", status=1)
    assert cli.main(["export", str(tiny_experiment), "--nnunet", "-o", str(tmp_path / "work.zip"), "--overwrite"]) == 0
    with zipfile.ZipFile(tmp_path / "work.zip") as whole:
        assert whole.testzip() is None

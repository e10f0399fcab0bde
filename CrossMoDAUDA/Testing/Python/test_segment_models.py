"""Results tell which model has made them: those of another one never count as done."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from CrossMoDAUDALib.commands import cli
from CrossMoDAUDALib.images.marks import is_as_marked, marked
from CrossMoDAUDALib.images.volumes import Geometry, Volume, read_label_map, read_remark, write_volume
from CrossMoDAUDALib.models.model_folder import describe_model, model_remark


@pytest.mark.parametrize("volume_format", ["nii.gz", "nrrd"])
def test_only_missing_takes_no_result_of_another_model(
    volume_format: str, tiny_experiment: Path, tiny_cohort: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """However the models are called: a package is told by what it holds, and what was corrected by hand is left as it is."""
    scan, out = min(tiny_cohort.rglob("*_hrT2.nii.gz")), tmp_path / "out"
    models = [tiny_experiment / f"iteration_{number}" for number in (0, 1)]
    first, second = (model_remark(describe_model(model)) for model in models)
    assert first != second and model_remark(describe_model(tiny_experiment)) == second
    words = [str(scan), "-o", str(out), "--device", "cpu", "--precision", "fp32", "--format", volume_format]

    def segment(model: Path, *more: str) -> int:
        return cli.main(["segment", str(model), *words, *more])

    assert segment(models[0]) == 0
    label = next(out.glob(f"*_Label.{volume_format}"))
    mark = read_remark(label)
    assert mark.startswith(f"{first} ") and len(mark) < 80
    made = label.stat().st_mtime_ns
    shutil.copytree(models[0] / "model", tmp_path / "renamed" / "model")
    for same in (models[0], tmp_path / "renamed"):
        assert segment(same, "--only-missing") == 0 and label.stat().st_mtime_ns == made
    capsys.readouterr()
    assert segment(models[1], "--only-missing") == 2 and label.stat().st_mtime_ns == made
    said = capsys.readouterr().err
    assert f"{label} was made by another model; add --overwrite to make it anew, or name another output folder." in said
    write_volume(read_label_map(label), label)  # as after a correction by hand
    made = label.stat().st_mtime_ns
    assert not read_remark(label) and segment(models[1], "--only-missing") == 0 and label.stat().st_mtime_ns == made
    write_volume(read_label_map(label), label, remark=mark)
    assert segment(models[1], "--only-missing", "--overwrite") == 0 and read_remark(label).startswith(f"{second} ")
    for correct in (by_simpleitk, by_nibabel)[: 2 if volume_format == "nii.gz" else 1]:
        for path in out.iterdir():
            path.unlink()
        assert segment(models[0]) == 0
        correct(label)
        made = label.stat().st_mtime_ns
        assert read_remark(label) == mark, "it keeps the header"
        for more in ((), ("--overwrite",)):
            assert segment(models[1], "--only-missing", *more) == 0 and label.stat().st_mtime_ns == made


def by_simpleitk(label: Path) -> None:
    """Correct a voxel, as other programs do."""
    import SimpleITK as sitk

    image = sitk.ReadImage(str(label))
    image[0, 0, 0] = 3 - image[0, 0, 0]
    sitk.WriteImage(image, str(label))


def by_nibabel(label: Path) -> None:
    """Correct a voxel, as scripts do; what is loaded is read before the file is written anew."""
    import nibabel

    image = nibabel.load(label)
    voxels = np.asanyarray(image.dataobj).copy()
    voxels[0, 0, 0] = 3 - voxels[0, 0, 0]
    nibabel.save(nibabel.Nifti1Image(voxels, image.affine, image.header), label)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.int16, np.float32])
@pytest.mark.parametrize("ending", [".nii", ".nii.gz", ".nrrd"])
def test_a_mark_holds_for_its_voxels_whatever_their_type(kind: type, ending: str, tmp_path: Path) -> None:
    """Written anew by another program they may have another type, and are the same."""
    labels = np.random.default_rng(3).integers(0, 3, (4, 5, 6))
    volume = Volume(labels.astype(kind), Geometry((6, 5, 4), (1.0, 1.0, 2.0), (0.0, 0.0, 0.0), (1.0, 0, 0, 0, 1, 0, 0, 0, 1)))
    mark, path = marked("made", labels.astype(np.uint8)), tmp_path / f"label{ending}"
    write_volume(volume, path, remark=mark)
    assert read_remark(path) == mark and is_as_marked(path, mark)
    volume.array[3, 4, 5] += 1
    write_volume(volume, path, remark=mark)
    assert not is_as_marked(path, mark) and not is_as_marked(path, "made")


def test_a_package_of_a_model_is_that_model(tiny_experiment: Path, tmp_path: Path) -> None:
    from CrossMoDAUDALib.models.package import as_folder

    assert cli.main(["package", str(tiny_experiment), "-o", str(tmp_path / "another name.zip")]) == 0
    with as_folder(tmp_path / "another name.zip") as folder:
        assert model_remark(describe_model(folder)) == model_remark(describe_model(tiny_experiment))

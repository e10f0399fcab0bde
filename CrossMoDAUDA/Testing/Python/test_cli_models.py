"""A trained model on the command line: it segments and translates."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from cohort_files import label_array, save, scan_array
from command_line import (
    VALIDATION,
    assert_same_grid,
    contents,
    run,
    sentence,
)
from CrossMoDAUDALib.core import structures
from CrossMoDAUDALib.images.volumes import read_volume


@pytest.fixture(scope="module")
def oblique_scan(tiny_cohort: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A target scan on a grid like no other: sagittal, oblique, of another spacing, with a long origin."""
    scan = next((tiny_cohort / VALIDATION).glob("*_hrT2.nii.gz"))
    image = sitk.PermuteAxes(sitk.ReadImage(str(scan)), [1, 2, 0])[:, ::-1, :]
    rotation = sitk.Euler3DTransform((0, 0, 0), 0.1, -0.2, 0.3)
    turned = np.array(rotation.GetMatrix()).reshape(3, 3) @ np.array(image.GetDirection()).reshape(3, 3)
    image.SetDirection(turned.ravel().tolist())
    image.SetSpacing((0.91, 1.37, 2.03))
    image.SetOrigin((-12.345, 67.8, 910.11))
    path = tmp_path_factory.mktemp("scans of others ü") / "schräger Scan.nrrd"
    sitk.WriteImage(image, str(path), True)
    return path


def test_segment(tiny_experiment: Path, oblique_scan: Path, tmp_path: Path) -> None:
    bad = tmp_path / "kaputt.nii.gz"
    bad.write_text("These are not voxels.")
    output = tmp_path / "results ü"
    output.mkdir()
    label, segmentation = output / "schräger Scan_Label.nii.gz", output / "schräger Scan.seg.nrrd"
    label.write_text("somebody's work")
    scan_before = oblique_scan.read_bytes()
    words: list[str | Path] = ["segment", tiny_experiment, bad, oblique_scan, "-o", output, "--device", "cpu"]

    assert sentence(run(*words)) == f"{label} exists already; add --overwrite to replace it, or name another output folder."
    assert label.read_text() == "somebody's work"

    result = run(*words, "--overwrite")
    assert str(bad) in sentence(result), "the bad scan does not cost the good one"
    warnings = [path for path in output.iterdir() if path.name == "schräger Scan_warnings.txt"]
    assert bool(warnings) == ("crossmoda_uda: warning: " in result.stderr)
    assert result.stdout.splitlines() == [str(path) for path in (label, segmentation, *warnings)]
    assert sorted(path.name for path in output.iterdir()) == sorted(path.name for path in (label, segmentation, *warnings))
    assert oblique_scan.read_bytes() == scan_before
    assert_same_grid(label, oblique_scan)
    values = read_volume(label).array
    assert values.dtype == np.uint8
    assert set(np.unique(values)) <= {0, 1, 2}

    assert_same_grid(segmentation, oblique_scan)
    np.testing.assert_array_equal(read_volume(segmentation).array, values)
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(segmentation))
    reader.ReadImageInformation()
    names = {reader.GetMetaData(f"Segment{index}_Name"): index for index in range(2)}
    assert list(names) == ["Vestibular schwannoma", "Cochlea"]
    for name, index in names.items():
        structure = structures.structure_of(name, index + 1)
        colour = [float(part) * 255 for part in reader.GetMetaData(f"Segment{index}_Color").split()]
        np.testing.assert_allclose(colour, structure.colour, atol=0.6)
        assert f"TerminologyEntry:{structure.terminology}" in reader.GetMetaData(f"Segment{index}_Tags")
        assert int(reader.GetMetaData(f"Segment{index}_LabelValue")) == index + 1

    scores = run("evaluate", segmentation, label)
    assert scores.returncode == 0, scores.stderr
    assert "predictions" in scores.stdout


def test_translate(tiny_experiment: Path, oblique_scan: Path, tmp_path: Path) -> None:
    result = run("translate", tiny_experiment, oblique_scan, "-o", tmp_path / "new" / "folder")
    assert (result.returncode, result.stderr) == (0, "")
    written = tmp_path / "new" / "folder" / "schräger Scan_pseudo_target.nii.gz"
    assert result.stdout.splitlines() == [str(written)]
    assert_same_grid(written, oblique_scan)
    assert read_volume(written).array.std() > 0


def test_inputs_that_would_be_lost(tiny_experiment: Path, tmp_path: Path) -> None:
    first, second = save(tmp_path / "a" / "scan.nii.gz", scan_array()), save(tmp_path / "b" / "Scan.nrrd", scan_array())
    assert "would both become" in sentence(run("segment", tiny_experiment, first, second, "-o", tmp_path / "out"))
    third = save(tmp_path / "a" / "scan_Label.nii.gz", label_array(1))
    before = contents(tmp_path)
    message = sentence(run("segment", tiny_experiment, first, third, "-o", tmp_path / "a", "--overwrite"))
    assert f"{third} is an input and would be overwritten" in message
    missing = tmp_path / "none.nii.gz"
    assert f"{missing} does not exist" in sentence(run("translate", tiny_experiment, missing, "-o", tmp_path / "out"))
    assert "is a file" in sentence(run("translate", tiny_experiment, first, "-o", second))
    assert contents(tmp_path) == before


def test_models_that_cannot_be_used(tmp_path: Path) -> None:
    scan = save(tmp_path / "scan.nii.gz", scan_array())
    unfinished = tmp_path / "unfinished"
    unfinished.mkdir()
    (unfinished / "experiment.json").write_text("{}", encoding="utf-8")
    for model, said in ((tmp_path / "none", "none does not exist"), (unfinished, "holds no trained segmenter"), (scan, "no model package")):
        assert said in sentence(run("segment", model, scan, "-o", tmp_path / "out"))
    assert "holds no trained image translator" in sentence(run("translate", unfinished, scan, "-o", tmp_path / "out"))
    assert "'gpu'" in sentence(run("segment", unfinished, scan, "-o", tmp_path / "out", "--device", "gpu"))
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.slow
def test_real_scans(real_scans: Path, tmp_path: Path) -> None:
    cohort, folder = real_scans / "vs", tmp_path / "experiment"
    coarse = ("--set", "segmentation.finest_spacing=1.5")
    result = run("run", "--crossmoda", cohort, "--preset", "smoke", "--device", "cpu", *coarse, "-o", folder)
    assert result.returncode == 0, result.stderr
    assert "| iteration 1 |" in result.stdout
    scan = cohort / "target_validation" / "vs_gk_95_hrT2.nii.gz"
    result = run("segment", folder, scan, "-o", tmp_path / "out", "--device", "cpu")
    assert result.returncode == 0, result.stderr
    assert_same_grid(tmp_path / "out" / "vs_gk_95_hrT2_Label.nii.gz", scan)
    scores = run("evaluate", tmp_path / "out", cohort / "target_validation")
    assert scores.returncode == 0, scores.stderr

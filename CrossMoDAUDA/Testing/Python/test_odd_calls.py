"""Odd but valid inputs from the command line to the results: on their scans' grids, under telling names, and over nobody's files."""

from __future__ import annotations

import gzip
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import nibabel
import nrrd
import numpy as np
import pytest
import SimpleITK as sitk
from CrossMoDAUDALib.commands.cli import main
from CrossMoDAUDALib.images.names import left_out_of, scans_in
from CrossMoDAUDALib.images.volumes import file_stem, read_volume
from dicom_files import ORIGIN, multi_frame, normal_of, refusal, series, some_slices
from nibabel.orientations import apply_orientation, inv_ornt_aff

Ran = Callable[..., tuple[int, list[str]]]
ARRAY = some_slices(8, 24, 20)
AFFINE = np.array([[-2.7, 0, 0, 10], [0, -2.7, 0, -20], [0, 0, 2.3, 30], [0, 0, 0, 1.0]])


@pytest.fixture
def ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ran:
    """Runs a command in a folder of the test's own; its exit status and the lines on standard error."""
    folder = tmp_path / "folder ü"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def run(*words: object) -> tuple[int, list[str]]:
        capsys.readouterr()
        status = main([str(word) for word in words])
        return status, [line.partition(": ")[2] for line in capsys.readouterr().err.splitlines()]

    return run


def nifti(path: Path, array: np.ndarray = ARRAY, kind: type = nibabel.Nifti1Image, affine: np.ndarray = AFFINE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    nibabel.save(kind(np.ascontiguousarray(array.T), affine), path)
    return path


def other_axes(path: Path, order: tuple[int, ...], signs: tuple[int, ...]) -> Path:
    ways = np.array(list(zip(order, signs, strict=True)))
    array = apply_orientation(ARRAY.T, ways)
    return nifti(path, np.asarray(array).T, affine=AFFINE @ inv_ornt_aff(ways, ARRAY.T.shape))


def odd_files(folder: Path) -> list[Path]:
    """One scan in several formats, voxel types and orders of its axes."""
    folder.mkdir()
    found = [nifti(folder / f"type {kind} ü.nii.gz", ARRAY.astype(kind)) for kind in ("uint16", "float32", "float64")]
    found += [nifti(folder / "two.nii", kind=nibabel.Nifti2Image), nifti(folder / "pair.hdr", kind=nibabel.Nifti1Pair)]
    found += [nifti(folder / "free.mgz", ARRAY.astype("int32"), nibabel.MGHImage), nifti(folder / "A.NII.GZ")]
    found += [other_axes(folder / f"turned {n}.nii", *way) for n, way in enumerate([((2, 0, 1), (1, -1, 1)), ((1, 0, 2), (-1, 1, -1))])]
    lps = np.diag([-1, -1, 1, 1]) @ AFFINE
    head = {"space": "left-posterior-superior", "space directions": lps[:3, :3].T, "space origin": lps[:3, 3], "encoding": "gzip"}
    nrrd.write(str(folder / "detached.nhdr"), ARRAY.T, head, detached_header=True)
    image = sitk.GetImageFromArray(ARRAY)
    image.SetSpacing((2.7, 2.7, 2.3))
    image.SetOrigin(lps[:3, 3].tolist())
    sitk.WriteImage(image, str(folder / "packed.mha"), useCompression=True)
    sitk.WriteImage(image, str(folder / "apart.mhd"))
    return [*found, folder / "detached.nhdr", folder / "packed.mha", folder / "apart.mhd"]


def is_on(result: Path, scan: Path) -> bool:
    """Whether nibabel finds a result on the grid that the library reads of its scan, to the last voxel."""
    image, grid = nibabel.load(result), read_volume(scan).geometry
    affine = np.diag([-1.0, -1, 1, 1]) @ np.vstack([np.column_stack([grid.matrix * grid.spacing, grid.origin]), [0, 0, 0, 1]])
    return image.shape == grid.size and np.allclose(image.affine, affine, atol=1e-4)


def test_translations_lie_on_their_scans_whatever_these_are(ran: Ran, tiny_experiment: Path) -> None:
    files = [nifti(Path("plain.nii.gz")), *odd_files(Path("in"))]
    series(Path("in/series"), ARRAY)
    multi_frame(Path("in/frames.dcm"), ARRAY)
    dicom = [Path("in/series"), Path("in/frames.dcm")]
    assert ran("translate", tiny_experiment, *files, *dicom, "-o", "out", "--device", "cpu") == (0, [])
    expected = nibabel.load("out/plain_pseudo_target.nii.gz")
    for scan in files + dicom:
        result = Path("out") / f"{file_stem(scan)}_pseudo_target.nii.gz"
        assert is_on(result, scan), scan
        if scan in files:
            image = nibabel.as_closest_canonical(nibabel.load(result))
            assert np.allclose(image.get_fdata(), nibabel.as_closest_canonical(expected).get_fdata(), atol=1e-3), scan


def test_segmentations_lie_on_their_scans_whatever_these_are(ran: Ran, tiny_experiment: Path) -> None:
    files = odd_files(Path("in"))[3:]
    series(Path("in/series"), ARRAY, "oblique")
    status, _ = ran("segment", tiny_experiment, *files, "in/series", "-o", "out", "--device", "cpu")
    assert status == 0
    for scan in (*files, Path("in/series")):
        assert is_on(Path("out") / f"{file_stem(scan)}_Label.nii.gz", scan)
        segmentation, label = (sitk.ReadImage(f"out/{file_stem(scan)}{end}") for end in (".seg.nrrd", "_Label.nii.gz"))
        assert np.allclose(segmentation.GetOrigin(), label.GetOrigin(), atol=1e-3) and segmentation.GetSize() == label.GetSize()


# How inputs are named -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", [".", "..", "below/..", "../series"])
@pytest.mark.parametrize("plane", ["axial", "sagittal"])
def test_results_are_called_as_the_folder_that_the_path_means(
    ran: Ran, tiny_experiment: Path, monkeypatch: pytest.MonkeyPatch, way: str, plane: str
) -> None:
    series(Path("series"), ARRAY, plane)
    Path("series/below").mkdir()
    monkeypatch.chdir("series/below" if way == ".." else "series")
    out = Path.cwd().parents[1 if way == ".." else 0] / "out"
    assert ran("translate", tiny_experiment, way, "-o", out, "--device", "cpu") == (0, [])
    assert [path.name for path in out.iterdir()] == ["series_pseudo_target.nii.gz"]


@pytest.mark.parametrize("number", [3, 4, 9])
def test_one_of_several_scans_in_the_current_folder(ran: Ran, tiny_experiment: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    for each in {3, number, 12}:
        series(Path("study ü"), some_slices(6, 16, 12, seed=each), SeriesNumber=each)
    monkeypatch.chdir("study ü")
    status, (message,) = ran("translate", tiny_experiment, ".", "-o", "../out", "--device", "cpu")
    assert status == 2 and message.startswith(f". holds {len({3, number, 12})} scans: #3 ")
    assert f"choose one, as {Path.cwd()}#3, or give each a folder of its own" in message
    assert ran("translate", tiny_experiment, f".#{number}", "-o", "../out", "--device", "cpu") == (0, [])
    assert [path.name for path in Path("../out").iterdir()] == [f"study ü_{number}_pseudo_target.nii.gz"]
    assert is_on(Path(f"../out/study ü_{number}_pseudo_target.nii.gz"), Path(f"../study ü#{number}"))


@pytest.mark.parametrize("kind", ["file", "series", "pair"])
def test_a_scan_that_is_named_twice_is_one(ran: Ran, tiny_experiment: Path, kind: str) -> None:
    Path("a").mkdir()
    if kind == "series":
        series(Path("a/s"), ARRAY)
    else:
        nifti(Path("a/s.hdr" if kind == "pair" else "a/s.nii"), kind=nibabel.Nifti1Pair if kind == "pair" else nibabel.Nifti1Image)
    name = {"file": "s.nii", "series": "s", "pair": "s.hdr"}[kind]
    ways = [f"a/{name}", f"./a/../a/{name}", Path.cwd() / "a" / name, "a"]
    try:
        Path("other").symlink_to("a", target_is_directory=True)
        ways.append(f"other/{name}")
    except OSError:  # this user may not make links
        pass
    assert ran("translate", tiny_experiment, *ways, "-o", "out", "--device", "cpu") == (0, [])
    assert [path.name for path in Path("out").iterdir()] == ["s_pseudo_target.nii.gz"]


@pytest.mark.parametrize("name", ["-a.nii", "--b.nii", "-o.nii.gz"])
def test_a_name_that_begins_as_an_option_does_is_told_as_advised(ran: Ran, tiny_experiment: Path, name: str) -> None:
    nifti(Path(name))
    status, (message,) = ran("translate", tiny_experiment, name, "-o", "out")
    advised = message.partition("write it as ")[2].removesuffix(".")
    assert status == 2 and f" {name} begins as an option does; " in message and Path(advised).samefile(name)
    assert ran("translate", tiny_experiment, advised, "-o", "out", "--device", "cpu") == (0, [])


@pytest.mark.parametrize("command", ["segment", "translate", "follow-up"])
def test_pipes_are_told_as_what_they_are(ran: Ran, tiny_experiment: Path, command: str) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no such pipes")
    os.mkfifo("pipe_Label.nii.gz")
    model = [] if command == "follow-up" else [tiny_experiment]
    for path in ("pipe_Label.nii.gz", "/dev/null"):
        status, (message,) = ran(command, *model, path, "-o", "out")
        assert status == 2 and message.startswith(f"{path} is a pipe or a device, no file")
    status, (message,) = ran(command, *model, "none_Label.nii.gz", "-o", "out")
    assert (status, message) == (2, "none_Label.nii.gz does not exist; check the path.")


@pytest.mark.parametrize(
    ("command", "ending"), [("segment", ".seg.nrrd"), ("translate", "_pseudo_target.nii.gz"), ("segment", "_Surface_2.vtp")]
)
def test_names_too_long_for_a_result_name_the_scan(ran: Ran, tiny_experiment: Path, command: str, ending: str) -> None:
    room = 255 - len(ending)
    options = ["--surfaces"] if "Surface" in ending else []
    name = "x" * (room + (0 if ending == ".seg.nrrd" else 1))
    try:
        nifti(Path(f"{name}.nii"))
    except OSError as error:
        pytest.skip(f"this disk does not take such names ({error.strerror})")
    status, (message,) = ran(command, tiny_experiment, f"{name}.nii", "-o", "out", *options)
    assert status == 2 and message.startswith(f"{name}.nii would have a result called ")
    assert message.endswith("a longer name than the disk takes; rename the scan.") and not list(Path("out").iterdir())


# What lies beside scans -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.nii.gz", "ü b.nii", "c_ceT1.nii.gz"])
def test_translations_beside_their_scans_are_no_scans(ran: Ran, tiny_experiment: Path, name: str) -> None:
    nifti(Path(name))
    first = ran("translate", tiny_experiment, ".", "-o", ".", "--device", "cpu")
    made = Path(f"{file_stem(Path(name))}_pseudo_target.nii.gz")
    assert first == (0, []) and made.is_file() and scans_in(Path()) == [Path(name)]
    assert [(one.path, one.kind) for one in left_out_of(Path())] == [(made, "translation")]
    told = f"{made} left out: it is a translation of another scan there by its name; name the file itself to use it."
    for given in (".", "*.nii*"):
        before = made.read_bytes()
        assert ran("translate", tiny_experiment, given, "-o", ".", "--device", "cpu", "--overwrite") == (0, [f"warning: {given}: {told}"])
        assert made.read_bytes() == before
    assert ran("translate", tiny_experiment, made, "-o", "out", "--device", "cpu")[0] == 0, "as advised"
    Path(name).unlink()
    assert scans_in(Path()) == [made], "alone it is a scan, as for segment"


def test_translations_are_no_patients_of_a_cohort(tmp_path: Path) -> None:
    from CrossMoDAUDALib.cohort.finding import find_folders

    for place, names in (
        ("s", ["a", "b", "a_pseudo_target"]),
        ("l", ["a", "b"]),
        ("t", ["c", "d_hrT2", "c_pseudo_target", "e_pseudo_target"]),
    ):
        for name in names:
            nifti(tmp_path / place / f"{name}.nii")
    cohort = find_folders(tmp_path / "s", tmp_path / "l", tmp_path / "t")
    assert [case.id for case in cohort.source] == ["a", "b"]
    assert [case.id for case in cohort.target] == ["c", "d", "e_pseudo_target"]
    assert sum("a translation of another scan, by its name" in note for note in cohort.notes) == 2


@pytest.mark.parametrize("ending", [".dcm.gz", ".IMA.bz2", ".dicom.zst"])
def test_packed_slices_of_dicom_are_told_with_what_helps(ran: Ran, tiny_experiment: Path, ending: str) -> None:
    for file in series(Path("s"), ARRAY):
        file.with_name(file.stem + ending).write_bytes(gzip.compress(file.read_bytes()))
        file.unlink()
    status, (message,) = ran("translate", tiny_experiment, "s", "-o", "out")
    assert status == 2 and "each is a packed file of DICOM; unpack all files of its series, and give their folder" in message


@pytest.mark.parametrize("moved", [(5, 0.5), (2, -0.4), (1, 0.6)])
def test_a_slice_out_of_its_place_is_not_called_missing(tmp_path: Path, moved: tuple[int, float]) -> None:
    positions = np.array(ORIGIN) + np.arange(8)[:, None] * 2.0 * normal_of("axial")
    positions[moved[0]] += moved[1] * 2.0 * normal_of("axial")
    series(tmp_path / "a", ARRAY, positions=positions)
    assert "has slices at uneven distances (" in refusal(tmp_path / "a")
    files = series(tmp_path / "b", ARRAY)
    for number in range(1, 2 + moved[0] % 3):
        files[number].unlink()
    assert f"lacks {1 + moved[0] % 3} slice" in refusal(tmp_path / "b")


@pytest.mark.parametrize("kind", ["copy", "single slice", "no DICOM"])
def test_what_is_told_of_a_series_names_its_folder(tmp_path: Path, kind: str) -> None:
    files = series(tmp_path / "ü", ARRAY)
    if kind == "copy":
        shutil.copy(files[0], tmp_path / "ü" / "again.dcm")
    elif kind == "single slice":
        series(tmp_path / "ü", ARRAY[:1], "sagittal", SeriesNumber=1)
    else:
        (tmp_path / "ü" / "x.dcm").write_bytes(b"x")
    (note,) = read_volume(tmp_path / "ü").notes
    assert note.startswith(f"{tmp_path / 'ü'}: 1 ")


@pytest.mark.parametrize("kind", ["complex64", "complex128"])
@pytest.mark.parametrize("image", [nibabel.Nifti1Image, nibabel.Nifti2Image, nibabel.Nifti1Pair])
def test_complex_numbers_are_told_with_what_helps(tmp_path: Path, kind: str, image: type) -> None:
    path = nifti(tmp_path / ("a.hdr" if image is nibabel.Nifti1Pair else "a.nii"), ARRAY.astype(kind), image)
    assert refusal(path) == f"{path} has complex numbers as voxels; expected a scalar image; save their magnitude as a file of its own."


# What is there already ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("over", ["the prediction", "the reference", "notes", "a folder"])
def test_scores_are_written_over_scores_alone(ran: Ran, over: str) -> None:
    labels = np.zeros(ARRAY.shape, np.uint8)
    labels[2:4, 3:6, 2:5] = 1
    nifti(Path("p.nii"), labels)
    nifti(Path("r.nii"), labels)
    Path("notes.txt").write_text("mine")
    Path("folder").mkdir()
    place = {"the prediction": "p.nii", "the reference": "./r.nii", "notes": "notes.txt", "a folder": "folder"}[over]
    do = "name a file." if over == "a folder" else "name another file."
    command = ["evaluate", "p.nii", "r.nii", "--set", "labels=VS:1", "-o"]
    before = Path(place).read_bytes() if over != "a folder" else b""
    status, (message,) = ran(*command, place)
    assert status == 2 and message.startswith(str(Path(place))) and message.endswith(do)
    assert over == "a folder" or Path(place).read_bytes() == before
    for _ in range(2):
        assert ran(*command, "scores.csv") == (0, [])
    assert Path("scores.csv").read_text().startswith("method,case,structure,dice,")


@pytest.mark.parametrize("name", ["p.nii", "notes.txt", "scores.csv"])
def test_events_are_added_to_events_alone(ran: Ran, name: str) -> None:
    label = np.zeros(ARRAY.shape, np.uint8)
    label[2:4, 3:6, 2:5] = 1
    nifti(Path("p.nii"), label)
    Path("notes.txt").write_text("mine")
    Path("scores.csv").write_text("method,case\n")
    before = Path(name).read_bytes()
    command = ["evaluate", "p.nii", "p.nii", "--set", "labels=VS:1", "--events"]
    assert ran(*command, name) == (2, [f"{name} exists already and holds no events; name another file for them."])
    assert Path(name).read_bytes() == before
    Path("empty.jsonl").touch()
    assert [ran(*command, "empty.jsonl")[0] for _ in range(2)] == [0, 0]


@pytest.mark.parametrize("name", ["a_Label.nii.gz", "a.seg.nrrd", "./a_warnings.txt"])
def test_a_table_is_not_written_over_a_result(ran: Ran, tiny_experiment: Path, name: str) -> None:
    nifti(Path("a.nii"))
    status, (message,) = ran("segment", tiny_experiment, "a.nii", "-o", "out", "--measurements", Path("out") / name)
    assert status == 2 and message == f"{Path('out') / name} is the name of a result, too; give the table another name."
    assert not Path("out").exists()


@pytest.mark.parametrize("output", ["model.zip", "./model.zip", "out.tar.gz", "out.7z", "out.onnx"])
def test_an_export_is_not_written_over_its_model_or_as_another_archive(ran: Ran, tiny_experiment: Path, output: str) -> None:
    assert ran("package", tiny_experiment, "-o", "model.zip")[0] == 0
    before = Path("model.zip").read_bytes()
    status, (message,) = ran("export", "model.zip", "--nnunet", "-o", output, "--overwrite")
    why = "is the model itself and would be overwritten" if "model" in output else "is named as a file of another kind"
    assert status == 2 and message.startswith(f"{Path(output)} {why}")
    assert Path("model.zip").read_bytes() == before and [path.name for path in Path().iterdir()] == ["model.zip"]


@pytest.mark.parametrize("name", ["scores.csv", "report.html", "ü.json"])
def test_a_file_that_cannot_be_written_is_named_itself(mount_disk: Callable[[str], Path], name: str) -> None:
    from CrossMoDAUDALib.core.failures import explain
    from CrossMoDAUDALib.core.files import write_text

    place = mount_disk("ro") / name
    with pytest.raises(OSError) as error:
        write_text(place, "x")
    assert explain(error.value)[0].startswith(f"{place} may not be written or read")

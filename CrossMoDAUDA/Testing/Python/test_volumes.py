"""Where a voxel lies in space must survive everything that is done to a scan."""

from __future__ import annotations

import gzip
from pathlib import Path

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk
import torch
from CrossMoDAUDALib.core import errors, files
from CrossMoDAUDALib.images import volumes
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

SIGNED_PERMUTATIONS = [
    np.eye(3)[list(order)] * np.array(signs)
    for order in ((0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0))
    for signs in np.array(np.meshgrid([1, -1], [1, -1], [1, -1])).T.reshape(-1, 3).tolist()
]

near_45 = st.floats(44.999, 45.001) | st.just(45.0)
angle = st.floats(-180, 180) | near_45 | near_45.map(lambda degrees: -degrees) | st.sampled_from([0.0, 90.0, 180.0])


@st.composite
def directions(draw: st.DrawFn) -> np.ndarray:
    """Any orthonormal matrix: rotations (hard ones near 45 degrees among them), permuted and mirrored axes."""
    turned = Rotation.from_euler("xyz", [draw(angle) for _ in range(3)], degrees=True).as_matrix()
    return turned @ draw(st.sampled_from(SIGNED_PERMUTATIONS))


@st.composite
def scans(draw: st.DrawFn) -> volumes.Volume:
    size = draw(st.tuples(*[st.integers(2, 6)] * 3))
    geometry = volumes.Geometry(
        size,
        draw(st.tuples(*[st.floats(0.2, 6)] * 3)),
        draw(st.tuples(*[st.floats(-300, 300)] * 3)),
        tuple(float(value) for value in draw(directions()).ravel()),
    )
    count = size[0] * size[1] * size[2]
    array = np.random.default_rng(draw(st.integers(0, 99))).permutation(count).astype(np.int16)
    return volumes.Volume(array.reshape(size[::-1]), geometry)


def positions(volume: volumes.Volume) -> dict[int, np.ndarray]:
    """The physical position (mm, LPS) of each value, written out: origin + direction x (index * spacing)."""
    geometry = volume.geometry
    found = {}
    for z, y, x in np.ndindex(volume.array.shape):
        step = [x * geometry.spacing[0], y * geometry.spacing[1], z * geometry.spacing[2]]
        rows = np.array(geometry.direction).reshape(3, 3).tolist()
        place = [geometry.origin[axis] + sum(rows[axis][column] * step[column] for column in range(3)) for axis in range(3)]
        found[int(volume.array[z, y, x])] = np.array(place)
    return found


def to_sitk(volume: volumes.Volume) -> sitk.Image:
    image = sitk.GetImageFromArray(volume.array)
    image.SetSpacing(volume.geometry.spacing)
    image.SetOrigin(volume.geometry.origin)
    image.SetDirection(volume.geometry.direction)
    return image


def sample(shape: tuple[int, int, int] = (3, 4, 5), spacing: tuple[float, float, float] = (0.5, 0.5, 1.5)) -> volumes.Volume:
    turned = Rotation.from_euler("xyz", (10, -20, 100), degrees=True).as_matrix()
    geometry = volumes.Geometry(shape[::-1], spacing, (-10.25, 20.5, 3.125), tuple(turned.ravel().tolist()))
    return volumes.Volume(np.random.default_rng(0).integers(-500, 500, shape).astype(np.int16), geometry)


@given(scans())
@settings(max_examples=150, deadline=None)
def test_from_canonical_undoes_to_canonical_exactly(volume: volumes.Volume) -> None:
    canonical = volumes.to_canonical(volume)
    back = volumes.from_canonical(canonical.array, volume.geometry)
    assert back.geometry == volume.geometry
    assert back.array.dtype == volume.array.dtype
    np.testing.assert_array_equal(back.array, volume.array)


@given(scans())
@settings(max_examples=40, deadline=None)
def test_to_canonical_moves_no_voxel(volume: volumes.Volume) -> None:
    before, after = positions(volume), positions(volumes.to_canonical(volume))
    assert before.keys() == after.keys()
    for value, place in before.items():
        np.testing.assert_allclose(after[value], place, rtol=0, atol=1e-9)


@given(scans())
@settings(max_examples=150, deadline=None)
def test_canonical_axes_run_nearest_to_left_posterior_superior(volume: volumes.Volume) -> None:
    canonical = volumes.to_canonical(volume)
    matrix = canonical.geometry.matrix
    diagonal = np.diag(matrix)
    assert (diagonal >= 0).all()
    best = max(abs(volume.geometry.matrix[list(range(3)), list(order)]).sum() for order in _orders())
    assert diagonal.sum() == pytest.approx(best, abs=1e-12), "of all orders of the axes, this one is nearest"
    again = volumes.to_canonical(canonical)
    if (abs(matrix).max(axis=0) > 0.75).all():  # so far from 45 degrees that each axis has one name
        assert (abs(matrix).argmax(axis=0) == [0, 1, 2]).all()
        assert again.geometry == canonical.geometry
        np.testing.assert_array_equal(again.array, canonical.array)


def _orders() -> list[tuple[int, int, int]]:
    return [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]


@given(scans().filter(lambda volume: (abs(volume.geometry.matrix).max(axis=0) > 0.75).all()))
@settings(max_examples=100, deadline=None)
def test_canonical_agrees_with_itk(volume: volumes.Volume) -> None:
    expected = sitk.DICOMOrient(to_sitk(volume), "LPS")
    canonical = volumes.to_canonical(volume)
    np.testing.assert_array_equal(canonical.array, sitk.GetArrayFromImage(expected))
    np.testing.assert_allclose(canonical.geometry.spacing, expected.GetSpacing())
    np.testing.assert_allclose(canonical.geometry.origin, expected.GetOrigin(), atol=1e-9)
    np.testing.assert_allclose(canonical.geometry.direction, expected.GetDirection(), atol=1e-9)


@pytest.mark.parametrize("matrix", SIGNED_PERMUTATIONS, ids=lambda matrix: "".join(f"{value:+.0f}" for value in matrix.ravel() if value))
def test_upright_scans_become_the_identity(matrix: np.ndarray) -> None:
    array = np.arange(24, dtype=np.int16).reshape(4, 3, 2)
    volume = volumes.Volume(array, volumes.Geometry((2, 3, 4), (1.0, 2.0, 3.0), (5.0, 6.0, 7.0), tuple(matrix.ravel().tolist())))
    canonical = volumes.to_canonical(volume)
    np.testing.assert_array_equal(canonical.geometry.matrix, np.eye(3))
    np.testing.assert_array_equal(volumes.from_canonical(canonical.array, volume.geometry).array, array)


def test_volume_refuses_an_array_of_another_shape() -> None:
    with pytest.raises(ValueError, match="shape"):
        sample().with_array(np.zeros((5, 4, 3)))


@pytest.mark.parametrize("ending", [".nii.gz", ".nii", ".nrrd", ".mha"])
@pytest.mark.parametrize("dtype", [np.int16, np.uint8, np.float32])
def test_write_and_read_back(tmp_path: Path, ending: str, dtype: type) -> None:
    volume = sample()
    volume = volume.with_array(volume.array.astype(dtype))
    path = tmp_path / "neuer Ordner" / f"Größe 1.5{ending}"
    volumes.write_volume(volume, path)
    read = volumes.read_volume(path)
    assert read.geometry.size == volume.geometry.size
    assert read.geometry.differences(volume.geometry) == []
    np.testing.assert_allclose(read.geometry.direction, volume.geometry.direction, atol=1e-6)
    np.testing.assert_allclose(read.geometry.origin, volume.geometry.origin, atol=1e-5)
    assert read.array.dtype == dtype
    np.testing.assert_array_equal(read.array, volume.array)
    assert volumes.read_geometry(path) == read.geometry
    assert [child.name for child in path.parent.iterdir()] == [path.name], "nothing else is left behind"


@given(scans())
@settings(max_examples=25, deadline=None)
def test_nifti_keeps_any_grid(tmp_path_factory: pytest.TempPathFactory, volume: volumes.Volume) -> None:
    path = tmp_path_factory.getbasetemp() / "any.nii.gz"
    volumes.write_volume(volumes.to_canonical(volume), path)
    read = volumes.read_volume(path)
    assert read.geometry.differences(volumes.to_canonical(volume).geometry) == []
    np.testing.assert_array_equal(read.array, volumes.to_canonical(volume).array)


def test_failed_write_leaves_what_was_there_and_no_partial(tmp_path: Path) -> None:
    a_file = tmp_path / "a file"
    a_file.write_text("old", encoding="utf-8")
    a_folder = tmp_path / "folder.nii.gz"
    a_folder.mkdir()
    (a_folder / "inside").write_text("old", encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))
    for path in (a_file / "x.nii.gz", a_folder):
        with pytest.raises(errors.CrossModaError) as raised:
            volumes.write_volume(sample(), path)
        assert str(path) in str(raised.value)
        assert sorted(tmp_path.rglob("*")) == before
    assert a_file.read_text(encoding="utf-8") == "old"


@pytest.mark.parametrize("ending", [".nrrd", ".mha", ".nii", ".nii.gz"])
def test_full_disk_leaves_the_old_file_and_no_partial(tmp_path: Path, ending: str) -> None:
    resource = pytest.importorskip("resource", reason="this system cannot limit the size of a file")
    path = tmp_path / f"x{ending}"
    path.write_text("old", encoding="utf-8")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, limits[1]))
    try:
        with pytest.raises(errors.CrossModaError) as raised:
            volumes.write_volume(sample((32, 64, 64)), path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert str(path) in str(raised.value)
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_interrupted_text_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a" / "settings.json"
    files.write_json(path, {"größe": 1})
    assert files.read_json(path) == {"größe": 1}
    with pytest.raises(KeyboardInterrupt), files.replacing(path) as partial:
        partial.write_text("half", encoding="utf-8")
        raise KeyboardInterrupt
    assert files.read_json(path) == {"größe": 1}
    assert list(path.parent.iterdir()) == [path]
    with pytest.raises(TypeError):
        files.write_json(path, {"not JSON": object()})
    assert files.read_json(path) == {"größe": 1}


def test_label_maps_of_any_type_are_read_as_bytes(tmp_path: Path) -> None:
    labels = np.zeros((3, 4, 5))
    labels[1, 2, 3], labels[0, 0, 0] = 2, 255
    for dtype in (np.float64, np.float32, np.int16, np.uint8):
        volumes.write_volume(sample().with_array(labels.astype(dtype)), tmp_path / "label.nii.gz")
        read = volumes.read_label_map(tmp_path / "label.nii.gz")
        assert read.array.dtype == np.uint8
        np.testing.assert_array_equal(read.array, labels)


@pytest.mark.parametrize("value", [0.5, -1, 65536])
def test_values_that_are_no_labels_are_refused(tmp_path: Path, value: float) -> None:
    labels = np.zeros((3, 4, 5))
    labels[1, 2, 3] = value
    path = tmp_path / "label.nrrd"
    volumes.write_volume(sample().with_array(labels), path)
    with pytest.raises(errors.InputError, match="not a label map") as raised:
        volumes.read_label_map(path)
    assert str(path) in str(raised.value)


def test_scan_in_a_four_dimensional_file(tmp_path: Path) -> None:
    array = np.arange(60, dtype=np.int16).reshape(3, 4, 5)
    nibabel.save(nibabel.Nifti1Image(array.T[..., None], np.diag([-0.5, -0.5, 2, 1])), tmp_path / "x.nii.gz")
    volume = volumes.read_volume(tmp_path / "x.nii.gz")
    np.testing.assert_array_equal(volume.array, array)
    assert volume.geometry == volumes.Geometry((5, 4, 3), (0.5, 0.5, 2.0), (0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0))


def test_uncompressed_file_named_gz_is_read(tmp_path: Path) -> None:
    volumes.write_volume(sample(), tmp_path / "x.nii")
    path = (tmp_path / "x.nii").rename(tmp_path / "x.nii.gz")
    np.testing.assert_array_equal(volumes.read_volume(path).array, sample().array)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(errors.InputError, match="cut short"):
        volumes.read_volume(path)


@pytest.mark.parametrize("damage", ["end missing", "bit flipped", "voxel missing"])
def test_damaged_nifti_is_never_taken_for_a_scan(tmp_path: Path, damage: str) -> None:
    """ITK itself reads most such files without a word and fills what is missing."""
    path = tmp_path / "x.nii.gz"
    volume = sample((16, 64, 64))
    volumes.write_volume(volume, path)
    whole = path.read_bytes()
    half = len(whole) // 2
    path.write_bytes(
        {
            "end missing": whole[:-20],
            "bit flipped": whole[:half] + bytes([whole[half] ^ 1]) + whole[half + 1 :],
            "voxel missing": gzip.compress(gzip.decompress(whole)[:-2]),
        }[damage]
    )
    with pytest.raises(errors.InputError, match="cut short") as raised:
        volumes.read_volume(path)
    assert str(path) in str(raised.value)
    path.write_bytes(whole)
    np.testing.assert_array_equal(volumes.read_volume(path).array, volume.array)


def test_missing_file_is_named(tmp_path: Path) -> None:
    for read in (volumes.read_geometry, volumes.read_volume, volumes.read_label_map):
        with pytest.raises(errors.InputError, match="does not exist") as raised:
            read(tmp_path / "absent.nii.gz")
        assert "absent.nii.gz" in str(raised.value)


@pytest.mark.parametrize(
    ("name", "stem", "scan"),
    [
        ("a.b.nii.gz", "a.b", True),
        ("A.NII.GZ", "A", True),
        ("a.seg.nrrd", "a.seg", True),
        ("a.mha", "a", True),
        ("._a.nii.gz", "._a", False),
        ("a.gz", "a", False),
        ("a.txt", "a", False),
    ],
)
def test_file_names(name: str, stem: str, scan: bool) -> None:
    assert volumes.file_stem(Path("folder") / name) == stem
    assert volumes.is_scan(Path("folder") / name) is scan


def test_differences_are_told_in_words() -> None:
    one = sample().geometry
    turned = Rotation.from_euler("z", 1, degrees=True).as_matrix()

    def changed(**values: object) -> volumes.Geometry:
        return volumes.Geometry(**{**one.__dict__, **values})  # type: ignore[arg-type]

    assert one.differences(one) == []
    assert one.differences(changed(origin=(-10.2501, 20.5, 3.125))) == [], "formats round differently"
    assert one.differences(changed(spacing=(0.50001, 0.5, 1.5))) == []
    assert one.differences(changed(size=(5, 4, 4))) == ["size 5 x 4 x 3 against 5 x 4 x 4"]
    assert one.differences(changed(spacing=(0.5, 0.5, 2.0))) == ["spacing 0.5 x 0.5 x 1.5 against 0.5 x 0.5 x 2 mm"]
    assert one.differences(changed(origin=(-10.0, 20.5, 3.125))) == ["origin -10.25 x 20.5 x 3.125 against -10 x 20.5 x 3.125 mm"]
    assert one.differences(changed(direction=tuple((one.matrix @ turned).ravel()))) == ["axis directions"]
    assert len(one.differences(changed(size=(5, 4, 4), spacing=(1.0, 1.0, 1.0), origin=(0.0, 0.0, 0.0)))) == 3


def test_resize_to_the_same_size_is_the_same_tensor() -> None:
    slices = torch.rand(2, 1, 12, 10) * 2 - 1
    assert volumes.resize_slices(slices, (12, 10)) is slices


@given(st.integers(0, 999), st.tuples(*[st.integers(2, 24)] * 4))
@settings(max_examples=40, deadline=None)
def test_resize_keeps_the_range(seed: int, sizes: tuple[int, int, int, int]) -> None:
    generator = torch.Generator().manual_seed(seed)
    slices = (torch.rand(2, 1, sizes[0], sizes[1], generator=generator) > 0.5).float() * 2 - 1  # the hardest: bicubic overshoots here
    before = slices.clone()
    resized = volumes.resize_slices(slices, (sizes[2], sizes[3]))
    assert resized.shape == (2, 1, sizes[2], sizes[3])
    assert resized.abs().max() <= 1
    assert torch.equal(slices, before)


def test_resize_does_not_shift_the_picture() -> None:
    """Up, down and back, the centre of a blob stays at the same share of the slice (half-pixel centres on both grids)."""
    rows, columns = np.mgrid[0:64, 0:48]
    blob = np.exp(-((rows - 20) ** 2 + (columns - 30) ** 2) / 40)
    slices = torch.from_numpy(blob * 2 - 1).float()[None, None]
    for size in ((96, 96), (32, 32), (64, 96)):
        resized = volumes.resize_slices(slices, size)
        weights = (resized[0, 0] + 1).numpy()
        grid = np.mgrid[0 : size[0], 0 : size[1]]
        centre = [((axis + 0.5) * weights).sum() / weights.sum() for axis in grid]
        assert centre[0] / size[0] == pytest.approx(20.5 / 64, abs=0.004)
        assert centre[1] / size[1] == pytest.approx(30.5 / 48, abs=0.004)
        back = volumes.resize_slices(resized, (64, 48))
        assert (back - slices).abs().max() < 0.06

"""The synthetic cohort is the same everywhere, looks like its modality, and is laid out like the challenge's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from CrossMoDAUDALib.cohort import phantom, phantom_anatomy
from CrossMoDAUDALib.core import errors
from CrossMoDAUDALib.images import volumes
from scipy.ndimage import binary_fill_holes, distance_transform_edt
from scipy.ndimage import label as connected_components

TISSUE = {name: index for index, name in enumerate(phantom.TISSUES)}
SMALL = (32, 32, 12)


def brightness(seed: int, modality: str) -> dict[str, float]:
    """The median of the noisy image over each tissue."""
    image, _ = phantom.make_case(seed, modality)
    _, tissue = phantom.render(seed, modality, image.geometry)
    return {name: float(np.median(image.array[tissue == index])) for name, index in TISSUE.items() if (tissue == index).any()}


def test_same_seed_same_case() -> None:
    first, second, other = (phantom.make_case(seed, "ceT1", SMALL) for seed in (5, 5, 6))
    for one, again, different in zip(first, second, other, strict=True):
        assert one.geometry == again.geometry
        np.testing.assert_array_equal(one.array, again.array)
        assert not np.array_equal(one.array, different.array)


def test_types_and_sizes() -> None:
    image, label = phantom.make_case(1, "hrT2", (40, 48, 20), spacing=(2.5, 2.0, 1.5))
    assert image.geometry == label.geometry
    assert image.array.shape == (20, 48, 40) and image.geometry.spacing == (2.5, 2.0, 1.5)
    assert image.array.dtype == np.int16 and label.array.dtype == np.uint8
    assert image.array.min() >= 0 and set(np.unique(label.array)) == {0, 1, 2}


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("modality", phantom.MODALITIES)
def test_one_tumour_and_two_cochleas_of_enough_voxels(seed: int, modality: str) -> None:
    _, label = phantom.make_case(seed, modality)
    tumour, cochlea = label.array == 1, label.array == 2
    assert tumour.sum() >= 150
    parts, count = connected_components(cochlea, np.ones((3, 3, 3)))
    assert count == 2 and min(np.bincount(parts.ravel())[1:]) >= 15
    sides = [np.argwhere(mask)[:, 2].mean() > label.array.shape[2] / 2 for mask in (tumour, parts == 1, parts == 2)]
    assert sides[1] != sides[2], "one cochlea on each side"
    border = np.ones(label.array.shape, dtype=bool)
    border[1:-1, 1:-1, 1:-1] = False
    assert not label.array[border].any(), "nothing is cut off"


def test_tumours_grow_on_either_side() -> None:
    sides = set()
    for seed in range(8):
        label = volumes.to_canonical(phantom.make_case(seed, "ceT1", SMALL)[1]).array
        sides.add(bool(np.argwhere(label == 1)[:, 2].mean() > label.shape[2] / 2))
    assert sides == {True, False}


def test_labels_lie_inside_the_head() -> None:
    image, label = phantom.make_case(3, "ceT1")
    _, tissue = phantom.render(3, "ceT1", image.geometry)
    head = np.stack([binary_fill_holes(part) for part in tissue != TISSUE["air"]])
    head[:, [0, -1], :], head[:, :, [0, -1]] = False, False
    depth = distance_transform_edt(head, sampling=image.geometry.spacing[::-1])
    assert depth[label.array > 0].min() > 8, "mm below the skin"
    np.testing.assert_array_equal(tissue == TISSUE["tumour"], label.array == 1)


@pytest.mark.parametrize("patient", [*range(4), 10021, 10022, 10023, 10024])
def test_every_tumour_lies_in_the_posterior_fossa(patient: int) -> None:
    image, label = phantom.make_case(patient, "hrT2")
    assert phantom_anatomy.tumour_outside_fossa(patient, label) == 0
    assert 0.4 < phantom_anatomy.posterior_fossa(patient, image.geometry).mean() < 0.6, "not of all that a scan shows"


@pytest.mark.parametrize(
    ("place", "is_inside"),
    [
        ((17, 6, 0), True),  # cerebellopontine angle
        ((-26, 3, 0), True),  # internal auditory canal
        ((20, 35, -5), True),  # cerebellum
        ((-36, -18, 0), False),  # temporal lobe
        ((28, -35, 3), False),  # orbit
        ((0, -18, -4), False),  # clivus
        ((48, -4, -6), False),  # ear
        ((0, 20, 26), False),  # above the tentorium
    ],
)
def test_tumour_elsewhere_is_counted(place: tuple[float, float, float], is_inside: bool) -> None:
    image, label = phantom.make_case(7, "hrT2", (56, 56, 36), spacing=(2.0, 2.0, 2.0))
    points = phantom.head_coordinates(7, image.geometry)
    ball = np.linalg.norm(points - np.array(place, np.float32)[:, None, None, None], axis=0) < 3
    planted = volumes.Volume(np.where(ball, 1, label.array).astype(np.uint8), label.geometry)
    assert ball.sum() >= 8
    assert phantom_anatomy.tumour_outside_fossa(7, planted) == (0 if is_inside else ball.sum())


def test_both_modalities_show_one_head() -> None:
    (t1, t1_label), (t2, t2_label) = (phantom.make_case(4, modality, spacing=(2.0, 2.0, 1.5)) for modality in phantom.MODALITIES)
    assert t1.geometry == t2.geometry
    np.testing.assert_array_equal(t1_label.array, t2_label.array)
    assert abs(np.corrcoef(t1.array.ravel(), t2.array.ravel())[0, 1]) < 0.8, "the same head, another picture"


@pytest.mark.parametrize("seed", [1, 2, 3, 10001])
def test_the_domain_gap(seed: int) -> None:
    t1, t2 = brightness(seed, "ceT1"), brightness(seed, "hrT2")
    assert t1["tumour"] > 1.3 * t1["brain"], "contrast agent brightens the tumour"
    assert t1["tumour"] > max(value for name, value in t1.items() if name != "tumour"), "more than anything else"
    assert t1["fluid"] < 0.6 * t1["brain"] and t1["cochlea"] < 0.8 * t1["brain"]
    assert t2["fluid"] > 1.3 * t2["tumour"] and t2["cochlea"] > 1.2 * t2["tumour"], "fluids are bright"
    assert 0.8 < t2["tumour"] / t2["brain"] < 1.8, "the tumour is about as bright as brain"


def test_the_brightest_voxels_are_the_tumour_only_in_ce_t1() -> None:
    share = {}
    for modality in phantom.MODALITIES:
        image, label = phantom.make_case(2, modality)
        tumour = label.array == 1
        brightest = image.array >= np.quantile(image.array, 1 - tumour.mean())
        share[modality] = (brightest & tumour).sum() / tumour.sum()
    assert share["ceT1"] > 0.6 and share["hrT2"] < 0.05


def test_partial_volume_grows_with_the_voxels() -> None:
    geometries = {size: phantom.make_case(2, "hrT2", size)[0].geometry for size in (SMALL, (96, 96, 36))}
    fluid = phantom.TISSUES["fluid"][1]
    inner_ear = {}
    for size, geometry in geometries.items():
        signal, tissue = phantom.render(2, "hrT2", geometry)
        inner_ear[size] = signal[tissue == TISSUE["cochlea"]].mean() / fluid
    assert inner_ear[SMALL] < inner_ear[(96, 96, 36)] <= 1


def test_grids_are_oblique_and_stored_in_different_orders() -> None:
    geometries = [phantom.make_case(seed, "ceT1", (8, 8, 4))[0].geometry for seed in range(12)]
    for geometry in geometries:
        np.testing.assert_allclose(geometry.matrix @ geometry.matrix.T, np.eye(3), atol=1e-9)
        assert not np.allclose(np.abs(geometry.matrix), np.eye(3), atol=1e-3)
    stored = {tuple(np.sign(np.diag(geometry.matrix)).astype(int).tolist()) for geometry in geometries}
    assert stored == {(1, 1, 1), (-1, -1, 1), (1, -1, 1)}, "LPS, RAS and LAS"


def test_grids_survive_a_file(tmp_path: Path) -> None:
    for seed in range(6):  # among them every stored order
        image, label = phantom.make_case(seed, "hrT2", (12, 10, 6))
        volumes.write_volume(image, tmp_path / "image.nii.gz")
        volumes.write_volume(label, tmp_path / "label.nrrd")
        read = volumes.read_volume(tmp_path / "image.nii.gz")
        assert read.geometry.differences(image.geometry) == []
        np.testing.assert_array_equal(read.array, image.array)
        assert volumes.read_label_map(tmp_path / "label.nrrd").geometry.differences(read.geometry) == []


def test_the_domains_are_scanned_differently() -> None:
    t1, t2 = (phantom.make_case(0, modality, SMALL)[0].geometry for modality in phantom.MODALITIES)
    assert t1.spacing != t2.spacing


def test_unknown_modality() -> None:
    with pytest.raises(errors.InputError, match=r"no phantom of 'CT'; choose one of ceT1, hrT2"):
        phantom.make_case(0, "CT")


def test_cohort_is_laid_out_like_the_challenges(tmp_path: Path) -> None:
    from CrossMoDAUDALib.cohort import finding as cohort

    folder = tmp_path / "Köpfe 1"
    phantom.write_cohort(folder, source_cases=2, target_cases=2, evaluation_cases=1, seed=1, size=SMALL)
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert names == [
        "training_source/crossmoda2022_syn_1_Label.nii.gz",
        "training_source/crossmoda2022_syn_1_ceT1.nii.gz",
        "training_source/crossmoda2022_syn_2_Label.nii.gz",
        "training_source/crossmoda2022_syn_2_ceT1.nii.gz",
        "training_target/crossmoda2022_syn_3_hrT2.nii.gz",
        "training_target/crossmoda2022_syn_4_hrT2.nii.gz",
        "validation/crossmoda2022_syn_5_Label.nii.gz",
        "validation/crossmoda2022_syn_5_hrT2.nii.gz",
    ]
    found = cohort.find_crossmoda(folder)
    assert {domain: [case.id for case in cases] for domain, cases in found.domains().items()} == {
        "source": ["crossmoda2022_syn_1", "crossmoda2022_syn_2"],
        "target": ["crossmoda2022_syn_3", "crossmoda2022_syn_4"],
        "evaluation": ["crossmoda2022_syn_5"],
    }
    assert found.notes == ()

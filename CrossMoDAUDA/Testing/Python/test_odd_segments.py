"""Segments and label maps whose names or values are unusual: never one structure for another, nor a crash for a value."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import numpy as np
import pytest
from cohort_files import label_array, save, scan_array
from CrossMoDAUDALib.cohort.checking import check_cohort
from CrossMoDAUDALib.cohort.finding import Case, Cohort, find_folders
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.core.structures import STRUCTURES, known_structure, plain_name
from CrossMoDAUDALib.images.labels import read_labels, structure_named
from CrossMoDAUDALib.images.volumes import write_volume
from test_labels import GRID, LABELS, Volume, drawn, fields_of, nrrd, segment, write

HALVES = (drawn() * 0 + (drawn() == 1), drawn() * 0 + (drawn() == 2))


def numbered(tumour: int, cochlea: int) -> np.ndarray:
    """The drawn label map with other values."""
    return np.array([0, tumour, cochlea], np.uint16)[drawn()]


def layered(path: Path, layers: list[np.ndarray], *segments: dict[str, str]) -> Path:
    fields = {**fields_of(GRID), "kinds": ["list", *["domain"] * 3]}
    fields["space directions"] = np.vstack([[np.nan] * 3, fields["space directions"]])
    for one in segments:
        fields |= one
    nrrd.write(str(path), np.stack([layer.transpose(2, 1, 0) for layer in layers]), fields)
    return path


# Names ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "names",
    [
        ("vestibular-schwannoma", "Cochlea"),
        ("VestibularSchwannoma", "COCHLEA"),
        ("Vestibular\u2010Schwannoma", "coch-lea"),
        ("Acoustic_Neuroma", "cochlea "),
        ("Akustikusneurinom", "_Cochlea"),
        ("v_s", "Cochlea"),
    ],
)
def test_names_that_differ_by_how_they_are_written(tmp_path: Path, names: tuple[str, str]) -> None:
    assert [structure_named(name, LABELS) for name in names] == list(LABELS)
    if all(name.isascii() for name in names):  # pynrrd writes nothing else
        path = write(tmp_path / "a.seg.nrrd", numbered(9, 4).astype(np.uint8), GRID, segment(0, names[0], 9), segment(1, names[1], 4))
        np.testing.assert_array_equal(read_labels(path, LABELS).array, drawn())


@pytest.mark.parametrize("name", ["Hörnerv", "蝸牛", "ガン"])
def test_names_in_other_unicode_forms_are_one(name: str) -> None:
    labels = {unicodedata.normalize("NFC", name): 1, "Cochlea": 2}
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert structure_named(unicodedata.normalize(form, name), labels) == next(iter(labels))


@pytest.mark.parametrize("name", ["Left cochlea", "VSS", "neuroma", "schwann", "Tumour 2", "vs/cochlea", ""])
def test_other_names_are_others(name: str) -> None:
    assert structure_named(name, LABELS) is None and known_structure(name) is None


def test_what_structures_are_called_is_found_by_what_is_plain() -> None:
    assert all(known_structure(name) is structure for name, structure in STRUCTURES.items())
    assert len({plain_name(name) for name in STRUCTURES}) == len(STRUCTURES)


@pytest.mark.parametrize("names", [("", ""), ("VS", " "), ("", "Cochlea")])
def test_segments_without_a_name_are_told_and_read_once_they_have_one(tmp_path: Path, names: tuple[str, str]) -> None:
    path = write(tmp_path / "a.seg.nrrd", numbered(1, 2).astype(np.uint8), GRID, segment(0, names[0], 1), segment(1, names[1], 2))
    with pytest.raises(InputError, match="has segments without a name; name each as its structure in Slicer") as error:
        read_labels(path, LABELS)
    assert "--set" not in str(error.value), "a structure needs a name"
    write(path, numbered(1, 2).astype(np.uint8), GRID, segment(0, "VS", 1), segment(1, "Cochlea", 2))
    np.testing.assert_array_equal(read_labels(path, LABELS).array, drawn())


# Values and layers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("values", [(5, 5), (1, 1), (255, 255)])
@pytest.mark.parametrize("layers", [1, 2])
def test_two_segments_of_one_value_are_refused(tmp_path: Path, values: tuple[int, int], layers: int) -> None:
    """Nothing tells their voxels apart: the later one would have had all."""
    parts = segment(0, "VS", values[0]), segment(1, "Cochlea", values[1])
    array = numbered(*values).astype(np.uint8)
    path = tmp_path / "a.seg.nrrd"
    written = write(path, array, GRID, *parts) if layers == 1 else layered(path, [array, array * 0], *parts)
    with pytest.raises(InputError, match=f"gives the segments 'VS' and 'Cochlea' the same label value {values[0]}"):
        read_labels(written, LABELS)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_in_layers_of_their_own_they_have_one_value(tmp_path: Path, order: tuple[int, int]) -> None:
    parts = [segment(0, "VS", 1, layer=order[0]), segment(1, "Cochlea", 1, layer=order[1])]
    path = layered(tmp_path / "a.seg.nrrd", [HALVES[each] for each in order], *parts)
    read = read_labels(path, LABELS)
    np.testing.assert_array_equal(read.array, drawn())
    assert read.notes == ()


@pytest.mark.parametrize("value", [1, 2, 7])
def test_voxels_of_a_layer_without_a_segment_are_told(tmp_path: Path, value: int) -> None:
    stray = np.zeros_like(drawn())
    stray[0, 0, :5] = value
    parts = [segment(0, "VS", 1), segment(1, "Cochlea", 1, layer=1)]
    read = read_labels(layered(tmp_path / "a.seg.nrrd", [*HALVES, stray], *parts), LABELS)
    np.testing.assert_array_equal(read.array, drawn())
    assert "5 voxels of values that no segment has" in read.notes[0]


@pytest.mark.parametrize("value", [256, 300, 65535])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.float32])
def test_a_label_map_may_lack_a_structure_with_a_large_value(tmp_path: Path, value: int, kind: type) -> None:
    labels = {"VS": 1, "Cochlea": value}
    for name in ("a", "b"):
        save(tmp_path / "img" / f"{name}.nii", scan_array(ord(name)))
        save(tmp_path / "lab" / f"{name}.nii", label_array(1, 0 if name == "a" or kind == np.uint8 else value).astype(kind))
    report = check_cohort(find_folders(tmp_path / "img", tmp_path / "lab", tmp_path / "img"), labels)
    assert [row.label_voxels for row in report.rows if row.domain == "source"] == [
        {"VS": 1, "Cochlea": 0},
        {"VS": 1, "Cochlea": int(kind != np.uint8)},
    ]


# Cases ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("names", [("case_1", "CASE_1"), ("\u00c4", "\u00e4"), ("\u00e9", "e\u0301"), ("smith", "Smith")])
def test_patients_whose_names_differ_by_capitals_are_told_to_be_renamed(tmp_path: Path, names: tuple[str, str]) -> None:
    write_volume(Volume(np.arange(720, dtype=np.int16).reshape(8, 9, 10), GRID), tmp_path / "a.nii")
    write_volume(Volume(drawn(), GRID), tmp_path / "l.nii")
    cases = tuple(Case(name, tmp_path / "a.nii", tmp_path / f"{part}.nii") for name, part in zip(names, "ll", strict=True))
    (problem,) = check_cohort(Cohort(cases, (Case("t", tmp_path / "a.nii", None),)), LABELS).problems
    assert "give them names that differ by more than capitals and Unicode forms" in problem

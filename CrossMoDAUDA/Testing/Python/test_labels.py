"""Label maps as people have them: what their files mean, by name or by value, on the grid of their image."""

from __future__ import annotations

import dataclasses
import re
import shlex
from pathlib import Path

import nibabel
import numpy as np
import pytest
from CrossMoDAUDALib.cohort.checking import check_cohort
from CrossMoDAUDALib.cohort.finding import Case, Cohort, find_folders
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.core.settings import Settings, preset_settings, with_values
from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.images.labels import read_labels, structure_named
from CrossMoDAUDALib.images.volumes import Geometry, Volume, read_volume, write_volume
from CrossMoDAUDALib.scoring.evaluation import score_folders
from CrossMoDAUDALib.scoring.extent import check_values
from CrossMoDAUDALib.translation.slices import labels_of_slices

nrrd = pytest.importorskip("nrrd", reason="pynrrd is not installed")

LABELS = {"Vestibular schwannoma": 1, "Cochlea": 2}
GRID = Geometry((10, 9, 8), (0.5, 0.6, 1.5), (1.0, 2.0, 3.0), (1.0, 0, 0, 0, 1, 0, 0, 0, 1))
COSINE, SINE = np.cos(0.3), np.sin(0.3)
OBLIQUE = dataclasses.replace(GRID, direction=(COSINE, -SINE, 0, SINE, COSINE, 0, 0, 0, 1))
SAGITTAL = dataclasses.replace(GRID, direction=(0.0, 0, 1, 1, 0, 0, 0, 1, 0))


def drawn() -> np.ndarray:
    """A tumour (1) and a cochlea (2), shape (z, y, x)."""
    array = np.zeros(GRID.size[::-1], np.uint8)
    array[2:5, 3:6, 4:7], array[5:7, 5, 5:8] = 1, 2
    return array


def fields_of(grid: Geometry, offset: tuple[int, int, int] = (0, 0, 0)) -> dict[str, object]:
    """An NRRD header's grid; pynrrd writes the axes x, y, z."""
    steps = (grid.matrix * np.array(grid.spacing)).T
    origin = np.array(grid.origin) + steps.T @ np.array(offset)
    return {"space": "left-posterior-superior", "space directions": steps, "space origin": origin, "encoding": "gzip"}


def segment(number: int, name: str, value: int, layer: int = 0, **more: str) -> dict[str, str]:
    fields = {"ID": f"Segment_{number}", "Name": name, "LabelValue": str(value), "Layer": str(layer), **more}
    return {f"Segment{number}_{key}": text for key, text in fields.items()}


def write(path: Path, array: np.ndarray, grid: Geometry, *segments: dict[str, str], offset: tuple[int, int, int] = (0, 0, 0)) -> Path:
    fields = {**fields_of(grid, offset), "kinds": ["domain"] * 3}
    for one in segments:
        fields |= one
    nrrd.write(str(path), array.transpose(2, 1, 0), fields)
    return path


def advised_labels(message: str) -> list[str]:
    """What a message says to set ``labels`` to, as a shell reads it."""
    found = re.findall(r"""--set ("labels=[^"]*"|'labels=[^']*')""", message)
    return [shlex.split(words)[0].removeprefix("labels=") for words in found]


@pytest.mark.parametrize(
    ("tumour", "cochlea"),
    [(("VS", 2), ("Cochlea", 1)), (("vestibular_SCHWANNOMA", 7), ("cochlea", 3)), (("Vestibular schwannoma", 1), ("Cochlea", 255))],
)
@pytest.mark.parametrize("ending", [".seg.nrrd", "_Label.nrrd"])
def test_names_decide_and_not_values(tumour: tuple[str, int], cochlea: tuple[str, int], ending: str, tmp_path: Path) -> None:
    table = np.array([0, tumour[1], cochlea[1]], np.uint8)
    path = write(tmp_path / f"a{ending}", table[drawn()], GRID, segment(0, *tumour), segment(1, *cochlea))
    np.testing.assert_array_equal(read_labels(path, LABELS, None, GRID).array, drawn())
    other = read_labels(path, {"Cochlea": 300, "Vestibular schwannoma": 5}, None, GRID).array
    np.testing.assert_array_equal(other, np.array([0, 5, 300])[drawn()])


def test_codes_decide_where_names_say_nothing(tmp_path: Path) -> None:
    tags = "TerminologyEntry:Any list~SCT^123037004^Anatomy~SCT^80169004^Cochlea (organ)~^^~Anatomic codes~^^~^^|"
    path = write(tmp_path / "a.seg.nrrd", drawn(), GRID, segment(0, "VS", 1), segment(1, "Segment_2", 2, Tags=tags))
    read = read_labels(path, LABELS)
    np.testing.assert_array_equal(read.array, drawn())
    assert [note for note in read.notes if "'Segment_2'; by its codes it is taken as Cochlea" in note]


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (("Segment_1", "Segment_2"), "Its values would fit, but its names decide"),
        (("Tumor bed", "Cochlea"), "'Tumor bed' (the structures are Vestibular schwannoma, Cochlea)"),
        (("VS", "Brain, stem"), "'Brain, stem'"),
    ],
)
def test_a_name_that_is_no_structure_is_told_and_the_advice_works(names: tuple[str, str], says: str, tmp_path: Path) -> None:
    path = write(tmp_path / "a.seg.nrrd", drawn(), GRID, segment(0, names[0], 1), segment(1, names[1], 2))
    with pytest.raises(InputError) as raised:
        read_labels(path, LABELS)
    assert says in str(raised.value)
    advised = advised_labels(str(raised.value))[0]
    labels = with_values(Settings(), {"labels": advised}).labels
    read = read_labels(path, labels).array
    for name, value in zip(names, (1, 2), strict=True):
        structure = structure_named(name, labels)
        assert structure is not None
        np.testing.assert_array_equal(read == labels[structure], drawn() == value)


@pytest.mark.parametrize(
    ("given", "names"),
    [("VS:1+2,Cochlea:3", ("VS", "Brainstem")), ("Tumour:4+17,Cochlea:2+1", ("Cochlea", "Pons")), ("A:1+2,B:3", ("Pons", "Brain, stem"))],
)
def test_advice_keeps_several_values_of_a_structure(given: str, names: tuple[str, str], tmp_path: Path) -> None:
    settings = with_values(Settings(), {"labels": given})
    path = write(tmp_path / "a.seg.nrrd", drawn(), GRID, segment(0, names[0], 1), segment(1, names[1], 2))
    with pytest.raises(InputError) as raised:
        read_labels(path, settings.labels, settings.reading.merged_values)
    again = with_values(settings, {"labels": advised_labels(str(raised.value))[0]})
    read = read_labels(path, again.labels, again.reading.merged_values).array
    for name, value in zip(names, (1, 2), strict=True):
        np.testing.assert_array_equal(read == again.labels[str(structure_named(name, again.labels))], drawn() == value)
    for name in settings.labels.keys() & again.labels.keys():  # which label maps without names still have
        assert again.labels[name] == settings.labels[name]
        kept = {text for text, own in again.reading.merged_values.items() if own == again.labels[name]}
        assert kept == {text for text, own in settings.reading.merged_values.items() if own == settings.labels[name]}


@pytest.mark.parametrize("given", ["VS:1+2,Cochlea:3", '{"Tumour, it\'s left": "1+2", "Cochlea": 3}', "A:1"])
@pytest.mark.parametrize("reader", ["check", "evaluate", "follow-up"])
def test_the_advice_on_an_unknown_value_works(given: str, reader: str, tmp_path: Path) -> None:
    """Both ways of it, wherever a value of no structure is refused."""
    settings = with_values(Settings(), {"labels": given})
    label = Volume(drawn(), GRID)
    known = sorted({*settings.labels.values(), *map(int, settings.reading.merged_values)})
    label.array[0, 0, : len(known)], label.array[0, 0, len(known)] = known, 9
    label.array[label.array == 2] = known[-1]
    write_volume(label, tmp_path / "a_Label.nii.gz")
    write_volume(Volume(np.arange(720, dtype=np.int16).reshape(8, 9, 10), GRID), tmp_path / "a.nii.gz")

    def message(settings: Settings) -> str:
        labels, merged = settings.labels, settings.reading.merged_values
        if reader == "check":
            case = Case("a", tmp_path / "a.nii.gz", tmp_path / "a_Label.nii.gz")
            return " ".join(check_cohort(Cohort((case,), ()), labels, merged=merged).rows[0].problems)
        try:
            if reader == "evaluate":
                score_folders(tmp_path / "a_Label.nii.gz", tmp_path / "a_Label.nii.gz", labels, merged=merged)
            else:
                check_values("a", read_labels(tmp_path / "a_Label.nii.gz", labels, merged), labels, merged)
        except InputError as error:
            return str(error)
        return ""

    refused = message(settings)
    assert "9" in refused
    ways = advised_labels(refused)
    assert len(ways) == 2, refused
    for way in ways:
        again = with_values(Settings(), {"labels": way})
        assert message(again) == ""
        assert all(again.labels[name] == value for name, value in settings.labels.items())


def test_an_empty_segment_of_no_structure_is_left_out(tmp_path: Path) -> None:
    path = write(tmp_path / "a.seg.nrrd", drawn(), GRID, segment(0, "VS", 1), segment(1, "Cochlea", 2), segment(2, "Scratch", 3))
    read = read_labels(path, LABELS)
    np.testing.assert_array_equal(read.array, drawn())
    assert "an empty segment 'Scratch'" in read.notes[0]


def test_two_segments_of_one_structure_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.seg.nrrd", drawn(), GRID, segment(0, "VS", 1), segment(1, "Vestibular schwannoma", 2))
    with pytest.raises(InputError, match="two segments that mean Vestibular schwannoma"):
        read_labels(path, LABELS)


@pytest.mark.parametrize("values", [(1, 2, 3), (3, 2, 1), (3, 2, 4)])
def test_an_empty_segment_of_a_structure_that_another_is_too_is_left_out(tmp_path: Path, values: tuple[int, int, int]) -> None:
    names = zip(("VS", "Cochlea", "Vestibular schwannoma"), values, strict=True)
    path = write(tmp_path / "a.seg.nrrd", drawn(), GRID, *(segment(place, *one) for place, one in enumerate(names)))
    read = read_labels(path, LABELS)
    np.testing.assert_array_equal(read.array, drawn() * np.isin(drawn(), values))
    assert "mean Vestibular schwannoma, 'VS' and 'Vestibular schwannoma'; one is empty and is left out" in read.notes[0]


@pytest.mark.parametrize("grid", [GRID, OBLIQUE, SAGITTAL])
@pytest.mark.parametrize("old", [False, True])
def test_layers(grid: Geometry, old: bool, tmp_path: Path) -> None:
    """A layer each, as Slicer writes segments that overlap; before 4.11 it named neither layer nor value."""
    layers = np.stack([drawn() == 2, (drawn() == 1) | (drawn() == 2)]).astype(np.uint8)
    steps = fields_of(grid)
    steps |= {
        "space directions": np.vstack([np.full(3, np.nan), steps["space directions"]]),
        "kinds": ["list", "domain", "domain", "domain"],
    }
    for one in (segment(0, "Cochlea", 1, 0), segment(1, "VS", 1, 1)):
        steps |= {key: text for key, text in one.items() if not old or key.endswith(("_Name", "_ID"))}
    path = tmp_path / "a.seg.nrrd"
    nrrd.write(str(path), layers.transpose(0, 3, 2, 1), steps)
    read = read_labels(path, LABELS, None, grid)
    assert read.geometry == grid
    np.testing.assert_array_equal(read.array, (drawn() > 0).astype(np.uint8))
    shared = int((drawn() == 2).sum())
    assert f"{shared} voxels in Vestibular schwannoma and in another segment" in read.notes[0]


@pytest.mark.parametrize("grid", [GRID, OBLIQUE, SAGITTAL])
def test_cropped(grid: Geometry, tmp_path: Path) -> None:
    crop = drawn()[1:8, 2:7, 3:9]
    path = write(tmp_path / "a.seg.nrrd", crop, grid, segment(0, "VS", 1), segment(1, "Cochlea", 2), offset=(3, 2, 1))
    read = read_labels(path, LABELS, None, grid)
    assert read.geometry == grid
    np.testing.assert_array_equal(read.array, drawn())
    alone = read_labels(path, LABELS)
    assert alone.geometry.size == (6, 5, 7), "without its image it names no other grid"


def test_what_lies_outside_the_image_is_left_out_and_told(tmp_path: Path) -> None:
    path = write(tmp_path / "a.seg.nrrd", drawn(), GRID, segment(0, "VS", 1), segment(1, "Cochlea", 2), offset=(0, 0, 3))
    read = read_labels(path, LABELS, None, GRID)
    np.testing.assert_array_equal(read.array[3:], drawn()[:-3])
    assert not read.array[:3].any()
    assert f"{int((drawn()[-3:] > 0).sum())} labelled voxels outside its image" in read.notes[-1]


@pytest.mark.parametrize("cut", [(slice(3, 4), slice(2, 7), slice(3, 9)), (slice(1, 8), slice(4, 5), slice(3, 9)), (slice(4, 5),) * 3])
def test_cropped_to_a_single_slice(cut: tuple[slice, slice, slice], tmp_path: Path) -> None:
    """As Slicer writes a structure that was drawn in one slice; of other files such a slice is refused."""
    expected, offset = np.zeros_like(drawn()), (cut[2].start, cut[1].start, cut[0].start)
    expected[cut] = drawn()[cut]
    path = write(tmp_path / "a.seg.nrrd", drawn()[cut], GRID, segment(0, "VS", 1), segment(1, "Cochlea", 2), offset=offset)
    found = read_labels(path, LABELS, None, GRID)
    assert expected.any() and found.geometry == GRID and np.array_equal(found.array, expected)
    with pytest.raises(InputError, match="is a single slice"):
        read_volume(path)


@pytest.mark.parametrize("crops", [False, True])
@pytest.mark.parametrize("overlaps", [False, True])
def test_what_slicer_itself_writes(crops: bool, overlaps: bool, tmp_path: Path) -> None:
    pytest.importorskip("slicer", reason="slicer-core is not installed")
    from CrossMoDAUDALib.slicer_nodes.mrml_geometry import filled_image, image_to_ras
    from CrossMoDAUDALib.slicer_nodes.scenes import slicer_module
    from CrossMoDAUDALib.slicer_nodes.segmentation_nodes import fill_segmentation

    slicer = slicer_module()
    node = slicer.vtkMRMLSegmentationNode()
    fill_segmentation(node, Volume(drawn(), OBLIQUE), {"VS": 1} if overlaps else {"VS": 1, "Cochlea": 2}, None)
    expected = drawn()
    if overlaps:
        node.GetSegmentation().GetSegment("VS").SetLabelValue(1)
        image, second = slicer.vtkOrientedImageData(), slicer.vtkSegment()
        filled_image(image, (drawn() > 0).astype(np.uint8)).SetImageToWorldMatrix(image_to_ras(OBLIQUE))
        second.SetName("Cochlea")
        second.AddRepresentation("Binary labelmap", image)
        node.GetSegmentation().AddSegment(second, "Cochlea")
        expected = np.where(drawn() > 0, 2, 0)
    storage = slicer.vtkMRMLSegmentationStorageNode()
    storage.SetCropToMinimumExtent(crops)
    storage.SetFileName(str(tmp_path / "a.seg.nrrd"))
    assert storage.WriteData(node)
    for grid in (OBLIQUE, None):  # without the image it goes by the grid that Slicer notes
        read = read_labels(tmp_path / "a.seg.nrrd", LABELS, None, grid)
        assert not read.geometry.differences(OBLIQUE)
        np.testing.assert_array_equal(read.array, expected)


@pytest.mark.parametrize(("first", "second"), [(("VS", 2), ("Cochlea", 1)), (("cochlea", 9), ("vs", 4)), (("Cochlea", 1), ("VS", 2))])
def test_every_reader_of_labels_goes_by_the_names(first: tuple[str, int], second: tuple[str, int], tmp_path: Path) -> None:
    """The check, the experiment's stages, the translator's slices and the scores all see the tumour where it was drawn."""
    values = {("VS" if name.lower() == "vs" else "Cochlea"): value for name, value in (first, second)}
    table = np.array([0, values["VS"], values["Cochlea"]], np.uint8)
    scan = np.random.default_rng(1).integers(0, 900, drawn().shape).astype(np.int16)
    for name in ("source/a_ceT1.nii.gz", "target/b_hrT2.nii.gz"):
        write_volume(Volume(scan, GRID), tmp_path / name)
        scan = scan[::-1]
    label = write(tmp_path / "source" / "a.seg.nrrd", table[drawn()], GRID, segment(0, *first), segment(1, *second))
    cohort = find_folders(tmp_path / "source", tmp_path / "source", tmp_path / "target")
    assert cohort.source[0].label == label
    settings = preset_settings("smoke")
    report = check_cohort(cohort, settings.labels)
    assert report.problems == []
    assert report.rows[0].label_voxels == {"Vestibular schwannoma": 27, "Cochlea": 6}
    image = cohort.source[0].image
    experiment = Experiment.create(tmp_path / "experiment", settings, cohort, {})
    np.testing.assert_array_equal(experiment.read_label(label, image).array, drawn())
    slices = labels_of_slices([(image, label)], range(8), 20, settings)
    small = Volume(drawn(), GRID)
    write_volume(small, tmp_path / "plain" / "a_Label.nii.gz")
    np.testing.assert_array_equal(slices, labels_of_slices([(image, tmp_path / "plain" / "a_Label.nii.gz")], range(8), 20, settings))
    for pair in ((label, tmp_path / "plain" / "a_Label.nii.gz"), (tmp_path / "plain" / "a_Label.nii.gz", label)):
        assert [score.dice for score in score_folders(*pair, settings.labels)] == [1, 1]


# Values -----------------------------------------------------------------------------------------------------------------------


def test_labels_that_are_nearly_whole_are_rounded_and_told(tmp_path: Path) -> None:
    for number, shift in enumerate((-0.00002, 0.00001, 0.004)):
        path = tmp_path / f"{number}.nii.gz"
        write_volume(Volume(drawn() + np.float32(shift) * (drawn() > 0), GRID), path)
        read = read_labels(path, LABELS)
        np.testing.assert_array_equal(read.array, drawn())
        assert "they are rounded" in read.notes[0]
    write_volume(Volume(drawn() + np.float32(0.02), GRID), path)
    with pytest.raises(InputError, match="not a label map"):
        read_labels(path, LABELS)


@pytest.mark.parametrize(
    ("text", "values"), [("VS:1+2,Cochlea:3", (1, 2, 3)), ("VS:4+17,Cochlea:2", (4, 17, 2)), ("VS:600+9,Cochlea:40000", (600, 9, 40000))]
)
def test_several_values_of_one_structure(text: str, values: tuple[int, int, int], tmp_path: Path) -> None:
    """As crossMoDA 2023: the parts of the tumour inside and outside the canal, and the cochlea."""
    settings = with_values(preset_settings("smoke"), {"labels": text})
    assert Settings.from_json(settings.to_json()) == settings
    array = drawn().astype(np.uint16)
    array[2, array[2] == 1] = 3
    expected = np.array([0, values[0], values[2], values[0]])[array]
    for ending in (".nii.gz", ".nrrd", ".mha"):
        path = tmp_path / f"a{ending}"
        write_volume(Volume(np.array([0, values[0], values[2], values[1]], np.uint16)[array], GRID), path)
        np.testing.assert_array_equal(read_labels(path, settings.labels, settings.reading.merged_values).array, expected)


@pytest.mark.parametrize("text", ["VS:1+2,Cochlea:2", "VS:1+2,Cochlea:3+2", "VS:1+1", "VS:1+70000"])
def test_a_value_belongs_to_one_structure(text: str) -> None:
    with pytest.raises(InputError):
        with_values(Settings(), {"labels": text})


def test_other_labels_forget_merged_values() -> None:
    settings = with_values(Settings(), {"labels": "VS:1+2,Cochlea:3"})
    assert settings.reading.merged_values == {"2": 1}
    assert with_values(settings, {"labels": "VS:1,Cochlea:2"}).reading.merged_values == {}


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.float32])
def test_a_mask_of_255_is_the_only_structure(kind: type, tmp_path: Path) -> None:
    write_volume(Volume(((drawn() > 0) * 255).astype(kind), GRID), tmp_path / "a.nii.gz")
    read = read_labels(tmp_path / "a.nii.gz", {"Tumour": 4})
    np.testing.assert_array_equal(read.array, (drawn() > 0) * 4)
    assert "255 is taken as Tumour" in read.notes[0]
    assert set(np.unique(read_labels(tmp_path / "a.nii.gz", LABELS).array)) == {0, 255}, "of two structures it is none"


# The grid ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("axes", ["LPI", "PSR", "SAL"])
def test_axes_in_another_order_at_the_same_place(axes: str, tmp_path: Path) -> None:
    affine = np.diag([-1.0, -1, 1, 1]) @ np.vstack([np.column_stack([OBLIQUE.matrix * OBLIQUE.spacing, OBLIQUE.origin]), [0, 0, 0, 1]])
    image = nibabel.Nifti1Image(drawn().T, affine)
    turned = nibabel.orientations.ornt_transform(nibabel.io_orientation(affine), nibabel.orientations.axcodes2ornt(axes))
    nibabel.save(image.as_reoriented(turned), tmp_path / "a.nii.gz")
    read = read_labels(tmp_path / "a.nii.gz", LABELS, None, OBLIQUE)
    assert read.geometry == OBLIQUE
    np.testing.assert_array_equal(read.array, drawn())
    assert "another order" in read.notes[-1]


@pytest.mark.parametrize("shift", [0.02, -0.02, 0.09])
def test_a_fiftieth_of_a_voxel_beside_its_image(shift: float, tmp_path: Path) -> None:
    origin = tuple(place + shift * length for place, length in zip(GRID.origin, GRID.spacing, strict=True))
    write_volume(Volume(drawn(), dataclasses.replace(GRID, origin=origin)), tmp_path / "a.nrrd")
    read = read_labels(tmp_path / "a.nrrd", LABELS, None, GRID)
    assert read.geometry == GRID
    assert f"{abs(shift):.2g} of a voxel" in read.notes[0]
    origin = (GRID.origin[0] + 0.4 * GRID.spacing[0], *GRID.origin[1:])
    write_volume(Volume(drawn(), dataclasses.replace(GRID, origin=origin)), tmp_path / "a.nrrd")
    assert read_labels(tmp_path / "a.nrrd", LABELS, None, GRID).geometry != GRID


def test_of_two_places_the_one_of_the_image_is_taken(tmp_path: Path) -> None:
    right = np.diag([-0.5, -0.6, 1.5, 1])
    wrong = right.copy()
    wrong[:3, 3] = 5, -7, 30
    image = nibabel.Nifti1Image(drawn().T, right)
    for forms in ((right, wrong), (wrong, right)):
        image.set_sform(forms[0], 1)
        image.set_qform(forms[1], 1)
        nibabel.save(image, tmp_path / "a.nii")
        grid = dataclasses.replace(GRID, origin=(0.0, 0.0, 0.0))
        read = read_labels(tmp_path / "a.nii", LABELS, None, grid)
        assert read.geometry.differences(grid) == []
        np.testing.assert_array_equal(read.array, drawn())


def test_a_plain_label_map_of_another_size_is_not_moved(tmp_path: Path) -> None:
    write_volume(Volume(drawn()[1:], dataclasses.replace(GRID, size=(10, 9, 7), origin=(1.0, 2.0, 4.5))), tmp_path / "a.nii.gz")
    read = read_labels(tmp_path / "a.nii.gz", LABELS, None, GRID)
    assert read.geometry.size == (10, 9, 7)
    assert read_volume(tmp_path / "a.nii.gz").array.shape == (7, 9, 10)

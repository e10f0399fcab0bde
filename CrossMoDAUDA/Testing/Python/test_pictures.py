"""The picture shows each scan in true proportions, the right way round, with every structure in its colour."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from CrossMoDAUDALib.core.structures import structure_of
from CrossMoDAUDALib.images import pictures
from CrossMoDAUDALib.images.pictures import Panel, side_by_side
from CrossMoDAUDALib.images.volumes import Geometry, Volume

LABELS = {"Vestibular schwannoma": 1, "Cochlea": 2}
IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)


def scan(size: tuple[int, int, int] = (20, 20, 6), spacing: tuple[float, float, float] = (2.0, 2.0, 3.0), value: int = 1000) -> Volume:
    """A scan of one grey value but for one dark voxel, so that there is a scale."""
    array = np.full(size[::-1], value, np.int16)
    array[0, 0, 0] = 0
    return Volume(array, Geometry(size, spacing, (0.0, 0.0, 0.0), IDENTITY))


def boxes(image: Volume, value: int = 1, z: int = 3, x: int = 4) -> Volume:
    label = np.zeros(image.array.shape, np.uint8)
    label[z, 6:12, x : x + 5] = value
    return image.with_array(label)


def draw(*panels: Panel, width: int = 600) -> npt.NDArray[np.int64]:
    return np.asarray(side_by_side(panels, LABELS, width)).astype(int)


def close(picture: npt.NDArray[np.int64], colour: npt.NDArray[np.float64] | tuple[int, int, int]) -> npt.NDArray[np.bool_]:
    result: npt.NDArray[np.bool_] = np.abs(picture - np.asarray(colour)).max(axis=2) <= 4
    return result


def size_of(mask: npt.NDArray[np.bool_]) -> tuple[int, int]:
    """Rows and columns of a mask's bounding box."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return int(rows[-1] - rows[0]) + 1, int(columns[-1] - columns[0]) + 1


@pytest.mark.parametrize("width", [1200, 1680])
@pytest.mark.parametrize("count", [1, 3])
def test_it_has_the_width_that_was_asked_for(width: int, count: int) -> None:
    picture = side_by_side([Panel("ceT1", "source", scan())] * count, LABELS, width)
    assert picture.mode == "RGB" and picture.width == width
    assert picture.getpixel((0, 0)) == pictures.BACKGROUND


def test_panels_keep_the_true_proportions_and_one_scale() -> None:
    wide = scan((40, 10, 6), (1.0, 2.0, 3.0))  # 40 x 20 mm in 40 x 10 voxels
    small = scan((10, 10, 6), (2.0, 2.0, 3.0), value=999)  # 20 x 20 mm
    picture = draw(Panel("", "", wide), Panel("", "", small), width=1000)
    white = close(picture, (255, 255, 255))
    left, right = white[:, :500], white[:, 500:]
    rows, columns = size_of(left)
    assert columns / rows == pytest.approx(2, rel=0.02)
    rows_small, columns_small = size_of(right)
    assert columns_small / rows_small == pytest.approx(1, rel=0.02) and columns_small == pytest.approx(columns / 2, rel=0.02)


def test_a_segmentation_is_an_area_in_the_structures_colour() -> None:
    image = scan()
    seg = boxes(image).array + boxes(image, value=2, x=12).array
    picture = draw(Panel("", "", image, segmentation=image.with_array(seg)))
    pixels_per_mm = size_of(close(picture, (255, 255, 255)))[1] / 40
    for name, value in LABELS.items():
        colour = np.array(structure_of(name, value).colour)
        area = close(picture, 255 + pictures.FILL_OPACITY * (colour - 255))
        assert area.sum() == pytest.approx(6 * 5 * 4 * pixels_per_mm**2, rel=0.05), "6 x 5 voxels of 2 x 2 mm"
        assert close(picture, tuple(colour)).any(), "its legend"


def test_a_reference_is_an_outline() -> None:
    image = scan()
    picture = draw(Panel("", "", image, reference=boxes(image)))
    colour = np.array(structure_of("Vestibular schwannoma", 1).colour)
    lines = close(picture, colour + pictures.OUTLINE_LIGHTENED * (255 - colour))
    rows, columns = size_of(lines)
    assert 0 < lines.sum() < 0.2 * rows * columns and rows / columns == pytest.approx(6 / 5, rel=0.05)
    assert not close(picture, structure_of("Cochlea", 2).colour).any(), "only what is shown is in the legend"


def test_the_patients_right_is_on_the_left_however_the_scan_is_stored() -> None:
    image = scan()
    stored_lps = Panel("", "", image, segmentation=boxes(image, x=2))
    geometry = Geometry(image.geometry.size, image.geometry.spacing, (38.0, 38.0, 0.0), (-1.0, 0, 0, 0, -1.0, 0, 0, 0, 1.0))
    flipped = [np.ascontiguousarray(volume.array[:, ::-1, ::-1]) for volume in (image, boxes(image, x=2))]
    stored_ras = Panel("", "", Volume(flipped[0], geometry), segmentation=Volume(flipped[1], geometry))
    one, other = draw(stored_lps), draw(stored_ras)
    np.testing.assert_array_equal(one, other)
    colour = np.array(structure_of("Vestibular schwannoma", 1).colour)
    columns = np.flatnonzero(close(one, 255 + pictures.FILL_OPACITY * (colour - 255)).any(axis=0))
    assert columns.max() < one.shape[1] / 2, "small x, the patient's right"


def test_the_slice_shows_the_most_of_all_structures() -> None:
    label = np.zeros((5, 8, 8), np.uint8)
    label[1, :6, :6] = 1  # the largest tumour, no cochlea
    label[3, :5, :6], label[3, 7, :4] = 1, 2
    label[4, 7, :5] = 2
    assert pictures.best_slice(label, LABELS) == 3
    assert pictures.best_slice(np.zeros((5, 8, 8), np.uint8), LABELS) == 2


def test_a_label_map_of_another_grid_is_refused() -> None:
    image = scan()
    with pytest.raises(ValueError, match=r"segmentation of 'hrT2' is not on its image's grid"):
        draw(Panel("hrT2", "", image, segmentation=boxes(scan((20, 20, 7)))))
    with pytest.raises(ValueError, match="no panel"):
        side_by_side([], LABELS)


@pytest.mark.parametrize(
    ("size", "spacing", "wanted"), [((96, 64, 6), (1.0, 1.0, 4.0), (32, 48)), ((10, 20, 6), (2.0, 0.5, 1.0), (24, 48))]
)
def test_a_thumbnail_is_small_in_true_proportions_and_shows_the_structures(
    size: tuple[int, int, int], spacing: tuple[float, float, float], wanted: tuple[int, int]
) -> None:
    image = scan(size, spacing, value=0)
    label = boxes(image, z=4)
    image.array[4, 6:12, 4:9] = 800  # bright where the label is, and a little so in the middle slice, elsewhere
    image.array[3, :3] = 300
    found = {}
    for name, label_map in (("label", label), ("none", None)):
        data = pictures.thumbnail(image, label_map, LABELS, 48)
        head, _, pixels = data.partition(b"\n")
        kind, columns, rows, most = head.split()
        assert (kind, most) == (b"P5", b"255") and (int(rows), int(columns)) == wanted
        found[name] = np.frombuffer(pixels, np.uint8).reshape(wanted)
    y, x = (
        round((low + high) / 2 * shown / length) for low, high, shown, length in ((6, 12, wanted[0], size[1]), (4, 9, wanted[1], size[0]))
    )
    assert found["label"][y, x] > 200 and found["label"][0, 0] < 50
    assert found["none"][0, 5] > 200 and found["none"][y, x] < 50, "the middle slice"


def test_a_thumbnail_of_nothing_is_black() -> None:
    image = scan()
    data = pictures.thumbnail(image.with_array(image.array * 0), boxes(image).with_array(image.array * 0), LABELS, 48)
    assert set(data.partition(b"\n")[2]) == {0}

"""Parts of pseudo-labels that are not as bright or as dark as the settings say."""

from __future__ import annotations

import numpy as np
import pytest
from CrossMoDAUDALib.core.settings import preset_settings, with_values
from CrossMoDAUDALib.images.volumes import Geometry, Volume
from CrossMoDAUDALib.method.pseudo_labels import drop_unlike, improve


def bright_and_other_parts() -> tuple[Volume, Volume]:
    """A scan of tissue and air, and a label map: a bright part of a tumour and one like the tissue, a dark cochlea and a bright one."""
    scan, label = np.full((12, 60, 60), 400.0, np.float32), np.zeros((12, 60, 60), np.uint8)
    scan[:, :6], scan[:, :, 57:] = 0, 0
    for value, rows, intensity in ((1, slice(10, 16), 800), (1, slice(30, 36), 410), (2, slice(44, 48), 100), (2, slice(52, 56), 900)):
        label[3:8, rows, 20:30], scan[3:8, rows, 20:30] = value, intensity
    geometry = Geometry((60, 60, 12), (0.5, 1.0, 2.0), (0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0))
    return Volume(scan, geometry), Volume(label, geometry)


@pytest.mark.parametrize(
    ("said", "kept", "taken"),
    [
        ({"bright_in_target": "Vestibular schwannoma"}, {10: 1, 30: 0, 44: 2, 52: 2}, {"Vestibular schwannoma": 300}),
        ({"dark_in_target": "Vestibular schwannoma"}, {10: 0, 30: 0, 44: 2, 52: 2}, {"Vestibular schwannoma": 600}),
        ({"dark_in_target": "Cochlea"}, {10: 1, 30: 1, 44: 2, 52: 0}, {"Cochlea": 200}),
        (
            {"bright_in_target": "Cochlea", "dark_in_target": "Vestibular schwannoma"},
            {10: 0, 30: 0, 44: 0, 52: 2},
            {"Vestibular schwannoma": 600, "Cochlea": 200},
        ),
    ],
)
def test_parts_that_look_otherwise_than_the_settings_say_are_taken_out(
    said: dict[str, str], kept: dict[int, int], taken: dict[str, int]
) -> None:
    scan, label = bright_and_other_parts()
    settings = with_values(preset_settings("laptop"), {f"segmentation.{name}": value for name, value in said.items()})
    found, number = drop_unlike(label, scan, settings)
    assert {row: int(found.array[5, row + 1, 25]) for row in kept} == kept
    assert number == taken
    assert improve(label, scan, settings, None)[1] == {name: (0, voxels) for name, voxels in taken.items()}


def test_a_part_with_nothing_around_it_to_compare_with_stays() -> None:
    scan, label = bright_and_other_parts()
    settings = with_values(preset_settings("laptop"), {"segmentation.bright_in_target": "Cochlea"})
    alone = np.where(label.array == 2, scan.array, 0)  # in air
    assert drop_unlike(label, scan.with_array(alone), settings)[1] == {"Cochlea": 0}


def test_nothing_is_taken_out_of_what_is_to_stay() -> None:
    scan, label = bright_and_other_parts()
    values = {"segmentation.bright_in_target": "Vestibular schwannoma", "segmentation.dark_in_target": "Cochlea"}
    settings = with_values(preset_settings("laptop"), {**values, "self_training.refinement": "both"})
    found, changed = improve(label, scan, settings, label, untouched=["Vestibular schwannoma"])
    np.testing.assert_array_equal(found.array == 1, label.array == 1)
    assert changed.keys() == {"Vestibular schwannoma", "Cochlea"}
    assert changed["Vestibular schwannoma"] == (0, 0) and changed["Cochlea"][1]

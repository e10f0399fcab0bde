"""Follow-up of DICOM segmentations: they end with their segments, so their scan tells edges and sides."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from CrossMoDAUDALib.images.volumes import read_geometry
from dicom_files import series, some_slices
from test_dicom_labels import in_layers, write_seg
from test_follow_up_command import run, table

SHAPE = (60, 24, 20)


def two_visits(folder: Path, plane: str, *tumours: tuple[slice, ...]) -> list[Path]:
    """Segmentations of two days, their scans elsewhere; the tumours' slices, and a cochlea in the last but one."""
    made = []
    for number, places in enumerate(tumours):
        day = f"202{number}0301"
        files = series(folder / "scans" / day, some_slices(*SHAPE, seed=number), plane, StudyDate=day, SeriesDate=day)
        label = np.zeros(SHAPE, np.uint8)
        for place in places:
            label[place, 5:12, 3:9] = 1
        label[58, 14:17, 11:18] = 2
        made.append(write_seg(folder / "made" / f"{day}.dcm", files, in_layers(label), SeriesDate=day, StudyDate=day))
    return made


def rows_of(tmp_path: Path, made: list[Path], *words: object) -> tuple[int, list[dict[str, str]]]:
    status = run(*made, "--patient", "Ada", "-o", tmp_path / "out", "--overwrite", *words)
    return status, table(tmp_path / "out" / "follow_up.csv") if status == 0 else []


@pytest.mark.parametrize("plane", ["axial", "sagittal", "oblique"])
def test_where_the_segments_end_is_no_edge_of_the_scan(tmp_path: Path, plane: str, capsys: pytest.CaptureFixture[str]) -> None:
    made = two_visits(tmp_path, plane, (slice(40, 50),), (slice(40, 52),))
    status, rows = rows_of(tmp_path, made)
    told = capsys.readouterr().out
    assert status == 0 and [float(row["volume_ml"]) for row in rows] == pytest.approx([0.315, 0.378])
    assert "touches the scan's edge" not in told and "its scan is not found" in told
    status, rows = rows_of(tmp_path, made, "--scans", tmp_path / "scans")
    told = capsys.readouterr().out
    assert status == 0 and "touches" not in told and "not found" not in told
    assert [float(row["volume_ml"]) for row in rows] == pytest.approx([0.315, 0.378])


def test_at_the_scans_edge_it_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = two_visits(tmp_path, "axial", (slice(0, 8),), (slice(0, 9),))
    assert rows_of(tmp_path, made, "--scans", tmp_path / "scans")[0] == 0
    assert "touches the scan's edge (inferior)" in capsys.readouterr().out


def test_sagittal_slices_tell_sides_by_their_scan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Later only the right one is left: the middle of what is drawn lies in it."""
    made = two_visits(tmp_path, "sagittal", (slice(2, 8), slice(50, 56)), (slice(50, 57),))
    normal = read_geometry(tmp_path / "scans" / "20200301").matrix[0, 2]
    first, last = ("left", "right") if normal < 0 else ("right", "left")
    assert rows_of(tmp_path, made)[0] != 0 and "--scans DIR" in capsys.readouterr().err
    status, rows = rows_of(tmp_path, made, "--scans", tmp_path / "scans")
    found = {(row["side"], row["date"][:4]): float(row["volume_ml"]) for row in rows}
    assert status == 0
    expected = {(first, "2020"): 0.189, (first, "2021"): 0.0, (last, "2020"): 0.189, (last, "2021"): 0.2205}
    assert found == pytest.approx(expected)

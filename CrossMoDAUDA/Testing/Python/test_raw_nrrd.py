"""Volumes written piece by piece are read back as they were."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from CrossMoDAUDALib.core.errors import CrossModaError, InputError
from CrossMoDAUDALib.images import raw_nrrd
from CrossMoDAUDALib.images.volumes import Geometry, Volume, read_volume, write_volume


def read(path: Path) -> tuple[Volume, int]:
    """A volume read in pieces, and the number of steps."""
    steps, reading = 0, raw_nrrd.read_in_pieces(path)
    while True:
        try:
            next(reading)
        except StopIteration as end:
            return end.value, steps
        steps += 1


OBLIQUE = Geometry((7, 5, 4), (0.3, 1 / 3, 1.7), (-12.25, 1e-7, 3.5), (0.8, 0.6, 0.0, -0.6, 0.8, 0.0, 0.0, 0.0, 1.0))


@pytest.mark.parametrize("kind", ["int8", "uint8", "int16", ">i2", "uint16", "int32", "uint32", "int64", "float32", "float64"])
def test_every_voxel_type_and_an_oblique_grid(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raw_nrrd, "PIECE_BYTES", 100)
    values = np.arange(140).reshape(4, 5, 7) - (60 if np.dtype(kind).kind != "u" else 0)
    volume = Volume(values.astype(kind), OBLIQUE)
    steps = sum(1 for _ in raw_nrrd.write_in_pieces(volume, tmp_path / "new folder" / "scan.nrrd"))
    assert steps == -(-140 * np.dtype(kind).itemsize // 100)
    found = read_volume(tmp_path / "new folder" / "scan.nrrd")
    assert np.array_equal(found.array, values) and found.array.dtype == np.dtype(kind).newbyteorder("=")
    write_volume(volume.with_array(values.astype(np.dtype(kind).newbyteorder("="))), tmp_path / "whole.nrrd", compressed=False)
    whole = read_volume(tmp_path / "whole.nrrd").geometry
    assert found.geometry == whole and found.geometry.differences(OBLIQUE) == []


def test_an_array_that_is_not_in_order_is(tmp_path: Path) -> None:
    turned = np.arange(140, dtype=np.int16).reshape(7, 5, 4).T
    for _ in raw_nrrd.write_in_pieces(Volume(turned, OBLIQUE), tmp_path / "scan.nrrd"):
        pass
    assert np.array_equal(read_volume(tmp_path / "scan.nrrd").array, turned)


def test_what_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CrossModaError, match="could not be written; check"):
        next(raw_nrrd.write_in_pieces(Volume(np.zeros((4, 5, 7), np.int16), OBLIQUE), tmp_path / "file" / "scan.nrrd"))


@pytest.mark.parametrize("kind", ["int8", "uint8", "int16", "uint16", "int32", "uint32", "float32", "float64"])
def test_what_itk_writes_is_read_piece_by_piece(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raw_nrrd, "PIECE_BYTES", 80)
    values = np.arange(140).reshape(4, 5, 7).astype(kind)
    write_volume(Volume(values, OBLIQUE), tmp_path / "scan.nrrd", compressed=False)
    found, steps = read(tmp_path / "scan.nrrd")
    expected = read_volume(tmp_path / "scan.nrrd")
    assert np.array_equal(found.array, expected.array) and found.array.dtype == expected.array.dtype
    assert found.geometry == expected.geometry and steps == 1 + -(-values.nbytes // 80)


def test_other_files_are_read_in_one_step(tmp_path: Path) -> None:
    values = np.arange(140, dtype=np.int16).reshape(4, 5, 7)
    for name in ("scan.nii.gz", "packed.nrrd"):
        write_volume(Volume(values, OBLIQUE), tmp_path / name)
        found, steps = read(tmp_path / name)
        assert np.array_equal(found.array, values) and steps == 1


def test_bad_files_are_refused_as_they_are_elsewhere(tmp_path: Path) -> None:
    values = np.zeros((4, 5, 7), np.float32)
    values[2, 2, 2] = np.nan
    write_volume(Volume(values, OBLIQUE), tmp_path / "nan.nrrd", compressed=False)
    with pytest.raises(InputError, match="not finite"):
        read(tmp_path / "nan.nrrd")
    (tmp_path / "short.nrrd").write_bytes((tmp_path / "nan.nrrd").read_bytes()[:-8])
    with pytest.raises(InputError, match="cut short"):
        read(tmp_path / "short.nrrd")
    with pytest.raises(InputError, match="does not exist"):
        read(tmp_path / "missing.nrrd")

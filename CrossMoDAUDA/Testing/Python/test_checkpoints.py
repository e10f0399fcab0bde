"""Checkpoints and their sums: what was damaged is never gone on from, and a kill at any moment damages nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch
from CrossMoDAUDALib.compute.checkpoints import SUMS, remove_damaged, replacing_checkpoint


class Killed(BaseException):
    """Stands for the end of the process."""


def save(folder: Path, number: float) -> None:
    with replacing_checkpoint(folder / "checkpoint.pt", folder / "checkpoint_previous.pt") as partial:
        torch.save({"weights": torch.full((100,), float(number))}, partial)


def number_in(path: Path) -> float:
    return float(torch.load(path)["weights"][0])


def alter(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 4
    path.write_bytes(content)


def test_the_checkpoint_before_is_kept(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        save(tmp_path, number)
    assert [number_in(tmp_path / name) for name in ("checkpoint.pt", "checkpoint_previous.pt")] == [3, 2]
    assert remove_damaged(tmp_path) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkpoint.pt", "checkpoint_previous.pt", SUMS]


@pytest.mark.parametrize("recorded", [True, False], ids=["with sums", "as earlier versions wrote them"])
def test_a_damaged_one_is_removed_and_the_one_before_stays(tmp_path: Path, recorded: bool) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    for number in (1, 2):
        save(folder, number)
    if not recorded:
        (folder / SUMS).unlink()
    path = folder / "checkpoint.pt"
    alter(path, path.read_bytes().index(torch.full((100,), 2.0).numpy().tobytes()) + 200)  # within the weights: PyTorch reads on
    assert number_in(path) == 2
    assert remove_damaged(tmp_path) == [path], "folders below are looked through"
    assert not path.exists()
    assert number_in(folder / "checkpoint_previous.pt") == 1
    os.truncate(folder / "checkpoint_previous.pt", 100)
    assert remove_damaged(folder) == [folder / "checkpoint_previous.pt"]


def test_a_kill_between_sum_and_checkpoint_damages_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(tmp_path, 1)

    replace = Path.replace

    def kill_before_the_exchange(path: Path, target: Path) -> Path:
        if target.suffix == ".pt":
            raise Killed
        return replace(path, target)

    for number in (2, 3):
        with monkeypatch.context() as patched, pytest.raises(Killed):
            patched.setattr(Path, "replace", kill_before_the_exchange)
            save(tmp_path, number)
        assert remove_damaged(tmp_path) == []
        assert number_in(tmp_path / "checkpoint.pt") == 1
    save(tmp_path, 4)
    assert remove_damaged(tmp_path) == []
    assert [number_in(tmp_path / name) for name in ("checkpoint.pt", "checkpoint_previous.pt")] == [4, 1]


def test_damaged_sums_are_no_damaged_checkpoint(tmp_path: Path) -> None:
    save(tmp_path, 1)
    for text in ("", "[]", '{"checkpoint.pt": 1}'):
        (tmp_path / SUMS).write_text(text, encoding="utf-8")
        assert remove_damaged(tmp_path) == []
    save(tmp_path, 2)
    assert number_in(tmp_path / "checkpoint.pt") == 2

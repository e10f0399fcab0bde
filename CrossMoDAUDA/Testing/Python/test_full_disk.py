"""A full disk as each library meets it: the disk itself is asked, so that nothing else is taken for one."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import blosc2
import numpy as np
import pytest
import torch
from CrossMoDAUDALib.compute.checkpoints import replacing_checkpoint
from CrossMoDAUDALib.core.errors import CrossModaError
from CrossMoDAUDALib.core.failures import explain, is_unexpected
from CrossMoDAUDALib.core.files import asking_the_disk, replacing
from CrossMoDAUDALib.core.progress import silent
from CrossMoDAUDALib.segmentation import preparation
from CrossMoDAUDALib.segmentation.dataset import TrainingCase
from CrossMoDAUDALib.segmentation.nnunet import nnunet_session
from safetensors.torch import save_file

MANY = torch.rand(100_000)


def pytorch(folder: Path) -> None:
    with replacing_checkpoint(folder / "checkpoint.pt") as partial:
        torch.save({"weights": MANY}, partial)


def safetensors(folder: Path) -> None:
    with replacing(folder / "weights.safetensors") as partial:
        save_file({"weights": MANY}, partial)


def numpy(folder: Path) -> None:
    with replacing(folder / "slices.npy") as partial, partial.open("wb") as file:
        MANY.numpy().tofile(file)


def blosc(folder: Path) -> None:
    with asking_the_disk(folder / "case"):
        blosc2.asarray(MANY.numpy(), urlpath=str(folder / "case.b2nd"), mode="w")


WRITERS: list[Callable[[Path], None]] = [pytorch, safetensors, numpy, blosc]


@pytest.mark.parametrize("write", WRITERS)
def test_a_full_disk_is_told_by_the_file(mount_disk: Callable[[str], Path], write: Callable[[Path], None]) -> None:
    disk = mount_disk("size=64k")
    with pytest.raises(Exception) as caught:
        write(disk)
    message, status = explain(caught.value)
    assert message.startswith(f"The disk is full (writing {disk}") and status == 1
    assert not is_unexpected(caught.value)


def test_nnunets_preprocessing_tells_it_too(mount_disk: Callable[[str], Path], tiny_experiment: Path, tmp_path: Path) -> None:
    name, disk = "Dataset001_PseudoTarget", mount_disk("size=40k")
    raw, planned = tiny_experiment / "nnunet" / "raw", tiny_experiment / "nnunet" / "preprocessed" / name
    (disk / name).mkdir()
    for file in ("nnUNetPlans.json", "dataset.json"):
        (disk / name / file).write_bytes((planned / file).read_bytes())
    label = next((raw / name / "labelsTr").iterdir())
    stem = label.name.removesuffix(".nii.gz")
    case = TrainingCase(stem, raw / name / "imagesTr" / f"{stem}_0000.nii.gz", label)
    with nnunet_session(raw, disk, tmp_path, tmp_path / "log"), pytest.raises(OSError) as caught:
        preparation.preprocess(disk, name, [case], "3d_fullres", 0, silent)
    assert explain(caught.value)[0].startswith(f"The disk is full (writing {disk}")


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("Error while creating the NDArray"),
        RuntimeError("[enforce fail at inline_container.cc:664] . unexpected pos 128 vs 22"),
        RuntimeError("PytorchStreamWriter failed writing file data/0: file write failed"),
        OSError("50000 requested and 512 written"),
    ],
)
def test_the_same_words_on_a_disk_with_room_are_unexpected(tmp_path: Path, error: Exception) -> None:
    def write(place: Any) -> None:
        with place:
            raise error

    for place in (replacing(tmp_path / "file"), asking_the_disk(tmp_path / "file")):
        with pytest.raises(type(error)) as caught:
            write(place)
        assert caught.value is error and is_unexpected(error)
        assert "disk is full" not in explain(error, tmp_path / "worker.log")[0]
    with pytest.raises(RuntimeError) as real, asking_the_disk(tmp_path / "x"):
        blosc2.asarray(np.zeros(3), urlpath=str(tmp_path / "nowhere" / "case.b2nd"), mode="w")
    assert is_unexpected(real.value)


@pytest.mark.parametrize("error", [CrossModaError("Stop."), PermissionError(errno.EACCES, "Denied", "/data/x"), KeyboardInterrupt()])
def test_what_says_itself_what_it_is_stays_that_on_a_full_disk(mount_disk: Callable[[str], Path], error: BaseException) -> None:
    disk = mount_disk("size=8k")
    with (disk / "filler").open("wb") as file, pytest.raises(OSError):
        file.write(bytes(1 << 16))
    with pytest.raises(type(error)) as caught, asking_the_disk(disk / "file"):
        raise error
    assert caught.value is error

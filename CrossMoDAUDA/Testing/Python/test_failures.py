"""From exceptions to sentences: each kind of failure really brought about where that can be."""

from __future__ import annotations

import errno
import importlib
import sys
import types
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from CrossMoDAUDALib.core.errors import CohortError, CrossModaError, InputError
from CrossMoDAUDALib.core.failures import explain, is_unexpected, missing_packages


def one_sentence(message: str) -> bool:
    return "\n" not in message and bool(message) and "Traceback" not in message


def test_our_own_errors_speak_for_themselves() -> None:
    assert explain(CrossModaError("It failed; do this.")) == ("It failed; do this.", 1)
    assert explain(InputError("It is bad; do that.")) == ("It is bad; do that.", 2)
    assert explain(CohortError(["One.", "Two."])) == ("One. (and 1 more; --dry-run lists all)", 2)


def test_interrupted() -> None:
    message, status = explain(KeyboardInterrupt())
    assert status == 130
    assert "run the same command to continue" in message


@pytest.mark.parametrize("number", [errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)])
def test_full_disk(number: int) -> None:
    message, status = explain(OSError(number, "text of the system", "/data/x.nii.gz"))
    assert status == 1
    assert "disk is full (writing /data/x.nii.gz)" in message
    assert "experiment" in explain(OSError(number, "text"), Path("/data/experiment/worker.log"))[0]


def test_full_disk_as_pytorch_and_safetensors_meet_it(mount_disk: Callable[[str], Path]) -> None:
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    disk = mount_disk("size=64k")
    weights = {"weights": torch.zeros(100_000)}
    with pytest.raises((RuntimeError, OSError)) as saving:
        torch.save(weights, disk / "checkpoint.pt")
    (disk / "checkpoint.pt").unlink()
    with pytest.raises(SafetensorError) as storing:
        save_file(weights, disk / "weights.safetensors")
    for error in (saving.value, storing.value):
        assert explain(error)[0].startswith("The disk is full"), error


def test_forbidden_and_read_only() -> None:
    for number in (errno.EACCES, errno.EPERM, errno.EROFS):
        message, status = explain(OSError(number, "Denied", "/data/x"))
        assert status == 2
        assert "/data/x" in message
        assert "permissions" in message


def test_other_errors_of_the_system_name_the_file(tmp_path: Path) -> None:
    with pytest.raises(OSError) as caught:
        (tmp_path / "missing" / "file").read_bytes()
    message, status = explain(caught.value)
    assert status == 1
    assert str(tmp_path / "missing" / "file") in message
    assert one_sentence(explain(OSError("only text"))[0])


def test_memory() -> None:
    with pytest.raises(MemoryError) as caught:
        np.zeros(1 << 60, np.uint8)
    message, status = explain(caught.value)
    assert status == 1
    assert message.startswith("Memory ran out")
    assert explain(MemoryError())[0] == message
    assert explain(OSError(errno.ENOMEM, "Cannot allocate memory"))[0] == message


def test_memory_as_pytorch_meets_it() -> None:
    import torch

    with pytest.raises(RuntimeError) as caught:
        torch.empty(1 << 60, dtype=torch.uint8)
    assert explain(caught.value)[0].startswith("Memory ran out")


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("can't start new thread"),
        RuntimeError("std::bad_alloc"),
        RuntimeError("Failed to allocate memory for image."),
        ImportError("libtorch_cpu.so: failed to map segment from shared object: Cannot allocate memory"),
    ],
)
def test_memory_as_libraries_under_a_limit_meet_it(error: Exception) -> None:
    message, status = explain(error)
    assert status == 1
    assert message.startswith("Memory ran out")


def test_memory_of_the_gpu() -> None:
    import torch

    for error in (torch.cuda.OutOfMemoryError("CUDA out of memory."), RuntimeError("CUDA error: out of memory\nmore lines")):
        message, status = explain(error)
        assert status == 1
        assert message.startswith("The GPU ran out of memory")
        assert "translation.batch_size" in message
        assert "segmentation.memory_gb" in message


def test_missing_package() -> None:
    with pytest.raises(ModuleNotFoundError) as caught:
        importlib.import_module("no_such_package_anywhere")
    message, status = explain(caught.value)
    assert status == 1
    assert message == (
        f"The Python package no_such_package_anywhere is missing; install with: {sys.executable} -m pip install no_such_package_anywhere"
    )


def test_missing_packages_inside_slicer_come_from_its_extensions(monkeypatch: pytest.MonkeyPatch) -> None:
    application = types.ModuleType("slicer")
    application.app = object()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "slicer", application)
    both = missing_packages(["torch", "nnunetv2", "scipy"])
    assert both.startswith("The Python packages torch, nnunetv2, scipy are missing; ")
    assert "extensions PyTorch and NNUNet" in both
    assert "extension NNUNet" in missing_packages(["nnunetv2"])
    assert "slicer.util.pip_install('safetensors')" in missing_packages(["safetensors"])
    for message in (both, missing_packages(["nnunetv2"]), missing_packages(["safetensors"])):
        assert "-m pip" not in message, "it could replace the packages that Slicer itself is built with"


def test_anything_else_is_one_line_and_says_where_the_details_are(tmp_path: Path) -> None:
    error = ValueError("first line\n  second line " + "x" * 1000)
    message, status = explain(error, tmp_path / "worker.log")
    assert status == 1
    assert one_sentence(message)
    assert message.startswith("Unexpected ValueError: first line second line")
    assert message.endswith(f"please report it with {tmp_path / 'worker.log'}.")
    assert len(message) < 600
    assert explain(ValueError()) == ("Unexpected ValueError: no message; please report it.", 1)


def test_only_the_unexpected_is_unexpected() -> None:
    assert is_unexpected(ZeroDivisionError("division by zero"))
    for error in (
        CrossModaError("x"),
        KeyboardInterrupt(),
        MemoryError(),
        OSError(errno.ENOSPC, "full"),
        ModuleNotFoundError("x", name="x"),
    ):
        assert not is_unexpected(error)

"""From exceptions to sentences: each kind of failure really brought about where that can be."""

from __future__ import annotations

import errno
import importlib
import sys
import types
from pathlib import Path

import numpy as np
import pytest
from CrossMoDAUDALib.core.errors import CohortError, CrossModaError, InputError
from CrossMoDAUDALib.core.failures import explain, is_unexpected, missing_packages, write_traceback


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


@pytest.mark.parametrize("error", [OSError("handle is closed"), ConnectionResetError(errno.ECONNRESET, "Connection reset"), OSError()])
def test_an_error_of_the_system_that_tells_of_no_file_is_unexpected(error: OSError, tmp_path: Path) -> None:
    message, status = explain(error, tmp_path / "worker.log")
    assert one_sentence(message) and status == 1
    assert message.startswith(f"Unexpected {type(error).__name__}: ") and str(tmp_path / "worker.log") in message
    assert is_unexpected(error)


@pytest.mark.parametrize("number", [errno.EIO, errno.EMFILE, errno.ESTALE])
def test_trouble_with_the_disk_needs_no_file_to_be_told(number: int) -> None:
    assert "check the path and the disk" in explain(OSError(number, "text of the system"))[0]


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


def test_a_missing_module_is_told_by_its_package_and_one_of_an_installed_package_is_unexpected() -> None:
    with pytest.raises(ModuleNotFoundError) as missing:
        importlib.import_module("no_such_package_anywhere.inside")
    assert "The Python package no_such_package_anywhere is missing" in explain(missing.value)[0]
    for name in ("json.no_such_module", "CrossMoDAUDALib.no_such_module"):
        with pytest.raises(ModuleNotFoundError) as broken:
            importlib.import_module(name)
        assert explain(broken.value)[0].startswith("Unexpected ModuleNotFoundError") and is_unexpected(broken.value)


def test_missing_packages_inside_slicer_are_installed_by_the_module(monkeypatch: pytest.MonkeyPatch) -> None:
    application = types.ModuleType("slicer")
    application.app = object()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "slicer", application)
    both = missing_packages(["torch", "nnunetv2", "scipy"])
    assert both.startswith("The Python packages torch, nnunetv2, scipy are missing; ")
    assert "install the extension PyTorch" in both, "it chooses the build for the graphics card"
    assert "PyTorch" not in missing_packages(["nnunetv2"])
    for message in (both, missing_packages(["nnunetv2"]), missing_packages(["safetensors"])):
        assert "press Install what is missing" in message
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


def test_the_details_of_the_unexpected_are_kept() -> None:
    try:
        raise OSError("handle is closed")
    except OSError as error:
        log = write_traceback(error)
    assert log is not None
    try:
        text = log.read_text(encoding="utf-8")
        assert "Traceback" in text and "OSError: handle is closed" in text and Path(__file__).name in text
    finally:
        log.unlink()
    assert write_traceback(PermissionError(errno.EACCES, "Denied", "/data/x")) is None


def test_only_the_unexpected_is_unexpected() -> None:
    assert is_unexpected(ZeroDivisionError("division by zero"))
    for error in (
        CrossModaError("x"),
        CrossModaError("Unexpected words are no unexpected error."),
        KeyboardInterrupt(),
        MemoryError(),
        OSError(errno.ENOSPC, "full"),
        ModuleNotFoundError("x", name="no_such_package_anywhere"),
    ):
        assert not is_unexpected(error)


@pytest.mark.parametrize("number", [errno.ENOENT, errno.EEXIST, errno.ENOTDIR, errno.EINVAL])
def test_an_error_on_a_file_that_may_be_our_fault_keeps_its_traceback(number: int) -> None:
    try:
        raise OSError(number, "text of the system", "/data/x")
    except OSError as error:
        log = write_traceback(error)
        assert log is not None
        message, status = explain(error, log)
        text = log.read_text(encoding="utf-8")
        log.unlink()
    assert "Traceback" in text and Path(__file__).name in text
    assert status == 1 and "/data/x: text of the system" in message and message.endswith(f"Details are in {log}.")


@pytest.mark.parametrize("text", ["the tape is out of memory cells", "Out of memory: killed"])
def test_other_words_of_memory_do_not_blame_the_gpu(text: str) -> None:
    assert "GPU" not in explain(ValueError(text))[0]
    assert "The GPU ran out" in explain(RuntimeError(f"CUDA error: {text} out of memory"))[0]

"""What is called damaged is damaged: memory, a GPU or a disk that fails for a moment costs nobody a file."""

from __future__ import annotations

import errno
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from CrossMoDAUDALib.compute import checkpoints
from CrossMoDAUDALib.core.errors import CrossModaError, InputError
from CrossMoDAUDALib.core.failures import explain
from CrossMoDAUDALib.core.progress import silent
from CrossMoDAUDALib.core.settings import Settings, TranslationSettings
from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.images import volumes
from CrossMoDAUDALib.images.volumes import Geometry, Volume
from CrossMoDAUDALib.models.model_folder import read_model
from CrossMoDAUDALib.models.weights import check_weights, load_weights
from CrossMoDAUDALib.segmentation.predictor import Segmenter
from CrossMoDAUDALib.translation.cyclegan import CycleGAN, CycleGANSettings
from CrossMoDAUDALib.translation.slices import FULL_SCALE
from CrossMoDAUDALib.translation.training import train

CPU = torch.device("cpu")
# Each with what is to be said of it instead.
FAILURES = {
    "memory": (MemoryError(), "Memory ran out"),
    "PyTorch's memory": (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes."), "Memory ran out"),
    "GPU": (torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."), "The GPU ran out of memory"),
    "disk": (OSError(errno.EIO, "Input/output error", "checkpoint.pt"), "checkpoint.pt: Input/output error"),
}


@pytest.fixture(params=FAILURES.values(), ids=FAILURES.keys())
def failure(request: pytest.FixtureRequest) -> tuple[Exception, str]:
    return request.param  # type: ignore[no-any-return]


def failing(error: Exception) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


def assert_only_told(raised: BaseException, expected: str) -> None:
    message = explain(raised)[0]
    assert expected in message
    assert "damaged" not in message and "delete" not in message and "copy" not in message


@pytest.fixture
def stopped(tmp_path: Path) -> tuple[Callable[[], None], Path]:
    """A training of the translator that has a checkpoint, as something to go on with, and its folder."""
    for name in ("source", "target"):
        np.save(tmp_path / f"{name}.npy", np.random.default_rng(1).integers(0, FULL_SCALE, (4, 32, 32)).astype("<i2"))
    settings = Settings(
        translation=TranslationSettings(image_size=32, batch_size=2, epochs=1, decay_epochs=0, steps_per_epoch=1),
        translator_section=CycleGANSettings(generator_features=4, generator_blocks=1, discriminator_features=4),
    )

    def go_on() -> None:
        train(tmp_path / "source.npy", tmp_path / "target.npy", tmp_path / "out", settings, CPU, silent)

    go_on()
    return go_on, tmp_path / "out"


@pytest.mark.parametrize("where", ["reading", "using"])
def test_a_checkpoint_that_cannot_be_taken_up_now_is_not_called_damaged(
    stopped: tuple[Callable[[], None], Path], failure: tuple[Exception, str], where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, folder = stopped
    error, expected = failure
    with monkeypatch.context() as patch, pytest.raises(type(error)) as caught:
        patch.setattr(*((torch, "load") if where == "reading" else (CycleGAN, "load_state_dict")), failing(error))
        go_on()
    assert_only_told(caught.value, expected)
    assert checkpoints.remove_damaged(folder) == []
    go_on()


@pytest.mark.parametrize("recorded", [True, False])
def test_a_damaged_checkpoint_is(stopped: tuple[Callable[[], None], Path], recorded: bool) -> None:
    go_on, folder = stopped
    path = folder / "checkpoint.pt"
    path.write_bytes(path.read_bytes()[:1000])
    if not recorded:
        (folder / checkpoints.SUMS).unlink()
    with pytest.raises(CrossModaError, match="is damaged; delete it"):
        go_on()


def test_sums_that_cannot_be_read_now_condemn_no_checkpoint(
    stopped: tuple[Callable[[], None], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, folder = stopped
    before = (folder / checkpoints.SUMS).read_bytes()
    with monkeypatch.context() as patch, pytest.raises(OSError, match="Input/output error"):
        patch.setattr(checkpoints, "read_json", failing(OSError(errno.EIO, "Input/output error", "checkpoints.json")))
        checkpoints.remove_damaged(folder)
    assert (folder / checkpoints.SUMS).read_bytes() == before
    go_on()


def test_weights_for_which_memory_is_missing_are_not_called_damaged(
    tmp_path: Path, failure: tuple[Exception, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import safetensors.numpy
    import safetensors.torch

    error, expected = failure
    path = tmp_path / "weights.safetensors"
    safetensors.torch.save_file({"a": torch.ones(3)}, path)
    with monkeypatch.context() as patch:
        patch.setattr(safetensors.torch, "load", failing(error))
        patch.setattr(safetensors.numpy, "load", failing(error))
        for use in (lambda: load_weights(path), lambda: check_weights(path.read_bytes(), "weights")):
            with pytest.raises(type(error)) as caught:
                use()
            assert_only_told(caught.value, expected)
    assert torch.equal(load_weights(path)["a"], torch.ones(3))
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(InputError, match="damaged"):
        load_weights(path)


def test_a_network_for_which_memory_is_missing_does_not_make_the_plans_damaged(
    tiny_experiment: Path, failure: tuple[Exception, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import nnunetv2.utilities.get_network_from_plans as nnunet

    error, expected = failure
    monkeypatch.setattr(nnunet, "get_network_from_plans", failing(error))
    with pytest.raises(type(error)) as caught:
        Segmenter.load(tiny_experiment, "cpu")
    assert_only_told(caught.value, expected)


@pytest.mark.parametrize("name", ["model.json", "plans.json", "segmenter.safetensors", "experiment.json"])
def test_a_file_that_the_disk_does_not_give_now_is_not_called_damaged(
    tiny_experiment: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is asked for that file with an answer as a network drive gives it for a moment."""

    def refuse(self: Path, *arguments: Any, **options: Any) -> Any:
        if self.name == name:
            raise OSError(errno.EIO, "Input/output error", str(self))
        return opened(self, *arguments, **options)

    opened = Path.open
    model = tiny_experiment / "iteration_1" / "model"
    monkeypatch.setattr(Path, "open", refuse)
    uses: dict[str, Callable[[], object]] = {
        "segmenter.safetensors": lambda: load_weights(model / name),
        "experiment.json": lambda: Experiment.load(tiny_experiment),
    }
    with pytest.raises(InputError) as caught:
        uses.get(name, lambda: read_model(model))()
    assert_only_told(caught.value, f"{name} cannot be read (Input/output error)")


def written_scan(path: Path) -> Path:
    grid = Geometry((4, 3, 2), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0), (1.0, 0, 0, 0, 1.0, 0, 0, 0, 1.0))
    volumes.write_volume(Volume(np.ones((2, 3, 4), np.int16), grid), path)
    return path


def test_a_scan_for_which_memory_is_missing_is_not_called_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import SimpleITK as sitk

    scan = written_scan(tmp_path / "scan.nrrd")
    for method in ("Execute", "ReadImageInformation"):
        with monkeypatch.context() as patch, pytest.raises(MemoryError) as caught:
            patch.setattr(sitk.ImageFileReader, method, failing(RuntimeError("Exception thrown: Failed to allocate memory for image.")))
            volumes.read_volume(scan)
        assert_only_told(caught.value, "Memory ran out")


@pytest.mark.parametrize("name", ["scan.nii.gz", "scan.nii", "scan.mha", "scan.nrrd"])
@pytest.mark.parametrize("opening", range(4))
def test_a_scan_that_the_disk_does_not_give_now_is_not_called_damaged(
    tmp_path: Path, name: str, opening: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk fails when the scan is opened for the first, second, ... time."""
    scan, opened, count = written_scan(tmp_path / name), Path.open, itertools.count()

    def fail_once(self: Path, *arguments: Any, **options: Any) -> Any:
        if self == scan and next(count) == opening:
            raise OSError(errno.EIO, "Input/output error", str(self))
        return opened(self, *arguments, **options)

    monkeypatch.setattr(Path, "open", fail_once)
    try:
        volumes.read_volume(scan)
    except InputError as error:
        assert_only_told(error, "(Input/output error)")
        assert f"{name} cannot be " in str(error)
    else:
        assert next(count) <= opening, "the failure was passed over"


def test_a_marker_that_the_disk_does_not_give_now_does_not_undo_its_stage(tiny_experiment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened, experiment = Path.open, Experiment.load(tiny_experiment)

    def fail(self: Path, *arguments: Any, **options: Any) -> Any:
        if self.parent.name == "stages":
            raise OSError(errno.EIO, "Input/output error", str(self))
        return opened(self, *arguments, **options)

    assert experiment.is_complete("translation/train")
    monkeypatch.setattr(Path, "open", fail)
    with pytest.raises(OSError, match="Input/output error"):
        experiment.is_complete("translation/train")


@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt])
def test_what_could_not_be_written_is_told_also_where_something_else_fails(tmp_path: Path, kind: type[BaseException]) -> None:
    grid = Geometry((4, 3, 2), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0), (1.0, 0, 0, 0, 1.0, 0, 0, 0, 1.0))
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(kind) as caught, volumes.BackgroundWriter() as writer:
        writer.write(Volume(np.ones((2, 3, 4), np.int16), grid), tmp_path / "file" / "scan.nii.gz")
        raise kind("of the block itself")
    assert any("scan.nii.gz could not be written" in note for note in caught.value.__notes__)

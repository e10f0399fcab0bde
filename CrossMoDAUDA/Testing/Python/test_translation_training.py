"""Slices to a trained translator: deterministic and resumable."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from CrossMoDAUDALib.compute.acceleration import Acceleration
from CrossMoDAUDALib.core.errors import CrossModaError, InputError
from CrossMoDAUDALib.core.progress import silent
from CrossMoDAUDALib.translation import training
from CrossMoDAUDALib.translation.cyclegan import CycleGANSettings
from CrossMoDAUDALib.translation.pooling import kept_epochs, kept_weights
from CrossMoDAUDALib.translation.registry import registration
from CrossMoDAUDALib.translation.slices import FULL_SCALE, SliceSampler
from CrossMoDAUDALib.translation.training import train
from safetensors.torch import load_file
from translation_files import CPU, SETTINGS, changed, sliced_domains


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture
def sliced(tmp_path: Path) -> tuple[Path, Path]:
    return sliced_domains(tmp_path)


def test_training_needs_no_scans_and_leaves_what_it_says(sliced: tuple[Path, Path], tmp_path: Path) -> None:
    told: list[tuple[int, int, str, dict[str, float]]] = []
    out = tmp_path / "translation"
    train(*sliced, out, SETTINGS, CPU, lambda step, total, message="", **metrics: told.append((step, total, message, metrics)))
    names = {str(path.relative_to(out).as_posix()) for path in out.rglob("*") if path.is_file()}
    pictures = {f"samples/{name}.png" for name in ("epoch_0001", "epoch_0002", "epoch_0003", "epoch_0004", "latest")}
    checkpoints = {"checkpoint.pt", "checkpoint_previous.pt", "checkpoints.json"}
    assert names == {"losses.csv", "generator.safetensors", "translator.json"} | checkpoints | pictures
    assert [(step, total, message) for step, total, message, _ in told if step % 3 == 0] == [
        (3 * epoch, 12, f"epoch {epoch} of 4") for epoch in (1, 2, 3, 4)
    ]
    rows = [line.split(",") for line in (out / "losses.csv").read_text(encoding="utf-8").splitlines()]
    assert [row[0] for row in rows] == ["epoch", "1", "2", "3", "4"]
    rates = [float(row[rows[0].index("learning_rate")]) for row in rows[1:]]
    assert rates == pytest.approx([0.002, 0.002, 0.002 * 2 / 3, 0.002 / 3])
    assert told[-1][3] == {name: float(value) for name, value in zip(rows[0][1:], rows[-1][1:], strict=True)}
    described = json.loads((out / "translator.json").read_text(encoding="utf-8"))
    assert described["format"] == 1
    assert (described["image_size"], described["translator"]) == (32, "cyclegan-resnet")


def test_training_teaches_the_generators_their_cycle(tmp_path: Path) -> None:
    rows, columns = np.mgrid[0:32, 0:32]
    squares = np.stack([(abs(rows - 10 - i) < 8) & (abs(columns - 20 + i) < 6) for i in range(8)]) * 1.4 - 0.7
    files = tmp_path / "source.npy", tmp_path / "target.npy"
    for path, contrast in zip(files, (1, -1), strict=True):
        np.save(path, (contrast * squares * FULL_SCALE).astype(np.int16))
    settings = changed(epochs=4, decay_epochs=0, steps_per_epoch=12, checkpoint_every=4)
    settings = replace(settings, translator_section=replace(settings.of(CycleGANSettings), generator_features=8))
    train(*files, tmp_path / "out", settings, CPU, silent)
    lines = (tmp_path / "out" / "losses.csv").read_text(encoding="utf-8").splitlines()
    column = lines[0].split(",").index("cycle_source")
    losses = [float(line.split(",")[column]) for line in lines[1:]]
    assert losses[-1] < 0.5 * losses[0]


def result(folder: Path) -> tuple[str, bytes, bytes]:
    names = ("generator.safetensors", "samples/latest.png")
    one, two = ((folder / name).read_bytes() for name in names)
    return (folder / "losses.csv").read_text(encoding="utf-8"), one, two


class Killed(BaseException):
    """Stands for the end of the process."""


def test_without_its_newest_checkpoint_a_training_goes_on_from_the_one_before(sliced: tuple[Path, Path], tmp_path: Path) -> None:
    train(*sliced, tmp_path / "out", SETTINGS, CPU, silent)
    whole, told = result(tmp_path / "out"), []
    (tmp_path / "out" / "checkpoint.pt").unlink()
    train(*sliced, tmp_path / "out", SETTINGS, CPU, lambda step, total, *_, **__: told.append((step, total)))
    total = told[0][1]
    assert (
        total
        * (SETTINGS.translation.epochs + SETTINGS.translation.decay_epochs - 1)
        // (SETTINGS.translation.epochs + SETTINGS.translation.decay_epochs)
        < min(step for step, _ in told)
        <= total
    )
    assert result(tmp_path / "out") == whole


def test_a_training_begun_by_a_version_that_told_more_losses_keeps_its_columns(
    sliced: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(*sliced, tmp_path / "out", SETTINGS, CPU, silent)
    whole, resume = result(tmp_path / "out"), training._resume
    (tmp_path / "out" / "checkpoint.pt").unlink()
    monkeypatch.setattr(training, "_resume", lambda *of: [{"weightless": 0.0, **row} for row in resume(*of)])
    train(*sliced, tmp_path / "out", SETTINGS, CPU, silent)
    assert result(tmp_path / "out") == whole


@pytest.mark.parametrize(("every", "stop"), [(1, 6), (1, 7), (2, 9)], ids=["after an epoch", "within an epoch", "between checkpoints"])
def test_a_killed_training_ends_as_one_that_was_not(sliced: tuple[Path, Path], tmp_path: Path, every: int, stop: int) -> None:
    settings = changed(checkpoint_every=every)
    train(*sliced, tmp_path / "whole", settings, CPU, silent)
    steps: list[int] = []

    def kill(step: int, total: int, message: str = "", **metrics: float) -> None:
        if step >= stop:
            raise Killed

    with pytest.raises(Killed):
        train(*sliced, tmp_path / "killed", settings, CPU, kill)
    assert not (tmp_path / "killed" / "translator.json").exists()
    torch.rand(7)  # the process's own random numbers play no part
    train(*sliced, tmp_path / "killed", settings, CPU, lambda step, *_, **__: steps.append(step))
    assert min(steps) > 3  # it did not start over
    assert result(tmp_path / "killed") == result(tmp_path / "whole")


def test_networks_of_earlier_epochs_are_kept_over_a_kill(sliced: tuple[Path, Path], tmp_path: Path) -> None:
    assert kept_epochs(changed(epochs=100, decay_epochs=100, pooled_epochs=3).translation) == (125, 150, 175)
    assert kept_epochs(changed(epochs=7, decay_epochs=4, pooled_epochs=3).translation) == (8, 9, 10)
    assert kept_epochs(SETTINGS.translation) == kept_epochs(changed(translator="none", pooled_epochs=1).translation) == ()
    settings, folder = changed(pooled_epochs=1), tmp_path / "killed"  # 2 epochs and 2 more of 3 steps each: kept after the third

    def kill(step: int, total: int, message: str = "", **metrics: float) -> None:
        if step >= 9:  # told at the end of the third epoch, when its checkpoint is written
            raise Killed

    with pytest.raises(Killed):
        train(*sliced, folder, settings, CPU, kill)
    kept = load_file(kept_weights(folder, 3))
    checkpoint = torch.load(folder / "checkpoint.pt", weights_only=True)
    assert len(checkpoint["history"]) == 3
    translator = registration("cyclegan-resnet").make(settings, Acceleration.choose(settings, CPU))
    translator.load_state_dict(checkpoint["model"])
    then = translator.trained_network().state_dict()
    assert kept.keys() == then.keys() and all(torch.equal(kept[name], then[name]) for name in kept)
    train(*sliced, folder, settings, CPU, silent)
    train(*sliced, tmp_path / "plain", SETTINGS, CPU, silent)
    assert result(folder) == result(tmp_path / "plain")  # keeping one changes nothing else
    assert [path.name for path in (folder / "pooled").iterdir()] == ["epoch_0003.safetensors"]
    final = load_file(folder / "generator.safetensors")
    assert any(not torch.equal(kept[name], final[name]) for name in kept)
    kept_weights(folder, 3).unlink()
    with pytest.raises(CrossModaError, match=r"epoch_0003\.safetensors is gone; put it back, or delete .*checkpoint\.pt"):
        train(*sliced, folder, settings, CPU, silent)


def test_the_same_seed_trains_the_same_translator(sliced: tuple[Path, Path], tmp_path: Path) -> None:
    for name, seed in (("one", 5), ("two", 5), ("other", 6)):
        train(*sliced, tmp_path / name, replace(SETTINGS, seed=seed), CPU, silent)
    assert result(tmp_path / "one") == result(tmp_path / "two")
    assert result(tmp_path / "one")[1] != result(tmp_path / "other")[1]


def test_a_finished_training_is_not_trained_further(sliced: tuple[Path, Path], tmp_path: Path) -> None:
    train(*sliced, tmp_path / "out", SETTINGS, CPU, silent)
    before = result(tmp_path / "out")
    told: list[int] = []
    train(*sliced, tmp_path / "out", SETTINGS, CPU, lambda step, *_, **__: told.append(step))
    assert not told
    assert result(tmp_path / "out") == before


def test_a_diverging_training_names_the_learning_rate(sliced: tuple[Path, Path], tmp_path: Path) -> None:
    wild = changed(learning_rate=1e30)
    with pytest.raises(CrossModaError, match=r"translation\.learning_rate") as caught:
        train(*sliced, tmp_path / "out", wild, CPU, silent)
    assert not isinstance(caught.value, InputError)
    assert not (tmp_path / "out" / "checkpoint.pt").exists()


def test_a_checkpoint_of_other_settings_or_a_damaged_one_is_refused(sliced: tuple[Path, Path], tmp_path: Path) -> None:
    once = changed(epochs=1, decay_epochs=0, steps_per_epoch=1)
    train(*sliced, tmp_path / "out", once, CPU, silent)
    with pytest.raises(CrossModaError, match=r"another seed \(5, now 6\)"):
        train(*sliced, tmp_path / "out", replace(once, seed=6), CPU, silent)
    checkpoint = tmp_path / "out" / "checkpoint.pt"
    checkpoint.write_bytes(checkpoint.read_bytes()[:1000])
    with pytest.raises(CrossModaError, match="is damaged; delete it"):
        train(*sliced, tmp_path / "out", once, CPU, silent)


def test_a_checkpoint_older_than_a_setting_was_begun_with_its_default(sliced: tuple[Path, Path], tmp_path: Path) -> None:
    train(*sliced, tmp_path, SETTINGS, CPU, silent)
    path = tmp_path / "checkpoint.pt"
    state = torch.load(path, weights_only=True)
    del state["of"]["identity_weight"], state["of"]["checkpoint_every"]
    torch.save(state, path)
    train(*sliced, tmp_path, SETTINGS, CPU, silent)
    other = replace(SETTINGS, translator_section=replace(SETTINGS.translator_section, identity_weight=1.0))
    with pytest.raises(CrossModaError, match=r"another identity_weight \(5.0, now 1.0\)"):
        train(*sliced, tmp_path, other, CPU, silent)


def test_the_sample_picture_shows_each_domain_and_its_translation(sliced: tuple[Path, Path], tmp_path: Path) -> None:
    from PIL import Image

    once = changed(epochs=1, decay_epochs=0, steps_per_epoch=1)
    train(*sliced, tmp_path / "out", once, CPU, silent)
    picture = np.asarray(Image.open(tmp_path / "out" / "samples" / "latest.png"))
    assert picture.shape == (4 * 34 * 8, 4 * 34 * 8)
    source, target = SliceSampler(*sliced, SETTINGS.translation, 5, CPU).spread(4)
    for column, images in ((0, source), (2, target)):
        shown = picture[8 : 33 * 8 : 8, (34 * column + 1) * 8 : (34 * column + 33) * 8 : 8].astype(float) / 127.5 - 1
        np.testing.assert_allclose(shown, images[0, 0], atol=0.005)

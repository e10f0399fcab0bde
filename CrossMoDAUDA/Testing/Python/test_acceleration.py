"""How networks run: precision and compilation, and that neither changes what is computed beyond rounding."""

from __future__ import annotations

import copy
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from CrossMoDAUDALib import acceleration, cli, volumes
from CrossMoDAUDALib.acceleration import Acceleration, has_bf16_units, use_bf16
from CrossMoDAUDALib.config import Settings, TranslationSettings, with_values
from CrossMoDAUDALib.errors import CrossModaError, InputError
from CrossMoDAUDALib.translation.cyclegan import CycleGAN
from CrossMoDAUDALib.translation.networks import InstanceNorm2d, OutputConv2d, build_generator, initialize
from CrossMoDAUDALib.translation.translator import Translator
from CrossMoDAUDALib.volumes import Geometry, Volume

CPU = torch.device("cpu")
SMALL = TranslationSettings(image_size=32, batch_size=2, generator_features=8, generator_blocks=2, discriminator_features=8)


def settings(**values: str) -> Settings:
    return with_values(Settings(), values)


def generator() -> torch.nn.Module:
    network = build_generator(SMALL)
    initialize(network, torch.Generator().manual_seed(0))
    return network


def pictures(seed: int = 0) -> torch.Tensor:
    return torch.rand((2, 1, 32, 32), generator=torch.Generator().manual_seed(seed)) * 2 - 1


def test_fp32_is_the_plain_network_to_the_bit() -> None:
    network, images = generator(), pictures()
    how = Acceleration.choose(settings(precision="fp32", compile="off"), CPU)
    assert str(how) == "fp32"
    assert torch.equal(how.faster(how.place(copy.deepcopy(network)))(images), network(images))


def test_bf16_computes_in_bf16_and_hands_out_float32() -> None:
    network, images = generator(), pictures()
    how = Acceleration.choose(settings(precision="bf16"), CPU)
    seen: list[torch.dtype] = []
    network.layers[-3].register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0].dtype))
    found = how.faster(network)(images)
    assert seen == [torch.bfloat16]
    assert found.dtype == torch.float32
    difference = (found - network(images)).abs().max().item()
    assert 0 < difference < 0.02
    assert all(parameter.dtype == torch.float32 for parameter in network.parameters())


def test_auto_is_bf16_where_the_hardware_has_it() -> None:
    assert use_bf16("auto", CPU) == has_bf16_units(CPU)
    assert use_bf16("bf16", CPU)
    assert not use_bf16("fp32", CPU)
    assert not has_bf16_units(torch.device("mps"))
    flags = Path("/proc/cpuinfo").read_text() if sys.platform == "linux" else ""
    if flags:
        assert has_bf16_units(CPU) == any(flag in flags.split() for flag in ("avx512_bf16", "amx_bf16"))


def test_an_older_pytorch_that_cannot_tell_has_no_bf16_units(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"):
        monkeypatch.delattr(torch.cpu, name, raising=False)
    assert not has_bf16_units(CPU)


def test_a_translated_volume_has_more_than_256_shades_in_bf16() -> None:
    grid = Geometry((64, 48, 3), (1.0, 1.0, 2.0), (0.0, 0.0, 0.0), (-1.0, 0, 0, 0, -1.0, 0, 0, 0, 1.0))
    values = np.random.default_rng(0).integers(0, 1000, (3, 48, 64)).astype(np.int16)
    network = torch.nn.Sequential(torch.nn.Conv2d(1, 8, 1), OutputConv2d(8, 1, 1))
    found = {}
    for how in (Acceleration(CPU, bf16=True), Acceleration(CPU)):
        found[how.bf16] = Translator(copy.deepcopy(network), SMALL, how).translate(Volume(values, grid)).array.astype(int)
    upper = np.unique(found[True][np.abs(found[True]) > 500])  # where bfloat16 has steps of four thousandths
    assert (np.diff(upper) < 4).mean() > 0.5
    assert 0 < np.abs(found[True] - found[False]).max() < 30
    with torch.autocast("cpu", torch.bfloat16):
        assert network[1].train()(torch.zeros(1, 8, 4, 4)).dtype == torch.bfloat16


def test_the_normalisation_that_compiles_is_pytorchs(monkeypatch: pytest.MonkeyPatch) -> None:
    images = torch.randn((2, 5, 12, 9), generator=torch.Generator().manual_seed(1))
    expected = torch.nn.InstanceNorm2d(5)(images)
    assert torch.equal(InstanceNorm2d(5)(images), expected)
    monkeypatch.setattr(torch.compiler, "is_compiling", lambda: True)
    torch.testing.assert_close(InstanceNorm2d(5)(images), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.slow
@pytest.mark.skipif(not acceleration.has_compiler(), reason="there is no C compiler")
def test_a_compiled_training_step_is_the_plain_one() -> None:
    tiny = replace(SMALL, generator_features=4, generator_blocks=1, discriminator_features=4)
    how = Acceleration.choose(with_values(settings(compile="on", precision="fp32"), {}), CPU)
    assert how.compiled
    losses = [
        {name: loss.item() for name, loss in CycleGAN(tiny, 0, which).step(pictures(1), pictures(2)).items()}
        for which in (how, Acceleration(CPU))
    ]
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)


def test_the_command_line_translates_in_either_precision(tiny_experiment: Path, tiny_cohort: Path, tmp_path: Path) -> None:
    scan = next(tiny_cohort.rglob("*_ceT1.nii.gz"))
    found = {}
    for precision in ("fp32", "bf16"):
        options = ["-o", str(tmp_path / precision), "--device", "cpu", "--precision", precision]
        assert cli.main(["translate", str(tiny_experiment), str(scan), *options]) == 0
        found[precision] = volumes.read_volume(next((tmp_path / precision).iterdir())).array.astype(int)
        expected = Translator.load(tiny_experiment, "cpu", precision).translate(volumes.read_volume(scan)).array
        assert np.array_equal(found[precision], expected)
    assert 0 < np.abs(found["fp32"] - found["bf16"]).max() < 100


def test_compilation_is_for_gpus_unless_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acceleration, "has_compiler", lambda: False)
    acceleration.compile_problem.cache_clear()
    assert not Acceleration.choose(settings(compile="auto"), CPU).compiled
    assert not Acceleration.choose(settings(compile="off"), CPU).compiled
    with pytest.raises(InputError, match=r"compile=on: .*no C compiler.*compile=off"):
        Acceleration.choose(settings(compile="on"), CPU)
    acceleration.compile_problem.cache_clear()


def test_waiting_threads_leave_the_cores_to_others(project_root: Path) -> None:
    program = "import os, sys; from CrossMoDAUDALib import cli; cli.main(['--version']); print(os.environ.get('GOMP_SPINCOUNT'))"
    for given, expected in (({}, "10000"), ({"GOMP_SPINCOUNT": "7"}, "7"), ({"OMP_WAIT_POLICY": "ACTIVE"}, "None")):
        kept = {name: value for name, value in os.environ.items() if name not in ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY")}
        environment = {**kept, **given, "PYTHONPATH": str(project_root / "CrossMoDAUDA")}
        done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
        assert done.stdout.split()[-1] == expected


def test_volumes_are_written_while_others_are_made(tmp_path: Path) -> None:
    grid = Geometry((4, 3, 2), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0), (1.0, 0, 0, 0, 1.0, 0, 0, 0, 1.0))
    made = [Volume(np.full((2, 3, 4), value, np.int16), grid) for value in range(5)]
    with volumes.BackgroundWriter() as writer:
        for index, volume in enumerate(made):
            writer.write(volume, tmp_path / f"{index}.nii.gz")
    for index, volume in enumerate(made):
        assert np.array_equal(volumes.read_volume(tmp_path / f"{index}.nii.gz").array, volume.array)


@pytest.mark.parametrize("further", [0, 1])
def test_a_volume_that_cannot_be_written_is_told(tmp_path: Path, further: int) -> None:
    grid = Geometry((4, 3, 2), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0), (1.0, 0, 0, 0, 1.0, 0, 0, 0, 1.0))
    volume = Volume(np.ones((2, 3, 4), np.int16), grid)
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(CrossModaError, match=r"0.nii.gz could not be written"), volumes.BackgroundWriter() as writer:
        for index in range(1 + further):
            writer.write(volume, tmp_path / "file" / f"{index}.nii.gz")

"""How networks run: precision and compilation, and that neither changes what is computed beyond rounding."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
import torch
from CrossMoDAUDALib.commands import cli
from CrossMoDAUDALib.compute import acceleration
from CrossMoDAUDALib.compute.acceleration import Acceleration, has_bf16_units, use_bf16
from CrossMoDAUDALib.core.errors import CrossModaError, InputError
from CrossMoDAUDALib.core.settings import Settings, TranslationSettings, preset_settings, with_values
from CrossMoDAUDALib.images import volumes
from CrossMoDAUDALib.images.volumes import Geometry, Volume
from CrossMoDAUDALib.translation.cyclegan import CycleGANSettings, build_generator
from CrossMoDAUDALib.translation.networks import InstanceNorm2d, OutputConv2d, OutputConvTranspose2d, initialize
from CrossMoDAUDALib.translation.registry import registration, registrations
from CrossMoDAUDALib.translation.trained import TrainedTranslator
from Testing.Host.measuring import unmeasured

CPU = torch.device("cpu")
SMALL = Settings(
    translation=TranslationSettings(image_size=32, batch_size=2),
    translator_section=CycleGANSettings(generator_features=8, generator_blocks=2, discriminator_features=8),
)


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
    assert Acceleration.choose(settings(precision="auto"), CPU).bf16 == has_bf16_units(CPU)
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


@pytest.mark.parametrize("kind", ["cyclegan-resnet", "cyclegan-unet"])
def test_a_translated_slice_has_more_than_256_shades_in_bf16(kind: str) -> None:
    sizes = {"translation.image_size": 128, "cyclegan.generator_features": 4, "cyclegan.generator_blocks": 1}
    network = build_generator(with_values(SMALL, {"translation.translator": kind, **sizes}))
    initialize(network, torch.Generator().manual_seed(0))
    last = next(layer for layer in network.modules() if isinstance(layer, OutputConv2d | OutputConvTranspose2d))
    torch.nn.init.normal_(last.weight, 0.0, 0.3, generator=torch.Generator().manual_seed(1))  # so that the image fills its range
    images = torch.rand((1, 1, 128, 128), generator=torch.Generator().manual_seed(2)) * 2 - 1
    run = Acceleration(CPU, bf16=True).faster(network)
    with torch.inference_mode():
        coarse = run(images)
        network.eval()
        shades = run(images)
    bright = shades.abs() > 0.5
    assert torch.equal(coarse.bfloat16().float(), coarse), "in training bfloat16 is enough, and faster"
    assert bright.sum() > 100
    assert (shades[bright].bfloat16() != shades[bright]).float().mean() > 0.5


@pytest.mark.parametrize("translator", [one.name for one in registrations()])
def test_a_faint_slice_is_read_in_float32_in_bf16(translator: str) -> None:
    """Of shades that differ by a thousandth, bfloat16 would leave none: a generator must see them, as it does in fp32."""
    side = 128 if translator == "cyclegan-unet" else 32
    chosen = with_values(preset_settings("smoke", translator), {"translation.image_size": side, "translation.batch_size": 1})
    network = registration(translator).make(chosen, Acceleration(CPU, bf16=True)).trained_network()
    first = next(layer for layer in network.modules() if isinstance(layer, torch.nn.Conv2d))
    faint = -0.9 + 0.001 * torch.rand((1, 1, side, side), generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        expected = first(faint)
        with Acceleration(CPU, bf16=True).autocast():
            found = first(faint)
    assert expected.std() > 0
    torch.testing.assert_close(found, expected)


def test_the_normalisation_that_compiles_is_pytorchs(monkeypatch: pytest.MonkeyPatch) -> None:
    images = torch.randn((2, 5, 12, 9), generator=torch.Generator().manual_seed(1))
    expected = torch.nn.InstanceNorm2d(5)(images)
    assert torch.equal(InstanceNorm2d(5)(images), expected)
    torch.testing.assert_close(InstanceNorm2d(5)(images.bfloat16()).float(), expected, rtol=0.02, atol=0.02)
    monkeypatch.setattr(torch.compiler, "is_compiling", lambda: True)
    torch.testing.assert_close(InstanceNorm2d(5)(images), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.slow
@pytest.mark.skipif(not acceleration.has_compiler(), reason="there is no C compiler")
def test_a_compiled_training_step_is_the_plain_one(project_root: Path) -> None:
    program = textwrap.dedent("""
        import json, torch
        from CrossMoDAUDALib.compute.acceleration import Acceleration
        from CrossMoDAUDALib.core.settings import Settings, with_values
        from CrossMoDAUDALib.translation.cyclegan import CycleGAN
        sizes = {"generator_features": 4, "generator_blocks": 1, "discriminator_features": 4}
        sizes = {"translation.image_size": 32, **{f"cyclegan.{name}": value for name, value in sizes.items()}}
        draws = torch.Generator().manual_seed(1)
        slices = [torch.rand((2, 1, 32, 32), generator=draws) * 2 - 1 for _ in range(2)]
        found = []
        for precision in ("fp32", "bf16"):
            for compile in ("on", "off"):
                settings = with_values(Settings(), {**sizes, "precision": precision, "compile": compile})
                how = Acceleration.choose(settings, torch.device("cpu"))
                assert how.compiled == (compile == "on")
                model = CycleGAN(settings, how)
                found.append({name: loss.item() for name, loss in model.step(*slices).items()})
        print(json.dumps(found))
    """)
    # In a process of its own: PyTorch's compiler leaves helpers behind.
    environment = {**unmeasured(), "PYTHONPATH": str(project_root / "CrossMoDAUDA"), "TORCHINDUCTOR_COMPILE_THREADS": "1"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    compiled, plain, compiled_bf16, plain_bf16 = json.loads(done.stdout.splitlines()[-1])
    assert compiled == pytest.approx(plain, rel=1e-4)
    assert compiled_bf16 == pytest.approx(plain_bf16, rel=0.05)


def test_the_command_line_translates_in_either_precision(tiny_experiment: Path, tiny_cohort: Path, tmp_path: Path) -> None:
    scan = next(tiny_cohort.rglob("*_ceT1.nii.gz"))
    found = {}
    for precision in ("fp32", "bf16"):
        options = ["-o", str(tmp_path / precision), "--device", "cpu", "--precision", precision]
        assert cli.main(["translate", str(tiny_experiment), str(scan), *options]) == 0
        found[precision] = volumes.read_volume(next((tmp_path / precision).iterdir())).array.astype(int)
        expected = TrainedTranslator.load(tiny_experiment, "cpu", precision).translate(volumes.read_volume(scan)).array
        assert np.array_equal(found[precision], expected)
    assert 0 < np.abs(found["fp32"] - found["bf16"]).max() < 100


def test_compilation_is_for_gpus_unless_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acceleration, "compile_problem", lambda device: "")
    assert Acceleration.choose(settings(compile="on"), CPU).compiled
    assert not Acceleration.choose(settings(compile="auto"), CPU).compiled
    assert not Acceleration.choose(settings(compile="off"), CPU).compiled
    monkeypatch.undo()
    monkeypatch.setattr(acceleration, "has_compiler", lambda: False)
    acceleration.compile_problem.cache_clear()
    with pytest.raises(InputError, match=r"compile=on: .*no C compiler.*compile=off"):
        Acceleration.choose(settings(compile="on"), CPU)
    acceleration.compile_problem.cache_clear()


def test_waiting_threads_leave_the_cores_to_others(project_root: Path) -> None:
    program = "import os, sys; from CrossMoDAUDALib.commands import cli; cli.main(['--version']); print(os.environ.get('GOMP_SPINCOUNT'))"
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

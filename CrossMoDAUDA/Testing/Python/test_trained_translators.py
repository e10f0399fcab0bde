"""A trained translator is read as it was written."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from CrossMoDAUDALib.compute.acceleration import Acceleration
from CrossMoDAUDALib.core.settings import preset_settings, with_values
from CrossMoDAUDALib.translation import training
from CrossMoDAUDALib.translation.registry import registration, registrations
from CrossMoDAUDALib.translation.trained import TrainedTranslator


@pytest.mark.parametrize("preset", ["laptop", "sample", "smoke"])
@pytest.mark.parametrize("translator", [one.name for one in registrations()])
def test_a_translator_of_any_preset_translates_as_it_was_trained_once_it_is_read(translator: str, preset: str, tmp_path: Path) -> None:
    """Its description must hold all that shapes its network."""
    torch.set_num_threads(1)
    side = 128 if translator == "cyclegan-unet" else 64
    chosen = with_values(preset_settings(preset, translator), {"translation.image_size": side})
    widths = [key for key in chosen.values() if key.endswith(("generator_features", "discriminator_features"))]
    chosen = with_values(chosen, dict.fromkeys(widths, 4))
    trained = registration(translator).make(chosen, Acceleration(torch.device("cpu")))
    training._write_translator(tmp_path / "translation", trained, chosen)
    read = TrainedTranslator.load(tmp_path, "cpu", "fp32")
    slices = torch.rand((1, 1, side, side)) * 2 - 1
    with torch.inference_mode():
        expected, found = trained.trained_network().eval()(slices), read._network(slices)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)

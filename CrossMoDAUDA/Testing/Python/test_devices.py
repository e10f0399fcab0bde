"""A device name becomes a device of this machine, or a sentence that says what there is."""

from __future__ import annotations

import pytest
import torch
from CrossMoDAUDALib import devices
from CrossMoDAUDALib.errors import InputError


def test_auto_is_the_fastest_there_is() -> None:
    expected = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    assert devices.resolve("auto").type == expected


def test_the_cpu_is_always_there_and_describes_itself() -> None:
    device = devices.resolve("CPU")
    assert device == torch.device("cpu")
    assert devices.describe(device) == f"CPU ({torch.get_num_threads()} threads)"


def test_a_device_that_is_not_there_is_refused_with_those_that_are() -> None:
    missing = f"cuda:{torch.cuda.device_count() if torch.cuda.is_available() else 7}"
    with pytest.raises(InputError, match=rf"no device {missing} .* cpu\.$"):
        devices.resolve(missing)


def test_a_word_that_is_no_device_is_refused() -> None:
    with pytest.raises(InputError, match="no device 'gpu'"):
        devices.resolve("gpu")

"""A device name becomes a device of this machine, or a sentence that says what there is."""

from __future__ import annotations

import pytest
import torch
from CrossMoDAUDALib.compute import devices
from CrossMoDAUDALib.core.errors import InputError


def test_auto_is_the_fastest_there_is() -> None:
    expected = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    assert devices.resolve("auto").type == expected


def test_the_cpu_is_always_there_and_describes_itself() -> None:
    device = devices.resolve("CPU")
    assert device == torch.device("cpu")
    count = torch.get_num_threads()
    assert devices.describe(device) == ("CPU (1 thread)" if count == 1 else f"CPU ({count} threads)")


def test_a_device_that_is_not_there_is_refused_with_those_that_are() -> None:
    missing = f"cuda:{torch.cuda.device_count() if torch.cuda.is_available() else 7}"
    with pytest.raises(InputError, match=rf"no device {missing} .* cpu\.$"):
        devices.resolve(missing)


def test_a_word_that_is_no_device_is_refused() -> None:
    with pytest.raises(InputError, match="no device 'gpu'"):
        devices.resolve("gpu")


def test_one_name_is_one_device_for_a_training_too() -> None:
    assert devices.resolve_all("cpu") == [torch.device("cpu")]
    assert devices.resolve_all("auto") == [devices.resolve("auto")]


def test_of_several_devices_every_one_must_be_there() -> None:
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    with pytest.raises(InputError, match=rf"no device cuda:{count + 1} "):
        devices.resolve_all(f"cuda:0,{count + 1}")


@pytest.mark.skipif(torch.cuda.device_count() < 2, reason="needs two GPUs")
def test_several_devices_keep_their_order_and_the_first_is_for_one_alone() -> None:
    assert devices.resolve_all("cuda:1,0") == [torch.device("cuda:1"), torch.device("cuda:0")]
    assert torch.cuda.current_device() == 1
    assert devices.resolve("cuda:1,0") == torch.device("cuda:1")

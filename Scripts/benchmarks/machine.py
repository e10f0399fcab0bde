"""What the numbers were measured on, and how fast it multiplies matrices."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import statistics
import subprocess
import time
from pathlib import Path
from typing import Any

from . import measuring

PACKAGES = ("torch", "nnunetv2", "SimpleITK", "numpy")


def describe(device: Any) -> dict[str, Any]:
    """The machine, its software and the time, in plain JSON types."""
    import psutil
    import torch
    from CrossMoDAUDALib.compute.acceleration import has_bf16_units

    found: dict[str, Any] = {
        "device": str(device),
        "CPU": _cpu_model(),
        "cores": psutil.cpu_count(logical=False) or os.cpu_count(),
        "logical cores": os.cpu_count(),
        "threads of PyTorch": torch.get_num_threads(),
        "bf16 units of the CPU": has_bf16_units(torch.device("cpu")),
        "memory (GiB)": round(psutil.virtual_memory().total / 2**30, 1),
    }
    if device.type == "cuda":
        properties = torch.cuda.get_device_properties(device)
        found["GPU"] = properties.name
        found["GPU memory (GiB)"] = round(properties.total_memory / 2**30, 1)
        found["CUDA"] = torch.version.cuda
        found["cuDNN"] = torch.backends.cudnn.version()
    found["operating system"] = platform.platform()
    found["Python"] = platform.python_version()
    found.update({name: _version(name) for name in PACKAGES})
    found["date"] = time.strftime("%Y-%m-%d %H:%M %z")
    found["git commit"] = _commit()
    return found


def matrix_product_rate(device: Any, bf16: bool, quick: bool = False) -> float:
    """Floating-point operations a second of a large matrix product: the median of several.

    In float32 a CUDA device may use TF32, as PyTorch's convolutions do by default.
    """
    import torch

    size = 8192 if device.type == "cuda" else 1024 if quick else 2048
    left, right = torch.randn(2, size, size, device=device, dtype=torch.bfloat16 if bf16 else torch.float32)
    before = torch.backends.cuda.matmul.allow_tf32
    torch.backends.cuda.matmul.allow_tf32 = True
    try:
        times = measuring.interleaved({"product": lambda: torch.mm(left, right)}, 3 if quick else 9, device, warm_up=2)
    finally:
        torch.backends.cuda.matmul.allow_tf32 = before
    return 2 * size**3 / statistics.median(times["product"])


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _cpu_model() -> str:
    listed = Path("/proc/cpuinfo")
    if listed.is_file():
        for line in listed.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _commit() -> str:
    """The commit of the checkout, with a mark if files differ from it; empty where there is none."""
    command = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        return subprocess.run(command, capture_output=True, text=True).stdout.strip()
    except OSError:
        return ""

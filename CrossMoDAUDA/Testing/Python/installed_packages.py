"""Installed packages that exist only as metadata, so that tests can have any version of anything; wheels of such."""

from __future__ import annotations

import zipfile
from pathlib import Path

# What nnU-Net is made of, in versions that fit.
PARTS = {"acvl-utils": "0.2.6", "dynamic-network-architectures": "0.4.4", "batchgenerators": "0.25.5", "batchgeneratorsv2": "0.3.6"}


def install(folder: Path, name: str, version: str, *needs: str, module: str = "") -> None:
    """An installed distribution, as far as its metadata tells."""
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *(f"Requires-Dist: {need}" for need in needs)]
    (info / "METADATA").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (info / "RECORD").write_text("", encoding="utf-8")
    if module:
        (info / "top_level.txt").write_text(module + "\n", encoding="utf-8")


def slicer_with(site: Path) -> None:
    """What Slicer brings, as far as it matters here."""
    for name, version in {"numpy": "2.0.2", "SimpleITK": "2.5.2", "scipy": "1.14.1", "pillow": "11.0.0", "requests": "2.32.3"}.items():
        install(site, name, version)


def wheel(folder: Path, name: str, version: str, needs: list[str]) -> None:
    """A wheel without contents."""
    folder.mkdir(exist_ok=True)
    stem = f"{name.replace('-', '_')}-{version}"
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *(f"Requires-Dist: {need}" for need in needs)]
    metadata = "\n".join([*lines, ""])
    with zipfile.ZipFile(folder / f"{stem}-py3-none-any.whl", "w") as archive:
        archive.writestr(f"{stem}.dist-info/METADATA", metadata)
        archive.writestr(f"{stem}.dist-info/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{stem}.dist-info/RECORD", "")

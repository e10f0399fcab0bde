"""What the tests share: the library on the path, real scans where they are, small volumes on any grid."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "CrossMoDAUDA"))

DATA = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def project_root() -> Path:
    """The repository's top folder."""
    return ROOT


@pytest.fixture(scope="session")
def real_scans() -> Path:
    """The folder of real scans; they are private, so other machines lack them."""
    if not DATA.is_dir():
        pytest.skip(f"no real scans at {DATA}")
    return DATA

"""The command that draws the panel: what it writes, and the pictures in the tutorial; the whole of it takes minutes."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
from PIL import Image

pytest.importorskip("slicer")
pytest.importorskip("PySide6")

if TYPE_CHECKING:
    from Testing.Host import Host

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = ROOT / "Scripts" / "panel_pictures.py"


@pytest.fixture(scope="module")
def script() -> Iterator[ModuleType]:
    """Scripts/panel_pictures.py as a module."""
    description = importlib.util.spec_from_file_location("crossmoda_panel_pictures", SCRIPT)
    assert description and description.loader
    module = importlib.util.module_from_spec(description)
    sys.path.insert(0, str(SCRIPT.parent))
    try:
        description.loader.exec_module(module)
        yield module
    finally:
        sys.path.remove(str(SCRIPT.parent))


def test_its_settings_are_settings(script: ModuleType) -> None:
    from CrossMoDAUDALib.core import settings as config

    smoke = config.preset_settings("smoke")
    for key, value in script.SETTINGS.items():
        assert config.with_values(smoke, {key: value}) != smoke, f"{key} repeats the preset"


def test_sections_are_drawn_as_they_are_found(script: ModuleType, host: Host, tmp_path: Path) -> None:
    camera = script.Camera(host, tmp_path)
    script.idle(host, camera)
    assert {path.name for path in camera.written} == {
        f"{section}_idle{ending}.png"
        for section in ("segment", "translate", "adapt", "trainings", "evaluate", "followUp")
        for ending in ("", "@2x", "_dark")
    }
    small, large, dark = (Image.open(tmp_path / f"adapt_idle{ending}.png").convert("L") for ending in ("", "@2x", "_dark"))
    assert large.size == (2 * small.width, 2 * small.height) and abs(small.width - script.WIDTH) < 10
    assert dark.size == small.size and dark.getpixel((2, 2)) < 100 < 200 < small.getpixel((2, 2))
    assert small.height > Image.open(tmp_path / "evaluate_idle.png").height  # only the section that is meant is open


def test_missing_and_installed_packages(script: ModuleType, host: Host, tmp_path: Path) -> None:
    camera = script.Camera(host, tmp_path, {"packages_missing": "only"})
    before = sys.path[:]
    script.packages(host, camera, tmp_path)
    assert sys.path == before and host.widget.panel.dependencies.ready
    assert [path.name for path in camera.written] == ["only.png"] and camera.isComplete()
    with Image.open(tmp_path / "only.png") as picture:
        assert picture.mode == "P"  # a palette


def test_a_picture_that_was_not_taken_is_noticed(script: ModuleType, host: Host, tmp_path: Path) -> None:
    camera = script.Camera(host, tmp_path, {"never_shown": "picture"})
    camera.take("something_else", dark=True)
    assert not camera.written and not camera.isComplete()


def test_spoilt_scans_have_the_three_problems(script: ModuleType, tiny_cohort: Path, tmp_path: Path) -> None:
    from CrossMoDAUDALib.cohort import checking as cohort_check
    from CrossMoDAUDALib.cohort.finding import find_crossmoda
    from CrossMoDAUDALib.core.settings import Settings

    script.spoil(tiny_cohort, tmp_path / "bad")
    rows = cohort_check.check_cohort(find_crossmoda(tmp_path / "bad"), Settings().labels).rows
    assert sum(bool(row.problems) for row in rows) == 3 < len(rows)


def test_the_tutorials_pictures_are_there_shown_and_small(script: ModuleType) -> None:
    folder = ROOT / "Screenshots" / "panel"
    assert {path.name for path in folder.iterdir()} == {f"{name}.png" for name in script.TUTORIAL.values()}
    for path in folder.iterdir():
        assert path.stat().st_size < 90_000, f"{path.name} is too large"
        with Image.open(path) as picture:
            assert abs(picture.width - 2 * script.WIDTH) < 20
    shown = re.findall(r"Screenshots/panel/([\w.]+)", (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8"))
    assert set(shown) == {path.name for path in folder.iterdir()}

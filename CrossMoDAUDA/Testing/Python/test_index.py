"""The entry for Slicer's extensions index agrees with CMakeLists.txt and with what the index checks."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

REQUIRED = {"$schema", "category", "scm_url"}
ALLOWED = REQUIRED | {"build_dependencies", "build_subdirectory", "enabled", "scm_revision", "scm_type", "tier"}
SCHEMA = "https://raw.githubusercontent.com/Slicer/Slicer/main/Schemas/slicer-extension-catalog-entry-schema-v1.0.1.json#"


@pytest.fixture
def cmake(project_root: Path) -> dict[str, str]:
    """The variables that CMakeLists.txt sets, each in one quoted set() as the index reads them; and the project's name."""
    text = (project_root / "CMakeLists.txt").read_text(encoding="utf-8")
    variables = dict(re.findall(r'set\s*\((EXTENSION_\w+)\s*"([^"]+)"\s*\)', text))
    found = re.search(r"project\s*\(\s*([^\s)]+)", text)
    assert found
    return {**variables, "project": found[1]}


@pytest.fixture
def entry(project_root: Path, cmake: dict[str, str]) -> dict[str, Any]:
    """The entry; its file is named after the extension."""
    content = (project_root / f"{cmake['project']}.json").read_bytes()
    assert b"\r" not in content
    data: dict[str, Any] = json.loads(content)
    return data


def test_entry_has_the_schemas_fields(entry: dict[str, Any]) -> None:
    assert set(entry) >= REQUIRED
    assert set(entry) <= ALLOWED
    assert entry["$schema"] == SCHEMA
    assert isinstance(entry["tier"], int) and 1 <= entry["tier"] <= 5
    assert all(isinstance(entry[key], str) for key in ("category", "scm_url", "scm_revision", "build_subdirectory"))


def test_entry_agrees_with_cmake(entry: dict[str, Any], cmake: dict[str, str]) -> None:
    assert entry["category"] == cmake["EXTENSION_CATEGORY"]
    assert entry["build_dependencies"] == cmake["EXTENSION_DEPENDS"].split()
    assert entry["scm_url"] == cmake["EXTENSION_HOMEPAGE"] + ".git"
    raw = entry["scm_url"].replace("github.com", "raw.githubusercontent.com").removesuffix(".git") + f"/{entry['scm_revision']}/"
    for url in [cmake["EXTENSION_ICONURL"], *cmake["EXTENSION_SCREENSHOTURLS"].split()]:
        assert url.startswith(raw)


def test_pictures_that_the_index_shows_are_in_the_repository(entry: dict[str, Any], cmake: dict[str, str], project_root: Path) -> None:
    for url in [cmake["EXTENSION_ICONURL"], *cmake["EXTENSION_SCREENSHOTURLS"].split()]:
        path = project_root / url.partition(f"/{entry['scm_revision']}/")[2]
        assert path.suffix in (".png", ".jpg", ".jpeg", ".gif")
        assert path.is_file()


def test_names_are_as_the_index_wants_them(entry: dict[str, Any], cmake: dict[str, str]) -> None:
    assert not cmake["project"].lower().startswith("slicer")
    assert entry["scm_url"].startswith("https://github.com/")
    assert entry["scm_url"].rpartition("/")[2].startswith("Slicer")

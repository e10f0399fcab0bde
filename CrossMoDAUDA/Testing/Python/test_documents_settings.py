"""docs/settings.md is what Scripts/settings_page.py writes, and has every setting."""

from __future__ import annotations

import dataclasses
import re

import pytest
from conftest import its_translator
from CrossMoDAUDALib.core import settings
from documented_commands import script
from documents import ROOT

PAGE = ROOT / "docs" / "settings.md"


def test_the_page_is_what_the_settings_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == script("Scripts/settings_page.py").page(), "run python3 Scripts/settings_page.py"


def test_the_page_has_every_setting_once_with_a_default_that_can_be_set() -> None:
    rows = re.findall(r"^\| `([\w.]+)` \| (.*?) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert [key for key, _default in rows] == list(settings.setting_fields())
    for key, default in rows:
        written = "" if default == "none" else default.replace("`", "").replace(", ", ",")
        start = settings.with_values(settings.Settings(), its_translator(key))
        assert settings.with_values(start, {key: written}) == start, key


def test_a_setting_that_is_added_or_changed_is_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    page, before = script("Scripts/settings_page.py").page, settings.setting_fields()
    declared, kind = before["seed"]
    renamed = dataclasses.field(default=7, metadata={**declared.metadata, "text": "A new thing.", "low": 3, "high": 9})
    monkeypatch.setattr(settings, "setting_fields", lambda: {**before, "other.new_thing": (renamed, kind)})
    assert "| `other.new_thing` | `7` | 3 to 9 | A new thing. |  |" in page()
    assert "## other" in page()

"""docs/developing.md shows the house as it is: every room on its floor, every file of the tour where it says."""

from __future__ import annotations

import re
import tomllib

from documents import ROOT, pages

LIBRARY = ROOT / "CrossMoDAUDA" / "CrossMoDAUDALib"
(PAGE,) = [page for page in pages() if page.name == "docs/developing.md"]


def rooms() -> set[str]:
    return {folder.name for folder in LIBRARY.iterdir() if (folder / "__init__.py").is_file()}


def floors() -> dict[str, int]:
    """The rooms' floors as import-linter holds them, from 1 at the bottom."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        (contract,) = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    levels = [re.split(r"\W+", level) for level in reversed(contract["layers"])]
    return {name: number for number, names in enumerate(levels, 1) for name in names if name in rooms()}


def test_every_room_stands_on_its_floor() -> None:
    shown = {name: int(number) for number, name in re.findall(r"^\| (\d+) \| `(\w+)/` \| \w", PAGE.text, re.MULTILINE)}
    assert shown == floors()
    assert set(shown) == rooms()
    assert list(shown.values()) == sorted(shown.values(), reverse=True), "from the top floor down"


def test_what_to_call_names_files_of_the_library() -> None:
    (table,) = re.findall(r"^\| You want to \| Call \|\n(.*?)\n\n", PAGE.text, re.MULTILINE | re.DOTALL)
    named = re.findall(r"`([\w/]+\.py)`", table)
    assert len(named) > 10
    assert [name for name in named if not (LIBRARY / name).is_file()] == []

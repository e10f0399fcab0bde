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


def test_what_to_call_is_in_the_file_that_is_named() -> None:
    (table,) = re.findall(r"^\| You want to \| Call \| In \|\n(.*?)\n\n", PAGE.text, re.MULTILINE | re.DOTALL)
    rows = [line.strip("| ").split(" | ") for line in table.splitlines()[1:]]
    assert len(rows) > 10
    for _, calls, files in rows:
        text = "".join((LIBRARY / file).read_text(encoding="utf-8") for file in re.findall(r"`([\w/]+\.py)`", files))
        for call in re.findall(r"`([\w.]+)`", calls):
            for name in call.strip(".").split("."):
                assert re.search(rf"(?:def|class|import) {name}\b", text), f"{call} is not in {files}"

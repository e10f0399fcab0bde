"""Numbers of README.md and docs/ that can be counted are those that there are."""

from __future__ import annotations

import re

import pytest
from CrossMoDAUDALib.core.settings import preset_settings
from documents import pages
from Testing.Zoo import specimens

TRUST, METHOD = (next(page.text for page in pages() if page.name == f"docs/{name}.md") for name in ("trust", "method"))


def test_the_bad_files_are_as_many_as_the_page_says() -> None:
    ((few, many),) = re.findall(r"^\| bad files \| ([\d,]+) \|.*: ([\d,]+) runs \|$", TRUST, re.MULTILINE)
    assert [int(number.replace(",", "")) for number in (few, many)] == [len(specimens()), len(specimens(every_door=True))]


def test_the_table_of_faults_adds_up() -> None:
    rows = re.findall(r"^\| (.+?) \| (\d+) \| (\d+) \|$", TRUST, re.MULTILINE)
    *each, (last, *whole) = [(name.strip("*"), int(tried), int(survived)) for name, tried, survived in rows]
    assert last == "all" and whole == [sum(row[column] for row in each) for column in (1, 2)]


@pytest.mark.parametrize(("heading", "translator"), [("CUT", "cut"), ("NICE-GAN", "nice-gan")])
def test_a_translators_learning_rate_is_that_of_its_preset(heading: str, translator: str) -> None:
    section = re.split(r"^## ", METHOD, flags=re.MULTILINE)
    (row,) = (re.search(r"^\| Optimiser \|.*$", one, re.MULTILINE) for one in section if one.startswith(heading))
    assert row
    for preset in ("paper", "laptop"):
        rate = f"{preset_settings(preset, translator).translation.learning_rate:.5f}".rstrip("0")
        assert rate in row[0] and f"`{preset}`" in row[0], (translator, preset)

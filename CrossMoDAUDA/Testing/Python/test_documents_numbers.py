"""Numbers of README.md and docs/ that can be counted are those that there are."""

from __future__ import annotations

import re

from documents import pages
from Testing.Zoo import specimens

TRUST = next(page.text for page in pages() if page.name == "docs/trust.md")


def test_the_bad_files_are_as_many_as_the_page_says() -> None:
    ((few, many),) = re.findall(r"^\| bad files \| ([\d,]+) \|.*: ([\d,]+) runs \|$", TRUST, re.MULTILINE)
    assert [int(number.replace(",", "")) for number in (few, many)] == [len(specimens()), len(specimens(every_door=True))]


def test_the_table_of_faults_adds_up() -> None:
    rows = re.findall(r"^\| (.+?) \| (\d+) \| (\d+) \|$", TRUST, re.MULTILINE)
    *each, (last, *whole) = [(name.strip("*"), int(tried), int(survived)) for name, tried, survived in rows]
    assert last == "all" and whole == [sum(row[column] for row in each) for column in (1, 2)]

"""What a study writes for people and programs, renewed after each scoring."""

from __future__ import annotations

from dataclasses import replace

from ..core.files import write_text
from .page import page
from .request import Study
from .results import Results, read_results
from .tables import write_tables
from .trust import trust

PAGE = "study.html"


def write_results(study: Study) -> Results:
    """Renew ``table.md``, ``table.csv``, ``per_case.csv`` and ``study.html`` in the study's folder; give what is in them."""
    results = read_results(study)
    results = replace(results, trust=trust(results))
    write_tables(results)
    write_text(study.folder / PAGE, page(results))
    return results

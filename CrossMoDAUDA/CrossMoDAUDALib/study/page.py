"""A study as one page that needs nothing beside it."""

from __future__ import annotations

import html

from .results import Results
from .tables import markdown


def page(results: Results) -> str:
    """The page's HTML."""
    return f"<!doctype html><meta charset=utf-8><title>Study</title><pre>{html.escape(markdown(results))}</pre>\n"

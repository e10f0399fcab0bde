"""Texts of the library that the panel shows in the user's language."""

from __future__ import annotations


def _(text: str) -> str:
    """Mark a text that the panel translates. It is collected, and looked up, under the file that marks it."""
    return text

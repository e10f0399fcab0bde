"""README.md and docs/ as the tests read them: pages with their headings, links, fenced blocks and inline code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_LINK = re.compile(r"\]\(([^)\s]+)\)|<(?:img|a)\b[^>]*\b(?:src|href)=\"([^\"]+)\"")


@dataclass(frozen=True)
class Page:
    """A page of Markdown.

    Attributes:
        name: its path from the repository's top folder, with forward slashes.
    """

    name: str
    text: str

    @property
    def path(self) -> Path:
        """Where it lies."""
        return ROOT / self.name

    @cached_property
    def prose(self) -> str:
        """The page without its fenced blocks."""
        return _FENCE.sub("", self.text)

    @cached_property
    def blocks(self) -> list[tuple[str, str]]:
        """Language and text of each fenced block."""
        return [(language, body) for _indent, language, body in _FENCE.findall(self.text)]

    @cached_property
    def inline(self) -> list[str]:
        """What stands between single backticks outside of fenced blocks."""
        return _INLINE.findall(self.prose)

    @cached_property
    def links(self) -> list[str]:
        """Targets of links and pictures, as written."""
        without_code = _INLINE.sub("", self.prose)
        return [markdown or html for markdown, html in _LINK.findall(without_code)]

    @cached_property
    def anchors(self) -> list[str]:
        """The anchors that GitHub gives the page's headings."""
        found: list[str] = []
        for heading in re.findall(r"^#+ +(.+?) *#*$", self.prose, re.MULTILINE):
            plain = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", heading).replace("`", "").lower()
            slug = "".join(letter for letter in plain if letter.isalnum() or letter in " -_").replace(" ", "-")
            repeated = sum(name == slug or re.fullmatch(rf"{re.escape(slug)}-\d+", name) is not None for name in found)
            found.append(f"{slug}-{repeated}" if repeated else slug)
        return found


def pages() -> list[Page]:
    """README.md and every page of docs/."""
    files = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [Page(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in files]


def command_lines(body: str) -> list[str]:
    """The commands of a shell block: continued lines joined, comments and empty lines left out."""
    joined = body.replace("\\\n", " ")
    lines = [re.sub(r"(^|\s)#.*$", "", line).strip() for line in joined.splitlines()]
    return [line for line in lines if line]

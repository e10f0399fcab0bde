"""Pieces of a page: every text that they are given is escaped, every picture lies inside of the page, and there is no script."""

from __future__ import annotations

import base64
import html
import io
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .style import STYLE

if TYPE_CHECKING:
    from PIL import Image

escape = html.escape

# What stands in the way of a page that loads from elsewhere, should anything ever slip into one.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def document(title: str, body: str, more_style: str = "", meta: Mapping[str, str] | None = None) -> str:
    """A whole page.

    Args:
        title: plain text.
        body: HTML.
        more_style: CSS beside that of all pages.
        meta: what the page tells programs, by name.
    """
    told = "".join(f'<meta name="{escape(name)}" content="{escape(text)}">\n' for name, text in (meta or {}).items())
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n{told}'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}{more_style}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def section(title: str, inner: str, anchor: str = "") -> str:
    """A part of the page with a heading.

    Args:
        title: plain text.
        inner: HTML.
        anchor: a name that a link can lead to.
    """
    named = f' id="{escape(anchor)}"' if anchor else ""
    return f"<section{named}><h2>{escape(title)}</h2>{inner}</section>"


def paragraph(text: str, kind: str = "") -> str:
    """A paragraph of plain text, in which ``**`` marks what is bold.

    >>> paragraph("**Do not** trust <this>.")
    '<p><b>Do not</b> trust &lt;this&gt;.</p>'
    """
    return f"<p{f' class={kind}' if kind else ''}>{bold(text)}</p>"


def bullets(texts: Sequence[str], kind: str = "") -> str:
    """A list of plain texts, in which ``**`` marks what is bold; empty without any."""
    return f"<ul{f' class={kind}' if kind else ''}>{''.join(f'<li>{bold(text)}</li>' for text in texts)}</ul>" if texts else ""


def details(summary: str, inner: str) -> str:
    """HTML that is shown when its summary, plain text, is pressed."""
    return f"<details><summary>{escape(summary)}</summary>{inner}</details>"


def bold(text: str) -> str:
    """Escaped text with Markdown's ``**`` and backticks as HTML."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", escape(text)))


def badge(kind: str, word: str) -> str:
    """A word on a coloured ground: ``good``, ``bad`` or ``unsure``."""
    return f'<span class="badge {kind}">{escape(word)}</span>'


def tiles(found: Sequence[tuple[str, str, str]]) -> str:
    """Large figures beside each other.

    Args:
        found: of each the figure, its name and a remark, plain texts.
    """
    shown = (f"<div><b>{escape(value)}</b><span>{escape(name)}</span><i>{escape(more)}</i></div>" for value, name, more in found)
    return f'<div class="tiles">{"".join(shown)}</div>'


def simple_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of plain texts, the first column as headings."""
    head = "".join(f"<th scope=col>{escape(text)}</th>" for text in heads)
    body = "".join(
        f"<tr><th scope=row>{escape(first)}</th>{''.join(f'<td>{bold(text)}</td>' for text in rest)}</tr>" for first, *rest in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def wide(table: str) -> str:
    """A table that is scrolled where the window is narrower; the keyboard reaches it."""
    return f'<div class="wide" tabindex="0">{table}</div>'


def value_text(value: object) -> str:
    """A setting's value as a page shows it.

    >>> value_text((1, 2)), value_text({"Tumour": 1}), value_text("")
    ('1, 2', 'Tumour: 1', 'none')
    """
    if isinstance(value, dict):
        return ", ".join(f"{name}: {inner}" for name, inner in value.items())
    text = ", ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
    return text or "none"


def data_uri(picture: Image.Image, **options: Any) -> str:
    """A picture as a JPEG inside of the page.

    Args:
        options: Pillow's, such as ``subsampling``.
    """
    data = io.BytesIO()
    picture.save(data, "JPEG", **{"quality": 88, **options})
    return "data:image/jpeg;base64," + base64.b64encode(data.getvalue()).decode("ascii")

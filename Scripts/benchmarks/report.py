"""The table: one place that turns rows into Markdown and JSON, and tells which bounds do not hold."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .measuring import FASTER, SHARE, Row

HEADINGS = ("measurement", "ours", "reference", "ratio (least to most)", "bound", "note")


def broken(rows: Sequence[Row]) -> list[str]:
    """A line for each bound that does not hold."""
    return [f"{row.name}: {row.bound} does not hold ({_values(row)})" for row in rows if row.holds is False]


def markdown(groups: dict[str, list[Row]], machine: dict[str, Any], quick: bool) -> str:
    """The whole report."""
    lines = ["# Benchmark", ""]
    if quick:
        lines += ["**Quick**: small sizes and few repeats, to see that it works; times are neither judged nor worth quoting.", ""]
    lines += ["A ratio is the median over pairs of runs that took turns, with the least and the most; above 1 is in our favour.", ""]
    for name, rows in groups.items():
        lines += [f"## {name}{' (quick)' if quick else ''}", "", *table(rows), ""]
    lines += ["## Measured on", "", *(f"- {key}: {value}" for key, value in machine.items() if value != ""), ""]
    return "\n".join(lines)


def write(folder: Path, groups: dict[str, list[Row]], machine: dict[str, Any], quick: bool, arguments: Sequence[str]) -> None:
    """Write benchmark.md and benchmark.json."""
    from CrossMoDAUDALib.core.files import write_json, write_text

    write_text(folder / "benchmark.md", markdown(groups, machine, quick))
    measurements = {name: [dataclasses.asdict(row) for row in rows] for name, rows in groups.items()}
    data = {"machine": machine, "quick": quick, "arguments": list(arguments), "measurements": measurements}
    # Numbers that are not finite have no place in JSON.
    write_json(folder / "benchmark.json", json.loads(json.dumps(data), parse_constant=lambda _: None))


def table(rows: Sequence[Row]) -> list[str]:
    lines = [HEADINGS, ("---", "---:", "---:", "---:", "---", "---")]
    for row in rows:
        state = {True: "holds", False: "**does not hold**", None: "not judged"}[row.holds]
        bound = f"{row.bound}: {state}" if row.bound else ""
        lines.append((row.name, _number(row.ours, row.unit), _number(row.reference, row.unit), _ratio(row), bound, row.note))
    return ["| " + " | ".join(cell.replace("|", "/") for cell in line) + " |" for line in lines]


def _ratio(row: Row) -> str:
    if row.ratio is None:
        return ""
    middle, least, most = row.ratio
    if row.ratio_of == SHARE:
        return f"{middle:.1%} ({least:.1%} to {most:.1%})"
    spread = "" if least == most else f" ({_three_digits(least)} to {_three_digits(most)})"
    return f"{_three_digits(middle)}{spread}"


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    if not math.isfinite(value):
        return f"{value}"
    if value != 0 and (abs(value) >= 1e6 or abs(value) < 1e-3):
        return f"{value:.2e} {unit}".strip()
    return f"{_three_digits(value)} {unit}".strip()


def _three_digits(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _values(row: Row) -> str:
    parts = [f"ours {_number(row.ours, row.unit)}"] if row.ours is not None else []
    parts += [f"reference {_number(row.reference, row.unit)}"] if row.reference is not None else []
    parts += [f"ratio {_ratio(row)}"] if row.ratio else []
    parts += [f"as {FASTER}"] if row.ratio and row.ratio_of == FASTER else []
    return ", ".join(parts) or row.note

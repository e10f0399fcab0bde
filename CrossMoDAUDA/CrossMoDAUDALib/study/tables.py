"""A study's tables: ``table.md`` for people, ``table.csv`` and ``per_case.csv`` for programs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .. import NOT_CLINICAL
from ..core.files import write_csv, write_text
from ..core.layout import EXPERIMENTS, iteration_name
from ..method.evidence import HOW_TO_READ_EVIDENCE, ranking_lines
from ..pages.paths import Paths
from ..scoring.absent import absent_notes
from ..scoring.comparison import (
    FEWEST_TESTED,
    HOW_TO_READ_VERDICTS,
    LEAST_SHARE,
    MOST_SHARE,
    SMALLEST_GAP,
    GapClosed,
    PairedTest,
    signed,
    smallest_p,
)
from ..scoring.evaluation import NOT_DRAWN, Statistic
from .left_out import left_out_words
from .request import SOURCE_ONLY, SUPERVISED
from .results import Results, Row
from .trust import how_to_use

SMALL_GAP = 0.05  # of which a share says little, though it is defined
TABLE, TABLE_CSV, PER_CASE = "table.md", "table.csv", "per_case.csv"
_MEASURES = (("dice", "DSC, {}", "↑"), ("assd", "ASSD, {} (mm)", "↓"), ("hd95", "HD95, {} (mm)", "↓"))


def columns(results: Results) -> list[tuple[str, str, str, bool]]:
    """The table's columns of scores: measure, structure (none is the mean over them), heading, whether more is better."""
    found = [("mean_dice", "", "DSC, mean ↑", True)]
    for measure, heading, arrow in _MEASURES:
        found += [(measure, name, f"{heading.format(name)} {arrow}", measure == "dice") for name in results.structures]
    return found


def statistic(row: Row, measure: str, structure: str) -> Statistic | None:
    """A cell of the table; None where nothing was drawn."""
    found: Statistic | None = row.table.mean_dice if measure == "mean_dice" else getattr(row.table, measure)[structure]
    return found


def number(value: float, measure: str) -> str:
    """A score as the table shows it."""
    return f"{value:.3f}" if "dice" in measure else f"{value:.2f}"


def cell(found: Statistic | None, measure: str) -> str:
    """Mean and standard deviation as the table shows them."""
    if found is None:
        return NOT_DRAWN
    return number(found.mean, measure) + (f" ± {number(found.deviation, measure)}" if found.count > 1 else "")


def gap_text(gap: GapClosed | None) -> str:
    """The share of the gap as the table shows it.

    >>> gap_text(GapClosed(0.8123, 0.7, 0.9)), gap_text(GapClosed(None)), gap_text(None)
    ('81 % (70 to 90)', 'not defined', '')
    >>> gap_text(GapClosed(-15.0, -20.0, -0.2)), gap_text(GapClosed(0.5, -3.0, 4.0))
    ('< -100 %', '50 % (< -100 to > 200)')
    """
    if gap is None:
        return ""
    if gap.share is None:
        return "not defined"
    return f"{percent(gap.share)} %{f' ({interval})' if (interval := interval_text(gap)) else ''}"


def interval_text(gap: GapClosed) -> str:
    """The interval of a share of the gap, in percent; empty where there is none, or the share itself is beyond what is told."""
    if gap.share is None or gap.low is None or gap.high is None or not LEAST_SHARE <= gap.share <= MOST_SHARE:
        return ""
    return f"{percent(gap.low)} to {percent(gap.high)}"


def percent(share: float) -> str:
    """A share of the gap, in percent, as far as it is told."""
    if share < LEAST_SHARE:
        return f"< {100 * LEAST_SHARE:.0f}"
    return f"> {100 * MOST_SHARE:.0f}" if share > MOST_SHARE else f"{round(100 * share)}"  # never -0


def gap_notes(results: Results) -> list[str]:
    """What is to be known of the gap itself: that there is none or a small one, of which shares mean little, and what is not told."""
    floor, ceiling = (row.table.mean_dice if (row := results.row(name)) else None for name in (SOURCE_ONLY, SUPERVISED))
    if floor is None or ceiling is None:
        return []
    gap = round(ceiling.mean - floor.mean, 3)  # as it is shown
    if gap <= 0:
        return [
            f"**The ceiling itself fails:** target-supervised does not beat source only (mean DSC {signed(gap)}), so that there is no gap"
            " to close. Look at its experiment and at the target's labels before you believe the comparison."
        ]
    if gap < SMALLEST_GAP:
        return [
            f"Target-supervised is only {gap:.3f} above source only in mean DSC: too little for a share of that gap to mean anything, so"
            " that gap closed is not defined."
        ]
    known = [row.gap for row in results.rows if row.gap]
    told = [value for one in known for value in (one.share, one.low, one.high) if value is not None]
    beyond = f"below {100 * LEAST_SHARE:.0f} % and above {100 * MOST_SHARE:.0f} % are not told; read the DSC."
    if gap < SMALL_GAP:
        return [
            f"Target-supervised is {gap:.3f} above source only in mean DSC: small differences are large shares of a small gap, and one case"
            f" may decide. Shares {beyond}"
        ]
    return [f"Shares of the gap {beyond}"] if any(not LEAST_SHARE <= value <= MOST_SHARE for value in told) else []


def best_of(results: Results) -> dict[tuple[str, str], float]:
    """By column, the best mean of the methods that adapt; none with less than two of them."""
    found = {}
    for measure, structure, _, more in columns(results):
        means = [cell.mean for row in results.rows if row.is_adapted and (cell := statistic(row, measure, structure))]
        if len(means) > 1:
            found[measure, structure] = max(means) if more else min(means)
    return found


def write_tables(results: Results) -> None:
    """Renew the three tables in the study's folder."""
    folder = results.study.folder
    write_text(folder / TABLE, markdown(results))
    _write_csv(folder / TABLE_CSV, results)
    _write_per_case(folder / PER_CASE, results)


def markdown(results: Results) -> str:
    """The table, the verdicts and the paired tests as Markdown."""
    best, headings = best_of(results), [heading for *_, heading, _ in columns(results)]
    lines = [["Method", "Seeds", "Cases", headings[0], "Gap closed", *headings[1:]]]
    for row in results.rows:
        cells = [row.title, str(len(row.seeds)), str(row.table.cases)]
        for measure, structure, *_ in columns(results):
            found = statistic(row, measure, structure)
            is_best = row.is_adapted and found is not None and found.mean == best.get((measure, structure))
            cells.append(f"**{cell(found, measure)}**" if is_best else cell(found, measure))
        lines.append([*cells[:4], gap_text(row.gap), *cells[4:]])
    parts = ["# Study", f"**{NOT_CLINICAL}**"]
    if failed := problems(results, is_markdown=True):
        parts.append("\n".join(f"- {problem}" for problem in failed))
    parts += left_out_note(results)
    parts += [_as_table(lines), *gap_notes(results), *notes(results), *chosen_note(results)]
    if sentences := verdicts(results):
        parts += ["## Against source only", "\n".join(f"- {sentence}" for sentence in sentences), HOW_TO_READ_VERDICTS]
        parts += tests_left_out(results)
    if results.tests:
        tested = [["Methods", "Difference in mean DSC", "p", "p, Holm"]]
        tested += [
            [f"{test.other} against {test.one}", signed(-test.difference), p_text(test.p), p_text(test.p_holm)] for test in results.tests
        ]
        parts += ["## Paired tests", _as_table(tested), tests_note(results.tests)]
    if known := results.trust:
        parts += ["## Which one to trust, without labels", *known.sentences, *filter(None, [how_to_use(known)])]
        parts += [_as_table(known.lines), HOW_TO_READ_EVIDENCE]
        parts += ["\n".join(f"- {title}: {meaning}" for title, meaning in known.meanings.items())]
        if known.judged:
            parts += ["What each criterion would have chosen, and what that costs:", _as_table(ranking_lines(known.judged))]
    return "\n\n".join(parts) + "\n"


def problems(results: Results, is_markdown: bool = False) -> list[str]:
    """What is missing in the table because an experiment failed, a line each without paths, with ``**`` as in Markdown.

    Args:
        is_markdown: whether what Markdown would take for its own in an error is escaped.
    """
    study, parts = results.study, results.study.parts()
    cases = [*study.ceiling, *(case for found in study.cohort.domains().values() for case in found)]
    paths = Paths([path for case in cases for path in (case.image, case.label) if path is not None], [study.folder])

    def line(said: str, why: str) -> str:
        text = " ".join(paths.without(why).split())
        text = re.sub(r"([*_|])", r"\\\1", text) if is_markdown else text
        return f"**{said}:** {text}"

    failed = [line(f"{part.title} failed", results.failures[part.name]) for part in parts if part.name in results.failures]
    absent = [line(f"{part.title} is not in the table", results.errors[part.name]) for part in parts if part.name in results.errors]
    return [*failed, *absent]


def left_out_note(results: Results) -> list[str]:
    """What was asked for once and is not in the table, in a sentence, and what of it had failed."""
    if not results.study.without:
        return []
    return [f"Left out by --without: {', '.join(left_out_words(results.study.without, results.failures))}."]


def verdicts(results: Results) -> list[str]:
    """What is to be said of each method's last iteration against source only."""
    return [row.verdict.sentence(row.title) for row in results.last_rows() if row.verdict]


def notes(results: Results) -> list[str]:
    """How to read the table."""
    said = [
        "Mean ± population standard deviation over the cases; with several seeds, of each case's mean over the seeds. DSC: Dice"
        " similarity coefficient. ASSD: average symmetric surface distance. HD95: 95th percentile of the surface distances."
        f" Scoring convention: {results.convention}. The best method of adaptation is bold."
    ]
    if results.row(SUPERVISED):
        said.append(
            "Target-supervised learned from target scans with their labels, which nothing else has seen: it is the ceiling. Gap closed:"
            " (method - source only) / (target-supervised - source only) in mean DSC, with the 95 % interval of a bootstrap over the cases."
            f" It is not defined where the ceiling is less than {SMALLEST_GAP} above source only, and has no interval where among samples"
            " of these cases there may be no gap. What three decimals do not tell from source only closes 0 %."
        )
    if any(statistic(row, measure, structure) is None for row in results.rows for measure, structure, *_ in columns(results)):
        said.append(f"“{NOT_DRAWN}”: drawn in no reference.")
    said += [
        f"{row.title} has no translator and is trained as source only is, so that it has no verdict and closes no gap."
        for row in results.rows
        if row.is_source_only and row.method.adapts
    ]
    scores = results.rows[0].scores if results.rows else []  # all rows have the same references
    return [*said, *absent_notes(scores, results.structures, results.convention), *_seeds_left_out(results)]


def _seeds_left_out(results: Results) -> list[str]:
    """Of which methods some seeds have not come as far as others, a sentence each."""
    said = []
    for last in results.last_rows():
        first = next(row for row in results.rows if row.method == last.method)
        if set(first.seeds) != set(last.seeds):  # none has come through all iterations
            said.append(
                f"No seed of {last.method.name} has a score of every iteration: its rows are of different seeds, and a difference between"
                f" them may be one between seeds. {PER_CASE} has all scores."
            )
            continue
        behind = sorted(first.by_seed.keys() - set(last.seeds))
        if behind:
            kept, without = (f"seed{'s' if len(seeds) > 1 else ''} {', '.join(map(str, seeds))}" for seeds in (last.seeds, behind))
            said.append(
                f"All rows of {last.method.name} are of {kept}: {without} {'has' if len(behind) == 1 else 'have'} no score of iteration"
                f" {last.iteration}, and iterations are compared over the same seeds only. {PER_CASE} has all scores."
            )
    return said


def chosen_note(results: Results) -> list[str]:
    """What to know of the result that stands first: that these cases chose it, what its interval leaves out, and where it lies."""
    count, best = sum(row.is_adapted and row.table.mean_dice is not None for row in results.rows), results.best()
    said = []
    if best and count > 1:
        said.append(
            f"{best.title} is named first because its mean DSC is the highest of {count} on these same cases; on others it may well be"
            " lower."
        )
    if best and best.gap and interval_text(best.gap):
        said.append("The interval is over the cases, for this method as trained: it says nothing of the choice, or of another training.")
    if best:
        its = [f"`{EXPERIMENTS}/{best.method.name}/seed_{seed}/{iteration_name(best.iteration)}`" for seed in best.seeds]
        said.append(f"{best.title} lies in {', '.join(its)} of the study's folder.")
    return [" ".join(said)] if said else []


def tests_note(tests: Sequence[PairedTest]) -> str:
    """How to read the paired tests."""
    cases = tests[0].cases
    return (
        f"Wilcoxon's signed-rank test of the mean DSC, paired over {cases} case{'' if cases == 1 else 's'}, of the first method minus"
        f" the second, each after its last iteration; p, Holm: corrected for {len(tests)} test{'' if len(tests) == 1 else 's'}. With"
        f" {cases} case{'' if cases == 1 else 's'} no p can be below {smallest_p(cases):.3g}."
    )


def tests_left_out(results: Results) -> list[str]:
    """Why there are no paired tests, in a sentence; none where there are, or nothing to test."""
    if results.tests is not None:
        return []
    cases = len(results.rows[0].dice)
    return [
        f"There are no paired tests: with {cases} case{'' if cases == 1 else 's'} no p can be below {smallest_p(cases):.3g}, whatever the"
        f" difference. They come with {FEWEST_TESTED} cases or more."
    ]


def p_text(p: float) -> str:
    """A p-value as tables show it.

    >>> p_text(0.0004), p_text(0.0312), p_text(1)
    ('< 0.001', '0.031', '1.000')
    """
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def _as_table(lines: Sequence[Sequence[str]]) -> str:
    escaped = [[text.replace("|", "\\|") for text in line] for line in lines]
    widths = [max(map(len, column)) for column in zip(*escaped, strict=True)]
    rows = [
        "| "
        + " | ".join(
            text.ljust(width) if not index else text.rjust(width) for index, (text, width) in enumerate(zip(line, widths, strict=True))
        )
        + " |"
        for line in escaped
    ]
    rule = "| " + " | ".join("-" * width if not index else "-" * (width - 1) + ":" for index, width in enumerate(widths)) + " |"
    return "\n".join([rows[0], rule, *rows[1:]])


def _write_csv(path: Path, results: Results) -> None:
    """The table in full precision."""
    heads: list[Any] = ["method", "iteration", "seeds", "cases"]
    for measure, structure, *_ in columns(results):
        column = _column(measure, structure)
        heads += [column, f"{column}_std"]
    lines = [[*heads, "gap_closed", "gap_closed_low", "gap_closed_high", "above_source_only", "above_source_only_error", "verdict"]]
    lines[0].append("is_source_only")
    for row in results.rows:
        line: list[Any] = [row.method.name, row.iteration if row.method.adapts else "", len(row.seeds), row.table.cases]
        for measure, structure, *_ in columns(results):
            found = statistic(row, measure, structure)
            line += [found.mean, found.deviation] if found else ["", ""]
        gap = row.gap or GapClosed(None)
        line += ["" if value is None else value for value in (gap.share, gap.low, gap.high)]
        if row.verdict:
            word = "fails" if row.verdict.fails else "better" if row.verdict.is_clear else "uncertain"
            line += [row.verdict.difference, "" if row.verdict.error is None else row.verdict.error, word]
        else:
            line += ["", "", ""]
        lines.append([*line, int(row.is_source_only)])
    write_csv(path, lines)


def _column(measure: str, structure: str) -> str:
    name = {"mean_dice": "dice", "assd": "assd_mm", "hd95": "hd95_mm"}.get(measure, measure)
    return f"{name}_{structure or 'mean'}"


def _write_per_case(path: Path, results: Results) -> None:
    """Every score of every seed in full precision."""
    lines: list[list[Any]] = [
        ["method", "iteration", "seed", "case", "structure", "dice", "assd_mm", "hd95_mm", "volume_ml", "reference_ml"]
    ]
    for row in results.rows:
        iteration = row.iteration if row.method.adapts else ""
        for seed, scores in sorted(row.by_seed.items()):
            for score in scores:
                drawn = row.table.dice[score.structure] is not None
                measures = [score.dice, score.assd, score.hd95] if drawn else ["", "", ""]
                about = [row.method.name, iteration, seed, score.case, score.structure]
                lines.append([*about, *measures, score.volume_ml, score.reference_ml])
    write_csv(path, lines)

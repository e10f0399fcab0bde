"""An experiment as one HTML page that needs nothing beside it: ``report.html``, for reading, printing and handing on.

The page is a list of sections (:data:`SECTIONS`), each a function from the facts to HTML. A part of which there is nothing yet says
so. No path of this machine is in it; names of cases are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .. import NOT_CLINICAL
from ..core.errors import CrossModaError
from ..core.files import write_text
from ..images.names import shared_modality
from ..pages.pieces import document, escape, paragraph, section, tiles
from ..translation.registry import registration
from . import report_origin, report_sections
from .report import part_of_study
from .report_facts import Facts
from .report_renewal import MADE_OF, PAGE, stages_of
from .report_style import STYLE
from .titles import LEARNED_FROM_TARGET, SOURCE_ONLY_TITLE

if TYPE_CHECKING:
    from ..experiment.folder import Experiment


def write_page(experiment: Experiment) -> Path:
    """Write ``report.html`` of an experiment, whatever there is of it so far: the same folder gives the same page.

    Raises:
        CrossModaError: it cannot be written.
    """
    made_of = stages_of(experiment.folder)  # before reading: what is finished meanwhile is not in it
    path = experiment.folder / PAGE
    write_text(path, _page(Facts(experiment), made_of))
    return path


def _page(facts: Facts, made_of: str) -> str:
    parts = [_heading(facts), _safely(_tiles, facts)]
    shown = [(anchor, title, _safely(make, facts)) for anchor, title, make in SECTIONS]
    links = "".join(f'<li><a href="#{anchor}">{escape(title)}</a></li>' for anchor, title, inner in shown if inner)
    parts.append(f'<nav aria-label="Parts of this page"><ul>{links}</ul></nav>')
    parts += [section(title, inner, anchor) for anchor, title, inner in shown if inner]
    return document(f"Report: {_title(facts)}", "\n".join(filter(None, parts)), STYLE, {MADE_OF: made_of})


def _safely(make: Callable[[Facts], str], facts: Facts) -> str:
    """A section's HTML; where a file is damaged, the sentence that says so."""
    try:
        return make(facts)
    except (CrossModaError, OSError, ValueError) as error:
        return paragraph(f"**This part could not be made.** {facts.without_paths(str(error))}")


# The top -----------------------------------------------------------------------------------------------------------------------


def _title(facts: Facts) -> str:
    source, target = (shared_modality(case.image for case in cases) for cases in (facts.cohort.source, facts.cohort.target))
    return f"From {source} to {target}" if source and target else "Adaptation of a segmenter"


def _heading(facts: Facts) -> str:
    settings, done = facts.settings, len(facts.stages) - len(facts.waiting)
    state = "finished" if not facts.waiting else f"{done} of {len(facts.stages)} stages done"
    title = _title(facts)
    iterations = settings.self_training.iterations
    about = [
        f"Structures: {', '.join(facts.structures)}",
        f"translator {registration(facts.translator).title if facts.translator != 'none' else 'none'}",
        f"{iterations} self-training iteration{'' if iterations == 1 else 's'}",
        f"preset {settings.preset}",
        f"seed {settings.seed}",
        f"begun on {facts.versions[0]}",
    ]
    return (
        f'<header><p class="kicker">Experiment · {escape(state)}</p><h1>{escape(title)}</h1>'
        f"{_safely(lambda facts: paragraph(headline(facts), 'lead'), facts)}"
        f"{paragraph(f'**{LEARNED_FROM_TARGET}**') if facts.learned_from_target else ''}"
        f"{''.join(map(paragraph, part_of_study(facts.folder)))}{paragraph(' · '.join(about), 'facts')}"
        f'<p class="warning">{escape(NOT_CLINICAL)} A segmentation that looks right can be wrong.</p></header>'
    )


def headline(facts: Facts) -> str:
    """The result in a sentence."""
    if not facts.cohort.evaluation:
        return "There are no evaluation cases with reference labels, so nothing is scored: look at the results and at what warns of them."
    row = facts.table.get(facts.judged)
    if row is None or row.mean_dice is None:
        return "Nothing has been scored yet."
    title = facts.judged[:1].upper() + facts.judged[1:]
    text = f"{title} reaches a mean DSC of {row.mean_dice.mean:.3f} over {row.cases} evaluation case{'' if row.cases == 1 else 's'}"
    floor = facts.table.get(SOURCE_ONLY_TITLE)
    if floor and floor.mean_dice and floor is not row:
        text += f"; source only, without adapting, {floor.mean_dice.mean:.3f}"
    found = facts.verdict(facts.judged)
    return text + (": adapting FAILS here." if found and found.fails else ".")


def _tiles(facts: Facts) -> str:
    shown = []
    for title in dict.fromkeys(name for name in (SOURCE_ONLY_TITLE, facts.judged) if name in facts.table):
        if mean := facts.table[title].mean_dice:
            spread = f"mean DSC ± {mean.deviation:.3f}" if mean.count > 1 else "mean DSC, one case"
            shown.append((f"{mean.mean:.3f}", title, spread))
    domains = facts.cohort.domains()
    scans = sum(map(len, domains.values()))
    shown.append((str(scans), "scans", ", ".join(f"{len(cases)} {domain}" for domain, cases in domains.items())))
    warnings = len(facts.warnings)
    shown.append(
        (str(warnings), f"warning{'' if warnings == 1 else 's'}", "see below" if warnings else "which does not say that all is right")
    )
    return tiles(shown)


# In the order in which they are read: anchor, title, what is in it.
SECTIONS: Sequence[tuple[str, str, Callable[[Facts], str]]] = (
    ("warnings", "Warnings", report_sections.warnings),
    ("scores", "Scores", report_sections.scores),
    ("cases", "Cases, worst first", report_sections.cases),
    ("cohort", "Cohort", report_sections.cohort),
    ("translations", "Translations, before and after", report_sections.translations),
    ("evidence", "Which iteration to trust, without labels", report_sections.evidence),
    ("curves", "Training curves", report_sections.curves),
    ("left-out", "What was left out", report_sections.left_out),
    ("settings", "Settings", report_origin.settings),
    ("time", "Time", report_origin.time),
    ("versions", "Versions", report_origin.versions),
    ("cite", "How to cite", report_origin.cite),
)

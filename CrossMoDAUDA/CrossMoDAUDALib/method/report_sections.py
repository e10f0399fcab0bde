"""The sections of an experiment's page that tell of scans and results; each is a function from the facts to HTML."""

from __future__ import annotations

import math

from ..images.names import shared_modality
from ..pages.pieces import badge, bullets, details, escape, paragraph, simple_table, wide
from ..scoring.absent import absent_notes
from ..scoring.comparison import HOW_TO_READ_VERDICTS, Verdict
from ..scoring.evaluation import NOT_DRAWN
from ..scoring.recommendation import recommend
from ..translation.check import structures_that_hardly_show
from . import report_pictures, report_plots
from .evidence import evidence_lines, in_sentences, meanings
from .plan import left_out_settings
from .pseudo_labels import untouched_sentences, why_left_out
from .report import HOW_TO_READ, checks_lines, checks_summary, choices_lines, floor_not_measured, trust_not_measured
from .report_facts import Facts, spans
from .report_pictures import CASES, TRANSLATIONS, Shown
from .report_style import REFERENCE, RESULT, legend

# Results -----------------------------------------------------------------------------------------------------------------------


def warnings(facts: Facts) -> str:
    """What warned, and what is not finished yet."""
    text = bullets(facts.warnings, "warnings") or paragraph("Nothing warned. That does not say that the results are right: look at them.")
    if lenders := dict.fromkeys(marker.shared_from for marker in facts.markers.values() if marker.shared_from):
        text += paragraph(f"Stages were taken over from {', '.join(lenders)}. What they warned of is told in the report there.")
    if count := len(facts.waiting):
        titles = {stage.name: stage.title.words() for stage in facts.stages}
        text += details(f"{count} stage{' is' if count == 1 else 's are'} still to do", bullets([titles[name] for name in facts.waiting]))
    return text


def verdict_badge(verdict: Verdict) -> str:
    """Whether a method is better than source only, in a word."""
    kind, word = ("bad", "fails") if verdict.fails else ("good", "better") if verdict.is_clear else ("unsure", "unclear")
    return badge(kind, word)


def scores(facts: Facts) -> str:
    """DSC and distances of every training, if there are reference labels."""
    if not facts.cohort.evaluation:
        return paragraph("Nothing is scored: there are no evaluation cases with reference labels.")
    if not facts.table:
        return paragraph("Nothing has been scored yet.")
    measures = (
        ("dice", "DSC, {}\N{NO-BREAK SPACE}↑", 3),
        ("assd", "ASSD, {} (mm)\N{NO-BREAK SPACE}↓", 2),
        ("hd95", "HD95, {} (mm)\N{NO-BREAK SPACE}↓", 2),
    )
    heads = [
        "Training",
        "Cases",
        "DSC, mean\N{NO-BREAK SPACE}↑",
        *(head.format(name) for _, head, _ in measures for name in facts.structures),
    ]
    rows = []
    for title, row in facts.table.items():
        found = [
            (row.mean_dice, 3),
            *((getattr(row, measure).get(name), digits) for measure, _, digits in measures for name in facts.structures),
        ]
        cells = [
            f"{one.mean:.{digits}f}" + (f" ± {one.deviation:.{digits}f}" if one.count > 1 else "") if one else NOT_DRAWN
            for one, digits in found
        ]
        rows.append([title, str(row.cases), *cells])
    text = wide(simple_table(heads, rows))
    if said := [(known, title) for title in facts.table if (known := facts.verdict(title))]:
        lines = (f"<li>{verdict_badge(known)} {escape(known.sentence(title[:1].upper() + title[1:]))}</li>" for known, title in said)
        text += f'<ul class="verdicts">{"".join(lines)}</ul>{paragraph(HOW_TO_READ_VERDICTS, "note")}'
    text += "".join(map(paragraph, floor_not_measured(facts.settings, facts.folder)))
    text += f'<figure class="plot">{report_plots.cases_plot(facts)}</figure>'
    notes = absent_notes(next(iter(facts.scores.values())), facts.structures, facts.settings.evaluation.convention)
    text += "".join(paragraph(note, "note") for note in notes)
    return text + paragraph(
        "Mean ± population standard deviation over the cases. DSC: Dice similarity coefficient. ASSD: average symmetric surface distance."
        f" HD95: 95th percentile of the surface distances. Scoring convention: {facts.settings.evaluation.convention}."
        f" {NOT_DRAWN}: drawn in no reference, or not measured.",
        "note",
    )


def cases(facts: Facts) -> str:
    """Cases with pictures, worst first: by their scores or, without reference labels, by what is odd about their results."""
    if facts.cohort.evaluation:
        return _evaluated(facts) if facts.judged else paragraph("No case has been scored yet.")
    return _unscored(facts) if facts.last else paragraph("No target scan has been segmented yet.")


def _evaluated(facts: Facts) -> str:
    ordered, title = facts.worst_first(), facts.judged
    of_case = {case: {score.structure: score for score in facts.scores[title] if score.case == case} for case in ordered}
    by_id = {case.id: case for case in facts.cohort.evaluation}
    shown = report_pictures.results(facts, "evaluation", facts.rows[title], [by_id[case] for case in ordered[:CASES]])
    dice = facts.dice(title)
    text = paragraph(
        f"By {title}, the last one that is scored; the worst first."
        + (f" The {CASES} worst of {len(ordered)} have pictures; the table has all." if len(ordered) > CASES else "")
    )
    text += legend(REFERENCE, RESULT)
    for one in shown:
        lines = [
            [name, _number(score.dice, 3), _number(score.assd, 2), _number(score.volume_ml, 2), _number(score.reference_ml, 2)]
            for name, score in of_case[one.case].items()
        ]
        table = simple_table(["Structure", "DSC", "ASSD (mm)", "Result (ml)", "Reference (ml)"], lines)
        text += _card(one, f"DSC {dice[one.case]:.3f}", wide(table))
    others = [name for name in facts.scores if name != title]
    heads = ["Case", "DSC, mean", *(f"by {name}" for name in others)]
    heads += [f"{measure}, {name}" for name in facts.structures for measure in ("DSC", "ASSD (mm)", "Result / reference (ml)")]
    known = {name: facts.dice(name) for name in others}
    rows = []
    for case in ordered:
        cells = [f"{known[name][case]:.3f}" if case in known[name] else "" for name in others]
        for name in facts.structures:
            if score := of_case[case].get(name):
                volumes = f"{_number(score.volume_ml, 2)} / {_number(score.reference_ml, 2)}"
                cells += [_number(score.dice, 3), _number(score.assd, 2), volumes]
            else:
                cells += ["", "", ""]
        rows.append([case, f"{dice[case]:.3f}", *cells])
    return text + "<h3>All cases, the worst first</h3>" + wide(simple_table(heads, rows))


def _number(value: float, digits: int) -> str:
    return f"{value:.{digits}f}" if math.isfinite(value) else NOT_DRAWN


def _unscored(facts: Facts) -> str:
    training = facts.rows[facts.last]
    found = report_pictures.oddities(facts, training)
    choice = facts.choices.get(max(facts.choices, default=0))
    expected = {case: min(known, default=1.0) for case, known in _expected(choice.expected if choice else {}).items()}
    listed = [case for case in facts.cohort.target if case.id in found]
    listed.sort(key=lambda case: (-len(found[case.id]), expected.get(case.id, 1.0)))
    text = paragraph(
        f"Results of {facts.last} on the target scans, without labels to score them by: those of which most is to be said come first."
        + (f" {CASES} of {len(listed)} have pictures; the table has all." if len(listed) > CASES else "")
    )
    text += legend(RESULT)
    for one in report_pictures.results(facts, "target", training, listed[:CASES]):
        text += _card(one, f"{len(found[one.case])} to look at" if found[one.case] else "nothing odd", "")
    rows = [[case.id, " ".join(warning.message for warning in found[case.id]) or "nothing odd"] for case in listed]
    missing = [case.id for case in facts.cohort.target if case.id not in found]
    text += f'<h3>All cases</h3><div class="words">{wide(simple_table(["Case", "What to look at"], rows))}</div>'
    return text + (paragraph(f"The results of {', '.join(missing)} could not be read.") if missing else "")


def _expected(found: dict[str, dict[str, float | None]]) -> dict[str, list[float]]:
    return {case: [value for value in of_case.values() if value is not None] for case, of_case in found.items()}


def _card(shown: Shown, figure: str, more: str) -> str:
    """A case in pictures, with what is to be said of it."""
    images = "".join(
        f'<figure><img src="{one.uri}" alt="{escape(one.about)}"><figcaption>{escape(one.caption)}</figcaption></figure>'
        for one in shown.pictures
    )
    body = f'<div class="pictures">{images}</div>' if images else paragraph(shown.problem, "note")
    said = bullets([warning.message for warning in shown.warnings], "warnings")
    if more or said:
        body = f'<div class="beside">{body}<div>{more}{said}</div></div>'
    return f'<article class="case"><h3>{escape(shown.case)} <span>{escape(figure)}</span></h3>{body}</article>'


# Scans and translations --------------------------------------------------------------------------------------------------------


def cohort(facts: Facts) -> str:
    """The scans of each domain."""
    rows, every = [], []
    for domain, cases in facts.cohort.domains().items():
        grids = facts.grids[domain]
        known = [grid for grid in grids.values() if grid is not None]
        modality = shared_modality(case.image for case in cases)
        labels = sum(case.label is not None for case in cases)
        gone = f" ({len(cases) - len(known)} cannot be read now)" if len(known) < len(cases) else ""
        rows.append(
            [
                domain + (f", {modality}" if modality else ""),
                f"{len(cases)}{gone}",
                str(labels),
                spans([grid.size for grid in known], 0),
                spans([grid.spacing for grid in known], 2),
            ]
        )
        for case in cases:
            grid = grids[case.id]
            volumes = facts.volumes.get((domain, case.id), {})
            about = [spans([grid.size], 0), spans([grid.spacing], 2)] if grid else ["cannot be read now", ""]
            every.append([case.id, domain, *about, *(f"{volumes[name]:.2f}" if name in volumes else "" for name in facts.structures)])
    text = wide(simple_table(["Domain", "Scans", "With labels", "Size (voxels)", "Spacing (mm)"], rows))
    if facts.trained_on:
        lines = []
        for name, found in facts.trained_on.structures.items():
            extent = "" if found.least_ml is None or found.most_ml is None else f"{found.least_ml:.2f} to {found.most_ml:.2f} ml"
            lines.append([name, f"{found.labels} of {facts.trained_on.source.cases}", extent, "yes" if found.two_sided else "no"])
        text += "<h3>What the source labels show</h3>"
        text += wide(simple_table(["Structure", "In labels", "Volume", "On both sides in any"], lines))
    heads = ["Case", "Domain", "Size (voxels)", "Spacing (mm)", *(f"{name} (ml)" for name in facts.structures)]
    note = paragraph(
        "Sizes and spacings are along the axes nearest to left, posterior and superior; volumes are those of the real labels.", "note"
    )
    return text + details(f"All {len(every)} scans" if len(every) > 1 else "The scan", wide(simple_table(heads, every))) + note


def translations(facts: Facts) -> str:
    """Source scans beside their translations, and how many of these pass the checks."""
    if facts.translator == "none":
        return ""
    if "pseudo_target" not in facts.markers:
        return paragraph("No source scan has been translated yet.")
    checks, cases = facts.checks, facts.cohort.source
    if "contrast" in checks:
        text = paragraph(checks_summary(checks, facts.settings.translation.drop_failed))
        remarks = structures_that_hardly_show(checks["contrast"].values, facts.settings.segmentation.known_in_target)
        text += "".join(paragraph(remark) for remark in remarks if remark not in facts.warnings)
    else:
        text = paragraph("The translations have not been checked yet.")
    failed = {case for check in checks.values() for case in check.failed}
    contrasts = checks["contrast"].values if "contrast" in checks else {}
    ordered = sorted(cases, key=lambda case: (case.id not in failed, min(contrasts.get(case.id, {}).values(), default=99.0)))
    text += legend(REFERENCE)
    if len(cases) > TRANSLATIONS:
        said = "Cases that fail a check come first, then those in which a structure shows least"
        text += paragraph(f"{said}: {TRANSLATIONS} of {len(cases)} have pictures, the table has all.", "note")
    for one in report_pictures.translations(facts, ordered[:TRANSLATIONS]):
        found = ", ".join(f"{name} {value:.2f}" for name, value in contrasts.get(one.case, {}).items())
        text += _card(one, ("FAILS a check; " if one.case in failed else "") + (f"contrast: {found}" if found else ""), "")
    if "contrast" in checks:
        head, *lines = checks_lines(checks, facts.structures)
        text += details(
            f"All {len(lines)} translated cases", wide(simple_table(head, lines)) + paragraph(" ".join(HOW_TO_READ.split()), "note")
        )
    return text


def evidence(facts: Facts) -> str:
    """What the results show by themselves, if it was measured, or how to measure it."""
    if not facts.evidence:
        return "".join(map(paragraph, trust_not_measured(facts.settings, facts.learned_from_target)))
    text = "".join(map(paragraph, in_sentences(recommend(facts.evidence))))
    head, *lines = evidence_lines(facts.evidence)
    text += wide(simple_table(["Training", *head[1:]], lines))
    first, *said = meanings(facts.evidence).splitlines()
    return text + details("What the columns mean", paragraph(first) + bullets([line.removeprefix("- ") for line in said]))


def curves(facts: Facts) -> str:
    """Losses and DSC over the epochs."""
    try:
        drawn = [*report_plots.translation_plots(facts), *report_plots.segmentation_plots(facts)]
    except ImportError:
        return paragraph("Curves need the Python package matplotlib, which is not installed.")
    text = f'<div class="charts">{"".join(f"<figure><figcaption>{escape(title)}</figcaption>{svg}</figure>" for title, svg in drawn)}</div>'
    absent = [title for title, name in facts.rows.items() if f"{name}/train" in facts.markers and title not in facts.curves]
    told = []
    if facts.translator != "none" and not facts.losses:
        if "translation/train" in facts.markers:
            absent.insert(0, "the translator")
        else:
            told.append("The translator has no finished epoch yet.")
    if absent:
        told.append(f"Of {', '.join(absent)} the event log has no curve: trained in another experiment, or the log is not here.")
    if not facts.curves and not absent:
        told.append("No segmenter has been trained yet.")
    return (text if drawn else "") + "".join(map(paragraph, told))


def left_out(facts: Facts) -> str:
    """Cases that were not learned from, and why."""
    lines = []
    for name, check in facts.checks.items():
        for case, found in check.failed.items():
            why = "; ".join(f"{structure} {text}" for structure, text in found.items())
            consequence = "left out of the training" if case in check.left_out else "kept all the same (setting translation.drop_failed)"
            lines.append(f"Translated {case}: {consequence}. {name.capitalize()}: {why}.")
    for number, choice in facts.choices.items():
        for case, why in why_left_out(choice, facts.settings).items():
            lines.append(f"Pseudo-label of {case}: iteration {number} does not learn from it ({why}).")
        lines += [f"Iteration {number}: {sentence}" for sentence in untouched_sentences(choice, facts.settings)]
    lines += left_out_settings(facts.settings, facts.cohort)
    if not facts.cohort.evaluation:
        lines.append("Scores: there are no evaluation cases with reference labels.")
    drawn = {name for row in facts.table.values() for name, found in row.dice.items() if found}
    lines += [f"{name} is drawn in no reference, so it is not scored." for name in facts.structures if facts.table and name not in drawn]
    text = bullets(lines) or paragraph("No case was left out.")
    if facts.choices:
        head, *rows = choices_lines(facts.choices, facts.settings)
        rows = [[f"iteration {row[0]}", *row[1:]] for row in rows]
        text += details("All pseudo-labels", wide(simple_table(head, rows)))
    return text + paragraph(
        "Scans that were not given to the experiment, or that the search for scans passed by, are not known to it.", "note"
    )

"""A study as one HTML page that needs nothing beside it: light, printable, with everything escaped.

No path of this machine is in it; names of cases are.

The page is a list of sections (:data:`SECTIONS`), each a function from the results to HTML, empty where it has nothing to say.
"""

from __future__ import annotations

from collections.abc import Callable

from .. import NOT_CLINICAL
from ..core.progress import duration
from ..experiment.folder import package_versions
from ..method.evidence import HOW_TO_READ_EVIDENCE, ranking_lines
from ..method.report_sections import verdict_badge
from ..pages.paths import command_without_paths, setting_without_path
from ..pages.pieces import bullets, details, document, escape, paragraph, section, simple_table, tiles, value_text, wide
from ..pages.plots import themed
from ..scoring.comparison import HOW_TO_READ_VERDICTS, MOST_SHARE, GapClosed, signed
from ..scoring.recommendation import RECOMMENDATION
from . import costs, examples, plots
from .request import SOURCE_ONLY, SUPERVISED
from .results import Results
from .tables import (
    best_of,
    cell,
    chosen_note,
    columns,
    gap_notes,
    gap_text,
    interval_text,
    left_out_note,
    notes,
    p_text,
    problems,
    statistic,
    tests_left_out,
    tests_note,
)
from .trust import how_to_use


def page(results: Results) -> str:
    """The page's HTML."""
    body = "\n".join(part for make in SECTIONS if (part := make(results)))
    return document(f"Study {results.study.folder.name}", body)


def headline(results: Results) -> str:
    """The study's result: by the scores in a sentence, then what is known without labels."""
    return " ".join([_scored(results), *_without_labels(results)])


def _without_labels(results: Results) -> list[str]:
    """What is recommended where nothing is scored; else, what that would have cost."""
    known = results.trust
    if known is None or known.recommended is None:
        return []
    if results.study.cohort.evaluation:
        judged = known.judged.get(RECOMMENDATION)
        cost = f"costs {judged.regret:.3f} in mean DSC" if judged and round(judged.regret, 3) else "costs nothing"
        return [f"Without labels, {judged.chosen} would have been chosen, which {cost}."] if judged else []
    found = known.recommended
    if not found.chosen:
        return list(found.reasons)
    said = [f"By what is known without labels, {found.chosen} is recommended."]
    said += [found.failure] if found.failure else []
    said += [f"Do not trust this: {' '.join(found.warnings)}"] if found.warnings else []
    return said


def _scored(results: Results) -> str:
    floor, ceiling, best = results.row(SOURCE_ONLY), results.row(SUPERVISED), results.best()
    if not results.study.cohort.evaluation:
        return "There are no evaluation cases with reference labels, so nothing is scored."
    if best is None or best.table.mean_dice is None:
        others = any(row.method.adapts and row.dice for row in results.rows)
        return "What has been scored so far is source only itself." if others else "No method has been scored yet."
    text = f"{best.title} reaches a mean DSC of {best.table.mean_dice.mean:.3f}"
    known = [
        f"{name} {row.table.mean_dice.mean:.3f}"
        for name, row in (("source only", floor), ("target-supervised", ceiling))
        if row and row.table.mean_dice
    ]
    if known:
        text += f" ({', '.join(known)})"
    fails = best.verdict is not None and best.verdict.fails
    text += _closes(best.gap, fails)
    if fails:
        text += ": adapting FAILS here"
    return text + "."


def _closes(gap: GapClosed | None, fails: bool) -> str:
    """The end of a sentence on a method: how much of the gap it closes, where that means something; nothing where it fails."""
    if gap is None or gap.share is None:
        return ""
    if fails or gap.share <= 0:
        return " and closes nothing of the gap"
    if gap.share > MOST_SHARE:
        return ", above target-supervised"
    return f" and closes {gap_text(gap).replace(' (', ' (95 % interval ')} of the gap"


def _heading(results: Results) -> str:
    study, parts = results.study, results.study.parts()
    done = sum(1 for part in parts if costs.is_finished(part))
    counts = [f"{len(cases)} {domain}" for domain, cases in study.cohort.domains().items()]
    if study.has_ceiling:
        counts.append(f"{len(study.labelled_target)} labelled target (for the ceiling)")
    told = [*gap_notes(results), *chosen_note(results), *left_out_note(results)]
    state = f"{len(parts)} experiment{'' if len(parts) == 1 else 's'}"
    state = f"{done} of {state} finished" if done < len(parts) else state
    return (
        f'<header><p class="kicker">Study · {escape(state)}</p><h1>{escape(study.folder.name)}</h1>'
        f'<p class="lead">{escape(headline(results))}</p>{"".join(paragraph(text, "facts") for text in told)}'
        f"{bullets(problems(results), 'problems')}"
        f'<p class="facts">{escape(", ".join(counts))} cases · preset {escape(study.preset)} · scoring {escape(results.convention)}</p>'
        f'<p class="warning">{escape(NOT_CLINICAL)} A segmentation that looks right can be wrong.</p></header>'
    )


def _tiles(results: Results) -> str:
    best = results.best()
    rows = [(results.row(SOURCE_ONLY), "source only"), (best, "best method"), (results.row(SUPERVISED), "target-supervised")]
    shown = [
        (f"{row.table.mean_dice.mean:.3f}", name if row is not best else row.title, "mean DSC")
        for row, name in rows
        if row and row.table.mean_dice
    ]
    if best and best.gap:
        interval, why = interval_text(best.gap), "see above" if gap_notes(results) else ""
        shown.append((gap_text(best.gap).partition(" (")[0], "gap closed", f"{interval} %" if interval else why))
    return tiles(shown)


def _verdicts(results: Results) -> str:
    rows = [row for row in results.rows if row.verdict]
    if not rows:
        return ""
    lines = "".join(f"<li>{verdict_badge(row.verdict)} {escape(row.verdict.sentence(row.title))}</li>" for row in rows if row.verdict)
    how = " ".join([HOW_TO_READ_VERDICTS, *tests_left_out(results)])
    how += " Paired tests of the last iterations are below." if results.tests else ""
    return section("Is adapting better than doing nothing?", f'<ul class="verdicts">{lines}</ul>{paragraph(how, "note")}')


def _table(results: Results) -> str:
    if not results.rows:
        return ""
    best, shown = best_of(results), columns(results)
    heads = ["Method", "Seeds", "Cases", shown[0][2], "Gap closed", *(heading for *_, heading, _ in shown[1:])]
    lines, palette = [], plots.colours(results)
    for row in results.rows:
        mark = f'<i class="dot" style="background:{themed(palette[row.method.name])}"></i>'
        failing = f" {verdict_badge(row.verdict)}" if row.verdict and row.verdict.fails else ""
        cells = [f"<th scope=row>{mark}{escape(row.title)}{failing}</th>", f"<td>{len(row.seeds)}</td>", f"<td>{row.table.cases}</td>"]
        share, _, interval = gap_text(row.gap).partition(" (")
        for measure, structure, *_ in shown:
            found = statistic(row, measure, structure)
            is_best = row.is_adapted and found is not None and found.mean == best.get((measure, structure))
            mean, plus, deviation = cell(found, measure).partition(" ± ")
            spread = f"<small> ± {deviation}</small>" if plus else ""
            cells.append(f"<td{' class=best' if is_best else ''}>{mean}{spread}</td>")
            if measure == "mean_dice":
                cells.append(f"<td>{share}{f'<small> ({interval}</small>' if interval else ''}</td>")
        lines.append(f"<tr class={'adapts' if row.method.adapts else 'bound'}>{''.join(cells)}</tr>")
    head = "".join(f"<th scope=col>{escape(text)}</th>" for text in heads)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
    return section("Scores", wide(table) + "".join(paragraph(text, "note") for text in notes(results)))


def _plots(results: Results) -> str:
    if not any(row.dice for row in results.rows):
        return ""
    drawn = [
        ("Every case", plots.scores_plot(results)),
        ("Gap closed", plots.gap_plot(results)),
        ("Self-training", plots.self_training_plot(results)),
    ]
    return "\n".join(section(title, f"<figure>{svg}</figure>") for title, svg in drawn if svg)


def _tests(results: Results) -> str:
    if not results.tests:
        return ""
    rows = [[f"{test.other} against {test.one}", signed(-test.difference), p_text(test.p), p_text(test.p_holm)] for test in results.tests]
    table = simple_table(["Methods", "Difference in mean DSC", "p", "p, Holm"], rows)
    return section("Paired tests", f'{table}<p class="note">{escape(tests_note(results.tests))}</p>')


def _trust(results: Results) -> str:
    known = results.trust
    if known is None:
        return ""
    text = "".join(map(paragraph, filter(None, [*known.sentences, how_to_use(known)]))) + wide(
        simple_table(known.lines[0], known.lines[1:])
    )
    text += paragraph(HOW_TO_READ_EVIDENCE, "note")
    text += details("What the columns mean", bullets([f"**{title}**: {meaning}" for title, meaning in known.meanings.items()]))
    if known.judged:
        lines = ranking_lines(known.judged)
        text += "<h3>How well each criterion would have chosen, by the reference labels</h3>"
        text += wide(simple_table(lines[0], lines[1:]))
        text += '<p class="note">Costs: the mean DSC of the best segmenter minus that of the chosen one.</p>'
    return section("Which one to trust, without labels", text)


def _examples(results: Results) -> str:
    shown = []
    for example in examples.examples(results):
        about = f"{example.case} as each method segments it, with the reference"
        pictures = (f'<img src="{uri}" style="width:{100 * share:.0f}%" alt="{escape(about)}">' for uri, share in example.pictures)
        shown.append(f"<h3>{escape(example.which)}: {escape(example.case)}</h3>{''.join(pictures)}")
    return section("Examples", "".join(shown)) if shown else ""


def _settings(results: Results) -> str:
    study = results.study
    firsts = {part.method.name: part.settings for part in reversed(study.parts())}  # as recorded, of each method's first seed
    values = {row.name: firsts[row.name].values() for row in study.rows}
    keys = dict.fromkeys(key for found in values.values() for key in found if key != "seed")
    differing = [key for key in keys if len({repr(found[key]) for found in values.values() if key in found}) > 1]
    rows = [[key, *(value_text(found[key]) if key in found else "" for found in values.values())] for key in differing]
    common = "".join(f"<li><code>{escape(setting_without_path(f'{key}={value}'))}</code></li>" for key, value in study.values.items())
    text = wide(simple_table(["Setting", *values], rows)) if rows else ""
    if common:
        text += details(f"Settings of all methods, beside preset {study.preset}", f"<ul>{common}</ul>")
    seeds = ", ".join(f"{row.name}: {' '.join(map(str, study.seeds_of(row)))}" for row in study.rows)
    return section("Settings that differ", f'{text}<p class="note">Seeds: {escape(seeds)}.</p>')


def _costs(results: Results) -> str:
    found = [(part, costs.cost(part)) for part in results.study.parts()]
    known = list(dict.fromkeys(name for _, cost in found for name in cost.seconds))
    rows = [
        [
            part.title,
            *(duration(cost.seconds[name]) if name in cost.seconds else "" for name in known),
            duration(cost.whole),
            duration(cost.own),
        ]
        for part, cost in found
        if cost.whole
    ]
    if not rows:
        return ""
    note = (
        "Whole way: all stages of the method, as if it had run alone. Here: without the stages that it took over from another"
        " experiment of this study. Of a stage that was interrupted, all starts count, with what had to be done again."
    )
    table = simple_table(["Experiment", *known, "Whole way", "Here"], rows)
    return section("Time", wide(table) + paragraph(note, "note"))


def _origin(results: Results) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in package_versions().items())
    shown = filter(None, map(command_without_paths, results.study.commands))
    commands = "".join(f"<pre>{escape(command)}</pre>" for command in shown)
    asked = f"<p>It was asked for by, with the last names of files and folders alone (study.json has the whole):</p>{commands}"
    return section(
        "Where it comes from",
        (asked if commands else "") + f'<p class="note">{escape(versions)}.</p>',
    )


# In the order in which they are read.
SECTIONS: list[Callable[[Results], str]] = [
    _heading,
    _tiles,
    _verdicts,
    _table,
    _plots,
    _tests,
    _trust,
    _examples,
    _settings,
    _costs,
    _origin,
]

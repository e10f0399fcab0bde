"""The run's report: what was asked for, how the translations fared, the scores. For people; nothing reads it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from .. import NOT_CLINICAL
from ..core.declaring import label_of
from ..core.files import write_csv, write_text
from ..core.layout import iteration_name, study_of
from ..scoring.absent import absent_notes
from ..scoring.comparison import case_dice, verdict
from ..scoring.evaluation import CaseScore
from ..scoring.recommendation import recommend
from ..translation.check import FEWEST_CASES, Check, structures_that_hardly_show
from .evidence import Compared, candidates, evidence_lines, in_sentences, meanings, measured_iterations
from .plan import AGREEMENT, CONTRAST, iteration
from .pseudo_labels import Choice, untouched_sentences, why_left_out
from .report_renewal import renew
from .titles import LEARNED_FROM_TARGET, SOURCE_ONLY_TITLE, learns_from_target_labels, read_scores, row_title

if TYPE_CHECKING:
    from ..core.settings import Settings
    from ..experiment.folder import Experiment

REPORT, CHECKS = "report.md", Path("pseudo_target") / "checks.csv"
HOW_TO_READ = """\
Contrast: how much more the brightness of the pseudo-target image changes across the labelled structure's outline than across the
same outline laid elsewhere, within 12 mm; 1 says that nothing is to be seen there. Agreement: the DSC of the segmenter of iteration
0 on that image with the real label. A case fails where it falls far behind the others, so one that passes may still be wrong."""


def write_report(experiment: Experiment) -> None:
    """Renew ``report.md``, ``report.html`` now and then and, once translations have been checked, ``pseudo_target/checks.csv``."""
    folder, settings, cohort, digests = experiment.folder, experiment.settings, experiment.cohort, experiment.scan_digests()
    checks = {name: found for name, path in (("contrast", CONTRAST), ("agreement", AGREEMENT)) if (found := Check.read(folder / path))}
    iterations = settings.self_training.iterations
    parts = [
        f"# Report\n\n**{NOT_CLINICAL}** A segmentation that looks right can be wrong; these figures do not say which.",
        f"Preset {settings.preset}, translator {settings.translation.translator}, {iterations} self-training"
        f" iteration{'' if iterations == 1 else 's'}, seed {settings.seed}. {len(cohort.source)} source, {len(cohort.target)} target and"
        f" {len(cohort.evaluation)} evaluation cases.",
        *([f"**{LEARNED_FROM_TARGET}**"] if learns_from_target_labels(settings, cohort, digests) else []),
        *part_of_study(folder),
    ]
    if checks:
        _write_checks(folder / CHECKS, checks, list(settings.labels))
        parts += [
            "## Translated cases",
            checks_summary(checks, settings.translation.drop_failed),
            *structures_that_hardly_show(checks["contrast"].values, settings.segmentation.known_in_target),
        ]
        head, *lines = checks_lines(checks, list(settings.labels))
        parts += [_markdown([head, ["---", *["---:"] * (len(head) - 3), "---", "---"], *lines]), HOW_TO_READ]
    records = {number: folder / iteration(number).choice for number in range(1, iterations + 1)}
    if choices := {number: choice for number, path in records.items() if (choice := Choice.read(path))}:
        head, *lines = choices_lines(choices, settings)
        parts += ["## Pseudo-labels", _markdown([head, ["---:", *["---"] * (len(head) - 1)], *lines])]
        untouched = {number: untouched_sentences(choice, settings) for number, choice in choices.items()}
        parts += [f"Iteration {number}: {sentence}" for number, sentences in untouched.items() for sentence in sentences]
    unmeasured = trust_not_measured(settings, learns_from_target_labels(settings, cohort, digests))
    if told := _evidence(experiment) if measured_iterations(folder) else unmeasured:
        parts += ["## Evidence without labels", *told]
    scores = folder / "evaluation" / "table.md"
    if scores.is_file():
        by_title = read_scores(folder, settings, cohort, digests)
        parts += ["## Scores", scores.read_text(encoding="utf-8").strip()]
        parts += absent_notes(next(iter(by_title.values()), []), list(settings.labels), settings.evaluation.convention)
        if sentences := _against_source_only(by_title):
            parts += ["\n".join(f"- {sentence}" for sentence in sentences)]
        parts += floor_not_measured(settings, folder) if by_title else []
    write_text(folder / REPORT, "\n\n".join(parts) + "\n")
    renew(experiment)


def part_of_study(folder: Path) -> list[str]:
    """Where the comparison stands that an experiment of a study has not in itself, in a sentence; none for any other experiment.

    Args:
        folder: the experiment's.
    """
    study = study_of(folder)
    return [f"Part of the study {study.name}: its study.html compares it with the others and with source only."] if study else []


def trust_not_measured(settings: Settings, learned_from_target: bool) -> list[str]:
    """How to learn which iteration to trust where the experiment does not measure it; none where it does, and of a ceiling."""
    if settings.evaluation.evidence or learned_from_target:
        return []
    return [
        "Which iteration to trust, and whether to trust none, is not measured. The command `crossmoda-uda trust EXPERIMENT -o FOLDER`, with"
        " this experiment's folder for EXPERIMENT, measures it afterwards. A new experiment measures it itself with the setting"
        f" evaluation.evidence=true (in the panel: {label_of('evidence')})."
    ]


def floor_not_measured(settings: Settings, folder: Path) -> list[str]:
    """That nothing tells whether adapting is better than doing nothing, where neither the experiment nor its study has that row.

    Args:
        folder: the experiment's, which has scores.
    """
    if settings.evaluation.source_only or settings.translation.translator == "none" or study_of(folder):
        return []
    return [
        "Whether adapting beats doing nothing is not known: there is no row of source only. A new experiment has one with the setting"
        f" evaluation.source_only=true (in the panel: {label_of('source_only')})."
    ]


def _against_source_only(scores: Mapping[str, Sequence[CaseScore]]) -> list[str]:
    """Whether each iteration beats source only, a sentence each; none without that row."""
    dice = {row: case_dice(found) for row, found in scores.items()}
    floor = dice.pop(SOURCE_ONLY_TITLE, {})
    return [
        verdict(list(found.values()), list(floor.values())).sentence(f"{row[:1].upper()}{row[1:]}")
        for row, found in dice.items()
        if found and list(found) == list(floor)
    ]


def _evidence(experiment: Experiment) -> list[str]:
    """Which iteration to trust, and what was measured of each."""
    settings, cohort, digests = experiment.settings, experiment.cohort, experiment.scan_digests()
    listed = [
        replace(candidate, name=row_title(iteration_name(number), settings, cohort, digests))
        for _, number, candidate in candidates([Compared(settings.translation.translator, experiment.folder)]).values()
    ]
    return [*in_sentences(recommend(listed)), table(evidence_lines(listed)), meanings(listed)]


def table(lines: list[list[str]]) -> str:
    """A table in Markdown: a line of heads, then a line each; after the first column, all are numbers."""
    return _markdown([lines[0], ["---", *["---:"] * (len(lines[0]) - 1)], *lines[1:]])


def checks_summary(checks: dict[str, Check], drop_failed: bool) -> str:
    """How many cases fail the checks of their translations, in a sentence or two."""
    cases = len(checks["contrast"].values)
    failed = len({case for check in checks.values() for case in check.failed})
    if cases < FEWEST_CASES:
        return f"{cases} case{'' if cases == 1 else 's'}: too few to judge one by the others."
    if not failed:
        return f"None of {cases} cases fails the checks made so far."
    left_out = len({case for check in checks.values() for case in check.left_out})
    dropped = (
        f"{left_out} left out."
        if drop_failed
        else "None is left out; a new experiment with `--set translation.drop_failed=true` does that."
    )
    return f"{failed} of {cases} cases fail{'s' if failed == 1 else ''}: look at them. {dropped}"


def checks_lines(checks: dict[str, Check], structures: list[str]) -> list[list[str]]:
    """What the checks found: a line of heads, then one for each translated case."""
    heads = [f"{name.capitalize()}, {structure}" for name in checks for structure in structures]
    lines = [["Case", *heads, "Verdict", "Left out"]]
    for case in checks["contrast"].values:
        values = [_number(check.values.get(case, {}).get(structure)) for check in checks.values() for structure in structures]
        wrong = [f"{structure} {text}" for check in checks.values() for structure, text in check.failed.get(case, {}).items()]
        verdict = "**failed**: " + "; ".join(wrong) if wrong else "passed"
        lines.append([case, *values, verdict, "yes" if _is_left_out(checks, case) else "no"])
    return lines


def choices_lines(choices: dict[int, Choice], settings: Settings) -> list[list[str]]:
    """What was made of the pseudo-labels: a line of heads, then one for each case of each iteration."""
    lines = [["Iteration", "Case", "Refined (voxels)", "Missing", "Expected DSC", "Left out"]]
    for number, choice in choices.items():
        reasons = why_left_out(choice, settings)
        for case in choice.missing:
            missing = [f"{name} (taken out)" if name in choice.emptied(case) else name for name in choice.missing[case]]
            left_out = f"yes: {reasons[case]}" if case in reasons else "no"
            changed = choice.changed.get(case, {}).items()
            refined = "; ".join(f"{structure} +{added} -{removed}" for structure, (added, removed) in changed)
            expected = "; ".join(f"{structure} {_number(value) or '-'}" for structure, value in choice.expected.get(case, {}).items())
            lines.append([str(number), case, refined, ", ".join(missing), expected, left_out])
    return lines


def _markdown(lines: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _is_left_out(checks: dict[str, Check], case: str) -> bool:
    return any(case in check.left_out for check in checks.values())


def _write_checks(path: Path, checks: dict[str, Check], structures: list[str]) -> None:
    """A line for each case and structure that its label shows; empty where a check has not been made."""
    lines = [["case", "structure", "contrast", "agreement_dsc", "verdict", "left_out"]]
    for case, contrasts in checks["contrast"].values.items():
        for structure in (name for name in structures if name in contrasts):
            found = [checks[name].values.get(case, {}).get(structure) if name in checks else None for name in ("contrast", "agreement")]
            failed = any(structure in check.failed.get(case, {}) for check in checks.values())
            values = ["" if value is None else f"{value:.6g}" for value in found]
            lines.append([case, structure, *values, "failed" if failed else "passed", "yes" if _is_left_out(checks, case) else "no"])
    write_csv(path, lines)

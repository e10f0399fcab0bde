"""``trust``: which of several finished experiments to trust, without reference labels."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import NOT_CLINICAL
from ..core.errors import InputError
from ..core.layout import iteration_name
from ..core.settings import parse_device, with_values
from ..experiment.events import EventLog
from .terminal import Bar, complain, program, say

if TYPE_CHECKING:
    from ..method.evidence import Compared
    from ..scoring.recommendation import Candidate, Recommendation

_DESCRIPTION = (
    "Measure, without reference labels, what tells which of several trained segmenters to trust: every iteration of every experiment."
    " Experiments are only read. What they have not measured themselves is measured now, and kept in the output folder."
)


def add_parser(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("trust", help="which of several experiments to trust, without labels", description=_DESCRIPTION)
    parser.add_argument(
        "experiments",
        nargs="+",
        metavar="[NAME=]EXPERIMENT",
        help="experiment folders on one cohort; experiments with one name are seeds of one method"
        " (default: the folder's name, in a study the method's)",
    )
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="DIR", help="folder for trust.md, trust.csv and what is measured"
    )
    parser.add_argument("--device", default="auto", metavar="auto|cuda|cuda:N|mps|cpu", help="where networks run (default: auto)")
    parser.set_defaults(command=trust)


def trust(options: argparse.Namespace, _log: EventLog) -> int:
    """Measure what is missing, and say which experiment to trust."""
    from ..core.files import write_csv, write_text
    from ..core.folders import make_writable_folder
    from ..method.evidence import candidates, csv_lines
    from ..scoring.recommendation import recommend

    make_writable_folder(options.output)
    named = _choices([_named(text) for text in options.experiments])
    compared = _measured(named, options.output, parse_device(options.device))
    found = candidates(compared)
    if not found:
        raise InputError(f"{compared[0].folder} has no iteration that has segmented the target scans; let `run` go on first.")
    dice = {name: dsc for name, (one, number, _) in found.items() if (dsc := _true_dice(one.folder, number)) is not None}
    listed = [candidate for _, _, candidate in found.values()]
    text = _text(listed, dice)
    write_text(options.output / "trust.md", text)
    write_csv(options.output / "trust.csv", csv_lines(listed, dice))
    say(text)
    if (recommended := recommend(listed)).chosen:
        one, number, _ = found[recommended.chosen]
        say(how_to_use(recommended, one.folder / iteration_name(number)))
    return 0


def how_to_use(recommended: Recommendation, folder: Path) -> str:
    """Where a recommended segmenter lies, and, unless it is not to be trusted, the commands that use it."""
    if recommended.warnings:
        return f"{recommended.chosen} lies in {folder}"
    return (
        f"{recommended.chosen} lies in {folder}\n"
        f'To segment with it: {program()} segment "{folder}" SCAN -o RESULTS\n'
        f'To hand it on:      {program()} package "{folder}" -o MODEL.zip'
    )


def _choices(named: Sequence[tuple[str, Path]]) -> Sequence[tuple[str, Path]]:
    """The experiments without those that a pattern finds beside the others and that are no choice: a study's ceiling, whose target
    scans are not theirs, and what the study leaves out. Where nothing else is named, it is taken at its word."""
    from ..core.layout import study_of
    from ..study.left_out import left_out_folders
    from ..study.request import SUPERVISED, Study

    left_out: set[Path] = set()
    why: dict[Path, str] = {}
    for study in {study for _, folder in named if (study := study_of(folder.resolve()))}:
        with contextlib.suppress(InputError):  # experiments can be compared without the study's record
            left_out |= {folder.resolve() for folder in left_out_folders(Study.load(study))}
    for _, folder in named:
        whole = folder.resolve()
        if study_of(whole) and whole.parent.name == SUPERVISED:
            why[folder] = "it is the ceiling of a study and has learned from the target's labels, so it is no choice"
        elif whole in left_out:
            why[folder] = "its study leaves it out (--without)"
    kept = [(name, folder) for name, folder in named if folder not in why]
    if not kept:
        return named
    for folder, reason in why.items():
        complain(f"{folder} is left out: {reason}.")
    return kept


def _measured(named: Sequence[tuple[str, Path]], output: Path, device: str) -> list[Compared]:
    """The experiments, each with its evidence."""
    from ..experiment.folder import Experiment
    from ..method.evidence import Compared, measured_iterations
    from ..method.evidence_stages import finished_iterations, measure_afterwards

    compared: list[Compared] = []
    names: set[tuple[str, int]] = set()
    for method, folder in named:
        experiment = Experiment.load(folder)
        name = method, experiment.settings.seed
        if name in names:
            raise InputError(f"Two experiments are called {method} and have seed {name[1]}; name one of them, as NAME={folder}.")
        names.add(name)
        if set(finished_iterations(experiment)) <= set(measured_iterations(folder)):  # it has measured itself
            compared.append(Compared(method, folder))
            continue
        records = output / method / f"seed_{name[1]}"
        experiment.settings = with_values(experiment.settings, {"device": device})
        with Bar(f"{method}, seed {name[1]}") as bar:
            measure_afterwards(experiment, records, bar)
        compared.append(Compared(method, folder, records))
    return compared


def _named(text: str) -> tuple[str, Path]:
    """The method's name and the experiment's folder."""
    name, equals, folder = text.partition("=")
    if equals and not Path(text).is_dir():
        if not folder.strip():
            raise InputError(f"{text} names no experiment; write its folder after the =.")
        return name, Path(folder)
    path = Path(text).resolve()
    in_study = path.name.startswith("seed_") and path.parent.parent.name == "experiments"
    return (path.parent.name if in_study else path.name), Path(text)


def _true_dice(folder: Path, number: int) -> float | None:
    """The mean DSC of an iteration on the evaluation scans; None where there is none."""
    from ..experiment.folder import Experiment
    from ..method.titles import read_scores, row_title
    from ..scoring.comparison import case_dice

    experiment = Experiment.load(folder)
    of = experiment.settings, experiment.cohort, experiment.scan_digests()
    dice = case_dice(read_scores(folder, *of).get(row_title(iteration_name(number), *of), []))
    return sum(dice.values()) / len(dice) if dice else None


def _text(listed: Sequence[Candidate], dice: Mapping[str, float]) -> str:
    from ..method.evidence import HOW_TO_READ, evidence_lines, in_sentences, meanings, ranking_lines
    from ..method.report import table
    from ..scoring.recommendation import rank_criteria, recommend

    parts = [
        "# Which one to trust",
        f"**{NOT_CLINICAL}**",
        *in_sentences(recommend(listed)),
        table(evidence_lines(listed)),
        meanings(listed),
    ]
    ranked = rank_criteria(listed, dice)
    if ranked:
        parts += ["## How well each criterion would have chosen", HOW_TO_READ, table(ranking_lines(ranked))]
    return "\n\n".join(parts) + "\n"

"""``run``: an experiment from its scans to its scores, on this computer or elsewhere."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import InputError, short
from ..core.settings import PRESETS, TRANSLATORS, Settings, parse_assignments, preset_settings, with_values
from ..experiment.events import EventLog
from . import nodes, places
from .parsing import AS_JSON, SET, Parser, add_device, add_events, add_header
from .scans import add_scans, brings_labels, find_scans, moved_scans, names_scans, structures_of
from .terminal import Display, program, say

if TYPE_CHECKING:
    from ..cohort.finding import Cohort

LOOK = "translation.check_agreement"


def add_parser(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("run", help="adapt: translate, train, self-train, evaluate", description="Run or continue an experiment.")
    add_scans(parser)
    add_header(parser)
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="EXPERIMENT", help="experiment folder; an unfinished one is continued"
    )
    parser.add_argument("--preset", choices=PRESETS, help="which settings to start from (default: paper)")
    parser.add_argument("--translator", choices=TRANSLATORS, help="image translation; 'none' is the source-only baseline")
    parser.add_argument("--iterations", metavar="N", help="self-training iterations")
    add_device(parser, None, "auto|cuda|cuda:N|cuda:N,M,...|mps|cpu", "where networks run; several GPUs train together (default: auto)")
    parser.add_argument("--set", **SET, help=f"any other setting; may be repeated; {AS_JSON}")
    parser.add_argument(
        "--dry-run", action="store_true", help="only show the scans, every problem with them, and the stages that would run"
    )
    nodes.add_options(parser)
    parser.add_argument("--only", action="append", default=[], metavar="STAGE", help="run this stage and no other; may be repeated")
    parser.add_argument(
        "--take-from",
        type=Path,
        action="append",
        default=[],
        metavar="EXPERIMENT",
        help="first take over finished stages that would be the same from this experiment; may be repeated",
    )
    add_events(parser, " (only with --dry-run)")
    places.add_on(parser)
    parser.set_defaults(command=run)


def _alone() -> Parser:
    """The words of this command only."""
    parser = Parser(prog=program())
    add_parser(parser.add_subparsers())
    return parser


def run(options: argparse.Namespace, log: EventLog) -> int:
    """``run``: begin or continue an experiment, here or elsewhere."""
    from ..experiment.folder import Experiment
    from ..experiment.lock import refuse_running

    folder: Path = options.output
    node = 0 if options.dry_run else nodes.which_node(options)
    if node:
        return nodes.take_part(folder, node, options.nodes)
    if not options.dry_run and places.place_of(options) is None:
        refuse_running(folder)
    moved_scans(options)
    if not names_scans(options) and Experiment.exists(folder):
        recorded = Experiment.load(folder)
        cohort, settings = recorded.cohort, with_values(recorded.settings, given(options))
        if _preset(options) not in (None, settings.preset):
            raise InputError(
                f"{folder} is another experiment: it was started with preset={settings.preset}, not {_preset(options)};"
                " give the same again, or another output folder."
            )
    else:
        begun = None if names_scans(options) else places.recalled(options, _alone())
        if brings_labels(options):
            begun = find_scans(options)
            named = structures_of(begun, options.assignments)
            options.assignments = [*options.assignments, *(f"{key}={value}" for key, value in named.items())]
        settings = settings_of(options)
        cohort = begun or find_scans(options)
        if Experiment.exists(folder) and LOOK not in given(options):  # older versions' presets have it otherwise
            recorded = Experiment.load(folder)
            settings = with_values(settings, {LOOK: recorded.settings.translation.check_agreement})
    place = places.place_of(options)
    if place and (options.only or options.take_from):
        raise InputError("--only and --take-from are for experiments on this computer; leave them out.")
    _refuse_at_once(options, settings, cohort, place)
    if options.dry_run:
        from .inference import dry_run

        return dry_run(cohort, settings, folder, log, options.only)
    status = places.run_on(options, place, settings, cohort) if place else _run_here(options, settings, cohort)
    table = folder / "evaluation" / "table.md"
    if status == 0 and table.is_file():
        say(table.read_text(encoding="utf-8"))
    elif status == 0 and not (cohort.evaluation or settings.evaluation.evidence or options.only or options.script_only):
        say(f'No scan has a reference to score with. Which iteration to trust: {program()} trust "{folder}" -o FOLDER')
    if status == 0 and not options.script_only:
        say(f"Results are in {folder.resolve()}")
    return status


def _run_here(options: argparse.Namespace, settings: Settings, cohort: Cohort) -> int:
    from ..experiment.folder import Experiment
    from ..method.worker import work
    from ..places.place import find_place, finish

    folder: Path = options.output
    finish(find_place().check(settings))
    if not Experiment.exists(folder):  # an older one goes on as it was begun
        _refuse_other_schedule(settings)
    with Display() as display:
        return work(folder, settings, cohort, display, options.nodes, options.only, options.take_from)


def _refuse_at_once(options: argparse.Namespace, settings: Settings, cohort: Cohort, place: str | None) -> None:
    """What can be refused before the scans are read; the folder of an experiment elsewhere is looked at by who continues it there."""
    from ..experiment.folder import Experiment, check_folder
    from ..method.plan import plan

    there_are = [stage.name for stage in plan(settings, cohort)] if options.only else []
    for name in set(options.only) - set(there_are):
        raise InputError(f"There is no stage '{short(name)}' for --only; there are {', '.join(there_are)}.")
    for donor in options.take_from:
        if not Experiment.exists(donor):
            raise InputError(f"--take-from {donor} is no experiment folder; check the path.")
    events = options.events and options.events.absolute().parent == options.output.absolute()  # that file is ours
    if not (place or events or Experiment.exists(options.output)):
        check_folder(options.output)


def _refuse_other_schedule(settings: Settings) -> None:
    """Of a new experiment. nnU-Net's own trainer needs no look, and its import takes seconds."""
    if settings.segmentation.trainer != Settings().segmentation.trainer:
        from ..segmentation.nnunet import find_trainer
        from ..segmentation.schedule import refuse_other_schedule

        refuse_other_schedule(settings.segmentation, find_trainer(settings.segmentation.trainer))


def given(options: argparse.Namespace) -> dict[str, Any]:
    """The single settings that the command line names."""
    values: dict[str, Any] = dict(parse_assignments(options.assignments))
    values.pop("preset", None)
    named = {
        "device": options.device,
        "translation.translator": options.translator,
        "self_training.iterations": options.iterations,
        "reading.header": options.header,
    }
    values.update({key: value for key, value in named.items() if value is not None})
    return values


def _preset(options: argparse.Namespace) -> str | None:
    """The preset that ``--preset`` or ``--set preset=`` names.

    Raises:
        InputError: they name two.
    """
    assigned: str | None = parse_assignments(options.assignments).get("preset")
    named: str | None = options.preset
    if assigned is not None and named not in (None, assigned):
        raise InputError(f"--preset {named} and --set preset={assigned} contradict one another; give one of them.")
    return assigned if named is None else named


def settings_of(options: argparse.Namespace) -> Settings:
    """The settings that the command line asks for."""
    values, preset = given(options), _preset(options)
    if options.device == "auto":  # as much as none
        values["device"] = dict(parse_assignments(options.assignments)).get("device", "auto")
    if values.get("translation.translator") == "none":
        values.setdefault("self_training.iterations", 0)  # the source-only baseline
    return with_values(preset_settings("paper" if preset is None else preset), values)

"""The command line: what a terminal, Slicer's batch mode and the panel's worker all run."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import NOT_CLINICAL, __version__
from ..core import garbage
from ..core.errors import CrossModaError, InputError, short
from ..core.failures import INTERRUPTED, explain, write_traceback
from ..core.interrupts import from_here_it_is_too_late, interruptible
from ..core.settings import HEADERS, PRECISIONS, PRESETS, TRANSLATORS, Settings, parse_assignments, preset_settings, with_values
from ..experiment.events import EventLog, refuse_other_content
from ..places.processes import end_with_owner
from . import challenge, container, control, export, follow_up, listing, measuring, nodes, places, report, trust, unpacking
from . import study as studies
from .parsing import Parser, file_to_write, parsed
from .scans import add_scans, brings_labels, find_scans, moved_scans, names_scans, structures_of
from .terminal import Display, complain, program, say

if TYPE_CHECKING:
    from ..cohort.finding import Cohort

LOOK = "translation.check_agreement"
# How long (in turns of its loop) a thread of PyTorch's keeps a core while it waits for another. GNU OpenMP's own choice makes
# training several times slower as soon as anything else runs on the machine, and no waiting at all makes it twice as slow always.
SPIN_COUNT = "10000"
_SET: dict[str, Any] = {"action": "append", "default": [], "metavar": "KEY=VALUE", "dest": "assignments"}
_AS_JSON = """labels of names with a comma as JSON: --set 'labels={"Tumour, left": 1}'"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0, 1 (failed), 2 (bad use or input) or 130 (interrupted).

    Args:
        arguments: the command's words. None: those of this program, which ends with the command: Ctrl-C is ignored afterwards.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a path may hold what the console's encoding does not
            stream.reconfigure(errors="backslashreplace")
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", SPIN_COUNT)  # read when PyTorch is first imported, also by helper processes
    end_with_owner()
    with interruptible(last=arguments is None):
        status = _carry_out(arguments)
        if arguments is None:
            garbage.leave_to_the_system()
        return status


def _carry_out(arguments: Sequence[str] | None) -> int:
    command: Callable[[argparse.Namespace, EventLog], int] | None = None
    log = EventLog(None)
    try:
        options = parsed(_parser(), arguments)
        command = options.command
        log = _event_log(options)
        log.write("run", state="started")
        status = command(options, log)
        from_here_it_is_too_late()
        # A check that found problems has done its work: they are told with the cases.
        log.write("run", state="failed" if status and command is not _run else "finished")
        return status
    except SystemExit as stop:  # --help and --version
        return int(stop.code or 0)
    except (Exception, KeyboardInterrupt) as error:
        from_here_it_is_too_late()
        message, status = explain(error, write_traceback(error))
        if status == INTERRUPTED and not isinstance(error, CrossModaError) and command not in (_run, studies.study):
            message = "Interrupted; results that are there already are whole."
        complain(message)
        with contextlib.suppress(OSError):
            if status != INTERRUPTED:
                log.write("error", message=message)
            log.write("run", state="interrupted" if status == INTERRUPTED else "failed")
        return status


def _event_log(options: argparse.Namespace) -> EventLog:
    """The log that ``--events`` names. An experiment has its own."""
    path: Path | None = getattr(options, "events", None)
    if path and options.command is _run and not options.dry_run:
        raise InputError("--events belongs to --dry-run; an experiment's events are in its events.jsonl.")
    if path:
        refuse_other_content(path, (value for name, value in vars(options).items() if name != "events"))
    return EventLog(path)


def _parser() -> Parser:
    parser = Parser(
        prog=program(),
        description="Train a segmenter for scans without labels from labelled scans of another modality.",
    )
    parser.add_argument("--version", action="version", version=f"CrossMoDAUDA {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="adapt: translate, train, self-train, evaluate", description="Run or continue an experiment.")
    add_scans(run)
    _add_header(run)
    run.add_argument(
        "-o", "--output", type=Path, required=True, metavar="EXPERIMENT", help="experiment folder; an unfinished one is continued"
    )
    run.add_argument("--preset", choices=PRESETS, help="which settings to start from (default: paper)")
    run.add_argument("--translator", choices=TRANSLATORS, help="image translation; 'none' is the source-only baseline")
    run.add_argument("--iterations", metavar="N", help="self-training iterations")
    _add_device(run, None, "auto|cuda|cuda:N|cuda:N,M,...|mps|cpu", "where networks run; several GPUs train together (default: auto)")
    run.add_argument("--set", **_SET, help=f"any other setting; may be repeated; {_AS_JSON}")
    run.add_argument("--dry-run", action="store_true", help="only show the scans, every problem with them, and the stages that would run")
    nodes.add_options(run)
    run.add_argument("--only", action="append", default=[], metavar="STAGE", help="run this stage and no other; may be repeated")
    run.add_argument(
        "--take-from",
        type=Path,
        action="append",
        default=[],
        metavar="EXPERIMENT",
        help="first take over finished stages that would be the same from this experiment; may be repeated",
    )
    _add_events(run, " (only with --dry-run)")
    places.add_on(run)
    run.set_defaults(command=_run)

    studies.add_parser(commands)
    report.add_parser(commands)
    trust.add_parser(commands)

    translate = commands.add_parser("translate", help="source scans -> pseudo-target images", description="Translate source scans.")
    translate.set_defaults(command=_task, task="translate")
    segment = commands.add_parser("segment", help="target scans -> segmentations", description="Segment target scans.")
    segment.set_defaults(command=_task, task="segment")
    for command in (translate, segment):
        command.add_argument("model", type=Path, metavar="MODEL", help="an experiment folder, a model package, or an imported model's name")
        command.add_argument("inputs", type=Path, nargs="+", metavar="INPUT", help="scans (NIfTI, NRRD, DICOM, ...), folders, patterns")
        command.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="folder for the results")
        command.add_argument("--overwrite", action="store_true", help="replace results that are there already")
        command.add_argument(
            "--format", choices=("nii.gz", "nrrd"), default="nii.gz", help="file format (default: %(default)s); nrrd is not compressed"
        )
        command.add_argument(
            "--precision", choices=PRECISIONS, default="auto", help="arithmetic of the network (default: bf16 where the hardware has it)"
        )
        _add_header(command)
        _add_device(command)
        _add_events(command)
    segment.add_argument(
        "--largest-component",
        action="append",
        default=[],
        metavar="NAME",
        help="keep only this structure's largest component, whatever the model would keep; may be repeated; 'none' keeps all",
    )
    segment.add_argument("--measurements", type=file_to_write, metavar="FILE.csv", help="also write volumes, diameters and distances")
    segment.add_argument("--uncertainty", action="store_true", help="also write what the network doubts, for `follow-up`")
    segment.add_argument("--on", metavar="PLACE", help="segment on this place (see `place`); the results come here")
    segment.add_argument("--jobs", type=int, metavar="N", help="with --on a cluster: how many jobs at a time (default: as many as it lets)")
    segment.add_argument("--only-missing", action="store_true", help="leave scans out whose results by this model are there already")
    segment.add_argument("--dicom-seg", action="store_true", help="of DICOM, also write the segmentation as DICOM SEG")
    segment.add_argument("--rtstruct", action="store_true", help="of DICOM, also write contours as a DICOM structure set")
    segment.add_argument("--surfaces", action="store_true", help="also write each structure's surface for 3-D views, as .vtp")

    evaluate = commands.add_parser("evaluate", help="score segmentations against references", description="DSC and ASSD.")
    evaluate.add_argument("predictions", type=Path, metavar="PREDICTIONS", help="a label map or a folder of them")
    evaluate.add_argument("references", type=Path, metavar="REFERENCES", help="the reference label map or folder")
    evaluate.add_argument("-o", "--output", type=file_to_write, metavar="FILE.csv", help="also write the scores of each case")
    evaluate.add_argument("--set", **_SET, help=f"labels=... or evaluation.convention=...; {_AS_JSON}")
    _add_header(evaluate)
    _add_events(evaluate)
    evaluate.set_defaults(command=_task, task="evaluate")
    _add_events(measuring.add_parser(commands))
    _add_events(follow_up.add_parser(commands))

    package = commands.add_parser("package", help="an experiment's model as one file", description="Pack the model into one file.")
    package.add_argument("experiment", type=Path, metavar="EXPERIMENT", help="an experiment folder, or one of its iterations' folders")
    package.add_argument("-o", "--output", type=file_to_write, required=True, metavar="MODEL.zip", help="the package to write")
    package.add_argument("--overwrite", action="store_true", help="replace a file that is there already")
    _add_events(package)
    package.set_defaults(command=_package)
    take = commands.add_parser("import", help="keep a model package for use by name", description="Check model packages and keep them.")
    take.add_argument("packages", type=Path, nargs="+", metavar="MODEL.zip", help="checked whole before anything is written")
    _add_events(take)
    take.set_defaults(command=_import)
    models = commands.add_parser("models", help="the imported models", description="List the imported models.")
    models.add_argument("--remove", action="append", default=[], metavar="NAME", help="remove this model, then list; may be repeated")
    models.set_defaults(command=_models)
    _add_events(export.add_parser(commands))
    container.add_parser(commands)
    challenge.add_parser(commands)

    listing.add_parser(commands)
    places.add_parser(commands)
    _add_events(unpacking.add_parser(commands))

    control.add_parsers(commands)
    return parser


def _add_header(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--header", choices=HEADERS[1:], help="which of two places to believe where a NIfTI header gives both")


def _add_device(
    parser: argparse.ArgumentParser,
    default: str | None = "auto",
    names: str = "auto|cuda|cuda:N|mps|cpu",
    text: str = "where networks run (default: auto)",
) -> None:
    parser.add_argument("--device", default=default, metavar=names, help=text)


def _add_events(parser: argparse.ArgumentParser, when: str = "") -> None:
    parser.add_argument("--events", type=file_to_write, metavar="FILE.jsonl", help="also append the progress to a file" + when)


def _task(options: argparse.Namespace, log: EventLog) -> int:
    from . import inference, segmenting

    tasks = {"segment": segmenting.segment, "translate": inference.translate, "evaluate": inference.evaluate}
    function: Callable[[argparse.Namespace, EventLog], int] = tasks[options.task]
    if "model" not in options:
        return function(options, log)
    from ..models.library import find_model
    from ..models.package import as_folder

    options.model_name = options.model.stem
    with as_folder(find_model(options.model)) as options.model:
        return function(options, log)


def _package(options: argparse.Namespace, log: EventLog) -> int:
    from ..method.packing import write_package

    package = write_package(options.experiment, options.output, options.overwrite)
    log.write("result", input=str(options.experiment), outputs=[str(package.path)])
    say(f"{package.path}\n{NOT_CLINICAL}")
    return 0


def _import(options: argparse.Namespace, log: EventLog) -> int:
    from ..models.library import import_package, summary

    for path in options.packages:
        model = import_package(path)
        log.write("result", input=str(path), outputs=[str(model.folder)])
        say(f"{model.name}: {summary(model.description)}\n{model.folder}")
    say(NOT_CLINICAL)
    return 0


def _models(options: argparse.Namespace, _log: EventLog) -> int:
    from ..models.library import installed_models, models_folder, remove_model, summary

    for name in options.remove:
        remove_model(name)
        say(f"Removed {name}.")
    found = installed_models()
    say(f"{models_folder()} holds {len(found)} imported model{'' if len(found) == 1 else 's'}.")
    for model in found:
        say(f"  {model.name}: {summary(model.description)}")
    return 0


def _run(options: argparse.Namespace, log: EventLog) -> int:
    from ..experiment.folder import Experiment

    folder: Path = options.output
    node = 0 if options.dry_run else nodes.which_node(options)
    if node:
        return nodes.take_part(folder, node, options.nodes)
    moved_scans(options)
    if not names_scans(options) and Experiment.exists(folder):
        recorded = Experiment.load(folder)
        cohort, settings = recorded.cohort, with_values(recorded.settings, _given(options))
        if _preset(options) not in (None, settings.preset):
            raise InputError(
                f"{folder} is another experiment: it was started with preset={settings.preset}, not {_preset(options)};"
                " give the same again, or another output folder."
            )
    else:
        begun = None if names_scans(options) else places.recalled(options, _parser())
        if brings_labels(options):
            begun = find_scans(options)
            named = structures_of(begun, options.assignments)
            options.assignments = [*options.assignments, *(f"{key}={value}" for key, value in named.items())]
        settings = _settings(options)
        cohort = begun or find_scans(options)
        if Experiment.exists(folder) and LOOK not in _given(options):  # older versions' presets have it otherwise
            recorded = Experiment.load(folder)
            settings = with_values(settings, {LOOK: recorded.settings.translation.check_agreement})
    if options.dry_run:
        from .inference import dry_run

        return dry_run(cohort, settings, folder, log)
    place = places.place_of(options)
    if place and (options.only or options.take_from):
        raise InputError("--only and --take-from are for experiments on this computer; leave them out.")
    status = places.run_on(options, place, settings, cohort) if place else _run_here(options, settings, cohort)
    table = folder / "evaluation" / "table.md"
    if status == 0 and table.is_file():
        say(table.read_text(encoding="utf-8"))
    if status == 0 and not options.script_only:
        say(f"Results are in {folder.resolve()}")
    return status


def _run_here(options: argparse.Namespace, settings: Settings, cohort: Cohort) -> int:
    from ..experiment.folder import Experiment, check_folder
    from ..method.worker import work
    from ..places.place import find_place, finish

    folder: Path = options.output
    _refuse_unknown(options.only, settings, cohort)
    for donor in options.take_from:
        if not Experiment.exists(donor):
            raise InputError(f"--take-from {donor} is no experiment folder; check the path.")
    is_new = not Experiment.exists(folder)
    if is_new:  # what can be refused at once, before the scans are read
        check_folder(folder)
    finish(find_place().check(settings))
    if is_new:  # an older one goes on as it was begun
        _refuse_other_schedule(settings)
    with Display() as display:
        return work(folder, settings, cohort, display, options.nodes, options.only, options.take_from)


def _refuse_unknown(stages: Sequence[str], settings: Settings, cohort: Cohort) -> None:
    from ..method.plan import plan

    there_are = [stage.name for stage in plan(settings, cohort)] if stages else []
    for name in set(stages) - set(there_are):
        raise InputError(f"There is no stage '{short(name)}' for --only; there are {', '.join(there_are)}.")


def _refuse_other_schedule(settings: Settings) -> None:
    """Of a new experiment. nnU-Net's own trainer needs no look, and its import takes seconds."""
    if settings.segmentation.trainer != Settings().segmentation.trainer:
        from ..segmentation.nnunet import find_trainer
        from ..segmentation.schedule import refuse_other_schedule

        refuse_other_schedule(settings.segmentation, find_trainer(settings.segmentation.trainer))


def _given(options: argparse.Namespace) -> dict[str, Any]:
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


def _settings(options: argparse.Namespace) -> Settings:
    values, preset = _given(options), _preset(options)
    if options.device == "auto":  # as much as none
        values["device"] = dict(parse_assignments(options.assignments)).get("device", "auto")
    if values.get("translation.translator") == "none":
        values.setdefault("self_training.iterations", 0)  # the source-only baseline
    return with_values(preset_settings("paper" if preset is None else preset), values)

"""The command line: what a terminal, Slicer's batch mode and the panel's worker all run."""

from __future__ import annotations

import argparse
import importlib.util
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from . import __version__
from .config import PRESETS, TRANSLATORS, Settings, parse_assignments, parse_device, preset_settings, with_values
from .display import Bar, Display, complain, say
from .errors import CrossModaError, InputError
from .failures import INTERRUPTED, explain, is_unexpected, missing_packages

if TYPE_CHECKING:
    from .cohort import Cohort

NOT_CLINICAL = "Not for clinical use."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0, 1 (failed), 2 (bad use or input) or 130 (interrupted)."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a path may hold what the console's encoding does not
            stream.reconfigure(errors="backslashreplace")
    restore = _interrupt_on_terminate()
    command: Callable[[argparse.Namespace], int] | None = None
    try:
        options = _parser().parse_args(arguments)
        command = options.command
        return command(options)
    except SystemExit as stop:  # --help and --version
        return int(stop.code or 0)
    except (Exception, KeyboardInterrupt) as error:
        message, status = explain(error, _write_traceback(error))
        if status == INTERRUPTED and command is not _run:
            message = "Interrupted; results that are there already are whole."
        complain(message)
        return status
    finally:
        restore()


def _write_traceback(error: BaseException) -> Path | None:
    """A file with the details of an unexpected error, for a report; None for any other error."""
    if not is_unexpected(error):
        return None
    import tempfile
    import traceback

    try:
        with tempfile.NamedTemporaryFile(prefix="crossmoda_uda_", suffix=".log", delete=False) as log:
            log.write("".join(traceback.format_exception(error)).encode("utf-8", "backslashreplace"))
    except OSError:
        return None
    return Path(log.name)


class _Parser(argparse.ArgumentParser):
    """Complains in one sentence, as everything else here; takes no abbreviations, which a new option could make ambiguous."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message[:1].upper()}{message[1:]}; see {self.prog} --help.")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="crossmoda_uda.py",
        description="Train a segmenter for scans without labels from labelled scans of another modality. " + NOT_CLINICAL,
    )
    parser.add_argument("--version", action="version", version=f"CrossMoDAUDA {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="adapt: translate, train, self-train, evaluate", description="Run or continue an experiment.")
    scans = run.add_argument_group("scans (give --crossmoda or the three folders)")
    scans.add_argument("--crossmoda", type=Path, metavar="DIR", help="a crossMoDA data folder (2021, 2022 or 2023 names)")
    scans.add_argument("--source-images", type=Path, metavar="DIR", help="labelled scans, as ceT1")
    scans.add_argument("--source-labels", type=Path, metavar="DIR", help="their label maps")
    scans.add_argument("--target-images", type=Path, metavar="DIR", help="unlabelled scans of the other modality, as hrT2")
    scans.add_argument("--evaluate-images", type=Path, metavar="DIR", help="target scans with reference labels, for scoring only")
    scans.add_argument("--evaluate-labels", type=Path, metavar="DIR", help="those labels")
    run.add_argument(
        "-o", "--output", type=Path, required=True, metavar="EXPERIMENT", help="experiment folder; an unfinished one is continued"
    )
    run.add_argument("--preset", choices=PRESETS, default="paper", help="which settings to start from (default: %(default)s)")
    run.add_argument("--translator", choices=TRANSLATORS, help="image translation; 'none' is the source-only baseline")
    run.add_argument("--iterations", metavar="N", help="self-training iterations")
    _add_device(run)
    run.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", dest="assignments", help="any other setting; may be repeated"
    )
    run.add_argument("--dry-run", action="store_true", help="only show the scans that were found and every problem with them")
    run.set_defaults(command=_run)

    translate = commands.add_parser("translate", help="source scans -> pseudo-target images", description="Translate source scans.")
    translate.set_defaults(command=_translate)
    segment = commands.add_parser("segment", help="target scans -> segmentations", description="Segment target scans.")
    segment.set_defaults(command=_segment)
    for command in (translate, segment):
        command.add_argument("model", type=Path, metavar="MODEL", help="an experiment folder")
        command.add_argument("inputs", type=Path, nargs="+", metavar="INPUT", help="scans (NIfTI, NRRD or MetaImage)")
        command.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="folder for the results")
        command.add_argument("--overwrite", action="store_true", help="replace results that are there already")
        _add_device(command)

    evaluate = commands.add_parser("evaluate", help="score segmentations against references", description="DSC and ASSD.")
    evaluate.add_argument("predictions", type=Path, metavar="PREDICTIONS", help="a label map or a folder of them")
    evaluate.add_argument("references", type=Path, metavar="REFERENCES", help="the reference label map or folder")
    evaluate.add_argument("-o", "--output", type=Path, metavar="FILE.csv", help="also write the scores of each case")
    evaluate.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", dest="assignments", help="labels=... or evaluation.convention=..."
    )
    evaluate.set_defaults(command=_evaluate)

    status = commands.add_parser("status", help="how far an experiment is", description="Show an experiment's progress and scores.")
    status.add_argument("experiment", type=Path, metavar="EXPERIMENT")
    status.set_defaults(command=_status)
    return parser


def _add_device(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--device", default="auto", metavar="auto|cuda|cuda:N|mps|cpu", help="where networks run (default: %(default)s)")


def _run(options: argparse.Namespace) -> int:
    from .cohort_check import check_cohort
    from .experiment import Experiment, check_folder
    from .worker import work

    settings = _settings(options)
    cohort = _find(options)
    folder: Path = options.output
    is_new = not Experiment.exists(folder)
    if not options.dry_run:  # what can be refused at once, before the scans are read
        if is_new:
            check_folder(folder)
        _check_resources(settings)
    hashes: dict[str, str] = {}
    warnings: list[str] = []
    if options.dry_run or is_new:
        with Bar("checking the scans") as progress:
            report = check_cohort(cohort, settings.labels, progress)
        if options.dry_run:
            say(report.table())
            return InputError.exit_status if report.problems else 0
        report.raise_for_problems()
        hashes = {str(row.image): row.image_sha256 for row in report.rows}
        hashes.update({str(row.label): row.label_sha256 for row in report.rows if row.label})
        warnings = report.warnings
    with Display() as display:
        status = work(folder, settings, cohort, hashes, display, warnings)
    table = folder / "evaluation" / "table.md"
    if table.is_file():
        say(table.read_text(encoding="utf-8"))
    say(f"Results are in {folder.resolve()}")
    return status


def _check_resources(settings: Settings) -> None:
    """What can be refused before hours of work: a device that is not there, packages that are missing."""
    missing = [name for name in ("torch", "nnunetv2", "SimpleITK", "scipy", "safetensors") if importlib.util.find_spec(name) is None]
    if missing:
        raise CrossModaError(missing_packages(missing))
    if settings.device != "cpu":  # which is always there, and importing PyTorch takes seconds
        from . import devices

        devices.resolve(settings.device)
    if settings.segmentation.trainer != Settings().segmentation.trainer:
        from .segmentation.training import find_trainer

        find_trainer(settings.segmentation.trainer)


def _translate(options: argparse.Namespace) -> int:
    from .volumes import file_stem, read_volume, write_volume

    outputs = [[f"{file_stem(path)}_pseudo_target.nii.gz"] for path in options.inputs]
    device = parse_device(options.device)
    _check_outputs(options, outputs)
    from .translation.translator import Translator

    translator = Translator.load(options.model, device)

    def translate(path: Path, names: list[Path]) -> None:
        with Bar() as progress:
            write_volume(translator.translate(read_volume(path), progress), names[0])

    return _each(options, outputs, translate)


def _segment(options: argparse.Namespace) -> int:
    from . import mrml
    from .segmentation.predictor import Segmenter, model_folder
    from .volumes import file_stem, read_volume, write_volume

    outputs = [[f"{file_stem(path)}_Label.nii.gz", f"{file_stem(path)}.seg.nrrd"] for path in options.inputs]
    device = parse_device(options.device)
    model = model_folder(options.model)
    _check_outputs(options, outputs)
    mrml.scene()  # says at once, not after minutes of prediction, that MRML is not there
    segmenter = Segmenter.load(model, device)

    def segment(path: Path, names: list[Path]) -> None:
        with Bar() as progress:
            label = segmenter.segment(read_volume(path), progress)
        write_volume(label, names[0])
        mrml.write_segmentation_file(label, segmenter.labels, names[1], file_stem(path))

    return _each(options, outputs, segment)


def _check_outputs(options: argparse.Namespace, outputs: list[list[str]]) -> None:
    """Refuse what would lose somebody's files, before any work."""
    inputs = {path.resolve() for path in options.inputs}
    seen: dict[str, Path] = {}
    for path, names in zip(options.inputs, outputs, strict=True):
        if not path.is_file():
            raise InputError(f"{path} does not exist; check the path.")
        other = seen.setdefault(names[0].casefold(), path)  # a and A are one file on Windows and macOS
        if other is not path:
            raise InputError(f"{other} and {path} would both become {names[0]}; give them different names or output folders.")
        written = [options.output / name for name in names]
        overwritten = next((place for place in written if place.resolve() in inputs), None)
        if overwritten:
            raise InputError(f"{overwritten} is an input and would be overwritten; name another output folder.")
        existing = next((place for place in written if place.exists()), None)
        if existing and not options.overwrite:
            raise InputError(f"{existing} exists already; add --overwrite to replace it, or name another output folder.")
    from .experiment import make_writable_folder

    make_writable_folder(options.output)


def _each(options: argparse.Namespace, outputs: list[list[str]], function: Callable[[Path, list[Path]], None]) -> int:
    """Do every input, so that one bad scan does not cost the others; the worst exit status wins."""
    worst = 0
    for path, names in zip(options.inputs, outputs, strict=True):
        written = [options.output / name for name in names]
        try:
            function(path, written)
        except Exception as error:
            message, status = explain(error, _write_traceback(error))
            complain(message if str(path) in message else f"{path}: {message}")
            worst = max(worst, status)
        else:
            for name in written:
                say(str(name))
    return worst


def _evaluate(options: argparse.Namespace) -> int:
    from . import evaluation

    values: dict[str, Any] = dict(parse_assignments(options.assignments))
    settings = with_values(Settings(), values)
    useless = [key for key in values if key not in ("labels", "evaluation.convention")]
    if useless:
        raise InputError(f"--set {useless[0]} does not matter to evaluate; it takes labels and evaluation.convention.")
    with Bar() as progress:
        convention = settings.evaluation.convention
        scores = evaluation.score_folders(options.predictions, options.references, settings.labels, convention, progress)
    if options.output:
        evaluation.write_per_case_csv(options.output, {"predictions": scores})
    say(evaluation.table_text(evaluation.summary_rows({"predictions": scores}, list(settings.labels))))
    return 0


def _status(options: argparse.Namespace) -> int:
    from .experiment import describe

    say(describe(options.experiment))
    return 0


def _settings(options: argparse.Namespace) -> Settings:
    values: dict[str, Any] = dict(parse_assignments(options.assignments))
    values["device"] = options.device if options.device != "auto" else values.get("device", "auto")
    if options.translator:
        values["translation.translator"] = options.translator
    if options.iterations is not None:
        values["self_training.iterations"] = options.iterations
    elif values.get("translation.translator") == "none":
        values.setdefault("self_training.iterations", 0)  # the source-only baseline
    return with_values(preset_settings(options.preset), values)


def _find(options: argparse.Namespace) -> Cohort:
    from . import cohort

    folders = (options.source_images, options.source_labels, options.target_images)
    pair = (options.evaluate_images, options.evaluate_labels)
    if any(pair) and not all(pair):
        raise InputError("--evaluate-images and --evaluate-labels belong together; give both or neither.")
    if options.crossmoda:
        if any(folders):
            raise InputError("Give either --crossmoda or the source and target folders, not both.")
        found = cohort.find_crossmoda(options.crossmoda)
        return cohort.with_evaluation(found, *pair) if all(pair) else found
    if not all(folders):
        raise InputError("Name the scans: --crossmoda DIR, or all of --source-images, --source-labels and --target-images.")
    return cohort.find_folders(*folders, *pair)


def _interrupt_on_terminate() -> Callable[[], None]:
    """Treat a polite kill as Ctrl-C, so that it too ends cleanly; returns what undoes it."""
    if threading.current_thread() is not threading.main_thread():
        return lambda: None

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    names = [name for name in ("SIGTERM", "SIGBREAK") if hasattr(signal, name)]  # on Windows, the polite kill is Ctrl-Break
    before = {name: signal.signal(getattr(signal, name), interrupt) for name in names}

    def restore() -> None:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), signal.SIG_DFL if handler is None else handler)  # None: not set from Python

    return restore

"""The command line: what a terminal, Slicer's batch mode and the panel's worker all run."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from . import __version__
from .config import PRESETS, TRANSLATORS, Settings, parse_assignments, parse_device, preset_settings, with_values
from .errors import CrossModaError, InputError
from .failures import explain

NOT_CLINICAL = "Not for clinical use."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0, 1 (failed), 2 (bad use or input) or 130 (interrupted)."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a path may hold what the console's encoding does not
            stream.reconfigure(errors="backslashreplace")
    try:
        options = _parser().parse_args(arguments)
    except SystemExit as stop:  # argparse has said why
        return int(stop.code or 0)
    restore = _interrupt_on_terminate()
    try:
        status: int = options.command(options)
        return status
    except (Exception, KeyboardInterrupt) as error:
        message, status = explain(error)
        print(f"crossmoda_uda: {message}", file=sys.stderr)
        return status
    finally:
        restore()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
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
    from .experiment import Experiment, prepare_folder

    settings = _settings(options)
    cohort = _find(options)
    folder: Path = options.output
    hashes: dict[str, str] = {}
    if options.dry_run or not Experiment.exists(folder):
        with _bar() as progress:
            report = check_cohort(cohort, settings.labels, progress)
        if options.dry_run:
            print(report.table())
            return 2 if report.problems else 0
        if report.problems:
            print(report.table(), file=sys.stderr)
        report.raise_for_problems()
        hashes = {str(row.image): row.image_sha256 for row in report.rows}
        hashes.update({str(row.label): row.label_sha256 for row in report.rows if row.label})
        prepare_folder(folder)
    _check_resources(settings)
    from .worker import work

    return work(folder, settings, cohort, hashes, _bar)


def _check_resources(settings: Settings) -> None:
    """What can be refused before hours of work: a device that is not there, packages that are missing."""
    from . import devices

    _require("torch", "nnunetv2", "SimpleITK", "scipy", "safetensors", "filelock")
    devices.resolve(settings.device)


def _require(*packages: str) -> None:
    import importlib.util

    missing = [package for package in packages if importlib.util.find_spec(package) is None]
    if missing:
        raise CrossModaError(
            f"The Python package{'s' if len(missing) > 1 else ''} {', '.join(missing)} {'are' if len(missing) > 1 else 'is'} missing;"
            f" install with: {sys.executable} -m pip install {' '.join(missing)}"
        )


def _translate(options: argparse.Namespace) -> int:
    from .translation.translator import Translator
    from .volumes import file_stem, write_volume

    outputs = [[f"{file_stem(path)}_pseudo_target.nii.gz"] for path in options.inputs]

    def translate(path: Path, names: list[Path]) -> None:
        from .volumes import read_volume

        with _bar() as progress:
            write_volume(translator.translate(read_volume(path), progress), names[0])

    _check_outputs(options, outputs)
    translator = Translator.load(options.model, parse_device(options.device))
    return _each(options, outputs, translate)


def _segment(options: argparse.Namespace) -> int:
    from . import mrml
    from .volumes import file_stem, read_volume, write_volume

    outputs = [[f"{file_stem(path)}_Label.nii.gz", f"{file_stem(path)}.seg.nrrd"] for path in options.inputs]

    def segment(path: Path, names: list[Path]) -> None:
        with _bar() as progress:
            label = segmenter.segment(read_volume(path), progress)
        write_volume(label, names[0])
        mrml.write_segmentation_file(label, segmenter.labels, names[1], file_stem(path))

    _check_outputs(options, outputs)
    mrml.scene()  # says at once, not after minutes of prediction, that MRML is not there
    from .segmentation.predictor import Segmenter

    segmenter = Segmenter.load(options.model, parse_device(options.device))
    return _each(options, outputs, segment)


def _check_outputs(options: argparse.Namespace, outputs: list[list[str]]) -> None:
    """Refuse what would lose somebody's files, before any work."""
    seen: dict[str, Path] = {}
    for path, names in zip(options.inputs, outputs, strict=True):
        if not path.is_file():
            raise InputError(f"{path} does not exist; check the path.")
        if names[0] in seen:
            raise InputError(f"{seen[names[0]]} and {path} would both become {names[0]}; give them different names or output folders.")
        seen[names[0]] = path
        existing = next((options.output / name for name in names if (options.output / name).exists()), None)
        if existing and not options.overwrite:
            raise InputError(f"{existing} exists already; add --overwrite to replace it, or name another output folder.")
    if options.output.exists() and not options.output.is_dir():
        raise InputError(f"{options.output} is a file; name a folder for the results.")
    try:
        options.output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{options.output} cannot be made ({error.strerror}); choose another output folder.") from None


def _each(options: argparse.Namespace, outputs: list[list[str]], function: Callable[[Path, list[Path]], None]) -> int:
    """Do every input, so that one bad scan does not cost the others; the worst exit status wins."""
    worst = 0
    for path, names in zip(options.inputs, outputs, strict=True):
        written = [options.output / name for name in names]
        try:
            function(path, written)
            for name in written:
                print(name)
        except CrossModaError as error:
            message = str(error)
            print(f"crossmoda_uda: {message if str(path) in message else f'{path}: {message}'}", file=sys.stderr)
            worst = max(worst, error.exit_status)
    return worst


def _evaluate(options: argparse.Namespace) -> int:
    from . import evaluation

    values = parse_assignments(options.assignments)
    settings = with_values(Settings(), dict(values))
    with _bar() as progress:
        convention = settings.evaluation.convention
        scores = evaluation.score_folders(options.predictions, options.references, settings.labels, convention, progress)
    if options.output:
        evaluation.write_per_case_csv(options.output, {"predictions": scores})
    print(evaluation.table_text(evaluation.summary_rows({"predictions": scores}, list(settings.labels))))
    return 0


def _status(options: argparse.Namespace) -> int:
    from .experiment import describe

    print(describe(options.experiment))
    return 0


def _settings(options: argparse.Namespace) -> Settings:
    values: dict[str, Any] = dict(parse_assignments(options.assignments))
    values["device"] = options.device if options.device != "auto" else values.get("device", "auto")
    if options.translator:
        values["translation.translator"] = options.translator
    if options.iterations is not None:
        values["self_training.iterations"] = options.iterations
    return with_values(preset_settings(options.preset), values)


def _find(options: argparse.Namespace) -> Any:
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


class _bar:  # noqa: N801 - used like a function
    """A progress bar on a terminal, nothing elsewhere; itself a Progress."""

    def __init__(self, label: str = "") -> None:
        self._label = label
        self._shown: Any = None

    def __enter__(self) -> _bar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown is not None:
            self._shown.close()

    def __call__(self, step: int, total: int, message: str = "", **metrics: float) -> None:
        if self._shown is None:
            import importlib.util

            if not sys.stderr.isatty() or importlib.util.find_spec("tqdm") is None:
                return
            from tqdm import tqdm

            self._shown = tqdm(total=total, desc=self._label, leave=bool(self._label), dynamic_ncols=True)
        self._shown.total = total
        self._shown.set_postfix_str(" ".join([message, *(f"{name}={value:.3g}" for name, value in metrics.items())]), refresh=False)
        self._shown.update(step - self._shown.n)


def _interrupt_on_terminate() -> Callable[[], None]:
    """Treat a polite kill as Ctrl-C, so that it too ends cleanly; returns what undoes it."""
    if threading.current_thread() is not threading.main_thread():
        return lambda: None

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)

    def restore() -> None:
        signal.signal(signal.SIGTERM, before)

    return restore

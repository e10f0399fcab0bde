"""The commands that work on scans without an experiment of their own: translate, segment, evaluate and the check of a cohort."""

from __future__ import annotations

import argparse
import base64
import contextlib
import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import InputError, short
from ..core.failures import explain, write_traceback
from ..core.files import check_path, write_text
from ..core.progress import Progress
from ..core.settings import Settings, parse_assignments, parse_device, with_values
from ..experiment.events import CHECK, LOADING, SENDING, EventLog
from ..images.names import scans_in, segment_results
from .terminal import Bar, complain, say

if TYPE_CHECKING:
    from ..cohort.checking import CaseReport
    from ..cohort.finding import Cohort
    from ..images.volumes import Volume
    from ..models.model_folder import ModelInfo
    from ..segmentation.predictor import Segmenter

_THUMBNAIL = 48  # pixels of a checked scan's picture
# What is done with one scan: reads it, reports, writes the files; returns what to warn of, in sentences.
Task = Callable[[Path, list[Path], Progress], list[str]]
# The label map of a scan's file, on its grid.
Predict = Callable[[Path, Progress], "Volume"]


def translate(options: argparse.Namespace, log: EventLog) -> int:
    """``translate``: a pseudo-target image of each source scan."""
    from ..images.intensity import oddities
    from ..images.shear import on_own_grid
    from ..images.volumes import file_stem, read_volume, write_volume
    from ..models.model_folder import translator_folder

    options.inputs = scans(options.inputs)
    outputs = [[f"{file_stem(path)}_pseudo_target.{options.format}"] for path in options.inputs]
    device = one_device(options.device)
    check_outputs(options, outputs)
    model = translator_folder(options.model)
    _prefer_header(options)
    _tell_loading(log, "translate")
    from ..translation.trained import TrainedTranslator

    translator = TrainedTranslator.load(model, device, options.precision)

    def task(path: Path, names: list[Path], progress: Progress) -> list[str]:
        scan = read_volume(path)
        translated = translator.translate(scan, progress)
        write_volume(on_own_grid(translated, scan, nearest=False), names[0], options.format != "nrrd")
        return [*scan.notes, *(f"{path}: {oddity}" for oddity in (*oddities(scan.array), *translated.notes))]

    return each(options, outputs, task, log, "translate")


def segment(options: argparse.Namespace, log: EventLog) -> int:
    """``segment``: a label map and a segmentation of each target scan, warnings, and a table of measurements."""
    from ..images.volumes import file_stem
    from ..models.model_folder import chosen_components, describe_model
    from ..slicer_nodes import mrml

    options.inputs = scans(options.inputs)
    outputs = [segment_results(path, options.format) for path in options.inputs]
    device = one_device(options.device)
    model = describe_model(options.model)
    _prefer_header(options)
    if options.surfaces:
        for path, names in zip(options.inputs, outputs, strict=True):
            names += mrml.surface_files(file_stem(path), model.labels).values()
    components = chosen_components(model, options.largest_component)
    check_outputs(options, outputs, options.measurements)
    _tell_loading(log, "segment")
    mrml.scene()  # says at once, not after minutes of prediction, that MRML is not there
    if options.on:
        from .places import segmenter_on

        with segmenter_on(options, model, _both(bar := Bar("sending"), log.progress(SENDING))) as remote, bar:
            return _segment_all(options, outputs, model, remote.segment, log)
    from ..segmentation.predictor import Segmenter

    segmenter = Segmenter.load(model.folder, device, components, options.precision)
    return _segment_all(options, outputs, model, lambda path, progress: segmented(segmenter, path, progress), log)


def segmented(segmenter: Segmenter, path: Path, progress: Progress) -> Volume:
    """A scan's label map, with what is unusual about the scan in its notes, and the grid of the scan's file."""
    from ..images.intensity import oddities
    from ..images.volumes import read_volume

    scan = read_volume(path)
    label = segmenter.segment(scan, progress)
    notes = (*scan.notes, *(f"{path}: {oddity}" for oddity in oddities(scan.array)))
    return dataclasses.replace(label, notes=notes, own=scan.own)


def _segment_all(options: argparse.Namespace, outputs: list[list[str]], model: ModelInfo, predict: Predict, log: EventLog) -> int:
    """Write what ``segment`` writes for each scan."""
    from ..images.shear import on_own_grid
    from ..images.volumes import file_stem, write_volume
    from ..scoring import measurements, plausibility
    from ..slicer_nodes import mrml

    measured: list[tuple[str, measurements.Measurement]] = []
    warned: dict[tuple[str, str], str] = {}

    def task(path: Path, names: list[Path], progress: Progress) -> list[str]:
        name, label = file_stem(path), predict(path, progress)
        notes = list(label.notes)
        warnings = plausibility.check(label, model.labels, model.trained_on)
        if warnings:  # first: no result lies there without its warnings
            write_text(names[2], plausibility.as_text(name, warnings))
        write_volume(on_own_grid(label, label, nearest=True), names[0], options.format != "nrrd")
        mrml.write_segmentation_file(label, model.labels, names[1], name)
        if options.surfaces:
            mrml.write_surfaces(label, model.labels, options.output, name)
        if not warnings:
            names[2].unlink(missing_ok=True)
        for warning in warnings:
            log.write("warning", scan=name, structure=warning.structure, finding=warning.kind, message=warning.message)
            warned[name, warning.structure] = " ".join(filter(None, (warned.get((name, warning.structure)), warning.message)))
        if options.measurements:  # after each scan, so that a later one's failure costs nothing
            measured.extend((name, measurement) for measurement in measurements.measure(label, model.labels))
            measurements.write_csv(options.measurements, measured, warned)
        return [*notes, *(f"{name}: {warning.message}" for warning in warnings)]

    status = each(options, outputs, task, log, "segment")
    if measured:
        say(str(options.measurements))
    return status


def _prefer_header(options: argparse.Namespace) -> None:
    """Read scans' headers as asked for, or else as the experiment does whose model it is."""
    from ..experiment.folder import Experiment
    from ..images import readings

    folder = next((place for place in (options.model, options.model.parent) if Experiment.exists(place)), None)
    recorded = "auto"
    if folder is not None and not options.header:
        with contextlib.suppress(InputError):  # a model can be used without its experiment
            recorded = Experiment.load(folder).settings.reading.header
    readings.prefer(options.header or recorded)


def scans(inputs: list[Path]) -> list[Path]:
    """The inputs; a folder stands for the scans in it."""
    found: list[Path] = []
    for path in inputs:
        inside = scans_in(path) if path.is_dir() else [path]
        if not inside:
            raise InputError(f"{path} holds no scans (NIfTI, NRRD or MetaImage files); give the folder in which they lie directly.")
        found += inside
    return found


def evaluate(options: argparse.Namespace, log: EventLog) -> int:
    """``evaluate``: DSC and ASSD of label maps against references."""
    from ..images import readings
    from ..scoring import evaluation

    told: list[str] = []
    values: dict[str, Any] = dict(parse_assignments(options.assignments))
    if options.header:
        values["reading.header"] = options.header
    useless = [key for key in values if key not in ("labels", "evaluation.convention") and not key.startswith("reading.")]
    if useless:
        raise InputError(f"--set {short(useless[0])} does not matter to evaluate; it takes labels, evaluation.convention and reading.*.")
    settings = with_values(Settings(), values)
    readings.prefer(settings.reading.header)
    with Bar("scoring") as bar:
        convention, progress = settings.evaluation.convention, _both(bar, log.progress("evaluate"))
        folders, merged = (options.predictions, options.references), settings.reading.merged_values
        scores = evaluation.score_folders(*folders, settings.labels, convention, progress, merged, told.append)
    for note in told:
        complain(f"warning: {note}")
        log.write("warning", message=note)
    if options.output:
        evaluation.write_per_case_csv(options.output, {"predictions": scores})
        log.write("result", input=str(options.predictions), outputs=[str(options.output)])
    say(evaluation.table_text(evaluation.summary_rows({"predictions": scores}, list(settings.labels))))
    return 0


def dry_run(cohort: Cohort, settings: Settings, folder: Path, log: EventLog) -> int:
    """``run --dry-run``: every case, every problem and the stages that would run; bad scans make the exit status 2.

    Args:
        folder: of the experiment, if there is one already.
    """
    from ..cohort.checking import check_cohort
    from ..core.budget import left_open
    from ..experiment.elsewhere import read_elsewhere
    from ..experiment.folder import Experiment
    from ..experiment.markers import read_markers
    from ..experiment.stages import due
    from ..images import readings
    from ..method.plan import left_out_settings, plan
    from ..method.sizing import for_scans

    readings.prefer(settings.reading.header)
    log.write("progress", stage=CHECK, step=0, total=sum(map(len, cohort.domains().values())), message="reading the scans")
    with Bar("checking the scans", keep=True) as bar:
        progress = _both(bar, log.progress(CHECK))
        structures = (settings.labels, progress, settings.reading.merged_values)
        report = check_cohort(cohort, *structures, on_case=lambda row: _tell_case(log, row), thumbnail_pixels=_THUMBNAIL)
    for problem in report.cohort_problems:
        log.write("error", message=problem)
    left_out = left_out_settings(settings, cohort)
    for warning in [*report.cohort_warnings, *left_out]:
        log.write("warning", message=warning)
    say("\n".join([report.table(), *(f"warning: {remark}" for remark in left_out)]))
    if report.problems:
        return InputError.exit_status
    stages = plan(settings, cohort)
    waiting = due(stages, read_markers(folder), None if read_elsewhere(folder) else folder)
    if left_open(settings) and not Experiment.exists(folder):
        fitted = "".join(f" {key}={value} (for these scans)." for key, value in for_scans(settings, cohort).items() if value)
        say(f"\nThe epochs for {settings.budget_minutes:g} minutes are chosen when it begins, by trying out how fast this is.{fitted}")
    say(f"\n{len(waiting)} of {len(stages)} stages would run:")
    for stage in stages:
        if stage.name in waiting:
            say(f"  {stage.name:<32}  {stage.title.words()}")
    return 0


def _tell_case(log: EventLog, row: CaseReport) -> None:
    log.write(
        "case",
        domain=row.domain,
        case=row.id,
        image=str(row.image),
        label=str(row.label) if row.label else None,
        size=row.size,
        spacing=row.spacing,
        voxel_type=row.voxel_type,
        intensities=row.intensities,
        label_voxels=row.label_voxels,
        thumbnail=base64.b64encode(row.thumbnail).decode("ascii"),
        problems=row.problems,
        warnings=row.warnings,
    )


def one_device(text: str) -> str:
    """The device that ``--device`` names.

    Raises:
        InputError: it is none, or several GPUs.
    """
    device = parse_device(text)
    if "," in device:
        raise InputError(f"--device {device} names several GPUs, which only 'run' uses together; name one of them.")
    return device


def _tell_loading(log: EventLog, command: str) -> None:
    """Tell it before PyTorch is imported, which takes seconds."""
    log.write("progress", stage=command, step=0, total=1, message=LOADING)


def check_outputs(options: argparse.Namespace, outputs: list[list[str]], table: Path | None = None) -> None:
    """Refuse what would lose somebody's files, before any work."""
    for path in (*options.inputs, options.output):
        check_path(path)
    inputs = {path.resolve() for path in options.inputs}
    seen: dict[str, Path] = {}
    for path, names in zip(options.inputs, outputs, strict=True):
        if not path.is_file():
            raise InputError(f"{path} does not exist; check the path.")
        other = seen.setdefault(names[0].casefold(), path)  # a and A are one file on Windows and macOS
        if other is not path:
            raise InputError(f"{other} and {path} would both become {names[0]}; give them different names or output folders.")
    for place in [*([table] if table else []), *(options.output / name for names in outputs for name in names)]:
        if place.resolve() in inputs:
            raise InputError(f"{place} is an input and would be overwritten; name another output folder.")
        if place.is_dir():
            raise InputError(f"{place} is a folder; name a file.")
        if place.exists() and not options.overwrite:
            raise InputError(f"{place} exists already; add --overwrite to replace it, or name another output folder.")
    from ..core.folders import make_writable_folder

    make_writable_folder(options.output)
    for names in outputs:
        with contextlib.suppress(FileNotFoundError):
            (options.output / names[0]).lstat()  # refuses a name longer than the disk takes
    if table:
        make_writable_folder(table.absolute().parent)


def each(options: argparse.Namespace, outputs: list[list[str]], task: Task, log: EventLog, command: str) -> int:
    """Do every input, so that one bad scan does not cost the others; the worst exit status wins."""
    worst, count = 0, len(options.inputs)
    for number, (path, names) in enumerate(zip(options.inputs, outputs, strict=True), 1):
        written = [options.output / name for name in names]
        place = f"{number} of {count}: {path.name}" if count > 1 else ""
        try:
            log.write("progress", stage=command, step=0, total=1, message=place or f"reading {path.name}")
            with Bar(place or path.name) as bar:
                warnings = task(path, written, _both(bar, _named(log.progress(command), place)))
        except Exception as error:
            message, status = explain(error, write_traceback(error))
            message = message if str(path) in message else f"{path}: {message}"
            complain(message)
            log.write("error", message=message)
            worst = max(worst, status)
        else:
            for warning in warnings:
                complain(f"warning: {warning}")
            there = [name for name in written if name.is_file()]  # warnings need not be
            for name in there:
                say(str(name))
            log.write("result", input=str(path), outputs=[str(name) for name in there])
    return worst


def _both(first: Progress, second: Progress) -> Progress:
    def report(step: int, total: int, message: str = "", **metrics: float) -> None:
        first(step, total, message, **metrics)
        second(step, total, message, **metrics)

    return report


def _named(progress: Progress, place: str) -> Progress:
    """With several scans, a message names the scan and not the step."""

    def report(step: int, total: int, message: str = "", **metrics: float) -> None:
        progress(step, total, place or message, **metrics)

    return report

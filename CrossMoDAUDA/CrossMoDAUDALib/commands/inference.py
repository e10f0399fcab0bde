"""The commands that work on scans without an experiment of their own: translate, segment, evaluate and the check of a cohort."""

from __future__ import annotations

import argparse
import base64
import contextlib
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import InputError, short
from ..core.failures import explain, write_traceback
from ..core.files import check_path, write_json, write_text
from ..core.progress import Progress
from ..core.settings import Settings, parse_assignments, parse_device, with_values
from ..experiment.events import CHECK, LOADING, SENDING, EventLog
from ..images.fingerprint import is_there
from ..images.names import UNCERTAINTY, WARNINGS, segment_results
from ..images.other_formats import notes_of
from .inputs import find_inputs, result_stems
from .terminal import Bar, complain, say

if TYPE_CHECKING:
    from ..cohort.checking import CaseReport
    from ..cohort.finding import Cohort
    from ..images.dicom_results import DicomResult
    from ..images.volumes import Volume
    from ..models.model_folder import ModelInfo
    from ..places.unfinished import Unfinished
    from ..scoring import plausibility

_THUMBNAIL = 48  # pixels of a checked scan's picture
# What is done with one scan: reads it, reports, writes the files; returns what to warn of, in sentences.
Task = Callable[[Path, list[Path], Progress], list[str]]
# The label map of a scan's file, on its grid.
Predict = Callable[[Path, Progress], "Volume"]
# Which of the scans that are left is done next.
Turn = Callable[[Sequence[Path]], Path]


def translate(options: argparse.Namespace, log: EventLog) -> int:
    """``translate``: a pseudo-target image of each source scan."""
    from ..images.volumes import read_volume, write_volume
    from ..models.model_folder import translator_folder

    options.inputs, left_out = find_inputs(options.inputs, log)
    outputs = [[f"{stem}_pseudo_target.{options.format}"] for stem in result_stems(options.inputs).values()]
    device = one_device(options.device)
    check_outputs(options, outputs)
    model = translator_folder(options.model)
    _tell_loading(log, "translate")
    from ..translation.trained import TrainedTranslator

    translator = TrainedTranslator.load(model, device, options.precision)

    def task(path: Path, names: list[Path], progress: Progress) -> list[str]:
        write_volume(translator.translate(read_volume(path), progress), names[0], options.format != "nrrd")
        return []

    return max(each(options, outputs, task, log, "translate"), left_out)


def segment(options: argparse.Namespace, log: EventLog) -> int:
    """``segment``: a label map and a segmentation of each target scan, warnings, and a table of measurements."""
    from ..images.volumes import read_label_map, read_volume
    from ..models.model_folder import chosen_components, describe_model
    from ..slicer_nodes import mrml
    from .places import segmenter_on, unfinished

    options.inputs, left_out = find_inputs(options.inputs, log)
    stems = result_stems(options.inputs)
    outputs = [segment_results(Path(f"{stem}.nii.gz"), options.format) for stem in stems.values()]
    device = one_device(options.device)
    model = describe_model(options.model)
    if options.surfaces:
        for path, names in zip(options.inputs, outputs, strict=True):
            names += mrml.surface_files(stems[path], model.labels).values()
    for wanted in _dicom_results(options):
        for path, names in zip(options.inputs, outputs, strict=True):
            wanted.check(path)
            names.append(stems[path] + wanted.ending)
    if options.uncertainty:
        if options.on:
            raise InputError("--uncertainty and --on do not go together: the probabilities stay there; leave one of them out.")
        for path, names in zip(options.inputs, outputs, strict=True):
            names.append(stems[path] + UNCERTAINTY)
    components = chosen_components(model, options.largest_component)
    if options.jobs is not None and (not options.on or options.jobs < 1):
        raise InputError("--jobs must be 1 or more, and belongs to --on; on this computer one scan is segmented at a time.")
    record = unfinished(options, model) if options.on else None
    done = _done(options, outputs, record)
    begun = {path for path in options.inputs if record is not None and record.is_ours(path)}
    check_outputs(options, outputs, options.measurements, begun | done.keys(), is_table_ours=bool(begun))
    _tell_loading(log, "segment")
    mrml.scene()  # says at once, not after minutes of prediction, that MRML is not there

    def known(path: Path, _progress: Progress) -> Volume:
        return read_label_map(done[path])

    missing = [path for path in options.inputs if path not in done]
    if not missing:
        return max(_segment_all(options, outputs, stems, model, known, log, done, record), left_out)
    if record is not None:
        with segmenter_on(options, model, missing, _both(bar := Bar("sending"), log.progress(SENDING)), record) as remote, bar:

            def predict(path: Path, progress: Progress) -> Volume:
                return known(path, progress) if path in done else remote.segment(path, progress)

            def turn(left: Sequence[Path]) -> Path:
                first = next((path for path in left if path in done), None)
                with Bar("waiting") as waiting:
                    return first or remote.next_of(left, waiting)

            return max(_segment_all(options, outputs, stems, model, predict, log, done, record, turn), left_out)
    from ..segmentation.predictor import Segmenter

    segmenter = Segmenter.load(model.folder, device, components, options.precision)

    def segmented(path: Path, progress: Progress) -> Volume:
        if path in done:
            return known(path, progress)
        if not options.uncertainty:
            return segmenter.segment(read_volume(path), progress)
        from ..scoring.extent import doubt_of

        label, probabilities = segmenter.segment_with_probabilities(read_volume(path), progress)
        write_json(options.output / (stems[path] + UNCERTAINTY), doubt_of(label, probabilities, model.labels))
        return label

    return max(_segment_all(options, outputs, stems, model, segmented, log, done), left_out)


def _done(options: argparse.Namespace, outputs: list[list[str]], record: Unfinished | None) -> dict[Path, Path]:
    """The label maps of those scans whose results are there and are not to be made again, by scan."""
    found = {}
    for path, names in zip(options.inputs, outputs, strict=True):
        needed = [name for name in names if not name.endswith((WARNINGS, ".vtp"))]  # of which there may be none
        are_there = options.only_missing and all((options.output / name).is_file() for name in needed)
        if is_there(path) and (are_there or (record is not None and record.is_done(path, needed))):
            found[path] = options.output / names[0]
    return found


def _segment_all(
    options: argparse.Namespace,
    outputs: list[list[str]],
    stems: dict[Path, str],
    model: ModelInfo,
    predict: Predict,
    log: EventLog,
    done: Mapping[Path, Path],
    record: Unfinished | None = None,
    turn: Turn | None = None,
) -> int:
    """Write what ``segment`` writes for each scan.

    Args:
        stems: how the names of each scan's results begin.
    """
    from ..images.volumes import write_volume
    from ..scoring import measurements, plausibility
    from ..slicer_nodes import mrml

    measured: dict[Path, list[tuple[str, measurements.Measurement]]] = {}
    warned: dict[tuple[str, str], str] = {}

    def task(path: Path, names: list[Path], progress: Progress) -> list[str]:
        name, label = stems[path], predict(path, progress)
        warnings = plausibility.check(label, model.labels, model.trained_on)
        if path not in done:
            if record is not None:
                record.note(path, is_done=False)
            write(path, names, label, warnings)
            if record is not None:
                record.note(path, is_done=True)
        for warning in warnings:
            log.write("warning", scan=name, structure=warning.structure, finding=warning.kind, message=warning.message)
            warned[name, warning.structure] = " ".join(filter(None, (warned.get((name, warning.structure)), warning.message)))
        if options.measurements:  # after each scan, so that a later one's failure costs nothing
            measured[path] = [(name, measurement) for measurement in measurements.measure(label, model.labels)]
            rows = [row for path in options.inputs for row in measured.get(path, [])]
            measurements.write_csv(options.measurements, rows, warned)
        return [f"{name}: {warning.message}" for warning in warnings]

    def write(path: Path, names: list[Path], label: Volume, warnings: Sequence[plausibility.PlausibilityWarning]) -> None:
        name = stems[path]
        if warnings:  # first: no result lies there without its warnings
            write_text(names[2], plausibility.as_text(name, warnings))
        write_volume(label, names[0], options.format != "nrrd")
        mrml.write_segmentation_file(label, model.labels, names[1], name)
        if options.surfaces:
            mrml.write_surfaces(label, model.labels, options.output, name)
        for wanted in _dicom_results(options):
            wanted.write(label, model.labels, path, options.output / f"{name}{wanted.ending}", options.model_name)
        if not warnings:
            names[2].unlink(missing_ok=True)

    status = each(options, outputs, task, log, "segment", turn)
    if record is not None:
        record.end(options.inputs)
    if measured:
        say(str(options.measurements))
    return status


def _dicom_results(options: argparse.Namespace) -> list[DicomResult]:
    """What is to be written besides, of scans that are DICOM."""
    if not (options.dicom_seg or options.rtstruct):
        return []
    from ..images.dicom_results import RTSTRUCT, SEG

    return [each for each, is_wanted in ((SEG, options.dicom_seg), (RTSTRUCT, options.rtstruct)) if is_wanted]


def evaluate(options: argparse.Namespace, log: EventLog) -> int:
    """``evaluate``: DSC and ASSD of label maps against references."""
    from ..scoring import evaluation

    values: dict[str, Any] = dict(parse_assignments(options.assignments))
    useless = [key for key in values if key not in ("labels", "evaluation.convention")]
    if useless:
        raise InputError(f"--set {short(useless[0])} does not matter to evaluate; it takes labels and evaluation.convention.")
    settings = with_values(Settings(), values)
    with Bar("scoring") as bar:
        convention, progress = settings.evaluation.convention, _both(bar, log.progress("evaluate"))
        scores = evaluation.score_folders(options.predictions, options.references, settings.labels, convention, progress)
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
    from ..method.plan import left_out_settings, plan
    from ..method.sizing import for_scans

    log.write("progress", stage=CHECK, step=0, total=sum(map(len, cohort.domains().values())), message="reading the scans")
    with Bar("checking the scans", keep=True) as bar:
        progress = _both(bar, log.progress(CHECK))
        report = check_cohort(cohort, settings.labels, progress, on_case=lambda row: _tell_case(log, row), thumbnail_pixels=_THUMBNAIL)
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


def check_outputs(
    options: argparse.Namespace,
    outputs: list[list[str]],
    table: Path | None = None,
    ours: Collection[Path] = (),
    is_table_ours: bool = False,
) -> None:
    """Refuse what would lose somebody's files, before any work.

    Args:
        ours: the inputs whose results may be there: this very command has written them, or leaves them as they are.
        is_table_ours: this command has written the table, too.
    """
    for path in (*options.inputs, options.output):
        check_path(path)
    inputs = {path.resolve() for path in options.inputs}
    seen: dict[str, Path] = {}
    for path, names in zip(options.inputs, outputs, strict=True):
        if not is_there(path):
            raise InputError(f"{path} does not exist; check the path.")
        other = seen.setdefault(names[0].casefold(), path)  # a and A are one file on Windows and macOS
        if other is not path:
            raise InputError(f"{other} and {path} would both become {names[0]}; give them different names or output folders.")
    own = {options.output / name for path, names in zip(options.inputs, outputs, strict=True) if path in ours for name in names}
    if table and is_table_ours:
        own.add(table)
    for place in [*([table] if table else []), *(options.output / name for names in outputs for name in names)]:
        if place.resolve() in inputs:
            raise InputError(f"{place} is an input and would be overwritten; name another output folder.")
        if place.is_dir():
            raise InputError(f"{place} is a folder; name a file.")
        if place.exists() and not options.overwrite and place not in own:
            raise InputError(f"{place} exists already; add --overwrite to replace it, or name another output folder.")
    from ..core.folders import make_writable_folder

    make_writable_folder(options.output)
    for names in outputs:
        with contextlib.suppress(FileNotFoundError):
            (options.output / names[0]).lstat()  # refuses a name longer than the disk takes
    if table:
        make_writable_folder(table.absolute().parent)


def each(options: argparse.Namespace, outputs: list[list[str]], task: Task, log: EventLog, command: str, turn: Turn | None = None) -> int:
    """Do every input, so that one bad scan does not cost the others; the worst exit status wins.

    Args:
        turn: says whose turn it is; None for their order.
    """
    worst, count = 0, len(options.inputs)
    left = dict(zip(options.inputs, outputs, strict=True))
    for number in range(1, count + 1):
        path = turn(list(left)) if turn else next(iter(left))
        names = left.pop(path)
        written = [options.output / name for name in names]
        place = f"{number} of {count}: {path.name}" if count > 1 else ""
        try:
            log.write("progress", stage=command, step=0, total=1, message=place or f"reading {path.name}")
            with Bar(place or path.name) as bar:
                warnings = [*notes_of(path), *task(path, written, _both(bar, _named(log.progress(command), place)))]
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

"""The command ``segment``: here or on another computer, all that is asked for of each scan."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import InputError
from ..core.files import write_json, write_text
from ..core.progress import Progress
from ..experiment.events import SENDING, EventLog
from ..images.fingerprint import is_there
from ..images.names import UNCERTAINTY, WARNINGS, segment_results
from .inference import Turn, add_model_options, both, check_outputs, each, one_device, prefer_header, tell_loading
from .inputs import find_inputs, result_stems
from .parsing import file_to_write
from .terminal import Bar, say

if TYPE_CHECKING:
    from ..images.dicom_results import DicomResult
    from ..images.volumes import Volume
    from ..models.model_folder import ModelInfo
    from ..places.unfinished import Unfinished
    from ..scoring import plausibility
    from ..segmentation.predictor import Segmenter

# The label map of a scan's file, on its grid.
Predict = Callable[[Path, Progress], "Volume"]


def add_parser(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("segment", help="target scans -> segmentations", description="Segment target scans.")
    parser.set_defaults(command=segment)
    add_model_options(parser)
    parser.add_argument(
        "--largest-component",
        action="append",
        default=[],
        metavar="NAME",
        help="keep only this structure's largest component, whatever the model would keep; may be repeated; 'none' keeps all",
    )
    parser.add_argument("--measurements", type=file_to_write, metavar="FILE.csv", help="also write volumes, diameters and distances")
    parser.add_argument("--uncertainty", action="store_true", help="also write what the network doubts, for `follow-up`")
    parser.add_argument("--on", metavar="PLACE", help="segment on this place (see `place`); the results come here")
    parser.add_argument("--jobs", type=int, metavar="N", help="with --on a cluster: how many jobs at a time (default: as many as it lets)")
    parser.add_argument("--only-missing", action="store_true", help="leave scans out whose results by this model are there already")
    parser.add_argument("--dicom-seg", action="store_true", help="of DICOM, also write the segmentation as DICOM SEG")
    parser.add_argument("--rtstruct", action="store_true", help="of DICOM, also write contours as a DICOM structure set")
    parser.add_argument("--surfaces", action="store_true", help="also write each structure's surface for 3-D views, as .vtp")


def segment(options: argparse.Namespace, log: EventLog) -> int:
    """``segment``: a label map and a segmentation of each target scan, warnings, and a table of measurements."""
    with contextlib.ExitStack() as held:
        return _segment(options, log, held)


def _segment(options: argparse.Namespace, log: EventLog, held: contextlib.ExitStack) -> int:
    from ..images.volumes import read_label_map
    from ..models.model_folder import chosen_components, describe_model, model_remark
    from ..slicer_nodes import mrml
    from .places import segmenter_on, unfinished

    options.inputs, left_out = find_inputs(options.inputs, log)
    stems = result_stems(options.inputs)
    outputs = [segment_results(Path(f"{stem}.nii.gz"), options.format) for stem in stems.values()]
    device = one_device(options.device)
    model = describe_model(options.model)
    prefer_header(options)
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
    options.remark = model_remark(model)
    done = _done(options, outputs, record)
    begun = {path for path in options.inputs if record is not None and record.is_ours(path)}
    check_outputs(options, outputs, options.measurements, begun | done.keys(), is_table_ours=bool(begun))
    if record is not None:
        held.enter_context(record.held())
    if components is None and model.largest_component:
        kept = ", ".join(model.largest_component)
        say(f"The model keeps only the largest connected component of {kept}; --largest-component none keeps all.")
    tell_loading(log, "segment")
    mrml.scene()  # says at once, not after minutes of prediction, that MRML is not there

    def known(path: Path, _progress: Progress) -> Volume:
        return read_label_map(done[path])

    missing = [path for path in options.inputs if path not in done]
    if not missing:
        return max(_segment_all(options, outputs, stems, model, known, log, done, record), left_out)
    if record is not None:
        with segmenter_on(options, model, missing, both(bar := Bar("sending"), log.progress(SENDING)), record) as remote, bar:

            def predict(path: Path, progress: Progress) -> Volume:
                return known(path, progress) if path in done else remote.segment(path, progress)

            def turn(left: Sequence[Path]) -> Path:
                first = next((path for path in left if path in done), None)
                with Bar("waiting") as waiting:
                    return first or remote.next_of(left, waiting)

            return max(_segment_all(options, outputs, stems, model, predict, log, done, record, turn), left_out)
    from ..segmentation.predictor import Segmenter

    segmenter = Segmenter.load(model.folder, device, components, options.precision)

    def here(path: Path, progress: Progress) -> Volume:
        if path in done:
            return known(path, progress)
        return segmented(segmenter, path, progress, options.output / (stems[path] + UNCERTAINTY) if options.uncertainty else None)

    return max(_segment_all(options, outputs, stems, model, here, log, done), left_out)


def segmented(segmenter: Segmenter, path: Path, progress: Progress, doubts: Path | None = None) -> Volume:
    """A scan's label map, with what is unusual about the scan in its notes, and the grid of the scan's file.

    Args:
        doubts: the file for what the network doubts, if that is wanted.
    """
    from ..images.intensity import oddities
    from ..images.volumes import read_volume

    scan = read_volume(path)
    if doubts is None:
        label = segmenter.segment(scan, progress)
    else:
        from ..scoring.extent import doubt_of

        label, probabilities = segmenter.segment_with_probabilities(scan, progress)
        write_json(doubts, doubt_of(label, probabilities, segmenter.labels))
    notes = (*scan.notes, *(f"{path}: {oddity}" for oddity in oddities(scan.array)))
    return dataclasses.replace(label, notes=notes, own=scan.own)


def _done(options: argparse.Namespace, outputs: list[list[str]], record: Unfinished | None) -> dict[Path, Path]:
    """The label maps of those scans whose results are there and are not to be made again, by scan.

    Raises:
        InputError: some are there by another model, and may not be overwritten.
    """
    found = {}
    for path, names in zip(options.inputs, outputs, strict=True):
        needed = [name for name in names if not name.endswith((WARNINGS, ".vtp"))]  # of which there may be none
        are_there = options.only_missing and all((options.output / name).is_file() for name in needed)
        are_there = are_there and not _is_anothers(options.output / names[0], options)
        if is_there(path) and (are_there or (record is not None and record.is_done(path, needed))):
            found[path] = options.output / names[0]
    return found


def _is_anothers(label: Path, options: argparse.Namespace) -> bool:
    """Whether another model has made a label map. One that says nothing, or was changed since, as by hand, is left as it is."""
    from ..images.marks import is_as_marked
    from ..images.volumes import read_remark
    from ..models.model_folder import MADE_BY

    try:
        remark = read_remark(label)
        is_anothers = remark.startswith(MADE_BY) and not remark.startswith(f"{options.remark} ") and is_as_marked(label, remark)
    except InputError:  # damaged, and not ours to judge: it is read later
        return False
    if is_anothers and not options.overwrite:
        raise InputError(f"{label} was made by another model; add --overwrite to make it anew, or name another output folder.")
    return is_anothers


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
    from ..images.marks import marked
    from ..images.shear import on_own_grid
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
                record.note(path)
            write(path, names, label, warnings)
            if record is not None:
                record.note(path, names)
        for warning in warnings:
            log.write("warning", scan=name, structure=warning.structure, finding=warning.kind, message=warning.message)
            warned[name, warning.structure] = " ".join(filter(None, (warned.get((name, warning.structure)), warning.message)))
        if options.measurements:  # after each scan, so that a later one's failure costs nothing
            measured[path] = [(name, measurement) for measurement in measurements.measure(label, model.labels)]
            rows = [row for path in options.inputs for row in measured.get(path, [])]
            measurements.write_csv(options.measurements, rows, warned)
        return [*label.notes, *(f"{name}: {warning.message}" for warning in warnings)]

    def write(path: Path, names: list[Path], label: Volume, warnings: Sequence[plausibility.PlausibilityWarning]) -> None:
        name = stems[path]
        if warnings:  # first: no result lies there without its warnings
            write_text(names[2], plausibility.as_text(name, warnings))
        own = on_own_grid(label, label, nearest=True)
        write_volume(own, names[0], options.format != "nrrd", marked(options.remark, own.array))
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

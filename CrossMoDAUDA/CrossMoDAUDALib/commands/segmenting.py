"""The command ``segment``: here or on another computer, all that is asked for of each scan."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.errors import InputError
from ..core.files import write_json, write_text
from ..core.progress import Progress, both
from ..experiment.events import SENDING, EventLog
from ..images.fingerprint import is_there
from ..images.names import UNCERTAINTY, WARNINGS, segment_results
from .inference import Results, Turn, check_outputs, each, one_device, opened, prefer_header, tell_loading
from .inputs import find_inputs, result_stems
from .terminal import Bar, say

if TYPE_CHECKING:
    from ..images.dicom_results import DicomResult
    from ..images.volumes import Volume
    from ..models.model_folder import ModelInfo
    from ..places.segmenting import RemoteSegmenter
    from ..places.unfinished import Unfinished
    from ..scoring import plausibility
    from ..segmentation.predictor import Segmenter

# The label map of a scan's file, on its grid.
Predict = Callable[[Path, Progress], "Volume"]


@dataclass(frozen=True)
class SegmentRequest:
    """What ``segment`` makes of which scans, and by which model.

    Attributes:
        results: the files of each scan.
        stems: how their names begin.
        model: what segments.
        model_name: what the user calls it, for DICOM results.
        remark: what label maps say of it.
        components: structures of which only the largest component is kept; None as the model has it.
        dicom: what is written besides, of scans that are DICOM.
        compressed: whether label maps are.
        surfaces: whether each structure's surface is written.
        uncertainty: whether what the network doubts is written.
        only_missing: whether scans are left out whose results by this model are there.
        measurements: the table of these, if it is wanted.
    """

    results: Results
    stems: Mapping[Path, str]
    model: ModelInfo
    model_name: str
    remark: str
    components: tuple[str, ...] | None
    dicom: Sequence[DicomResult]
    compressed: bool
    surfaces: bool
    uncertainty: bool
    only_missing: bool
    measurements: Path | None

    def doubts(self, path: Path) -> Path | None:
        """The file for what the network doubts in a scan, if that is wanted."""
        return self.results.folder / (self.stems[path] + UNCERTAINTY) if self.uncertainty else None


def segment(options: argparse.Namespace, log: EventLog) -> int:
    """``segment``: a label map and a segmentation of each target scan, warnings, and a table of measurements."""
    with opened(options.model) as model, contextlib.ExitStack() as held:
        return _segment(options, model, log, held)


def _segment(options: argparse.Namespace, folder: Path, log: EventLog, held: contextlib.ExitStack) -> int:
    from ..slicer_nodes import mrml
    from .places import segmenter_on, unfinished

    scans, left_out = find_inputs(options.inputs, log)
    device = one_device(options.device)
    request = _request(options, scans, folder)
    record = unfinished(options, request.model) if options.on else None
    done = _done(request, record)
    begun = {path for path in scans if record is not None and record.is_ours(path)}
    check_outputs(request.results, request.measurements, begun | done.keys(), is_table_ours=bool(begun))
    if record is not None:
        held.enter_context(record.held())
    if request.components is None and request.model.largest_component:
        kept = ", ".join(request.model.largest_component)
        say(f"The model keeps only the largest connected component of {kept}; --largest-component none keeps all.")
    tell_loading(log, "segment")
    mrml.scene()  # says at once, not after minutes of prediction, that MRML is not there
    missing = [path for path in scans if path not in done]
    predict, turn = _read_again(done), None
    if missing and record is not None:
        sending = both(bar := Bar("sending"), log.progress(SENDING))
        remote = held.enter_context(segmenter_on(options, request.model, missing, sending, record))
        held.enter_context(bar)
        predict, turn = _read_again(done, remote.segment), _done_first(done, remote)
    elif missing:
        predict = _read_again(done, _here(request, device, options.precision))
    return max(_segment_all(request, predict, log, done, record, turn), left_out)


def _request(options: argparse.Namespace, scans: Sequence[Path], folder: Path) -> SegmentRequest:
    """What the options ask for.

    Args:
        folder: of the model.

    Raises:
        InputError: it cannot be had.
    """
    from ..models.model_folder import chosen_components, describe_model, model_remark
    from ..slicer_nodes import mrml

    model, stems, dicom = describe_model(folder), result_stems(scans), _dicom_results(options)
    prefer_header(options.header, folder)
    names = {path: segment_results(Path(f"{stem}.nii.gz"), options.format) for path, stem in stems.items()}
    for path, stem in stems.items():
        if options.surfaces:
            names[path] += mrml.surface_files(stem, model.labels).values()
        for wanted in dicom:
            wanted.check(path)
            names[path].append(stem + wanted.ending)
        if options.uncertainty:
            names[path].append(stem + UNCERTAINTY)
    if options.uncertainty and options.on:
        raise InputError("--uncertainty and --on do not go together: the probabilities stay there; leave one of them out.")
    components = chosen_components(model, options.largest_component)
    if options.jobs is not None and (not options.on or options.jobs < 1):
        raise InputError("--jobs must be 1 or more, and belongs to --on; on this computer one scan is segmented at a time.")
    return SegmentRequest(
        results=Results(list(names.items()), options.output, options.overwrite),
        stems=stems,
        model=model,
        model_name=options.model.stem,
        remark=model_remark(model),
        components=components,
        dicom=dicom,
        compressed=options.format != "nrrd",
        surfaces=options.surfaces,
        uncertainty=options.uncertainty,
        only_missing=options.only_missing,
        measurements=options.measurements,
    )


def _read_again(done: Mapping[Path, Path], fresh: Predict | None = None) -> Predict:
    """The label maps that are there, and of the other scans what is made afresh."""
    from ..images.volumes import read_label_map

    def predict(path: Path, progress: Progress) -> Volume:
        return read_label_map(done[path]) if fresh is None or path in done else fresh(path, progress)

    return predict


def _here(request: SegmentRequest, device: str, precision: str) -> Predict:
    """What segments on this computer."""
    from ..segmentation.predictor import Segmenter

    segmenter = Segmenter.load(request.model.folder, device, request.components, precision)
    return lambda path, progress: segmented(segmenter, path, progress, request.doubts(path))


def _done_first(done: Mapping[Path, Path], remote: RemoteSegmenter) -> Turn:
    """Whose turn it is: first the scans that are done, then whichever comes from elsewhere."""

    def turn(left: Sequence[Path]) -> Path:
        first = next((path for path in left if path in done), None)
        with Bar("waiting") as waiting:
            return first or remote.next_of(left, waiting)

    return turn


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


def _done(request: SegmentRequest, record: Unfinished | None) -> dict[Path, Path]:
    """The label maps of those scans whose results are there and are not to be made again, by scan.

    Raises:
        InputError: some are there by another model, and may not be overwritten.
    """
    found, folder = {}, request.results.folder
    for path, names in request.results.names:
        needed = [name for name in names if not name.endswith((WARNINGS, ".vtp"))]  # of which there may be none
        are_there = request.only_missing and all((folder / name).is_file() for name in needed)
        are_there = are_there and not _is_anothers(folder / names[0], request)
        if is_there(path) and (are_there or (record is not None and record.is_done(path, needed))):
            found[path] = folder / names[0]
    return found


def _is_anothers(label: Path, request: SegmentRequest) -> bool:
    """Whether another model has made a label map. One that says nothing, or was changed since, as by hand, is left as it is."""
    from ..images.marks import is_as_marked
    from ..images.volumes import read_remark
    from ..models.model_folder import MADE_BY

    try:
        remark = read_remark(label)
        is_anothers = remark.startswith(MADE_BY) and not remark.startswith(f"{request.remark} ") and is_as_marked(label, remark)
    except InputError:  # damaged, and not ours to judge: it is read later
        return False
    if is_anothers and not request.results.overwrite:
        raise InputError(f"{label} was made by another model; add --overwrite to make it anew, or name another output folder.")
    return is_anothers


def _segment_all(
    request: SegmentRequest, predict: Predict, log: EventLog, done: Mapping[Path, Path], record: Unfinished | None, turn: Turn | None
) -> int:
    """Write what ``segment`` writes for each scan."""
    from ..scoring import measurements, plausibility

    measured: dict[Path, list[tuple[str, measurements.Measurement]]] = {}
    warned: dict[tuple[str, str], str] = {}
    labels, trained_on = request.model.labels, request.model.trained_on

    def task(path: Path, names: list[Path], progress: Progress) -> list[str]:
        name, label = request.stems[path], predict(path, progress)
        warnings = plausibility.check(label, labels, trained_on)
        if path not in done:
            if record is not None:
                record.note(path)
            _write(request, path, names, label, warnings)
            if record is not None:
                record.note(path, names)
        for warning in warnings:
            log.write("warning", scan=name, structure=warning.structure, finding=warning.kind, message=warning.message)
            warned[name, warning.structure] = " ".join(filter(None, (warned.get((name, warning.structure)), warning.message)))
        if request.measurements:  # after each scan, so that a later one's failure costs nothing
            measured[path] = [(name, measurement) for measurement in measurements.measure(label, labels)]
            rows = [row for each_path in request.results.scans for row in measured.get(each_path, [])]
            measurements.write_csv(request.measurements, rows, warned)
        return [*label.notes, *(f"{name}: {warning.message}" for warning in warnings)]

    status = each(request.results, task, log, "segment", turn)
    if record is not None:
        record.end(request.results.scans)
    if measured:
        say(str(request.measurements))
    return status


def _write(
    request: SegmentRequest, path: Path, names: Sequence[Path], label: Volume, warnings: Sequence[plausibility.PlausibilityWarning]
) -> None:
    """Write a scan's files but the doubts, which are written where the network has just run."""
    from ..images.marks import marked
    from ..images.shear import on_own_grid
    from ..images.volumes import write_volume
    from ..scoring import plausibility
    from ..slicer_nodes import mrml

    name, labels, folder = request.stems[path], request.model.labels, request.results.folder
    if warnings:  # first: no result lies there without its warnings
        write_text(names[2], plausibility.as_text(name, warnings))
    own = on_own_grid(label, label, nearest=True)
    write_volume(own, names[0], request.compressed, marked(request.remark, own.array))
    mrml.write_segmentation_file(label, labels, names[1], name)
    if request.surfaces:
        mrml.write_surfaces(label, labels, folder, name)
    for wanted in request.dicom:
        wanted.write(label, labels, path, folder / f"{name}{wanted.ending}", request.model_name)
    if not warnings:
        names[2].unlink(missing_ok=True)


def _dicom_results(options: argparse.Namespace) -> list[DicomResult]:
    """What is to be written besides, of scans that are DICOM."""
    if not (options.dicom_seg or options.rtstruct):
        return []
    from ..images.dicom_results import RTSTRUCT, SEG

    return [each for each, is_wanted in ((SEG, options.dicom_seg), (RTSTRUCT, options.rtstruct)) if is_wanted]

"""``follow-up``: one patient's tumour at several dates, from label maps or the results of ``segment``."""

from __future__ import annotations

import argparse
import csv
import datetime
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import NOT_CLINICAL
from ..core.errors import InputError, missing, short
from ..core.files import check_path, read_json, write_text
from ..core.settings import Settings, parse_assignments, with_values
from ..experiment.events import EventLog
from .parsing import add_events
from .terminal import Bar, complain, say

if TYPE_CHECKING:
    from ..scoring.extent import Tumour
    from ..scoring.follow_up import FollowUp, Visit

PAGE, SCANS_TABLE, GROWTH_TABLE = "follow_up.html", "follow_up.csv", "growth.csv"
_DESCRIPTION = (
    "Compare one patient's scans of several dates: volume, axial and extrameatal diameter with their uncertainty, growth a year,"
    " doubling time, and whether it changed by 20 % or 2 mm. Nothing is registered; volumes do not need it."
)


@dataclass(frozen=True)
class _Scan:
    """A label map, and what is known of it before it is read."""

    file: Path
    patient: str
    day: datetime.date
    source: str
    notes: tuple[str, ...] = ()


def add_parser(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("follow-up", help="scans of one patient at several dates: growth and change", description=_DESCRIPTION)
    parser.add_argument(
        "inputs",
        type=Path,
        nargs="+",
        metavar="INPUT",
        help="label maps, folders of them (as segment's results), or a CSV file with the columns patient, date and file",
    )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help=f"folder for {PAGE}, {SCANS_TABLE}, {GROWTH_TABLE}")
    parser.add_argument(
        "--date",
        action="append",
        default=[],
        metavar="FILE=DATE",
        help="when the scan of a label map was made, as smith.nii.gz=2024-03-01; may be repeated",
    )
    parser.add_argument("--patient", metavar="NAME", help="all inputs are of this patient, whose name theirs do not tell")
    parser.add_argument(
        "--scans", type=Path, metavar="DIR", help="where the scans lie, if their DICOM files or sidecars (.json) tell the dates"
    )
    parser.add_argument("--structure", metavar="NAME", help="what to follow (default: the tumour among the labels)")
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", dest="assignments", help="labels=..., what the values mean"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace results that are there already")
    add_events(parser)
    parser.set_defaults(command=follow_up)


def follow_up(options: argparse.Namespace, log: EventLog) -> int:
    """Measure and compare; write the tables and the page."""
    from ..pages.follow_up_page import page
    from ..scoring import follow_up as comparison
    from ..scoring import follow_up_tables as tables
    from ..scoring.extent import SIDES, tumour_of

    settings = _settings(options)
    tumour = tumour_of(settings.labels, options.structure)
    outputs = _outputs(options)
    by_patient: dict[str, list[_Scan]] = {}
    for scan in _scans(options):
        by_patient.setdefault(scan.patient, []).append(scan)
    _refuse_same_days(by_patient)
    done, total, found = 0, sum(map(len, by_patient.values())), list[comparison.FollowUp]()
    with Bar("measuring") as bar:
        for patient, scans in sorted(by_patient.items()):
            visits = []
            for scan in scans:
                visits.append(_visit(scan, options, settings, tumour))
                done += 1
                bar(done, total, scan.file.name)
                log.write("progress", stage="follow-up", step=done, total=total, message=scan.file.name)
            sides = SIDES if any(visit.extent.two_sided for visit in visits) else ()
            for side in sides:
                of_side = [_visit(scan, options, settings, tumour, side) for scan in scans]
                found.append(comparison.follow_up(patient, tumour, of_side, side))
            if not sides:
                found.append(comparison.follow_up(patient, tumour, visits))
    for each in found:
        _tell(each, log)
    tables.write_scans_csv(outputs[SCANS_TABLE], found)
    tables.write_growth_csv(outputs[GROWTH_TABLE], found)
    write_text(outputs[PAGE], page(found))
    log.write("result", input=str(options.inputs[0]), outputs=[str(path) for path in outputs.values()])
    say("\n\n".join(_text(each) for each in found))
    say("\n" + "\n".join(map(str, outputs.values())) + f"\n{NOT_CLINICAL}")
    return 0


def _settings(options: argparse.Namespace) -> Settings:
    values: dict[str, Any] = dict(parse_assignments(options.assignments))
    if useless := [key for key in values if key != "labels"]:
        raise InputError(f"--set {short(useless[0])} does not matter to follow-up; it takes labels.")
    return with_values(Settings(), values)


def _outputs(options: argparse.Namespace) -> dict[str, Path]:
    """The files to write, by name.

    Raises:
        InputError: one is there already, or the folder cannot be written to.
    """
    from ..core.folders import make_writable_folder

    check_path(options.output)
    outputs = {name: options.output / name for name in (SCANS_TABLE, GROWTH_TABLE, PAGE)}
    inputs = {path.resolve() for path in options.inputs}
    for path in outputs.values():
        if path.resolve() in inputs:
            raise InputError(f"{path} is an input and would be overwritten; name another output folder.")
        if path.is_dir():
            raise InputError(f"{path} is a folder; name another output folder.")
        if path.exists() and not options.overwrite:
            raise InputError(f"{path} exists already; add --overwrite to replace it, or name another output folder.")
    make_writable_folder(options.output)
    return outputs


def _scans(options: argparse.Namespace) -> list[_Scan]:
    """Every label map with its patient and date; all that cannot be told is told at once.

    Raises:
        InputError: a patient or a date cannot be told, or patients would be mixed.
    """
    given = dict[Path, _Listed]()
    for path in options.inputs:
        for row in _listed(path):
            file = row.file
            if file.resolve() in {other.resolve() for other in given}:
                raise InputError(f"{file} is given twice; give it once.")
            given[file] = row
    from ..images.dicom_index import split_choice
    from ..images.fingerprint import is_there

    by_hand = _dates_by_hand(options.date, list(given))
    names = Counter(file.name for file in given)
    found, problems = list[_Scan](), list[str]()
    for file, row in given.items():
        try:
            if not is_there(file) and not split_choice(file)[1]:
                raise missing(file)
            day, source, notes = _day(file, by_hand.get(file) or row.date, options, file.name if names[file.name] == 1 else str(file))
            if row.date and file not in by_hand:
                source = row.date_from or source
            found.append(_Scan(file, _patient(file, row.patient, options), day, source, (*notes, *row.remarks)))
        except InputError as error:
            problems.append(str(error))
    for patient in dict.fromkeys(scan.patient for scan in found):
        named = {name for scan in found if scan.patient == patient and (name := _subject(scan.file, options.scans))}
        if len(named) > 1:
            problems.append(f"{patient}: the files are of {' and '.join(sorted(named))}; follow one patient at a time.")
        own = {folder for scan in found if scan.patient == patient for folder in scan.file.absolute().parents if folder.name == patient}
        if len(own) > 1 and not options.patient:
            listed = " and ".join(sorted(map(str, own)))
            problems.append(f"{patient} has two folders, {listed}; if they are one patient's, say so by --patient NAME.")
    if problems:
        for problem in problems[:-1]:
            complain(problem)
        raise InputError(problems[-1])
    return found


@dataclass(frozen=True)
class _Listed:
    """A label map, and what a table says of it; empty where it says nothing."""

    file: Path
    patient: str = ""
    date: str = ""
    date_from: str = ""
    remarks: tuple[str, ...] = ()


def _listed(path: Path) -> list[_Listed]:
    """The label maps that an input stands for, with patient and date where a table names them."""
    from ..images.names import case_id, is_label_name, label_rank
    from ..images.volumes import is_scan

    check_path(path)
    if path.is_dir():
        best: dict[tuple[Path, str], Path] = {}
        for file in sorted(path.rglob("*")):
            if is_scan(file) and file.is_file() and is_label_name(file):
                key = file.parent, case_id(file.with_name(file.name.replace(".seg.nrrd", ".nrrd")))
                best[key] = min(best.get(key, file), file, key=label_rank)
        if not best:
            raise InputError(
                f"{path} holds no label maps (names that end in _Label, _seg, _dseg or _mask, or .seg.nrrd); name the files themselves."
            )
        return [_Listed(file) for file in best.values()]
    if path.suffix.lower() != ".csv":
        return [_Listed(path)]
    try:
        text = path.read_text(encoding="utf-8-sig")
        delimiter = ";" if text.partition("\n")[0].count(";") else ","  # which spreadsheets write in some countries
        rows = list(csv.DictReader(text.splitlines(), delimiter=delimiter))
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); check the path.") from None
    except (UnicodeDecodeError, csv.Error):
        raise InputError(f"{path} is no table; expected a CSV file in UTF-8 with the columns patient, date and file.") from None
    if not rows or "file" not in rows[0]:
        raise InputError(f"{path} has no column 'file' or no line below its head; expected the columns patient, date and file.")
    cells = [{name: (row.get(name) or "").strip() for name in ("file", "patient", "date", "date_from", "remarks")} for row in rows]
    return [
        _Listed(
            path.parent / cell["file"], cell["patient"], cell["date"], cell["date_from"], tuple(filter(None, cell["remarks"].split("; ")))
        )
        for cell in cells
    ]


def _dates_by_hand(texts: list[str], files: list[Path]) -> dict[Path, str]:
    """What ``--date`` says of which file.

    Raises:
        InputError: it names no file, or several.
    """
    from ..images.names import case_id
    from ..images.volumes import file_stem

    found: dict[Path, str] = {}
    for text in texts:
        name, equals, date = text.rpartition("=")
        if not equals:
            raise InputError(f"--date {short(text)} names no file; write it as --date FILE=2024-03-01.")
        if not date.strip():
            raise InputError(f"--date {short(text)} names no date; write it as --date FILE=2024-03-01.")
        path = Path(name)
        meant = [file for file in files if file == path or file.resolve() == path.resolve()]
        meant = meant or [file for file in files if name in (file.name, file_stem(file), case_id(file))]
        if len(meant) != 1:
            which = "none of the label maps" if not meant else f"{len(meant)} of the label maps"
            raise InputError(f"--date {short(text)} names {which}; give the file as it is among the inputs.")
        found[meant[0]] = date
    return found


def _day(file: Path, given: str, options: argparse.Namespace, name: str) -> tuple[datetime.date, str, tuple[str, ...]]:
    """The date, where it is from, and what must be known about it.

    Args:
        name: by which ``--date`` can name the file.
    """
    from ..images.scan_dates import HOW_TO_GIVE, parse_date, scan_date

    notes: tuple[str, ...] = ()
    if given:
        try:
            day, source = parse_date(given), "given by hand"
        except ValueError as error:
            raise InputError(f"{file}: {error}.") from None
    else:
        found = scan_date(file, options.scans)
        if found is None:
            raise InputError(f"{file}: nothing tells when this scan was made; {HOW_TO_GIVE.format(name=name)}.")
        day, source = found.day, found.source
        if found.contradiction:
            notes = (f"{found.contradiction}: give the right one by --date",)
    if day > datetime.date.today():
        raise InputError(f"{file}: {day} ({source}) is in the future; {HOW_TO_GIVE.format(name=name)}.")
    return day, source, notes


def _subject(file: Path, scans: Path | None) -> str:
    """What a file itself says of its patient: BIDS's ``sub-``, or DICOM, or its sidecar."""
    from ..images.scan_dates import patient_in_header, patient_of

    name = patient_of(file)
    return name if name.startswith("sub-") else patient_in_header(file, scans)


def _patient(file: Path, given: str, options: argparse.Namespace) -> str:
    from ..images.scan_dates import patient_of

    name = options.patient or given or patient_of(file)
    if not name:
        raise InputError(f"{file}: nothing tells whose scan this is; name the patient, as --patient NAME.")
    return str(name)


def _refuse_same_days(by_patient: dict[str, list[_Scan]]) -> None:
    """Before anything is measured.

    Raises:
        InputError: a patient has two scans of one day.
    """
    from ..scoring.follow_up import refuse_same_day

    for patient, scans in by_patient.items():
        refuse_same_day(patient, [(scan.day, scan.file) for scan in scans])
    singles = [scans[0] for scans in by_patient.values() if len(scans) == 1]
    if len(singles) > 1 and len(singles) == len(by_patient):
        names = " and ".join(sorted(scan.patient for scan in singles)[:3])
        complain(f"warning: every patient has a single scan ({names}); if they are one patient's, say so by --patient NAME.")


def _visit(scan: _Scan, options: argparse.Namespace, settings: Settings, tumour: Tumour, side: str = "") -> Visit:
    from ..images.dicom_index import label_file
    from ..images.dicom_labels import scan_grid
    from ..images.labels import read_labels
    from ..images.names import uncertainty_file
    from ..images.scan_dates import modality_of
    from ..scoring.extent import check_values, fingerprint, is_spread, measure_extent, runs_across, without_ends
    from ..scoring.follow_up import Visit, visit_notes

    labels, merged = settings.labels, settings.reading.merged_values
    grid = scan_grid(scan.file, options.scans)
    label_map = read_labels(scan.file, labels, merged, grid)
    is_cut = label_map.geometry != grid and label_file(scan.file) is not None  # it reaches from its first slice with a segment to its last
    check_values(str(scan.file), label_map, labels, merged)
    doubt, notes = _doubt(scan.file), [*scan.notes, *(_told_of(scan.file, note) for note in label_map.notes)]
    if is_cut and side and runs_across(label_map.geometry):
        raise InputError(
            f"{scan.file} has sagittal slices, and its scan is not found, so that nothing tells the patient's left from right;"
            " give the folder of its DICOM series, as --scans DIR."
        )
    if doubt is not None and doubt.get("label_sha256") != fingerprint(label_map):
        notes.append("the label map was changed after the network's doubt was written, which is left out")
        doubt = None
    try:
        extent = measure_extent(label_map, tumour, doubt, side)
        if is_cut:
            extent = without_ends(extent, label_map.geometry)
            notes.append("its scan is not found, so that it cannot be told whether the tumour reaches the scan's first or last slice")
    except (KeyError, TypeError, AttributeError, IndexError):
        raise InputError(f"{uncertainty_file(scan.file)} is damaged; remove it, or segment the scan again with --uncertainty.") from None
    if side and is_spread(label_map, tumour.values, side, tumour.paired):
        notes.append("parts far apart lie on one side of the scan's middle, which may not be the patient's: look which side each is of")
    if doubt is not None and extent.expected_ml is None and not extent.is_empty:
        notes.append("what was written of the network's doubt does not tell this part of the tumour, and is left out")
    return Visit(scan.day, scan.file, extent, scan.source, modality_of(scan.file), (*notes, *visit_notes(extent)))


def _told_of(file: Path, note: str) -> str:
    """What was told of a file when it was read, for a list in which its name stands before."""
    return note.removeprefix(str(file)).removeprefix(":").strip().removesuffix(".")


def _doubt(label: Path) -> dict[str, Any] | None:
    """What ``segment --uncertainty`` has written for a label map; None without."""
    from ..images.names import uncertainty_file

    file = uncertainty_file(label)
    if not file.is_file():
        return None
    try:
        data: dict[str, Any] = read_json(file)
        data["structures"].keys()
        return data
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise InputError(f"{file} is damaged; remove it, or segment the scan again with --uncertainty.") from None


def _tell(each: FollowUp, log: EventLog) -> None:
    """Report what must be known to read the results."""
    for sentence in _notes(each):
        log.write("warning", message=f"{each.title}: {sentence}")


def _text(each: FollowUp) -> str:
    """A patient's table for a terminal."""
    from ..scoring import follow_up_tables as tables

    lines = tables.rows(each)
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    table = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    notes = [f"- {sentence}" for sentence in _notes(each)]
    return "\n".join([f"{each.title}: {each.tumour.name}", *table, tables.growth_sentence(each), *notes])


def _notes(each: FollowUp) -> list[str]:
    return [*each.notes, *(f"{visit.file.name}: {note}." for visit in each.visits for note in visit.notes)]

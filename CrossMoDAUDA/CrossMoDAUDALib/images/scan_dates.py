"""When a scan was made, and of whom: from DICOM, a sidecar, BIDS's tables, or the names of the file and its folders."""

from __future__ import annotations

import csv
import datetime
import importlib
import importlib.util
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..core.errors import InputError, short
from ..core.files import read_json
from .names import ScanName, case_id, one_form
from .volumes import file_stem

# Of a sidecar as dcm2niix writes it and BIDS defines it, the most telling first; DICOM's own keywords.
_KEYS = ("AcquisitionDateTime", "AcquisitionDate", "SeriesDate", "StudyDate")
_DICOM_RESULTS = (".dcm", "_SEG.dcm", "_RTSTRUCT.dcm")  # beside a label map
_MADE_LATER = ("SEG", "RTSTRUCT")  # made of a scan: only the study's date is the scan's
_PLAIN = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:$|[T ]\d|\d{6})")
# Of other alphabets every sign counts: marks above and below letters are no letters to Python.
_SESSION = re.compile(r"(?:^|[_/\\])ses-(\d{4}-\d{2}-\d{2}(?![0-9A-Za-z])|[0-9A-Za-z\u0080-\U0010ffff]+)")
_SUBJECT = re.compile(r"(?:^|[_/\\])(sub-[0-9A-Za-z\u0080-\U0010ffff]+)")
# A date in a name stands by itself; eight digits in a row could also be a patient's number, so they must be a date since 1970.
_IN_NAME = re.compile(r"(?<![0-9A-Za-z])(\d{4}-\d{2}-\d{2}|(?:19[7-9]\d|20\d{2})(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01]))(?![0-9A-Za-z])")
_MODALITY = re.compile(r"[_.-](ceT1|hrT2|T[12]w?)$", re.IGNORECASE)
_FIRST_YEAR = 1970  # before it nobody was scanned
_SAME = datetime.timedelta(days=1)  # a scan that goes on after midnight
_MOST_FILES = 20  # that are looked into for a DICOM header
HOW_TO_GIVE = "give it by hand, as --date {name}=2024-03-01"


@dataclass(frozen=True)
class ScanDate:
    """The day on which a scan was made.

    Attributes:
        day: no time of day and no time zone: months are compared, not hours.
        source: where it was found, for a person.
        others: what else was found that says another day.
    """

    day: datetime.date
    source: str
    others: tuple[ScanDate, ...] = ()

    @property
    def contradiction(self) -> str:
        """That what was found does not agree, as the end of a sentence; empty where it does."""
        if not self.others:
            return ""
        said = " and ".join(f"{other.source} says {other.day}" for other in self.others)
        return f"the dates contradict one another: {self.source} says {self.day}, which counts, and {said}"


def parse_date(text: str) -> datetime.date:
    """A date as ISO 8601 or DICOM write it: ``2024-03-01``, ``20240301``, each with a time of day or without.

    Raises:
        ValueError: the text is none, or the day does not exist.

    >>> parse_date("2024-02-29"), parse_date("20240301"), parse_date("2024-03-01T23:59:59.5+02:00")
    (datetime.date(2024, 2, 29), datetime.date(2024, 3, 1), datetime.date(2024, 3, 1))
    """
    match = _PLAIN.match(text.strip())
    if not match:
        raise ValueError(f"'{short(text)}' is no date; write it as 2024-03-01")
    try:
        return datetime.date(*map(int, match.groups()))  # type: ignore[arg-type]
    except ValueError:
        raise ValueError(f"'{short(text)}' is no day of the calendar; write it as 2024-03-01") from None


def scan_date(path: Path, scans: Path | None = None) -> ScanDate | None:
    """When a scan, or the scan of a label map, was made; None where nothing tells.

    It is asked in this order: DICOM (the file or folder itself, a DICOM SEG or structure set beside the label map, or the scan's folder
    or files in ``scans``), the sidecar (``NAME.json`` with ``AcquisitionDateTime``, ``AcquisitionDate``, ``SeriesDate`` or
    ``StudyDate``), BIDS's table of sessions or scans (``acq_time``), ``ses-20240301``, a date in the file's name, the nearest folder that
    is named as a date. The first counts. What says another day is in ``others``: not a folder, which may be named after the day of
    the work, nor a day more or less, nor one before there were such scans, which stands for a removed one.

    Args:
        path: the scan's file or DICOM folder, or its label map's file, which may be called as the scan with an ending such as ``_Label``.
        scans: another folder in which the scan itself may lie.

    Raises:
        InputError: what should hold the date is damaged, or a name holds two.

    >>> scan_date(Path("sub-07_ses-20240301_T2w_Label.nii.gz")).day, scan_date(Path("smith.nii.gz"))
    (datetime.date(2024, 3, 1), None)
    """
    finders: tuple[Callable[[], ScanDate | None], ...] = (
        lambda: _of_dicom(path, scans),
        lambda: _of_sidecar(path, scans),
        lambda: _of_table(path),
        lambda: _of_session(path),
        lambda: _of_name(path),
    )
    said = list[ScanDate]()
    for find in finders:
        try:
            found = find()
        except InputError:
            if not said:
                raise
            continue  # the date is known; what would have counted less is not asked
        said += [found, *found.others] if found is not None else []
    return with_others(said[0], said[1:]) if said else _of_folder(path)


def with_others(first: ScanDate, rest: Sequence[ScanDate]) -> ScanDate:
    """The date that counts, with those of the rest that say another day, as :func:`scan_date` has them."""
    others: dict[datetime.date, ScanDate] = {}
    for each in rest:
        if abs(each.day - first.day) > _SAME and each.day.year >= _FIRST_YEAR:
            others.setdefault(each.day, replace(each, others=()))
    return replace(first, others=tuple(others.values()))


def patient_of(path: Path) -> str:
    """Whose scan it is: ``sub-...`` of BIDS, the folder that holds a folder named as a date, or the name without its date; else ''.

    >>> [patient_of(Path(name)) for name in ("sub-07/ses-20240301/sub-07_ses-20240301_Label.nrrd", "Ada/2024-03-01/t2_Label.nrrd")]
    ['sub-07', 'Ada']
    >>> patient_of(Path("smith_2024-03-01_T2_Label.nii.gz")), patient_of(Path("2024-03-01_Label.nii.gz"))
    ('smith', '')
    """
    absolute = path.absolute()
    for part in reversed(absolute.parts):
        if match := _SUBJECT.search(one_form(part)):
            return match.group(1)
    for folder in absolute.parents:
        if _whole_date(folder.name.removeprefix("ses-")) is not None:
            return one_form(folder.parent.name)
    name = re.sub(r"(?<=.)_ses-[A-Za-z0-9]+(?=_|$)", "", one_form(case_id(path)))
    undated = re.sub(r"(?:^|_)ses-(?=$|[_. -])", "", _IN_NAME.sub("", name))
    rest = re.sub(r"[_.-]{2,}", "_", undated).strip("_.- ")
    return ScanName.of(Path(f"{rest}.nii")).id if rest else ""  # a modality may have stood before the date


def modality_of(path: Path) -> str:
    """The modality that a label map's name tells (``T2``, ``T2w`` and ``hrT2`` are one); '' where it does not.

    >>> [modality_of(Path(name)) for name in ("a_hrT2_Label.nii.gz", "sub-1_T1w_dseg.nii.gz", "sub-1_ce-gad_T1w.seg.nrrd", "smith.nrrd")]
    ['T2', 'T1', 'ceT1', '']
    """
    stem = file_stem(path)
    match = next(filter(None, map(_MODALITY.search, [stem, *_without_endings(stem)])), None)
    found = match.group(1).upper().removesuffix("W") if match else ""
    return "ceT1" if found == "CET1" or (found == "T1" and "_ce-" in stem) else found.removeprefix("HR")


def patient_in_header(path: Path, scans: Path | None = None) -> str:
    """The patient's ID or name that DICOM or a sidecar holds; '' without."""
    for _, data in (_dicom(path, scans), _sidecar(path, scans)):
        if named := data.get("PatientID") or data.get("PatientName"):
            return str(named)
    return ""


def _of_dicom(path: Path, scans: Path | None) -> ScanDate | None:
    file, data = _dicom(path, scans)
    keys = ("StudyDate",) if data.get("Modality") in _MADE_LATER else _KEYS
    return _of_header(path, file, data, keys, "DICOM")


def _of_header(path: Path, file: Path, data: Mapping[str, Any], keys: Sequence[str], source: str) -> ScanDate | None:
    """The first date; one before there were such scans (1900-01-01 for a removed one) only where the others are as old."""
    found = []
    for key in keys:
        if data.get(key):
            try:
                found.append(ScanDate(parse_date(str(data[key])), f"{source} ({key})"))
            except ValueError as error:
                raise InputError(f"{file}: {key}: {error}, or " + HOW_TO_GIVE.format(name=path.name) + ".") from None
    counting = next((each for each in found if each.day.year >= _FIRST_YEAR), found[0] if found else None)
    return counting and with_others(counting, found)


def _dicom(path: Path, scans: Path | None) -> tuple[Path, dict[str, str]]:
    """A DICOM file of a scan and what it tells of the date and the patient; nothing without one, or without pydicom."""
    if importlib.util.find_spec("pydicom") is None:
        return path, {}
    pydicom = importlib.import_module("pydicom")
    names = _names(path)
    places = [path, *(folder / name for folder in filter(None, (path.parent, scans)) for name in names if folder / name != path)]
    files = [file for place in places for file in (sorted(place.rglob("*")) if place.is_dir() else [place]) if file.is_file()]
    files += [file for name in names for end in _DICOM_RESULTS if (file := path.parent / f"{name}{end}").is_file()]
    for file in files[:_MOST_FILES]:
        try:
            with file.open("rb") as opened:
                is_dicom = opened.read(132)[128:] == b"DICM"
            if is_dicom:
                data = pydicom.dcmread(file, stop_before_pixels=True, specific_tags=[*_KEYS, "Modality", "PatientID", "PatientName"])
                return file, {element.keyword: str(element.value or "") for element in data}
        except Exception:  # whatever a damaged file makes pydicom stumble over; reading the scan tells of it
            continue
    return path, {}


def _of_sidecar(path: Path, scans: Path | None) -> ScanDate | None:
    file, data = _sidecar(path, scans)
    return _of_header(path, file, data, _KEYS, file.name)


def _sidecar(path: Path, scans: Path | None) -> tuple[Path, dict[str, Any]]:
    """The JSON file beside a scan and what it holds; nothing without one."""
    for folder in filter(None, (path.parent, scans)):
        for name in _names(path):
            file = folder / f"{name}.json"
            if file.is_file():
                try:
                    data = read_json(file)
                except (OSError, ValueError):
                    raise InputError(f"{file} should tell the scan's date and cannot be read; repair it or move it away.") from None
                return file, data if isinstance(data, dict) else {}
    return path, {}


def _names(path: Path) -> list[str]:
    """What a scan may be called of which this is the file, or the label map."""
    return list(dict.fromkeys([path.name if path.is_dir() else file_stem(path), *_without_endings(file_stem(path))]))


def _without_endings(name: str) -> list[str]:
    """The name without the endings of label maps, one after the other: of ``a_hrT2_Label``, ``a_hrT2`` and ``a``."""
    found = []
    while (match := re.search(r"[_.-](0000|ceT1|hrT2|T2|T2w|T1w|label|seg|mask|dseg)$", name, re.IGNORECASE)) and match.start():
        name = name[: match.start()]
        found.append(name)
    return found


def _of_table(path: Path) -> ScanDate | None:
    """BIDS's ``*_scans.tsv`` or ``*_sessions.tsv``, in the folders above."""
    session, subject = _SESSION.search(one_form(str(path))), _SUBJECT.search(one_form(str(path)))
    if not session or not subject:
        return None
    for folder in list(path.absolute().parents)[:4]:
        for file in sorted(folder.glob("sub-*_s*s.tsv")):
            if not (one_form(file.name).startswith(f"{subject.group(1)}_") and file.name.endswith(("_scans.tsv", "_sessions.tsv"))):
                continue
            with file.open(newline="", encoding="utf-8-sig") as text:
                rows = list(csv.DictReader(text, delimiter="\t"))
            for row in rows:
                named, when = one_form(row.get("session_id") or row.get("filename") or ""), row.get("acq_time") or ""
                stem = one_form(file_stem(path))
                of_scan = Path(named).name and file_stem(Path(named)) in (stem, *_without_endings(stem))
                if (named == f"ses-{session.group(1)}" or of_scan) and when not in ("", "n/a"):
                    try:
                        return ScanDate(parse_date(when), f"{file.name} (acq_time)")
                    except ValueError as error:
                        raise InputError(f"{file}: {error}, or " + HOW_TO_GIVE.format(name=path.name) + ".") from None
    return None


def _of_session(path: Path) -> ScanDate | None:
    sessions = set(_SESSION.findall(one_form(str(path))))
    days = {day for text in sessions if (day := _whole_date(text)) is not None}
    return ScanDate(_one(days, path), f"ses-{sessions.pop()}") if days else None


def _of_name(path: Path) -> ScanDate | None:
    days = {day for text in _IN_NAME.findall(file_stem(path)) if (day := _whole_date(text)) is not None}
    return ScanDate(_one(days, path), "the file's name") if days else None


def _of_folder(path: Path) -> ScanDate | None:
    for folder in path.absolute().parents:
        if (day := _whole_date(folder.name)) is not None:
            return ScanDate(day, f"the folder {folder.name}")
    return None


def _whole_date(text: str) -> datetime.date | None:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}|\d{8}", text):
        return None
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if 1900 <= day.year <= 2199 else None


def _one(days: set[datetime.date], path: Path) -> datetime.date:
    if len(days) > 1:
        listed = " and ".join(sorted(map(str, days)))
        raise InputError(f"{path} holds two dates in its name, {listed}; " + HOW_TO_GIVE.format(name=path.name) + ".")
    return days.pop()

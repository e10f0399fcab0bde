"""Check every scan of a cohort before work starts, and tell all problems at once in one table."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from queue import SimpleQueue

import numpy as np

from ..core.errors import CohortError, InputError, printable, short
from ..core.progress import Progress, silent
from ..images.fingerprint import scan_sha256
from ..images.intensity import oddities
from ..images.labels import as_a_scan, how_to_name, read_labels
from ..images.names import one_form
from ..images.pictures import thumbnail
from ..images.volumes import Array, Volume, other_places, read_volume
from .finding import Case, Cohort

_MOST_NAMED = 12  # cases in one sentence; the table marks all


@dataclass
class CaseReport:
    """What the check found in one case; texts are empty where a file could not be read.

    Attributes:
        domain: ``source``, ``target`` or ``evaluation``.
        size: voxels along x, y, z, such as ``512 x 512 x 120``.
        spacing: mm along x, y, z.
        voxel_type: NumPy's name of it.
        intensities: smallest and largest value.
        label_voxels: voxels of each structure; empty without a readable label map.
        thumbnail: a small picture (:func:`.images.pictures.thumbnail`); empty unless it was asked for.
        image_sha256, label_sha256: digests of the files; of a header with its data file where these are two.
        problems: sentences that keep the case from use.
        warnings: sentences on what may be used but is probably a mistake.
    """

    domain: str
    id: str
    image: Path
    label: Path | None
    size: str = ""
    spacing: str = ""
    voxel_type: str = ""
    intensities: str = ""
    label_voxels: dict[str, int] = field(default_factory=dict)
    thumbnail: bytes = b""
    image_sha256: str = ""
    label_sha256: str = ""
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class CohortReport:
    """What the check found in a whole cohort.

    Attributes:
        rows: one report a case, in the cohort's order.
        structures: names of the label map's structures.
        cohort_problems, cohort_warnings: sentences on the cohort as a whole, which are in no case's report.
    """

    rows: list[CaseReport]
    structures: tuple[str, ...]
    cohort_problems: list[str]
    cohort_warnings: list[str]

    @property
    def problems(self) -> list[str]:
        """Everything that keeps the cohort from use, a sentence each."""
        return self.cohort_problems + [sentence for row in self.rows for sentence in row.problems]

    @property
    def warnings(self) -> list[str]:
        """What may be used but is probably a mistake, a sentence each."""
        return self.cohort_warnings + [sentence for row in self.rows for sentence in row.warnings]

    def raise_for_problems(self) -> None:
        """Refuse a cohort with problems.

        Raises:
            CohortError: there are problems; it holds all of them.
        """
        if self.problems:
            raise CohortError(self.problems)

    def table(self) -> str:
        """One line a case in aligned columns for a terminal, then all problems and warnings."""
        head = ["domain", "case", "size", "spacing (mm)", "voxels", "intensities", *self.structures, "check"]
        right = {6 + column for column in range(len(self.structures))}
        body = [
            [
                *(row.domain, row.id, row.size, row.spacing, row.voxel_type, row.intensities),
                *(f"{row.label_voxels[name]}" if name in row.label_voxels else "-" for name in self.structures),
                "problem" if row.problems else "warning" if row.warnings else "ok",
            ]
            for row in self.rows
        ]
        body = [[printable(cell) for cell in line] for line in body]
        widths = [max(len(line[column]) for line in [head, *body]) for column in range(len(head))]
        lines = [
            "  ".join(cell.rjust(width) if column in right else cell.ljust(width) for column, (cell, width) in enumerate(columns)).rstrip()
            for columns in (zip(line, widths, strict=True) for line in [head, ["-" * width for width in widths], *body])
        ]
        for title, sentences, of_cases in (
            ("problem", self.cohort_problems, [(row, row.problems) for row in self.rows]),
            ("warning", self.cohort_warnings, [(row, row.warnings) for row in self.rows]),
        ):
            count, grouped = len(sentences) + sum(len(own) for _, own in of_cases), [*sentences, *_alike(of_cases)]
            if count:
                lines += ["", f"{count} {title}{'s' if count > 1 else ''}:"]
                lines += [f"  {number}. {printable(sentence)}" for number, sentence in enumerate(grouped, 1)]
        return "\n".join(lines)


def _alike(of_cases: Iterable[tuple[CaseReport, list[str]]]) -> list[str]:
    """The sentences on each case; where several say the same of their own files, the first, and the other cases' names."""
    first: dict[str, str] = {}
    others: dict[str, list[str]] = {}
    for row, sentences in of_cases:
        own = [(str(path), f"<{kind}>") for path, kind in ((row.label, "label"), (row.image, "image")) if path]
        for sentence in sentences:
            key = sentence
            for mine, kind in own:
                key = key.replace(mine, kind)
            if first.setdefault(key, sentence) is not sentence:
                others.setdefault(key, []).append(row.id)
    return [" ".join([sentence, *_the_same_of(others.get(key, []))]) for key, sentence in first.items()]


def _the_same_of(cases: list[str]) -> list[str]:
    if not cases:
        return []
    named = cases if len(cases) <= _MOST_NAMED else [*cases[:_MOST_NAMED], f"{len(cases) - _MOST_NAMED} more"]
    listed = named[-1] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
    return [f"The same holds for {listed}."]


def check_cohort(
    cohort: Cohort,
    labels: dict[str, int],
    progress: Progress = silent,
    merged: Mapping[str, int] | None = None,
    threads: int | None = None,
    on_case: Callable[[CaseReport], None] = lambda _: None,
    thumbnail_pixels: int = 0,
) -> CohortReport:
    """Read every file of a cohort and report every problem at once; nothing is raised for a bad scan.

    Args:
        cohort: what to check.
        labels: structures and their values in the label maps.
        progress: called after each case.
        merged: further values in label maps, as for :func:`.images.labels.read_labels`.
        threads: cases read at once; memory must hold as many scans. By default one a core, at most 4.
        on_case: given each case's report as soon as it is there, in the calling thread.
        thumbnail_pixels: size of the pictures to make of the scans; 0 for none.

    >>> from CrossMoDAUDALib.cohort.finding import find_crossmoda
    >>> report = check_cohort(find_crossmoda(Path("DATA")), {"Vestibular schwannoma": 1, "Cochlea": 2})
    >>> report.problems
    []
    >>> report.rows[0].size, report.rows[0].spacing, report.rows[0].label_voxels
    ('32 x 32 x 16', '2.75 x 2.75 x 2.25', {'Vestibular schwannoma': 215, 'Cochlea': 32})
    """
    work = [(domain, case) for domain, cases in cohort.domains().items() for case in cases]
    rows: dict[int, CaseReport] = {}
    threads = threads or min(4, os.cpu_count() or 1)
    executor = ThreadPoolExecutor(threads)
    # Few at a time: what is still due in a pool that a second interrupt has left open is done before the process can end. And without
    # as_completed, which begins by taking the lock of every case: an interrupt there leaves them held, and the pool waits for ever.
    done: SimpleQueue[Future[CaseReport]] = SimpleQueue()
    due, numbers = iter(enumerate(work)), {}

    def submit(number: int, domain: str, case: Case) -> None:
        future = executor.submit(_check_case, domain, case, (labels, merged or {}), thumbnail_pixels)
        numbers[future] = number
        future.add_done_callback(done.put)

    try:
        for number, (domain, case) in islice(due, 2 * threads):
            submit(number, domain, case)
        while numbers:
            future = done.get()
            for number, (domain, case) in islice(due, 1):
                submit(number, domain, case)
            number = numbers.pop(future)
            rows[number] = future.result()
            on_case(rows[number])
            progress(len(rows), len(work), f"checked {rows[number].domain} case {rows[number].id}")
    finally:
        executor.shutdown(cancel_futures=True)
    ordered = [rows[number] for number in range(len(work))]
    warnings = [*cohort.notes, *_absent_structures(ordered, labels), *_repeated_scans(ordered)]
    problems = [*_empty_domains(cohort), *_repeated_ids(cohort), *_nothing_labelled(ordered)]
    return CohortReport(ordered, tuple(labels), problems, warnings)


def _check_case(domain: str, case: Case, wanted: tuple[dict[str, int], Mapping[str, int]], thumbnail_pixels: int) -> CaseReport:
    row, (labels, merged) = CaseReport(domain, case.id, case.image, case.label), wanted
    image, row.image_sha256 = _read(case.image, read_volume, row.problems)
    if image is not None:
        row.size = " x ".join(str(size) for size in image.geometry.size)
        row.spacing = " x ".join(f"{spacing:.4g}" for spacing in image.geometry.spacing)
        row.voxel_type = image.array.dtype.name
        low, high = image.array.min().item(), image.array.max().item()
        row.intensities = f"{low:.6g} to {high:.6g}"
        row.warnings += image.notes
        if low == high:
            row.problems.append(f"{case.image} is blank: every voxel is {low:g}; remove the case or export it again.")
        else:
            row.warnings += [f"{case.image}: {oddity}" for oddity in oddities(image.array)]
    if case.label is None:
        _draw(row, image, None, labels, thumbnail_pixels)
        if domain != "target":
            row.problems.append(f"{case.image} has no label map; add one named as {case.id}_Label.nii.gz, or remove the image.")
        return row
    grid = None if image is None else image.geometry
    label, row.label_sha256 = _read(case.label, lambda path: read_labels(path, labels, merged, grid), row.problems)
    _draw(row, image, label, labels, thumbnail_pixels)
    if label is None:
        return row
    row.warnings += label.notes
    if image is not None and (differences := label.geometry.differences(image.geometry)):
        row.problems.append(
            f"{case.label} is not on the grid of its image {case.image.name}: {', '.join(differences)};"
            f" {_how_to_match(case.image, image, label)}."
        )
    counts = _voxel_counts(label.array)
    row.label_voxels = {name: int(counts[value]) if value < len(counts) else 0 for name, value in labels.items()}
    unknown = [value for value in np.flatnonzero(counts).tolist() if value and value not in labels.values()]
    if unknown:
        row.problems.append(_unknown_values(case.label, unknown, labels, merged))
    elif not counts[1:].any():
        row.warnings.append(f"{case.label} is empty: no voxel belongs to a structure.")
    return row


def _how_to_match(path: Path, image: Volume, label: Volume) -> str:
    """What to do about a label map on another grid than its image: the image's header may have another place, which is the label's."""
    for form, place in other_places(path, image.geometry).items():
        if not label.geometry.differences(place):
            return f"the image's header gives two places, and the label map lies on the one by its {form}: try --header {form}"
    if label.geometry.size == image.geometry.size:
        return "find out which of the two is in the right place before you change either; resampling would move a label that is right"
    return "resample the label map, with nearest neighbours"


def _unknown_values(label: Path, unknown: list[int], labels: dict[str, int], merged: Mapping[str, int]) -> str:
    """Values of no structure: they are structures, or further values of one."""
    if refusal := as_a_scan(label, unknown):
        return refusal
    values = "value" if len(unknown) == 1 else "values"
    return f"{label} holds the unknown {values} {_first_three(unknown)}; {how_to_name(unknown[0], labels, merged)}."


def _draw(row: CaseReport, image: Volume | None, label: Volume | None, labels: dict[str, int], pixels: int) -> None:
    if image is not None and pixels:
        with contextlib.suppress(MemoryError):  # it is only a picture
            row.thumbnail = thumbnail(image, label, labels, pixels)


def _read(path: Path, read: Callable[[Path], Volume], problems: list[str]) -> tuple[Volume | None, str]:
    """A scan and its digest, or none and one more problem."""
    try:
        return read(path), scan_sha256(path)
    except InputError as error:
        problems.append(str(error))
    except OSError as error:  # the digest's second reading failed
        problems.append(f"{path} cannot be read ({error.strerror}); check its disk.")
    except MemoryError:
        problems.append(f"{path} does not fit into memory; free some of it or remove the case.")
    except Exception as error:  # what a reader of another library raises must not keep the other scans from their check
        why = short(f"{type(error).__name__}: {error}".removesuffix(": "))
        problems.append(f"{path} cannot be read ({why}); copy it again from its source, or remove the case.")
    return None, ""


def _voxel_counts(array: Array) -> Array:
    """The number of voxels of each value from 0 on. It is counted slice by slice, because NumPy counts in 64-bit copies."""
    values = np.iinfo(array.dtype).max + 1
    counts = np.zeros(values, dtype=np.int64)
    for one in array:
        counts += np.bincount(one.ravel(), minlength=values)
    return counts


def _nothing_labelled(rows: list[CaseReport]) -> list[str]:
    """A problem where there are label maps in a domain, and all are empty: nothing could be learned from them, or scored."""
    problems = []
    for domain in ("source", "evaluation"):
        read = [row for row in rows if row.domain == domain and row.label_voxels]
        unread = [row for row in rows if row.domain == domain and row.label and not row.label_voxels]
        if read and not unread and not any(any(row.label_voxels.values()) for row in read) and not any(row.problems for row in read):
            problems.append(
                f"All {len(read)} label maps of the {domain} domain are empty: no voxel belongs to a structure, such as in {read[0].label};"
                " give the folder of the right label maps, or export them again."
                if len(read) > 1
                else f"The only label map of the {domain} domain is empty: no voxel belongs to a structure in {read[0].label};"
                " give the right label map, or export it again."
            )
    return problems


def _empty_domains(cohort: Cohort) -> list[str]:
    expected = {"source": "labelled scans such as *_ceT1 with *_Label", "target": "unlabelled scans such as *_hrT2"}
    return [f"The {domain} domain has no cases; add {text}." for domain, text in expected.items() if not cohort.domains()[domain]]


def _repeated_ids(cohort: Cohort) -> list[str]:
    problems = []
    for domain, cases in cohort.domains().items():
        by_id: dict[str, list[Case]] = {}
        for case in cases:
            by_id.setdefault(one_form(case.id).casefold(), []).append(case)  # results are files: a and A are one on Windows and macOS
        for same in by_id.values():
            if len(same) > 1:
                images = sorted({case.image for case in same})
                paths = images if len(images) > 1 else sorted(case.label for case in same if case.label)
                what = "images" if len(images) > 1 else "label maps"
                is_one = len({case.id for case in same}) == 1
                do = (
                    "keep one of them"
                    if is_one
                    else "give them names that differ by more than capitals and Unicode forms, as for Windows and macOS they are one"
                )
                problems.append(f"The {domain} case '{same[0].id}' has {len(paths)} {what}: {_first_three(paths)}; {do}.")
    return problems


def _absent_structures(rows: list[CaseReport], labels: dict[str, int]) -> list[str]:
    labelled = [row for row in rows if row.domain == "source" and row.label_voxels]
    return [
        f"{name} (value {value}) occurs in no label map of the source domain; if that is meant, leave it out of the setting labels."
        for name, value in labels.items()
        if labelled and not any(row.label_voxels[name] for row in labelled)
    ]


def _repeated_scans(rows: list[CaseReport]) -> list[str]:
    """Warnings of scans with the same content; all target scans that are also evaluation scans share one warning."""
    warnings, seen_twice = [], []
    by_digest: dict[str, list[CaseReport]] = {}
    for row in rows:
        if row.image_sha256:
            by_digest.setdefault(row.image_sha256, []).append(row)
    for same in by_digest.values():
        if {row.domain for row in same} == {"target", "evaluation"} and len(same) == 2:
            seen_twice.append(f"{same[0].image} as {same[1].image}" if same[0].image != same[1].image else str(same[0].image))
        elif len({(row.domain, row.id) for row in same}) > 1:
            warnings.append(f"One scan appears as several cases: {_first_three([f'{row.image} ({row.domain})' for row in same])}.")
    if seen_twice:
        warnings.append(
            f"Scans used both for training (without labels) and for evaluation: {_first_three(seen_twice)};"
            " scores on them do not tell how well unseen scans do."
        )
    return warnings


def _first_three(items: list[int] | list[Path] | list[str]) -> str:
    """Up to three items and the number of the others: ``a, b, c and 4 more``."""
    shown = [str(item) for item in items[:3]]
    return ", ".join(shown) + (f" and {len(items) - 3} more" if len(items) > 3 else "")

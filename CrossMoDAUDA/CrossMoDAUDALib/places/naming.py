"""Scans elsewhere have numbers instead of names, because file names can be patients'. What comes back gets the names again."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ..cohort.finding import Case, Cohort
from ..images.fingerprint import travels_as_it_is
from ..images.names import ScanName
from ..images.volumes import FILE_ENDINGS
from .there_common import SCANS

TEXTS = (".json", ".jsonl", ".csv", ".md", ".html", ".log", ".txt")
LOG, LOG_HERE = "worker.log", "worker-there.log"  # the log here is of who follows
_NUMBER = r"scan_[st]\d{4,}"


class Names:
    """The numbers of a cohort's scans.

    Args:
        cohort: the scans here.
        here, there: the experiment's folder on both sides.
    """

    def __init__(self, cohort: Cohort, here: Path, there: str) -> None:
        self.scans: dict[str, Path] = {}
        """The file here for each path below the experiment's folder of scans there."""
        self.drawn_on: dict[str, Path] = {}
        """The scan here of those of them that are label maps."""
        self._ids: dict[str, str] = {}
        self._cases: dict[str, list[dict[str, str | None]]] = {domain: [] for domain in cohort.domains()}
        self._here, self._there = str(here), there
        numbers: dict[Path, str] = {}
        for domain, letter in (("source", "s"), ("target", "t"), ("evaluation", "t")):
            cases: tuple[Case, ...] = getattr(cohort, domain)
            for case in cases:
                # A scan that is trained on and scored keeps its number, so that it is one case there as it is here.
                number = numbers.get(case.image) if letter == "t" else None
                if number is None:
                    number = f"scan_{letter}{sum(name.startswith(f'scan_{letter}') for name in self._ids) + 1:04d}"
                    if letter == "t":
                        numbers[case.image] = number
                self._ids[number] = case.id
                modality = ScanName.of(case.image).modality
                image = f"{domain}/{number}{f'_{modality}' if modality else ''}{_ending(case.image)}"
                label = f"{domain}_labels/{number}_Label{_ending(case.label)}" if case.label else ""
                self.scans[image] = case.image
                if case.label is not None:
                    self.scans[label], self.drawn_on[label] = case.label, case.image
                self._cases[domain].append({"id": number, "image": self._path(image), "label": self._path(label) if label else None})
        self._paths = {self._path(place): str(path) for place, path in self.scans.items()}
        self._paths[f"{there}/{LOG}"] = str(here / LOG_HERE)
        self._pattern = re.compile(
            f"{re.escape(there)}/{re.escape(LOG)}|{re.escape(there)}/{re.escape(SCANS)}/[A-Za-z0-9_/.]*[A-Za-z0-9]|{re.escape(there)}|(?<![A-Za-z0-9]){_NUMBER}(?![0-9])"
        )

    def _path(self, place: str) -> str:
        return f"{self._there}/{SCANS}/{place}"

    def record_there(self, record: dict[str, Any], stored: Mapping[str, str]) -> dict[str, Any]:
        """``experiment.json`` of an experiment that was recorded here, for there.

        Args:
            stored: names in the store, which begin with the SHA-256, of the scans by their paths below the folder of scans.
        """
        # Their times there are not known: they are compared by their content.
        files = {self._path(place): {"sha256": stored[place].partition(".")[0], "size": 0, "modified_ns": 0} for place in self.scans}
        return {**record, "cohort": self._cases, "files": files}

    def options(self) -> list[str]:
        """The options that name these scans to ``run`` there."""
        words = []
        for option, folder in (
            ("--source-images", "source"),
            ("--source-labels", "source_labels"),
            ("--target-images", "target"),
            ("--evaluate-images", "evaluation"),
            ("--evaluate-labels", "evaluation_labels"),
        ):
            if any(place.startswith(f"{folder}/") for place in self.scans):
                words += [option, f"{self._there}/{SCANS}/{folder}"]
        return words

    def restored(self, text: str, escape: Callable[[str], str] = str) -> str:
        """A text from there with the names and paths of here.

        Args:
            escape: writes a name as the text's format wants it.
        """

        def name(match: re.Match[str]) -> str:
            found = match.group()
            if found.startswith(self._there):
                if found in self._paths:
                    return escape(self._paths[found])
                return escape(self._here) + found.removeprefix(self._there)
            return escape(self._ids[found]) if found in self._ids else found

        return self._pattern.sub(name, text)

    def restored_file(self, name: str, data: bytes) -> bytes:
        """A file's content with the names of here; what is no text stays as it is."""
        ending = Path(name).suffix.lower()
        if ending not in TEXTS:
            return data
        escapes: dict[str, Callable[[str], str]] = {".json": _in_json, ".jsonl": _in_json, ".html": html.escape, ".csv": _in_csv}
        escape = escapes.get(ending, str)
        return self.restored(data.decode("utf-8", "surrogateescape"), escape).encode("utf-8", "surrogateescape")

    def restored_name(self, name: str) -> str:
        """A file's name, relative to the experiment folder, with the name of its scan."""
        if name == LOG:
            return LOG_HERE
        return re.sub(_NUMBER, lambda match: self._ids.get(match.group(), match.group()), name)


def _ending(path: Path) -> str:
    """The ending of a scan once it is one file (:func:`.sending.as_one_file`)."""
    lower = path.name.lower()
    if lower.endswith(".seg.nrrd"):
        return ".seg.nrrd"
    ending = next((ending for ending in FILE_ENDINGS if lower.endswith(ending)), "")
    if ending not in (".mhd", ".nhdr") and not travels_as_it_is(path):
        return ".nrrd"
    return {".mhd": ".mha", ".nhdr": ".nrrd"}.get(ending, ending)


def _in_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _in_csv(text: str) -> str:
    """A field with a comma, a quote or a line's end is quoted; ours hold a name alone, or begin with it."""
    return '"{}"'.format(text.replace('"', '""')) if re.search('[",\r\n]', text) else text

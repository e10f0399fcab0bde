"""What a specimen is, the surroundings it is put into, and the commands that it can be given to."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Pantry:
    """Good files, made once, that specimens are made from; nobody writes here.

    Attributes:
        cohort: a cohort in crossMoDA's layout.
        experiment: a finished experiment on it.
    """

    cohort: Path
    experiment: Path

    @property
    def source(self) -> Path:
        """The folder of the labelled scans and of their label maps."""
        return self.cohort / "training_source"

    @property
    def target(self) -> Path:
        """The folder of the unlabelled scans."""
        return self.cohort / "training_target"

    @property
    def scan(self) -> Path:
        """A target scan."""
        return sorted(self.target.iterdir())[0]

    @property
    def label(self) -> Path:
        """A label map of a source scan."""
        return sorted(self.source.glob("*_Label.nii.gz"))[0]


@dataclass(frozen=True)
class Place:
    """One specimen's surroundings: a folder for its files, the working folder and the output folder, which is not made."""

    root: Path
    pantry: Pantry

    @property
    def inputs(self) -> Path:
        return self.root / "in"

    @property
    def working(self) -> Path:
        return self.root / "working folder"

    @property
    def output(self) -> Path:
        return self.root / "out"


Make = Callable[[Place], Sequence[str | Path]]


@dataclass(frozen=True)
class Specimen:
    """One bad input.

    Attributes:
        name: ``kind/what is bad``.
        make: writes the files below ``place.inputs`` and returns the command line's arguments.
        says: what the sentence must hold: the name of the bad file, setting or option.
        status: the exit statuses that fit; with 0 among them, the command may also pass over what is bad.
        may_leave: names that may be in the output folder afterwards.
        on_stdout: whether the problem is told in the table of the check, on standard output.
        may_warn: whether the command, where it does not refuse it, may warn of it, in sentences that name it.
    """

    name: str
    make: Make
    says: str
    status: tuple[int, ...] = (2,)
    may_leave: frozenset[str] = frozenset()
    on_stdout: bool = False
    may_warn: bool = False

    @property
    def kind(self) -> str:
        return self.name.partition("/")[0]


class CannotBeMade(Exception):  # noqa: N818
    """This system knows no such thing: symbolic links on Windows, files that root may not read; the message says which."""


# Commands that read a scan -------------------------------------------------------------------------------------------------

# What a worker keeps beside an experiment; events.jsonl says why it failed.
LEFTOVERS = frozenset(("worker.lock", "events.jsonl", "worker.log"))
Write = Callable[[Path], None]


@dataclass(frozen=True)
class _Door:
    """A command that reads a scan: its arguments for a scan file in the inputs folder."""

    arguments: Callable[[Place, Path], Sequence[str | Path]]
    may_leave: frozenset[str] = frozenset()
    on_stdout: bool = False


def _on_one(command: str) -> Callable[[Place, Path], Sequence[str | Path]]:
    return lambda place, scan: [command, place.pantry.experiment, scan, "-o", place.output, "--device", "cpu"]


def run_on(place: Place, source: Path, labels: Path, target: Path, *more: str | Path) -> list[str | Path]:
    """``run`` on three folders; should it find nothing wrong, it trains for as long as the keeper lets it."""
    scans = ["--source-images", source, "--source-labels", labels, "--target-images", target]
    return ["run", *scans, "-o", place.output, "--preset", "smoke", "--device", "cpu", *more]


def _as_target(*more: str) -> Callable[[Place, Path], Sequence[str | Path]]:
    def arguments(place: Place, scan: Path) -> Sequence[str | Path]:
        shutil.copy(place.pantry.scan, place.inputs / "good.nii.gz")
        return run_on(place, place.pantry.source, place.pantry.source, place.inputs, *more)

    return arguments


def _as_prediction(place: Place, scan: Path) -> Sequence[str | Path]:
    return ["evaluate", scan, place.pantry.label, "-o", place.output / "scores.csv"]


def _as_reference(place: Place, scan: Path) -> Sequence[str | Path]:
    return ["evaluate", place.pantry.label, scan, "-o", place.output / "scores.csv"]


DOORS = {
    "segment": _Door(_on_one("segment")),
    "translate": _Door(_on_one("translate")),
    "run": _Door(_as_target(), LEFTOVERS),
    "dry-run": _Door(_as_target("--dry-run"), on_stdout=True),
    "prediction": _Door(_as_prediction),
    "reference": _Door(_as_reference),
}
IMAGE_DOORS = ("translate", "run", "segment", "dry-run", "prediction")
# For what a search of a folder does not find, so that it must be named itself.
NAMED_DOORS = ("translate", "segment")


class Doors:
    """Makes a specimen of each bad scan file: for one command in turn, or for every one that reads such files."""

    def __init__(self, kind: str, every: bool) -> None:
        self._kind = kind
        self._every = every
        self._turn = itertools.count()

    def through(self, what: str, file: str, write: Write, says: str | None = None, doors: Iterable[str] = IMAGE_DOORS) -> list[Specimen]:
        """The specimens of one bad file.

        Args:
            what: what is bad about it.
            file: its name.
            write: writes it to a path.
            says: what the sentence must hold, if not the file's name.
            doors: the commands that read such files.
        """
        doors = tuple(doors)
        if not self._every:
            doors = (doors[next(self._turn) % len(doors)],)
        return [self._specimen(f"{self._kind}/{what} ({door})", file, write, says or file, DOORS[door]) for door in doors]

    @staticmethod
    def _specimen(name: str, file: str, write: Write, says: str, door: _Door) -> Specimen:
        def make(place: Place) -> Sequence[str | Path]:
            path = place.inputs / file
            write(path)
            return door.arguments(place, path)

        return Specimen(name, make, says, may_leave=door.may_leave, on_stdout=door.on_stdout)

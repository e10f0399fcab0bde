"""What a stage of an experiment is, and which stages have work to do.

A stage is declared once (:mod:`.method.plan`): what it is called, what it reads and leaves in the experiment folder, and what runs
it. Everything else follows: the order, which finished stages are skipped, which files are compared before they are read, and what
``run --dry-run``, ``status`` and the panel show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from .markers import Marker, newest

if TYPE_CHECKING:
    from .folder import Experiment


@dataclass(frozen=True)
class Title:
    """What people call a stage, in words that can be translated.

    Attributes:
        text: the words, in which ``{step}`` and ``{iteration}`` stand for the other two.
        step: what is done, for stages that several trainings have.
        iteration: the self-training iteration.
    """

    text: str
    step: str = ""
    iteration: int = 0

    def words(self, translate: Callable[[str], str] = str) -> str:
        """The title in the language that ``translate`` knows."""
        return translate(self.text).format(step=translate(self.step) if self.step else "", iteration=self.iteration)


@dataclass(frozen=True)
class Stage:
    """One part of an experiment: done once, skipped when it is complete.

    Files are named by patterns relative to the experiment folder; ``*`` stands for any text, slashes included. If a stage
    reuses its own files from an earlier start, list them in ``reads`` too. Files only in ``writes`` are written anew.

    Attributes:
        name: how its marker and the events call it, such as ``iteration_1/train``.
        title: what people call it.
        run: does the work; called with the experiment and the stage's name.
        reads: files of the experiment that it uses. They are compared with what was written before it runs.
        writes: files that it leaves. Its marker holds their SHA-256.
        settings: those that can change what it leaves, as patterns of their keys. The last pattern that fits a key decides; ``!``
            before it says that the key does not matter. They decide which experiments may share the stage (:mod:`.sharing`).
        scans: the domains whose scans and labels can change what it leaves.
    """

    name: str
    title: Title
    run: Callable[[Experiment, str], None]
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    settings: tuple[str, ...] = ("*",)
    scans: tuple[str, ...] = ("source", "target", "evaluation")

    def does_read(self, file: str) -> bool:
        """Whether it uses this file, named relative to the experiment folder with forward slashes."""
        return _matches(file, self.reads)

    def does_write(self, file: str) -> bool:
        """Whether it leaves this file."""
        return _matches(file, self.writes)

    def depends_on(self, setting: str) -> bool:
        """Whether a setting, by its dotted key, can change what it leaves."""
        fitting = [pattern for pattern in self.settings if fnmatchcase(setting, pattern.removeprefix("!"))]
        return bool(fitting) and not fitting[-1].startswith("!")

    def files(self, folder: Path) -> list[Path]:
        """The files that it has left in an experiment folder."""
        found = {path for pattern in self.writes for path in _constant_folder(folder, pattern).rglob("*")}
        return sorted(
            path
            for path in found
            if not path.name.startswith(".") and self.does_write(path.relative_to(folder).as_posix()) and path.is_file()
        )


def _matches(file: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(file, pattern) for pattern in patterns)


def _constant_folder(folder: Path, pattern: str) -> Path:
    """The folder below which all files of a pattern lie."""
    constant = PurePosixPath(pattern.partition("*")[0].partition("[")[0] + "x").parent
    return folder / constant


def writer_of(file: str, stages: Sequence[Stage]) -> Stage | None:
    """The last of these stages that writes a file; None where none does."""
    return next((stage for stage in reversed(stages) if stage.does_write(file)), None)


def due(stages: Sequence[Stage], markers: Mapping[str, Marker], folder: Path | None) -> dict[str, list[str]]:
    """The stages that have work to do, in their order.

    These are the stages that are not complete, and the complete ones that must make a file again: because a stage with work to do
    reads it and it is gone, or because an earlier stage that had to run again has overwritten it.

    Args:
        stages: all stages of the experiment, in their order.
        markers: of the complete stages, by name.
        folder: the experiment folder; None for one elsewhere, of whose files not all are here: none of them counts as gone.

    Returns:
        By name, the files that a complete stage must make again; none for a stage that is not complete.
    """
    found: dict[str, list[str]] = {}
    last = newest(markers)
    for index in range(len(stages) - 1, -1, -1):  # from the end, because a stage that runs again reads its files again
        reader = stages[index]
        if reader.name not in markers:
            found[reader.name] = []
        if reader.name not in found:
            continue
        for file in filter(reader.does_read, last):
            writer = writer_of(file, stages[:index])
            if writer is None or writer.name not in markers or file not in markers[writer.name].files:
                continue
            if last[file].stage not in (writer.name, reader.name) or (folder is not None and not (folder / file).is_file()):
                again = found.setdefault(writer.name, [])
                if file not in again:
                    again.append(file)
    return {stage.name: found[stage.name] for stage in stages if stage.name in found}


def still_needed(stage: Stage, files: Iterable[str], stages: Sequence[Stage], waiting: Iterable[str]) -> list[str]:
    """Those of a complete stage's files that one of the stages still to run reads before another writes them anew."""
    waiting = set(waiting)
    later = [other for other in stages[stages.index(stage) + 1 :] if other.name in waiting]
    first = {file: next((other for other in later if other.does_read(file) or other.does_write(file)), None) for file in files}
    return [file for file, other in first.items() if other is not None and other.does_read(file)]

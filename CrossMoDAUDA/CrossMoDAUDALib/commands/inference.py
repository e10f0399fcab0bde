"""The commands that work on scans without an experiment of their own: translate, evaluate, the check of a cohort, and what they share."""

from __future__ import annotations

import argparse
import base64
import contextlib
import errno
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import InputError, missing, short
from ..core.failures import explain, write_traceback
from ..core.files import check_path
from ..core.progress import Progress, both
from ..core.settings import Settings, parse_assignments, parse_device, with_values
from ..experiment.events import CHECK, LOADING, EventLog
from ..images.fingerprint import is_there
from ..images.names import TRANSLATION, one_form
from .inputs import find_inputs, result_stems
from .terminal import Bar, complain, say

if TYPE_CHECKING:
    from ..cohort.checking import CaseReport
    from ..cohort.finding import Cohort

_THUMBNAIL = 48  # pixels of a checked scan's picture
# What is done with one scan: reads it, reports, writes the files; returns what to warn of, in sentences.
Task = Callable[[Path, list[Path], Progress], list[str]]
# Which of the scans that are left is done next.
Turn = Callable[[Sequence[Path]], Path]


@dataclass(frozen=True)
class Results:
    """Which files become of which scans.

    Attributes:
        names: each scan with the names of its files; the first is always written.
        folder: where they are to lie.
        overwrite: whether they may replace what lies there.
    """

    names: Sequence[tuple[Path, Sequence[str]]]
    folder: Path
    overwrite: bool

    @property
    def scans(self) -> list[Path]:
        """The scans, in their order."""
        return [path for path, _ in self.names]

    def files(self) -> list[Path]:
        """All files of all scans."""
        return [self.folder / name for _, names in self.names for name in names]


def translate(options: argparse.Namespace, log: EventLog) -> int:
    """``translate``: a pseudo-target image of each source scan."""
    with opened(options.model) as model:
        return _translate(options, model, log)


def _translate(options: argparse.Namespace, folder: Path, log: EventLog) -> int:
    from ..images.intensity import oddities
    from ..images.shear import on_own_grid
    from ..images.volumes import read_volume, write_volume
    from ..models.model_folder import translator_folder

    scans, left_out = find_inputs(options.inputs, log)
    names = [(path, [f"{stem}{TRANSLATION}.{options.format}"]) for path, stem in result_stems(scans).items()]
    results = Results(names, options.output, options.overwrite)
    device = one_device(options.device)
    check_outputs(results)
    model = translator_folder(folder)
    prefer_header(options.header, folder)
    tell_loading(log, "translate")
    from ..translation.trained import TrainedTranslator

    translator = TrainedTranslator.load(model, device, options.precision)

    def task(path: Path, names: list[Path], progress: Progress) -> list[str]:
        scan = read_volume(path)
        translated = translator.translate(scan, progress)
        write_volume(on_own_grid(translated, scan, nearest=False), names[0], options.format != "nrrd")
        return [*scan.notes, *(f"{path}: {oddity}" for oddity in (*oddities(scan.array), *translated.notes))]

    return max(each(results, task, log, "translate"), left_out)


@contextlib.contextmanager
def opened(model: Path) -> Iterator[Path]:
    """The folder of a model that the user names, as long as it is needed."""
    from ..models.library import find_model
    from ..models.package import as_folder

    with as_folder(find_model(model)) as folder:
        yield folder


def prefer_header(asked: str | None, model: Path) -> None:
    """Read scans' headers as asked for, or else as the experiment does whose model it is."""
    from ..experiment.folder import Experiment
    from ..images import readings

    folder = next((place for place in (model, model.parent) if Experiment.exists(place)), None)
    recorded = "auto"
    if folder is not None and not asked:
        with contextlib.suppress(InputError):  # a model can be used without its experiment
            recorded = Experiment.load(folder).settings.reading.header
    readings.prefer(asked or recorded)


def evaluate(options: argparse.Namespace, log: EventLog) -> int:
    """``evaluate``: DSC and ASSD of label maps against references."""
    from ..images import readings
    from ..scoring import evaluation
    from ..scoring.absent import absent_notes

    told: list[str] = []
    values: dict[str, Any] = dict(parse_assignments(options.assignments))
    if options.header:
        values["reading.header"] = options.header
    useless = [key for key in values if key not in ("labels", "evaluation.convention") and not key.startswith("reading.")]
    if useless:
        raise InputError(f"--set {short(useless[0])} does not matter to evaluate; it takes labels, evaluation.convention and reading.*.")
    settings = with_values(Settings(), values)
    readings.prefer(settings.reading.header)
    if options.output:
        _check_table(options.output, (options.predictions, options.references))
    with Bar("scoring") as bar:
        convention, progress = settings.evaluation.convention, both(bar, log.progress("evaluate"))
        folders, merged = (options.predictions, options.references), settings.reading.merged_values
        scores = evaluation.score_folders(*folders, settings.labels, convention, progress, merged, told.append)
    for note in told:
        complain(f"warning: {note}")
        log.write("warning", message=note)
    if options.output:
        evaluation.write_per_case_csv(options.output, {"predictions": scores})
        log.write("result", input=str(options.predictions), outputs=[str(options.output)])
    say(evaluation.table_text(evaluation.summary_rows({"predictions": scores}, list(settings.labels))))
    for note in absent_notes(scores, list(settings.labels), convention, is_recorded=False):
        say(note)
    return 0


def _check_table(table: Path, inputs: Sequence[Path]) -> None:
    """Before any work, refuse to write scores over anything but older scores."""
    from ..scoring.evaluation import SCORES_BEGIN

    if holds_something_else(table, inputs, SCORES_BEGIN):
        raise InputError(f"{table} exists already and holds no scores; name another file.")


def holds_something_else(table: Path, inputs: Sequence[Path], begins: bytes) -> bool:
    """Whether a file that is to become a table is there and is none of the kind, which must not be lost.

    Args:
        table: the file.
        inputs: what is read; it must not be among them.
        begins: how such tables begin.

    Raises:
        InputError: it is an input, a folder, or has a name that no file can have.
    """
    check_path(table)
    if any(table.resolve() == path.resolve() for path in inputs):
        raise InputError(f"{table} is an input and would be overwritten; name another file.")
    if table.is_dir():
        raise InputError(f"{table} is a folder; name a file.")
    if not table.exists():
        return False
    with table.open("rb") as file:
        start = file.read(len(begins))
    return bool(start) and start != begins


def dry_run(cohort: Cohort, settings: Settings, folder: Path, log: EventLog, only: Sequence[str] = ()) -> int:
    """``run --dry-run``: every case, every problem and the stages that would run; bad scans make the exit status 2.

    Args:
        folder: of the experiment, if there is one already.
        only: the stages that are asked for; none means all.

    Raises:
        InputError: it is that of an experiment with other settings or scans.
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
        progress = both(bar, log.progress(CHECK))
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
    if Experiment.exists(folder):
        settings = Experiment.load(folder).as_asked(settings, cohort)
    stages = plan(settings, cohort)
    asked = [stage for stage in stages if not only or stage.name in only]
    waiting = due(asked, read_markers(folder), None if read_elsewhere(folder) else folder)
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


def tell_loading(log: EventLog, command: str) -> None:
    """Tell it before PyTorch is imported, which takes seconds."""
    log.write("progress", stage=command, step=0, total=1, message=LOADING)


def check_outputs(
    results: Results,
    table: Path | None = None,
    ours: Collection[Path] = (),
    is_table_ours: bool = False,
) -> None:
    """Refuse what would lose somebody's files, before any work.

    Args:
        ours: the inputs whose results may be there: this very command has written them, or leaves them as they are.
        is_table_ours: this command has written the table, too.
    """
    for path in (*results.scans, results.folder):
        check_path(path)
    inputs = {path.resolve() for path in results.scans}
    seen: dict[str, Path] = {}
    for path, names in results.names:
        if not is_there(path):
            raise missing(path)
        other = seen.setdefault(one_form(names[0]).casefold(), path)  # a and A, or two forms of an umlaut, are one file on macOS
        if other is not path:
            raise InputError(f"{other} and {path} would both become {names[0]}; give them different names or output folders.")
    own = {results.folder / name for path, names in results.names if path in ours for name in names}
    if table and is_table_ours:
        own.add(table)
    for place in [*([table] if table else []), *results.files()]:
        if place.resolve() in inputs:
            raise InputError(f"{place} is an input and would be overwritten; name another output folder.")
        if place == table and any(place.resolve() == file.resolve() for file in results.files()):
            raise InputError(f"{place} is the name of a result, too; give the table another name.")
        if place.is_dir():
            raise InputError(f"{place} is a folder; name a file.")
        if place.exists() and not results.overwrite and place not in own:
            raise InputError(f"{place} exists already; add --overwrite to replace it, or name another output folder.")
    if table and table.resolve() in (results.folder.resolve(), *results.folder.resolve().parents):
        raise InputError(f"{table} is the folder of the results, or one above it; name a file.")
    from ..core.folders import make_writable_folder

    make_writable_folder(results.folder)
    for path, names in results.names:
        for name in names:
            _check_length(path, results.folder / name)
    if table:
        make_writable_folder(table.absolute().parent)


def _check_length(path: Path, result: Path) -> None:
    try:
        result.lstat()
    except FileNotFoundError:
        pass
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise
        raise InputError(f"{path} would have a result called {result.name}, a longer name than the disk takes; rename the scan.") from None


def each(results: Results, task: Task, log: EventLog, command: str, turn: Turn | None = None) -> int:
    """Do every input, so that one bad scan does not cost the others; the worst exit status wins.

    Args:
        turn: says whose turn it is; None for their order.
    """
    worst, count = 0, len(results.names)
    left = list(results.names)
    for number in range(1, count + 1):
        scans = [path for path, _ in left]
        path, names = left.pop(scans.index(turn(scans)) if turn else 0)
        written = [results.folder / name for name in names]
        place = f"{number} of {count}: {path.name}" if count > 1 else ""
        try:
            log.write("progress", stage=command, step=0, total=1, message=place or f"reading {path.name}")
            with Bar(place or path.name) as bar:
                warnings = task(path, written, both(bar, _named(log.progress(command), place)))
        except Exception as error:
            message, status = explain(error, write_traceback(error))
            message = message if str(path) in message else f"{path}: {message}"
            complain(message)
            log.write("error", message=message, status=status)
            worst = max(worst, status)
        else:
            for warning in warnings:
                complain(f"warning: {warning}")
            there = [name for name in written if name.is_file()]  # warnings need not be
            for name in there:
                say(str(name))
            log.write("result", input=str(path), outputs=[str(name) for name in there])
    return worst


def _named(progress: Progress, place: str) -> Progress:
    """With several scans, a message names the scan and not the step."""

    def report(step: int, total: int, message: str = "", **metrics: float) -> None:
        progress(step, total, place or message, **metrics)

    return report

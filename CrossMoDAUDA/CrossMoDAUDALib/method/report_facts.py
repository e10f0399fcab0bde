"""What an experiment's folder tells of it, for its page. Each part is read when it is asked for, so that a damaged file spoils only one."""

from __future__ import annotations

import csv
import functools
from collections.abc import Sequence
from dataclasses import replace

from ..cohort.finding import Case
from ..core.errors import CrossModaError, InputError
from ..core.files import read_json, read_record
from ..core.layout import iteration_name
from ..experiment.events import CHECK, Event, read_events
from ..experiment.folder import Experiment
from ..experiment.last_run import LastRun
from ..experiment.markers import Marker, read_markers
from ..experiment.stages import Stage, due
from ..images.volumes import Geometry, canonical_grid, read_geometry
from ..models.training_summary import TrainedOn
from ..pages.paths import Paths
from ..scoring.comparison import Verdict, case_dice, verdict
from ..scoring.evaluation import CaseScore, TableRow, summary_rows
from ..scoring.plausibility import LabelSummary
from ..scoring.recommendation import Candidate
from ..translation.check import Check
from .evidence import Compared, candidates, measured_iterations
from .plan import AGREEMENT, CONTRAST, PSEUDO_TARGET, RAW, SOURCE_ONLY_ROW, SUMMARIES, iteration, plan
from .pseudo_labels import Choice
from .titles import SOURCE_ONLY_TITLE, learns_from_target_labels, read_scores, row_title

EVENTS_AT_ONCE = 4 << 20  # bytes of the event log
POINTS = 400  # of a curve
TRAINED_ON, LOSSES = "trained_on.json", "losses.csv"  # whose own files bring PyTorch
METRICS = ("train_loss", "validation_loss", "pseudo_dice")
Points = dict[float, float]


class Facts:
    """What is known of an experiment, finished or not.

    Attributes:
        experiment: it is only read.
    """

    def __init__(self, experiment: Experiment) -> None:
        self.experiment, self.folder = experiment, experiment.folder
        self.settings, self.cohort = experiment.settings, experiment.cohort
        self.structures = list(experiment.settings.labels)
        self.translator = experiment.settings.translation.translator

    def without_paths(self, text: str) -> str:
        """A text for others: of the paths of this machine that it names, only the last names are left."""
        return self._paths.without(text)

    @functools.cached_property
    def _paths(self) -> Paths:
        cases = [case for found in self.cohort.domains().values() for case in found]
        return Paths([path for case in cases for path in (case.image, case.label) if path is not None], [self.folder])

    # What was asked for, and how far it is ------------------------------------------------------------------------------------

    @functools.cached_property
    def versions(self) -> tuple[str, dict[str, str]]:
        """The day on which the experiment was begun, and the versions that it was begun with."""

        def parse(data: object) -> tuple[str, dict[str, str]]:
            assert isinstance(data, dict)
            return str(data.get("created", ""))[:10], {str(name): str(text) for name, text in data.get("versions", {}).items()}

        return read_record(self.folder / "experiment.json", parse, "restore it")

    @functools.cached_property
    def markers(self) -> dict[str, Marker]:
        """The finished stages."""
        return read_markers(self.folder)

    @functools.cached_property
    def stages(self) -> tuple[Stage, ...]:
        """All stages."""
        return plan(self.settings, self.cohort)

    @functools.cached_property
    def waiting(self) -> list[str]:
        """The stages that are still to do."""
        return list(due(self.stages, self.markers, None))

    @functools.cached_property
    def _told(self) -> tuple[list[str], dict[tuple[str, str], Points], str]:
        """Of the event log: warnings since the last check of the scans, curves by stage and quantity, and why the last run failed."""
        warnings: dict[str, None] = {}
        curves: dict[tuple[str, str], Points] = {}
        last, offset = LastRun(), 0
        while True:
            events, end = read_events(self.folder / "events.jsonl", offset, EVENTS_AT_ONCE)
            if end == offset:
                break
            offset = end
            for event in events:
                last.follow(event)
                if event["kind"] == "stage" and event["stage"] == CHECK:  # of scans, which then were perhaps others
                    warnings = {}
                elif event["kind"] == "warning":
                    warnings[event["message"]] = None
                elif event["kind"] == "progress":
                    _follow(curves, event)
        return list(warnings), curves, last.error if last.said == "failed" else ""

    @property
    def warnings(self) -> list[str]:
        """What the run warned of, each once, and why it failed at last, if it did."""
        told, _, failure = self._told
        return [self.without_paths(text) for text in (*([f"The last run failed: {failure}"] if failure else []), *told)]

    @property
    def learned_from_target(self) -> bool:
        """Whether the labelled scans are target scans themselves."""
        return learns_from_target_labels(self.settings, self.cohort, self._digests)

    def _title(self, training: str) -> str:
        return row_title(training, self.settings, self.cohort, self._digests)

    @functools.cached_property
    def _digests(self) -> dict[str, str]:
        return self.experiment.scan_digests()

    # The scans ------------------------------------------------------------------------------------------------------------------

    @functools.cached_property
    def grids(self) -> dict[str, dict[str, Geometry | None]]:
        """The grid of each scan in canonical orientation, by domain and case; None for a scan that cannot be read now."""
        return {domain: {case.id: _grid(case) for case in cases} for domain, cases in self.cohort.domains().items()}

    @functools.cached_property
    def trained_on(self) -> TrainedOn | None:
        """What the first segmenter was trained on, in numbers; None before."""
        path = self.folder / iteration_name(0) / TRAINED_ON
        return read_record(path, TrainedOn.from_json, "start in a new folder") if path.is_file() else None

    @functools.cached_property
    def volumes(self) -> dict[tuple[str, str], dict[str, float]]:
        """Volumes (ml) of the structures in the real labels, by domain and case."""
        found = {}
        path = self.folder / RAW / PSEUDO_TARGET / SUMMARIES
        if path.is_file():
            known = read_json(path)
            for index, case in enumerate(self.cohort.source):
                if summary := known.get(f"source_{index:04d}"):
                    shown = LabelSummary.from_json(summary).structures
                    found["source", case.id] = {name: ml for name, (ml, _) in shown.items()}
        for score in next(iter(self.scores.values()), []):
            if score.reference_ml > 0:
                found.setdefault(("evaluation", score.case), {})[score.structure] = score.reference_ml
        return found

    # The translations and trainings -----------------------------------------------------------------------------------------------

    @functools.cached_property
    def checks(self) -> dict[str, Check]:
        """The looks at the translated cases that were made."""
        files = (("contrast", CONTRAST), ("agreement", AGREEMENT))
        return {name: found for name, path in files if (found := Check.read(self.folder / path))}

    @functools.cached_property
    def choices(self) -> dict[int, Choice]:
        """What each self-training iteration took of the pseudo-labels, where something was chosen."""
        numbers = range(1, self.settings.self_training.iterations + 1)
        return {number: found for number in numbers if (found := Choice.read(self.folder / iteration(number).choice))}

    @functools.cached_property
    def losses(self) -> dict[str, Points]:
        """The translator's losses by name, over the epochs."""
        path = self.folder / "translation" / LOSSES
        if not path.is_file():
            return {}
        found: dict[str, Points] = {}
        try:
            with path.open(encoding="utf-8", newline="") as file:
                for line in csv.DictReader(file):
                    for name, value in line.items():
                        if name not in ("epoch", "learning_rate"):
                            found.setdefault(name, {})[float(line["epoch"])] = float(value)
        except (ValueError, KeyError, TypeError, csv.Error):
            raise InputError(f"{path} is damaged; delete it and run again.") from None
        return {name: _thinned(points) for name, points in found.items()}

    @property
    def curves(self) -> dict[str, dict[str, Points]]:
        """The segmenters' curves by the title of their training and by quantity, over the steps."""
        found: dict[str, dict[str, Points]] = {}
        for title, name in self.rows.items():
            for metric in METRICS:
                if points := self._told[1].get((f"{name}/train", metric)):
                    found.setdefault(title, {})[metric] = _thinned(points)
        return found

    # The results ------------------------------------------------------------------------------------------------------------------

    @functools.cached_property
    def rows(self) -> dict[str, str]:
        """The folder of each training by its title in the tables."""
        found = {SOURCE_ONLY_TITLE: SOURCE_ONLY_ROW}
        names = map(iteration_name, range(self.settings.self_training.iterations + 1))
        return found | {self._title(name): name for name in names}

    @functools.cached_property
    def last(self) -> str:
        """The title of the last training that has segmented the target scans, which ``segment`` uses; empty before the first."""
        done = [title for title, name in self.rows.items() if name != SOURCE_ONLY_ROW and f"{name}/predict" in self.markers]
        return done[-1] if done else ""

    @functools.cached_property
    def scores(self) -> dict[str, list[CaseScore]]:
        """The scores of each training by its title."""
        return read_scores(self.folder, self.settings, self.cohort, self._digests)

    @functools.cached_property
    def table(self) -> dict[str, TableRow]:
        """Means over the cases, by the training's title."""
        return {row.name: row for row in summary_rows(self.scores, self.structures)}

    @property
    def judged(self) -> str:
        """The title of the training whose cases are shown: the last that is scored."""
        scored = [title for title in self.scores if self.rows.get(title, SOURCE_ONLY_ROW) != SOURCE_ONLY_ROW]
        return scored[-1] if scored else ""

    def dice(self, title: str) -> dict[str, float]:
        """Mean DSC of each case by a training."""
        return case_dice(self.scores.get(title, []))

    def worst_first(self) -> list[str]:
        """The evaluation cases by their mean DSC after the last scored training."""
        found = self.dice(self.judged)
        known = [case.id for case in self.cohort.evaluation if case.id in found]
        return sorted(known, key=lambda case: found[case])

    def verdict(self, title: str) -> Verdict | None:
        """Whether a training is better than source only; None where that is not known."""
        floor, found = self.dice(SOURCE_ONLY_TITLE), self.dice(title)
        if title == SOURCE_ONLY_TITLE or not found or list(found) != list(floor):
            return None
        return verdict(list(found.values()), list(floor.values()))

    @functools.cached_property
    def evidence(self) -> list[Candidate]:
        """What was measured of each iteration without labels; empty where that was not asked for."""
        if not measured_iterations(self.folder):
            return []
        found = candidates([Compared(self.translator, self.folder)]).values()
        return [replace(candidate, name=self._title(iteration_name(number))) for _, number, candidate in found]


def _follow(curves: dict[tuple[str, str], Points], event: Event) -> None:
    """Add the numbers of an event; those of a later start replace what an earlier one told of the same step and after it."""
    stage, step = event["stage"], float(event["step"])
    for name, value in event.get("metrics", {}).items():
        if name in METRICS and stage.endswith("/train"):
            points = curves.setdefault((stage, name), {})
            if points and step <= next(reversed(points)):
                for later in [known for known in points if known >= step]:
                    del points[later]
            points[step] = float(value)


def _thinned(points: Points) -> Points:
    """Not more points than can be seen; the last one stays."""
    stride = -(-len(points) // POINTS)
    return dict(list(points.items())[::-1][:: max(stride, 1)][::-1])


def _grid(case: Case) -> Geometry | None:
    try:
        return canonical_grid(read_geometry(case.image))
    except (CrossModaError, OSError):
        return None


def spans(values: Sequence[Sequence[float]], digits: int) -> str:
    """Vectors as a page shows them: one, or the least and the greatest along each axis.

    >>> spans([(0.5, 0.5, 1.5), (0.41, 0.5, 1.5)], 2), spans([(64, 64, 24)], 0)
    ('0.41 to 0.5 x 0.5 x 1.5', '64 x 64 x 24')
    """
    if not values:
        return ""
    axes = []
    for axis in zip(*values, strict=True):
        low, high = (f"{round(number, digits):g}" for number in (min(axis), max(axis)))
        axes.append(low if low == high else f"{low} to {high}")
    return " x ".join(axes)

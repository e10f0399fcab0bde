"""What people call the trainings of an experiment: in its tables of scores, in its report, and where experiments are compared."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..cohort.finding import Cohort
from ..core.layout import iteration_name
from ..core.settings import Settings
from ..scoring.evaluation import CaseScore, read_per_case_csv
from .plan import SOURCE_ONLY_ROW

SOURCE_ONLY_TITLE, SUPERVISED_TITLE = "source only", "target-supervised"
LEARNED_FROM_TARGET = (
    "Trained on target scans with their real labels: this is no adaptation, but the ceiling of what adapting without them can reach."
)


_UNKNOWN: Mapping[str, str] = {}


def learns_from_target_labels(settings: Settings, cohort: Cohort, digests: Mapping[str, str] = _UNKNOWN) -> bool:
    """Whether the labelled scans are target scans themselves, as those of a study's ceiling.

    Args:
        settings, cohort: the experiment's.
        digests: SHA-256 of its scans by path: where a worker runs elsewhere, a scan lies there once for each domain.
    """
    source, target = ([digests.get(str(case.image), str(case.image)) for case in cases] for cases in (cohort.source, cohort.target))
    return settings.translation.translator == "none" and bool(source) and set(source) <= set(target)


def row_title(folder: str, settings: Settings, cohort: Cohort, digests: Mapping[str, str] = _UNKNOWN) -> str:
    """A training's title in the tables of scores.

    Args:
        folder: the name of its folder, such as ``iteration_1``.
        settings, cohort, digests: as for :func:`learns_from_target_labels`; without a translator, what is trained first learns from the
            labelled scans as they are.

    >>> from CrossMoDAUDALib.cohort.finding import Case
    >>> from CrossMoDAUDALib.core.settings import preset_settings
    >>> untranslated = preset_settings("smoke", "none")
    >>> ct, mr = (Case(name, Path(f"{name}.nii.gz"), Path(f"{name}_label.nii.gz")) for name in ("ct", "mr"))
    >>> unlabelled = Case("mr", mr.image, None)
    >>> row_title("iteration_1", untranslated, Cohort((ct,), (unlabelled,)))
    'iteration 1'
    >>> row_title("iteration_0", untranslated, Cohort((ct,), (unlabelled,)))
    'source only'
    >>> row_title("iteration_0", untranslated, Cohort((mr,), (unlabelled,)))
    'target-supervised'
    """
    if folder == SOURCE_ONLY_ROW:
        return SOURCE_ONLY_TITLE
    if folder == iteration_name(0) and settings.translation.translator == "none":
        return SUPERVISED_TITLE if learns_from_target_labels(settings, cohort, digests) else SOURCE_ONLY_TITLE
    return folder.replace("_", " ")


def titles_in_files(title: str) -> tuple[str, ...]:
    """A training's title, and the one that another version may have written into the tables of scores."""
    both = (SOURCE_ONLY_TITLE, SUPERVISED_TITLE)
    return both if title in both else (title,)


def read_scores(folder: Path, settings: Settings, cohort: Cohort, digests: Mapping[str, str] = _UNKNOWN) -> dict[str, list[CaseScore]]:
    """The scores of an experiment by the titles of its trainings; none before the first.

    Args:
        folder: the experiment's.
        settings, cohort, digests: as for :func:`learns_from_target_labels`.

    Raises:
        InputError: the file is damaged.
    """
    path = folder / "evaluation" / "per_case.csv"
    found = read_per_case_csv(path) if path.is_file() else {}
    first = row_title(iteration_name(0), settings, cohort, digests)
    renamed = dict.fromkeys(titles_in_files(first), first)
    return {renamed.get(title, title): scores for title, scores in found.items()}

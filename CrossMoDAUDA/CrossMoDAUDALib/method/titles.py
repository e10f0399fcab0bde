"""What people call the trainings of an experiment: in its tables of scores, in its report, and where experiments are compared."""

from __future__ import annotations

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


def learns_from_target_labels(settings: Settings, cohort: Cohort) -> bool:
    """Whether the labelled scans are target scans themselves, as those of a study's ceiling."""
    target = {case.image for case in cohort.target}
    return settings.translation.translator == "none" and bool(cohort.source) and all(case.image in target for case in cohort.source)


def row_title(folder: str, settings: Settings, cohort: Cohort) -> str:
    """A training's title in the tables of scores.

    Args:
        folder: the name of its folder, such as ``iteration_1``.
        settings, cohort: the experiment's; without a translator, what is trained first learns from the labelled scans as they are.

    >>> from CrossMoDAUDALib.cohort.finding import Case
    >>> from CrossMoDAUDALib.core.settings import preset_settings
    >>> untranslated = preset_settings("smoke", "none")
    >>> ct, mr = Case("a", Path("ct.nii.gz"), Path("ct_label.nii.gz")), Case("b", Path("mr.nii.gz"), Path("mr_label.nii.gz"))
    >>> row_title("iteration_1", untranslated, Cohort((ct,), (mr,))), row_title("iteration_0", untranslated, Cohort((ct,), (mr,)))
    ('iteration 1', 'source only')
    >>> row_title("iteration_0", untranslated, Cohort((mr,), (mr,)))
    'target-supervised'
    """
    if folder == SOURCE_ONLY_ROW:
        return SOURCE_ONLY_TITLE
    if folder == iteration_name(0) and settings.translation.translator == "none":
        return SUPERVISED_TITLE if learns_from_target_labels(settings, cohort) else SOURCE_ONLY_TITLE
    return folder.replace("_", " ")


def titles_in_files(title: str) -> tuple[str, ...]:
    """A training's title and, where an older version wrote another one into the tables of scores, that one too."""
    return (title, SOURCE_ONLY_TITLE) if title == SUPERVISED_TITLE else (title,)


def read_scores(folder: Path, settings: Settings, cohort: Cohort) -> dict[str, list[CaseScore]]:
    """The scores of an experiment by the titles of its trainings; none before the first.

    Args:
        folder, settings, cohort: the experiment's.

    Raises:
        InputError: the file is damaged.
    """
    path = folder / "evaluation" / "per_case.csv"
    found = read_per_case_csv(path) if path.is_file() else {}
    first = row_title(iteration_name(0), settings, cohort)
    renamed = dict.fromkeys(titles_in_files(first), first)
    return {renamed.get(title, title): scores for title, scores in found.items()}

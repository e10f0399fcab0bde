"""Two stages of a run that the paper does not have: its translated cases are checked, and those that fail can be left out.

What is measured, and when a case fails, is in :mod:`.translation.check`.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..core.errors import CrossModaError
from ..core.layout import iteration_name
from ..experiment.folder import Experiment
from ..images.volumes import read_label_map, read_volume, write_volume
from ..segmentation.dataset import from_network_labels, outside_patient
from ..translation import check
from ..translation.check import Check
from .adaptation import segmenter_of
from .plan import AGREEMENT, CONTRAST, PSEUDO_TARGET, iteration
from .report import write_report
from .training_cases import source_cases


def check_contrast(experiment: Experiment, stage: str) -> None:
    """See whether every pseudo-target image still shows what its label says."""
    progress, cases, contrasts = experiment.events.progress(stage), experiment.cohort.source, {}
    for index, case in enumerate(cases, 1):
        assert case.label is not None  # the cohort check refuses a source case without
        translated, label = read_volume(experiment.pseudo_target(case)), experiment.read_label(case.label, case.image)
        outside = outside_patient(experiment.read(case.image).array)
        contrasts[case.id] = check.contrasts(translated, label, outside, experiment.settings.labels)
        progress(index, len(cases), f"checked {case.id}")
    hardly_shown = check.structures_that_hardly_show(contrasts, experiment.settings.segmentation.known_in_target)
    _conclude(experiment, stage, CONTRAST, contrasts, check.judge_contrast(contrasts), hardly_shown)


def check_agreement(experiment: Experiment, stage: str) -> None:
    """See whether iteration 0's segmenter finds on the pseudo-target images what their real labels say."""
    folder, settings = experiment.folder / iteration_name(0), experiment.settings
    listed, progress, agreements = source_cases(experiment, PSEUDO_TARGET), experiment.events.progress(stage), {}
    segmenter = segmenter_of(experiment, iteration(0))
    for number, files in enumerate(listed, 1):
        case = experiment.cohort.source[files.index].id
        path = folder / "agreement" / f"{case}.nii.gz"
        if not path.is_file():
            write_volume(segmenter.segment(read_volume(files.image)), path)
        label = from_network_labels(read_label_map(files.label).array, settings.labels)
        agreements[case] = check.agreement(read_label_map(path).array, label, settings.labels)
        progress(number, len(listed), f"segmented the translated {case}")
    _conclude(experiment, stage, AGREEMENT, agreements, check.judge_agreement(agreements))


def _conclude(
    experiment: Experiment, stage: str, record: str, values: check.Values, failed: dict[str, dict[str, str]], sentences: Sequence[str] = ()
) -> None:
    """Tell and report the cases that fail, and keep which are left out."""
    found = Check(values, failed, tuple(failed) if experiment.settings.translation.drop_failed else ())
    for sentence in sentences:
        experiment.events.write("warning", stage=stage, message=sentence)
    for case, what in failed.items():
        told = "; ".join(f"{structure} {text}" for structure, text in what.items())
        consequence = (
            "It is left out." if case in found.left_out else "A new experiment with translation.drop_failed=true leaves such cases out."
        )
        experiment.events.write("warning", stage=stage, message=f"The translated {case} fails a check: {told}. {consequence}")
    found.write(experiment.folder / record)
    write_report(experiment)
    refuse_too_few(found)


def refuse_too_few(found: Check) -> None:
    """Make sure that there is something left to learn from.

    Raises:
        CrossModaError: all cases are left out, or all but one.
    """
    cases = len(found.values)
    left = cases - len(found.left_out)
    if found.left_out and left < 2:
        raise CrossModaError(
            f"translation.drop_failed would leave out {len(found.left_out)} of {cases} translated case{'' if cases == 1 else 's'}"
            f" ({', '.join(found.left_out[:3])}"
            f"{', ...' if len(found.left_out) > 3 else ''}), which leaves {left or 'none'} to learn from; look at report.md and start in a"
            " new folder, with a longer training of the translator or without that setting."
        )

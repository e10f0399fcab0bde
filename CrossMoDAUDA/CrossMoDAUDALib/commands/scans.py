"""The options that name a cohort's scans, and the cohort that they name."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.errors import InputError
from ..core.parsing import labels_option, labels_text, parse_assignments
from ..core.structures import plain_name
from .terminal import note

if TYPE_CHECKING:
    from ..cohort.finding import Cohort, Found

MOVED = "scans_moved_to"
# Every option that names scans, by its place among the options, in the order in which they are written.
_FOLDERS = ("source_images", "source_labels", "target_images", "evaluate_images", "evaluate_labels")
_DATA_SETS = ("source_nnunet", "target_nnunet", "evaluate_nnunet", "source_bids", "target_bids", "evaluate_bids")
_WHICH = ("channel", "target_channel", "suffix", "target_suffix")


def add_scans(parser: argparse.ArgumentParser, what: str = "") -> None:
    """Add the options to a command.

    Args:
        what: to go on as recorded, in words, for the help.
    """
    title = f"scans (give --crossmoda, or a source and a target; to continue{what} as recorded, give none)"
    scans = parser.add_argument_group(
        title, 'Where DIR is said of images or labels, it may also be a pattern in quotes, as "DIR/*/T2.nii.gz".'
    )
    scans.add_argument("--crossmoda", type=Path, metavar="DIR", help="a crossMoDA data folder (2021, 2022 or 2023 names)")

    def add(name: str, text: str, is_pattern: bool = True) -> None:
        several = {"nargs": "+"} if is_pattern else {}
        scans.add_argument(f"--{name}", type=Path, metavar="DIR", help=text, **several)  # type: ignore[arg-type]

    add("source-images", "labelled scans, such as ceT1")
    add("source-labels", "their label maps")
    add("target-images", "unlabelled scans of the other modality, such as hrT2")
    add("evaluate-images", "target scans with reference labels, for scoring only")
    add("evaluate-labels", "their reference label maps")
    for domain, text in (("source", "labelled scans"), ("target", "unlabelled scans"), ("evaluate", "scans for scoring")):
        add(f"{domain}-nnunet", f"{text} in a raw data set of nnU-Net's (with dataset.json)", False)
        add(f"{domain}-bids", f"{text} in a BIDS data set (sub-*/[ses-*/]anat)", False)
    scans.add_argument("--channel", metavar="N", help="which channel of nnU-Net's data sets, by number or name (default: the only one)")
    scans.add_argument("--target-channel", metavar="N", help="of the target's and the evaluation's, where it is another")
    scans.add_argument(
        "--suffix", metavar="SUFFIX", help="which scans of BIDS data sets, as T2w or ce-gadolinium_T1w (default: the only kind)"
    )
    scans.add_argument("--target-suffix", metavar="SUFFIX", help="of the target's and the evaluation's, where it is another")
    scans.add_argument(
        f"--{MOVED.replace('_', '-')}",
        type=Path,
        metavar="DIR",
        help="go on with scans that were moved to this folder; they are known by their content, whatever their names",
    )


def names_scans(options: argparse.Namespace) -> bool:
    """Whether a command names any scans."""
    return any(getattr(options, name) for name in ("crossmoda", *_FOLDERS, *_DATA_SETS))


def words_of(options: argparse.Namespace) -> list[str]:
    """The scans' options as words of a command line."""
    words = []
    for name in ("crossmoda", *_FOLDERS, *_DATA_SETS, *_WHICH):
        value = getattr(options, name)
        if value is not None:
            words += [f"--{name.replace('_', '-')}", *map(str, value if isinstance(value, list) else [value])]
    return words


def brings_labels(options: argparse.Namespace) -> bool:
    """Whether the source is a data set that may name the structures itself."""
    return bool(options.source_nnunet or options.source_bids)


def structures_of(cohort: Cohort, assignments: Sequence[str]) -> dict[str, str]:
    """The setting ``labels`` by which the structures are those that the cohort's data set names; none where it is set, or it names none."""
    if not cohort.labels or "labels" in parse_assignments(list(assignments)):
        return {}
    text = labels_text(cohort.labels, cohort.merged)
    note(f"The structures are the data set's: {text}.")
    return {"labels": text}


def find_scans(options: argparse.Namespace) -> Cohort:
    """The cohort that a command names.

    Raises:
        InputError: it names none or too little, or a folder cannot be used.
    """
    from ..cohort import finding

    _refuse_contradictions(options)
    if options.crossmoda:
        cohort = finding.find_crossmoda(options.crossmoda)
        return _with_evaluation(options, cohort, None)
    source = _source(options)
    target = _target(options, source)
    notes = dict.fromkeys((*source.notes, *target.notes))
    cohort = finding.Cohort(source.cases, target.cases, notes=tuple(notes), labels=source.labels, merged=source.merged)
    return _with_evaluation(options, cohort, source)


def moved_scans(options: argparse.Namespace, is_study: bool = False) -> None:
    """Record where the scans of an experiment or a study are now, if they were moved.

    Raises:
        InputError: there is no such experiment, its scans are named too, or one is not found.
    """
    place: Path | None = options.scans_moved_to
    if place is None:
        return
    from ..experiment.folder import Experiment
    from ..experiment.moved import move_scans
    from ..study.moved import move_scans_of_study
    from ..study.request import Study
    from .terminal import Bar, complain

    option, folder = f"--{MOVED.replace('_', '-')}", options.output
    if names_scans(options):
        raise InputError(f"{option} finds the recorded scans; leave out the other options that name scans.")
    if options.dry_run:
        raise InputError(f"{option} changes the record, which --dry-run does not; leave one of them out.")
    if not (Study if is_study else Experiment).exists(folder):
        kind = "study" if is_study else "experiment"
        raise InputError(f"{folder} holds no {kind} that has recorded its scans; name them where they are now, without {option}.")
    with Bar("looking for the scans") as bar:
        told: list[str] = []
        moved = move_scans_of_study(folder, place, bar, told.append) if is_study else move_scans(folder, place, progress=bar)
    for text in told:
        complain(f"warning: {text}")
    count = sum(str(path) != name for name, path in moved.items())
    if not count:
        note("Every scan is where it was; nothing was changed.")
        return
    several = f"Recorded where {count} of {len(moved)} files {'is' if count == 1 else 'are'} now."
    note(several if len(moved) > 1 else "Recorded where the file is now.")


def _refuse_contradictions(options: argparse.Namespace) -> None:
    def given(*names: str) -> list[str]:
        return [f"--{name.replace('_', '-')}" for name in names if getattr(options, name)]

    source, target, evaluation = (
        given(*(f"{domain}_{kind}" for kind in ("images", "nnunet", "bids"))) for domain in ("source", "target", "evaluate")
    )
    if options.crossmoda and (source or target or options.source_labels):
        raise InputError("Give either --crossmoda or the source and target folders, not both.")
    for kinds in (source, target, evaluation):
        if len(kinds) > 1:
            raise InputError(f"Give either {kinds[0]} or {kinds[1]}, not both.")
    if options.source_labels and options.source_nnunet:
        raise InputError("--source-nnunet has its labels in the data set; leave --source-labels out.")
    if options.evaluate_labels and options.evaluate_nnunet:
        raise InputError("--evaluate-nnunet has its labels in the data set; leave --evaluate-labels out.")
    if bool(options.evaluate_images) != bool(options.evaluate_labels) and not options.evaluate_bids:
        raise InputError("--evaluate-images and --evaluate-labels belong together; give both or neither.")
    for kind, which in (("nnunet", ("channel", "target_channel")), ("bids", ("suffix", "target_suffix"))):
        if (useless := given(*which)) and not given(*(f"{domain}_{kind}" for domain in ("source", "target", "evaluate"))):
            raise InputError(f"{useless[0]} belongs to --source-{kind}, --target-{kind} and --evaluate-{kind}; leave it out.")
    for own, kind in (("target_channel", "nnunet"), ("target_suffix", "bids")):
        if given(own) and not given(f"target_{kind}", f"evaluate_{kind}"):
            raise InputError(f"{given(own)[0]} belongs to --target-{kind} and --evaluate-{kind}; leave it out.")
    is_whole = source and target and (options.source_labels or not options.source_images)
    if not options.crossmoda and not is_whole:
        raise InputError(
            "Name the scans: --crossmoda DIR, or all of --source-images, --source-labels and --target-images, or a data set in their place"
            " (--source-nnunet, --source-bids, --target-nnunet, --target-bids)."
        )


def _source(options: argparse.Namespace) -> Found:
    from ..cohort import data_sets, finding

    if options.source_nnunet:
        return data_sets.in_nnunet(options.source_nnunet, options.channel)
    if options.source_bids:
        labels = _one(options.source_labels, "--source-labels")
        return data_sets.in_bids(options.source_bids, options.suffix, labels=labels, names_structures=not _names_structures(options))
    return finding.in_folders(options.source_images, options.source_labels)


def _target(options: argparse.Namespace, source: Found) -> Found:
    from ..cohort import data_sets, finding

    if options.target_nnunet:
        channel, option = _of_target(options, "channel")
        found = data_sets.in_nnunet_target(options.target_nnunet, channel, option, source.cases[0].image if source.cases else None)
    elif options.target_bids:
        suffix, option = _of_target(options, "suffix")
        found = data_sets.in_bids(options.target_bids, suffix, option, is_labelled=False)
    else:
        return finding.in_folders(options.target_images)
    _refuse_sources(source, found, "target", option)
    return found


def _with_evaluation(options: argparse.Namespace, cohort: Cohort, source: Found | None) -> Cohort:
    from ..cohort import data_sets, finding

    if options.evaluate_nnunet:
        channel, option = _of_target(options, "channel")
        first = source.cases[0].image if source and source.cases else None
        found = data_sets.in_nnunet_evaluation(options.evaluate_nnunet, channel, option, first)
    elif options.evaluate_bids:
        suffix, option = _of_target(options, "suffix")
        labels = _one(options.evaluate_labels, "--evaluate-labels")
        found = data_sets.in_bids(options.evaluate_bids, suffix, option, labels, names_structures=not _names_structures(options))
        scored = tuple(case for case in found.cases if case.label is not None)
        if scored and len(scored) < len(found.cases):
            lacking = len(found.cases) - len(scored)
            one = f"One scan of {options.evaluate_bids} has no label map and is not scored."
            remark = f"{lacking} scans of {options.evaluate_bids} have no label map and are not scored." if lacking > 1 else one
            found = replace(found, cases=scored, notes=(*found.notes, remark))
    elif options.evaluate_images:
        found, option = finding.in_folders(options.evaluate_images, options.evaluate_labels), ""
    else:
        return cohort
    if source is not None and option:
        _refuse_sources(source, found, "evaluation", option)
    if source is not None and not _names_structures(options):
        _refuse_other_numbers(source, found)
    return replace(cohort, evaluation=found.cases, notes=tuple(dict.fromkeys((*cohort.notes, *found.notes))))


def _names_structures(options: argparse.Namespace) -> bool:
    """Whether the command itself says which structures there are."""
    return "labels" in parse_assignments(options.assignments)


def _of_target(options: argparse.Namespace, which: str) -> tuple[str | None, str]:
    """Which channel or suffix the target has, and the option that says so."""
    own: str | None = getattr(options, f"target_{which}")
    common: str | None = getattr(options, which)
    has_source = options.source_nnunet if which == "channel" else options.source_bids
    return (common if own is None else own), f"--target-{which}" if has_source else f"--{which}"


def _one(given: list[Path] | None, option: str) -> Path | None:
    if given and len(given) > 1:
        raise InputError(f"{option} beside a BIDS data set is one folder of label maps; give it alone.")
    return given[0] if given else None


def _refuse_sources(source: Found, found: Found, domain: str, option: str) -> None:
    """Scans cannot be both the source domain and the one that it is adapted to."""
    if both := {case.image for case in source.cases} & {case.image for case in found.cases}:
        raise InputError(
            f"The {domain} has scans of the source, such as {min(both)}; give another data set, or say by {option} which of its scans"
            f" the {domain} is."
        )


def _refuse_other_numbers(source: Found, found: Found) -> None:
    """Two data sets that number the structures differently would be scored against one another's structures."""
    if not source.labels or not found.labels:
        return
    one, other = source.names_by_value(), found.names_by_value()
    differing = sorted(value for value in one.keys() & other.keys() if plain_name(one[value]) != plain_name(other[value]))
    if differing:
        first = differing[0]
        raise InputError(
            f"{found.named_in} calls the value {first} '{other[first]}', and {source.named_in} calls it '{one[first]}'; give all label maps"
            f" the same values, or, if they mean the same, say so, as {labels_option(source.labels, source.merged)}."
        )

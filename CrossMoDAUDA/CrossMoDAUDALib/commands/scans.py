"""The options that name a cohort's scans, and the cohort that they name."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.errors import InputError

if TYPE_CHECKING:
    from ..cohort.finding import Cohort


def add_scans(parser: argparse.ArgumentParser, what: str = "") -> None:
    """Add the options to a command.

    Args:
        what: to go on as recorded, in words, for the help.
    """
    scans = parser.add_argument_group(f"scans (give --crossmoda or the three folders; to continue{what} as recorded, give none)")
    scans.add_argument("--crossmoda", type=Path, metavar="DIR", help="a crossMoDA data folder (2021, 2022 or 2023 names)")
    scans.add_argument("--source-images", type=Path, metavar="DIR", help="labelled scans, such as ceT1")
    scans.add_argument("--source-labels", type=Path, metavar="DIR", help="their label maps")
    scans.add_argument("--target-images", type=Path, metavar="DIR", help="unlabelled scans of the other modality, such as hrT2")
    scans.add_argument("--evaluate-images", type=Path, metavar="DIR", help="target scans with reference labels, for scoring only")
    scans.add_argument("--evaluate-labels", type=Path, metavar="DIR", help="their reference label maps")


def names_scans(options: argparse.Namespace) -> bool:
    """Whether a command names any scans."""
    scans = (options.crossmoda, options.source_images, options.source_labels, options.target_images)
    return any((*scans, options.evaluate_images, options.evaluate_labels))


def find_scans(options: argparse.Namespace) -> Cohort:
    """The cohort that a command names.

    Raises:
        InputError: it names none or too little, or a folder cannot be used.
    """
    from ..cohort import finding

    folders = (options.source_images, options.source_labels, options.target_images)
    pair = (options.evaluate_images, options.evaluate_labels)
    if any(pair) and not all(pair):
        raise InputError("--evaluate-images and --evaluate-labels belong together; give both or neither.")
    if options.crossmoda:
        if any(folders):
            raise InputError("Give either --crossmoda or the source and target folders, not both.")
        found = finding.find_crossmoda(options.crossmoda)
        return finding.with_evaluation(found, *pair) if all(pair) else found
    if not all(folders):
        raise InputError("Name the scans: --crossmoda DIR, or all of --source-images, --source-labels and --target-images.")
    return finding.find_folders(*folders, *pair)

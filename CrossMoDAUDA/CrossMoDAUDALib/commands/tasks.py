"""The words of ``translate``, ``segment`` and ``evaluate``. What they do is imported only when it is asked for."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ..core.settings import PRECISIONS
from ..experiment.events import EventLog
from .parsing import AS_JSON, SET, add_device, add_events, add_header, file_to_write


def add_parsers(commands: Any) -> None:
    """Add the commands to the command line."""
    parser = commands.add_parser("translate", help="source scans -> pseudo-target images", description="Translate source scans.")
    _add_model_options(parser)
    parser.set_defaults(command=_translate)
    _add_segment(commands)
    _add_evaluate(commands)


def _add_segment(commands: Any) -> None:
    parser = commands.add_parser("segment", help="target scans -> segmentations", description="Segment target scans.")
    _add_model_options(parser)
    parser.add_argument(
        "--largest-component",
        action="append",
        default=[],
        metavar="NAME",
        help="keep only this structure's largest component, whatever the model would keep; may be repeated; 'none' keeps all",
    )
    parser.add_argument("--measurements", type=file_to_write, metavar="FILE.csv", help="also write volumes, diameters and distances")
    parser.add_argument("--uncertainty", action="store_true", help="also write what the network doubts, for `follow-up`")
    parser.add_argument("--on", metavar="PLACE", help="segment on this place (see `place`); the results come here")
    parser.add_argument("--jobs", type=int, metavar="N", help="with --on a cluster: how many jobs at a time (default: as many as it lets)")
    parser.add_argument("--only-missing", action="store_true", help="leave scans out whose results by this model are there already")
    parser.add_argument("--dicom-seg", action="store_true", help="of DICOM, also write the segmentation as DICOM SEG")
    parser.add_argument("--rtstruct", action="store_true", help="of DICOM, also write contours as a DICOM structure set")
    parser.add_argument("--surfaces", action="store_true", help="also write each structure's surface for 3-D views, as .vtp")
    parser.set_defaults(command=_segment)


def _add_evaluate(commands: Any) -> None:
    parser = commands.add_parser("evaluate", help="score segmentations against references", description="DSC and ASSD.")
    parser.add_argument("predictions", type=Path, metavar="PREDICTIONS", help="a label map or a folder of them")
    parser.add_argument("references", type=Path, metavar="REFERENCES", help="the reference label map or folder")
    parser.add_argument("-o", "--output", type=file_to_write, metavar="FILE.csv", help="also write the scores of each case")
    parser.add_argument("--set", **SET, help=f"labels=... or evaluation.convention=...; {AS_JSON}")
    add_header(parser)
    add_events(parser)
    parser.set_defaults(command=_evaluate)


def _add_model_options(parser: argparse.ArgumentParser) -> None:
    """Add what ``translate`` and ``segment`` have in common."""
    parser.add_argument("model", type=Path, metavar="MODEL", help="an experiment folder, a model package, or an imported model's name")
    parser.add_argument("inputs", type=Path, nargs="+", metavar="INPUT", help="scans (NIfTI, NRRD, DICOM, ...), folders, patterns")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="folder for the results")
    parser.add_argument("--overwrite", action="store_true", help="replace results that are there already")
    parser.add_argument(
        "--format", choices=("nii.gz", "nrrd"), default="nii.gz", help="file format (default: %(default)s); nrrd is not compressed"
    )
    parser.add_argument(
        "--precision", choices=PRECISIONS, default="auto", help="arithmetic of the network (default: bf16 where the hardware has it)"
    )
    add_header(parser)
    add_device(parser)
    add_events(parser)


def _translate(options: argparse.Namespace, log: EventLog) -> int:
    from .inference import translate

    return translate(options, log)


def _segment(options: argparse.Namespace, log: EventLog) -> int:
    from .segmenting import segment

    return segment(options, log)


def _evaluate(options: argparse.Namespace, log: EventLog) -> int:
    from .inference import evaluate

    return evaluate(options, log)

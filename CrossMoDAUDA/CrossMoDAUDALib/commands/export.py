"""``export``: a trained segmenter for other programs."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .. import NOT_CLINICAL
from ..core.errors import InputError
from ..core.files import check_path
from ..experiment.events import EventLog
from .parsing import add_events
from .terminal import say

_DESCRIPTION = (
    "Write a model's segmenter for nnU-Net's own commands and for Slicer's extension SlicerNNUnet. Their label maps are those of the"
    " command 'segment'. The README.md in it tells how."
)


def add_parser(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("export", help="a trained model for nnU-Net's commands", description=_DESCRIPTION)
    parser.add_argument("model", type=Path, metavar="MODEL", help="an experiment folder, a model package, or an imported model's name")
    parser.add_argument("--nnunet", action="store_true", required=True, help="for nnU-Net 2.8 and later")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="MODEL.zip", help="the zip file to write, or a new or empty folder"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace a zip file that is there already")
    parser.add_argument("--dataset-id", type=int, metavar="N", help="number of nnU-Net's data set, 1 to 999 (default: one from 500 on)")
    add_events(parser)
    parser.set_defaults(command=export)


def export(options: argparse.Namespace, log: EventLog) -> int:
    """Write the export, and say how it is used."""
    from ..method.exporting import export_for_nnunet
    from ..models.library import find_model
    from ..models.package import as_folder

    model = find_model(options.model)
    check_path(options.output)
    if options.output.resolve() == model.resolve():
        raise InputError(f"{options.output} is the model itself and would be overwritten; name another file.")
    with as_folder(model) as folder:
        written = export_for_nnunet(folder, options.output, options.overwrite, options.dataset_id)
    log.write("result", input=str(options.model), outputs=[str(written.path)])
    trainer = f"{written.dataset}/trainer"
    say(f"{written.path}\nWith {trainer} in nnUNet_extTrainer, see its README.md:\n  {written.predict}\n{NOT_CLINICAL}")
    return 0

"""``measure``: label maps, also such as somebody has drawn or corrected, in the table that ``segment --measurements`` writes."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ..core.errors import InputError, short
from ..core.progress import both
from ..experiment.events import EventLog
from .parsing import add_events, file_to_write
from .terminal import Bar, say

_BEGINS = b"case,structure,voxels"


def add_parser(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "measure", help="label maps -> volumes, diameters, distances", description="Measure label maps, also corrected ones."
    )
    parser.add_argument("label_maps", type=Path, nargs="+", metavar="LABEL", help="label maps (NIfTI, NRRD or MetaImage)")
    parser.add_argument("-o", "--output", type=file_to_write, required=True, metavar="FILE.csv", help="the table to write")
    parser.add_argument(
        "--model", type=Path, metavar="MODEL", help="also warn of what is unlike the labels that this model has learned from"
    )
    parser.add_argument(
        "--set", dest="assignments", action="append", default=[], metavar="KEY=VALUE", help="labels=... or reading...; may be repeated"
    )
    add_events(parser)
    parser.set_defaults(command=measure)


def measure(options: argparse.Namespace, log: EventLog) -> int:
    """Write volumes, diameters, distances and warnings of each label map."""
    from ..core.settings import Settings, parse_assignments, with_values
    from ..images import readings
    from ..images.labels import read_labels
    from ..images.volumes import file_stem
    from ..scoring import measurements, plausibility
    from .inference import holds_something_else

    values = dict(parse_assignments(options.assignments))
    useless = [key for key in values if key != "labels" and not key.startswith("reading.")]
    if useless:
        raise InputError(f"--set {short(useless[0])} does not matter to measure; it takes labels and reading.*.")
    settings = with_values(Settings(), values)
    readings.prefer(settings.reading.header)
    table = options.output
    if holds_something_else(table, options.label_maps, _BEGINS):  # before any work
        raise InputError(f"{table} exists already and holds no measurements; name another file.")
    trained_on = _trained_on(options.model) if options.model else None
    names = [file_stem(path) for path in options.label_maps]
    twice = [path for number, path in enumerate(options.label_maps) if names[number] in names[:number]]
    if twice:
        raise InputError(f"{twice[0]} has the name of another label map, so that the table could not tell them apart; rename one.")
    rows: list[tuple[str, measurements.Measurement]] = []
    warned: dict[tuple[str, str], str] = {}
    with Bar("measuring") as bar:
        progress = both(bar, log.progress("measure"))
        for number, (path, name) in enumerate(zip(options.label_maps, names, strict=True)):
            progress(number, len(names), name)
            label = read_labels(path, settings.labels, settings.reading.merged_values)
            rows += [(name, found) for found in measurements.measure(label, settings.labels)]
            for warning in plausibility.check(label, settings.labels, trained_on):
                log.write("warning", scan=name, structure=warning.structure, finding=warning.kind, message=warning.message)
                warned[name, warning.structure] = " ".join(filter(None, (warned.get((name, warning.structure)), warning.message)))
        progress(len(names), len(names), "")
    measurements.write_csv(options.output, rows, warned)
    log.write("result", input=str(options.label_maps[0]), outputs=[str(options.output)])
    for (name, _structure), message in warned.items():
        say(f"{name}: {message}")
    say(str(options.output))
    return 0


def _trained_on(model: Path) -> Any:
    from ..models.library import find_model
    from ..models.model_folder import describe_model
    from ..models.package import as_folder

    with as_folder(find_model(model)) as folder:
        return describe_model(folder).trained_on

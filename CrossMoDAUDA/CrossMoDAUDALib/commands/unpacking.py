"""``unpack``: scans and label maps as files that are read at once, as Slicer's window needs them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.progress import Progress
from ..experiment.events import EventLog
from .parsing import add_events

if TYPE_CHECKING:
    from ..core.settings import Settings
    from ..images.volumes import Volume


def add_parser(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "unpack", help="scans and label maps -> uncompressed files", description="Write scans and label maps as uncompressed NRRD."
    )
    parser.add_argument("inputs", type=Path, nargs="*", metavar="INPUT", help="scans (NIfTI, NRRD or MetaImage), folders, patterns")
    parser.add_argument("--label-map", type=Path, action="append", default=[], metavar="FILE", help="a label map; may be repeated")
    parser.add_argument(
        "--set", dest="assignments", action="append", default=[], metavar="KEY=VALUE", help="labels=... or reading...; may be repeated"
    )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="folder for the results")
    parser.add_argument("--overwrite", action="store_true", help="replace results that are there already")
    add_events(parser)
    parser.set_defaults(command=unpack)


def unpack(options: argparse.Namespace, log: EventLog) -> int:
    """Write ``NAME.nrrd`` for each scan and label map; of several with one name, ``NAME_2.nrrd`` for the second."""
    from ..core.settings import Settings, parse_assignments, with_values
    from ..images import readings
    from ..images.names import one_form
    from ..images.volumes import file_stem, read_volume, write_volume
    from ..slicer_nodes.mrml_geometry import storable
    from . import inference
    from .inputs import find_inputs

    settings = with_values(Settings(), dict(parse_assignments(options.assignments)))
    readings.prefer(settings.reading.header)
    scans, left_out = find_inputs(options.inputs, log)
    seen: dict[str, int] = {}
    names = []
    for path in (*scans, *options.label_map):
        stem = file_stem(path)
        number = seen[one_form(stem).casefold()] = seen.get(one_form(stem).casefold(), 0) + 1
        names.append((path, [f"{stem}_{number}.nrrd" if number > 1 else f"{stem}.nrrd"]))
    results = inference.Results(names, options.output, options.overwrite)
    of_labels = {options.output / name for _, (name,) in names[len(scans) :]}  # a file may be given as both
    inference.check_outputs(results)

    def task(path: Path, names: list[Path], _progress: Progress) -> list[str]:
        volume = _label_map(path, scans, settings) if names[0] in of_labels else read_volume(path)
        write_volume(volume.with_array(storable(volume.array)), names[0], compressed=False)
        return []

    return max(inference.each(results, task, log, "unpack"), left_out)


def _label_map(path: Path, scans: Sequence[Path], settings: Settings) -> Volume:
    """A label map on the grid that it names itself; on the first scan's, where nothing is segmented and it names none."""
    from ..cohort.label_maps import label_on_image
    from ..images.dicom_labels import NoPlaceError
    from ..images.labels import read_labels

    try:
        return read_labels(path, settings.labels, settings.reading.merged_values)
    except NoPlaceError:
        if not scans:
            raise
        return label_on_image(path, scans[0], settings)

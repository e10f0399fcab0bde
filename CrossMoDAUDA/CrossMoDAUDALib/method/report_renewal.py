"""When an experiment's page is made: at the end of a run, and now and then before. Making it is in :mod:`.report_page`."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.errors import CrossModaError
from ..core.failures import explain
from ..experiment.markers import read_markers

if TYPE_CHECKING:
    from ..experiment.folder import Experiment

PAGE = "report.html"
MADE_OF = "crossmoda-uda-stages"  # what the page tells programs of the stages that it is made of
SECONDS_BETWEEN = 60.0  # while an experiment is worked on
_renewed: dict[Path, float] = {}  # when, by experiment folder


def begin(folder: Path) -> None:
    """The work on an experiment begins: its page is due in a minute."""
    _renewed[folder] = time.monotonic()


def renew(experiment: Experiment) -> None:
    """Renew the page if it was not in the last minute."""
    if time.monotonic() - _renewed.get(experiment.folder, -SECONDS_BETWEEN) >= SECONDS_BETWEEN:
        finish(experiment)


def finish(experiment: Experiment) -> None:
    """Renew the page unless it tells of all finished stages. What is wrong with it is told; the results are whole without.

    Raises:
        CrossModaError, OSError: it cannot be written, as on a full disk.
    """
    try:
        if not _is_current(experiment.folder):
            from .report_page import write_page

            write_page(experiment)
        _renewed[experiment.folder] = time.monotonic()
    except (CrossModaError, OSError):
        raise
    except Exception as error:
        experiment.events.write("warning", message=f"report.html could not be made ({explain(error)[0].rstrip('.')}).")


def stages_of(folder: Path) -> str:
    """The finished stages of an experiment in a word, which changes when another is finished."""
    found = [f"{marker.number} {marker.stage}" for marker in read_markers(folder).values()]
    return hashlib.sha256("\n".join(found).encode()).hexdigest()[:16]


def _is_current(folder: Path) -> bool:
    if not (folder / PAGE).is_file():
        return False
    with (folder / PAGE).open("rb") as page:
        return f'"{MADE_OF}" content="{stages_of(folder)}"'.encode() in page.read(1000)

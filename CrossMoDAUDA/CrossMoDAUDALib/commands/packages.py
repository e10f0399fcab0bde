"""``package``, ``import`` and ``models``: an experiment's model as one file, and the models that are kept here."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .. import NOT_CLINICAL
from ..core.progress import both
from ..experiment.events import EventLog
from .parsing import add_events, file_to_write
from .terminal import Bar, say


def add_parsers(commands: Any) -> None:
    """Add the commands to the command line."""
    package = commands.add_parser("package", help="an experiment's model as one file", description="Pack the model into one file.")
    package.add_argument("experiment", type=Path, metavar="EXPERIMENT", help="an experiment folder, or one of its iterations' folders")
    package.add_argument("-o", "--output", type=file_to_write, required=True, metavar="MODEL.zip", help="the package to write")
    package.add_argument("--overwrite", action="store_true", help="replace a file that is there already")
    add_events(package)
    package.set_defaults(command=_package)
    take = commands.add_parser("import", help="keep a model package for use by name", description="Check model packages and keep them.")
    take.add_argument("packages", type=Path, nargs="+", metavar="MODEL.zip", help="checked whole before anything is written")
    add_events(take)
    take.set_defaults(command=_import)
    models = commands.add_parser("models", help="the imported models", description="List the imported models.")
    models.add_argument("--remove", action="append", default=[], metavar="NAME", help="remove this model, then list; may be repeated")
    models.set_defaults(command=_models)


def _package(options: argparse.Namespace, log: EventLog) -> int:
    from ..method.packing import write_package

    with Bar("packing") as bar:
        package = write_package(options.experiment, options.output, options.overwrite, both(bar, log.progress("package")))
    log.write("result", input=str(options.experiment), outputs=[str(package.path)])
    say(f"{package.path}\n{NOT_CLINICAL}")
    return 0


def _import(options: argparse.Namespace, log: EventLog) -> int:
    from ..models.library import import_package, summary

    for path in options.packages:
        with Bar(f"importing {path.name}") as bar:
            model = import_package(path, both(bar, log.progress("import")))
        log.write("result", input=str(path), outputs=[str(model.folder)])
        say(f"{model.name}: {summary(model.description)}\n{model.folder}")
    say(NOT_CLINICAL)
    return 0


def _models(options: argparse.Namespace, _log: EventLog) -> int:
    from ..models.library import installed_models, models_folder, remove_model, summary

    for name in options.remove:
        remove_model(name)
        say(f"Removed {name}.")
    found = installed_models()
    say(f"{models_folder()} holds {len(found)} imported model{'' if len(found) == 1 else 's'}.")
    for model in found:
        say(f"  {model.name}: {summary(model.description)}")
    return 0

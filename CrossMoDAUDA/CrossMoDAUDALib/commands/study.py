"""``study``: several methods and seeds compared on one cohort."""

from __future__ import annotations

import argparse
import shlex
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import CrossModaError, InputError, short
from ..core.interrupts import from_here_it_is_too_late
from ..core.settings import PRESETS, TRANSLATORS, current_key, parse_assignments, parse_device
from ..experiment.events import CHECK, Event, EventLog
from . import places
from .scans import add_scans, find_scans, moved_scans, names_scans, structures_of, words_of
from .terminal import Display, complain, say
from .trust import how_to_use

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..study.request import Part, Study
    from ..study.running import Follow, Submit

# Of methods that are compared one wants to know whether that could be seen without labels.
EVIDENCE = "evaluation.evidence"
SECONDS_BETWEEN_PAGES = 60.0  # while an experiment runs; drawing one takes seconds
_DESCRIPTION = (
    "Compare methods on one cohort: source only, every method with each self-training iteration, and, with --target-labels, a"
    " segmenter that learned from the target's labels. Run the same command again to go on; more methods and seeds can be added."
)


def add_parser(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("study", help="compare methods and seeds on one cohort", description=_DESCRIPTION)
    add_scans(parser)
    parser.add_argument(
        "--target-labels", type=Path, nargs="+", metavar="DIR", help="label maps of target scans, only for the supervised ceiling"
    )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="STUDY", help="study folder; an unfinished one is continued")
    parser.add_argument(
        "--method",
        action="append",
        default=[],
        metavar="[NAME=]TRANSLATOR",
        dest="methods",
        help=f"a method to compare: an image translator ({', '.join(TRANSLATORS)}), or a name of your own for one; may be repeated",
    )
    parser.add_argument(
        "--seeds", nargs="+", default=[], metavar="SEED", help="seeds of all methods (default: 0), or of one as METHOD=SEED,SEED"
    )
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        metavar="METHOD[=SEED]",
        help="leave a method, or one of its seeds, out from now on; its files stay, and naming it again brings it back; may be repeated",
    )
    parser.add_argument("--preset", choices=PRESETS, help="which settings all methods start from (default: paper)")
    parser.add_argument("--iterations", metavar="N", help="self-training iterations of all methods")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="[METHOD:]KEY=VALUE",
        dest="assignments",
        help="any other setting, of all methods or of one; may be repeated",
    )
    parser.add_argument(
        "--devices", nargs="+", default=["auto"], metavar="DEVICE", help="one experiment runs on each, as cuda:0 cuda:1 (default: auto)"
    )
    parser.add_argument("--on", metavar="PLACE", help="run the experiments on this place (see `place`), on a cluster as a job array")
    parser.add_argument(
        "--script-only", action="store_true", help="with --on a cluster: send everything and write the jobs' scripts, submit nothing"
    )
    parser.add_argument("--jobs", type=int, metavar="N", help="with --on: how many experiments at a time (default: all)")
    parser.add_argument("--dry-run", action="store_true", help="only check the scans and show what would be run")
    parser.set_defaults(command=study)


def study(options: argparse.Namespace, _log: EventLog) -> int:
    """Run or continue a study; exit status 1 if an experiment failed."""
    from ..core.files import must_stay
    from ..experiment.lock import locked, refuse_running, stopping_on_request
    from ..places.place import find_place
    from ..study import running
    from ..study.left_out import came_back
    from ..study.output import write_results
    from ..study.request import Study

    if not options.dry_run:
        refuse_running(options.output)
    moved_scans(options, is_study=True)
    before = Study.load(options.output) if Study.exists(options.output) else None
    asked, machine = asked_for(options)
    devices = [parse_device(device) for device in options.devices]
    if options.on:
        devices = _slots(options, asked, devices)
    elif options.script_only:
        raise InputError("--script-only belongs to --on a cluster.")
    elif options.jobs is not None:
        raise InputError("--jobs belongs to --on; on this computer one experiment runs on each of --devices.")
    back = "; ".join(came_back(before, asked)) if before is not None else ""
    if options.dry_run:
        return _dry_run(asked, back, options.on or "")
    _prepare(asked)
    with locked(asked.folder), must_stay(asked.folder), stopping_on_request(asked.folder):
        log = EventLog(asked.folder / "events.jsonl")
        log.write("run", state="started")
        state = "failed"
        try:
            asked.refuse_other()
            _refuse_at_work(asked)
            found = _checked(asked, devices[0], log)
            found.save()
            if back:
                say(f"No longer left out: {back}.")
            with _Told(found, len(devices)) as told:
                words = [word for key, value in machine.items() for word in ("--set", f"{key}={value}")]
                submit, follow = _submitting(options, found, devices[0], words, log) or (None, None)
                if options.script_only and submit is not None:
                    failures = running.submit_only(found, submit)
                else:
                    failures = running.run(found, find_place(), devices, log, told.progress, words, options.on or "", submit, follow)
            results = None if options.script_only else write_results(found)
            from_here_it_is_too_late()
            state = "failed" if failures else "interrupted" if options.script_only else "finished"
        except KeyboardInterrupt:
            state = "interrupted"
            raise
        finally:
            log.write("run", state=state)
    if not options.script_only:
        say((found.folder / "table.md").read_text(encoding="utf-8"))
    for part, error in failures:
        complain(f"{part.title} failed: {error}")
    if results is not None and (known := results.trust) and known.recommended and known.place:
        say(how_to_use(known.recommended, found.folder / known.place))
    if not options.script_only:
        say(f"Results are in {found.folder.resolve() / 'study.html'}")
    return CrossModaError.exit_status if failures else 0


def _slots(options: argparse.Namespace, asked: Study, devices: list[str]) -> list[str]:
    """The device of each experiment that runs at a time on another computer."""
    from ..core.budget import left_open
    from ..places.known import known_place
    from ..study.running import sized_for

    is_cluster = known_place(options.on).slurm is not None
    if options.script_only and not is_cluster:
        raise InputError(f"--script-only is for clusters, and {options.on} is none; leave it out, or add the place with --slurm.")
    method = sized_for(asked)
    if left_open(asked.settings(method, asked.seeds_of(method)[0])):
        raise InputError("A time budget is measured on this computer; with --on, give --set budget_minutes=0 and the epochs.")
    if len(devices) > 1:
        raise InputError("--devices names this computer's; with --on, --jobs says how many experiments run at a time.")
    count = len(asked.parts()) if options.jobs is None else options.jobs
    if count < 1:
        raise InputError("--jobs must be 1 or more.")
    return devices * (len(asked.parts()) if is_cluster else count)  # there, how many work at a time is the array's business


def _submitting(
    options: argparse.Namespace, found: Study, device: str, words: Sequence[str], log: EventLog
) -> tuple[Submit, Follow] | None:
    """What submits experiments as a job array, and what follows each; None where they are not on a cluster."""
    from ..places.followers import Followers
    from ..places.known import known_place
    from ..places.remote import Remote
    from ..study.arrays import submit

    if not options.on or known_place(options.on).slurm is None:
        return None

    def tell(text: str) -> None:
        log.write("message", message=text)
        say(text)

    remote, every = Remote(known_place(options.on)), [f"--device={device}", *words]
    jobs, script_only = options.jobs or 0, options.script_only
    return (lambda parts, keys: submit(found, parts, keys, remote, every, jobs, script_only, tell)), Followers(remote).start


def asked_for(options: argparse.Namespace) -> tuple[Study, dict[str, str]]:
    """The study that a command asks for, merged with what its folder has recorded; and the settings of this machine.

    Raises:
        InputError: it cannot be run, or is another than the recorded one.
    """
    from ..cohort.finding import labelled
    from ..experiment.folder import MACHINE_SETTINGS
    from ..study.left_out import leaving_out
    from ..study.request import SOURCE_ONLY, SUPERVISED, Method, Study
    from ..study.words import parse_method, parse_seeds, refuse_unknown

    folder: Path = options.output
    recorded = Study.load(folder) if Study.exists(folder) else None
    methods = {method.name: method for method in map(parse_method, options.methods)}
    if len(methods) < len(options.methods):
        raise InputError("Two --method have one name; give one of them another, as --method NAME=TRANSLATOR.")
    named_again = set(methods)
    if SUPERVISED in options.methods and (options.target_labels or (recorded is not None and recorded.ceiling)):
        del methods[SUPERVISED]  # which is there, or comes back
    known = {**{method.name: method for method in (recorded.methods if recorded else ())}, **methods}
    common, own = _values(options)
    seeds, seeds_of = parse_seeds(options.seeds)
    for name in {*own, *seeds_of} - {SOURCE_ONLY, SUPERVISED} - known.keys():
        raise InputError(f"There is no method '{short(name)}'; name it with --method, or choose one of {', '.join(known) or 'those'}.")
    bounds = {name: seeds_of[name] for name in (SOURCE_ONLY, SUPERVISED) if name in seeds_of}
    for name, its in bounds.items():
        has = recorded is not None and (name == SOURCE_ONLY or recorded.ceiling)
        if recorded is None or not has or not {*its} <= {*recorded.seeds, *seeds}:  # else they only come back
            raise InputError(f"--seeds {name}=...: {name} is run with the seeds of all methods.")
    for name in {*own, *seeds_of} & known.keys():
        methods[name] = Method(name, known[name].translator, own.get(name, {}), seeds_of.get(name, ()))
    for method in methods.values():
        refuse_unknown(method)
    machine = {key: common.pop(key) for key in list(common) if key in MACHINE_SETTINGS}
    preset = common.pop("preset", None)
    if preset is not None and options.preset not in (None, preset):
        raise InputError(f"--preset {options.preset} and --set preset={preset} contradict one another; give one of them.")
    preset = options.preset or preset
    named = names_scans(options)
    cohort = find_scans(options) if named or recorded is None else recorded.cohort
    if named and not (recorded and "labels" in recorded.values):
        common = {**structures_of(cohort, options.assignments), **common}
    ceiling = labelled(cohort.target, options.target_labels) if options.target_labels else ()
    apart = {name: own[name] for name in (SOURCE_ONLY, SUPERVISED) if name in own}
    asks = named or options.methods or options.seeds or options.assignments or options.iterations or options.target_labels
    asks = asks or options.without
    commands = (_as_typed(options),) if asks else ()
    found = Study(folder, preset or "paper", common, tuple(methods.values()), seeds, cohort, ceiling, apart, commands=commands)
    if recorded is not None:
        found = recorded.extended(found, named, preset is not None)
    else:
        found = replace(found, seeds=found.seeds or (0,), values={EVIDENCE: "true", **found.values})
    named_again |= {f"{name}={seed}" for name, its in [("", seeds), *seeds_of.items()] for seed in its}
    found = leaving_out(found, options.without, named_again)
    found.check()
    return found, machine


def _as_typed(options: argparse.Namespace) -> str:
    """The command line that gives these options, whatever its folder."""
    words = ["crossmoda-uda", "study", *words_of(options)]
    if options.target_labels is not None:
        words += ["--target-labels", *map(str, options.target_labels)]
    words += ["-o", str(options.output), *(["--preset", options.preset] if options.preset else [])]
    words += [word for method in options.methods for word in ("--method", method)]
    words += ["--seeds", *options.seeds] if options.seeds else []
    words += [word for method in options.without for word in ("--without", method)]
    words += ["--iterations", options.iterations] if options.iterations is not None else []
    words += [word for assignment in options.assignments for word in ("--set", assignment)]
    return shlex.join(words)


def _values(options: argparse.Namespace) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """The settings of ``--set``: of all methods, and of single ones by name."""
    common: dict[str, str] = {}
    own: dict[str, dict[str, str]] = {}
    for key, value in parse_assignments(options.assignments).items():
        method, colon, name = key.rpartition(":")
        if current_key(name) in ("seed", "device", "translation.translator", "evaluation.source_only"):
            raise InputError(f"--set {short(key)}: a study sets it itself; use --seeds, --devices and --method.")
        (own.setdefault(method.strip(), {}) if colon else common)[name.strip()] = value
    if options.iterations is not None:
        common["self_training.iterations"] = options.iterations
    return common, own


def _prepare(asked: Study) -> None:
    from ..experiment.folder import Experiment, prepare_folder

    if Experiment.exists(asked.folder):
        raise InputError(f"{asked.folder} is an experiment, not a study; name another output folder.")
    if not asked.exists(asked.folder):
        prepare_folder(asked.folder)


def _checked(asked: Study, device: str, log: EventLog) -> Study:
    """The study with good scans; those of a recorded one are known to be good, and each worker makes sure that they have not changed."""
    from ..study.running import check_scans, sized

    if asked.digests and {str(case.label) for case in asked.ceiling} <= asked.digests.keys():
        return asked
    with Display() as display:
        log.listeners.append(display)
        log.write("stage", stage=CHECK, state="started")
        began = time.monotonic()
        found, reports = check_scans(asked, log)
        for report in reports:
            report.raise_for_problems()
        log.write("stage", stage=CHECK, state="finished", metrics={"seconds": round(time.monotonic() - began, 1)})
        for warning in (warning for report in reports for warning in report.warnings):
            log.write("warning", message=warning)
        if not asked.exists(asked.folder):
            found = sized(found, device, log)
        log.listeners.remove(display)
    return found


def _refuse_at_work(asked: Study) -> None:
    from ..experiment.elsewhere import is_at_work
    from ..study.left_out import left_out_folders, refuse_at_work

    for folder in left_out_folders(asked):
        if is_at_work(folder):
            places.renew(folder)  # elsewhere it may have ended since
    refuse_at_work(asked)


def _dry_run(asked: Study, back: str, on: str) -> int:
    from ..core.budget import left_open
    from ..core.progress import duration
    from ..study.running import check_scans, shared_stages, sized_for, to_do

    _refuse_at_work(asked)
    if not asked.digests:
        asked, reports = check_scans(asked, EventLog(None))
        for report in reports:
            say(report.table() + "\n")
        if any(report.problems for report in reports):
            return InputError.exit_status
    asked.refuse_other()
    parts, shared = asked.parts(), shared_stages(asked, on)
    if back:
        say(f"Would no longer be left out: {back}.")
    say(f"{len(parts)} experiment{'' if len(parts) == 1 else 's'}:")
    for part in parts:
        waiting = [stage.name for stage in to_do(part)]
        taken = sum(name in shared[part.name] for name in waiting)
        own = len(waiting) - taken
        told = f"{own} stage{'' if own == 1 else 's'} to run, {taken} to take over from others, {len(part.stages()) - len(waiting)} done"
        say(f"  {part.title:<40} {told if waiting else 'done'}")
    method = sized_for(asked)
    settings = asked.settings(replace(method, values={}), asked.seeds_of(method)[0])
    if left_open(settings):
        whole = duration(60 * settings.budget_minutes * len(parts))
        each = f"budget_minutes={settings.budget_minutes:g} is for each of them: about {whole} one after another"
        say(f"{each}. What that leaves time for is measured when the study starts.")
    return 0


class _Told:
    """What is shown while a study runs: of one experiment at a time its bars, of several a line for each stage."""

    def __init__(self, of: Study, slots: int) -> None:
        from ..study.running import Progress

        self._study, self._display = of, Display() if slots == 1 else None
        self._renewed = time.monotonic()
        self.progress = Progress(self._started, self._event, self._ended)

    def __enter__(self) -> _Told:
        return self

    def __exit__(self, *_: object) -> None:
        if self._display is not None:
            self._display.__exit__()

    def _started(self, part: Part, shared: dict[str, str]) -> None:
        say(f"{part.title}: started")
        for donor in dict.fromkeys(shared.values()):
            say(f"{part.title}: takes over from {donor}: {', '.join(stage for stage, name in shared.items() if name == donor)}")

    def _event(self, part: Part, event: Event) -> None:
        if self._display is not None:
            self._display(event)
        elif event["kind"] == "stage" and event["state"] in ("started", "finished"):
            say(f"{part.title}: {event['stage']} {event['state']}")
        elif event["kind"] == "warning":
            complain(f"warning: {part.title}: {event['message']}")
        is_news = event["kind"] == "stage" and event["state"] == "finished" and event["stage"].endswith(("/evaluate", "/evidence"))
        if is_news and time.monotonic() - self._renewed > SECONDS_BETWEEN_PAGES:
            self._renew()

    def _ended(self, part: Part, error: str) -> None:
        if error:
            complain(f"{part.title} failed: {error}")
        else:
            say(f"{part.title}: done")
        self._renew()

    def _renew(self) -> None:
        from ..study.output import write_results

        write_results(self._study)
        self._renewed = time.monotonic()

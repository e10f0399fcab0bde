"""Checks command lines of the documentation against the parsers that will read them, without running anything."""

from __future__ import annotations

import argparse
import contextlib
import functools
import importlib.util
import io
import itertools
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from CrossMoDAUDALib.commands import cli, running, study
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.core.settings import Settings, parse_assignments, preset_settings, with_values
from CrossMoDAUDALib.study.words import parse_method, parse_seeds
from documented_containers import OPTIONS as CONTAINER_OPTIONS
from documented_containers import container_problem
from documents import ROOT

LAUNCHER = "Scripts/crossmoda_uda.py"
SLICER_OPTIONS = {"--no-splash", "--no-main-window", "--python-script"}
SRUN_OPTIONS = {"--ntasks-per-node", "--kill-on-bad-exit"}
# Of nnU-Net's prediction, and the variables that it reads.
NNUNET_OPTIONS = {"-d", "-tr", "-c", "-f", "-i", "-o", "-device", "-step_size"}
NNUNET_VARIABLES = {"nnUNet_results", "nnUNet_extTrainer"}
REPOSITORY = "https://github.com/CrossMoDAUDA/SlicerCrossMoDAUDA"
# Of other programs, in commands that a reader gives to them.
FOREIGN_OPTIONS = {
    *SLICER_OPTIONS,
    *("--no-deps", "--index-url", "--extra-index-url", "--mem", "--cpus-per-task"),
    *CONTAINER_OPTIONS,
    *SRUN_OPTIONS,
}


def problem(line: str) -> str:
    """What is wrong with a command line of a page; empty if a reader may type it."""
    try:
        words = shlex.split(line)
    except ValueError as error:
        return str(error)
    while words and re.fullmatch(r"[A-Z_]+=\S*", words[0]):  # NAME=value before a command
        words.pop(0)
    if not words:
        return f"no command: {line}"
    program, *rest = words
    if program in ("python", "python3", "python3.11", "python3.12", "python3.13"):
        return _python(rest)
    if program in ("docker", "podman", "apptainer", "sbatch"):
        return container_problem(words, _command_line)
    kinds = {
        "srun": _srun,
        "nnUNetv2_install_pretrained_model_from_zip": lambda rest: "" if len(rest) == 1 else "it takes one zip file",
        "nnUNetv2_predict": _nnunet,
        "crossmoda-uda": _command_line,
        "Slicer": _slicer,
        "pip": _pip,
        "git": _git,
        "cd": lambda _rest: "",
        "export": _export,
    }
    return kinds[program](rest) if program in kinds else f"'{program}' is no command of this project"


def _srun(words: Sequence[str]) -> str:
    """A command that Slurm starts on every node."""
    options = list(itertools.takewhile(lambda word: word.startswith("-"), words))
    unknown = [option for option in options if option.partition("=")[0] not in SRUN_OPTIONS]
    return f"srun has no option {unknown[0]}" if unknown else problem(shlex.join(words[len(options) :]))


def _nnunet(words: Sequence[str]) -> str:
    """Options of nnU-Net's prediction, each with a value."""
    unknown = set(words[::2]) - NNUNET_OPTIONS
    return f"nnUNetv2_predict has no option {sorted(unknown)}" if unknown or len(words) % 2 else ""


def _command_line(words: Sequence[str]) -> str:
    """Arguments of the command line, with the settings that they give."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            options = cli._parser().parse_args(list(words))
        if hasattr(options, "methods"):
            _refuse_settings_of_study(options)
        elif hasattr(options, "preset"):
            running.settings_of(options)
        elif hasattr(options, "assignments"):
            with_values(Settings(), dict(parse_assignments(options.assignments)))
    except InputError as error:
        return str(error)
    except SystemExit as stop:  # --help and --version
        return "" if not stop.code else f"exit status {stop.code}"
    return ""


def _refuse_settings_of_study(options: argparse.Namespace) -> None:
    """Refuse a study's methods and settings that cannot be; those that are recorded are not known here."""
    methods = tuple(map(parse_method, options.methods))
    seeds, _ = parse_seeds(options.seeds)
    common, own = study._values(options)
    for method in methods:
        values = {**common, **own.get(method.name, {})}
        with_values(preset_settings(options.preset or "paper"), {**values, "translation.translator": method.translator})
    assert all(seed >= 0 for seed in seeds)


def _slicer(words: Sequence[str]) -> str:
    if "--python-script" not in words:
        return "Slicer is started without --python-script"
    at = list(words).index("--python-script")
    unknown = set(words[:at]) - SLICER_OPTIONS
    if unknown or list(words[at + 1 : at + 2]) != [LAUNCHER]:
        return f"Slicer does not take {unknown or words[at + 1 : at + 2]}"
    return _command_line(words[at + 2 :])


def _python(words: Sequence[str]) -> str:
    if list(words[:2]) == ["-m", "pip"]:
        return _pip(words[2:])
    if list(words[:2]) == ["-m", "venv"]:
        return "" if len(words) == 3 else "python -m venv takes one folder"
    name, *rest = words or [""]
    if not (ROOT / name).is_file():
        return f"there is no {name or 'script'}"
    if name == LAUNCHER:
        return _command_line(rest)
    if name == "Scripts/test.py":
        return _test(rest)
    parse = getattr(script(name), "parse", None)
    if parse is None:
        return f"{name} takes no arguments" if rest else ""
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            parse(rest)
    except SystemExit as stop:
        return "" if not stop.code else f"{name}: {said.getvalue() or stop.code}"
    return ""


def _test(words: Sequence[str]) -> str:
    """Scripts/test.py's: another Python; then those of the fault suite after --faults, else pytest's."""
    if words and words[0] == "--python":
        return _test(words[2:]) if re.fullmatch(r"3\.\d+", "".join(words[1:2])) else "--python is not followed by a version"
    options = _options_in(fault_help() if "--faults" in words else pytest_help())
    for word in words:
        if word.startswith("-") and word != "--faults" and word not in options:
            return f"Scripts/test.py has no option {word}"
        if ".py" in word and not (ROOT / word.partition("::")[0]).is_file():
            return f"there is no {word}"
    return ""


def _pip(words: Sequence[str]) -> str:
    if not words or words[0] != "install":
        return "pip is told something other than to install"
    rest, extras = list(words[1:]), _extras()
    while rest:
        word = rest.pop(0)
        if word == "-r":
            name = rest.pop(0)
            if not (ROOT / name).is_file():
                return f"there is no {name}"
        elif word == "--index-url":
            rest.pop(0)
        elif word.startswith("-"):
            if word not in FOREIGN_OPTIONS:
                return f"pip has no option {word}"
        else:
            name, _, inside = word.strip("\"'").partition("[")
            unknown = [extra for extra in inside.rstrip("]").split(",") if extra and extra not in extras]
            if name != "." or unknown:
                return f"{word} is not this project or not one of its extras {sorted(extras)}"
    return ""


def _git(words: Sequence[str]) -> str:
    return "" if list(words) in (["clone", REPOSITORY], ["clone", REPOSITORY + ".git"]) else "git is told something else"


def _export(words: Sequence[str]) -> str:
    """A variable that a reader sets: one that the project or nnU-Net reads."""
    name = words[0].partition("=")[0] if words else ""
    return "" if name in variables() | NNUNET_VARIABLES else f"nothing reads the variable {name}"


def _extras() -> set[str]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        return set(tomllib.load(file).get("project", {}).get("optional-dependencies", {}))


@functools.cache
def variables() -> set[str]:
    """The environment variables of the project's own that its code reads."""
    files = [*(ROOT / "Scripts").rglob("*.py"), *(ROOT / "CrossMoDAUDA" / "CrossMoDAUDALib").rglob("*.py")]
    return {name for file in files for name in re.findall(r"\bCROSSMODA_[A-Z_]+\b", file.read_text(encoding="utf-8"))}


@functools.cache
def script(name: str) -> ModuleType:
    """A file of Scripts as a module."""
    folder = str(ROOT / "Scripts")
    spec = importlib.util.spec_from_file_location("documented_" + name.rpartition("/")[2].removesuffix(".py"), ROOT / name)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, folder)
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(folder)
    return module


@functools.cache
def pytest_help() -> str:
    """What pytest tells of its options, this project's own among them."""
    return _output([sys.executable, "-m", "pytest", "--help"], "")


@functools.cache
def fault_help() -> str:
    """What the fault suite tells of its options."""
    return _output([sys.executable, "-m", "Testing.Faults", "--help"], "CrossMoDAUDA")


def _output(command: Sequence[str], folder: str) -> str:
    finished = subprocess.run(command, cwd=ROOT / folder, capture_output=True, text=True, timeout=120)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def _options_in(text: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])--?[a-z][\w-]*", text))


def commands() -> dict[str, argparse.ArgumentParser]:
    """The command line's commands by name."""
    parser: Any = cli._parser()
    (action,) = [each for each in parser._actions if isinstance(each, argparse._SubParsersAction)]
    return dict(action.choices)


def options_of(command: argparse.ArgumentParser) -> set[str]:
    """Every option of a command as one writes it, of the commands within it too."""
    found = {option for action in command._actions for option in action.option_strings} - {"-h", "--help"}
    for action in command._actions:
        if isinstance(action, argparse._SubParsersAction):
            found |= {option for inner in action.choices.values() for option in options_of(inner)}
    return found


@functools.cache
def all_options() -> set[str]:
    """Every option that a page may name: of all commands, scripts and suites."""
    found = {"-h", "--help", "--version", "--faults", "--python", *FOREIGN_OPTIONS}
    for command in commands().values():
        found |= options_of(command)
    for path in (ROOT / "Scripts").glob("*.py"):
        declared = re.findall(r"add_argument\((?:\"(-\w)\", )?\"(--[\w-]+)\"", path.read_text(encoding="utf-8"))
        found |= {option for pair in declared for option in pair if option}
    return found | _options_in(fault_help()) | _options_in(pytest_help())

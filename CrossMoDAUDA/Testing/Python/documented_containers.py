"""Checks the documentation's commands for Docker, Podman, Apptainer and Slurm: their options, and what they tell our image."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from documents import ROOT

RECIPES = ROOT / "CrossMoDAUDA" / "Resources" / "Container"
# Options that a page may use, by what they belong to; True for those that are followed by a value.
_BUILD = {"-t": True, "--build-arg": True, "--platform": True}
_RUN = {"--rm": False, "--network": True, "--gpus": True, "--user": True, "--userns": True, "--device": True, "-v": True}
_KNOWN: dict[str, dict[str, dict[str, bool]]] = {
    "docker": {"build": _BUILD, "run": _RUN, "save": {"-o": True}, "load": {"-i": True}},
    "podman": {"build": _BUILD, "run": _RUN, "save": {"-o": True}, "load": {"-i": True}},
    "apptainer": {"build": {"--build-arg": True}, "run": {"--containall": False, "--nv": False, "--bind": True, "--workdir": True}},
}
OPTIONS = {option for program in _KNOWN.values() for options in program.values() for option in options}
_BOUND = ("/input:ro", "/output", "/model.zip:ro")
_NAMES = re.compile(r"crossmoda-uda(-gc)?(\.sif)?")


def container_problem(words: Sequence[str], our_problem: Callable[[Sequence[str]], str]) -> str:
    """What is wrong with such a command; empty if a reader may type it.

    Args:
        words: the command.
        our_problem: what is wrong with the words of one of our commands.
    """
    words, after = list(words), list[str]()
    if "|" in words:
        words, after = words[: words.index("|")], words[words.index("|") + 1 :]
    if after and after[:2] != ["gzip", ">"]:
        return f"{after} is no command that a page uses"
    program, *rest = words
    if program == "sbatch":
        return "" if len(rest) == 1 and rest[0].endswith(".sh") else "sbatch takes one script"
    kind = rest.pop(0) if rest else ""
    known = _KNOWN[program].get(kind)
    if known is None:
        return f"{program} {kind} is no command that a page uses"
    while rest and rest[0].startswith("-"):
        option, equals, value = rest.pop(0).partition("=")
        if option not in known:
            return f"{program} {kind} has no option {option}"
        if known[option] and not equals:
            value = rest.pop(0) if rest else ""
        if bool(value) != known[option]:
            return f"{option} has {'no' if known[option] else 'a'} value"
        if wrong := _wrong_value(program, option, value):
            return wrong
    if kind == "load":
        return ""
    if kind == "build":
        wanted = 2 if program == "apptainer" else 1
        return "" if len(rest) == wanted else f"{program} build takes {wanted} arguments"
    if not rest or not _NAMES.fullmatch(rest[0]):
        return f"{rest[:1]} is no image of ours"
    return our_problem(["challenge", "--model", "MODEL", *rest[1:]]) if kind == "run" else ""


def _wrong_value(program: str, option: str, value: str) -> str:
    if option == "--build-arg":
        name = value.partition("=")[0]
        recipe, declared = ("crossmoda-uda.def", "    ") if program == "apptainer" else ("Dockerfile", "ARG ")
        if f"\n{declared}{name}=" not in (RECIPES / recipe).read_text(encoding="utf-8"):
            return f"there is no --build-arg {name}"
    if option in ("-v", "--bind") and value.partition(":")[2] not in _BOUND:
        return f"{value} is bound to no place that the image looks at"
    return ""

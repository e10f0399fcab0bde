"""The words of a command, and complaints about them that say what to write instead."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from .. import NOT_CLINICAL
from ..core.errors import InputError


class Parser(argparse.ArgumentParser):
    """Complains in one sentence. Takes no abbreviated options: a new option could make them ambiguous."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"epilog": NOT_CLINICAL, **options}, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message[:1].upper()}{message[1:]}; see {self.prog} --help.")


def parsed(parser: Parser, arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options that some words stand for; None: those of this program.

    Raises:
        InputError: the parser does not understand them. If one is a file's name that begins as an option does, that is said too.
    """
    words = sys.argv[1:] if arguments is None else arguments
    try:
        return parser.parse_args(words)
    except InputError as error:
        known = _options_of(parser)
        for word in words:
            if len(word) < 2 or not word.startswith("-") or "=" in word or word in known:
                continue
            with contextlib.suppress(OSError):  # no disk has so long a name
                if (path := Path(word).absolute()).exists():
                    raise InputError(f"{error} {word} begins as an option does; if a file is meant, write it as {path}.") from None
        raise


def _options_of(parser: argparse.ArgumentParser) -> set[str]:
    """The names of all options, those of the commands too."""
    found = set[str]()
    for action in parser._actions:  # argparse offers no other way
        found |= set(action.option_strings)
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                found |= _options_of(command)
    return found

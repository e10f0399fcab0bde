"""The words of a command, and complaints about them that say what to write instead."""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from .. import NOT_CLINICAL
from ..core.errors import InputError
from ..core.settings import HEADERS

SET: dict[str, Any] = {"action": "append", "default": [], "metavar": "KEY=VALUE", "dest": "assignments"}
AS_JSON = """labels of names with a comma as JSON: --set 'labels={"Tumour, left": 1}'"""


class Parser(argparse.ArgumentParser):
    """Complains in one sentence. Takes no abbreviated options: a new option could make them ambiguous."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"epilog": NOT_CLINICAL, **options}, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message[:1].upper()}{message[1:]}; see {self.prog} --help.")


def parsed(parser: Parser, arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options that some words stand for; None: those of this program.

    Raises:
        InputError: one is empty, or the parser does not understand them. If one is a file's name that begins as an option does, that
            is said too.
    """
    words = sys.argv[1:] if arguments is None else arguments
    _refuse_empty(words)
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


def file_to_write(text: str) -> Path:
    """The file that an option names.

    Raises:
        InputError: it is a folder, or is written as one.
    """
    path = Path(text)
    if text.endswith(("/", os.sep)) or path.is_dir():
        raise InputError(f"{text} is a folder; name a file.")
    return path


# Options of several commands ----------------------------------------------------------------------------------------------------


def add_header(parser: argparse.ArgumentParser) -> None:
    """Add ``--header``."""
    parser.add_argument("--header", choices=HEADERS[1:], help="which of two places to believe where a NIfTI header gives both")


def add_device(
    parser: argparse.ArgumentParser,
    default: str | None = "auto",
    names: str = "auto|cuda|cuda:N|mps|cpu",
    text: str = "where networks run (default: auto)",
) -> None:
    """Add ``--device``."""
    parser.add_argument("--device", default=default, metavar=names, help=text)


def add_events(parser: argparse.ArgumentParser, when: str = "") -> None:
    """Add ``--events``; ``when`` is added to what it says of itself."""
    parser.add_argument("--events", type=file_to_write, metavar="FILE.jsonl", help="also append the progress to a file" + when)


# Complaints ----------------------------------------------------------------------------------------------------------------------


def _refuse_empty(words: Sequence[str]) -> None:
    """An empty word would mean the current folder where a path is expected, and elsewhere nothing; hardly anybody means that."""
    for before, word in zip(["", *words], words, strict=False):
        option = re.fullmatch(r"(--[a-z-]+)=\s*", word)
        if option or not word.strip():
            where = f"What follows {option[1] if option else before}" if option or before else "The command"
            raise InputError(
                f"{where} is empty, as where a variable of the shell is not set; write what is meant (the current folder is .)."
            )


def _options_of(parser: argparse.ArgumentParser) -> set[str]:
    """The names of all options, those of the commands too."""
    found = set[str]()
    for action in parser._actions:  # argparse offers no other way
        found |= set(action.option_strings)
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                found |= _options_of(command)
    return found

"""The words by which a command names methods and seeds."""

from __future__ import annotations

from collections.abc import Sequence

from ..core.errors import InputError, short
from ..core.settings import TRANSLATORS
from .request import SOURCE_ONLY, SUPERVISED, Method


def parse_method(text: str) -> Method:
    """A method of ``--method NAME=TRANSLATOR``; a translator alone is its own name.

    >>> parse_method("longer=cyclegan-resnet").translator, parse_method("cyclegan-resnet").name
    ('cyclegan-resnet', 'cyclegan-resnet')
    """
    name, equals, translator = text.partition("=")
    return Method(name.strip(), (translator if equals else name).strip())


def refuse_unknown(method: Method) -> None:
    """Make sure that a method's translator is one; who names the floor or the ceiling is told how a study has them.

    Raises:
        InputError: it is none.
    """
    if method.translator in TRANSLATORS:
        return
    word = "-".join(method.translator.lower().replace("_", "-").split()).removeprefix("target-")
    if word == SUPERVISED:
        raise InputError(
            f"--method {short(method.translator)}: the supervised ceiling is no image translator. It comes with --target-labels and the"
            " folder of the target scans' label maps; leave --method out for it."
        )
    if word == SOURCE_ONLY:
        raise InputError(f"--method {short(method.translator)}: every study has source only by itself; leave it out.")
    there_are = ", ".join(TRANSLATORS)
    raise InputError(f"There is no image translator '{short(method.translator)}' for --method; choose one of {there_are}.")


def parse_seeds(words: Sequence[str]) -> tuple[tuple[int, ...], dict[str, tuple[int, ...]]]:
    """The seeds of ``--seeds``: those of all methods, and those of single ones by name.

    Raises:
        InputError: a word is neither a seed nor METHOD=SEED,SEED.

    >>> parse_seeds(["0", "cyclegan-resnet=0,1", "cyclegan-resnet=1,2"])
    ((0,), {'cyclegan-resnet': (0, 1, 2)})
    """
    common: list[int] = []
    single: dict[str, list[int]] = {}
    for word in words:
        name, equals, listed = word.rpartition("=")
        try:
            seeds = [int(number) for number in listed.split(",")]
        except ValueError:
            raise InputError(f"--seeds {short(word)} is neither a seed nor METHOD=SEED,SEED; write for example --seeds 0 1 2.") from None
        (single.setdefault(name.strip(), []) if equals else common).extend(seeds)
    return tuple(dict.fromkeys(common)), {name: tuple(dict.fromkeys(seeds)) for name, seeds in single.items()}

"""Methods and seeds that are left out of a study although its folder holds them: a mistake, or one that fails again and again."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence
from dataclasses import replace

from ..core.errors import InputError, short
from .request import SOURCE_ONLY, Study


def leaving_out(study: Study, words: Sequence[str], named: Collection[str] = ()) -> Study:
    """A study without some of its methods or seeds, whose files stay, and with those that are named again.

    Args:
        study: as it is asked for.
        words: ``METHOD`` or ``METHOD=SEED`` of what is left out from now on.
        named: the same, of what was left out and comes back; ``=SEED`` stands for that seed of all methods.

    Raises:
        InputError: there is no such method or seed, or source only would be left out.
    """
    known = {row.name: [f"{row.name}={seed}" for seed in row.seeds or study.seeds] for row in study.whole.rows}
    every = [*known, *itertools.chain(*known.values())]
    for word in words:
        if word not in every:
            raise InputError(f"--without {short(word)}: there is no such method or seed; choose one of {', '.join(every)}.")
    back = {word for word in study.without if word in named or f"={word.rpartition('=')[2]}" in named}
    stay = [word for word in study.without if word not in back]
    found = replace(study, without=tuple(dict.fromkeys([*stay, *words])))
    if SOURCE_ONLY not in [row.name for row in found.rows]:
        raise InputError(f"--without: {SOURCE_ONLY} is what all methods are compared with; keep it, with one seed at least.")
    return found

"""Methods and seeds that are left out of a study although its folder holds them: a mistake, or one that fails again and again."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from ..core.errors import CrossModaError, InputError, short
from ..experiment.elsewhere import is_at_work
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
    out = set(study.without)
    for name, seeds in known.items():
        if name in named:
            out -= {name, *([] if set(seeds) - out else seeds)}
        alone = {seed for seed in seeds if seed in named}
        if name in out and alone:  # of what is left out as a whole, only these seeds come back
            out = {*out, *seeds} - {name}
        out -= {seed for seed in seeds if seed in alone or seed.removeprefix(name) in named}
    # In the order in which they were left out; what was left out as a whole may be so by its seeds now.
    stay = [word for word in (*study.without, *every) if word in out]
    found = replace(study, without=tuple(dict.fromkeys([*stay, *words])))
    if SOURCE_ONLY not in [row.name for row in found.rows]:
        raise InputError(f"--without: {SOURCE_ONLY} is what all methods are compared with; keep it, with one seed at least.")
    return found


def left_out_folders(study: Study) -> list[Path]:
    """Where the experiments lie, or would, that are left out of a study."""
    kept = study.folders()
    return [folder for folder in study.whole.folders() if folder not in kept]


def refuse_at_work(study: Study) -> None:
    """Make sure that nobody works on what is left out, as a worker does that outlived its study: nobody would see it.

    Raises:
        CrossModaError: somebody does.
    """
    for folder in left_out_folders(study):
        if is_at_work(folder):
            raise CrossModaError(f"{folder} is left out, and still worked on; stop that first, by `stop {folder}`.")


def left_out_words(without: Sequence[str], failed: Collection[str]) -> list[str]:
    """What is left out, as ``--without`` names it, each with whether it had failed.

    Args:
        failed: names of experiments.

    >>> left_out_words(["cut", "plain=1"], {"cut/seed_0"})
    ['cut (failed)', 'plain=1']
    """
    words = {word for name in failed for word in (name.partition("/")[0], name.replace("/seed_", "="))}
    return [f"{word} (failed)" if word in words else word for word in without]


def came_back(before: Study, now: Study) -> list[str]:
    """The titles of the experiments that were left out of a study and no longer are, or whose method was, seed by seed."""
    without = {*before.without, *({row.name for row in before.whole.rows} - {row.name for row in before.rows})}
    every = [(row.name, seed) for row in now.rows for seed in now.seeds_of(row)]
    return [f"{name}, seed {seed}" for name, seed in every if without & {name, f"{name}={seed}"}]

"""The same function over many cases, in this process or in helper processes."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from .errors import CrossModaError
from .progress import Progress


def worker_count(setting: int, memory_gb_each: float = 2.0) -> int:
    """Helper processes to use: the setting, or for -1 what cores and memory allow; 0 means none, work here."""
    if setting >= 0:
        return setting
    cores = os.cpu_count() or 1
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    except (AttributeError, ValueError, OSError):  # Windows
        memory = 16.0
    count = min(cores - 1, 12, int(memory / 2 / memory_gb_each))
    return count if count >= 2 else 0  # one helper only costs its start


def for_each(
    function: Callable[..., Any], arguments: Sequence[tuple[Any, ...]], workers: int, progress: Progress, message: str
) -> list[Any]:
    """``function(*arguments[i])`` for every i, results in order.

    Args:
        function: a module-level function, as processes are spawned.
        workers: helper processes; 0 works in this process.
        message: what one step did, for the progress.

    Raises:
        CrossModaError: a helper process died, which nearly always means that memory ran out.
    """
    results: list[Any] = [None] * len(arguments)
    if workers == 0 or len(arguments) < 2:
        for index, these in enumerate(arguments):
            results[index] = function(*these)
            progress(index + 1, len(arguments), message)
        return results
    pool = ProcessPoolExecutor(min(workers, len(arguments)), mp_context=multiprocessing.get_context("spawn"))
    try:
        waiting = {pool.submit(function, *these): index for index, these in enumerate(arguments)}
        for done, future in enumerate(as_completed(waiting), 1):
            results[waiting[future]] = future.result()
            progress(done, len(arguments), message)
    except BrokenProcessPool:
        raise CrossModaError(
            f"A helper process died while {message}, most likely because memory ran out; run again with --set workers=0 or fewer workers."
        ) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return results

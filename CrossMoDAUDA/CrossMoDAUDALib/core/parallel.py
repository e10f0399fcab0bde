"""The same function over many cases, in this process or in helper processes."""

from __future__ import annotations

import contextlib
import multiprocessing
import multiprocessing.connection
import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from . import garbage
from .errors import CrossModaError
from .progress import Progress

# Windows waits for at most 63 things at once.
MOST_HELPERS = 60
_WATCH = "ends with its parent"
# Bytes of address space that PyTorch, nnU-Net and what they need take merely to be loaded.
_LEAST_ADDRESS_SPACE = 2 << 30


def helper_count(setting: int, memory_gb_each: float = 2.0) -> int:
    """Helper processes to use: the setting, or for -1 what cores and memory allow; 0 means none, work here."""
    if setting >= 0:
        return setting
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    except (AttributeError, ValueError, OSError):  # Windows
        memory = 16.0
    count = min(core_count() - 1, 12, int(memory / 2 / memory_gb_each))
    return count if count >= 2 else 0  # one helper only costs its start


def core_count() -> int:
    """Cores that this process may use: a batch system or a container may allow fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def refuse_small_limit() -> None:
    """Make sure the process has enough memory to load the libraries; with less, some hang.

    Raises:
        CrossModaError: a limit on its address space is too small.
    """
    try:
        import resource
    except ImportError:  # Windows
        return
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit != resource.RLIM_INFINITY and limit < _LEAST_ADDRESS_SPACE:
        raise CrossModaError(
            f"Memory ran out before the work began: processes are limited to {limit / 2**30:.1f} GB (ulimit -v, or a batch system's"
            f" setting) and need {_LEAST_ADDRESS_SPACE / 2**30:.0f} GB to load PyTorch and nnU-Net alone; raise the limit."
        )


def for_each(
    function: Callable[..., Any], arguments: Sequence[tuple[Any, ...]], helpers: int, progress: Progress, message: str
) -> list[Any]:
    """``function(*arguments[i])`` for every i, results in order.

    Not a pool of the standard library: there, a helper killed while it hands over a large result hangs the program.

    Args:
        function: a module-level function, as processes are spawned.
        helpers: helper processes; 0 works in this process.
        message: what one step did, for the progress.

    Raises:
        CrossModaError: a helper process died, which nearly always means that memory ran out.
    """
    results: list[Any] = [None] * len(arguments)
    if helpers == 0 or len(arguments) < 2:
        for index, these in enumerate(arguments):
            results[index] = function(*these)
            progress(index + 1, len(arguments), message)
        return results
    todo = list(enumerate(arguments))[::-1]
    at_work: dict[Any, int] = {}
    with _helpers(function, min(helpers, len(arguments), MOST_HELPERS)) as idle:
        for done in range(len(arguments)):
            try:
                while idle and todo:
                    index, these = todo.pop()
                    idle[-1].send(these)
                    at_work[idle.pop()] = index
                connection: Any = multiprocessing.connection.wait(list(at_work))[0]
                result, error = connection.recv()
            except (EOFError, OSError):  # nobody at the other end
                raise CrossModaError(
                    f"A helper process died while {message}, most likely because memory ran out;"
                    " run again with --set helper_processes=0 or fewer."
                ) from None
            if isinstance(error, Exception):
                raise error
            results[at_work.pop(connection)] = result
            idle.append(connection)
            progress(done + 1, len(arguments), message)
    return results


@contextlib.contextmanager
def _helpers(function: Callable[..., Any], count: int) -> Iterator[list[Any]]:
    """Connections to helper processes that serve a function; killed if the block fails, as what they are at is of no more use."""
    context = multiprocessing.get_context("spawn")
    connections: list[Any] = []
    processes: list[Any] = []
    try:
        with _signals_held():
            for _ in range(count):
                here, there = context.Pipe()
                process = context.Process(target=_serve, args=(function, there))
                process.start()
                there.close()  # so that only the helper holds it, and its death ends the connection
                connections.append(here)
                processes.append(process)
        yield list(connections)
    except BaseException:
        for process in processes:
            process.kill()
        raise
    finally:
        for connection in connections:
            connection.close()
        for process in processes:
            process.join()


@contextlib.contextmanager
def _signals_held() -> Iterator[None]:
    """Keep Ctrl-C until the block ends: processes that start inside inherit that and leave it to this one from the first."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # its start would let the signals through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(function: Callable[..., Any], connection: Any) -> None:
    """A helper process: answer arguments with (result, error) until the connection ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # being interrupted is left to the process that started this one
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    end_with_parent()
    _be_killed_with_parent()
    with contextlib.suppress(EOFError, OSError):
        while True:
            arguments = connection.recv()
            try:
                refuse_small_limit()
                answer: tuple[Any, Exception | None] = (function(*arguments), None)
            except Exception as error:
                answer = (None, portable(error))
            connection.send(answer)
    garbage.leave_to_the_system()


def _be_killed_with_parent() -> None:
    """Let Linux end this process with the thread that started it: a library that never returns keeps Python from doing so."""
    if sys.platform == "linux":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def portable(error: Exception) -> Exception:
    """An exception as it can be sent, with the helper's traceback in its notes."""
    trace = "".join(traceback.format_exception(error))
    try:
        sent: Exception = pickle.loads(pickle.dumps(error))
    except Exception:
        sent = RuntimeError()
    if str(sent) != str(error):  # not every exception can be pickled and made again
        sent = RuntimeError(f"{type(error).__name__}: {error}")
    sent.add_note(f"In a helper process:\n{trace}")
    return sent


def end_with_parent() -> None:
    """Make this helper process end when its parent is gone, even killed; it would else wait for ever and keep its memory.

    Called in a process that is nobody's helper, or again, it does nothing.
    """
    parent = multiprocessing.parent_process()
    if parent is None or any(thread.name == _WATCH for thread in threading.enumerate()):
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, name=_WATCH, daemon=True).start()

"""One worker at a time on an experiment: its lock, the record of who holds it, and the request that it stop."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..core.errors import CrossModaError, InputError
from ..core.files import read_json, write_json, write_text
from ..core.interrupts import interrupt_main_thread, was_interrupted

LOCK, HOLDER, REQUEST = "worker.lock", "worker.json", "stop.request"
# In the environment of a worker whose starter has removed old requests: one that comes while it begins is not void.
KEEPS_REQUESTS = "CROSSMODA_KEEPS_REQUESTS"
FORCE = "force"  # in a request: whoever follows a worker elsewhere kills it when it does not stop
# A look whether the experiment is running holds its lock for an instant; a worker that starts then tries again.
SECONDS_TO_LOCK = 1.0
SECONDS_BETWEEN_LOOKS = 0.5
SECONDS_TO_CLEAN_UP = 10.0  # in which no further request is followed


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold an experiment folder, which must be there, for this process.

    The operating system's file lock is the truth: it falls with its process, so a dead worker never has to be
    cleaned up after. ``worker.json`` beside it says who holds it.

    Raises:
        CrossModaError: another worker is at it.
        InputError: the disk knows no file locks.
    """
    deadline = time.monotonic() + SECONDS_TO_LOCK
    while (descriptor := _acquire(folder)) is None:
        if time.monotonic() > deadline:
            raise _held_by_another(folder)
        time.sleep(0.05)
    _held.add(descriptor)
    try:
        write_json(folder / HOLDER, {"pid": os.getpid(), "host": socket.gethostname(), "started": round(time.time(), 3)})
        yield
    finally:
        (folder / HOLDER).unlink(missing_ok=True)
        _held.discard(descriptor)
        os.close(descriptor)


@contextlib.contextmanager
def only_one(path: Path, refusal: str) -> Iterator[None]:
    """Be the only one who holds a file, which is there meanwhile; on a disk without file locks nobody is refused.

    Raises:
        CrossModaError: another process holds it; ``refusal`` says so.
    """
    descriptor = None
    try:
        descriptor = _lock(path, os.O_RDWR | os.O_CREAT)
        is_held = descriptor is None
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
        is_held = False
    if is_held:
        raise CrossModaError(refusal)
    if descriptor is not None:
        _held.add(descriptor)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):  # on Windows it stays, as an open file
            path.unlink(missing_ok=True)
        if descriptor is not None:
            _held.discard(descriptor)
            os.close(descriptor)


_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)


def _acquire(folder: Path) -> int | None:
    try:
        return _lock(folder / LOCK, os.O_RDWR | os.O_CREAT)
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
        raise InputError(f"{folder} is on a disk without file locks; choose an output folder on another disk.") from None


# The locks that this process holds. A forked child (nnU-Net augments in such) closes them, or it would keep an
# experiment locked after its parent was killed.
_held: set[int] = set()


def _close_held() -> None:
    for descriptor in _held:
        os.close(descriptor)
    _held.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_close_held)


def _lock(path: Path, flags: int, is_shared: bool = False) -> int | None:
    """An open descriptor that holds the operating system's lock on a file until it is closed; None if another holds it."""
    descriptor = os.open(path, flags)
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, (fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        if error.errno in (errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK):
            return None
        raise
    return descriptor


def read_worker(folder: Path) -> dict[str, Any] | None:
    """Who works on the experiment, as its own record says (``pid``, ``host``, ``started``); None when nobody does."""
    try:
        worker = read_json(folder / HOLDER)
    except (OSError, ValueError):
        return None
    return worker if isinstance(worker, dict) and {"pid", "host"} <= worker.keys() else None


def _holder(folder: Path) -> str:
    worker = read_worker(folder)
    return f"process {worker['pid']} on {worker['host']}" if worker else "another process"


def _held_by_another(folder: Path) -> CrossModaError:
    return CrossModaError(f"{folder} is being worked on by {_holder(folder)}; wait for it or stop it first.")


def refuse_running(folder: Path) -> None:
    """Refuse what :func:`locked` would refuse, before anything else is done that takes long, as finding thousands of scans.

    Raises:
        CrossModaError: another worker is at it.
    """
    deadline = time.monotonic() + SECONDS_TO_LOCK
    while is_held(folder / LOCK):
        if time.monotonic() > deadline:
            raise _held_by_another(folder)
        time.sleep(0.05)


def is_running(folder: Path) -> bool:
    """Whether a live worker holds the experiment's lock."""
    try:
        # Read-only, for experiments that others own; shared, so that those who look do not take each other for a worker.
        descriptor = _lock(folder / LOCK, os.O_RDONLY, is_shared=True)
    except FileNotFoundError:
        return False
    except OSError:  # no telling: a disk without such locks, or one that is gone for a moment
        return read_worker(folder) is not None
    if descriptor is None:
        return True
    os.close(descriptor)
    return False


# Stopping -----------------------------------------------------------------------------------------------------------------


def is_held(path: Path) -> bool:
    """Whether a process holds a file by :func:`only_one`."""
    try:
        descriptor = _lock(path, os.O_RDONLY, is_shared=True)
    except OSError:
        return False
    if descriptor is not None:
        os.close(descriptor)
    return descriptor is None


def request_stop(folder: Path, force: bool = False, name: str = REQUEST) -> None:
    """Ask the experiment's worker, on whatever machine, to stop as Ctrl-C would stop it; it looks twice a second.

    Args:
        force: whoever follows a worker elsewhere may kill it there.
        name: the file by which it is asked.

    Raises:
        OSError: the folder cannot be written, or is gone.
    """
    folder.stat()  # or writing would make it again
    write_text(folder / name, FORCE if force else "")


def withdraw_stop(folder: Path, name: str = REQUEST) -> None:
    """Take back a request that nobody has followed."""
    (folder / name).unlink(missing_ok=True)


@contextlib.contextmanager
def stopping_on_request(folder: Path, is_fresh: bool = True, name: str = REQUEST) -> Iterator[None]:
    """Interrupt the main thread, as a polite kill does, when :func:`request_stop` asks for it inside the block.

    Outside the main thread, which alone can be interrupted, nothing is watched.

    Args:
        is_fresh: a request from before the block is void.
        name: the file by which it is asked.
    """
    request, ended, followed = folder / name, threading.Event(), -SECONDS_TO_CLEAN_UP
    if is_fresh and KEEPS_REQUESTS not in os.environ:
        withdraw_stop(folder, name)

    def watch() -> None:
        nonlocal followed
        while not ended.wait(SECONDS_BETWEEN_LOOKS):
            with contextlib.suppress(OSError):  # a network disk may be gone for a moment
                request.unlink()
                # Another one right after the first says nothing new, and would interrupt the cleaning up.
                if not was_interrupted() or time.monotonic() - followed > SECONDS_TO_CLEAN_UP:
                    followed = time.monotonic()
                    interrupt_main_thread()

    watcher = threading.Thread(target=watch, name="stops on request", daemon=True)
    if threading.current_thread() is threading.main_thread():
        watcher.start()
    try:
        yield
    finally:
        ended.set()
        if watcher.is_alive():
            watcher.join()

"""Being interrupted: by Ctrl-C, by a polite kill, and even where a library catches the exception.

``except:`` without a class, as libraries have around optional imports, swallows the KeyboardInterrupt that happens to fall
there, and the work would go on as if nobody had asked. So an interrupt is remembered and raised again at the next good place.
"""

from __future__ import annotations

import _thread
import contextlib
import signal
import sys
import threading
from collections.abc import Iterator

_asked = threading.Event()
_too_late = threading.Event()
_DEFAULT, _IGNORED = int(signal.SIG_DFL), int(signal.SIG_IGN)


@contextlib.contextmanager
def interruptible(last: bool = False) -> Iterator[None]:
    """Let Ctrl-C and a polite kill raise KeyboardInterrupt inside the block, and again wherever :func:`raise_swallowed` is called.

    Outside the main thread, which alone can be interrupted, it does nothing. What ignores Ctrl-C goes on to do so.

    Args:
        last: nothing but the process's end follows, whose exit status is known by then: both are ignored from there on.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    names = [name for name in ("SIGTERM", "SIGBREAK") if hasattr(signal, name)]  # on Windows, the polite kill is Ctrl-Break
    in_force = _ctrl_c_in_force()
    known = signal.getsignal(signal.SIGINT)
    if in_force != _IGNORED and known in (signal.default_int_handler, signal.SIG_DFL, signal.SIG_IGN, None):
        names.append("SIGINT")
    _asked.clear()
    _too_late.clear()
    before = {name: signal.signal(getattr(signal, name), _interrupt) for name in names}
    if "SIGINT" in before and in_force == _DEFAULT:
        before["SIGINT"] = signal.SIG_DFL
    try:
        yield
    finally:
        for name, handler in before.items():
            after = signal.SIG_IGN if last else handler
            signal.signal(getattr(signal, name), signal.SIG_DFL if after is None else after)  # None: not set from Python
        _asked.clear()
        _too_late.clear()


def from_here_it_is_too_late() -> None:
    """Let nothing interrupt the rest of :func:`interruptible`: the work is done, or has failed, and its last words are being written."""
    _too_late.set()


def _ctrl_c_in_force() -> int | None:
    """What the system does at Ctrl-C: 0 ends the process, 1 ignores it, else the address of a handler; None if that is unknown.

    Slicer gives Ctrl-C back to the system behind Python's back (qSlicerAbstractModuleFactoryManager.cxx, issue 3804). What Python
    knows is then out of date: of a job in the background, whose Ctrl-C the shell lets be ignored, it goes on to say "ignored".
    """
    try:
        import ctypes

        ask = ctypes.pythonapi.PyOS_getsig
    except (ImportError, AttributeError):
        return None
    ask.restype = ctypes.c_void_p
    return ask(int(signal.SIGINT)) or _DEFAULT


def raise_swallowed() -> None:
    """Raise KeyboardInterrupt if one was raised before inside :func:`interruptible`: long work calls it after each of its steps."""
    if _asked.is_set() and not _too_late.is_set() and threading.current_thread() is threading.main_thread():
        raise KeyboardInterrupt


def was_interrupted() -> bool:
    """Whether KeyboardInterrupt was raised inside :func:`interruptible`, and what is done now may already be the cleaning up."""
    return _asked.is_set()


def _interrupt(*_: object) -> None:
    if not _too_late.is_set():
        _asked.set()
        raise KeyboardInterrupt


def interrupt_main_thread() -> None:
    """Raise KeyboardInterrupt in the main thread through the handler of SIGTERM, or else of SIGINT, that Python knows."""
    # SIGINT is ignored in what a shell starts in the background, and kills where Python was told to leave signals alone.
    number = next((number for number in (signal.SIGTERM, signal.SIGINT) if callable(signal.getsignal(number))), None)
    if number is None:
        return
    main = threading.main_thread().ident
    if sys.platform != "win32" and main is not None:
        signal.pthread_kill(main, number)  # unlike a pending interrupt, it ends a blocking call
    else:
        _thread.interrupt_main(number)

"""What every use of nnU-Net needs: its folders, which it reads from the environment and quiet."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..core.errors import InputError, short
from ..core.files import make_folder

_CORES = str(os.cpu_count() or 1)


@contextlib.contextmanager
def nnunet_session(
    raw: Path, preprocessed: Path, results: Path, log: Path | None = None, augmentation_workers: int | None = None
) -> Iterator[None]:
    """Point nnU-Net at an experiment's folders and send what it and its threads print to a file, for as long as the block runs.

    Args:
        raw, preprocessed, results: nnU-Net's three folders.
        log: file that nnU-Net's prints are appended to; None leaves them where they go.
        augmentation_workers: processes that augment during training; 0 augments in this one. Planning takes the same
            number as a thread count, so it must not be 0 there; None is the number of cores.
    """
    wanted = {
        "nnUNet_raw": str(raw),
        "nnUNet_preprocessed": str(preprocessed),
        "nnUNet_results": str(results),
        "nnUNet_n_proc_DA": _CORES if augmentation_workers is None else str(augmentation_workers),
        # Its default of 8 is used as a thread count too, which on fewer cores is slower.
        "nnUNet_def_n_proc": os.environ.get("nnUNet_def_n_proc", _CORES),  # noqa: SIM112
    }
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        with contextlib.ExitStack() as stack:
            if log is not None:
                make_folder(log.parent)
                # Line by line, to be read while it grows, and because forked helper processes would write a buffer again.
                stream = stack.enter_context(log.open("a", encoding="utf-8", buffering=1))
                stack.enter_context(contextlib.redirect_stdout(stream))
                stack.callback(setattr, threading, "excepthook", threading.excepthook)
                threading.excepthook = lambda error: traceback.print_exception(error.exc_value, file=stream)
            yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Throw away what nnU-Net prints."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        yield


def limit_threads() -> None:
    """Make nnU-Net take this machine's core count where it would take 8; call before nnU-Net is imported."""
    if "nnunetv2.configuration" not in sys.modules:
        os.environ.setdefault("nnUNet_def_n_proc", _CORES)


def find_trainer(name: str) -> Any:
    """nnU-Net's trainer class of that name.

    Raises:
        InputError: nnU-Net has none.
    """
    from nnunetv2.utilities.find_objects import recursive_find_trainer_class_by_name

    why = ""
    try:
        found = recursive_find_trainer_class_by_name(name)
    except (RuntimeError, ImportError, TypeError) as error:  # of any of its trainers' files, which it imports one by one
        found, why = None, f" ({short(error)})"
    if found is None:
        message = f"segmentation.trainer={name}: nnU-Net finds no such trainer class{why}; use nnUNetTrainer or one that nnU-Net can find."
        raise InputError(message)
    return found

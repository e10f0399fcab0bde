"""What every use of nnU-Net needs: an environment that says what we say, its prints out of the way, cuDNN as it has it.

nnU-Net and Blosc2, in which it stores its data, take orders from environment variables: to send plans and losses to a server,
to compile, how to compress. While a session is open they find ours and none of the user's, which come back afterwards.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from ..core.errors import InputError, short
from ..core.files import make_folder
from ..core.progress import Progress

_CORES = str(os.cpu_count() or 1)
# How the names of these variables begin, in capitals, as Windows has them.
_ORDERS = ("NNUNET_", "BLOSC_", "BTUNE_")
# Where nnU-Net finds a trainer of the user's own. It says nothing until the setting segmentation.trainer names one.
_KEPT = "NNUNET_EXTTRAINER"
_ENVIRONMENT: dict[str, str] = {
    "nnUNet_wandb_enabled": "0",
    # Its default of 8 is used as a thread count too, which on fewer cores is slower. Read when nnU-Net is first imported.
    "nnUNet_def_n_proc": _CORES,
    "nnUNet_n_proc_DA": _CORES,
}
# Environment, standard output and cuDNN's flags are the whole process's: a second thread waits for the first.
_one_at_a_time = threading.RLock()


@contextlib.contextmanager
def nnunet_session(
    raw: Path, preprocessed: Path, results: Path, log: Path | None = None, augmentation_workers: int | None = None
) -> Iterator[TextIO]:
    """Let nnU-Net plan, preprocess and train in an experiment's folders, and send what it and its threads print to a file.

    Gives the stream on which the caller's own prints are seen, for :func:`printing_progress`.

    Args:
        raw, preprocessed, results: nnU-Net's three folders.
        log: file that nnU-Net's prints are appended to; None leaves them where they go.
        augmentation_workers: processes that augment during training; 0 augments in this one. Planning takes the same
            number as a thread count, so it must not be 0 there; None is the number of cores.
    """
    variables = {"nnUNet_raw": str(raw), "nnUNet_preprocessed": str(preprocessed), "nnUNet_results": str(results)}
    if augmentation_workers is not None:
        variables["nnUNet_n_proc_DA"] = str(augmentation_workers)
    with _one_at_a_time, _environment(variables), _timed_kernels(), contextlib.ExitStack() as stack:
        outside = sys.stdout
        if log is not None:
            make_folder(log.parent)
            # Line by line, to be read while it grows, and because forked helper processes would write a buffer again.
            stream = stack.enter_context(log.open("a", encoding="utf-8", buffering=1))
            stack.enter_context(contextlib.redirect_stdout(stream))
            stack.callback(setattr, threading, "excepthook", threading.excepthook)
            threading.excepthook = lambda error: traceback.print_exception(error.exc_value, file=stream)
        yield outside


@contextlib.contextmanager
def prediction_session() -> Iterator[TextIO]:
    """As :func:`nnunet_session`, to build a network and predict; what nnU-Net prints is thrown away."""
    with _one_at_a_time, _environment({}), _timed_kernels():
        outside = sys.stdout
        with quiet():
            yield outside


@contextlib.contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    """Our variables and none of the user's that give orders; afterwards everything as it was."""
    before = _orders()
    for name in before:
        del os.environ[name]
    os.environ.update({**_ENVIRONMENT, **variables})
    try:
        yield
    finally:
        for name in _orders():
            del os.environ[name]
        os.environ.update(before)


def _orders() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.upper().startswith(_ORDERS) and name.upper() != _KEPT}


@contextlib.contextmanager
def _timed_kernels() -> Iterator[None]:
    """cuDNN as nnU-Net's own commands set it for training and prediction: it times its algorithms and takes the fastest."""
    from torch.backends import cudnn

    before = cudnn.benchmark, cudnn.deterministic
    cudnn.benchmark, cudnn.deterministic = True, False
    try:
        yield
    finally:
        cudnn.benchmark, cudnn.deterministic = before


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Throw away what nnU-Net prints."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        yield


def printing_progress(progress: Progress, outside: TextIO) -> Progress:
    """The progress, whose prints go to a stream although it is called within a session."""

    def report(step: int, total: int, message: str = "", **metrics: float) -> None:
        with contextlib.redirect_stdout(outside):
            progress(step, total, message, **metrics)

    return report


def find_trainer(name: str) -> Any:
    """nnU-Net's trainer class of that name.

    Raises:
        InputError: nnU-Net has none.
    """
    why = ""
    with prediction_session():
        from nnunetv2.utilities.find_objects import recursive_find_trainer_class_by_name

        try:
            found = recursive_find_trainer_class_by_name(name)
        except (RuntimeError, ImportError, TypeError) as error:  # of any of its trainers' files, which it imports one by one
            found, why = None, f" ({short(error)})"
    if found is None:
        message = f"segmentation.trainer={name}: nnU-Net finds no such trainer class{why}; use nnUNetTrainer or one that nnU-Net can find."
        raise InputError(message)
    return found

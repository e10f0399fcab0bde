"""From any exception to one sentence that a user can act on, and an exit status."""

from __future__ import annotations

import errno
import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path

from .errors import CrossModaError, InputError
from .files import FULL, GO_ON

INTERRUPTED = 130
# How PyTorch, C++, ITK, a library that does not fit, and a thread without room for its stack say that memory ran out.
_MEMORY_SIGNS = (
    "can't allocate memory",
    "cannot allocate memory",
    "not enough memory",
    "bad_alloc",
    "failed to allocate memory",
    "failed to map segment from shared object",
    "can't start new thread",
)
_GPUS = ("cuda", "hip", "mps", "gpu", "cudnn", "cublas")
# What disks, network drives and limits on open files do to a file whose name the system does not tell.
_DISK_TROUBLE = {
    getattr(errno, name)
    for name in ("EACCES", "EPERM", "EROFS", "EIO", "ENXIO", "ENODEV", "EFBIG", "ESTALE", "ETIMEDOUT", "EMFILE", "ENFILE", "ENAMETOOLONG")
    if hasattr(errno, name)
}


def explain(error: BaseException, log: Path | None = None) -> tuple[str, int]:
    """The sentence and the exit status (1 failed, 2 bad input, 130 interrupted) for an exception.

    Args:
        log: the file with the details, to be named for an unexpected error (:func:`is_unexpected`).
    """
    told = _expected(error, log.parent if log else None)
    if told and log and is_unexpected(error):
        return f"{told[0].rstrip('.')}. Details are in {log}.", told[1]
    return told or (
        f"Unexpected {type(error).__name__}: {_one_line(error)}; please report it{f' with {log}' if log else ''}.",
        CrossModaError.exit_status,
    )


def is_unexpected(error: BaseException) -> bool:
    """Whether an exception may be a fault of this program or a library, so that its traceback should be kept.

    Of what the system says of files, only permissions, a full disk and too long a name are surely the user's to mend.
    """
    told = _expected(error, None)
    return told is None or (isinstance(error, OSError) and told[1] == CrossModaError.exit_status and not _is_for_the_user(error))


def _is_for_the_user(error: OSError) -> bool:
    return error.errno in _DISK_TROUBLE or is_out_of_memory(error) or _is_disk_full(error)


def _expected(error: BaseException, folder: Path | None) -> tuple[str, int] | None:
    """Sentence and exit status for errors a user can cause; None for a fault of this program or of a library.

    Args:
        folder: where the work's files are, for an error that does not say which it was.
    """
    if isinstance(error, CrossModaError):
        return str(error), error.exit_status
    if _follows_interrupt(error):
        return "Interrupted; run the same command to continue where it stopped.", INTERRUPTED
    if is_out_of_memory(error):
        return "Memory ran out; close other programs, or run with --set helper_processes=0 and smaller batches.", 1
    if _is_gpu_out_of_memory(error):
        return (
            "The GPU ran out of memory; end other programs that use it, run on another with --device, "
            "or lower translation.batch_size or segmentation.memory_gb in a new experiment."
        ), 1
    if _is_disk_full(error):
        place = (error.filename if isinstance(error, OSError) else None) or folder
        return f"The disk is full{f' (writing {place})' if place else ''}; free some space, then go on ({GO_ON}).", 1
    if isinstance(error, OSError):
        return _explain_os_error(error)
    if isinstance(error, ModuleNotFoundError) and error.name and _is_missing(package := error.name.partition(".")[0]):
        return missing_packages([package]), 1
    return None


def _follows_interrupt(error: BaseException | None) -> bool:
    """Whether it is an interrupt, or came up while one was on its way: PyTorch complains of the file that it could not finish."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error is not None


def is_of_this_machine(error: BaseException) -> bool:
    """Whether an exception tells of memory, a GPU, a disk or a missing package, and so nothing of the file that was being read."""
    return (
        isinstance(error, OSError | ImportError)
        or is_out_of_memory(error)
        or _is_gpu_out_of_memory(error)
        or "CUDA error" in str(error)
        or _is_disk_full(error)
    )


def missing_packages(packages: Sequence[str]) -> str:
    """The sentence on Python packages that are not installed."""
    several = len(packages) > 1
    missing = f"The Python package{'s' if several else ''} {', '.join(packages)} {'are' if several else 'is'} missing"
    if getattr(sys.modules.get("slicer"), "app", None) is None:
        return f"{missing}; install with: {sys.executable} -m pip install {' '.join(packages)}"
    # A plain pip could replace the builds of numpy and SimpleITK that Slicer itself is linked with.
    first = "install the extension PyTorch with Slicer's Extensions Manager, " if "torch" in packages else ""
    return f"{missing}; {first}open the module CrossMoDA UDA and press Install what is missing in its section Python packages."


def _explain_os_error(error: OSError) -> tuple[str, int] | None:
    """For an error of the system's on a file or of a disk. Libraries raise OSError in words of their own for anything."""
    if error.errno is None or not (error.filename or error.errno in _DISK_TROUBLE):
        return None
    name = error.filename or "A file"
    if error.errno == errno.ENAMETOOLONG:
        return f"{name} is a longer name than the disk takes; choose a shorter one.", InputError.exit_status
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            f"{name} may not be written or read ({error.strerror}); change its permissions or choose another folder.",
            InputError.exit_status,
        )
    return f"{name}: {error.strerror or _one_line(error)}; check the path and the disk, then try again.", 1


def _is_missing(package: str) -> bool:
    """Whether a package is not installed. One that is and lacks a module does not fit the others, or a path is wrong."""
    try:
        return importlib.util.find_spec(package) is None
    except (ImportError, ValueError):
        return False


def is_out_of_memory(error: BaseException) -> bool:
    """Whether this machine's memory ran out, a GPU's apart."""
    if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
        return True
    text = str(error).lower()
    return "gpu" not in text and "cuda" not in text and any(sign in text for sign in _MEMORY_SIGNS)


def _is_disk_full(error: BaseException) -> bool:
    """Whether the system says that the disk or the user's share of it is full; see :func:`.files.asking_the_disk`."""
    return "No space left on device" in str(error) if not isinstance(error, OSError) else error.errno in FULL


def _is_gpu_out_of_memory(error: BaseException) -> bool:
    text = str(error).lower()
    return type(error).__name__ == "OutOfMemoryError" or ("out of memory" in text and any(name in text for name in _GPUS))


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300] or "no message"


def write_traceback(error: BaseException) -> Path | None:
    """A file with the details of an unexpected error, for a report; None for any other error."""
    import tempfile
    import traceback

    if not is_unexpected(error):
        return None
    try:
        with tempfile.NamedTemporaryFile(prefix="crossmoda_uda_", suffix=".log", delete=False) as log:
            log.write("".join(traceback.format_exception(error)).encode("utf-8", "backslashreplace"))
    except OSError:
        return None
    return Path(log.name)

"""From any exception to one sentence that a user can act on, and an exit status."""

from __future__ import annotations

import errno

from .errors import CrossModaError, InputError

INTERRUPTED = 130


def explain(error: BaseException) -> tuple[str, int]:
    """The sentence and the exit status (1 failed, 2 bad input, 130 interrupted) for an exception."""
    if isinstance(error, CrossModaError):
        return str(error), error.exit_status
    if isinstance(error, KeyboardInterrupt):
        return "Interrupted; run the same command to continue where it stopped.", INTERRUPTED
    if isinstance(error, MemoryError) or "can't allocate memory" in str(error):
        return "Memory ran out; close other programs, or run with --set workers=0 and smaller batches.", 1
    if _is_gpu_out_of_memory(error):
        return (
            "The GPU ran out of memory; lower translation.batch_size or segmentation.memory_gb in a new experiment, "
            "free the GPU, or run on another with --device."
        ), 1
    if isinstance(error, OSError):
        return _explain_os_error(error)
    if isinstance(error, ModuleNotFoundError):
        return f"The Python package '{error.name}' is missing; install it (pip install {error.name}).", 1
    return f"Unexpected {type(error).__name__}: {_one_line(error)}; please report it with the log.", 1


def _explain_os_error(error: OSError) -> tuple[str, int]:
    name = error.filename or "a file"
    if error.errno == errno.ENOSPC or error.errno == errno.EDQUOT:
        return f"The disk is full (writing {name}); free some space and run the same command to continue.", 1
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            f"{name} may not be written or read ({error.strerror}); change its permissions or choose another folder.",
            InputError.exit_status,
        )
    return f"{name}: {error.strerror or _one_line(error)}; check the path and the disk, then run the same command again.", 1


def _is_gpu_out_of_memory(error: BaseException) -> bool:
    return type(error).__name__ == "OutOfMemoryError" or "out of memory" in str(error).lower()


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300] or "no message"

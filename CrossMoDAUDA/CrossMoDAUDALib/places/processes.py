"""The command line as a process of its own, as the panel starts it: a worker that outlives it, or a command that does not."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.errors import CrossModaError

if TYPE_CHECKING:
    import psutil

SECONDS_TO_DIE = 3.0
SECONDS_BETWEEN_LOOKS = 0.5
NICER = 5  # than its starter: where all processors are busy, a window is drawn at once and the work hardly slower
NICEST = 19
# Who must be alive for this process to go on: process id and start time. Not the parent's id as the operating system
# tells it, because between Slicer and a Python of Slicer's is a launcher.
_OWNER = "CROSSMODA_ENDS_WITH"
_TAIL_BYTES = 1 << 16


def command(arguments: Sequence[str]) -> list[str]:
    """The words that run the command line with this program's Python, in Slicer with Slicer's own.

    Raises:
        CrossModaError: its script is not where the extension or a checkout has it, and the library is no installed package.
    """
    library = Path(__file__).resolve().parents[1]
    places = (library.parent / "CrossMoDAUDAScripts", library.parent.parent / "Scripts")
    script = next((place / "crossmoda_uda.py" for place in places if (place / "crossmoda_uda.py").is_file()), None)
    if script is not None:
        return [sys.executable, str(script), *arguments]
    import importlib.metadata  # which takes longer than --help

    if any(importlib.metadata.distributions(name="CrossMoDAUDA", path=[str(library.parent)])):
        return [sys.executable, "-P", "-m", library.name, *arguments]  # -P: not what the current folder holds under that name
    raise CrossModaError(f"{places[0] / 'crossmoda_uda.py'} is missing; reinstall the extension.")


class Process:
    """A run of the command line in a process, with its output in a file.

    Attributes:
        pid: its process id.
        log: the file.
    """

    def __init__(self, running: subprocess.Popen[bytes], started: float, log: Path, offset: int) -> None:
        self._running = running
        self._started = started
        self._offset = offset
        self.log = log
        self.pid = running.pid

    @classmethod
    def start(cls, arguments: Sequence[str], log: Path, detached: bool, gently: bool = False) -> Process:
        """Start the command line with no input, in a process group of its own.

        Args:
            arguments: the command and its options.
            log: what it says on both outputs is appended here.
            detached: it goes on when this process ends; otherwise it ends too then, even if this one is killed.
            gently: leave the processors to this process where all are busy.

        Raises:
            CrossModaError: the log cannot be written or the process cannot be started.
        """
        import psutil

        environment = {name: value for name, value in os.environ.items() if name != _OWNER}
        environment["PYTHONUTF8"] = "1"
        if not detached:
            environment[_OWNER] = f"{os.getpid()} {psutil.Process().create_time()}"
        flags = 0
        if sys.platform == "win32":
            # Not DETACHED_PROCESS: without a console, each helper process of nnU-Net's would open a window of its own.
            flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
            flags |= subprocess.BELOW_NORMAL_PRIORITY_CLASS if gently else 0
        try:
            log.parent.mkdir(parents=True, exist_ok=True)
            with log.open("ab") as output:
                offset = output.seek(0, os.SEEK_END)
                running = subprocess.Popen(
                    command(arguments),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env=environment,
                    creationflags=flags,
                    start_new_session=True,
                )
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise CrossModaError(f"{error.filename or log} could not be used ({why}); check its permissions and its disk.") from None
        if gently and sys.platform != "win32":
            with contextlib.suppress(psutil.Error, OSError):  # it may have ended already
                _step_back(running.pid)
        return cls(running, time.time(), log, offset)

    def poll(self) -> int | None:
        """Its exit status; None while it runs."""
        return self._running.poll()

    def last_words(self, lines: int = 8) -> str:
        """The last lines that it has said so far, without those of earlier processes with the same log."""
        try:
            with self.log.open("rb") as log:
                end = log.seek(0, os.SEEK_END)
                log.seek(max(self._offset, end - _TAIL_BYTES))
                said = log.read().decode("utf-8", "replace")
        except OSError:
            return ""
        # A progress bar overwrites itself; what it showed last counts.
        return "\n".join([line.rpartition("\r")[2] for line in said.replace("\r\n", "\n").rstrip().split("\n")][-lines:])

    def kill(self) -> None:
        """End it and all processes that it has started, at once; returns when they are gone, after at most 3 s."""
        if self.poll() is None:
            kill_tree(self.pid, self._started)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._running.wait(SECONDS_TO_DIE)

    def kill_now(self) -> list[psutil.Process]:
        """As :meth:`kill`, without waiting; the processes that are going."""
        return kill_now(self.pid, self._started) if self.poll() is None else []


def _step_back(pid: int) -> None:
    """Let a process that has just been started, and with it its threads and children, leave the processors to this thread.

    Slicer 5.12 on Linux gives its window's thread the lowest priority, by mistake for one of its own in the background
    (``setpriority`` of ``getpid()`` in vtkSlicerApplicationLogic.cxx). Nothing is nicer than that, but idle is.
    """
    import psutil

    wanted = os.nice(0) + NICER
    psutil.Process(pid).nice(min(wanted, NICEST))
    if wanted > NICEST and sys.platform == "linux":
        os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0))


def kill_tree(pid: int, started: float | None) -> bool:
    """End a process and all that it has started, without asking; waits up to 3 s until they are gone.

    Args:
        pid, started: as for :func:`kill_now`.

    Returns:
        Whether it was killed: False when there is no such process, or it is another or not ours to kill.
    """
    tree = kill_now(pid, started)
    deadline = time.monotonic() + SECONDS_TO_DIE
    while time.monotonic() < deadline and not are_gone(tree):
        time.sleep(0.02)
    return bool(tree)


def kill_now(pid: int, started: float | None) -> list[psutil.Process]:
    """End a process and all that it has started, without asking and without waiting until they are gone.

    Args:
        pid: the process.
        started: when it was already there, in seconds since 1970, if that is known. A process that began more than
            2 s later has only got the same number, and is left alone.

    Returns:
        The processes that are going; none when there is no such process, or it is another or not ours to kill.
    """
    import psutil

    try:
        root = psutil.Process(pid)
        if _is_gone(root) or (started is not None and root.create_time() > started + 2):
            return []
        with contextlib.suppress(psutil.Error):
            root.suspend()  # so that it starts nothing more while its tree is looked at
        tree = [root, *root.children(recursive=True)]
        root.kill()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return []
    for process in tree[1:]:
        with contextlib.suppress(psutil.Error):
            process.kill()
    return tree


def are_gone(tree: Sequence[psutil.Process]) -> bool:
    """Whether all of these processes have ended."""
    return all(_is_gone(process) for process in tree)


def _is_gone(process: psutil.Process) -> bool:
    """Whether a process has ended, if perhaps nobody has asked for its exit status yet."""
    import psutil

    try:
        # A zombie that still has threads has not let go of its files.
        return not process.is_running() or (process.status() == psutil.STATUS_ZOMBIE and process.num_threads() <= 1)
    except psutil.NoSuchProcess:
        return True
    except psutil.AccessDenied:
        return False


def end_with_owner() -> None:
    """In a process that :meth:`Process.start` started not detached: end when the starter is gone, even killed."""
    owner = os.environ.pop(_OWNER, "")
    if not owner:
        return
    import psutil

    number, _, created = owner.partition(" ")
    try:
        process: psutil.Process | None = psutil.Process(int(number))
        if process is not None and abs(process.create_time() - float(created)) > 1:
            process = None
    except psutil.NoSuchProcess:
        process = None

    def watch() -> None:
        while process is not None and not _is_gone(process):
            time.sleep(SECONDS_BETWEEN_LOOKS)
        os._exit(1)

    threading.Thread(target=watch, name="ends with its owner", daemon=True).start()

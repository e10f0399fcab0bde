"""The child process in which specimens are fed to the command line, one after the other; ``keeper.py`` starts it.

Reads one JSON object a line from standard input and answers each with one on standard output:
``{"arguments": [...], "folder": ...}`` runs the command line, ``{"read": path}`` reads a scan. What either writes to the
standard streams, also from C++, comes back with the answer.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

# What a command may claim on top of what the libraries have claimed: enough for small scans, too little for a bomb.
MEMORY = 3 << 30


def main() -> None:
    requests = os.fdopen(os.dup(0), encoding="utf-8")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        for stream, number in ((out, 1), (err, 2)):
            os.dup2(stream.fileno(), number)
        for name in ("stdout", "stderr"):
            getattr(sys, name).reconfigure(encoding="utf-8", errors="backslashreplace")
        for line in requests:
            answer = _answer(json.loads(line))
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
            answer["output"], answer["errors"] = _taken(out), _taken(err)
            print(json.dumps(answer), file=answers, flush=True)


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    if "limit" in request:
        _limit_memory()
        return {}
    before, began = _peak(anew=True), time.monotonic()
    answer = _read(Path(request["read"])) if "read" in request else _run(request)
    return {**answer, "seconds": time.monotonic() - began, "megabytes": _peak() - before}


def _run(request: dict[str, Any]) -> dict[str, Any]:
    from CrossMoDAUDALib.commands import cli

    os.chdir(request["folder"])
    try:
        if request["arguments"][:1] and request["arguments"][0].startswith("exec:"):  # for the tests of the keeper
            exec(request["arguments"][0].removeprefix("exec:"))
            return {"status": 2}
        return {"status": cli.main(request["arguments"])}
    except BaseException as error:  # nothing may escape from main
        return {"status": None, "escaped": repr(error)}
    finally:
        os.chdir(tempfile.gettempdir())


def _read(path: Path) -> dict[str, Any]:
    import numpy as np
    from CrossMoDAUDALib.core.errors import InputError
    from CrossMoDAUDALib.images.volumes import read_volume

    try:
        volume = read_volume(path)
    except InputError as error:
        return {"refused": str(error)}
    except BaseException as error:
        return {"escaped": repr(error)}
    geometry = volume.geometry
    return {
        "size": geometry.size,
        "spacing": geometry.spacing,
        "origin": geometry.origin,
        "direction": geometry.direction,
        "finite": bool(np.isfinite(volume.array).all()),
    }


def _taken(stream: Any) -> str:
    stream.seek(0)
    text: str = stream.read().decode("utf-8", "backslashreplace")
    stream.seek(0)
    stream.truncate()
    return text


def _peak(anew: bool = False) -> float:
    """The most memory this process has held, in megabytes; 0 where the system does not tell.

    Args:
        anew: forget what was before, where the system can.
    """
    with contextlib.suppress(OSError, IndexError):  # Linux only; getrusage would also count the parent at the start
        if anew:
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        text = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        return int(text.split("VmHWM:")[1].split()[0]) / 1024
    try:
        import resource
    except ModuleNotFoundError:
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def _limit_memory() -> None:
    with contextlib.suppress(OSError, ModuleNotFoundError, ValueError):  # Linux only
        import resource

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        most = pages * os.sysconf("SC_PAGE_SIZE") + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (most, resource.RLIM_INFINITY))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    main()

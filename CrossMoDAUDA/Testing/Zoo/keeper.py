"""Feeds specimens to the command line in a child process, and judges: one sentence, no crash, no hang, nothing left behind."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import re
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .specimen import Pantry, Place, Specimen

SECONDS = 10.0
SECONDS_TO_START = 180.0
MEGABYTES = 600
LONGEST_SENTENCE = 1500
_PROBLEMS = re.compile(r"^\d+ problems?:\n", re.MULTILINE)


@dataclass(frozen=True)
class Verdict:
    """What came of one specimen: the faults (none: refused cleanly) and what was said."""

    faults: list[str]
    said: str
    seconds: float


class Keeper:
    """Holds the child process, and starts another after one that has crashed or hung.

    Args:
        folder: where specimens live; must be empty.
        pantry: good files.
        warm: feed good inputs first, which imports the libraries, outside the time that a specimen may take.
    """

    def __init__(self, folder: Path, pantry: Pantry, warm: bool = True) -> None:
        self._warm = warm
        self._folder = folder
        self.pantry = pantry
        self._child: subprocess.Popen[str] | None = None
        self._count = 0
        self._temporary = folder / "temporary files"
        self._temporary.mkdir()
        self._answers: queue.Queue[str] = queue.Queue()
        self._good = self._good_files()

    def __enter__(self) -> Keeper:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
        assert self._good_files() == self._good, "a specimen has changed a good file"

    def place(self) -> Place:
        """New surroundings."""
        self._count += 1
        place = Place(self._folder / str(self._count), self.pantry)
        for folder in (place.inputs, place.working):
            folder.mkdir(parents=True)
        return place

    def judge(self, specimen: Specimen) -> Verdict:
        """Make a specimen, feed it and judge.

        Raises:
            CannotBeMade: this system knows no such thing.
        """
        place = self.place()
        arguments = [str(argument) for argument in specimen.make(place)]
        before = self._surroundings(place)
        answer = self.ask({"arguments": arguments, "folder": str(place.working)})
        faults = [*answer.get("faults", []), *(_judge(specimen, answer) if "status" in answer else [])]
        after = self._surroundings(place)
        changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
        faults += [f"changed outside the output folder: {', '.join(changed[:5])}"] if changed else []
        left = {path.name for path in place.output.rglob("*")} - specimen.may_leave if place.output.is_dir() else set[str]()
        faults += [f"left in the output folder: {', '.join(sorted(left)[:5])}"] if left else []
        said = answer.get("output", "") + answer.get("errors", "")
        return Verdict([f"{specimen.name}: {fault}" for fault in faults], said, answer.get("seconds", SECONDS))

    def read(self, path: Path) -> dict[str, Any]:
        """What reading a scan comes to: ``refused`` with the sentence, or the grid; ``faults`` if neither."""
        answer = self.ask({"read": str(path)})
        answer.setdefault("faults", [])
        if "escaped" in answer:
            answer["faults"].append(f"an exception: {answer['escaped']}")
        errors = answer.get("errors", "")
        if errors and "vnl_svd" not in errors:  # ITK's, of an affine matrix with numbers next to zero; it is read all the same
            answer["faults"].append(f"written to standard error: {errors[:500]}")
        if answer.get("megabytes", 0) > MEGABYTES:
            answer["faults"].append(f"took {answer['megabytes']:.0f} MB")
        if "refused" in answer:
            answer["faults"] += _not_a_sentence(answer["refused"], path.name)
        return answer

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """The child's answer, or ``{"faults": [...]}`` if it crashed or was too slow."""
        self._start()
        self._write(request)
        answer = self._next(SECONDS)
        if answer is not None:
            return answer
        hangs = self._child is not None and self._child.poll() is None and self._alive()
        status = self._end()
        return {"faults": [f"hangs: no answer in {SECONDS:.0f} seconds" if hangs else f"crash of the interpreter: it ended with {status}"]}

    def _surroundings(self, place: Place) -> dict[str, tuple[int, int, int]]:
        """Everything around a specimen but its output folder: its files, the working folder, temporary files, neighbours' names."""
        listed: dict[str, tuple[int, int, int]] = {}
        for top in (place.root, self._temporary):
            for path in top.rglob("*"):
                if path.name.startswith("torchinductor"):  # PyTorch's own, made when it is first used
                    continue
                if path != place.output and place.output not in path.parents:
                    status = path.lstat()
                    listed[str(path)] = (status.st_mode, status.st_size, status.st_mtime_ns if not path.is_dir() else 0)
        listed.update((str(path), (0, 0, 0)) for path in self._folder.iterdir())
        return listed

    def _good_files(self) -> dict[Path, int]:
        tops = (self.pantry.cohort, self.pantry.experiment)
        return {path: path.stat().st_mtime_ns for top in tops for path in top.rglob("*") if path.is_file()}

    def _start(self) -> None:
        if self._child is not None and self._child.poll() is None:
            return
        self._end()
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8", "NO_COLOR": "1"}
        environment.update({name: str(self._temporary) for name in ("TMPDIR", "TEMP", "TMP")})
        environment["CROSSMODA_MODELS"] = str(self._folder / "imported models")  # where nothing may ever be
        self._child = subprocess.Popen(
            [sys.executable, "-m", "Testing.Zoo.cage"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            cwd=Path(__file__).resolve().parents[2],
            env=environment,
        )
        self._answers = queue.Queue()
        threading.Thread(target=_pour, args=(self._child.stdout, self._answers), daemon=True).start()
        if self._warm:
            self._feed_good_ones()
        self._write({"limit": True})
        assert self._next(SECONDS) is not None

    def _feed_good_ones(self) -> None:
        """Import the libraries, and see that good inputs are not refused."""
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            for name in ("translate", "segment"):
                place = Place(Path(folder) / name, self.pantry)
                place.working.mkdir(parents=True)
                arguments = [name, self.pantry.experiment, self.pantry.scan, "-o", place.output, "--device", "cpu"]
                self._write({"arguments": [str(argument) for argument in arguments], "folder": str(place.working)})
                answer = self._next(SECONDS_TO_START)
                assert answer is not None and answer["status"] == 0, f"{name} refuses a good scan: {answer}"
                assert any(place.output.iterdir())
        # Finding a trainer of another name imports all of nnU-Net's.
        trainer = ["run", "--crossmoda", self.pantry.cohort, "-o", self._folder / "none", "--set", "segmentation.trainer=None"]
        self._write({"arguments": [str(argument) for argument in trainer], "folder": str(self._folder)})
        assert self._next(SECONDS_TO_START) is not None

    def _write(self, request: dict[str, Any]) -> None:
        assert self._child is not None and self._child.stdin is not None
        self._child.stdin.write(json.dumps(request) + "\n")
        self._child.stdin.flush()

    def _next(self, seconds: float) -> dict[str, Any] | None:
        try:
            line = self._answers.get(timeout=seconds)
        except queue.Empty:
            return None
        found: dict[str, Any] | None = json.loads(line) if line else None
        return found

    def _alive(self) -> bool:
        """Whether a silent child is still there once its death would have been noticed."""
        assert self._child is not None
        try:
            self._child.wait(0.5)
        except subprocess.TimeoutExpired:
            return True
        return False

    def _end(self) -> str:
        """End the child; how it ended, in words."""
        child, self._child = self._child, None
        if child is None:
            return ""
        if child.stdin is not None:
            with contextlib.suppress(OSError):
                child.stdin.close()
        try:
            status = child.wait(2)
        except subprocess.TimeoutExpired:
            child.kill()
            status = child.wait()
        if child.stdout is not None:
            child.stdout.close()
        names = {-number: number.name for number in signal.Signals}
        return names.get(status, f"status {status}")


def _pour(lines: Any, answers: queue.Queue[str]) -> None:
    try:
        for line in lines:
            answers.put(line)
    except ValueError:  # closed
        pass
    answers.put("")


def _judge(specimen: Specimen, answer: dict[str, Any]) -> list[str]:
    faults = []
    output, errors = answer["output"], answer["errors"]
    if answer.get("escaped"):
        faults.append(f"an exception escaped: {answer['escaped']}")
    if answer["status"] not in specimen.status:
        faults.append(f"exit status {answer['status']}, not {specimen.status}; it said: {(output + errors)[-600:]}")
    if answer["megabytes"] > MEGABYTES:
        faults.append(f"took {answer['megabytes']:.0f} MB")
    if answer["seconds"] > SECONDS:
        faults.append(f"took {answer['seconds']:.1f} s")
    if answer["status"] == 0 and specimen.may_warn:
        return faults + [fault for line in errors.splitlines() for fault in _not_a_complaint(line, specimen.says, "warning: ")]
    if answer["status"] == 0 and 0 in specimen.status:  # passed over, which must be silent
        return faults + ([f"written to standard error: {errors[:600]}"] if errors else [])
    if not specimen.on_stdout:
        return faults + _not_a_complaint(errors, specimen.says)
    table, listed = _PROBLEMS.search(output), list[str]()
    if table:
        problems = output[table.end() :].partition("\n\n")[0].splitlines()
        listed = [line.removeprefix(f"  {number}. ") for number, line in enumerate(problems, 1)]
    told = [line for line in listed if specimen.says in line]
    if any(line.startswith(" ") for line in listed) or any(not line.isprintable() for line in output.splitlines()):
        faults.append(f"a problem is not one line: {output[-600:]}")
    if errors:
        faults.append(f"written to standard error: {errors[:600]}")
    if not told:
        faults.append(f"no problem names {specimen.says}: {output[-600:]}")
    for sentence in told:
        faults += _not_a_sentence(sentence, specimen.says)
    return faults


def _not_a_complaint(errors: str, says: str, kind: str = "") -> list[str]:
    start = f"crossmoda_uda: {kind}"
    if not errors.startswith(start):
        return [f"does not complain: {errors[:600]!r}"]
    return _not_a_sentence(errors.removeprefix(start).removesuffix("\n").removesuffix("\r"), says)


def _not_a_sentence(text: str, says: str) -> list[str]:
    """What keeps a text from being one sentence that names the bad thing; nothing if it is."""
    faults = []
    if len(text.splitlines()) != 1:
        faults.append(f"not one line: {text[:600]!r}")
    if not text.isprintable():
        faults.append(f"characters that do something to a terminal: {text[:600]!r}")
    if says not in text:
        faults.append(f"does not name {says!r}: {text[:600]}")
    if len(text) > LONGEST_SENTENCE:
        faults.append(f"{len(text)} characters long: {text[:300]} ...")
    if not text.endswith((".", ")", "?")):
        faults.append(f"ends without a full stop: {text[-300:]}")
    for word in ("Traceback", "Unexpected ", "Error:", "Memory ran out", "errno"):
        if word in text:
            faults.append(f"not a sentence for people: {text[:600]}")
    return faults

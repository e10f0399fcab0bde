"""The way to another computer: the system's own ``ssh``, and ``rsync`` or ``sftp`` for files.

The user's configuration, keys, agent and jump hosts are ``ssh``'s business. No name of the user's is ever on a command line that a
shell reads: requests travel on standard input, and files under names of ours from a folder of ours.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from ..core.errors import CrossModaError, InputError, printable, short
from . import there, there_array, there_common, there_reasons, there_setup, there_slurm
from .known import KnownPlace

OLDEST = (3, 11)
SECONDS_TO_CONNECT = 20
SESSIONS_AT_ONCE = 5  # of one connection, from several threads; sshd lets it have ten (MaxSessions)
SECONDS_KEPT = 60  # a connection is kept for the next request, so that ssh asks for a password once
_OLD = "@crossmoda-uda-old@"
# Reads the request's code, its length first, and runs it; an older Python could not even read it.
_BOOT = (
    f"import sys;v=sys.version_info[:3];v<{OLDEST} and (sys.stdout.write('{_OLD} %d.%d.%d'%v),sys.exit(3));"
    "b=sys.stdin.buffer;exec(compile(b.read(int(b.readline())),'there','exec'))"
)
_EXIT_OF_SSH = 255
# What ssh says when it could not connect, and what to do. The first that fits counts.
_CHANGED_KEY = (
    "shows another host key than before; if that is right, remove the old one with `ssh-keygen -R` and connect once with ssh, else ask its"
    " people"
)
_REFUSED = (
    ("REMOTE HOST IDENTIFICATION HAS CHANGED", _CHANGED_KEY),
    ("Host key verification failed", "is not known to ssh yet; connect once with `ssh {host}` and accept its host key"),
    # With the ways that were tried in brackets, unlike a file's "Permission denied" and rsync's "(13)".
    (r"Permission denied \([a-z]", "refuses the login; see that `ssh {host}` works without asking (a key in ssh-agent), or run this in a"
     " terminal"),
    ("Too many authentication failures", "refuses the login; name the right key for it in ~/.ssh/config (IdentityFile, IdentitiesOnly)"),
    ("Could not resolve hostname", "is unknown; check its name, in ~/.ssh/config too"),
    ("Bad configuration option", "cannot be reached: ssh's configuration has an error"),
    ("Can't open user config file", "cannot be reached: ssh's configuration file is missing"),
    ("no such identity", "cannot be reached: the key that ssh's configuration names is missing"),
)  # fmt: skip
_NO_NETWORK = "Temporary failure in name resolution"  # the name may be right: the network here is away
# Ours, nnU-Net's and wheels'. Nothing in them is a command of sftp's, an option or a way out of a folder; a space is quoted.
_NAME = re.compile(r"[A-Za-z0-9._][A-Za-z0-9._+ -]*(/[A-Za-z0-9._+ -]+)*")
_FULL = ("No space left on device", "Disk quota exceeded", "No space")


class UnreachableError(CrossModaError):
    """The connection failed or broke off; what was asked may be asked again."""


class SilentError(UnreachableError):
    """A cluster's Slurm does not answer."""


class GoneError(CrossModaError):
    """What was begun there is there no longer."""


class TooManyError(CrossModaError):
    """More jobs than the cluster lets the user have; fewer may do."""


class LimitError(TooManyError):
    """A limit of the cluster's that it does not name: fewer jobs may do, or not."""


_KINDS = {kind.__name__: kind for kind in (SilentError, GoneError, TooManyError, LimitError)}  # as :mod:`.there_common` has them


class RefusedBySshError(InputError):
    """``ssh`` itself says no (an unknown name, a login that is refused): the user's to mend, unless it worked before."""


def is_plain_name(name: str) -> bool:
    """Whether a file's relative name, which the other side may have told, is one that :class:`Connection` copies.

    >>> is_plain_name("stages/it 1.json"), is_plain_name("../.bashrc"), is_plain_name('a"\\n!ls'), is_plain_name("-x")
    (True, False, False, False)
    """
    return bool(_NAME.fullmatch(name)) and not {".", ".."} & set(name.split("/"))


def has_rsync_here() -> bool:
    """Whether there is an ``rsync`` on this computer that can be used."""
    return os.name == "posix" and there_setup.has_rsync()


class Connection:
    """A way to run requests on a place and to copy files to and from it.

    Args:
        place: where to.
        python: the Python there that runs the requests.
        asks: whether ``ssh`` may ask the user for a password, on the terminal.
        shared: connections with the same word share one that is kept; the empty one is that of all usual work.
    """

    def __init__(self, place: KnownPlace, python: str = "python3", asks: bool | None = None, shared: str = "") -> None:
        self.place = place
        self.python = python
        self._shared = shared
        self._turns = threading.BoundedSemaphore(SESSIONS_AT_ONCE)
        self._opening = threading.Lock()
        self._asks = sys.stdin is not None and sys.stdin.isatty() if asks is None else asks

    def ask(self, do: str, payload: bytes = b"", tell: Callable[[str], None] | None = None, **values: Any) -> Any:
        """The answer of a function of :mod:`.there`.

        Args:
            payload: what it reads after the request.
            tell: is told each line that is said before the answer.

        Raises:
            UnreachableError: there is no connection, or it broke off; or Slurm does not answer there.
            GoneError, TooManyError, CrossModaError: it was refused, in a sentence.
        """
        code = _agent().encode()
        request = json.dumps({"do": do, "with": values}).encode()
        command = [*self._ssh(), "--", self.place.ssh, f"{_quoted(self.python)} -c {shlex.quote(_BOOT)}"]
        status, said, errors = self._run(command, b"%d\n%s%s\n%s" % (len(code), code, request, payload), tell)
        _, found, answer = said.rpartition(there.MARK)
        if found:
            try:
                told = json.loads(answer)
            except ValueError:
                raise UnreachableError(f"The connection to {self.place.name} broke off in mid-answer; try again.") from None
            if "refused" in told:
                raise _KINDS.get(told.get("kind", ""), CrossModaError)(f"On {self.place.name}: {_with_advice(told['refused'], self.place)}")
            return told["answer"]
        raise self._failure(status, said, errors)

    def _failure(self, status: int, said: str, errors: str) -> CrossModaError:
        name = self.place.name
        if _OLD in said:
            version = said.rpartition(_OLD)[2].split()[0]
            return InputError(f"Python on {name} is {version}; 3.11 to 3.13 is needed: name another there with `place add --python`.")
        if status == _EXIT_OF_SSH or status < 0:
            return self._unreachable(errors)
        if status in (126, 127) or "not found" in errors or "No such file" in errors:
            if "/environment/" in self.python:
                return InputError(f"{name} has no environment of ours yet; run `place install {name}`.")
            return InputError(f"{name} has no {self.python}; install Python 3.11 to 3.13 there, or name it with `place add --python`.")
        return CrossModaError(f"{name} answered with an error ({_last_line(errors or said)}); see whether `ssh {self.place.ssh}` works.")

    def _unreachable(self, errors: str) -> CrossModaError:
        """The sentence for what ssh said; only what may mend itself is :class:`UnreachableError`."""
        place = self.place
        for sign, text in _REFUSED if _NO_NETWORK not in errors else ():
            if re.search(sign, errors):
                # A changed host key is never a pause: somebody else may be answering.
                kind = InputError if text is _CHANGED_KEY else RefusedBySshError
                return kind(f"{place.name} ({place.ssh}) {text.format(host=place.ssh)}.")
        return UnreachableError(
            f"{place.name} ({place.ssh}) cannot be reached ({_last_line(errors)}); check the network, the host and its port."
        )

    # Files ----------------------------------------------------------------------------------------------------------------

    def send(self, here: Path, names: Sequence[str], folder: str) -> None:
        """Copy files from a folder here into one there, which must exist; what a connection broke off goes on where it was.

        Args:
            names: relative to both folders (:func:`is_plain_name`).

        Raises:
            UnreachableError: the connection failed.
            CrossModaError: they could not be written there.
        """
        self._copy(here, names, folder, upwards=True)

    def fetch(self, folder: str, names: Sequence[str], here: Path) -> None:
        """Copy files from a folder there into one here; as :meth:`send`. One that has gone meanwhile is left out."""
        for parent in {(here / name).parent for name in names}:
            parent.mkdir(parents=True, exist_ok=True)
        self._copy(here, names, folder, upwards=False)

    def _copy(self, here: Path, names: Sequence[str], folder: str, upwards: bool) -> None:
        if not names:
            return
        # sftp takes commands line by line, and some of them run programs here.
        for name in [*(name for name in names if not is_plain_name(name)), *([folder] if not _is_one_line(folder) else [])]:
            raise CrossModaError(f"'{short(name)}' on {self.place.name} is not called as our files are; it is not copied.")
        if has_rsync_here() and self._has_rsync():
            status, errors = self._rsync(here, names, folder, upwards)
        else:
            status, errors = self._sftp(here, names, folder, upwards)
        # sftp's protocol has no word for a full disk.
        is_full = any(sign in errors for sign in _FULL) or (upwards and "Failure" in errors)
        if is_full:
            where = f"{self.place.name} has no space left for {folder}" if upwards else f"The disk with {here} is full"
            raise CrossModaError(f"{where} (or your share of it is used up); make room, then run the same command again.")
        if status in (0, 24) or (status == 23 and not upwards and _only_gone(errors)):  # a file there has gone since they were listed
            return
        if _NO_NETWORK in errors or any(re.search(sign, errors) for sign, _ in _REFUSED):
            raise self._unreachable(errors)
        if (status in (2, 12) or "message too long" in errors) and (noise := self._noise()):
            raise InputError(
                f"The shell on {self.place.name} prints something at login ('{short(noise)}'), which spoils every copy; ~/.bashrc and its"
                " like there must be silent for programs."
            )
        if status in (_EXIT_OF_SSH, 10, 12, 20, 30, 35) or status < 0 or "onnection" in errors:
            raise UnreachableError(f"The connection to {self.place.name} broke off while files were copied ({_last_line(errors)}).")
        raise CrossModaError(f"Files could not be copied {'to' if upwards else 'from'} {self.place.name} ({_last_line(errors)}).")

    def _noise(self) -> str:
        """What the shell there says by itself before a program that it starts says anything."""
        said: list[str] = []
        self.ask("sizes", tell=said.append, folder=self.place.folder, names=[])
        return said[0] if said else ""

    def _has_rsync(self) -> bool:
        if not hasattr(self, "_rsync_there"):
            self._rsync_there: bool = self.ask("probe", folder=self.place.folder, wanted=[])["tools"]["rsync"]
        return self._rsync_there

    def _rsync(self, here: Path, names: Sequence[str], folder: str, upwards: bool) -> tuple[int, str]:
        there_ = f"{self.place.ssh}:{folder}/"
        # -s: the path is not read by a shell there. Times decide whether a file has to be copied again.
        options = ["-s", "--times", "--copy-links", "--partial", "--files-from=-", "--rsh", shlex.join(self._ssh())]
        command = ["rsync", *options, *(["./", there_] if upwards else [there_, "./"])]
        status, _, errors = self._run(command, "".join(f"{name}\n" for name in names).encode(), folder=here)
        return status, errors

    def _sftp(self, here: Path, names: Sequence[str], folder: str, upwards: bool) -> tuple[int, str]:
        quoted = folder.replace("\\", "\\\\").replace('"', '\\"')
        lines = [f'cd "{quoted}"']
        begun = self.ask("sizes", folder=folder, names=list(names)) if upwards else {}
        for name in names:
            if upwards:
                is_part = 0 < begun.get(name, 0) < (here / name).stat().st_size
                lines.append(f'{"reput" if is_part else "put"} -p "{name}" "{name}"')
            else:
                (here / name).unlink(missing_ok=True)  # it may have a second name, whose content must stay
                lines.append(f'-get -p "{name}" "{name}"')  # one that has gone does not keep the others back
        command = ["sftp", "-q", "-b", "-", *self._options(), self.place.ssh]
        status, _, errors = self._run(command, ("\n".join(lines) + "\n").encode(), folder=here)
        return status, errors

    def _run(
        self, command: Sequence[str], request: bytes, tell: Callable[[str], None] | None = None, folder: Path | None = None
    ) -> tuple[int, str, str]:
        with self._turns:
            if self._asks:
                with self._opening:  # or each thread would ask for the password; the connection that one opens serves all
                    if not self._is_open():
                        return _run(command, request, tell, folder)
            return _run(command, request, tell, folder)

    def _is_open(self) -> bool:
        """Whether a connection is kept that needs no password any more."""
        options = self._options()
        return (
            any(word.startswith("ControlPath=") for word in options) and not _run(["ssh", *options, "-O", "check", self.place.ssh], b"")[0]
        )

    # ssh ------------------------------------------------------------------------------------------------------------------

    def _ssh(self) -> list[str]:
        return ["ssh", "-T", "-o", "Compression=yes", *self._options()]

    def _options(self) -> list[str]:
        settings = [
            f"ConnectTimeout={SECONDS_TO_CONNECT}",
            "ServerAliveInterval=15",
            "ServerAliveCountMax=3",
            f"BatchMode={'no' if self._asks else 'yes'}",
            "ForwardX11=no",
            "ForwardAgent=no",
            "ClearAllForwardings=yes",
            "RemoteCommand=none",
            "RequestTTY=no",  # one spoils what sftp says
        ]
        configuration = ["-F", str(Path(self.place.ssh_config).expanduser())] if self.place.ssh_config else []
        if os.name == "posix" and (sockets := _sockets()) is not None:
            # A changed setting means another connection: what worked before the change says nothing of it.
            path = Path(self.place.ssh_config or "~/.ssh/config").expanduser()
            text = path.read_bytes() if path.is_file() and os.access(path, os.R_OK) else b""
            ours = digest_of("\n".join([*configuration, self._shared, ""]).encode() + text)[:_OUR_LETTERS]
            settings += ["ControlMaster=auto", f"ControlPath={sockets}/{ours}%C", f"ControlPersist={SECONDS_KEPT}"]
        return [*configuration, *(word for setting in settings for word in ("-o", setting))]


@cache
def _agent() -> str:
    """The requests' modules as one text that makes a package of them and carries one out."""
    lines = ["import sys, types", "sys.modules['ours'] = types.ModuleType('ours')"]
    for module in (there_common, there_setup, there_reasons, there_slurm, there_array, there):
        name, text = str(module.__name__).rpartition(".")[2], Path(str(module.__file__)).read_text(encoding="utf-8")
        lines += [
            f"module = sys.modules['ours.{name}'] = types.ModuleType('ours.{name}')",
            "module.__package__ = 'ours'",
            f"exec(compile({text!r}, {name!r}, 'exec'), module.__dict__)",
        ]
    return "\n".join([*lines, "module.main()"])


def digest_of(data: bytes) -> str:
    """A short name for some content."""
    return hashlib.sha256(data).hexdigest()[:16]


def _quoted(program: str) -> str:
    """A program as a shell there reads it, which puts its user's home folder for a leading ``~``."""
    home, rest = re.fullmatch(r"(~[A-Za-z0-9_.-]*/)?(.*)", program, re.DOTALL).groups("")  # type: ignore[union-attr]
    return home + shlex.quote(rest)


def _is_one_line(folder: str) -> bool:
    return printable(folder) == folder


_OUR_LETTERS = 8
# A socket's path has 104 bytes on macOS, the last of them 0. ssh puts 40 letters for %C, and 17 more after it while it opens one.
_LONGEST_FOLDER = 104 - 1 - len("/") - _OUR_LETTERS - 40 - 17


@cache
def _sockets() -> str | None:
    """A folder of the user's own, with a short path, for connections that are kept; None where there can be none."""
    for parent in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp"):
        folder = Path(parent or "/tmp") / f"crossmoda-uda-{os.getuid()}"
        if len(os.fsencode(folder)) > _LONGEST_FOLDER or re.search(r"[^\w./-]", str(folder)):  # as macOS' own folder for such
            continue
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            status = folder.lstat()
        except OSError:
            continue
        if status.st_uid == os.getuid() and not status.st_mode & 0o077 and not folder.is_symlink():
            return str(folder)
    return None


def _run(
    command: Sequence[str], request: bytes, tell: Callable[[str], None] | None = None, folder: Path | None = None
) -> tuple[int, str, str]:
    """Exit status, output and errors of a program of the system's; its messages are English."""
    environment = {**os.environ, "LC_ALL": "C"}
    # A file, because a connection that is kept would hold a pipe open.
    with tempfile.TemporaryFile() as errors, tempfile.TemporaryFile() as given:
        given.write(request)
        given.seek(0)
        try:
            with subprocess.Popen(command, stdin=given, stdout=subprocess.PIPE, stderr=errors, cwd=folder, env=environment) as process:
                assert process.stdout is not None
                said = []
                try:
                    for line in process.stdout:
                        said.append(text := line.decode("utf-8", "replace"))
                        if tell is not None and text.strip() and not text.startswith(there.MARK):
                            tell(text.rstrip())
                except BaseException:
                    process.kill()  # an interrupted copy would go on alone
                    raise
        except FileNotFoundError:
            raise InputError(f"There is no program '{command[0]}' on this computer; install OpenSSH's client.") from None
        errors.seek(0)
        return process.returncode, "".join(said), errors.read().decode("utf-8", "replace")


def _only_gone(errors: str) -> bool:
    """Whether rsync complains of nothing but files that are not there."""
    lines = [line for line in errors.splitlines() if line.startswith("rsync: ")]
    return bool(lines) and all("No such file or directory" in line for line in lines)


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return short(lines[-1].rstrip(".")) if lines else "without a word"


def _with_advice(sentence: str, place: KnownPlace) -> str:
    if any(sign in sentence for sign in _FULL):
        return f"{sentence}; make room there (or ask for a larger share), then run the same command again."
    if "Permission denied" in sentence or "Read-only" in sentence:
        return f"{sentence}; choose another folder there with `place add {place.name} --folder`."
    return sentence if sentence.endswith(".") else f"{sentence}."

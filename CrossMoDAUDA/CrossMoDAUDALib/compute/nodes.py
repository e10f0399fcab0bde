"""Several computers (nodes) that train together: the first does an experiment's work, the others lend it their devices.

Every node runs the same command. The first listens and leaves in the experiment's folder, which all of them see, where, and a
secret that only the folder's owner can read; the others come, prove that they know it, and wait for trainings to take part in
(:mod:`.lending`). Of a node that is lost the system's own keepalive tells, also where a machine has lost its power or a cable.

torchrun's c10d rendezvous would not do: it makes any node the first (dynamic_rendezvous.py sorts them by their addresses), needs
a host and a port to be chosen beforehand, and where another node dies, its agent waits for the ranks here to notice.
"""

from __future__ import annotations

import contextlib
import hmac
import json
import os
import queue
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from .. import __version__
from ..core.errors import CrossModaError, InputError
from ..core.failures import INTERRUPTED, explain
from ..core.interrupts import from_here_it_is_too_late, interrupt_main_thread, was_interrupted
from ..core.layout import NODES

# Batch systems start the nodes of a job together; a network disk may show a new file a minute late, and Python may load slowly.
SECONDS_TO_COME = 600.0
_SECONDS_TO_ANSWER = 10.0
_SECONDS_TO_CONNECT = 3
_SECONDS_TO_LEAVE = 10.0
# Silence after which the system asks, between its questions, and how many may stay unanswered: 25 seconds in all.
_KEEPALIVE = {"TCP_KEEPIDLE": 5, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 4, "TCP_USER_TIMEOUT": 25_000}
_NONCE = 32


@dataclass(frozen=True)
class NodeDevice:
    """A device of another node than the first.

    Attributes:
        node: the node's number, from 1.
        host: its name.
        name: the device, as PyTorch names it there.
    """

    node: int
    host: str
    name: str

    def __str__(self) -> str:
        return f"{self.name} of {self.host}"


class Line:
    """A connection between two nodes that know the same secret: messages are tuples, their first item says what they are.

    Attributes:
        connection: for :func:`multiprocessing.connection.wait`.
        here: this node's address on it.
        there: the other's.
    """

    def __init__(self, connected: socket.socket) -> None:
        connected.settimeout(None)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _KEEPALIVE.items():
            if hasattr(socket, name):  # Linux has all of them
                connected.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
        self.here, self.there = (address[0].removeprefix("::ffff:") for address in (connected.getsockname(), connected.getpeername()))
        self.connection = Connection(connected.detach())
        self._sending = threading.Lock()

    @classmethod
    def to(cls, address: str, port: int, key: bytes) -> Line | None:
        """Connect to the first node; None if nobody there knows the secret."""
        try:
            line = cls(socket.create_connection((address, port), _SECONDS_TO_CONNECT))
        except OSError:
            return None
        if line.is_trusted(key, "another", "first"):
            return line
        line.close()
        return None

    def is_trusted(self, key: bytes, we: str, they: str) -> bool:
        """Prove to the other side that this one knows the secret, and find out whether the other does.

        Nothing that it says is unpickled before.

        Args:
            we, they: what each side is, so that none can answer with what it was sent.
        """
        own = secrets.token_bytes(_NONCE)
        with contextlib.suppress(EOFError, OSError):
            self.connection.send_bytes(own)
            theirs = self._bytes()
            self.connection.send_bytes(_proof(key, we, own, theirs))
            return hmac.compare_digest(self._bytes(), _proof(key, they, theirs, own))
        return False

    def _bytes(self) -> bytes:
        if not self.connection.poll(_SECONDS_TO_ANSWER):
            raise EOFError
        return self.connection.recv_bytes(_NONCE)

    def send(self, *message: Any) -> None:
        """Send a message. Raises OSError if the other side is lost."""
        with self._sending:
            self.connection.send(message)

    def receive(self) -> tuple[Any, ...]:
        """The next message. Raises EOFError or OSError if the other side is gone."""
        message: tuple[Any, ...] = self.connection.recv()
        return message

    @property
    def interface(self) -> str:
        """The network interface that this node reaches the other by, as gloo wants to be told; empty if it cannot be found."""
        return next((name for name, addresses in _addresses() if self.here in addresses), "")

    def close(self) -> None:
        """End the connection. A thread that waits for a message gets one of the two errors."""
        with contextlib.suppress(OSError), socket.socket(fileno=os.dup(self.connection.fileno())) as connected:
            connected.shutdown(socket.SHUT_RDWR)
        self.connection.close()


def _proof(key: bytes, who: str, own: bytes, other: bytes) -> bytes:
    return hmac.digest(key, who.encode() + own + other, "sha256")


def _addresses() -> list[tuple[str, list[str]]]:
    """The addresses of this machine by interface, those of the machine itself last."""
    import psutil

    families = (socket.AF_INET, socket.AF_INET6)
    found = [
        (name, [one.address.partition("%")[0] for one in those if one.family in families]) for name, those in psutil.net_if_addrs().items()
    ]
    return sorted(found, key=lambda one: "127.0.0.1" in one[1])


def job() -> str:
    """What all nodes of one start have in common: the batch system's number of the job; empty without one."""
    return next((os.environ[name] for name in ("SLURM_JOB_ID", "TORCHELASTIC_RUN_ID") if os.environ.get(name)), "")


# The first node -----------------------------------------------------------------------------------------------------------


@dataclass
class _Node:
    """Another node that has come."""

    line: Line
    host: str
    devices: list[NodeDevice]


_crew: Crew | None = None


def crew() -> Crew | None:
    """The other nodes, where this is the first of several."""
    return _crew


@contextlib.contextmanager
def leading(folder: Path, count: int, device: str, tell: Callable[[str], None]) -> Iterator[None]:
    """Be the first of several nodes in the block, once all of them are there; with one node, do nothing.

    Whatever ends the block ends the other nodes. A node that is lost ends the block, as far as this is the main thread.

    Args:
        folder: the experiment's, held by the caller.
        count: nodes, with this one.
        device: the setting, for each node.
        tell: told who has come.

    Raises:
        CrossModaError: a node did not come, or was lost.
        InputError: a node's devices, or its version of this program, do not fit this one's.
    """
    global _crew
    if count == 1:
        yield
        return
    from .devices import resolve_every

    kind = resolve_every(device)[0].type
    led = Crew(folder, count, device, kind)
    try:
        tell(f"Waiting for the other {'node' if count == 2 else f'{count - 1} nodes'}.")
        led.gather(tell)
        _crew = led
        yield
        from_here_it_is_too_late()
        led.end(0, "")
    except BaseException as error:
        from_here_it_is_too_late()  # a signal of the batch system's reaches the nodes one after another
        cause = led.problem if isinstance(error, KeyboardInterrupt) and led.problem else error
        message, status = explain(cause)
        led.end(status, "" if status == INTERRUPTED else message)
        if cause is error:
            raise
        raise cause from None
    finally:
        _crew = None


class Crew:
    """The other nodes, as the first one sees them.

    Attributes:
        problem: why the work cannot go on, once it cannot. The main thread is then interrupted, if it is what leads.
        news: what nodes say of a training, each with the node's number.
    """

    def __init__(self, folder: Path, count: int, device: str, kind: str) -> None:
        self.problem: CrossModaError | None = None
        self.news: queue.SimpleQueue[tuple[int, tuple[Any, ...]]] = queue.SimpleQueue()
        self._count, self._device, self._kind = count, device, kind
        self._nodes: dict[int, _Node] = {}
        self._changed = threading.Condition()
        self._has_begun = self._is_over = False
        self._in_main_thread = threading.current_thread() is threading.main_thread()
        self._attending: list[threading.Thread] = []
        self._key = secrets.token_bytes(_NONCE)
        both = socket.has_dualstack_ipv6()
        self._listener = socket.create_server(("", 0), family=socket.AF_INET6 if both else socket.AF_INET, dualstack_ipv6=both)
        self._file = folder / NODES
        self._announce()
        threading.Thread(target=self._listen, name="awaits nodes", daemon=True).start()

    def _announce(self) -> None:
        own = [name for name in (os.environ.get("SLURMD_NODENAME"), socket.gethostname()) if name]
        found = [address for _, addresses in _addresses() for address in addresses if not address.startswith("fe80:")]
        content = {"addresses": list(dict.fromkeys(own + found)), "port": self._listener.getsockname()[1]}
        partial = self._file.with_name(f".{NODES}.partial{os.getpid()}")
        partial.unlink(missing_ok=True)
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump({"job": job(), "key": self._key.hex(), **content}, file)
        partial.replace(self._file)

    def _listen(self) -> None:
        with contextlib.suppress(OSError):  # it was shut
            while True:
                connected, _ = self._listener.accept()
                thread = threading.Thread(target=self._attend, args=(connected,), name="attends to a node", daemon=True)
                self._attending.append(thread)
                thread.start()

    def _attend(self, connected: socket.socket) -> None:
        """Everything that one connection says, until it ends."""
        line, number = Line(connected), 0
        try:
            if not line.is_trusted(self._key, "first", "another"):
                return
            line.send("welcome", self._device, str(Path.cwd()))
            number = self._admit(line, *line.receive()[1:])
            while number:
                message = line.receive()
                if message[0] == "asked":
                    self._interrupt()
                else:
                    self.news.put((number, message))
        except (EOFError, OSError) as error:
            if number:
                why = "its process ended" if isinstance(error, EOFError) else str(error.strerror or error).lower()
                self._fail(
                    CrossModaError(
                        f"Node {number} ({self._nodes[number].host}) is lost ({why}); see what it said,"
                        " then run the same command on all nodes to go on."
                    )
                )
        finally:
            line.close()

    def _admit(self, line: Line, number: int, host: str, version: str, kind: str, names: list[str], trouble: str) -> int:
        """Take in a node; its number, or 0 if it is refused."""
        with self._changed:
            if not 0 < number < self._count or number in self._nodes:
                why = "is there already" if number in self._nodes else f"is not one of {self._count}"
                line.send("end", InputError.exit_status, f"Node {number} {why}; start the command once on each node.")
                return 0
            self._nodes[number] = _Node(line, host, [NodeDevice(number, host, name) for name in names])
            if version != __version__:
                trouble = f"it has version {version} of CrossMoDAUDA, not {__version__}; use the same installation on all nodes."
            elif not trouble and kind != self._kind:
                trouble = f"it has {kind} where this node has {self._kind}; name a device that all of them have with --device."
            if trouble:
                self._fail(InputError(f"Node {number} ({host}) cannot take part: {trouble}"))
            self._changed.notify_all()
        return number

    def _fail(self, problem: CrossModaError) -> None:
        with self._changed:
            if self._is_over or self.problem:
                return
            self.problem = problem
            self._changed.notify_all()
        self._interrupt()

    def _interrupt(self) -> None:
        """Interrupt the work, once: the node that was told to stop may not be the only one."""
        with self._changed:
            if self._in_main_thread and self._has_begun and not self._is_over and not was_interrupted():
                interrupt_main_thread()

    def gather(self, tell: Callable[[str], None]) -> None:
        """Wait until every node is there; errors as :func:`leading`."""
        deadline = time.monotonic() + SECONDS_TO_COME
        with self._changed:
            while len(self._nodes) < self._count - 1 and not self.problem:
                if time.monotonic() > deadline:
                    raise CrossModaError(
                        f"Only {len(self._nodes) + 1} of {self._count} nodes came within {SECONDS_TO_COME / 60:.0f} minutes;"
                        " start the same command on each of them, with a folder that all of them see."
                    )
                self._changed.wait(0.5)
            if self.problem:
                raise self.problem
            self._has_begun = True
        for number, node in sorted(self._nodes.items()):
            tell(f"Node {number} ({node.host}) takes part with {', '.join(one.name for one in node.devices)}.")

    def refuse_lost(self) -> None:
        """Raise the problem, if there is one; outside the main thread, which alone can be interrupted, it has to be asked for."""
        if self.problem and not self._in_main_thread:
            raise self.problem

    def devices(self) -> list[NodeDevice]:
        """The devices of all other nodes, in the nodes' order."""
        return [device for _, node in sorted(self._nodes.items()) for device in node.devices]

    @property
    def interface(self) -> str:
        """The network interface by which the other nodes come."""
        names = [node.line.interface for node in self._nodes.values()]
        return next((name for name in names if name != "lo"), "lo")

    def send(self, number: int, *message: Any) -> None:
        """Tell a node something; one that is lost is told of as :attr:`problem`."""
        with contextlib.suppress(OSError):
            self._nodes[number].line.send(*message)

    def end(self, status: int, message: str) -> None:
        """Send all nodes home, and see them gone: their ranks read and write in the folder.

        Args:
            status: this node's exit status.
            message: its last word, if it failed.
        """
        with self._changed:
            self._is_over = True
        for number in self._nodes:
            self.send(number, "end", status, message)
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # which wakes the thread that accepts
        self._listener.close()
        deadline = time.monotonic() + _SECONDS_TO_LEAVE
        for thread in [*self._attending]:
            thread.join(max(0.0, deadline - time.monotonic()))
        self._file.unlink(missing_ok=True)

"""One training on several devices: a process (rank) for each, started and watched on every machine by torchrun's launcher.

A training calls the few functions at the end of this file, which do nothing where there is one process. What it reports
in rank 0 reaches the process that started the ranks; whatever ends that process, or one of the ranks, ends all of them.
"""

from __future__ import annotations

import contextlib
import datetime
import logging
import multiprocessing
import multiprocessing.connection
import os
import signal
import tempfile
import threading
import time
import uuid
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, distributed, nn
from torch.distributed import TCPStore  # type: ignore[attr-defined]

from ..core.errors import CrossModaError
from ..core.parallel import core_count, end_with_parent, portable
from ..core.progress import Progress, silent
from . import nodes
from .nodes import NodeDevice

# A rank that dies breaks the calls of the others: its death, noticed a little later, is the error to tell.
SECONDS_TO_THE_CAUSE = 2.0
# That another node is lost is noticed later still, where nothing says so but its silence.
SECONDS_TO_A_LOST_NODE = 45.0
SECONDS_BETWEEN_LOOKS = 0.1
# Rank 0 may write a checkpoint meanwhile, or prepare data; that all ranks live is the launcher's affair.
_LONGEST_WAIT = datetime.timedelta(hours=2)
_LONGEST_MEETING = datetime.timedelta(minutes=5)


def run(function: Callable[..., Any], arguments: Sequence[Any], devices: Sequence[torch.device | NodeDevice], progress: Progress) -> Any:
    """``function(*arguments, device, progress)``: here for one device, for several in a process for each, all at once.

    Args:
        function: a module-level function, as processes are spawned. In the ranks after the first, ``progress`` is silent.
        devices: GPUs by their numbers, or the CPU as often as there are to be ranks. This machine's, then those of other nodes.
        progress: called in this process; one that raises ends the ranks.

    Returns:
        What the function returns, in rank 0.

    Raises:
        CrossModaError: a rank died. An error that a rank raises is raised here.
    """
    here = [device for device in devices if isinstance(device, torch.device)]
    if len(devices) == 1:
        return function(*arguments, here[0], progress)
    if here[0].type == "cuda":
        torch.cuda.empty_cache()  # what this process keeps for itself, the ranks would lack
    names, crew = tuple(map(str, devices)), nodes.crew()
    elsewhere = Counter(device.node for device in devices if isinstance(device, NodeDevice))
    if not elsewhere or crew is None:
        with started(function, arguments, here, Group(names)) as ranks:
            return _follow(ranks, progress)
    # Found by an address that each node knows, and with a port that is free; every rank of every node connects to it.
    meeting = TCPStore("127.0.0.1", 0, None, True, wait_for_workers=False)
    first = len(here)
    try:
        for number, count in sorted(elsewhere.items()):
            crew.send(number, "train", function, tuple(arguments), count, Group(names, first, meeting.port))
            first += count
        with started(function, arguments, here, Group(names, 0, meeting.port, "127.0.0.1", crew.interface)) as ranks:
            return _follow(ranks, progress, crew, set(elsewhere))
    except BaseException:
        for number in elsewhere:
            crew.send(number, "stop")
        raise


@dataclass(frozen=True)
class Group:
    """All ranks of a training, as those of one node need to know of them.

    Attributes:
        names: of their devices.
        first: the number of this node's first.
        port, host: where the ranks of several nodes find each other; 0 where there is only one node.
        interface: of this machine's network, to the others.
    """

    names: tuple[str, ...]
    first: int = 0
    port: int = 0
    host: str = ""
    interface: str = ""


class Ranks:
    """The ranks of this node, each a process.

    Attributes:
        reports: connections that say what ranks report, as ((step, total, message), metrics), and their errors, as exceptions.
    """

    def __init__(self, launch: _Launch, reports: list[Any], devices: Sequence[torch.device]) -> None:
        self._launch, self._devices, self.reports = launch, devices, reports

    def are_running(self) -> bool:
        """Whether they have still to end."""
        return self._launch.is_alive()

    def result(self) -> Any:
        """What the function returned in the first of them, once they have ended.

        Raises:
            CrossModaError: one of them died.
        """
        failures = getattr(self._launch.error, "failures", None)
        if failures:
            number, failure = min(failures.items())
            exit_text = f"signal {-failure.exitcode}" if failure.exitcode < 0 else f"exit status {failure.exitcode}"
            raise CrossModaError(
                f"The training's process for {self._devices[number]} died ({exit_text}), most likely because memory ran out;"
                " end other programs, or run again on fewer devices with --device."
            ) from self._launch.error
        if self._launch.error is not None:
            raise self._launch.error
        return self._launch.returned[0]


@contextlib.contextmanager
def started(function: Callable[..., Any], arguments: Sequence[Any], devices: Sequence[torch.device], group: Group) -> Iterator[Ranks]:
    """Start this node's ranks, one a device; they end with the block."""
    context = multiprocessing.get_context("spawn")
    told_to_stop, stop = context.Pipe(duplex=False)
    reports = [context.Pipe(duplex=False) for _ in devices]
    given = (function, tuple(arguments), tuple(devices), group, [there for _, there in reports], told_to_stop)
    launch = _Launch(len(devices), given)
    try:
        launch.start()
        yield Ranks(launch, [here for here, _ in reports], devices)
    finally:
        stop.close()
        launch.join()
        for connection in (told_to_stop, *(end for pipe in reports for end in pipe)):
            connection.close()


class _Launch(threading.Thread):
    """torchrun's launcher, in a thread of its own: in the main one it would replace this program's signal handlers."""

    def __init__(self, count: int, arguments: tuple[Any, ...]) -> None:
        super().__init__(name="launches ranks", daemon=True)
        self._count = count
        self._arguments = arguments
        self.returned: dict[int, Any] = {}
        self.error: BaseException | None = None

    def run(self) -> None:
        from multiprocessing import resource_tracker

        from torch.distributed.launcher.api import LaunchConfig, elastic_launch

        for logger in map(logging.getLogger, ("torch.distributed.elastic", "torch.multiprocessing")):
            logger.addHandler(logging.NullHandler())  # to the terminal goes the sentence, not the launcher's tracebacks
            logger.propagate = False
        resource_tracker.ensure_running()  # its start would let Ctrl-C through again
        if hasattr(signal, "pthread_sigmask"):
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # of this thread, and so of the ranks from the first
        try:
            with tempfile.TemporaryDirectory(prefix="crossmoda_ranks_", ignore_cleanup_errors=True) as logs:
                config = LaunchConfig(
                    min_nodes=1,
                    max_nodes=1,
                    nproc_per_node=self._count,
                    run_id=uuid.uuid4().hex,
                    rdzv_backend="c10d",
                    rdzv_endpoint="localhost:0",
                    local_addr="localhost",
                    max_restarts=0,
                    monitor_interval=SECONDS_BETWEEN_LOOKS,
                    start_method="spawn",
                    **_logs_in(logs),
                )
                self.returned = elastic_launch(config, _rank)(*self._arguments)
        except BaseException as error:  # raised again where somebody can catch it
            self.error = error


def _logs_in(folder: str) -> dict[str, Any]:
    """The launcher's option for a folder for its files."""
    try:
        from torch.distributed.elastic.multiprocessing import DefaultLogsSpecs
    except ImportError:  # PyTorch 2.2
        return {"log_dir": folder}
    return {"logs_specs": DefaultLogsSpecs(log_dir=folder)}


def _follow(ranks: Ranks, progress: Progress, crew: nodes.Crew | None = None, awaited: set[int] | None = None) -> Any:
    """Hand on what the ranks report until they have ended or one of them has failed.

    Args:
        crew, awaited: the other nodes, and the numbers of those that take part.
    """
    errors: list[Exception] = []
    awaited = awaited or set()
    deadline = 0.0
    while True:
        running = ranks.are_running()
        ready: list[Any] = multiprocessing.connection.wait(ranks.reports, SECONDS_BETWEEN_LOOKS if running or awaited else 0)
        told = [report.recv() for report in ready]
        while crew and not crew.news.empty():
            number, (kind, *content) = crew.news.get()
            if kind == "done":
                awaited.discard(number)
            told += content
        for content in told:
            if isinstance(content, CrossModaError):
                raise content
            if isinstance(content, Exception):
                errors.append(content)
                may_be_symptom = crew is not None and isinstance(content, RuntimeError)  # of a connection that broke
                deadline = deadline or time.monotonic() + (SECONDS_TO_A_LOST_NODE if may_be_symptom else SECONDS_TO_THE_CAUSE)
            else:
                steps, metrics = content
                progress(*steps, **metrics)
        if crew:
            crew.refuse_lost()
        if not running and not ready:
            result = ranks.result()
            if not awaited:
                return result
        if errors and time.monotonic() > deadline:
            raise errors[0]


def _rank(
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    devices: tuple[torch.device, ...],
    group: Group,
    reports: list[Any],
    told_to_stop: Any,
) -> Any:
    """What runs in each process: the function, with a process group."""
    number = int(os.environ["LOCAL_RANK"])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # being interrupted is left to the process that started this one
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    end_with_parent()
    _end_when_told(told_to_stop)

    def report(step: int, total: int, message: str = "", **metrics: float) -> None:
        reports[0].send(((step, total, message), metrics))

    try:
        device = _begin(devices, number, group)
        result = function(*arguments, device, report if group.first + number == 0 else silent)
        distributed.destroy_process_group()
    except Exception as error:
        reports[number].send(portable(error))
        threading.Event().wait()  # for its end: a rank that left would be taken for one that died, and break the others' calls
    return result if group.first + number == 0 else None


def _end_when_told(told_to_stop: Any) -> None:
    """End this process as soon as the other end of a pipe is closed."""

    def watch() -> None:
        with contextlib.suppress(EOFError, OSError):
            told_to_stop.recv()
        os._exit(1)

    threading.Thread(target=watch, name="ends when told", daemon=True).start()


def _begin(devices: tuple[torch.device, ...], number: int, group: Group) -> torch.device:
    """Join the process group; this rank's device."""
    global _here
    _here = len(devices)
    torch.set_num_threads(max(1, core_count() // _here))
    warnings.filterwarnings("ignore", message="Grad strides do not match")  # first layers of one channel: harmless
    _names.extend(group.names)
    mine = devices[number]
    if mine.type == "cuda":
        # nnU-Net takes the GPU with the rank's number, so the chosen ones become the only ones, before CUDA has started.
        before = os.environ.get("CUDA_VISIBLE_DEVICES")
        there = before.split(",") if before else [str(index) for index in range(1 + max(device.index for device in devices))]
        os.environ["CUDA_VISIBLE_DEVICES"] = ",".join(there[device.index] for device in devices)
        mine = torch.device("cuda", number)
        torch.cuda.set_device(mine)
    if group.interface:
        # Else gloo takes what the machine's name stands for, which on many is an address that no other machine can reach.
        os.environ.setdefault("GLOO_SOCKET_IFNAME", group.interface)
    where: dict[str, Any] = {}
    if group.port:
        meeting = TCPStore(group.host, group.port, None, False, timeout=_LONGEST_MEETING)
        where = {"store": meeting, "rank": group.first + number, "world_size": len(group.names)}
    distributed.init_process_group("nccl" if mine.type == "cuda" else "gloo", timeout=_LONGEST_WAIT, **where)
    return mine


# For a training -----------------------------------------------------------------------------------------------------------

# The devices as they were chosen: in a rank, the GPUs have other numbers.
_names: list[str] = []
# How many ranks share this machine.
_here = 1


def rank_count() -> int:
    """How many processes train together; 1 outside :func:`run` with several devices."""
    return distributed.get_world_size() if distributed.is_available() and distributed.is_initialized() else 1


def rank_number() -> int:
    """Which of them this is, from 0."""
    return distributed.get_rank() if rank_count() > 1 else 0


def ranks_here() -> int:
    """How many of them share this machine's processors and memory."""
    return _here


def device_name(device: torch.device) -> str:
    """A rank's device by the name it was chosen by."""
    return _names[rank_number()] if _names else str(device)


def gathered(share: Tensor) -> Tensor:
    """The whole batch, of which every rank gives an equal share (n, ...), in the order of the ranks."""
    if rank_count() == 1:
        return share
    share = share.contiguous()
    shares = [torch.empty_like(share) for _ in range(rank_count())]
    distributed.all_gather(shares, share)
    return torch.cat(shares)


def own_share(length: int) -> slice:
    """This rank's part of ``length`` items, which the ranks divide evenly."""
    each = length // rank_count()
    return slice(rank_number() * each, (rank_number() + 1) * each)


def means(values: dict[str, Tensor]) -> dict[str, Tensor]:
    """Scalars averaged over the ranks."""
    if rank_count() == 1:
        return values
    stacked = torch.stack(list(values.values()))
    distributed.all_reduce(stacked)
    return dict(zip(values, stacked / rank_count(), strict=True))


def summed(share: Tensor) -> Tensor:
    """The sum over the ranks of each one's share of something, with the gradients of the share.

    For a loss that is no mean over slices: its gradients, averaged over the ranks as :class:`Synchronised` does, are those
    of the whole batch.
    """
    if rank_count() == 1:
        return share
    total = share.detach().clone()
    distributed.all_reduce(total)
    return total + rank_count() * (share - share.detach())


class Synchronised:
    """A network, called as it is, whose gradients are after each backward pass the means over all ranks.

    A rank's loss being the mean over its share of the batch, these are the gradients of the whole batch. With several
    backward passes in a step, what an earlier one left is the same everywhere, and stays so in the mean. A frozen network
    is called without DistributedDataParallel, which expects gradients.
    """

    def __init__(self, network: nn.Module) -> None:
        self._network = network
        # Without buffers of the first rank's: none here depends on the images, and a network may be called twice before it learns.
        self._shared = nn.parallel.DistributedDataParallel(network, broadcast_buffers=False)

    def __call__(self, *inputs: Any) -> Any:
        trained = torch.is_grad_enabled() and next(self._network.parameters()).requires_grad
        return (self._shared if trained else self._network)(*inputs)

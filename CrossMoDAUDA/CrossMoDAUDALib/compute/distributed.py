"""One training on several devices of this machine: a process (rank) for each, started and watched by torchrun's launcher.

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
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, distributed, nn

from ..core.errors import CrossModaError
from ..core.parallel import core_count, end_with_parent, portable
from ..core.progress import Progress, silent

# A rank that dies breaks the calls of the others: its death, noticed a little later, is the error to tell.
_SECONDS_TO_THE_CAUSE = 2.0
_SECONDS_BETWEEN_LOOKS = 0.1
# Rank 0 may write a checkpoint meanwhile, or prepare data; that all ranks live is the launcher's affair.
_LONGEST_WAIT = datetime.timedelta(hours=2)


def run(function: Callable[..., Any], arguments: Sequence[Any], devices: Sequence[torch.device], progress: Progress) -> Any:
    """``function(*arguments, device, progress)``: here for one device, for several in a process for each, all at once.

    Args:
        function: a module-level function, as processes are spawned. In the ranks after the first, ``progress`` is silent.
        devices: GPUs by their numbers, or the CPU as often as there are to be ranks.
        progress: called in this process; one that raises ends the ranks.

    Returns:
        What the function returns, in rank 0.

    Raises:
        CrossModaError: a rank died. An error that a rank raises is raised here.
    """
    if len(devices) == 1:
        return function(*arguments, devices[0], progress)
    if devices[0].type == "cuda":
        torch.cuda.empty_cache()  # what this process keeps for itself, the ranks would lack
    context = multiprocessing.get_context("spawn")
    told_to_stop, stop = context.Pipe(duplex=False)
    reports = [context.Pipe(duplex=False) for _ in devices]
    launch = _Launch(len(devices), (function, tuple(arguments), tuple(devices), [there for _, there in reports], told_to_stop))
    try:
        launch.start()
        return _follow(launch, [here for here, _ in reports], devices, progress)
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
                    monitor_interval=_SECONDS_BETWEEN_LOOKS,
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


def _follow(launch: _Launch, reports: list[Any], devices: Sequence[torch.device], progress: Progress) -> Any:
    """Hand on what the ranks report until they have ended or one of them has failed."""
    errors: list[Exception] = []
    deadline = 0.0
    while True:
        running = launch.is_alive()
        ready: list[Any] = multiprocessing.connection.wait(reports, _SECONDS_BETWEEN_LOOKS if running else 0)
        for report in ready:
            content = report.recv()
            if isinstance(content, CrossModaError):
                raise content
            if isinstance(content, Exception):
                errors.append(content)
                deadline = deadline or time.monotonic() + _SECONDS_TO_THE_CAUSE
            else:
                steps, metrics = content
                progress(*steps, **metrics)
        if not running and not ready:
            break
        if errors and time.monotonic() > deadline:
            raise errors[0]
    failures = getattr(launch.error, "failures", None)
    if failures:
        rank, failure = min(failures.items())
        exit_text = f"signal {-failure.exitcode}" if failure.exitcode < 0 else f"exit status {failure.exitcode}"
        raise CrossModaError(
            f"The training's process for {devices[rank]} died ({exit_text}), most likely because memory ran out;"
            " end other programs, or run again on fewer devices with --device."
        ) from launch.error
    if launch.error is not None:
        raise launch.error
    return launch.returned[0]


def _rank(
    function: Callable[..., Any], arguments: tuple[Any, ...], devices: tuple[torch.device, ...], reports: list[Any], told_to_stop: Any
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
        device = _begin(devices, number)
        result = function(*arguments, device, report if number == 0 else silent)
        distributed.destroy_process_group()
    except Exception as error:
        reports[number].send(portable(error))
        threading.Event().wait()  # for its end: a rank that left would be taken for one that died, and break the others' calls
    return result if number == 0 else None


def _end_when_told(told_to_stop: Any) -> None:
    """End this process as soon as the other end of a pipe is closed."""

    def watch() -> None:
        with contextlib.suppress(EOFError, OSError):
            told_to_stop.recv()
        os._exit(1)

    threading.Thread(target=watch, name="ends when told", daemon=True).start()


def _begin(devices: tuple[torch.device, ...], number: int) -> torch.device:
    """Join the process group; this rank's device."""
    torch.set_num_threads(max(1, core_count() // len(devices)))
    warnings.filterwarnings("ignore", message="Grad strides do not match")  # first layers of one channel: harmless
    _names.extend(map(str, devices))
    if devices[0].type != "cuda":
        distributed.init_process_group("gloo", timeout=_LONGEST_WAIT)
        return devices[number]
    # nnU-Net takes the GPU with the rank's number, so the chosen ones become the only ones, before CUDA has started.
    before = os.environ.get("CUDA_VISIBLE_DEVICES")
    there = before.split(",") if before else [str(index) for index in range(1 + max(device.index for device in devices))]
    os.environ["CUDA_VISIBLE_DEVICES"] = ",".join(there[device.index] for device in devices)
    mine = torch.device("cuda", number)
    torch.cuda.set_device(mine)
    distributed.init_process_group("nccl", timeout=_LONGEST_WAIT)
    return mine


# For a training -----------------------------------------------------------------------------------------------------------

# The devices as they were chosen: in a rank, the GPUs have other numbers.
_names: list[str] = []


def rank_count() -> int:
    """How many processes train together; 1 outside :func:`run` with several devices."""
    return distributed.get_world_size() if distributed.is_available() and distributed.is_initialized() else 1


def rank_number() -> int:
    """Which of them this is, from 0."""
    return distributed.get_rank() if rank_count() > 1 else 0


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

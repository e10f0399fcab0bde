"""Several computers (nodes) that train together: two processes here, each in a network of its own where that is allowed."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from command_line import LAUNCHER, TINY_RUN, command, environment, events
from CrossMoDAUDALib.commands.cli import _parser
from CrossMoDAUDALib.commands.nodes import which_node
from CrossMoDAUDALib.compute import devices, distributed, lending, nodes
from CrossMoDAUDALib.compute.lending import lend
from CrossMoDAUDALib.compute.nodes import Line, leading
from CrossMoDAUDALib.core.errors import CrossModaError, InputError
from CrossMoDAUDALib.core.layout import NODES
from CrossMoDAUDALib.core.progress import silent
from CrossMoDAUDALib.core.settings import with_values
from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.segmentation import training as segmentation_training
from safetensors.torch import load_file
from test_distributed import CPU, NETWORKS, POOLS, PSEUDO_TARGET, apart, steps, write_slices
from test_distributed import SETTINGS as SLICE_SETTINGS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="several nodes train together on Linux only")

TRANSLATOR, SEGMENTER = Path("translation", "generator.safetensors"), Path("iteration_0", "model", "segmenter.safetensors")
# Long enough to be met in the middle.
LONGER = {"translation.epochs": 5, "translation.steps_per_epoch": 4, "segmentation.epochs": 5, "self_training.iterations": 0}
SETTINGS = [*TINY_RUN, "--set=precision=fp32", *(f"--set={key}={value}" for key, value in LONGER.items())]
Node = subprocess.Popen[str]
LONG = "CROSSMODA_LONG" in os.environ


# In two networks ----------------------------------------------------------------------------------------------------------


class Networks:
    """What each of two nodes is started with, and the cable between them, if there is one to be pulled."""

    def __init__(self, names: tuple[str, str] | None) -> None:
        self.names = names

    def start(self, node: int, words: list[str], **variables: str) -> Node:
        inside = ["ip", "netns", "exec", self.names[node]] if self.names else []
        return subprocess.Popen(
            [*inside, *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env={**environment(), **variables},
            start_new_session=True,
        )

    def cut(self) -> None:
        assert self.names is not None
        ip("-n", self.names[0], "link", "set", "cable", "down")


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@pytest.fixture(scope="module")
def networks() -> Iterator[Networks]:
    """Two networks with a cable, where the system lets us make them; else the one of this machine for both."""
    names = (f"crossmoda_a{os.getpid()}", f"crossmoda_b{os.getpid()}")
    with contextlib.ExitStack() as stack:
        try:
            for name in names:
                ip("netns", "add", name)
                stack.callback(subprocess.run, ["ip", "netns", "del", name], check=False)
            ip("-n", names[0], "link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", names[1])
            for number, name in enumerate(names, 1):
                ip("-n", name, "address", "add", f"10.97.0.{number}/24", "dev", "cable")
                for device in ("lo", "cable"):
                    ip("-n", name, "link", "set", device, "up")
        except (OSError, subprocess.CalledProcessError):
            yield Networks(None)
            return
        yield Networks(names)


@pytest.fixture
def started(networks: Networks) -> Iterator[Callable[..., list[Node]]]:
    """Starts a command on both nodes, the second first."""
    running: list[Node] = []

    def start(words: list[str], own: tuple[list[str], list[str]], **variables: str) -> list[Node]:
        both = [networks.start(node, [*words, *own[node]], **variables) for node in (1, 0)][::-1]
        running.extend(both)
        return both

    yield start
    for node in running:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(node.pid, signal.SIGKILL)
        node.communicate()


def last_words(node: Node, seconds: float = 60) -> tuple[int, str]:
    """The exit status, and what a node said last on standard error."""
    _, errors = node.communicate(timeout=seconds)
    assert "Traceback" not in errors
    return node.returncode, errors.strip().splitlines()[-1].removeprefix("crossmoda_uda: ") if errors.strip() else ""


def until(there: Callable[[], object], both: list[Node], seconds: float = 240) -> None:
    deadline = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < deadline, "it took too long"
        assert all(node.poll() is None for node in both), [node.communicate() for node in both]
        time.sleep(0.02)


@pytest.mark.skipif(not LONG, reason="takes three minutes; run it with CROSSMODA_LONG=1")
def test_a_lost_node_and_a_stop_do_not_change_what_two_nodes_train(
    tiny_cohort: Path, tmp_path: Path, started: Callable[..., list[Node]]
) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken ü"
    numbers = (["--node", "0"], ["--node", "1"])

    def words(folder: Path) -> list[str]:
        return command("run", "--crossmoda", tiny_cohort, "-o", folder, *SETTINGS, "--nodes", "2")

    def finish(folder: Path) -> None:
        first, second = started(words(folder), numbers)
        assert first.communicate(timeout=240)[0].endswith(f"Results are in {folder}\n")
        assert second.communicate(timeout=30)[0].startswith("Node 1 takes part in the work of ")
        assert (first.returncode, second.returncode) == (0, 0)

    both = started(words(broken), numbers)
    until((broken / "translation" / "checkpoint.pt").is_file, both)
    both[1].kill()
    lost = f"Node 1 ({os.uname().nodename}) is lost (its process ended); see what it said, then run the same command on all nodes to go on."
    assert last_words(both[0]) == (1, lost)
    assert [event.get("message") for event in events(broken)[-2:]] == [lost, None]
    assert not (broken / "translation" / "translator.json").exists()

    both = started(words(broken), numbers)
    until(lambda: any((broken / "iteration_0").rglob("checkpoint_best.pth")), both)
    os.killpg(both[1].pid, signal.SIGTERM)  # to every process, as a batch system sends it; the first node hears of it from the second
    for node in both:
        assert last_words(node) == (130, "Interrupted; run the same command to continue where it stopped.")
    assert events(broken)[-1]["state"] == "interrupted"
    assert not (broken / SEGMENTER).exists()

    finish(broken)
    assert not (broken / NODES).exists()
    finish(whole)
    for weights in (TRANSLATOR, SEGMENTER):
        assert (broken / weights).read_bytes() == (whole / weights).read_bytes()


# Trainings of the library's -------------------------------------------------------------------------------------------------

FIRST = """
import json
import sys
from pathlib import Path
import torch
import test_distributed as tests
import test_nodes
from CrossMoDAUDALib.compute import devices, distributed, lending, nodes
from CrossMoDAUDALib.core.errors import CrossModaError
from CrossMoDAUDALib.core.progress import silent

if __name__ == "__main__":
    folder, slices, segmenting = Path(sys.argv[1]), *(tests.torch.load(path, weights_only=False) for path in sys.argv[2:4])
    with nodes.leading(folder, 2, "cpu", lambda text: print(text, flush=True)):
        chosen = devices.chosen_devices("cpu")
        if not slices:
            distributed.run(tests.work_for_ever, (str(folder),), chosen, lambda *_, **__: print("works", flush=True))
        said = [distributed.run(tests.add_ranks, (10.0,), chosen, silent)]
        for function, arguments in ((tests.fail_in_the_second, ("Case 7 is bad.",)), (tests.die_in_the_second, ())):
            try:
                distributed.run(function, arguments, chosen, silent)
            except CrossModaError as error:
                said.append(str(error))
        distributed.run(tests.steps, (*slices, folder / "translator"), chosen, silent)
        distributed.run(tests.segment, segmenting, chosen, silent)
    Path(folder, "said.json").write_text(json.dumps(said), encoding="utf-8")
"""


@pytest.fixture
def pair(tmp_path: Path, started: Callable[..., list[Node]]) -> Callable[..., list[Node]]:
    """Starts trainings of the library's on the first node, with a second one that runs our command."""

    def start(slices: Any, segmenting: Any) -> list[Node]:
        script = tmp_path / "first.py"
        script.write_text(FIRST, encoding="utf-8")
        for name, content in (("slices", slices), ("segmenting", segmenting)):
            torch.save(content, tmp_path / name)
        first = [str(script), str(tmp_path), *(str(tmp_path / name) for name in ("slices", "segmenting"))]
        second = [str(LAUNCHER), "run", "-o", str(tmp_path), "--nodes", "2", "--node", "1"]
        paths = os.pathsep.join((str(Path(__file__).parent), str(LAUNCHER.parents[1] / "CrossMoDAUDA")))
        return started([sys.executable], (first, second), PYTHONPATH=paths)

    return start


def test_ranks_of_two_nodes_train_what_one_does(tiny_experiment: Path, tmp_path: Path, pair: Callable[..., list[Node]]) -> None:
    slices = write_slices(tmp_path)
    settings = with_values(SLICE_SETTINGS, {"translation.steps_per_epoch": 5, "translation.learning_rate": 0.0005})
    recorded = with_values(Experiment.load(tiny_experiment).settings, {"precision": "fp32"})
    nnunet, start = tiny_experiment / "nnunet", tiny_experiment / "iteration_0" / "model"

    def segmenting(folder: Path) -> tuple[Any, ...]:
        folders = (nnunet / "raw", nnunet / "preprocessed", folder)
        return (folders, folder / "nnunet.log", 0, PSEUDO_TARGET, folder / "model", recorded, 0, start)

    first, second = pair((slices, settings), segmenting(tmp_path / "shared"))
    output, errors = first.communicate(timeout=240)
    assert first.returncode == 0, errors
    assert second.communicate(timeout=30)[0].startswith("Node 1 takes part")
    assert second.returncode == 0
    assert output.splitlines() == ["Waiting for the other node.", f"Node 1 ({os.uname().nodename}) takes part with cpu."]
    added, failed, died = json.loads((tmp_path / "said.json").read_text(encoding="utf-8"))
    assert added[:2] == [21.0, "cpu"]
    assert failed == "Case 7 is bad."
    assert died.startswith("The training's process for cpu died (signal 9), most likely because memory ran out;")

    distributed.run(steps, (slices, settings, tmp_path / "alone"), [CPU], silent)
    alone, shared = torch.load(tmp_path / "alone"), torch.load(tmp_path / "translator")
    assert apart(alone["model"], shared["model"], (*NETWORKS, *POOLS)) < 1e-8 < alone["moved"] / 1000
    distributed.run(segmentation_training.train_in_session, segmenting(tmp_path / "one"), [CPU], silent)
    models = [load_file(folder / "model" / "segmenter.safetensors") for folder in (tmp_path / "one", tmp_path / "shared", start.parent)]
    difference, moved = (max(float((models[0][name] - other[name]).abs().max()) for name in other) for other in models[1:])
    assert difference < 1e-4 < moved / 10


def test_nodes_whose_cable_is_cut_end_within_a_minute(tmp_path: Path, networks: Networks, pair: Callable[..., list[Node]]) -> None:
    if networks.names is None:
        pytest.skip("making networks needs root")
    both = pair(None, None)
    assert both[0].stdout is not None
    while both[0].stdout.readline() not in ("works\n", ""):
        pass
    began = time.monotonic()
    networks.cut()
    _, errors = both[0].communicate(timeout=60)  # of a script, which a traceback ends
    said = last_words(both[1])
    assert time.monotonic() - began < 60
    go_on = "see what it said, then run the same command on all nodes to go on."
    assert errors.endswith(f"CrossModaError: Node 1 ({os.uname().nodename}) is lost (connection timed out); {go_on}\n")
    assert said == (1, f"The first node (10.97.0.1) is lost: {go_on}")


# Coming together ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def lender(tmp_path: Path) -> Iterator[Callable[..., list[str]]]:
    """A second node in a thread; gives where its last words will be."""
    threads: list[threading.Thread] = []

    def start(number: int = 1, count: int = 2) -> list[str]:
        said: list[str] = []

        def work() -> None:
            try:
                lend(tmp_path, number, count, lambda text: None)
                said.append("done")
            except CrossModaError as error:
                said.append(f"{type(error).__name__}: {error}")
            except KeyboardInterrupt:
                said.append("interrupted")

        threads.append(threading.Thread(target=work, daemon=True))
        threads[-1].start()
        return said

    yield start
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()


def silently(text: str) -> None:
    """Say it to nobody."""


def test_the_others_end_as_the_first_does(tmp_path: Path, lender: Callable[..., list[str]]) -> None:
    said = lender()
    with leading(tmp_path, 2, "cpu", silently):
        assert [str(device) for device in devices.chosen_devices("cpu")] == ["cpu", f"cpu of {os.uname().nodename}"]
        assert (tmp_path / NODES).stat().st_mode & 0o077 == 0, "others can read the secret"
    until(said.__len__, [], 10)
    assert said == ["done"]
    assert not (tmp_path / NODES).exists()
    assert [str(device) for device in devices.chosen_devices("cpu")] == ["cpu"]
    for error, expected in (
        (InputError("A scan is bad."), "InputError: The first node ended: A scan is bad."),
        (CrossModaError("The disk is full."), "CrossModaError: The first node ended: The disk is full."),
        (KeyboardInterrupt(), "interrupted"),
    ):
        said = lender()
        with pytest.raises(type(error)), leading(tmp_path, 2, "cpu", silently):
            raise error
        until(said.__len__, [], 10)
        assert said == [expected]


def test_a_node_that_does_not_fit_is_refused(tmp_path: Path, lender: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    refused = lender(2)
    said = [lender(), lender()]
    with leading(tmp_path, 2, "cpu", silently):
        until(lambda: refused and (said[0] or said[1]), [])
    until(lambda: said[0] and said[1], [], 10)
    assert refused == ["InputError: The first node ended: Node 2 is not one of 2; start the command once on each node."]
    assert sorted(words for one in said for words in one) == [
        "InputError: The first node ended: Node 1 is there already; start the command once on each node.",
        "done",
    ]
    monkeypatch.setattr(lending, "__version__", "0.0.1")
    lender()
    version = r"^Node 1 \(.*\) cannot take part: it has version 0\.0\.1 of CrossMoDAUDA, not .*; use the same"
    with pytest.raises(InputError, match=version), leading(tmp_path, 2, "cpu", silently):
        raise AssertionError("it began")
    monkeypatch.undo()
    monkeypatch.setattr(lending, "resolve_every", lambda name: [torch.device("cuda", 0)])
    lender()
    other = r"cannot take part: it has cuda where this node has cpu; name a device that all of them have"
    with pytest.raises(InputError, match=other), leading(tmp_path, 2, "cpu", silently):
        raise AssertionError("it began")


def test_only_who_knows_the_secret_is_heard(tmp_path: Path, lender: Callable[..., list[str]]) -> None:
    said: list[str] = []

    def come() -> None:
        until((tmp_path / NODES).is_file, [])
        found = json.loads((tmp_path / NODES).read_text(encoding="utf-8"))
        mute = socket.create_connection(("127.0.0.1", found["port"]))  # a scan of the network's ports, which must not be in the way
        assert Line.to("127.0.0.1", found["port"], bytes(32)) is None
        said.append("refused")
        said.extend(lender())
        mute.close()

    thread = threading.Thread(target=come)
    thread.start()
    with leading(tmp_path, 2, "cpu", silently):
        pass
    thread.join()
    assert said[0] == "refused"


def test_a_node_that_does_not_come_is_told_of(tmp_path: Path, lender: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodes, "SECONDS_TO_COME", 3)
    said = lender(1, 3)
    with pytest.raises(CrossModaError, match=r"^Only 2 of 3 nodes came within 0 minutes;"), leading(tmp_path, 3, "cpu", silently):
        raise AssertionError("it began")
    until(said.__len__, [], 20)
    assert said[0].startswith("CrossModaError: The first node ended: Only 2 of 3 nodes came")
    (tmp_path / NODES).write_text(json.dumps({"job": "of another start", "addresses": [], "port": 1, "key": "00"}), encoding="utf-8")
    said = lender()
    until(said.__len__, [], 10)
    assert said[0].startswith(f"CrossModaError: The first node did not come to {tmp_path} within 0 minutes, or cannot be reached;")


@pytest.mark.parametrize(
    ("words", "variables", "expected"),
    [
        ([], {"SLURM_PROCID": "1", "SLURM_STEP_NUM_TASKS": "4"}, 0),
        (["--nodes=2"], {"SLURM_PROCID": "1", "SLURM_STEP_NUM_TASKS": "2"}, 1),
        (["--nodes=2"], {"RANK": "1", "WORLD_SIZE": "2"}, 1),
        (["--nodes=2", "--node=0"], {"SLURM_PROCID": "1", "SLURM_STEP_NUM_TASKS": "2"}, 0),
        (
            ["--nodes=2"],
            {"SLURM_PROCID": "1", "SLURM_STEP_NUM_TASKS": "8"},
            r"^srun has started 8 processes for --nodes 2; start one on each",
        ),
        (["--nodes=2"], {"SLURM_PROCID": "0"}, r"^Which of the 2 nodes this is is not known; start the command with srun, or say --node 0"),
        (["--nodes=2", "--node=2"], {}, r"^--node 2 is not one of --nodes 2; they are counted from 0\.$"),
        (["--node=1"], {}, r"^--node 1 is not one of --nodes 1"),
        (["--nodes=0"], {}, r"^Argument --nodes: '0' is not a whole number from 1 to 1024; see "),
        (["--nodes=two"], {}, r"^Argument --nodes: 'two' is not a whole number"),
    ],
)
def test_a_node_knows_its_number(words: list[str], variables: dict[str, str], expected: int | str) -> None:
    def number() -> int:
        return which_node(_parser().parse_args(["run", "-o", "EXPERIMENT", *words]), variables)

    if isinstance(expected, int):
        assert number() == expected
        return
    with pytest.raises(InputError, match=expected):
        number()

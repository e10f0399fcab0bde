"""What the panel's tests do again and again, as a user does it: open a section, choose, press, wait."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

if TYPE_CHECKING:
    from Testing.Host import Host


def open_section(host: Host, *names: str) -> None:
    """Open these sections and close the others."""
    for section in ("segment", "translate", "adapt", "trainings", "evaluate", "followUp"):
        host.find(f"{section}Button").collapsed = section not in names
    host.process(0.05)


def add_scan(name: str = "Scan A", seed: int = 9) -> tuple[Any, Any]:
    """A synthetic hrT2 on an oblique grid: its volume node and its label map."""
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.slicer_nodes import mrml

    image, labels = phantom.make_case(seed, "hrT2", size=(40, 36, 16))
    return mrml.volume_node(image, name), labels


def choose_model(host: Host, model: Path) -> None:
    """Type a model's folder into the section Segment, to run on the CPU."""
    host.find("segmentModelPath").currentPath = str(model)
    for device in ("segmentDevice", "translateDevice"):
        choose(host, device, "cpu")


def choose(host: Host, combo: str, value: str) -> None:
    """Choose an entry of a combo box by its value."""
    found = host.find(combo)
    index = found.findData(value)
    assert index >= 0, f"{combo} does not offer {value}"
    found.currentIndex = index


def wait(host: Host, section: str, seconds: float = 90.0) -> str:
    """Wait until a section's work has ended; what it then says."""
    runner = getattr(host.widget.panel, section).runner
    host.process(seconds, lambda: not runner.running)
    return str(host.find(f"{section}Status").text)


def wait_for_process(host: Host, runner: Any) -> psutil.Process:
    """Wait until a section's command runs; its process."""
    host.process(30, lambda: runner._process is not None)
    return psutil.Process(runner._process.pid)


def drop(host: Host, target: str | None, *paths: Path) -> str:
    """Drop files onto a widget of the panel (None: the panel itself): ``panel`` or ``window`` has taken them, or nobody."""
    import slicer
    from Testing.Host import files

    widget = host.find(target)._real if target else host.module_frame()
    return files.drop(widget, slicer.util.mainWindow()._real, paths)


def nodes(kind: str) -> dict[str, Any]:
    """The scene's nodes of a class by name."""
    import slicer

    return {node.GetName(): node for node in slicer.util.getNodesByClass(kind)}


def our_processes() -> list[psutil.Process]:
    """All running processes of the command line that these tests have started, helpers included.

    Not multiprocessing's resource tracker and the SSH server, which tests of other files may have started in this process for good.
    """
    found = []
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            words = " ".join(child.cmdline())
            ours = (child.ppid() != os.getpid() or "multiprocessing.resource_tracker" not in words) and "sshd" not in words
            if ours and child.status() != psutil.STATUS_ZOMBIE:
                found.append(child)
    return found


def end_our_processes() -> None:
    """Kill them, and have none of them left as a zombie, which other files' tests would stumble over."""
    running = our_processes()
    for process in running:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(running, timeout=10)


def type_setting(host: Host, key: str, value: object) -> None:
    """Type an advanced setting and leave its field."""
    field = host.find("setting_" + key.replace(".", "_"))
    field.text = str(value)
    field._real.editingFinished.emit()


def choose_training(host: Host, cohort: Path, experiment: Path, settings: dict[str, object]) -> None:
    """Fill in the section Adapt for a training that takes seconds."""
    open_section(host, "adapt")
    host.find("adaptExperimentPath").currentPath = str(experiment)
    host.find("adaptCrossmoda").currentPath = str(cohort)
    choose(host, "adaptPreset", "smoke")
    choose(host, "adaptDevice", "cpu")
    for key, value in settings.items():
        type_setting(host, key, value)


def monitor_of(host: Host) -> Any:
    """What the section Adapt knows of the experiment that it shows."""
    return host.widget.panel.adapt.view.monitor


def wait_for_state(host: Host, *states: str, seconds: float = 120.0) -> None:
    """Wait until the experiment is in one of these states and no other."""
    try:
        host.process(seconds, lambda: monitor_of(host) is not None and monitor_of(host).state in states)
    except TimeoutError:
        raise AssertionError(f"still {monitor_of(host).state}: {host.find('adaptStatus').text}") from None


def wait_for_stage(host: Host, name: str, seconds: float = 120.0) -> None:
    """Wait until a stage has made its first step."""

    def is_at_it() -> bool:
        stage = monitor_of(host).current
        return stage is not None and stage.name == name and stage.step > 0

    host.process(seconds, is_at_it)

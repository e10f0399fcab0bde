"""Draw the module's panel in its states, without Slicer: real work on the synthetic scans, in a stand-in for the application.

    python3 Scripts/panel_pictures.py [-o DIR] [--tutorial]

Needs Python 3.11 to 3.13 and, the first time, the network; everything else it sets up itself. It takes about three minutes
on 2 cores. With --tutorial it trains as the tutorial does, about ten minutes, and writes the tutorial's pictures into Screenshots/panel.
"""

import argparse
import contextlib
import importlib.util
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from unittest import mock

import _environment

MODULE = _environment.ROOT / "CrossMoDAUDA"
WIDTH = 420  # points; Slicer's panel is about that wide
COLOURS = 256  # text, its smoothed edges, the curves
# The tutorial's pictures: the file's name by the state's.
TUTORIAL = {
    "adapt_check": "01_sample_data_check",
    "adapt_running_curves": "02_training",
    "adapt_finished_scores": "03_finished_scores",
    "segment_done": "04_segment_done",
    "packages_missing": "05_packages",
}
# What the trial preset lacks for curves with a shape, in seconds.
SETTINGS = {
    "translation.batch_size": "1",
    "translation.epochs": "2",
    "translation.steps_per_epoch": "100",
    "translation.learning_rate": "0.002",
    "cyclegan.identity_weight": "0",
    "segmentation.epochs": "8",
    "segmentation.iterations_per_epoch": "20",
    "segmentation.initial_learning_rate": "0.1",
    "segmentation.memory_gb": "0.03",
    "segmentation.tile_step": "0.75",
    "self_training.warm_start": "true",
}
SCAN = "CrossMoDAUDA hrT2"  # the sample data's scan to be segmented
SETTLE = 1.2  # seconds in which the panel looks at the experiment's folder at least twice
SECONDS = 1800  # what no step takes


def main(arguments):
    options = parse(arguments)
    _environment.enter("requirements.txt", "requirements-test.txt")
    if importlib.util.find_spec("slicer") is None:
        sys.exit("panel_pictures.py: Slicer's classes are not to be had for this Python; run this with Python 3.11, 3.12 or 3.13.")
    # Threads of PyTorch's that wait must not keep the cores from the window that is drawn meanwhile.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    sys.path[:0] = [str(MODULE), str(MODULE / "Testing" / "Python")]
    from Testing.Host import Host

    folder = _environment.ROOT / "Screenshots" / "panel" if options.tutorial else options.output
    folder.mkdir(parents=True, exist_ok=True)
    with workplace() as work, Host(MODULE / "CrossMoDAUDA.py") as host:
        camera = Camera(host, folder, TUTORIAL if options.tutorial else None)
        packages(host, camera, work)
        idle(host, camera)
        cohort = scans(host, camera, work)
        adapt(host, camera, cohort, work / "experiment", *(("sample", {}) if options.tutorial else ("smoke", SETTINGS)))
        refused(host, camera, work)
        segment(host, camera, cohort)
        translate(host, camera)
        evaluate(host, camera)
    print(f"{len(camera.written)} pictures in {folder}")
    return 0 if camera.isComplete() else 1


@contextlib.contextmanager
def workplace():
    """A new temporary folder, with a name that reads well in pictures where nobody has that already."""
    folder = Path(tempfile.gettempdir()) / "CrossMoDA"
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        folder = Path(tempfile.mkdtemp(prefix="CrossMoDA_"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def parse(arguments):
    parser = argparse.ArgumentParser(prog="panel_pictures.py", description="Draw the module's panel in its states, without Slicer.")
    default = Path("panel_pictures")
    parser.add_argument("-o", "--output", type=Path, default=default, metavar="DIR", help="where they go (default: %(default)s)")
    parser.add_argument("--tutorial", action="store_true", help="write the tutorial's pictures into Screenshots/panel instead")
    return parser.parse_args(arguments)


class Camera:
    """Writes pictures of the panel.

    Args:
        names: the pictures to write, small and for high-resolution screens; all of them, at two scales, if left out.
    """

    def __init__(self, host, folder, names=None):
        self.host, self.folder, self.names = host, folder, names
        self.written = []

    def take(self, state, dark=False):
        """Write the panel as it is now.

        Args:
            dark: also in Slicer's dark style.
        """
        if self.names is None:
            self._write(f"{state}.png", 1)
            self._write(f"{state}@2x.png", 2)
            if dark:
                self._write(f"{state}_dark.png", 1, dark=True)
        elif state in self.names:
            shrink(self._write(f"{self.names[state]}.png", 2))

    def _write(self, name, scale, dark=False):
        path = self.host.grab(None, self.folder / name, scale, WIDTH, dark=dark)
        self.written.append(path)
        print(path.name, flush=True)
        return path

    def isComplete(self):
        """Whether every picture that was named has been written."""
        return self.names is None or len(self.written) == len(self.names)


def shrink(path):
    """Cut off what is empty below the panel and keep as many colours as a palette holds; text and plain areas stay as they are."""
    from PIL import Image, ImageChops

    with Image.open(path) as image:
        whole = image.convert("RGB")
    ground = Image.new("RGB", whole.size, whole.getpixel((0, whole.height - 1)))
    _left, margin, _right, bottom = ImageChops.difference(whole, ground).getbbox()
    whole.crop((0, 0, whole.width, min(bottom + margin, whole.height))).quantize(COLOURS).save(path, optimize=True)


# The sections ---------------------------------------------------------------------------------------------------------------


def packages(host, camera, work):
    """Python packages: in a Slicer as it is installed, where everything else is missing, and here."""
    from installed_packages import slicer_with
    from panel_actions import open_section

    open_section(host)
    section = host.widget.panel.dependencies
    site = work / "site"
    slicer_with(site)
    with mock.patch.object(sys, "path", [str(site), *(path for path in sys.path if "-packages" not in path)]):
        section.refresh()
    camera.take("packages_missing", dark=True)
    section.refresh()
    section.open()
    camera.take("packages_installed", dark=True)
    section.ui.dependenciesButton.collapsed = True


def idle(host, camera):
    """Every section as it is found, with nothing chosen."""
    from panel_actions import open_section

    for name in ("segment", "translate", "adapt", "trainings", "evaluate", "followUp"):
        open_section(host, name)
        camera.take(f"{name}_idle", dark=True)


def scans(host, camera, work):
    """Adapt: the sample scans checked, and scans with what goes wrong in practice; the sample scans' folder."""
    from panel_actions import choose, open_section

    open_section(host, "adapt")
    host.find("adaptExperimentPath").currentPath = str(work / "experiment")
    host.answers.append(str(work))
    host.click("adaptSample")
    host.process(SECONDS, lambda: not host.widget.panel.adapt.samples.running)
    choose(host, "adaptPreset", "sample")
    choose(host, "adaptDevice", "cpu")
    good = Path(host.find("adaptCrossmoda").currentPath)
    bad = work / "scans with problems"
    spoil(good, bad)
    for state, cohort in (("adapt_check_problems", bad), ("adapt_check", good)):
        host.find("adaptCrossmoda").currentPath = str(cohort)
        host.click("adaptCheck")
        host.process(SECONDS, lambda: not host.widget.panel.adapt.checker.running)
        camera.take(state, dark=True)
    return good


def spoil(good, bad):
    """Copy a cohort and put into it a file cut short, an empty scan, and a label map with a value that nothing stands for."""
    from CrossMoDAUDALib.images.volumes import Volume, read_label_map, read_volume, write_volume

    shutil.copytree(good, bad)
    labels, targets = sorted(bad.rglob("*_Label.nii.gz")), sorted((bad / "training_target").glob("*_hrT2.nii.gz"))
    targets[0].write_bytes(targets[0].read_bytes()[:3000])
    image = read_volume(targets[1])
    write_volume(Volume(image.array * 0, image.geometry), targets[1])
    label = read_label_map(labels[0])
    write_volume(Volume(label.array * 3, label.geometry), labels[0])


def adapt(host, camera, cohort, experiment, preset, settings):
    """Adapt: running, stopped, resumed, finished."""
    from CrossMoDAUDALib.experiment.lock import request_stop
    from panel_actions import choose, open_section

    open_section(host, "adapt")
    choose(host, "adaptPreset", preset)
    host.find("adaptExperimentPath").currentPath = str(experiment)
    host.find("adaptCrossmoda").currentPath = str(cohort)
    host.widget.panel.parameters.settings = json.dumps(settings)
    view = host.widget.panel.adapt.view
    host.click("adaptStart")
    try:
        watch(host, camera, view)
    except BaseException:
        with contextlib.suppress(OSError, TimeoutError):  # it would go on by itself
            request_stop(experiment)
            host.process(30, lambda: view.monitor.state not in ("running", "checking"))
        raise


def watch(host, camera, view):
    """The pictures of a training from its start to its end."""
    host.process(SECONDS, lambda: isTraining(view, "translation/train", 0.5))
    for tab, name in enumerate(("steps", "curves", "sample")):
        host.find("adaptTabs").currentIndex = tab
        host.process(SETTLE)
        camera.take(f"adapt_running_{name}")
    host.find("adaptTabs").currentIndex = 0
    host.click("adaptStop")
    host.process(SECONDS, lambda: view.monitor.state == "interrupted" and host.find("adaptStart").enabled)
    camera.take("adapt_stopped")
    host.click("adaptStart")
    host.process(SECONDS, lambda: view.monitor.state == "finished")
    for tab, name in enumerate(("steps", "curves", "sample", "scores", "log")):
        host.find("adaptTabs").currentIndex = tab
        host.process(SETTLE)
        camera.take(f"adapt_finished_{name}", dark=True)


def isTraining(view, stage, part):
    """Whether the experiment is that far into a stage; an error if it cannot get there any more."""
    if view.monitor.state in ("failed", "died"):
        raise RuntimeError(f"the training ended: {view.monitor.error}")
    current = view.monitor.current
    return current is not None and current.name == stage and current.total and current.step >= part * current.total


def refused(host, camera, work):
    """Adapt: training on the scans with problems ends in a sentence."""
    host.find("adaptTabs").currentIndex = 0
    host.find("adaptExperimentPath").currentPath = str(work / "another experiment")
    host.find("adaptCrossmoda").currentPath = str(work / "scans with problems")
    section = host.widget.panel.adapt
    host.click("adaptStart")
    host.process(SECONDS, lambda: not section.workers.has(work / "another experiment"))
    host.process(SETTLE)
    camera.take("adapt_failed")
    host.find("adaptExperimentPath").currentPath = str(work / "experiment")


def segment(host, camera, cohort):
    """Segment: with the new model; running, failed on an empty scan, done."""
    import slicer
    from CrossMoDAUDALib.images.volumes import Volume
    from CrossMoDAUDALib.panel import sample_data
    from CrossMoDAUDALib.slicer_nodes import mrml
    from panel_actions import choose, open_section, wait

    host.click("adaptUseModel")
    open_section(host, "segment")
    choose(host, "segmentDevice", "cpu")
    choose(host, "translateDevice", "cpu")
    _source, scan, _reference = sample_data.loadExamples(cohort)
    image = mrml.volume_from_node(scan)
    empty = mrml.volume_node(Volume(image.array * 0, image.geometry), "Empty scan")
    host.find("segmentInputVolume").setCurrentNode(empty)
    host.click("segmentApply")
    wait(host, "segment")
    camera.take("segment_failed")
    slicer.mrmlScene.RemoveNode(empty)
    host.find("segmentInputVolume").setCurrentNode(scan)
    host.click("segmentApply")
    host.process(SECONDS, lambda: host.find("segmentProgress").maximum > 0)
    camera.take("segment_running")
    wait(host, "segment")
    camera.take("segment_done", dark=True)


def translate(host, camera):
    """Translate: running, done."""
    import slicer
    from panel_actions import open_section, wait

    open_section(host, "translate")
    host.find("translateInputVolume").setCurrentNode(slicer.util.getNode("CrossMoDAUDA ceT1"))
    host.click("translateApply")
    host.process(SECONDS, lambda: host.find("translateProgress").maximum > 0)
    camera.take("translate_running")
    wait(host, "translate")
    camera.take("translate_done", dark=True)


def evaluate(host, camera):
    """Evaluate: the segmentation against the labels that the scan was drawn with."""
    import slicer
    from panel_actions import open_section, wait

    open_section(host, "evaluate")
    host.find("evaluatePrediction").setCurrentNode(slicer.util.getNode(f"{SCAN} segmentation"))
    host.find("evaluateReference").setCurrentNode(slicer.util.getNode("CrossMoDAUDA reference"))
    host.click("evaluateApply")
    wait(host, "evaluate")
    camera.take("evaluate_done", dark=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

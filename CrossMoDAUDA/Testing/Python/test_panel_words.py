"""What the library says to whoever types commands is said in the panel's words, in every language; and scans that were moved are found."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("slicer")
pytest.importorskip("PySide6")

from conftest import MODULE
from CrossMoDAUDALib.experiment.folder import Experiment
from panel_actions import choose, end_our_processes, open_section
from Testing.Host import Host

if TYPE_CHECKING:
    from CrossMoDAUDALib.cohort.finding import Cohort

FIELD = re.compile(r"(?<!\{)\{(\w+)\}(?!\})")
OF_A_COMMAND_LINE = re.compile(r"(?<![\w=-])--[a-z]|`")
# A user types these in a terminal, here or there: they are not ours, and the panel cannot do it.
IN_A_TERMINAL = re.compile(r"`(?:git|datalad|gzip|ssh|ssh-keygen|scontrol|sinfo|scancel|\{command\}|command) ?[^`]*`")
OF_SLURM = re.compile(r"--(?:mem|qos|wckey|constraint|nodelist)\b")  # which the field Further options takes
CANNOT_REACH_THE_PANEL = {
    "its form tells it at the field, without the option": (
        *("--extra '", "--folder must", "--gpus must", "--ssh '", "--time '", "--{name} is for clusters", "--{option} '"),
    ),
    "the panel does not give the option, or gives it only where it fits": (
        *("--dataset-id", "--date ", "--events belongs", "--jobs ", "--only ", "--pip=", "--preset ", "--script-only", "--set {"),
        *("--take-from", "--uncertainty", "--largest-component none", "preset={wanted}", "There is no stage '{name}' for --only"),
        *("Wrote {path}. On {name}",),
    ),
    "the panel asks for the structure, the patient and the dates itself": (
        *("--structure", "Any of {several} could", "None of {labels} is known", "{contradiction}: give", "give it by hand, as --date"),
        *("{file}: nothing tells whose", "warning: every patient", "{patient} has two", "{file} has sagittal slices"),
    ),
    "Resume gives no scans, so none can differ": ("in their files",),
    "the panel does not segment elsewhere": (
        *("Another `segment", "The `segment", "The work goes on on {place}", "{done} of {count}", "{error} What was", "{experiment} is no"),
        *("{folder} is no experiment folder, study", "{format} `stop", "Slurm did not cancel", "The scan of {folder} is"),
    ),
    "in Slicer another sentence is said": ("{what}; install what fits with",),
    "a part of another, which is a terminal's": ("xz -d",),
}


@pytest.mark.parametrize("language", ["en_US", "de_DE"])
def test_no_word_of_a_command_line_reaches_the_panel(language: str) -> None:
    with Host(MODULE, language=language):
        from CrossMoDAUDALib.panel import core_texts
        from CrossMoDAUDALib.panel.panel_words import panelWords
        from CrossMoDAUDALib.panel.wording import inThePanel

        known = {template.text for template in core_texts.templates()}
        assert panelWords().keys() <= known, "the library says it otherwise by now"
        spared, left = tuple(start for starts in CANNOT_REACH_THE_PANEL.values() for start in starts), []
        for sentence in known:
            told = inThePanel(FIELD.sub(r"\1", sentence).replace("{{", "{").replace("}}", "}"))
            if OF_A_COMMAND_LINE.search(OF_SLURM.sub("", IN_A_TERMINAL.sub("", told))) and not sentence.startswith(spared):
                left.append(f"{sentence} => {told}")
        assert left == []
        assert [start for start in spared if not any(sentence.startswith(start) for sentence in known)] == []


def test_panel_words_have_the_fields_of_the_librarys(host: Host) -> None:
    from CrossMoDAUDALib.panel.panel_words import panelWords

    for said, told in panelWords().items():
        assert set(FIELD.findall(told)) <= set(FIELD.findall(said)), told
        assert OF_A_COMMAND_LINE.search(said)


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (
            "/s/a ü_ceT1.nii.gz has been removed since the experiment began; put it back, name the folder that it was moved to with"
            " --scans-moved-to, or start in a new folder.",
            "press “Scans moved to...” and choose the folder",
        ),
        (
            "/s/a.nii.gz: its header's sform and qform disagree: places up to 12 mm apart. The sform is taken, as --header says; if that is"
            " wrong, choose the other for all scans with --header qform.",
            "The sform is taken, as the setting Header says; if that is wrong, set Header to qform in the advanced settings",
        ),
        ("its time limit came before it had stopped; give a longer --time", "give a longer one in “Change...”"),
        (
            "/d/dseg.tsv is no table of structures: it needs the columns index and name; correct it, or give --set labels.",
            "setting Labels.",
        ),
        ("say what they mean, as --set 'labels={\"VS\": 1}'", 'as the setting labels at {"VS": 1}'),
    ],
)
def test_what_was_a_dead_end_names_what_the_panel_has(host: Host, message: str, told: str) -> None:
    from CrossMoDAUDALib.panel.wording import inThePanel

    assert told in inThePanel(message) and "--" not in inThePanel(message)


def test_scans_that_were_moved_are_named_and_the_training_goes_on(host: Host, started: Experiment, cohort: Cohort, tmp_path: Path) -> None:
    old = next(iter(started.scan_digests()))
    archive = tmp_path / "archive ü"
    archive.mkdir()
    for file in started.scan_digests():
        shutil.move(file, archive / Path(file).name)
    open_section(host, "adapt")
    choose(host, "adaptDevice", "cpu")
    host.find("adaptExperimentPath").currentPath = str(started.folder)
    moved = host.find("adaptScansMoved")
    assert not moved.visible
    try:
        host.click("adaptStart")
        host.process(60, lambda: moved.visible)
        said = host.find("adaptStatus").text.replace("\u200b", "")
        assert Path(old).name in said and "Scans moved to..." in said and "--" not in said
        host.answers += [""]  # the dialog is cancelled
        host.click("adaptScansMoved")
        assert not host.widget.panel.adapt.workers.has(started.folder)
        host.answers += [str(tmp_path / "cohort")]  # a folder that does not hold them
        (tmp_path / "cohort").mkdir()
        host.click("adaptScansMoved")
        host.process(30, lambda: "neither where it was" in host.find("adaptStatus").text.replace("\u200b", ""))
        assert moved.visible, "another folder can be named"
        host.answers += [str(archive)]
        host.click("adaptScansMoved")
        host.process(30, lambda: {Path(file).parent for file in Experiment.load(started.folder).scan_digests()} == {archive})
        host.process(10, lambda: not moved.visible)
    finally:
        end_our_processes()

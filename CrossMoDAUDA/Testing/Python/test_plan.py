"""The plan: one declaration of the stages, from which everybody who runs or shows them takes them."""

from __future__ import annotations

import ast
import fnmatch
import importlib
import inspect
import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cohort_files import save_crossmoda
from conftest import ROOT
from CrossMoDAUDALib.cohort.finding import Case, Cohort, find_crossmoda
from CrossMoDAUDALib.commands import cli
from CrossMoDAUDALib.core.errors import CrossModaError
from CrossMoDAUDALib.core.settings import Settings, preset_settings, with_values
from CrossMoDAUDALib.experiment.elsewhere import Elsewhere
from CrossMoDAUDALib.experiment.events import read_events
from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.experiment.markers import read_markers
from CrossMoDAUDALib.experiment.stages import Stage
from CrossMoDAUDALib.method import plan as plan_module
from CrossMoDAUDALib.method.plan import left_out_settings, plan
from CrossMoDAUDALib.method.worker import work
from panel_actions import choose, open_section

if TYPE_CHECKING:
    from Testing.Host import Host

SCORED = (Case("d", Path("d_hrT2.nii.gz"), Path("d_Label.nii.gz")),)


def settings_of(**values: object) -> Settings:
    return with_values(preset_settings("smoke"), {name.replace("__", "."): value for name, value in values.items()})


def names(stages: Sequence[Stage]) -> list[str]:
    return [stage.name for stage in stages]


TRAINING = ("prepare", "train", "predict", "evaluate")
WHOLE = [
    *("translation/source_slices", "translation/target_slices", "translation/train", "pseudo_target", "pseudo_target/check"),
    *("export/Dataset001_PseudoTarget", *(f"iteration_0/{step}" for step in TRAINING), "iteration_0/agreement"),
    *("iteration_1/export", *(f"iteration_1/{step}" for step in TRAINING)),
    *("iteration_2/export", *(f"iteration_2/{step}" for step in TRAINING)),
    *("export/Dataset003_SourceOnly", *(f"source_only/{step}" for step in TRAINING)),
]


@pytest.fixture
def scored(cohort: Cohort) -> Cohort:
    return replace(cohort, evaluation=SCORED)


def test_the_whole_method_in_the_papers_order(scored: Cohort) -> None:
    settings = settings_of(self_training__iterations=2, evaluation__source_only=True, translation__check_agreement=True)
    assert names(plan(settings, scored)) == WHOLE


def test_evidence_is_measured_after_each_iteration_and_not_of_the_comparison(scored: Cohort) -> None:
    settings = settings_of(self_training__iterations=2, evaluation__source_only=True, evaluation__evidence=True)
    found = names(plan(settings, scored))
    assert [name for name in found if name not in WHOLE] == ["evidence/scans", *(f"iteration_{n}/evidence" for n in range(3))]
    assert [name for name in found if name in WHOLE] == WHOLE
    assert all(found.index(f"iteration_{n}/evidence") > found.index(f"iteration_{n}/evaluate") for n in range(3))


def test_what_the_settings_leave_out(cohort: Cohort, scored: Cohort) -> None:
    plain = settings_of(translation__translator="none", self_training__iterations=0, evaluation__source_only=True)
    assert names(plan(plain, cohort)) == ["export/Dataset001_PseudoTarget", *(f"iteration_0/{step}" for step in TRAINING[:3])]
    unchecked = settings_of(translation__check_agreement=False, self_training__iterations=0)
    assert names(plan(unchecked, scored)) == WHOLE[:10]


def test_a_comparison_without_scans_to_compare_on_is_left_out_and_that_is_said(cohort: Cohort, scored: Cohort) -> None:
    settings = settings_of(evaluation__source_only=True)
    assert not [name for name in names(plan(settings, cohort)) if "ource_only" in name.lower()]
    [sentence] = left_out_settings(settings, cohort)
    assert sentence.startswith("evaluation.source_only trains nothing") and "--evaluate-images" in sentence
    assert left_out_settings(settings, scored) == left_out_settings(settings_of(), cohort) == []
    assert left_out_settings(settings_of(evaluation__source_only=True, translation__translator="none"), cohort) == []


def test_each_stage_has_its_own_name_and_title_and_something_to_run_it(scored: Cohort) -> None:
    stages = plan(settings_of(self_training__iterations=2, evaluation__source_only=True, evaluation__evidence=True), scored)
    assert len({stage.title.words() for stage in stages}) == len(stages)
    for stage in stages:
        variables = inspect.getclosurevars(stage.run).nonlocals
        module, _, function = variables["function"].partition(":")
        found = getattr(importlib.import_module(f"CrossMoDAUDALib.method.{module}"), function)
        inspect.signature(found).bind("experiment", stage.name, *variables["arguments"])
        assert re.fullmatch(r"[A-Z][^{}]+", stage.title.words())


def test_each_stage_reads_what_it_or_an_earlier_one_has_left(tiny_experiment: Path) -> None:
    experiment = Experiment.load(tiny_experiment)
    stages, markers = plan(experiment.settings, experiment.cohort), read_markers(tiny_experiment)
    assert list(markers) == names(stages)
    left: set[str] = set()
    for stage in stages:
        assert markers[stage.name].files, f"{stage.name} leaves nothing"
        left.update(markers[stage.name].files)
        for pattern in stage.reads:
            assert fnmatch.filter(left, pattern), f"{stage.name} reads {pattern}, which nobody has left"


# What is shown --------------------------------------------------------------------------------------------------------------


def shown(text: str) -> list[str]:
    """The names of the stages that a dry run lists."""
    return [line.split()[0] for line in text.partition(" stages would run:\n")[2].splitlines()]


def test_a_dry_run_shows_the_stages_that_would_run(tiny_cohort: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["run", "--crossmoda", str(tiny_cohort), "-o", str(tmp_path / "none"), "--preset", "smoke", "--dry-run"]
    assert cli.main([*words, "--set", "evaluation.source_only=true", "--iterations", "2"]) == 0
    output = capsys.readouterr().out
    assert shown(output) == WHOLE
    assert f"{len(WHOLE)} of {len(WHOLE)} stages would run" in output and "Self-training 2: segment the target scans" in output
    assert not (tmp_path / "none").exists()


def test_a_dry_run_of_an_experiment_shows_what_is_left_to_do(
    tiny_experiment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = Path(shutil.copytree(tiny_experiment, tmp_path / "copy"))
    for gone, expected in (
        ("events.jsonl", []),
        ("iteration_1/model/segmenter.safetensors", []),  # nobody reads it any more
        ("stages/iteration_1--predict.json", ["iteration_1/train", "iteration_1/predict"]),
        ("nnunet/preprocessed", ["iteration_0/prepare", "iteration_1/prepare", "iteration_1/train", "iteration_1/predict"]),
    ):
        path = copy / gone
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        assert cli.main(["run", "-o", str(copy), "--dry-run"]) == 0
        assert shown(capsys.readouterr().out) == expected
        assert not path.exists()


def test_a_dry_run_refuses_other_settings_as_the_run_does(tiny_experiment: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words, differs in (["--iterations", "2"], "self_training.iterations=1, not 2"), (["--set", "seed=7"], "seed=0, not 7"):
        for dry in ([], ["--dry-run"]):
            assert cli.main(["run", "-o", str(tiny_experiment), *words, *dry]) == 2
            assert f"is another experiment: it was started with {differs}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--only", "translation/trian"], "There is no stage 'translation/trian' for --only; there are translation/source_slices, "),
        (["--take-from", "nowhere"], "--take-from nowhere is no experiment folder; check the path."),
        (["--only", "translation/train", "--on", "nowhere"], "--only and --take-from are for experiments on this computer"),
        ([], "holds other files (letter.txt)"),
    ],
)
def test_a_dry_run_refuses_at_once_what_the_run_does(
    tiny_cohort: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    if not words:
        (folder / "letter.txt").write_text("mine", encoding="utf-8")
    for dry in ([], ["--dry-run"]):
        assert cli.main(["run", "--crossmoda", str(tiny_cohort), "-o", str(folder), "--preset", "smoke", *words, *dry]) == 2
        assert said in capsys.readouterr().err


def test_what_is_the_programs_own_is_no_reason_to_refuse_a_folder(
    tiny_cohort: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file of events, and what was fetched before the connection was lost; the experiment itself is fetched last."""
    folder = tmp_path / "out"
    folder.mkdir()
    words = ["run", "--crossmoda", str(tiny_cohort), "-o", str(folder), "--preset", "smoke"]
    for _ in range(2):
        assert cli.main([*words, "--dry-run", "--events", str(folder / "check.jsonl")]) == 0, capsys.readouterr().err
    half = tmp_path / "half"
    (half / "samples").mkdir(parents=True)
    Elsewhere("no such place", "/there", find_crossmoda(tiny_cohort), words=("--preset=smoke",), has_begun=True).save(half)
    assert cli.main(["run", "-o", str(half), "--dry-run"]) == 0, capsys.readouterr().err
    assert cli.main(["run", "-o", str(half)]) == 2
    assert "no such place" in capsys.readouterr().err, "only its place is not known"


def test_a_dry_run_shows_the_stages_that_are_asked_for(tiny_experiment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = Path(shutil.copytree(tiny_experiment, tmp_path / "copy"))
    (copy / "stages" / "iteration_1--predict.json").unlink()
    for only, expected in (("iteration_1/predict", ["iteration_1/predict"]), ("iteration_1/train", [])):
        assert cli.main(["run", "-o", str(copy), "--dry-run", "--only", only]) == 0
        assert shown(capsys.readouterr().out) == expected


def test_a_dry_run_of_bad_scans_shows_no_stages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scans = save_crossmoda(tmp_path / "scans", "training_source", "training_target", "validation")
    (scans / "training_source" / "crossmoda_1_Label.nii.gz").unlink()
    assert cli.main(["run", "--crossmoda", str(scans), "-o", str(tmp_path / "none"), "--dry-run"]) == 2
    assert "stages would run" not in capsys.readouterr().out


@pytest.fixture
def unscored(tiny_cohort: Path, tmp_path: Path) -> Path:
    """The tiny cohort without its evaluation case."""
    folder = Path(shutil.copytree(tiny_cohort, tmp_path / "unscored"))
    shutil.rmtree(folder / "validation")
    return folder


def test_that_nothing_is_compared_is_said_before_any_work(unscored: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events, out = tmp_path / "events.jsonl", tmp_path / "out"
    words = ["--crossmoda", str(unscored), "-o", str(out), "--preset", "smoke", "--device", "cpu", "--set", "evaluation.source_only=true"]
    assert cli.main(["run", *words, "--dry-run", "--events", str(events)]) == 0
    output = capsys.readouterr().out
    assert output.count("warning: evaluation.source_only trains nothing") == 1
    assert shown(output)[-1] == "iteration_1/predict"
    told = [event["message"] for event in read_events(events)[0] if event["kind"] == "warning"]
    assert len(told) == 1 and told[0].startswith("evaluation.source_only trains nothing")

    class BegunError(Exception):
        pass

    def stop(event: dict[str, str]) -> None:
        if event.get("stage") == "translation/source_slices":
            raise BegunError

    settings = settings_of(evaluation__source_only=True, device="cpu")
    with pytest.raises(CrossModaError):
        work(out, settings, find_crossmoda(unscored), stop)
    kinds = [(event["kind"], event.get("stage", "")) for event in read_events(out / "events.jsonl")[0] if event["kind"] != "progress"]
    assert kinds.index(("warning", "")) < kinds.index(("stage", "translation/source_slices"))


def test_the_panel_says_after_its_check_that_nothing_is_compared(host: Host, unscored: Path) -> None:
    open_section(host, "adapt")
    host.find("adaptCrossmoda").currentPath = str(unscored)
    choose(host, "adaptPreset", "smoke")
    host.find("setting_evaluation_source_only").checked = True
    host.click("adaptCheck")
    host.process(60, lambda: not host.widget.panel.adapt.checker.running)
    assert "evaluation.source_only trains nothing" in host.find("adaptCheckStatus").text
    host.click("adaptCheck")
    host.process(60, lambda: not host.widget.panel.adapt.checker.running)
    assert host.find("adaptCheckStatus").text.count("evaluation.source_only") == 1


def test_the_panel_translates_the_titles_of_all_stages(cohort: Cohort) -> None:
    from Testing.Host import Host

    settings = settings_of(self_training__iterations=2, evaluation__source_only=True, evaluation__evidence=True)
    stages = plan(settings, replace(cohort, evaluation=SCORED))
    with Host(ROOT / "CrossMoDAUDA" / "CrossMoDAUDA.py", mark_translated=True):
        from CrossMoDAUDALib.panel import wording

        for stage in stages:
            assert "⟦" in wording.stageTitle(stage.name, stage.title), stage.name
        assert wording.stageTitle("of a later version", None) == "of a later version"


def test_all_titles_are_marked_for_translation() -> None:
    """Slicer's tools find a text that stands in ``_("...")``."""
    tree = ast.parse(Path(plan_module.__file__).read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_"]
    marked = {call.args[0].value for call in calls if isinstance(call.args[0], ast.Constant)}
    settings = settings_of(self_training__iterations=2, evaluation__source_only=True, evaluation__evidence=True)
    for stage in plan(settings, Cohort((), (), SCORED)):
        assert {stage.title.text, stage.title.step} <= {*marked, ""}

"""The stages that measure whether to trust a training, on the tiny experiment, and what is made of several experiments."""

from __future__ import annotations

import csv
import fnmatch
import json
import math
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from CrossMoDAUDALib.commands import cli
from CrossMoDAUDALib.commands.trust import how_to_use
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.core.files import sha256
from CrossMoDAUDALib.experiment.events import read_events
from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.experiment.markers import read_markers
from CrossMoDAUDALib.images.volumes import read_label_map, read_volume, to_canonical, write_volume
from CrossMoDAUDALib.method import evidence as records
from CrossMoDAUDALib.method import evidence_stages
from CrossMoDAUDALib.method.evidence import Compared, Evidence, candidates
from CrossMoDAUDALib.method.plan import EVIDENCE, iteration, plan
from CrossMoDAUDALib.method.report_page import write_page
from CrossMoDAUDALib.scoring.evidence import certainty
from CrossMoDAUDALib.scoring.recommendation import Candidate, Recommendation, distrust
from CrossMoDAUDALib.segmentation.predictor import Segmenter

VS, COCHLEA = "Vestibular schwannoma", "Cochlea"


def with_evidence(experiment: Path, copy: Path) -> Path:
    """A copy of a finished experiment that also asks for evidence."""
    shutil.copytree(experiment, copy)
    path = copy / "experiment.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record["settings"]["evaluation"]["evidence"] = True
    path.write_text(json.dumps(record), encoding="utf-8")
    return copy


@pytest.fixture(scope="module")
def measured(tiny_experiment: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = with_evidence(tiny_experiment, tmp_path_factory.mktemp("measured") / "experiment ü")
    assert cli.main(["run", "-o", str(folder)]) == 0
    return folder


def read(folder: Path, number: int) -> Evidence:
    found = Evidence.read(folder / f"iteration_{number}" / EVIDENCE)
    assert found
    return found


def test_the_stages_come_after_each_iteration_and_nothing_else_runs_again(measured: Path, tiny_experiment: Path) -> None:
    experiment = Experiment.load(measured)
    names = [stage.name for stage in plan(experiment.settings, experiment.cohort)]
    added = ["evidence/scans", "iteration_0/evidence", "iteration_1/evidence"]
    assert [name for name in names if "evidence" in name] == added
    assert names.index("iteration_0/agreement") + 1 == names.index("evidence/scans") == names.index("iteration_1/export") - 2
    assert experiment.completed_stages()[-3:] == added
    for path in tiny_experiment.rglob("model/*"):
        assert sha256(path) == sha256(measured / path.relative_to(tiny_experiment))


def test_each_stage_leaves_something_and_names_what_it_reads(measured: Path) -> None:
    experiment, markers = Experiment.load(measured), read_markers(measured)
    written = {file for marker in markers.values() for file in marker.files}
    for stage in plan(experiment.settings, experiment.cohort):
        if "evidence" in stage.name:
            assert markers[stage.name].files, stage.name
            for pattern in stage.reads:
                assert fnmatch.filter(written, pattern), f"{stage.name} reads {pattern}, which nobody leaves"


def test_what_is_known_against_an_iteration_is_warned_of_at_once(measured: Path) -> None:
    events = read_events(measured / "events.jsonl")[0]
    told = {event["stage"]: event["message"] for event in events if event["kind"] == "warning" and "Do not trust" in event["message"]}
    for number in (0, 1):
        record = read(measured, number)
        against = distrust(Candidate("", record.values, record.volume_ratio))
        assert against, "so little trained, it should be bad"
        assert told[f"iteration_{number}/evidence"] == f"Do not trust the results of iteration {number}: {' '.join(against)}"


def test_what_is_recorded_of_an_iteration(measured: Path) -> None:
    experiment, record = Experiment.load(measured), read(measured, 1)
    assert record.scans == len(experiment.cohort.target) == 2
    assert list(record.values) == ["completeness", "certainty", "expected_dice", "stability", "volume", "shape", "position"]
    for values in record.values.values():
        assert list(values) == [VS, COCHLEA] and all(0 <= value <= 1 for value in values.values())

    def volumes(paths: list[Path], value: int) -> list[float]:
        maps = [read_label_map(path) for path in paths]
        found = [np.count_nonzero(label.array == value) * math.prod(label.geometry.spacing) for label in maps]
        return [ml for ml in found if ml]

    predicted = sorted((measured / "iteration_1" / "pseudo_labels").glob("*.nii.gz"))
    source = [case.label for case in experiment.cohort.source if case.label]
    for name, value in experiment.settings.labels.items():
        assert record.values["completeness"][name] == len(volumes(predicted, value)) / 2
        if volumes(predicted, value):
            assert record.volume_ratio[name] == pytest.approx(np.median(volumes(predicted, value)) / np.median(volumes(source, value)))


def test_the_certainty_of_an_iteration_is_the_mean_over_the_scans_that_show_the_structure(measured: Path) -> None:
    experiment, record = Experiment.load(measured), read(measured, 1)
    segmenter = Segmenter.load(measured / "iteration_1", "cpu")
    found: dict[str, list[float]] = {}
    for case in experiment.cohort.target:
        scan = to_canonical(read_volume(case.image))
        label, probabilities = segmenter.segment_with_probabilities(scan, mirroring=False)
        for channel, name in enumerate((VS, COCHLEA), 1):
            value = certainty(probabilities[channel], label.array == channel, scan.geometry.spacing[::-1])
            found.setdefault(name, []).extend([] if value is None else [value])
    assert {name: pytest.approx(np.mean(values) if values else 0) for name, values in found.items()} == record.values["certainty"]


def test_the_report_recommends_and_warns(measured: Path) -> None:
    text = (measured / "report.md").read_text(encoding="utf-8")
    section = text.partition("## Evidence without labels")[2].partition("\n## ")[0]
    assert "Recommended: **iteration " in section
    assert "**Do not trust this.**" in section and "2 target scans are too few" in section
    assert "| iteration 0 |" in section and "| iteration 1 |" in section
    assert "- stability: DSC of the label maps of a scan and of the scan slightly changed." in section
    page = write_page(Experiment.load(measured)).read_text(encoding="utf-8").partition("Which iteration to trust, without labels</h2>")[2]
    assert "Recommended: <b>iteration " in page and "<b>Do not trust this.</b>" in page
    assert "<li>stability: DSC of the label maps of a scan and of the scan slightly changed.</li>" in page


def test_nothing_is_recommended_where_no_structure_can_be_judged(measured: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(measured, tmp_path / "experiment")
    experiment = Experiment.load(tmp_path / "experiment")
    monkeypatch.setattr(evidence_stages, "LEAST_SHOWN", 1.1)  # of all source labels
    evidence_stages.measure_scans(experiment, "evidence/scans")
    for number in (0, 1):
        evidence_stages.measure_training(experiment, f"iteration_{number}/evidence", iteration(number))
    warned = [event["message"] for event in read_events(experiment.folder / "events.jsonl")[0] if event["kind"] == "warning"]
    assert warned[-1].startswith("No structure is shown by 110% of the source label maps, so nothing can be measured")
    told = "Nothing could be measured; no recommendation."
    assert told in (experiment.folder / "report.md").read_text(encoding="utf-8")
    page = write_page(experiment).read_text(encoding="utf-8")
    assert told in page and "Recommended: " not in page
    assert cli.main(["trust", str(experiment.folder), "-o", str(tmp_path / "trust")]) == 0
    text = (tmp_path / "trust" / "trust.md").read_text(encoding="utf-8")
    assert told in text and "Recommended: " not in text


def test_it_goes_on_where_it_was_killed(measured: Path, tiny_experiment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class KilledError(Exception):
        pass

    folder = with_evidence(tiny_experiment, tmp_path / "killed")
    predict, predicted = evidence_stages._predict, []

    def killed(*arguments: Any) -> Any:
        predicted.append(arguments)
        if len(predicted) == 2:
            raise KilledError
        return predict(*arguments)

    monkeypatch.setattr(evidence_stages, "_predict", killed)
    experiment = Experiment.load(folder)
    with pytest.raises(KilledError):
        experiment.carry_out(plan(experiment.settings, experiment.cohort))
    assert not (folder / "iteration_0" / EVIDENCE).exists()
    experiment.carry_out(plan(experiment.settings, experiment.cohort))
    assert len(predicted) == 2 + 3  # the first scan of iteration 0 is not predicted again
    for number in (0, 1):
        assert (folder / f"iteration_{number}" / EVIDENCE).read_bytes() == (measured / f"iteration_{number}" / EVIDENCE).read_bytes()


def test_a_damaged_record_is_refused(measured: Path, tmp_path: Path) -> None:
    path = tmp_path / EVIDENCE
    assert Evidence.read(path) is None
    path.write_bytes((measured / "iteration_0" / EVIDENCE).read_bytes()[:-20])
    with pytest.raises(InputError, match="damaged; delete it and measure with `trust`"):
        Evidence.read(path)


def test_a_damaged_record_of_one_scan_is_refused(measured: Path, tmp_path: Path) -> None:
    experiment = Experiment.load(measured)
    damaged = tmp_path / f"{experiment.cohort.target[0].id}.json"
    for content in ('{"certainty": {"VS": 0.', "[1]", '{"certainty": 1}'):
        damaged.write_text(content, encoding="utf-8")
        with pytest.raises(InputError) as raised:
            evidence_stages._predicted(experiment, iteration(0), tmp_path, lambda *_, **__: None)
        assert str(raised.value) == f"{damaged} is damaged; delete it and measure with `trust`."


# Several experiments -----------------------------------------------------------------------------------------------------------


def as_another(folder: Path, copy: Path, **values: Any) -> Path:
    """A copy with another seed or translator, as its record says."""
    shutil.copytree(folder, copy)
    path = copy / "experiment.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record["settings"]["seed"] = values.get("seed", 0)
    record["settings"]["translation"]["translator"] = values.get("translator", "cyclegan-resnet")
    path.write_text(json.dumps(record), encoding="utf-8")
    return copy


def draw(folder: Path, number: int, *voxels: int) -> None:
    """Make pseudo-labels that show these voxels as VS, and nothing else."""
    for path in (folder / f"iteration_{number}" / "pseudo_labels").glob("*.nii.gz"):
        label = read_label_map(path)
        array = np.zeros(label.array.size, np.uint8)
        array[list(voxels)] = 1
        write_volume(label.with_array(array.reshape(label.array.shape)), path)


def test_seeds_methods_and_iterations_are_compared(measured: Path, tmp_path: Path) -> None:
    first, second = as_another(measured, tmp_path / "0"), as_another(measured, tmp_path / "1", seed=1)
    other, untranslated = as_another(measured, tmp_path / "2"), as_another(measured, tmp_path / "3", translator="none")
    draw(first, 1, 10, 11)
    draw(second, 1, 11, 12)  # a DSC of 1/2 with the first
    draw(other, 1, 10, 11, 12, 13)  # of 2/3 with both
    draw(untranslated, 1, 12, 13)  # of 0 with the first
    compared = [Compared("a", first), Compared("a", second), Compared("b", other), Compared("none", untranslated)]
    found = {name: candidate for name, (_, _, candidate) in candidates(compared).items()}
    assert list(found) == [f"{name}, iteration {n}" for name in ("a, seed 0", "a, seed 1", "b, seed 0", "none, seed 0") for n in (0, 1)]
    assert [(one.translates, one.adapts) for one in found.values()] == [(True, True)] * 6 + [(False, False), (False, True)]
    values = found["a, seed 0, iteration 1"].values
    assert values["seeds"] == {VS: 0.5, COCHLEA: 0.0}
    assert values["methods"][VS] == pytest.approx(2 / 3)
    assert found["none, seed 0, iteration 1"].values["methods"][VS] == pytest.approx((0 + 0.5 + 2 / 3) / 3)
    assert "seeds" not in found["b, seed 0, iteration 1"].values
    assert values["iterations"] == found["a, seed 0, iteration 0"].values["iterations"] == read(first, 1).iterations["iteration_0"]
    assert values["contrast"][VS] > 0 and values["translated"].keys() <= {VS, COCHLEA}


def test_experiments_on_other_scans_are_not_compared(measured: Path, tmp_path: Path) -> None:
    other = as_another(measured, tmp_path / "other")
    path = other / "experiment.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record["cohort"]["target"].pop()
    path.write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(InputError, match="other target scans"):
        candidates([Compared("a", measured), Compared("b", other)])


def test_experiments_that_measured_nothing_are_measured_and_compared_by_a_command(
    measured: Path, tiny_experiment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: path.stat().st_mtime_ns for path in tiny_experiment.rglob("*")}
    command = ["trust", f"plain={tiny_experiment}", f"with evidence={measured}", "-o", str(tmp_path / "out ü"), "--device", "cpu"]
    assert cli.main(command) == 0
    text = capsys.readouterr().out
    assert before == {path: path.stat().st_mtime_ns for path in tiny_experiment.rglob("*")}, "experiments are only read"
    for number in (0, 1):
        mine = tmp_path / "out ü" / "plain" / "seed_0" / f"iteration_{number}" / EVIDENCE
        assert mine.read_bytes() == (measured / f"iteration_{number}" / EVIDENCE).read_bytes()
        assert f"| plain, seed 0, iteration {number} |" in text and f"| with evidence, seed 0, iteration {number} |" in text
    written = (tmp_path / "out ü" / "trust.md").read_text(encoding="utf-8").strip()
    chosen = re.search(r"Recommended: \*\*(.+), seed 0, iteration (\d)\*\*", written)
    assert text.startswith(written) and chosen
    folder = {"plain": tiny_experiment, "with evidence": measured}[chosen[1]] / f"iteration_{chosen[2]}"
    lines = text.removeprefix(written).strip().splitlines()
    assert lines[0] == f"{chosen[1]}, seed 0, iteration {chosen[2]} lies in {folder}"
    assert (len(lines) == 1) is ("Do not trust" in written), "what is not to be trusted is not to be used, either"

    with (measured / "evaluation" / "table.csv").open(encoding="utf-8", newline="") as file:
        dice = {line["method"]: float(line["dice_mean"]) for line in csv.DictReader(file)}
    with (tmp_path / "out ü" / "trust.csv").open(encoding="utf-8", newline="") as file:
        told = {line["candidate"]: float(line["true_mean_dice"]) for line in csv.DictReader(file)}
    assert told["plain, seed 0, iteration 1"] == pytest.approx(dice["iteration 1"])
    cost = max(dice["iteration 0"], dice["iteration 1"]) - dice["iteration 0"]
    assert text.count("| recommendation |") == 1 and re.search(rf"\| (0.000|{cost:.3f}) \| 4 \|", text)

    times = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("evidence*.json")}
    assert cli.main(command) == 0 and times == {path: path.stat().st_mtime_ns for path in tmp_path.rglob("evidence*.json")}
    again = Path(shutil.copytree(measured, tmp_path / "again"))
    (again / "iteration_1" / EVIDENCE).write_text("{")
    assert cli.main(["trust", str(again), "-o", str(tmp_path / "out ü")]) == 2
    assert "delete it and measure with `trust`" in capsys.readouterr().err
    (again / "iteration_1" / EVIDENCE).unlink()
    assert cli.main(["trust", str(again), "-o", str(tmp_path / "out ü"), "--device", "cpu"]) == 0
    capsys.readouterr()
    other = as_another(tiny_experiment, tmp_path / "other")
    assert cli.main(["trust", f"plain={other}", "-o", str(tmp_path / "out ü")]) == 2
    assert "holds what was measured of another experiment" in capsys.readouterr().err
    assert cli.main(["trust", str(measured), f"{measured.name}={measured}", "-o", str(tmp_path / "out ü")]) == 2
    assert f"Two experiments are called {measured.name} and have seed 0" in capsys.readouterr().err


@pytest.mark.parametrize("warnings", [(), ("Tumour is found in 20% of the target scans that should show it.",)])
def test_commands_are_named_for_what_is_to_be_trusted_only(warnings: tuple[str, ...], tmp_path: Path) -> None:
    lies, *commands = how_to_use(Recommendation("cut, seed 0, iteration 1", (), warnings), tmp_path / "a ü").splitlines()
    assert lies == f"cut, seed 0, iteration 1 lies in {tmp_path / 'a ü'}"
    if warnings:
        assert commands == []
    else:
        segments, packs = commands
        assert f'segment "{tmp_path / "a ü"}" SCAN -o RESULTS' in segments and f'package "{tmp_path / "a ü"}" -o MODEL.zip' in packs


def test_few_scans_are_spread_over_all() -> None:
    assert records.spread_evenly(list("abcdefghijk"), 6) == list("acegik")
    assert records.spread_evenly([], 6) == []

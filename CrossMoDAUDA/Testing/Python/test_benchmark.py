"""The benchmark's table tells the truth: its reference is CycleGAN, its bounds are kept or complained about, its files are whole."""

from __future__ import annotations

import importlib
import importlib.util
import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

SCRIPTS = Path(__file__).resolve().parents[3] / "Scripts"
PARTS = tuple(sorted(path.stem for path in (SCRIPTS / "benchmarks").glob("*.py") if path.stem != "__init__"))


@pytest.fixture(scope="module")
def benchmark() -> Iterator[ModuleType]:
    """Scripts/benchmark.py as a module; beside it, Scripts/benchmarks can be imported."""
    description = importlib.util.spec_from_file_location("crossmoda_benchmark", SCRIPTS / "benchmark.py")
    assert description and description.loader
    module = importlib.util.module_from_spec(description)
    sys.path.insert(0, str(SCRIPTS))
    try:
        description.loader.exec_module(module)
        yield module
    finally:
        sys.path.remove(str(SCRIPTS))


@pytest.fixture(scope="module")
def parts(benchmark: ModuleType) -> dict[str, Any]:
    """The files of Scripts/benchmarks by name."""
    return {name: importlib.import_module(f"benchmarks.{name}") for name in PARTS}


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    # in the environment that runs the tests, which need not be the script's own
    code = "import sys, runpy, _environment; _environment.enter = lambda *_: None; runpy.run_path(sys.argv[0], run_name='__main__')"
    start = f"import sys; sys.argv = sys.argv[1:]; sys.path.insert(0, {str(SCRIPTS)!r}); {code}"
    command = [sys.executable, "-c", start, str(SCRIPTS / "benchmark.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", env={**os.environ, "PYTHONUTF8": "1"})


def bench(parts: dict[str, Any], folder: Path, **options: Any) -> Any:
    import torch

    return parts["measuring"].Bench(torch.device("cpu"), folder, 2, True, **options)


def test_ours_and_the_textbook_agree_and_a_changed_method_does_not(
    parts: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = parts["step"].agreement(bench(parts, tmp_path))
    assert row.holds is True and 0 <= row.ours < 1e-3
    textbook = parts["textbook"].TextbookCycleGAN
    monkeypatch.setattr(textbook, "_judged", lambda self, judge, images, wanted: self.adversarial(judge(images), judge(images) * 0 + 0.5))
    assert parts["step"].agreement(bench(parts, tmp_path)).holds is False


def test_losses_of_other_names_never_agree(parts: dict[str, Any]) -> None:
    assert parts["step"].largest_difference({"a": 1.0, "b": 2.2}, {"a": 1.0, "b": 2.0}) == pytest.approx(0.1)
    assert math.isinf(parts["step"].largest_difference({"a": 1.0}, {"b": 1.0}))


def test_contenders_take_turns_and_are_compared_pair_by_pair(parts: dict[str, Any]) -> None:
    turns: list[str] = []
    contenders = {"ours": lambda: turns.append("a"), "reference": lambda: (turns.append("b"), time.sleep(0.01))}
    times = parts["measuring"].interleaved(contenders, 3)
    assert turns == ["a", "b"] * 4 and len(times["ours"]) == 3 and min(times["reference"]) >= 0.009
    row = parts["measuring"].compared("x", [1.0, 2.0, 4.0], [3.0, 4.0, 4.0])
    assert row.ratio == (2.0, 1.0, 3.0) and (row.ours, row.reference) == (2.0, 4.0)


def test_bounds(parts: dict[str, Any]) -> None:
    row_of, broken = parts["measuring"].Row, parts["report"].broken
    kept = row_of("kept").demand(1.5, "ratio", at_least=1.5)
    missed = row_of("missed", 1.0, 1.4).demand(1.4, "ratio", at_least=1.5)
    too_much = row_of("too much").demand(0.3, "share", at_most=0.25)
    unknown = row_of("unknown").demand(math.nan, "DSC", at_least=0.999)
    unjudged = row_of("unjudged").demand(0.1, "ratio", at_least=1.5, judged=False)
    assert [row.holds for row in (kept, missed, too_much, unknown, unjudged)] == [True, False, False, False, None]
    lines = broken([kept, missed, too_much, unknown, unjudged, row_of("free")])
    assert [line.partition(":")[0] for line in lines] == ["missed", "too much", "unknown"]
    assert "at least 1.5 does not hold" in lines[0]


@pytest.mark.parametrize(("bf16", "ratio", "holds"), [(True, 1.4, False), (True, 1.6, True), (False, 1.4, True), (False, 0.9, False)])
def test_what_is_demanded_of_a_step_depends_on_the_precision(
    parts: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bf16: bool, ratio: float, holds: bool
) -> None:
    monkeypatch.setattr("CrossMoDAUDALib.compute.acceleration.has_bf16_units", lambda device: bf16)
    asked = bench(parts, tmp_path)
    row = parts["measuring"].Row("step", ratio=(ratio, ratio, ratio))
    contender, *others = parts["step"]._ours(asked)
    assert (contender.precision, [other.precision for other in others]) == ("auto", ["fp32"] * bf16)
    parts["step"]._demand_speed(asked, row, "80 x 80, batch 4", contender)
    assert row.holds is None  # a quick look is not judged
    asked.quick = False
    parts["step"]._demand_speed(asked, row, "80 x 80, batch 4", contender)
    assert row.holds is holds


def test_a_compiled_step_is_timed_where_it_may_pay_and_elsewhere_the_table_says_why_not(
    parts: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step, asked, names = parts["step"], bench(parts, tmp_path), []
    asked.quick, has, problem = False, True, ""
    monkeypatch.setattr("CrossMoDAUDALib.compute.acceleration.has_bf16_units", lambda device: has)
    monkeypatch.setattr("CrossMoDAUDALib.compute.acceleration.compile_problem", lambda device: problem)
    monkeypatch.setattr(step, "build", lambda contender, *_: (names.append(contender.name), step.contextlib.nullcontext))
    monkeypatch.setattr(step, "_block", lambda *_: lambda: None)
    monkeypatch.setattr(step, "_shares", lambda *_: [])
    monkeypatch.setattr(parts["measuring"], "in_child", lambda *_: 1.0)

    def row() -> Any:
        names.clear()
        (found,) = (one for one in step._size(asked, "80 x 80", step.QUICK_SIZE) if one.name == "step, 80 x 80: ours, compiled")
        return found

    assert (compiled := row()).ratio and compiled.note == "bf16, compiled" and not compiled.bound
    assert names == ["ours", "ours in fp32", "textbook", "ours, compiled"]
    problem = "there is no C compiler"
    assert row().note == "not measured: torch.compile does not work here (there is no C compiler)" and "ours, compiled" not in names
    asked.quick = True
    assert "quick look" in row().note
    has = False
    assert row().note == "not measured: this CPU has no bf16 units" and names == ["ours", "textbook"]


def test_label_maps_that_differ_are_noticed(parts: dict[str, Any]) -> None:
    one = np.zeros((4, 4, 4), np.uint8)
    one[:2] = 1
    other = one.copy()
    other[0, 0, 0] = 0
    labels = {"Tumour": 1, "Cochlea": 2}
    agreement = parts["segment"].agreement
    assert [row.holds for row in agreement("x", one, one, labels, True)] == [True, None]  # neither has the cochlea
    assert [row.holds for row in agreement("x", one, other, labels, False)] == [False, None]
    nothing = agreement("x", one * 0, one * 0, labels, True)
    assert nothing[0].holds is False and "neither has a voxel" in parts["report"].broken(nothing)[0]
    assert [row.holds for row in agreement("x", one * 0, one * 0, labels, False)] == [None, None]


def test_nnunets_step_and_prediction_are_timed_beside_its_own(parts: dict[str, Any], tmp_path: Path) -> None:
    rows = parts["segmenter"].measure(bench(parts, tmp_path))
    count = len(parts["segmenter"].precisions(bench(parts, tmp_path)))
    assert [row.holds for row in rows] == [True, None, None] * count, "equal losses are judged, times of a quick look are not"
    assert all(row.ratio and len(row.timings["reference"]) == 2 for row in rows if row.holds is None)


def test_the_slice_loop_computes_what_the_translator_does(parts: dict[str, Any], tmp_path: Path) -> None:
    import torch

    translate = parts["translate"]
    functions = translate.contenders(translate.write_generator(tmp_path), torch.device("cpu"))
    volume = translate.synthetic((64, 64, 2))
    ours = functions[translate.PRECISE if translate.PRECISE in functions else "ours"](volume).array
    reference = functions["reference"](volume).array
    assert np.abs(ours.astype(np.int32) - reference).max() <= 1 < np.ptp(reference)


def test_the_schedule_counts_the_network_that_nnunet_plans(parts: dict[str, Any], tmp_path: Path) -> None:
    from CrossMoDAUDALib.segmentation.nnunet import nnunet_session, quiet

    with nnunet_session(tmp_path / "raw", tmp_path / "preprocessed", tmp_path / "results"), quiet():
        plans, _ = parts["schedule"].default_plan(tmp_path)
    planned = plans["configurations"]["3d_fullres"]
    assert planned["batch_size"] == 2 and planned["architecture"]["arch_kwargs"]["n_stages"] == 6
    assert all(part <= whole for part, whole in zip(planned["patch_size"], parts["schedule"].VOLUME, strict=True))


def test_growth_is_counted_from_the_warm_up(parts: dict[str, Any]) -> None:
    readings = [10.0] * 4 + [100.0] * 46 + [110.0] * 10
    assert parts["memory"].growth(readings, 5) == pytest.approx(10.0)


def test_the_last_iteration_is_what_quality_compares(parts: dict[str, Any], tmp_path: Path) -> None:
    from CrossMoDAUDALib.scoring import evaluation

    scores = {name: [evaluation.CaseScore("a", "x", value, 1.0, 1.0, 1.0)] for name, value in (("source only", 0.9), ("iteration 0", 0.2))}
    scores["iteration 1"] = [evaluation.CaseScore("a", "x", 0.4, 1.0, 1.0, 1.0)]
    evaluation.write_table_csv(tmp_path / "table.csv", evaluation.summary_rows(scores, ["x"]))
    assert parts["quality"].last_mean_dsc(tmp_path / "table.csv") == pytest.approx(0.4)
    assert parts["quality"].standard_error([1.0, 3.0]) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("differences", "holds"),
    [
        ([0.01, -0.01, 0.003], [True, True]),
        ([0.2, 0.21, 0.22], [True, True]),
        ([-0.03, -0.029, -0.031], [True, False]),  # small, and yet a loss
        ([0.1, -0.1, 0.02], [False, True]),  # who knows
        ([-0.2, -0.21, -0.22], [False, False]),
        ([0.1], [False, False]),  # one seed says nothing
    ],
)
def test_a_loss_over_seeds_is_neither_found_nor_possible(parts: dict[str, Any], differences: list[float], holds: list[bool]) -> None:
    rows = parts["quality"].bounded("x", differences, 0.05, judged=True)
    assert [row.holds for row in rows] == holds
    assert all("at least -0.05" in rows[0].bound and ("seeds" in row.note or len(differences) == 1) for row in rows)
    assert len(parts["report"].broken(rows)) == holds.count(False)
    assert [row.holds for row in parts["quality"].bounded("x", differences, 0.05, judged=False)] == [None, None]


def test_fidelity_demands_that_gradients_are_those_of_fp32(parts: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from CrossMoDAUDALib.core.settings import preset_settings, with_values

    small = {"translation.image_size": 32, "cyclegan.generator_features": 4, "cyclegan.generator_blocks": 1}
    small |= {"cyclegan.discriminator_features": 4, "translation.batch_size": 2}
    settings, asked = with_values(preset_settings("sample"), small), bench(parts, tmp_path)
    asked.quick = False
    slices = tmp_path / "source.npy", tmp_path / "target.npy"
    for number, path in enumerate(slices):
        np.save(path, np.random.default_rng(number).integers(-30000, 30000, (8, 4, 4)).repeat(8, 1).repeat(8, 2).astype(np.int16))
    monkeypatch.setattr("CrossMoDAUDALib.core.settings.preset_settings", lambda name: settings)
    fidelity = parts["fidelity"]
    monkeypatch.setattr(fidelity, "WARM_UP", 2)
    monkeypatch.setattr(fidelity, "BATCHES", 2)
    rows = fidelity._gradients(slices, asked)
    assert all(0 < row.ours < row.reference for row in rows)
    monkeypatch.setattr(fidelity, "MOST_ERROR", rows[0].ours / 2)
    monkeypatch.setattr(fidelity, "MOST_ERROR_OF_A_BATCH", rows[1].ours * 2)
    assert [row.holds for row in fidelity._gradients(slices, asked)] == [False, True]


def test_what_is_asked_of_a_child_comes_back_and_so_does_its_failure(parts: dict[str, Any]) -> None:
    assert parts["measuring"].in_child(math.sqrt, 4.0) == 2.0
    with pytest.raises(RuntimeError, match="math domain error"):
        parts["measuring"].in_child(math.sqrt, -1.0)
    assert parts["measuring"].in_child(parts["measuring"].peak_memory) > 5


def test_the_memory_of_what_is_started_is_seen(parts: dict[str, Any]) -> None:
    code = "import time; kept = b'x' * (300 << 20); time.sleep(0.5)"
    peak = parts["measuring"].peak_of_all(lambda: parts["measuring"].run([sys.executable, "-c", code]), only_started=True)
    assert 300 <= peak < 400


def test_the_page_on_speed_names_every_measurement(benchmark: ModuleType) -> None:
    page = (SCRIPTS.parent / "docs" / "speed.md").read_text(encoding="utf-8")
    table = page.partition("| Measurement |")[2].partition("\n\n")
    named = [line.split("`")[1] for line in table[0].splitlines() if line.startswith("| `")]
    assert named == list(benchmark.MEASUREMENTS)
    count = ("one", "two", "three", "four", "five")[len(benchmark.LONG) - 1]
    assert named[-len(benchmark.LONG) :] == list(benchmark.LONG)
    assert f"All but the last {count} run by default" in " ".join(table[2].split())


def test_bad_arguments_get_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for arguments, word in (
        (("speed",), "no measurement 'speed'"),
        (("--repeats", "0"), "1 or more"),
        (("--repeats", "many"), "invalid int"),
        (("-o", tmp_path / "file"), "is a file"),
        (("--scan", tmp_path / "file"), "belong together"),
    ):
        finished = run(*arguments)
        assert finished.returncode == 2 and not finished.stdout, finished.stderr
        assert len(finished.stderr.splitlines()) == 1 and word in finished.stderr
    finished = run("startup", "--device", "gpu", "-o", tmp_path / "new")
    assert finished.returncode == 2 and "There is no device 'gpu'" in finished.stderr and not (tmp_path / "new").exists()


@pytest.mark.slow
def test_a_quick_look_writes_both_files(tmp_path: Path) -> None:
    finished = run("step", "data", "startup", "--quick", "--device", "cpu", "-o", tmp_path)
    assert finished.returncode == 0, finished.stderr
    written = json.loads((tmp_path / "benchmark.json").read_text(encoding="utf-8"))
    assert {"CPU", "cores", "threads of PyTorch", "bf16 units of the CPU", "operating system", "torch", "date"} <= written["machine"].keys()
    assert written["quick"] is True and list(written["measurements"]) == ["step", "data", "startup"]
    table = (tmp_path / "benchmark.md").read_text(encoding="utf-8")
    for row in (row for rows in written["measurements"].values() for row in rows):
        assert row["name"] in table and row["name"] in finished.stdout
        if row["name"] == "step, 48 x 48, batch 2: ours, compiled":
            assert row["note"].startswith("not measured: ") and row["note"] in table and not row["timings"]
            continue
        assert row["timings"] and all(value > 0 for values in row["timings"].values() for value in values if "losses" not in row["name"])
        if row["ratio"]:
            middle, least, most = row["ratio"]
            assert 0 < least <= middle <= most
    steps = {row["name"]: row for row in written["measurements"]["step"]}
    speed = steps["step, 48 x 48, batch 2: ours"]
    assert len(speed["timings"]["ours"]) == len(speed["timings"]["reference"]) == 2 and speed["holds"] is None and speed["bound"]
    assert [row["holds"] for row in written["measurements"]["startup"]] == [True, True]
    assert "**Quick**" in table and "## step (quick)" in table

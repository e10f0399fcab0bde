"""A study runs ordinary experiments, makes once what they share, and tells what it has found."""

from __future__ import annotations

import csv
import json
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from conftest import TINY
from CrossMoDAUDALib.cohort import phantom
from CrossMoDAUDALib.commands import cli
from CrossMoDAUDALib.commands.trust import how_to_use
from CrossMoDAUDALib.experiment.events import read_events
from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.experiment.last_run import read_last_run
from CrossMoDAUDALib.experiment.lock import is_running
from CrossMoDAUDALib.images.volumes import write_volume
from CrossMoDAUDALib.method.packing import write_package
from CrossMoDAUDALib.method.report import write_report
from CrossMoDAUDALib.method.report_page import write_page
from CrossMoDAUDALib.method.titles import LEARNED_FROM_TARGET
from CrossMoDAUDALib.models.library import summary
from CrossMoDAUDALib.places import place
from CrossMoDAUDALib.places.this_computer import ThisComputer
from CrossMoDAUDALib.study.request import Study
from CrossMoDAUDALib.study.results import read_results
from CrossMoDAUDALib.study.trust import trust

pytestmark = pytest.mark.slow

# The second wants no more than the first has made, so that it costs nothing.
METHODS = ["--method", "cyclegan-resnet", "--method", "short=cyclegan-resnet", "--set", "short:self_training.iterations=0"]


class Ended:
    """A worker that has done its work before it is looked at."""

    def __init__(self, status: int) -> None:
        self._status = status

    def poll(self) -> int:
        return self._status

    def has_begun(self) -> bool:
        return True

    def last_words(self, lines: int = 2) -> str:
        return ""


class ThisProcess(ThisComputer):
    """A place without processes, in which PyTorch is imported once."""

    def start(self, folder: Path, words: Sequence[str]) -> Ended:
        return Ended(cli.main(list(words)))


@pytest.fixture(scope="module")
def here() -> Iterator[None]:
    before = place.PLACES[place.THIS_COMPUTER]
    place.PLACES[place.THIS_COMPUTER] = lambda _address: ThisProcess()
    yield
    place.PLACES[place.THIS_COMPUTER] = before


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny cohort with one more evaluation case, and the labels of its target scans."""
    folder = tmp_path_factory.mktemp("scans of a study ü")
    phantom.write_cohort(folder / "data", source_cases=2, target_cases=2, evaluation_cases=2, seed=3, size=(32, 32, 16))
    for number in (3, 4):
        write_volume(
            phantom.make_case(30000 + number, "hrT2", (32, 32, 16))[1], folder / "labels" / f"crossmoda2022_syn_{number}_Label.nii.gz"
        )
    return folder


@pytest.fixture(scope="module")
def command(scans: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., list[str]]:
    base = tmp_path_factory.mktemp("studies")
    settings = [f"--set={key}={value}" for key, value in TINY.items()]

    def build(name: str, *more: str) -> list[str]:
        asked = ["study", "--crossmoda", str(scans / "data"), "-o", str(base / name), "--preset", "smoke", "--devices", "cpu", *settings]
        return [*asked, *more]

    return build


def untranslated(asked: Sequence[str]) -> list[str]:
    """A command without settings of a translator, for the quickest study there is."""
    return [*(word for word in asked if not word.startswith("--set=cyclegan.")), "--iterations", "0"]


@pytest.fixture(scope="module")
def finished(here: None, scans: Path, command: Callable[..., list[str]]) -> Path:
    asked = command("finished & ü", "--target-labels", str(scans / "labels"), *METHODS)
    assert cli.main(asked) == 0
    return Path(asked[asked.index("-o") + 1])


def stages(folder: Path, state: str) -> list[str]:
    return [event["stage"] for event in read_events(folder / "events.jsonl")[0] if event.get("state") == state and "stage" in event]


def test_every_method_and_iteration_has_its_row(finished: Path) -> None:
    with (finished / "table.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["method"], row["iteration"]) for row in rows] == [
        ("source-only", ""),
        *(("cyclegan-resnet", "0"), ("cyclegan-resnet", "1"), ("short", "0")),
        ("supervised", ""),
    ]
    assert {row["cases"] for row in rows} == {"2"} and {row["seeds"] for row in rows} == {"1"}
    for row in rows[1:4]:
        difference = float(row["dice_mean"]) - float(rows[0]["dice_mean"])
        assert float(row["above_source_only"]) == pytest.approx(difference)
        assert (row["verdict"] == "fails") == (round(difference, 3) <= 0)
    with (finished / "per_case.csv").open(encoding="utf-8", newline="") as file:
        cases = list(csv.DictReader(file))
    assert len(cases) == 5 * 2 * 2, "rows, cases, structures"
    mean = sum(float(line["dice"]) for line in cases if line["method"] == "supervised") / 4
    assert float(rows[-1]["dice_mean"]) == pytest.approx(mean)
    assert all(float(line["hd95_mm"]) > 0 for line in cases)


def test_the_page_needs_nothing_beside_it_and_escapes_what_is_not_its_own(finished: Path) -> None:
    page = (finished / "study.html").read_text(encoding="utf-8")
    assert "<title>Study finished &amp; ü</title>" in page and "finished & ü" not in page
    assert not re.findall(r"<(?:script|link|iframe)|(?:src|href)=[\"'](?!data:|#)", page)
    sections = re.findall(r"<h2>(.*?)</h2>", page)
    assert sections[:3] == ["Is adapting better than doing nothing?", "Scores", "Every case"]
    assert "Paired tests" not in sections and "There are no paired tests: with 2 cases no p can be below 0.5" in page
    assert {"Which one to trust, without labels", "Examples", "Settings that differ", "Time", "Where it comes from"} <= set(sections)
    assert page.count("<svg") == 2, "every case and self-training; without a gap there is no share of it"
    assert page.count("data:image/jpeg") == 2, "the worst and the best of two cases"
    assert page.count("<section>") == page.count("</section>") == len(sections)
    with (finished / "table.csv").open(encoding="utf-8", newline="") as file:
        fails = sum(row["verdict"] == "fails" for row in csv.DictReader(file))
    assert page.count('<span class="badge bad">fails</span>') == 2 * fails, "in the list and in the table"


def test_what_two_methods_share_is_made_once(finished: Path) -> None:
    first, second = (finished / "experiments" / name / "seed_0" for name in ("cyclegan-resnet", "short"))
    for file in ("translation/source_slices.npy", "translation/generator.safetensors", "iteration_0/model/segmenter.safetensors"):
        assert (first / file).stat().st_ino == (second / file).stat().st_ino
    assert "translation/train" in stages(first, "finished")
    assert stages(second, "finished") == ["iteration_0/evaluate"]
    marker = json.loads((second / "stages" / "translation--train.json").read_text(encoding="utf-8"))
    assert marker["shared_from"] == "cyclegan-resnet/seed_0"


def test_the_ceiling_alone_learns_from_the_targets_labels(finished: Path, scans: Path) -> None:
    labels = str(scans / "labels")
    for record in finished.rglob("experiment.json"):
        assert (labels in record.read_text(encoding="utf-8")) == ("supervised" in record.parts)


def test_the_ceiling_is_called_target_supervised_wherever_it_stands(finished: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(finished / "experiments" / "supervised" / "seed_0", tmp_path / "ceiling")
    table = (copy / "evaluation" / "table.md").read_text(encoding="utf-8")
    assert "| target-supervised " in table and "source only" not in table
    for name in ("per_case.csv", "table.csv"):  # as an older version wrote them
        path = copy / "evaluation" / name
        path.write_text(path.read_text(encoding="utf-8").replace("target-supervised,", "source only,"), encoding="utf-8")
    experiment = Experiment.load(copy)
    write_report(experiment)
    said = [(copy / "report.md").read_text(encoding="utf-8"), write_page(experiment).read_text(encoding="utf-8")]
    for text in said:
        assert "source only" not in text.lower() and LEARNED_FROM_TARGET in text
    assert "Target-supervised reaches a mean DSC" in said[1] and "target-supervised, training" in said[1], "headline and curves"
    floor = (finished / "experiments" / "source-only" / "seed_0" / "report.md").read_text(encoding="utf-8")
    assert "| source only " in floor and LEARNED_FROM_TARGET not in floor
    description = write_package(copy, tmp_path / "model.zip").description
    assert description["method"]["target_labels"] is True and description["scores"]["cases"] == 2
    assert "trained on 2 target scans with real labels, no adaptation" in summary(description)
    assert "target_labels" not in write_package(finished / "experiments" / "short" / "seed_0", tmp_path / "other.zip").description["method"]
    assert [row.title for row in read_results(Study.load(finished)).rows][-1] == "target-supervised"


def test_what_was_taken_over_is_no_candidate_and_agrees_with_nobody(finished: Path) -> None:
    study = Study.load(finished)
    known = trust(read_results(study))
    assert known is not None
    heads, *lines = known.lines
    of = {name: dict(zip(heads[1:], values, strict=True)) for name, *values in lines}
    assert known.recommended and (finished / known.place / "model").is_dir()
    method, seed, iteration = known.recommended.chosen.replace("seed ", "seed_").replace("iteration ", "iteration_").split(", ")
    assert known.place == f"experiments/{method}/{seed}/{iteration}"
    assert list(of) == ["source-only, seed 0, iteration 0", *(f"cyclegan-resnet, seed 0, iteration {number}" for number in (0, 1))]
    assert of["cyclegan-resnet, seed 0, iteration 0"]["methods agree"] == "", "of the others, one is itself and one does not translate"
    with (finished / "table.csv").open(encoding="utf-8", newline="") as file:
        dice = {(row["method"], row["iteration"]): float(row["dice_mean"]) for row in csv.DictReader(file)}
    best = max(dice["source-only", ""], dice["cyclegan-resnet", "0"], dice["cyclegan-resnet", "1"])
    for judged in known.judged.values():
        if judged.candidates == 3 and "seed" in judged.chosen:  # some criteria find them all alike
            method, _, iteration = judged.chosen.split(", ")
            true = dice[method, "" if method == "source-only" else iteration.removeprefix("iteration ")]
            assert judged.regret == pytest.approx(best - true)


def test_trust_takes_all_experiments_of_a_study(finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folders = [str(folder) for folder in sorted(finished.glob("experiments/*/seed_*"))]
    assert cli.main(["trust", *folders, "-o", str(tmp_path)]) == 0
    told = capsys.readouterr()
    assert told.err.count("is left out: it is the ceiling of a study") == 1 and "supervised" in told.err
    with (tmp_path / "trust.csv").open(encoding="utf-8", newline="") as file:
        found = list(dict.fromkeys(row["candidate"] for row in csv.DictReader(file)))
    resnet = [f"cyclegan-resnet, seed 0, iteration {number}" for number in (0, 1)]
    assert found == [*resnet, "source-only, seed 0, iteration 0"], "short has its only training from cyclegan-resnet"
    assert cli.main(["trust", *(folder for folder in folders if "short" in folder or "source-only" in folder), "-o", str(tmp_path)]) == 0
    assert "short, seed 0, iteration 0" in capsys.readouterr().out, "without that, it is the candidate"
    assert cli.main(["trust", next(folder for folder in folders if "supervised" in folder), "-o", str(tmp_path)]) == 0
    assert "supervised, seed 0, iteration 0" in capsys.readouterr().out, "asked for alone"


def test_a_finished_study_has_nothing_left_to_do(finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.stat().st_mtime_ns for path in finished.rglob("stages/*.json")}
    assert cli.main(["study", "-o", str(finished), "--devices", "cpu"]) == 0
    assert {path: path.stat().st_mtime_ns for path in finished.rglob("stages/*.json")} == before
    *said, last = capsys.readouterr().out.splitlines()
    known = trust(read_results(Study.load(finished)))
    assert known and known.recommended and last.endswith("study.html")
    how = how_to_use(known.recommended, finished / known.place).splitlines()
    assert said[-len(how) :] == how and how[0] == f"{known.recommended.chosen} lies in {finished / known.place}"
    assert cli.main(["study", "-o", str(finished), "--dry-run", "--seeds", "1"]) == 0
    said = capsys.readouterr().out
    assert "8 experiments" in said and said.count("  done") == 4
    assert re.search(r"source-only, seed 1 +4 stages to run, 3 to take over from others, 0 done", said)
    assert cli.main(["status", str(finished)]) == 0
    said = capsys.readouterr().out
    assert "State       finished" in said and "target-supervised" in said


def test_a_method_that_is_left_out_is_nowhere_until_it_is_named_again(
    here: None, finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "fewer"
    shutil.copytree(finished, folder)

    def told(*words: str) -> tuple[str, str]:
        assert cli.main(["study", "-o", str(folder), "--devices", "cpu", *words]) == 0
        back = "No longer left out: short, seed 0; supervised, seed 0." in capsys.readouterr().out
        assert back == ("--method" in words and "--without" not in words)
        assert cli.main(["status", str(folder)]) == 0
        return capsys.readouterr().out, (folder / "table.md").read_text(encoding="utf-8")

    for said in told("--method", "short=cyclegan-resnet", "--without", "short", "--without", "supervised"):
        assert "cyclegan-resnet" in said and not re.search(r"short, seed|\| short|supervised, seed|\| target-supervised", said)
    assert "Left out    short, supervised" in told()[0], "it stays so"
    assert (folder / "experiments" / "short" / "seed_0" / "experiment.json").is_file()
    assert "--without short" in Study.load(folder).commands[-1]
    for said in told("--method", "short=cyclegan-resnet", "--method", "supervised"):
        assert "short" in said and "target-supervised" in said and "Left out" not in said


REFUSED = [
    (["--without", "strong"], "there is no such method or seed; choose one of source-only, cyclegan-resnet, short, supervised, "),
    (["--without", "source-only"], "source-only is what all methods are compared with"),
    (["--method", "short=none"], "its method short is cyclegan-resnet, not none"),
    (["--set", "short:segmentation.epochs=3"], "of short, seed 0, it was started with segmentation.epochs=2, not 3"),
    (["--set", "segmentation.epochs=3"], "segmentation.epochs=2, not 3"),
    (["--preset", "quick"], "it was started with preset=smoke, not quick"),
    (["--method", "supervised=none"], "There are two methods 'supervised'"),
    (["--method", "a/b=none"], "a method's name is made of letters"),
    (["--method", "cycle-gan"], "no image translator 'cycle-gan'"),
    (["--set", "strong:seed=1"], "use --seeds, --devices and --method"),
    (["--set", "short:labels=Tumour:1,Cochlea:2"], "are the same for all methods"),
    (["--seeds", "strong=1"], "There is no method 'strong'"),
    (["--seeds", "one"], "neither a seed nor METHOD=SEED"),
    (["--set", "segmentation.epoch=3"], "did you mean 'segmentation.epochs'"),
]


@pytest.mark.parametrize(("more", "why"), REFUSED, ids=[" ".join(more) for more, _ in REFUSED])
def test_another_request_is_refused_and_changes_nothing(
    finished: Path, more: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (finished / "study.json").read_bytes()
    assert cli.main(["study", "-o", str(finished), *more]) == 2
    assert why in capsys.readouterr().err
    assert (finished / "study.json").read_bytes() == before and len(list(finished.rglob("experiment.json"))) == 4


def test_a_study_and_an_experiment_do_not_share_a_folder(
    finished: Path, command: Callable[..., list[str]], tiny_cohort: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["run", "--crossmoda", str(tiny_cohort), "-o", str(finished), "--preset", "smoke"]) == 2
    experiment = finished / "experiments" / "short" / "seed_0"
    asked = command("unused", *METHODS)
    asked[asked.index("-o") + 1] = str(experiment)
    assert cli.main(asked) == 2
    assert "is an experiment, not a study" in capsys.readouterr().err


def test_a_ceiling_is_not_scored_on_what_it_has_learned(
    here: None, scans: Path, tmp_path: Path, command: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(scans / "data" / "training_target", tmp_path / "images")
    evaluation = ["--evaluate-images", str(tmp_path / "images"), "--evaluate-labels", str(scans / "labels")]
    assert cli.main(command("scored", "--target-labels", str(scans / "labels"), *evaluation, *METHODS, "--dry-run")) == 2
    assert "Every labelled target scan is an evaluation case" in capsys.readouterr().err


def test_a_dry_run_says_how_long_a_time_budget_lets_a_study_take(scans: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["study", "--crossmoda", str(scans / "data"), "-o", str(scans / "none"), "--method", "cut", "--seeds", "0", "1", "--dry-run"]
    assert cli.main([*asked, "--preset", "laptop"]) == 0
    said = capsys.readouterr().out
    assert "4 experiments:" in said and "budget_minutes=75 is for each of them: about 5 h 00 min one after another" in said
    assert "measured when the study starts" in said and not (scans / "none").exists()
    assert cli.main([*asked, "--preset", "laptop", "--set", "budget_minutes=0"]) == 0
    assert "budget" not in capsys.readouterr().out


def test_an_experiment_that_fails_does_not_keep_the_others_back(
    here: None, finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(finished, tmp_path / "failing")
    folder = tmp_path / "failing"
    more = ["--method", "odd=none", "--set", "odd:segmentation.trainer=NoSuchTrainer", "--method", "plain=none"]
    more += ["--set", "plain:self_training.iterations=0", "--set", "odd:self_training.iterations=0"]
    assert cli.main(["study", "-o", str(folder), *more, "--devices", "cpu", "cpu"]) == 1
    assert "odd, seed 0 failed: " in capsys.readouterr().err
    assert (folder / "experiments" / "plain" / "seed_0" / "iteration_0" / "model" / "segmenter.safetensors").is_file()
    assert not (folder / "experiments" / "odd" / "seed_0" / "iteration_0").exists()
    assert read_events(folder / "events.jsonl")[0][-1]["state"] == "failed"
    assert cli.main(["status", str(folder)]) == 0
    said = capsys.readouterr().out
    assert re.search(r"  failed    odd, seed 0 .*\n  Error     .*NoSuchTrainer", said), "which its folder knows nothing of"
    assert "**odd, seed 0 failed:** " in said and "- **odd, seed 0 failed:** " in (folder / "table.md").read_text(encoding="utf-8")
    top = (folder / "study.html").read_text(encoding="utf-8").partition("</header>")[0]
    assert re.search("<b>odd, seed 0 failed:</b> .*NoSuchTrainer", top)


def test_an_interrupted_study_ends_its_worker_and_goes_on(
    project_root: Path, here: None, command: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    asked = untranslated(command("interrupted", "--method", "plain=none"))
    folder = Path(asked[asked.index("-o") + 1])
    first = folder / "experiments" / "source-only" / "seed_0"

    def starts() -> int:
        events = read_events(first / "events.jsonl")[0]
        return sum(event["kind"] == "run" and event["state"] == "started" for event in events)

    def start_and_wait_for_a_worker() -> subprocess.Popen[bytes]:
        words, before = [sys.executable, str(project_root / "Scripts" / "crossmoda_uda.py"), *asked], starts()
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 120
        while starts() == before and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        assert is_running(first)
        return process

    study = start_and_wait_for_a_worker()
    study.terminate()
    assert study.wait(120) in (130, -signal.SIGTERM)
    assert not is_running(first) and not is_running(folder)
    assert read_last_run(folder).said == read_last_run(first).said == "interrupted"

    study = start_and_wait_for_a_worker()
    study.kill()  # its worker goes on alone
    study.wait(120)
    assert is_running(first) and not is_running(folder)
    assert cli.main(["stop", str(folder)]) == 0
    assert not is_running(first) and f"`study -o {folder}` goes on" in capsys.readouterr().out

    assert cli.main(["study", "-o", str(folder), "--devices", "cpu"]) == 0
    assert stages(first, "finished").count("iteration_0/train") == 1
    plain = folder / "experiments" / "plain" / "seed_0"
    assert stages(plain, "finished") == [], "everything is that of source only"

"""A file that is damaged between two stages is never learned from: each kind of file, between each two stages.

Which stage reads and which one rewrites a kind of file is written down here by hand, from what the stages do, not taken from what
they declare.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import TINY
from CrossMoDAUDALib.cohort.finding import find_crossmoda
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.core.settings import preset_settings, with_values
from CrossMoDAUDALib.experiment.events import Event
from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.method.adaptation import adapt
from CrossMoDAUDALib.segmentation import preparation

pytestmark = pytest.mark.slow

STEPS = ("prepare", "train", "predict", "evaluate")
ORDER = [
    *("translation/source_slices", "translation/target_slices", "translation/train", "pseudo_target", "pseudo_target/check"),
    *("export/Dataset001_PseudoTarget", *(f"iteration_0/{step}" for step in STEPS), "iteration_0/agreement"),
    *("iteration_1/export", *(f"iteration_1/{step}" for step in STEPS)),
    *("iteration_2/export", *(f"iteration_2/{step}" for step in STEPS)),
    *("export/Dataset003_SourceOnly", *(f"source_only/{step}" for step in STEPS)),
]
RAW_1, RAW_2, RAW_3 = (f"nnunet/raw/{name}" for name in ("Dataset001_PseudoTarget", "Dataset002_SelfTraining", "Dataset003_SourceOnly"))
READY_1, READY_2, READY_3 = (f"{raw.replace('raw', 'preprocessed')}/nnUNetPlans_3d_fullres" for raw in (RAW_1, RAW_2, RAW_3))
DECIDED = ("iteration_1/export", "iteration_1/prepare", "iteration_2/export", "iteration_2/prepare")
EXPORTS, PREPARATIONS = (tuple(f"iteration_{number}/{step}" for number in (1, 2)) for step in ("export", "prepare"))
SCORED = ("iteration_0/evaluate", "iteration_1/evaluate", "iteration_2/evaluate", "source_only/evaluate")
OF_ITERATION_2 = ("iteration_1/train", "iteration_2/prepare", "iteration_2/train")

# A kind of file: the stages that write it anew or take it over, and those that read it, with those that take it over.
KINDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "translation/source_slices.npy": (("translation/source_slices",), ("translation/train",)),
    "translation/target_slices.npy": (("translation/target_slices",), ("translation/train",)),
    "translation/generator.safetensors": (("translation/train",), ("pseudo_target",)),
    "translation/translator.json": (("translation/train",), ("pseudo_target",)),
    "pseudo_target/*.nii.gz": (("pseudo_target",), ("pseudo_target/check", "export/Dataset001_PseudoTarget")),
    "pseudo_target/contrast.json": (("pseudo_target/check",), ("export/Dataset001_PseudoTarget", *DECIDED)),
    f"{RAW_1}/imagesTr/*": (("export/Dataset001_PseudoTarget",), ("iteration_0/prepare", "iteration_0/agreement", "iteration_1/prepare")),
    f"{RAW_1}/labelsTr/*": (("export/Dataset001_PseudoTarget",), ("iteration_0/prepare", "iteration_0/agreement", "iteration_1/prepare")),
    f"{RAW_1}/summaries.json": (
        ("export/Dataset001_PseudoTarget",),
        ("iteration_0/prepare", "iteration_0/agreement", "iteration_1/prepare", "iteration_2/prepare"),
    ),
    f"{READY_1}/*_0000.b2nd": (("iteration_0/prepare",), ("iteration_0/train", "iteration_1/prepare")),
    f"{READY_1}/*_seg.b2nd": (("iteration_0/prepare",), ("iteration_0/train", "iteration_1/prepare")),
    f"{READY_1}/*.pkl": (("iteration_0/prepare",), ("iteration_0/train", "iteration_1/prepare")),
    f"{READY_1}/../nnUNetPlans.json": (("iteration_0/prepare",), ("iteration_0/train", "iteration_1/prepare", "iteration_2/prepare")),
    "iteration_0/trained_on.json": (("iteration_0/prepare",), ("iteration_0/train",)),
    "iteration_0/model/segmenter.safetensors": (("iteration_0/train",), ("iteration_0/predict", "iteration_0/agreement")),
    "iteration_0/model/plans.json": (("iteration_0/train",), ("iteration_0/predict", "iteration_0/agreement")),
    "iteration_0/pseudo_labels/*": (("iteration_0/predict",), ("iteration_1/export",)),
    "iteration_0/evaluation/*": (("iteration_0/predict",), SCORED),
    "iteration_0/agreement.json": (("iteration_0/agreement",), DECIDED),
    "iteration_0/agreement/*": (("iteration_0/agreement",), ()),
    f"{RAW_2}/imagesTr/*": (
        ("iteration_1/export", "iteration_2/export"),
        ("iteration_1/prepare", "iteration_2/export", "iteration_2/prepare"),
    ),
    f"{RAW_2}/labelsTr/*": (EXPORTS, PREPARATIONS),
    f"{RAW_2}/dataset.json": (EXPORTS, PREPARATIONS),
    f"{READY_2}/source_0000.b2nd": (PREPARATIONS, OF_ITERATION_2),
    f"{READY_2}/source_0001_seg.b2nd": (PREPARATIONS, OF_ITERATION_2),
    f"{READY_2}/source_0000.pkl": (PREPARATIONS, OF_ITERATION_2),
    f"{READY_2}/target_0000.b2nd": (PREPARATIONS, OF_ITERATION_2),
    f"{READY_2}/target_0001_seg.b2nd": (PREPARATIONS, ("iteration_1/train", "iteration_2/train")),
    f"{READY_2}/target_0000.pkl": (PREPARATIONS, ("iteration_1/train", "iteration_2/train")),
    f"{READY_2}/../nnUNetPlans.json": (PREPARATIONS, OF_ITERATION_2),
    "iteration_1/model/segmenter.safetensors": (("iteration_1/train",), ("iteration_1/predict",)),
    "iteration_1/pseudo_labels/*": (("iteration_1/predict",), ("iteration_2/export",)),
    "iteration_2/model/segmenter.safetensors": (("iteration_2/train",), ("iteration_2/predict",)),
    "iteration_2/pseudo_labels/*": (("iteration_2/predict",), ()),
    f"{RAW_3}/imagesTr/*": (("export/Dataset003_SourceOnly",), ("source_only/prepare",)),
    f"{READY_3}/*.pkl": (("source_only/prepare",), ("source_only/train",)),
    "source_only/model/model.json": (("source_only/train",), ("source_only/predict",)),
    "source_only/evaluation/*": (("source_only/predict",), ("source_only/evaluate",)),
    "evaluation/table.csv": (SCORED, ()),
}


class StoppedError(Exception):
    """A stage was about to begin."""


@pytest.fixture(scope="module")
def before(tiny_cohort: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """An experiment with two self-training iterations and the comparison, as it was before each of its stages."""
    base = tmp_path_factory.mktemp("freshness")
    settings = with_values(
        preset_settings("smoke"),
        {**TINY, "device": "cpu", "segmentation.epochs": 1, "self_training.iterations": 2, "evaluation.source_only": True},
    )
    experiment = Experiment.create(base / "experiment", settings, find_crossmoda(tiny_cohort), {})
    folders: dict[str, Path] = {}

    def keep(event: Event) -> None:
        if event["kind"] == "stage" and event["state"] == "started":
            folders[event["stage"]] = Path(shutil.copytree(experiment.folder, base / event["stage"].replace("/", "--")))

    experiment.events.listeners.append(keep)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(preparation, "FOREGROUND_SAMPLES", 100_000)
        adapt(experiment)
    assert list(folders) == ORDER
    return folders


def goes_on_with(folder: Path) -> str:
    """The stage that the experiment goes on with; it is stopped before that does anything. Empty if it is refused."""
    experiment = Experiment.load(folder)

    def stop(event: Event) -> None:
        if event.get("state") == "started":
            raise StoppedError(event["stage"])

    experiment.events.listeners.append(stop)
    try:
        adapt(experiment)
    except StoppedError as stopped:
        return str(stopped)
    raise AssertionError("nothing was left to do")


def is_read_before_it_is_written(writers: tuple[str, ...], readers: tuple[str, ...], stage: str) -> bool:
    """Whether the next stage from this one on that has to do with a file reads it."""
    following = [name for name in ORDER[ORDER.index(stage) :] if name in writers or name in readers]
    return bool(following) and following[0] in readers


def damaged(folder: Path, kind: str) -> tuple[Path, bytes]:
    """Alter a byte of a file of this kind, leaving its size and time as they are; the file, and what it held."""
    path = sorted(folder.glob(kind.replace("nnUNetPlans_3d_fullres/../", "")))[-1]
    content, status = path.read_bytes(), path.stat()
    other = bytearray(content)
    other[len(other) // 2] ^= 4
    path.unlink()  # it may be linked to another data set's
    path.write_bytes(other)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    return path, content


def moments(kind: str) -> Iterator[str]:
    """The stages before which there is a file of this kind."""
    yield from ORDER[ORDER.index(KINDS[kind][0][0]) + 1 :]


@pytest.mark.parametrize("kind", KINDS)
def test_damage_is_refused_as_long_as_a_stage_will_read_the_file(before: dict[str, Path], kind: str) -> None:
    writers, readers = KINDS[kind]
    for stage in moments(kind):
        path, content = damaged(before[stage], kind)
        try:
            if is_read_before_it_is_written(writers, readers, stage):
                with pytest.raises(InputError) as caught:
                    goes_on_with(before[stage])
                assert str(caught.value).startswith(f"{path} has changed since stage "), stage
            else:
                assert goes_on_with(before[stage]) == stage
        finally:
            path.write_bytes(content)


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_gone_is_made_again_by_the_stage_that_wrote_it_last(before: dict[str, Path], kind: str) -> None:
    """What iteration 2 takes over was made by iteration 1, from an export that iteration 2 has overwritten: that comes first."""
    writers, readers = KINDS[kind]
    for stage in moments(kind):
        path, content = damaged(before[stage], kind)
        path.unlink()
        try:
            done = ORDER[: ORDER.index(stage)]
            maker = [name for name in done if name in writers][-1]
            if set(writers) & set(readers) and "iteration_2/export" in done:
                maker = "iteration_1/export"
            needed = is_read_before_it_is_written(writers, readers, stage)
            assert goes_on_with(before[stage]) == (maker if needed else stage), stage
        finally:
            path.write_bytes(content)


@pytest.mark.parametrize(
    ("finished", "kind", "reader"),
    [
        ("iteration_1/evaluate", f"{READY_2}/source_0000.b2nd", "iteration_2/prepare"),
        ("iteration_2/export", f"{READY_2}/target_0000.b2nd", "iteration_2/prepare"),
        ("iteration_2/export", f"{RAW_2}/labelsTr/*", "iteration_2/prepare"),
        ("iteration_2/prepare", f"{READY_2}/source_0001_seg.b2nd", "iteration_2/train"),
    ],
)
def test_damage_while_the_worker_runs_is_refused(before: dict[str, Path], tmp_path: Path, finished: str, kind: str, reader: str) -> None:
    """Without a new start, between the end of a stage and the beginning of the one that reads the file."""
    experiment = Experiment.load(Path(shutil.copytree(before["iteration_1/evaluate"], tmp_path / "copy")))
    paths = []

    def damage(event: Event) -> None:
        if event.get("state") == "finished" and event.get("stage") == finished:
            paths.append(damaged(experiment.folder, kind)[0])

    experiment.events.listeners.append(damage)
    with pytest.raises(InputError, match="has changed since stage") as caught:
        adapt(experiment)
    assert str(caught.value).startswith(f"{paths[0]} ")
    assert not experiment.is_complete(reader) and experiment.is_complete(ORDER[ORDER.index(reader) - 1])


def test_what_is_made_again_is_what_it_was(before: dict[str, Path], tmp_path: Path) -> None:
    """Prepared images that are gone after iteration 1, of which iteration 2 needs all, although their labels are other ones by then."""
    stage = "iteration_2/prepare"
    experiment = Experiment.load(Path(shutil.copytree(before[stage], tmp_path / "copy")))
    folder = experiment.folder / READY_2
    wanted = {name: (before["iteration_2/train"] / READY_2 / name).read_bytes() for name in ("source_0000.b2nd", "target_0001.b2nd")}
    labels = {path.name: path.read_bytes() for path in (before["iteration_2/train"] / READY_2).glob("*_seg.b2nd")}
    for name in wanted:
        (folder / name).unlink()

    def stop(event: Event) -> None:
        if event.get("stage") == "iteration_2/train":
            raise StoppedError

    experiment.events.listeners.append(stop)
    with pytest.raises(StoppedError):
        adapt(experiment)
    assert {name: (folder / name).read_bytes() for name in wanted} == wanted
    assert {name: (folder / name).read_bytes() for name in labels} == labels

"""Bad inputs (``Testing/Zoo``): each is refused in one sentence that names it, in time, with nothing left behind.

The short form, in CI, gives each bad file to one command in turn and tries a few hundred headers at random, the same every
time. The long form gives each bad file to every command that reads such files and tries many thousands of new headers:

    python3 Scripts/test.py CrossMoDAUDA/Testing/Python/test_zoo.py --zoo-long
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from long_runs import run
from Testing.Zoo import Pantry, Place, Specimen, fuzzing, specimens
from Testing.Zoo.formats import SIZE, meta, nifti, nrrd
from Testing.Zoo.keeper import Keeper
from Testing.Zoo.specimen import CannotBeMade

SHORT, LONG = 60, 3000
GOOD = {".nii": nifti(), ".nrrd": nrrd(), ".mha": meta(), ".big.nii": nifti(order=">", data=bytes(600) + b"\1" * 72)}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "specimen" in metafunc.fixturenames:
        found = specimens(every_door=metafunc.config.getoption("--zoo-long"))
        metafunc.parametrize("specimen", found, ids=[specimen.name for specimen in found])


@pytest.fixture(scope="module")
def keeper(tmp_path_factory: pytest.TempPathFactory, tiny_cohort: Path, tiny_experiment: Path) -> Iterator[Keeper]:
    pytest.importorskip("slicer", reason="slicer-core is not installed")
    with Keeper(tmp_path_factory.mktemp("zoo ü"), Pantry(tiny_cohort, tiny_experiment)) as keeper:
        yield keeper


def test_there_are_enough_specimens_of_every_kind() -> None:
    found = Counter(specimen.kind for specimen in specimens())
    assert sum(found.values()) >= 200
    for kind, least in {"scan": 100, "label map": 20, "settings": 50, "experiment": 40, "model": 80, "packages": 40}.items():
        assert found[kind] >= least, kind


def test_each_is_refused_in_one_sentence(specimen: Specimen, keeper: Keeper) -> None:
    try:
        verdict = keeper.judge(specimen)
    except CannotBeMade as why:
        pytest.skip(str(why))
    assert not verdict.faults, "\n".join(verdict.faults)


@pytest.mark.parametrize("ending", GOOD)
def test_the_good_scans_that_the_bad_ones_are_made_from_are_read(ending: str, keeper: Keeper) -> None:
    path = keeper.place().inputs / f"good{ending}"
    path.write_bytes(GOOD[ending])
    answer = keeper.read(path)
    assert answer["faults"] == [] and tuple(answer["size"]) == SIZE
    assert answer["spacing"] == pytest.approx((0.5, 0.5, 1.5))


@pytest.mark.parametrize("ending", fuzzing.FILES)
def test_any_header_is_refused_or_means_a_volume(ending: str, keeper: Keeper, request: pytest.FixtureRequest) -> None:
    long = request.config.getoption("--zoo-long")
    inputs = keeper.place().inputs
    path = inputs / f"any{ending}"

    @given(fuzzing.FILES[ending])
    @settings(
        max_examples=LONG if long else SHORT,
        derandomize=not long,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    def check(content: bytes) -> None:
        (inputs / "data.raw").write_bytes(fuzzing.VOXELS.tobytes())
        path.write_bytes(content)
        answer = keeper.read(path)
        assert not answer["faults"], answer["faults"]
        if "refused" in answer:
            return
        assert not (faults := fuzzing.not_a_volume(answer)), faults
        if ending in (".nii", ".nii.gz"):  # what the header itself states, and no guess
            grids = fuzzing.nifti_grids(content)
            assert any(
                size in (None, tuple(answer["size"])) and answer["spacing"] == pytest.approx(spacing, rel=0.02, nan_ok=True)
                for size, spacing in grids
            ), (answer, grids)

    check()


@pytest.mark.parametrize("ending", [".nii", ".nrrd", ".mha"])
def test_what_a_header_means_is_worked_on_or_refused_by_the_command_line(
    ending: str, keeper: Keeper, request: pytest.FixtureRequest
) -> None:
    long = request.config.getoption("--zoo-long")

    @given(fuzzing.FILES[ending])
    @settings(max_examples=300 if long else 8, derandomize=not long, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    def check(content: bytes) -> None:
        def make(place: Place) -> list[str | Path]:
            path = place.inputs / f"any{ending}"
            path.write_bytes(content)
            return ["translate", keeper.pantry.experiment, path, "-o", place.output, "--device", "cpu"]

        specimen = Specimen(f"any{ending}", make, f"any{ending}", (0, 2), frozenset(["any_pseudo_target.nii.gz"]), may_warn=True)
        assert not (faults := keeper.judge(specimen).faults), faults

    check()


def test_the_script_itself_refuses_some(tiny_experiment: Path, tmp_path: Path) -> None:
    bomb = tmp_path / "bad.nii.gz"
    bomb.write_bytes(nifti({"dim": (3, 30000, 30000, 30000, 1, 1, 1, 1)}))
    for arguments, says in (
        (["translate", tiny_experiment, bomb, "-o", tmp_path / "out"], "bad.nii.gz"),
        (["run", "--crossmoda", tmp_path, "-o", tmp_path / "out", "--set", "seed=-1"], "seed"),
        (["status", tmp_path], "experiment.json"),
    ):
        status, output, errors = run(*arguments)
        assert (status, output, len(errors.splitlines())) == (2, "", 1), errors
        assert says in errors
    assert sorted(path.name for path in tmp_path.iterdir()) in (["bad.nii.gz"], ["bad.nii.gz", "out"])


# The keeper itself ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("import os; os.abort()", "crash of the interpreter"),
        ("import time; time.sleep(60)", "hangs"),
        ("raise ValueError('no sentence')", "an exception escaped"),
        ("import sys; print('one\\ntwo', file=sys.stderr)", "does not complain"),
        ("import pathlib; pathlib.Path('stray').touch()", "changed outside the output folder"),
        ("b = b'x' * (700 << 20)", "took"),
    ],
)
def test_the_keeper_notices(code: str, fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if fault == "hangs":
        monkeypatch.setattr("Testing.Zoo.keeper.SECONDS", 3.0)
    if fault == "took" and sys.platform == "win32":
        pytest.skip("this system does not tell how much memory a process took")
    specimen = Specimen("misbehaved", lambda place: [f"exec:{code}"], "x")
    (tmp_path / "zoo").mkdir()
    with Keeper(tmp_path / "zoo", Pantry(tmp_path / "none", tmp_path / "none"), warm=False) as keeper:
        faults = keeper.judge(specimen).faults
    assert any(fault in found for found in faults), faults

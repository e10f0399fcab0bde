"""What a study is asked for: seeds and methods that are added later, and what the floor and the ceiling are spared."""

from __future__ import annotations

import contextlib
import re
import shlex
from dataclasses import replace
from pathlib import Path

import pytest
from cohort_files import hashes
from CrossMoDAUDALib.cohort.finding import Case, Cohort
from CrossMoDAUDALib.commands import cli
from CrossMoDAUDALib.commands.study import asked_for
from CrossMoDAUDALib.commands.trust import _choices
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.core.settings import Settings, with_values
from CrossMoDAUDALib.experiment.elsewhere import Elsewhere
from CrossMoDAUDALib.experiment.folder import Experiment, package_versions
from CrossMoDAUDALib.experiment.lock import locked
from CrossMoDAUDALib.experiment.markers import write_marker
from CrossMoDAUDALib.experiment.sharing import adopt
from CrossMoDAUDALib.method.titles import row_title
from CrossMoDAUDALib.study import running
from CrossMoDAUDALib.study.left_out import came_back, leaving_out
from CrossMoDAUDALib.study.request import Method, Part, Study
from CrossMoDAUDALib.study.words import parse_seeds

CASE = Case("a", Path("a"), None)
STUDY = Study(Path("study"), "smoke", {}, (Method("cut", "cut"), Method("plain", "cyclegan-resnet")), (0,), Cohort((CASE,), (CASE,)))


def seeds(study: Study) -> dict[str, tuple[int, ...]]:
    return {method.name: study.seeds_of(method) for method in study.methods}


def test_seeds_that_are_added_to_a_method_come_after_those_it_had() -> None:
    more = STUDY.extended(replace(STUDY, methods=(Method("cut", "cut", {}, (1, 2)),), seeds=()), False, False)
    assert seeds(more) == {"cut": (0, 1, 2), "plain": (0,)}
    again = more.extended(replace(STUDY, methods=(Method("cut", "cut", {}, (2, 3)),), seeds=(5,)), False, False)
    assert seeds(again) == {"cut": (0, 1, 2, 3), "plain": (0, 5)}
    new = STUDY.extended(replace(STUDY, methods=(Method("fast", "fastcut", {}, (7,)),), seeds=()), False, False)
    assert seeds(new) == {"cut": (0,), "plain": (0,), "fast": (7,)}


def test_a_method_that_names_seeds_which_it_has_keeps_those_of_the_study() -> None:
    again = STUDY.extended(replace(STUDY, methods=(Method("cut", "cut", {}, (0,)),), seeds=()), False, False)
    assert seeds(again.extended(replace(STUDY, methods=(), seeds=(2,)), False, False)) == {"cut": (0, 2), "plain": (0, 2)}


def test_seeds_of_one_method_may_be_named_one_by_one() -> None:
    assert parse_seeds(["cut=0", "1", "cut=2,0", "plain=3", "1"]) == ((1,), {"cut": (0, 2), "plain": (3,)})


def test_a_seed_that_is_added_has_what_the_preset_had_for_the_others(tmp_path: Path, cohort: Cohort) -> None:
    """A method is not half of one version's preset and half of another's."""
    study = replace(STUDY, folder=tmp_path, preset="sample", cohort=cohort, seeds=(0, 1))
    cut, plain = study.methods
    then = with_values(study.settings(cut, 0), {"self_training.iterations": 1, "self_training.refinement": "off"})
    Experiment.create(study.folder_of(cut, 0), then, cohort, hashes(cohort))
    found = {part.name: part.settings.self_training for part in replace(study).parts()}
    assert [(found[f"cut/seed_{seed}"].iterations, found[f"cut/seed_{seed}"].refinement) for seed in (0, 1)] == [(1, "off")] * 2
    assert (found["plain/seed_1"].iterations, found["plain/seed_1"].refinement) == (2, "both"), "which is begun anew"
    named = replace(study, methods=(replace(cut, values={"self_training.iterations": 3}), plain)).parts()
    assert {part.name: part.settings.self_training.iterations for part in named}["cut/seed_1"] == 3


def names(study: Study) -> list[str]:
    return [part.name for part in study.parts()]


def test_what_is_left_out_comes_back_when_it_is_named_again() -> None:
    study = replace(STUDY, seeds=(0, 1), ceiling=(CASE,))
    assert len(names(study)) == 8
    one = leaving_out(study, ["cut", "plain=1"])
    assert names(one) == ["source-only/seed_0", "plain/seed_0", "supervised/seed_0", "source-only/seed_1", "supervised/seed_1"]
    assert names(leaving_out(one, [])) == names(one), "until then"
    assert names(one.whole) == names(study)
    assert set(names(leaving_out(one, [], {"cut"}))) == {*names(one), "cut/seed_0", "cut/seed_1"}
    for named in ("plain=1", "=1"):
        assert set(names(leaving_out(one, [], {named}))) == {*names(one), "plain/seed_1"}
    fewer = leaving_out(study, ["source-only=1", "cut=1", "plain=1", "supervised"])
    assert names(fewer) == ["source-only/seed_0", "cut/seed_0", "plain/seed_0"]
    assert [row.name for row in leaving_out(study, ["cut=0", "cut=1"]).rows] == ["source-only", "plain", "supervised"]


@pytest.mark.parametrize("words", [["fast"], ["cut=2"], ["source-only"], ["source-only=0", "source-only=1"], [""]])
def test_what_cannot_be_left_out_is_refused(words: list[str]) -> None:
    with pytest.raises(InputError, match=r"--without"):
        leaving_out(replace(STUDY, seeds=(0, 1)), words)


def test_a_method_that_is_named_again_comes_back_and_a_seed_alone() -> None:
    study = replace(STUDY, seeds=(0, 1), methods=(*STUDY.methods, Method("5", "cut")))

    def without(words: list[str], *named: str) -> tuple[str, ...]:
        return leaving_out(leaving_out(study, words), [], named).without

    assert without(["cut=0", "cut=1"], "cut") == (), "of which no seed would be left"
    assert without(["cut=0"], "cut") == ("cut=0",)
    assert without(["cut", "plain"], "cut=0") == ("plain", "cut=1")
    assert without(["cut=1", "cut"], "cut=0") == ("cut=1",)
    assert without(["cut"], "=0") == ("cut",), "which was not named"
    assert without(["5"], "=5") == ("5",)
    assert without(["5=1"], "=1") == ()


def test_something_to_compare_is_left() -> None:
    with pytest.raises(InputError, match=r"--without: no method would be left to compare"):
        leaving_out(STUDY, ["cut", "plain"]).check()
    with pytest.raises(InputError, match="Name at least one method"):
        replace(STUDY, methods=()).check()


def asks(folder: Path, *words: str) -> Study:
    """What `study` asks for, recorded."""
    found, _ = asked_for(cli._parser().parse_args(["study", "-o", str(folder), *words]))
    found.save()
    return found


@pytest.mark.parametrize(
    ("without", "back"),
    [
        (["supervised"], ["--method", "supervised"]),
        (["supervised"], ["--seeds", "supervised=0,1"]),
        (["supervised=0", "supervised=1"], ["--method", "supervised"]),
        (["supervised=1"], ["--seeds", "supervised=1"]),
        (["source-only=1"], ["--seeds", "source-only=1"]),
        (["cut"], ["--seeds", "cut=0,1"]),
    ],
)
def test_the_command_that_brings_back_may_be_given_twice(tmp_path: Path, cohort: Cohort, without: list[str], back: list[str]) -> None:
    labelled = replace(cohort.target[0], label=cohort.source[0].label)
    study = replace(STUDY, folder=tmp_path / "study", cohort=cohort, ceiling=(labelled,), seeds=(0, 1))
    study.folder.mkdir()
    study.save()
    fewer = asks(study.folder, *(f"--without={word}" for word in without))
    assert fewer.without == tuple(without) and came_back(study, fewer) == []
    again = asks(study.folder, *back)
    assert names(again) == names(study)
    assert came_back(fewer, again) == [part.title for part in sorted_parts(study) if part.name not in names(fewer)]
    twice = asks(study.folder, *back)
    assert twice == again and came_back(again, twice) == []


def sorted_parts(study: Study) -> list[Part]:
    """The experiments, those of a method together."""
    order = [row.name for row in study.rows]
    return sorted(study.parts(), key=lambda part: order.index(part.method.name))


def test_a_method_of_which_all_seeds_were_left_out_is_told_with_a_new_one() -> None:
    for words, told in ((["cut=0"], ["cut, seed 2"]), (["cut"], []), (["plain=0"], ["plain, seed 2"])):
        fewer = leaving_out(STUDY, words)
        assert came_back(fewer, leaving_out(fewer.extended(replace(STUDY, methods=(), seeds=(2,)), False, False), [], {"=2"})) == told


def test_what_comes_back_is_told_when_it_does(tmp_path: Path, cohort: Cohort, capsys: pytest.CaptureFixture[str]) -> None:
    study = replace(STUDY, folder=tmp_path / "study", cohort=cohort, without=("cut",), digests={"a": "00ff"})
    study.folder.mkdir()
    study.save()
    assert cli.main(["study", "-o", str(study.folder), "--method", "cut", "--dry-run"]) == 0
    assert "Would no longer be left out: cut, seed 0." in capsys.readouterr().out and Study.load(study.folder).without == ("cut",)
    cut = next(part for part in study.whole.parts() if part.method.name == "cut")
    Experiment.create(cut.folder, with_values(cut.settings, {"translation.epochs": 3}), cut.cohort, {})
    for words in (["--dry-run"], []):
        assert cli.main(["study", "-o", str(study.folder), "--method", "cut", *words]) == 2
        assert "longer" not in "".join(capsys.readouterr()), "nothing has come back"


@pytest.mark.parametrize("words", [["--method", "supervised=cut"], ["--seeds", "supervised=2"], ["--seeds", "source-only=2"]])
def test_the_floor_and_the_ceiling_are_not_asked_for_otherwise(tmp_path: Path, cohort: Cohort, words: list[str]) -> None:
    labelled = replace(cohort.target[0], label=cohort.source[0].label)
    study = replace(STUDY, folder=tmp_path / "study", cohort=cohort, ceiling=(labelled,), without=("supervised",))
    study.folder.mkdir()
    study.save()
    with pytest.raises(InputError, match=r"two methods 'supervised'|is run with the seeds of all methods"):
        asks(study.folder, *words)


@pytest.mark.parametrize("damage", ["", "experiment.json", "no file"])
def test_what_is_left_out_lends_its_finished_stages_to_its_successor(tmp_path: Path, cohort: Cohort, damage: str) -> None:
    digests = hashes(cohort)
    odd, better = (Method(name, "cut", {"segmentation.epochs": epochs}) for name, epochs in (("odd", "2"), ("better", "3")))
    study = Study(tmp_path / "study", "smoke", {}, (odd, better), (0,), cohort, digests=digests)
    parts = {part.method.name: part for part in study.parts()}
    donor = Experiment.create(parts["odd"].folder, parts["odd"].settings, cohort, digests)
    slices = [stage for stage in parts["odd"].stages() if stage.name == "translation/source_slices"]
    file = donor.folder / slices[0].writes[0].replace("*", "x")
    file.parent.mkdir(parents=True)
    file.write_bytes(b"slices")
    write_marker(donor.folder, slices[0].name, [file], seconds=1, versions=package_versions())
    if damage == "no file":
        file.unlink()
    elif damage:
        (donor.folder / damage).write_text("{", encoding="utf-8")
    fewer = leaving_out(study, ["odd"])
    part = next(part for part in fewer.parts() if part.method.name == "better")
    assert (slices[0].name in running.shared_stages(fewer)["better/seed_0"]) is (not damage)
    taker = Experiment.create(part.folder, part.settings, cohort, digests)
    assert adopt(taker, part.stages(), running._donors(fewer, part)) == ({} if damage else {slices[0].name: "odd/seed_0"})
    assert (taker.folder / file.relative_to(donor.folder)).is_file() is (not damage)


def test_what_is_left_out_elsewhere_lends_its_finished_stages_there_only(tmp_path: Path, cohort: Cohort) -> None:
    digests = hashes(cohort)
    methods = tuple(Method(name, "cut", {"segmentation.epochs": epochs}) for name, epochs in (("odd", "2"), ("better", "3")))
    study = leaving_out(Study(tmp_path / "study", "smoke", {}, methods, (0,), cohort, digests=digests), ["odd"])
    odd = next(part for part in study.whole.parts() if part.method.name == "odd")
    Experiment.create(odd.folder, odd.settings, cohort, digests)
    file = odd.folder / "translation" / "source_slices.npy"
    file.parent.mkdir()
    file.touch()
    write_marker(odd.folder, "translation/source_slices", [file], seconds=1, versions=package_versions())
    file.unlink()  # it is there, its marker was fetched
    elsewhere = Elsewhere("ward", "/there", cohort, has_begun=True).save(odd.folder)
    lent = {place: "translation/source_slices" in running.shared_stages(study, place)["better/seed_0"] for place in ("", "ward", "other")}
    assert lent == {"": False, "ward": True, "other": False}
    elsewhere.save(odd.folder, has_begun=False)
    assert "translation/source_slices" not in running.shared_stages(study, "ward")["better/seed_0"]


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("supervised", "the supervised ceiling is no image translator. It comes with --target-labels and the folder"),
        ("Target supervised", "the supervised ceiling is no image translator. It comes with --target-labels and the folder"),
        ("ceiling=supervised", "the supervised ceiling is no image translator. It comes with --target-labels and the folder"),
        ("source-only", "every study has source only by itself; leave it out"),
        ("source only", "every study has source only by itself; leave it out"),
        ("supervize", "There is no image translator 'supervize' for --method; choose one of "),
    ],
)
def test_who_names_the_floor_or_the_ceiling_is_told_how_a_study_has_them(tmp_path: Path, word: str, told: str) -> None:
    with pytest.raises(InputError, match=re.escape(told)):
        asks(tmp_path / "study", "--method", word)


def test_what_is_left_out_is_no_obstacle(tmp_path: Path, cohort: Cohort, capsys: pytest.CaptureFixture[str]) -> None:
    """A method that cannot have the study's settings, or whose experiment has others, needs not be worked on."""
    odd = Method("odd", "cyclegan-unet", {"translation.image_size": "112"})
    study = replace(STUDY, methods=(*STUDY.methods, odd))
    with pytest.raises(InputError, match="U-Net"):
        study.check()
    fewer = replace(leaving_out(study, ["odd"]), folder=tmp_path / "study", cohort=cohort)
    fewer.check()
    fewer.folder.mkdir()
    fewer.save()
    assert cli.main(["stop", str(fewer.folder)]) == 0 and "Nobody is working on" in capsys.readouterr().out
    with pytest.raises(InputError, match="two methods 'cut'"):  # of which the folders would be one
        replace(leaving_out(STUDY, ["cut"]), methods=(*STUDY.methods, Method("CUT", "cut"))).check()


def test_what_a_study_leaves_out_is_no_choice_but_alone(
    tmp_path: Path, cohort: Cohort, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    study = replace(STUDY, folder=tmp_path / "study", cohort=cohort, ceiling=(CASE,), seeds=(0, 1), without=("cut", "plain=1"))
    study.folder.mkdir()
    study.save()
    monkeypatch.chdir(tmp_path)
    named = [(part.method.name, part.folder.relative_to(tmp_path)) for part in study.whole.parts()]
    kept = [name for name, _ in _choices(named)]
    assert kept == ["source-only", "plain", "source-only"]
    said = capsys.readouterr().err
    assert said.count("is the ceiling of a study") == 2 and said.count("is left out: its study leaves it out (--without).") == 3
    alone = [one for one in named if one[0] == "cut"]
    assert _choices(alone) == alone and not capsys.readouterr().err
    (study.folder / "study.json").write_text("{", encoding="utf-8")
    assert [name for name, _ in _choices(named)] == ["source-only", "cut", "plain"] * 2, "nobody knows"


def test_what_comes_back_is_told_how_to_be_as_it_was(tmp_path: Path, cohort: Cohort) -> None:
    """Settings of all methods may have changed while it was left out."""
    named = {"segmentation.bright_in_target": "Vestibular schwannoma", "segmentation.scaled_copies": "Cochlea:0.5"}
    values = {"self_training.iterations": "2", **named}
    study = replace(STUDY, folder=tmp_path / "study", cohort=cohort, values=values)
    study.folder.mkdir()
    cut = next(part for part in study.parts() if part.method.name == "cut")
    Experiment.create(cut.folder, cut.settings, cut.cohort, {})
    study.save()
    other = ["--set", "segmentation.bright_in_target=Cochlea", "--set", "segmentation.scaled_copies=Cochlea:0.7"]
    asks(study.folder, "--without", "cut", "--iterations", "1", "--set", "cut:translation.drop_failed=true", *other)
    with pytest.raises(InputError, match=r"; give the same again \(of it alone: --set cut:tran") as raised:
        asks(study.folder, "--method", "cut").refuse_other()
    words = shlex.split(str(raised.value).partition("of it alone: ")[2].partition(")")[0])
    again = asks(study.folder, "--method", "cut", *words)
    again.refuse_other()
    assert {part.method.name: part.settings.self_training.iterations for part in again.parts()} == {"source-only": 0, "cut": 2, "plain": 1}


@pytest.mark.parametrize("where", ["here", "elsewhere"])
def test_what_is_left_out_and_still_worked_on_must_be_stopped(
    tmp_path: Path, cohort: Cohort, capsys: pytest.CaptureFixture[str], where: str
) -> None:
    study = replace(STUDY, folder=tmp_path / "study", cohort=cohort)
    part = study.folder_of(study.methods[0], 0)
    part.mkdir(parents=True)
    study.save()
    before = (study.folder / "study.json").read_bytes()
    for words in (["--dry-run"], []):
        with locked(part) if where == "here" else contextlib.nullcontext():
            if where == "elsewhere":
                Elsewhere("cluster", "/there", cohort, is_alive=True, has_begun=True).save(part)
            assert cli.main(["study", "-o", str(study.folder), "--without", "cut", *words]) == 1
        assert f"{part} is left out, and still worked on; stop that first, by `stop {part}`." in capsys.readouterr().err
    assert (study.folder / "study.json").read_bytes() == before


def test_other_labels_of_the_same_target_scans_are_refused() -> None:
    labelled = [Case("a", Path("a"), Path(folder, "a_label.nii.gz")) for folder in ("first", "second")]
    study, other = (replace(STUDY, ceiling=(case,)) for case in labelled)
    with pytest.raises(InputError, match=r"--target-labels\) differ: of a it has first.a_label\.nii\.gz, not second"):
        study.extended(other, False, False)
    assert study.extended(replace(STUDY, ceiling=(labelled[0],)), False, False).ceiling == study.ceiling
    assert STUDY.extended(other, False, False).ceiling == other.ceiling, "there was none"


def test_a_method_that_needs_other_slices_is_told_how_to_get_them() -> None:
    study = replace(STUDY, values={"translation.image_size": "112"})
    unet = Method("unet", "cyclegan-unet")
    with pytest.raises(InputError, match=r"translation\.image_size=112 does not suit .* --set unet:translation\.image_size=128\.$"):
        replace(study, methods=(*STUDY.methods, unet)).check()
    own = replace(unet, values={"translation.image_size": "128"})
    sizes = {part.method.name: part.settings.translation.image_size for part in replace(study, methods=(*STUDY.methods, own)).parts()}
    assert sizes == {"source-only": 112, "cut": 112, "plain": 112, "unet": 128}
    with pytest.raises(InputError, match=r"such as 128\.$"):
        replace(study, methods=(replace(unet, values={"translation.image_size": "96"}),)).check()


def test_the_floor_and_the_ceiling_learn_from_scans_as_they_are() -> None:
    values = {"segmentation.scaled_copies": "Cochlea:0.5", "segmentation.structure_scaling_probability": "0.3"}
    study = replace(STUDY, values=values, ceiling=(CASE,))
    found = {part.method.name: part.settings.segmentation for part in study.parts()}
    assert {name: one.scaled_copies for name, one in found.items()} == {
        "source-only": {},
        "cut": {"Cochlea": 0.5},
        "plain": {"Cochlea": 0.5},
        "supervised": {},
    }
    assert {name for name, one in found.items() if one.structure_scaling_probability} == {"cut", "plain"}
    by_preset = {part.method.name: part.settings.segmentation for part in replace(study, values={}, preset="laptop").parts()}
    assert {name for name, one in by_preset.items() if one.structure_scaling_probability} == {"cut", "plain"}
    asked = replace(study, own={"supervised": {"segmentation.structure_scaling_probability": "0.2"}})
    ceiling = next(part.settings for part in asked.parts() if part.method.name == "supervised")
    assert ceiling.segmentation.structure_scaling_probability == 0.2, "where it is asked for"


def test_no_evidence_is_measured_of_the_ceiling_which_nobody_chooses() -> None:
    study = replace(STUDY, values={"evaluation.evidence": "true"}, ceiling=(CASE,))
    assert {part.method.name for part in study.parts() if part.settings.evaluation.evidence} == {"source-only", "cut", "plain"}
    asked = replace(study, own={"supervised": {"evaluation.evidence": "true"}})
    assert all(part.settings.evaluation.evidence for part in asked.parts()), "where it is asked for"


def test_a_ceiling_that_was_begun_with_evidence_goes_on_with_it(tmp_path: Path, cohort: Cohort) -> None:
    labelled = replace(cohort.target[0], label=cohort.source[0].label)
    study = replace(STUDY, folder=tmp_path / "study", values={"evaluation.evidence": "true"}, cohort=cohort, ceiling=(labelled,))
    ceiling = next(part for part in study.parts() if part.method.name == "supervised")
    Experiment.create(ceiling.folder, with_values(ceiling.settings, {"evaluation.evidence": True}), ceiling.cohort, {})
    again = replace(study)  # as the same command gives it
    again.refuse_other()
    assert "iteration_0/evidence" in [stage.name for part in again.parts() if part.method.name == "supervised" for stage in part.stages()]


# A time budget ------------------------------------------------------------------------------------------------------------------


def test_the_ceiling_is_known_by_its_scans_contents_where_these_lie_elsewhere(cohort: Cohort) -> None:
    # On another computer a scan lies once for each domain.
    labelled = Case("s", Path("there/source/scan_s0001.nii.gz"), Path("there/source_labels/scan_s0001_Label.nii.gz"))
    there = Cohort((labelled,), (Case("t", Path("there/target/scan_t0001.nii.gz"), None),))
    digests = dict.fromkeys((str(labelled.image), str(there.target[0].image)), "00ff")
    settings = with_values(Settings(), {"translation.translator": "none"})
    assert row_title("iteration_0", settings, there, digests) == "target-supervised"
    assert row_title("iteration_0", settings, there) == row_title("iteration_0", settings, cohort, digests) == "source only"

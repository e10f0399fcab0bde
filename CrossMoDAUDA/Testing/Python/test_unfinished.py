"""What ``segment --on`` keeps of a command that has not ended: never one scan's, one model's or somebody's results for another's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from CrossMoDAUDALib.commands import cli
from CrossMoDAUDALib.core.errors import CrossModaError, InputError
from CrossMoDAUDALib.images.fingerprint import scan_stamp
from CrossMoDAUDALib.images.volumes import read_label_map
from CrossMoDAUDALib.models.model_folder import describe_model
from CrossMoDAUDALib.places import segmenting, unfinished
from CrossMoDAUDALib.places.known import KnownPlace
from CrossMoDAUDALib.places.remote import Remote
from CrossMoDAUDALib.places.unfinished import Begun, Unfinished, left_over
from dicom_files import BIRTH, PATIENT, series, some_slices

CPU = ["--device", "cpu", "--precision", "fp32"]


def test_what_is_whole_stays_so_only_while_nobody_changes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = Unfinished(tmp_path / "out", "asked")
    series(tmp_path / "Doe Jane", some_slices(3), SeriesNumber=2)
    series(tmp_path / "Doe Jane", some_slices(), "sagittal")
    chosen, detached = tmp_path / "Doe Jane#5", tmp_path / "a.mhd"
    detached.write_text("ObjectType = Image\nElementDataFile = a.raw\n")
    (tmp_path / "a.raw").write_bytes(bytes(8))
    for scan in (chosen, detached):
        label = tmp_path / "out" / f"{scan.name}_Label.nii.gz"
        label.parent.mkdir(exist_ok=True)
        assert not record.is_ours(scan)
        record.note(scan)
        assert record.is_ours(scan) and not record.is_done(scan, [label.name])
        label.write_bytes(b"ours")
        record.note(scan, [label, tmp_path / "out" / "no warnings"])
        assert record.is_done(scan, [label.name]) and not record.is_done(scan, [label.name, "more"])
        label.write_bytes(b"by another model, or by hand")
        assert not record.is_ours(scan) and not record.is_done(scan, [label.name]), "it is not written over"
        label.unlink()
        assert record.is_ours(scan) and not record.is_done(scan, [label.name])
        label.write_bytes(b"ours")
        record.note(scan, [label])
    monkeypatch.chdir(tmp_path)
    assert record.is_done(Path("a.mhd"), ["a.mhd_Label.nii.gz"])
    before = scan_stamp(detached)
    (tmp_path / "a.raw").write_bytes(bytes(7))
    assert scan_stamp(detached) != before and not record.is_done(detached, ["a.mhd_Label.nii.gz"]), "the header is as it was"
    max((tmp_path / "Doe Jane").iterdir()).touch()
    assert not record.is_done(chosen, ["Doe Jane#5_Label.nii.gz"])


@pytest.mark.parametrize("configuration", ["a file", "a file/and more", "n" * 300])
def test_a_configuration_folder_that_takes_nothing_stops_no_work(
    configuration: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one that may only be read, which the user who runs this may be above."""
    (tmp_path / "a file").touch()
    monkeypatch.setattr(unfinished, "places_file", lambda: tmp_path / configuration / "places.toml")
    place = KnownPlace("gpu", "host", "/there", "python3")
    begun = Begun(place, "/there/tasks/one", tmp_path / "out")
    begun.keep()
    begun.keep(is_over=True)
    begun.forget()
    assert not left_over(place)


def test_one_series_of_several_is_segmented_there_without_a_name(
    gpu_box: KnownPlace, tiny_experiment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    series(tmp_path / "Doe Jane", some_slices(3), SeriesNumber=2)
    series(tmp_path / "Doe Jane", some_slices(), "sagittal")
    series(tmp_path / "Doe John", some_slices(), "sagittal")
    sorted((tmp_path / "Doe John").iterdir())[2].unlink()
    scan, travelled = tmp_path / "Doe Jane#5", list[bytes]()
    tidy_up = segmenting.RemoteSegmenter._tidy_up

    def look_first(self: segmenting.RemoteSegmenter) -> None:
        files = [path for path in Path(gpu_box.folder).rglob("*") if "library" not in path.parts]
        travelled.extend([str(path).encode() for path in files] + [path.read_bytes() for path in files if path.is_file()])
        tidy_up(self)

    monkeypatch.setattr(segmenting.RemoteSegmenter, "_tidy_up", look_first)
    words = ["segment", str(tiny_experiment), str(tmp_path / "Doe John"), str(scan), *CPU, "-o"]
    for name, on in (("here", []), ("there", ["--on", "gpu-box"])):
        assert cli.main([*words, str(tmp_path / name), *on]) == 2
        assert "slice" in capsys.readouterr().err, "one that cannot be read costs the other nothing"
    (here,), (there,) = ((tmp_path / name).glob("*_Label.nii.gz") for name in ("here", "there"))
    assert np.array_equal(read_label_map(here).array, read_label_map(there).array) and here.name == there.name
    assert any(b"scan_t0001" in one for one in travelled) and any(b"NRRD" in one for one in travelled)
    for word in (PATIENT, "Doe", "Jane", BIRTH):
        assert not [one for one in travelled if word.encode() in one], word


def test_a_scan_that_changes_while_it_is_segmented_there_gets_no_result(
    gpu_box: KnownPlace, tiny_cohort: Path, tiny_experiment: Path, tmp_path: Path
) -> None:
    scan = tmp_path / "a_hrT2.nii.gz"
    one, other = sorted(tiny_cohort.rglob("*_hrT2.nii.gz"))[:2]
    scan.write_bytes(one.read_bytes())
    remote, model = Remote(gpu_box, asks=False), describe_model(tiny_experiment)
    record = Unfinished.of(tmp_path / "out", model, CPU)
    with segmenting.RemoteSegmenter(remote, model, [scan], CPU, record=record) as segmenter:
        events = segmenter._shares[0].events
        for status, kind in ((1, CrossModaError), (2, InputError)):  # memory that ran out there says nothing against the scan
            events.append({"kind": "error", "message": f"{segmenter._numbers[scan]}: said there", "status": status})
            assert type(segmenter._failure(scan)) is kind
            events.clear()
        scan.write_bytes(other.read_bytes())
        with pytest.raises(CrossModaError, match=r"a_hrT2.nii.gz has changed since it was sent to gpu-box"):
            segmenter.segment(scan)
        record.end([scan])
    again = Unfinished.of(tmp_path / "out", model, CPU)
    assert not again.is_ours(scan) and (tmp_path / "out" / ".segment-on.json").is_file()


def test_one_at_a_time_works_for_an_output_folder(
    gpu_box: KnownPlace, tiny_cohort: Path, tiny_experiment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A second start is refused, and ends nothing of the first; afterwards what another place still does is ended."""
    scan, out = min(tiny_cohort.rglob("*_hrT2.nii.gz")), tmp_path / "out"
    words = ["segment", str(tiny_experiment), str(scan), *CPU, "-o", str(out), "--on", "gpu-box"]
    out.mkdir()
    with Unfinished(out, "").held():
        assert cli.main(words) == 1 and "Another `segment --on` works for" in capsys.readouterr().err
    record = Unfinished(out, "")
    (out / ".segment-on.json").write_text("{}")  # by one that has begun and ended since
    with pytest.raises(CrossModaError, match="Another `segment --on` works for"), record.held():
        pass
    left = Unfinished(out, "another model", place="no longer known", folder="/there/tasks/1")
    left.save()
    assert cli.main(words) == 0
    assert "What was begun on no longer known, in /there/tasks/1, may go on there." in capsys.readouterr().err
    assert not list(out.glob(".segment-on*"))

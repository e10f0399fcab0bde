"""Bad label maps and bad cohorts: values, grids and counterparts that do not fit."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from .formats import SIZE, meta, nifti, nrrd
from .specimen import LEFTOVERS, Place, Specimen, run_on

Change = Callable[[sitk.Image], sitk.Image]


def _with_values(kind: int, *values: float) -> Change:
    """Some voxels of other values, in another voxel type."""

    def change(label: sitk.Image) -> sitk.Image:
        label = sitk.Cast(label, kind)
        for place, value in enumerate(values):
            label[place + 3, 4, 5] = value
        return label

    return change


def _with_grid(**changed: Sequence[float]) -> Change:
    def change(label: sitk.Image) -> sitk.Image:
        for name, value in changed.items():
            getattr(label, f"Set{name}")(value)
        return label

    return change


LABEL_MAPS: dict[str, Change] = {
    "a value of no structure": _with_values(sitk.sitkUInt8, 3),
    "three values of no structure": _with_values(sitk.sitkUInt8, 9, 77, 255),
    "a negative value": _with_values(sitk.sitkInt16, -1),
    "a value beyond bytes": _with_values(sitk.sitkInt32, 256),
    "a value beyond two bytes": _with_values(sitk.sitkInt32, 65536),
    "a value of thousands of millions": _with_values(sitk.sitkInt32, 2**31 - 1),
    "half a label": _with_values(sitk.sitkFloat32, 0.5),
    "a fiftieth beside a label": _with_values(sitk.sitkFloat64, 1.02),
    "NaN": _with_values(sitk.sitkFloat32, float("nan")),
    "infinity": _with_values(sitk.sitkFloat64, float("inf")),
    "another position": _with_grid(Origin=(0.0, 0.0, 500.0)),
    "another spacing": _with_grid(Spacing=(1.0, 1.0, 1.0)),
    "other axes": _with_grid(Direction=(0.0, 1.0, 0.0, -1.0, 0.0, 0.0, 0.0, 0.0, 1.0)),
    "fewer slices": lambda label: label[:, :, 1:],
    "other columns and rows": lambda label: label[:20, :25, :],
    "colours": lambda label: sitk.Compose(label, label, label),
    "one slice": lambda label: label[:, :, 5:6],
    "two volumes": lambda label: sitk.JoinSeries(label, label),
}
DOORS = ("run", "dry-run", "prediction", "reference")


def specimens(every_door: bool = False) -> list[Specimen]:
    """Malformed label maps, each given to one command that reads label maps, or to all of them; and bad cohorts."""
    turn = itertools.cycle(DOORS)
    found = []
    for number, (what, change) in enumerate(LABEL_MAPS.items()):
        file = f"a_Label{('.nii.gz', '.nrrd', '.mha')[number % 3]}"
        for door in DOORS if every_door else (next(turn),):
            # With a prediction on another grid, what is named is the case.
            says = "a_Label" if door in ("run", "dry-run") or not _is_another_grid(what) else "a"
            found.append(
                Specimen(
                    f"label map/{what} ({door})",
                    _make(door, file, change),
                    says,
                    may_leave=LEFTOVERS if door == "run" else frozenset(),
                    on_stdout=door == "dry-run",
                )
            )
    return found + _segmentations() + _cohorts() + _pairs()


def _write(image: sitk.Image, path: Path) -> None:
    for key in image.GetMetaDataKeys():  # a NIfTI file's, of which ITK complains when it writes another format
        image.EraseMetaData(key)
    sitk.WriteImage(image, str(path))


def _is_another_grid(what: str) -> bool:
    return what.startswith(("another", "other", "fewer", "a value", "three values"))


def _make(door: str, file: str, change: Change) -> Callable[[Place], Sequence[str | Path]]:
    def make(place: Place) -> Sequence[str | Path]:
        images = sorted(place.pantry.source.glob("*_ceT1.nii.gz"))
        good = sorted(place.pantry.source.glob("*_Label.nii.gz"))
        bad = place.inputs / file
        _write(change(sitk.ReadImage(str(good[0]))), bad)
        if door == "prediction":
            return ["evaluate", bad, _copy(good[0], place.inputs / "reference" / "a_Label.nii.gz"), "-o", place.output / "scores.csv"]
        if door == "reference":
            return ["evaluate", _copy(good[0], place.inputs / "prediction" / "a_Label.nii.gz"), bad, "-o", place.output / "scores.csv"]
        _copy(good[1], place.inputs / "b_Label.nii.gz")
        for name, image in zip("ab", images, strict=True):
            _copy(image, place.inputs / "images" / f"{name}.nii.gz")
        return run_on(place, place.inputs / "images", place.inputs, place.pantry.target, *(["--dry-run"] if door == "dry-run" else []))

    return make


def _copy(source: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copyfile(source, target))


def _segmentations() -> list[Specimen]:
    """Slicer's segmentation files (``.seg.nrrd``) whose segments are not what they should be."""
    segments: dict[str, dict[str, str]] = {
        "a segment of no structure": {"Segment0_Name": "Left ear", "Segment0_LabelValue": "1"},
        "a value that is a word": {"Segment0_Name": "Cochlea", "Segment0_LabelValue": "one"},
        "a negative value": {"Segment0_Name": "Cochlea", "Segment0_LabelValue": "-1"},
        "a value beyond bytes": {"Segment0_Name": "Cochlea", "Segment0_LabelValue": "300"},
        "no value": {"Segment0_Name": "Cochlea"},
        "a name that ends the line": {"Segment0_Name": "Coch\x1b[2Jlea", "Segment0_LabelValue": "1"},
    }

    def make(texts: dict[str, str]) -> Callable[[Place], Sequence[str | Path]]:
        def write(place: Place) -> Sequence[str | Path]:
            path = place.inputs / "a.seg.nrrd"
            content = nrrd({"type": "uchar"}, (np.arange(np.prod(SIZE)) % 2).astype(np.uint8).tobytes())
            pairs = "".join(f"{name}:={value}\n" for name, value in texts.items())
            path.write_bytes(content.replace(b"\n\n", b"\n" + pairs.encode() + b"\n", 1))
            return ["evaluate", path, path, "-o", place.output / "scores.csv"]

        return write

    return [Specimen(f"label map/segmentation with {what}", make(texts), "a.seg.nrrd") for what, texts in segments.items()]


def _cohorts() -> list[Specimen]:
    """Folders whose scans do not make a cohort."""

    def source(place: Place, **files: str) -> Path:
        """A folder of copies of a good source image and its label map, by file name."""
        images, labels = (sorted(place.pantry.source.glob(f"*_{kind}.nii.gz")) for kind in ("ceT1", "Label"))
        for name, kind in files.items():
            _copy((images if kind == "image" else labels)[0], place.inputs / f"{name.replace('__', '.')}.nii.gz")
        return place.inputs

    def run(*more: str, **files: str) -> Callable[[Place], Sequence[str | Path]]:
        return lambda place: run_on(place, (folder := source(place, **files)), folder, place.pantry.target, *more)

    def on(source_folder: str, label_folder: str, target_folder: str) -> Callable[[Place], Sequence[str | Path]]:
        def make(place: Place) -> Sequence[str | Path]:
            (place.inputs / "empty").mkdir()
            (place.inputs / "a file").write_text("no folder", encoding="utf-8")
            folders = {"good": place.pantry.source, "target": place.pantry.target}
            return run_on(place, *(folders.get(name, place.inputs / name) for name in (source_folder, label_folder, target_folder)))

        return make

    def blank(place: Place) -> Sequence[str | Path]:
        _copy(place.pantry.scan, place.inputs / "good.nii.gz")
        (place.inputs / "blank.nii.gz").write_bytes(nifti(data=bytes(1000)))
        return run_on(place, place.pantry.source, place.pantry.source, place.inputs)

    def two_formats(place: Place) -> Sequence[str | Path]:
        _copy(place.pantry.scan, place.inputs / "a_hrT2.nii.gz")
        (place.inputs / "A_hrT2.mha").write_bytes(meta())
        return run_on(place, place.pantry.source, place.pantry.source, place.inputs)

    def option(*arguments: str) -> Callable[[Place], Sequence[str | Path]]:
        return lambda place: ["run", *(str(place.pantry.cohort) if word == "COHORT" else word for word in arguments), "-o", place.output]

    left = LEFTOVERS
    return [
        Specimen("cohort/an image without label map", run(a_ceT1="image", b_ceT1="image", b_mask="label"), "a_ceT1.nii.gz", may_leave=left),
        Specimen("cohort/two label maps of one image", run(a_ceT1="image", a_Label="label", a_seg="label"), "'a'", may_leave=left),
        Specimen("cohort/one case in two formats", two_formats, "'A'", may_leave=left),
        Specimen("cohort/a label map for an image", run(a_ceT1="image", a_mask="image"), "a_mask.nii.gz", may_leave=left),
        Specimen("cohort/a blank scan", blank, "blank.nii.gz", may_leave=left),
        Specimen("cohort/no folder of images", on("absent", "good", "target"), "absent"),
        Specimen("cohort/no folder of label maps", on("good", "absent", "target"), "absent"),
        Specimen("cohort/no folder of target scans", on("good", "good", "absent"), "absent"),
        Specimen("cohort/an empty folder of images", on("empty", "good", "target"), "empty"),
        Specimen("cohort/an empty folder of label maps", on("good", "empty", "target"), "empty"),
        Specimen("cohort/an empty folder of target scans", on("good", "good", "empty"), "empty"),
        Specimen("cohort/a file for a folder", on("good", "good", "a file"), "a file"),
        Specimen("cohort/label maps in a folder of others' names", on("good", "target", "target"), "ceT1", may_leave=left),
        Specimen("cohort/no scans", option(), "--crossmoda"),
        Specimen("cohort/both ways to name scans", option("--crossmoda", "COHORT", "--source-images", "x"), "--crossmoda"),
        Specimen("cohort/half a pair for evaluation", option("--crossmoda", "COHORT", "--evaluate-images", "x"), "--evaluate-labels"),
        Specimen("cohort/a folder without a cohort", option("--crossmoda", "/absent folder"), "absent folder"),
    ]


def _pairs() -> list[Specimen]:
    """Predictions and references that do not belong together."""

    def pair(predictions: dict[str, str], references: dict[str, str]) -> Callable[[Place], Sequence[str | Path]]:
        def make(place: Place) -> Sequence[str | Path]:
            for folder, files in (("predictions", predictions), ("references", references)):
                (place.inputs / folder).mkdir()
                for name, content in files.items():
                    if content == "label":
                        _copy(place.pantry.label, place.inputs / folder / name)
                    else:
                        (place.inputs / folder / name).write_text(content, encoding="utf-8")
            return ["evaluate", place.inputs / "predictions", place.inputs / "references", "-o", place.output / "scores.csv"]

        return make

    def paths(first: str, second: str) -> Callable[[Place], Sequence[str | Path]]:
        def make(place: Place) -> Sequence[str | Path]:
            _copy(place.pantry.label, place.inputs / "a_Label.nii.gz")
            return ["evaluate", place.inputs / first, place.inputs / second]

        return make

    label = "label"
    return [
        Specimen("pair/no prediction", pair({"a.nii.gz": label}, {"a.nii.gz": label, "b.nii.gz": label}), "for b"),
        Specimen("pair/no reference", pair({"a.nii.gz": label, "b.nii.gz": label}, {"a.nii.gz": label}), "for b"),
        Specimen("pair/nothing in common", pair({"a.nii.gz": label}, {"b.nii.gz": label}), "predictions"),
        Specimen("pair/two predictions of one case", pair({"a.nii.gz": label, "a.nrrd": "x"}, {"a.nii.gz": label}), "a.nrrd"),
        Specimen("pair/text for a prediction", pair({"a.nii.gz": "x" * 500}, {"a.nii.gz": label}), "a.nii.gz"),
        Specimen("pair/text for a reference", pair({"a.nii.gz": label}, {"a_Label.nrrd": "x" * 500}), "a_Label.nrrd"),
        Specimen("pair/empty folder", pair({}, {"a.nii.gz": label}), "predictions"),
        Specimen("pair/other files only", pair({"a.txt": "x"}, {"a.nii.gz": label}), "predictions"),
        Specimen("pair/file and folder", paths("a_Label.nii.gz", "."), "a_Label.nii.gz"),
        Specimen("pair/missing prediction", paths("absent.nii.gz", "a_Label.nii.gz"), "absent.nii.gz"),
        Specimen("pair/missing reference", paths("a_Label.nii.gz", "absent"), "a_Label.nii.gz"),
    ]

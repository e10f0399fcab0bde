"""Slices of DICOM: what the headers of files and of their frames say, as pydicom reads them."""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.errors import InputError, unreadable

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

# Of files that are no images of a body: what is drawn on it, planned or measured.
_NO_SCANS = ("SEG", "RTSTRUCT", "RTDOSE", "RTPLAN", "SR", "PR", "KO", "REG", "RWV", "DOC", "M3D", "ANN")
TAGS = [
    *("SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "SeriesNumber", "SeriesDescription", "Modality", "Manufacturer"),
    *("ImageType", "InstanceNumber", "AcquisitionNumber", "EchoNumbers", "EchoTime", "TemporalPositionIdentifier", "TriggerTime"),
    *("DiffusionBValue", "ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "Rows", "Columns", "NumberOfFrames"),
    *("SamplesPerPixel", "RescaleSlope", "RescaleIntercept", "SliceThickness", "SpacingBetweenSlices", "InversionTime"),
    *("PhotometricInterpretation", "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence", "GantryDetectorTilt"),
]


@dataclass(frozen=True)
class Slice:
    """A slice: a file, or a frame of a multi-frame file.

    Attributes:
        frame: from 0.
        position: mm, LPS, of the first pixel's centre.
        row, column: unit vectors in which column numbers and row numbers grow.
        spacing: mm from one row to the next, and from one column to the next.
        shape: rows, columns.
        slope, shift: value = slope * stored + shift.
        marks: what may tell stacks at one place apart, by its name.
        inverted: whether its lowest values are meant to be white (MONOCHROME1).
    """

    file: Path
    frame: int
    uid: str
    number: int
    position: tuple[float, float, float]
    row: tuple[float, float, float]
    column: tuple[float, float, float]
    spacing: tuple[float, float]
    shape: tuple[int, int]
    slope: float
    shift: float
    marks: tuple[tuple[str, Hashable], ...]
    inverted: bool = False

    @property
    def normal(self) -> np.ndarray[Any, Any]:
        """The direction in which slices are stacked: a right-handed third axis."""
        return np.cross(self.row, self.column)

    @property
    def height(self) -> float:
        """The slice's place along its normal, in mm."""
        return float(np.dot(self.position, self.normal))


def read_dataset(file: Path, tags: list[str] | None = None) -> Dataset:
    """A DICOM file's header, or all of it but its voxels.

    Raises:
        InputError: it is damaged, or pydicom is not installed.
    """
    from pydicom import dcmread
    from pydicom.errors import InvalidDicomError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on values that other programs wrote wrongly
            return dcmread(file, stop_before_pixels=True, specific_tags=tags, force=True)  # type: ignore[arg-type]
    except OSError as error:
        if error.errno is not None:
            raise unreadable(file, error) from None
        raise damaged(file) from None
    except (InvalidDicomError, ValueError, TypeError, AttributeError, KeyError, NotImplementedError, EOFError):
        raise damaged(file) from None


def damaged(file: Path) -> InputError:
    """What is said of a DICOM file that cannot be read."""
    return InputError(f"{file} is a damaged DICOM file; copy it again from its source, or remove it.")


def why_no_slice(head: Dataset) -> str:
    """What a DICOM file is where it is no slice of a scan; empty where it is one."""
    modality = str(head.get("Modality", ""))
    if modality in _NO_SCANS or "Rows" not in head:
        return f"file that is no image ({modality or 'of an unknown kind'})" if modality else "file that is no image"
    if head.get("SamplesPerPixel", 1) != 1:
        return "image in colours"
    if "LOCALIZER" in (str(kind).upper() for kind in several(head.get("ImageType"))):
        return "localizer"
    if "PerFrameFunctionalGroupsSequence" in head:
        return "" if group(head, 0, "PlanePositionSequence") is not None else "image without a place in space"
    places = (head.get("ImagePositionPatient"), head.get("ImageOrientationPatient"), head.get("PixelSpacing"))
    is_placed = all(places) and int(head.get("NumberOfFrames") or 1) == 1
    return "" if is_placed else "image without a place in space"


def group(head: Dataset, frame: int, name: str) -> Dataset | None:
    """The item of a functional group of a frame, its own or the one that all frames share."""
    for owner in (head.PerFrameFunctionalGroupsSequence[frame], *(head.get("SharedFunctionalGroupsSequence") or ())):
        if owner.get(name):
            item: Dataset = owner[name].value[0]
            return item
    return None


def slices_of(file: Path, head: Dataset) -> Iterator[Slice]:
    """The slices of a file, one for each frame of a multi-frame file.

    Raises:
        InputError: its header is damaged.
    """
    try:
        if "PerFrameFunctionalGroupsSequence" not in head:
            yield _slice(file, head, 0, head, head, head, head, _marks(head))
            return
        for frame in range(len(head.PerFrameFunctionalGroupsSequence)):
            place, plane, measures = (
                group(head, frame, f"{name}Sequence") for name in ("PlanePosition", "PlaneOrientation", "PixelMeasures")
            )
            if place is None or plane is None or measures is None:
                raise ValueError("a frame without a place")
            scaling = group(head, frame, "PixelValueTransformationSequence")
            yield _slice(file, head, frame, place, plane, measures, head if scaling is None else scaling, _frame_marks(head, frame))
    except (ValueError, TypeError, AttributeError, IndexError, KeyError, ZeroDivisionError):
        raise damaged(file) from None


def _slice(
    file: Path, head: Dataset, frame: int, place: Dataset, plane: Dataset, measures: Dataset, scaling: Dataset, marks: dict[str, Hashable]
) -> Slice:
    numbers = np.array([float(value) for value in plane.ImageOrientationPatient])
    with np.errstate(invalid="ignore", divide="ignore"):
        row, column = (part / np.linalg.norm(part) for part in (numbers[:3], numbers[3:]))
    position = _vector(place.ImagePositionPatient)
    spacing = float(measures.PixelSpacing[0]), float(measures.PixelSpacing[1])
    slope, shift = (float(_first(scaling.get(name), default)) for name, default in (("RescaleSlope", 1), ("RescaleIntercept", 0)))
    slope = slope or 1.0  # 0 would make all voxels one; it stands for none
    values = (*row, *column, *position, *spacing, slope, shift)
    if not np.isfinite(values).all() or min(spacing) <= 0 or abs(row @ column) > 1e-3:
        raise ValueError("no grid")
    return Slice(
        file=file,
        frame=frame,
        uid=str(head.get("SOPInstanceUID", file)),
        number=_whole(head.get("InstanceNumber")),
        position=position,
        row=_vector(row),
        column=_vector(column),
        spacing=spacing,
        shape=(int(head.Rows), int(head.Columns)),
        slope=slope,
        shift=shift,
        marks=tuple(marks.items()),
        inverted=str(head.get("PhotometricInterpretation", "")) == "MONOCHROME1",
    )


def _vector(values: Any) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in values)
    return x, y, z


def _first(value: Any, default: float) -> Any:
    """A value that may be missing, empty or, against the rules, several."""
    found = list(several(value))
    return found[0] if found else default


def _whole(value: Any) -> int:
    """A number that some programs write with letters."""
    try:
        return int(_first(value, 0))
    except (ValueError, TypeError):
        return 0


def several(value: Any) -> Iterable[Any]:
    """The values of an attribute that may have one, several or none."""
    if value is None or value == "":
        return ()
    return (value,) if isinstance(value, str | int | float) or not hasattr(value, "__iter__") else tuple(value)


def _marks(head: Dataset) -> dict[str, Hashable]:
    return {
        "image type": "\\".join(str(kind) for kind in several(head.get("ImageType"))),
        "echo": text_of(head.get("EchoNumbers")),
        "echo time": text_of(head.get("EchoTime")),
        "inversion time": text_of(head.get("InversionTime")),
        "b-value": text_of(head.get("DiffusionBValue")),
        "time point": text_of(head.get("TemporalPositionIdentifier")),
        "acquisition": text_of(head.get("AcquisitionNumber")),
        "trigger time": text_of(head.get("TriggerTime")),
    }


def _frame_marks(head: Dataset, frame: int) -> dict[str, Hashable]:
    content = group(head, frame, "FrameContentSequence")
    echo = group(head, frame, "MREchoSequence")
    diffusion = group(head, frame, "MRDiffusionSequence")
    kinds = [group(head, frame, f"{name}ImageFrameTypeSequence") for name in ("MR", "CT", "PET")]
    kind = next((each.get("FrameType") for each in kinds if each is not None), head.get("ImageType"))
    return {
        "image type": "\\".join(str(part) for part in several(kind)),
        "echo time": text_of(echo and echo.get("EffectiveEchoTime")),
        "b-value": text_of(diffusion and diffusion.get("DiffusionBValue")),
        "time point": text_of(content and content.get("TemporalPositionIndex")),
        "stack": text_of(content and content.get("StackID")),
        "acquisition": text_of(content and content.get("FrameAcquisitionNumber")),
        "file": str(head.get("SOPInstanceUID", "")),
    }


def text_of(value: Any) -> str:
    """The values of an attribute as one text; empty without any."""
    return " ".join(str(part) for part in several(value))

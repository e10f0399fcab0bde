"""A scan's label map as DICOM, for DICOM in: a segmentation (SEG) by highdicom, and a structure set for radiotherapy (RTSTRUCT).

Both refer to the scan's own slices, lie on them, and belong to its patient and study.
"""

from __future__ import annotations

import datetime
import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .. import __version__
from ..core.errors import CrossModaError, InputError
from ..core.failures import missing_packages
from ..core.files import replacing
from ..core.structures import Code, structure_of
from .dicom_index import is_dicom
from .dicom_series import Series, find_series
from .dicom_slices import Slice, read_dataset
from .names import DICOM_RESULTS
from .volumes import Volume

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

Array = npt.NDArray[Any]

_MAKER = "CrossMoDAUDA"
_SAYS = "not for clinical use"
_LONGEST = 64  # letters of DICOM's LO
# What every patient and study has, known or not.
_MAY_BE_UNKNOWN = (
    *("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "AccessionNumber"),
    *("StudyID", "StudyDate", "StudyTime", "ReferringPhysicianName"),
)
_MUST_BE_KNOWN = ("SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID", "FrameOfReferenceUID")
_STUDY = (*_MAY_BE_UNKNOWN, "StudyInstanceUID", "StudyDescription", "PatientAge", "PatientSize", "PatientWeight", "SpecificCharacterSet")
_RT_STRUCTURE_SET = "1.2.840.10008.5.1.4.1.1.481.3"


@dataclass(frozen=True)
class DicomResult:
    """A kind of DICOM file that a label map can be written as.

    Attributes:
        ending: of its name, after the scan's.
        option: the option of ``segment`` that asks for it.
        needs: what is imported to write it, and its packages.
        write: given the label map on the scan's grid, the values of its structures, the scan, the file and the model's name; raises
            InputError for another grid, CrossModaError where the file cannot be written.
    """

    ending: str
    option: str
    needs: dict[str, str]
    write: Callable[[Volume, Mapping[str, int], Path, Path, str], None]

    def check(self, scan: Path) -> None:
        """Make sure, before any work, that a scan's result can be written so.

        Raises:
            InputError: the scan is not DICOM or lacks what its result has to refer to, or a package is not installed.
        """
        if not is_dicom(scan, deep=True):
            raise InputError(f"{scan} is not DICOM, so that no DICOM result can refer to its slices; leave out {self.option}.")
        lacking = [package for module, package in self.needs.items() if importlib.util.find_spec(module) is None]
        if lacking:
            raise InputError(missing_packages(lacking))
        _sources(find_series(scan))


def write_dicom_seg(label: Volume, structures: Mapping[str, int], scan: Path, path: Path, model: str) -> None:
    """Write a label map as a DICOM segmentation of a scan: one segment a structure, with codes, colours and the algorithm's name.

    Args, errors: see :class:`DicomResult`.
    """
    import highdicom

    series = find_series(scan)
    sources, masks = _sources(series), _on_slices(label, series)
    values = sorted(structures.items(), key=lambda each: each[1])
    numbered = np.zeros(masks.shape, np.uint8)
    for number, (_, value) in enumerate(values, 1):
        numbered[masks == value] = number
    is_multi_frame = "PerFrameFunctionalGroupsSequence" in sources[0]
    patient = highdicom.CoordinateSystemNames.PATIENT
    places = [highdicom.PlanePositionSequence(patient, each.position) for each in series.stack.slices] if is_multi_frame else None
    described = [_segment(number, name, value, model) for number, (name, value) in enumerate(values, 1)]
    try:
        result = highdicom.seg.Segmentation(
            source_images=sources,
            pixel_array=numbered,
            segmentation_type=highdicom.seg.SegmentationTypeValues.BINARY,
            segment_descriptions=described,
            plane_positions=places,
            series_instance_uid=highdicom.UID(),
            series_number=_series_number(sources[0]),
            sop_instance_uid=highdicom.UID(),
            instance_number=1,
            manufacturer=_MAKER,
            manufacturer_model_name=model[:_LONGEST],
            software_versions=__version__,
            device_serial_number="1",
            content_description=f"By {_MAKER}, {_SAYS}",
            content_label="SEGMENTATION",
        )
    except (AttributeError, ValueError, TypeError) as error:
        raise InputError(f"{scan} lacks what a DICOM segmentation has to tell of its source ({error}); write a .seg.nrrd alone.") from None
    if is_multi_frame:
        _refer_to_frames(result, series)
    result.SeriesDescription = f"Segmentation by {_MAKER}, {_SAYS}"
    _save(result, path)


def _refer_to_frames(result: Any, series: Series) -> None:
    """Let each frame refer to the scan's own one: highdicom takes the first at its place, of whichever stack."""
    heights = np.array([each.height for each in series.stack.slices])
    normal = series.stack.slices[0].normal
    for group in result.PerFrameFunctionalGroupsSequence:
        height = np.dot(np.array(group.PlanePositionSequence[0].ImagePositionPatient, float), normal)
        frame = series.stack.slices[int(np.abs(heights - height).argmin())].frame
        for derivation in group.get("DerivationImageSequence", ()):
            for source in derivation.SourceImageSequence:
                source.ReferencedFrameNumber = frame + 1


def write_rtstruct(label: Volume, structures: Mapping[str, int], scan: Path, path: Path, model: str) -> None:
    """Write a label map as a structure set: a structure's contours on each of the scan's slices, halfway between pixels in and out.

    A hole is joined to the contour around it by a cut without width ("keyhole"), as DICOM's part 3 (C.8.8.6.3) has it.
    Args, errors: see :class:`DicomResult`.
    """
    series = find_series(scan)
    sources, masks = _sources(series), _on_slices(label, series)
    result = _structure_set(series, sources, model)
    from pydicom.dataset import Dataset

    for number, (name, value) in enumerate(sorted(structures.items(), key=lambda each: each[1]), 1):
        structure = structure_of(name, value)
        region, contours, observation = Dataset(), Dataset(), Dataset()
        region.ROINumber, region.ROIName, region.ROIGenerationAlgorithm = number, name[:_LONGEST], "AUTOMATIC"
        region.ReferencedFrameOfReferenceUID = sources[0].FrameOfReferenceUID
        region.ROIGenerationDescription = f"{_MAKER} {__version__}, model {model}"[:_LONGEST]
        contours.ROIDisplayColor, contours.ReferencedROINumber = list(structure.colour), number
        items = [
            _contour(points, each, sources)
            for each, mask in zip(series.stack.slices, masks, strict=True)
            for points in outlines(mask == value)
        ]
        if items:  # a structure that is nowhere has no sequence
            contours.ContourSequence = items
        observation.ObservationNumber = observation.ReferencedROINumber = number
        observation.ROIObservationLabel = name[:16]
        observation.RTROIIdentificationCodeSequence = [_coded(structure.type)]
        observation.RTROIInterpretedType, observation.ROIInterpreter = "", ""
        result.StructureSetROISequence.append(region)
        result.ROIContourSequence.append(contours)
        result.RTROIObservationsSequence.append(observation)
    _save(result, path)


def outlines(mask: Array) -> list[Array]:
    """The contours of a mask, of shape (rows, columns): arrays of points, as column and row.

    Each goes around one part of the mask, with its holes cut in, so that a point is inside or outside whatever the rule.
    """
    from skimage.measure import find_contours

    if not mask.any():
        return []
    found = [line[:-1, ::-1] - 1 for line in find_contours(np.pad(mask, 1).astype(np.float32), 0.5)]  # the last point is the first
    turn = np.sign(_area(max(found, key=_size)))  # holes run the other way
    around = [line for line in found if _area(line) * turn > 0]
    for hole in sorted((line for line in found if _area(line) * turn < 0), key=lambda line: float(line[:, 0].min())):
        owner = min((number for number, line in enumerate(around) if _is_inside(hole[0], line)), key=lambda number: _size(around[number]))
        around[owner] = _keyhole(around[owner], hole)
    return around


def _area(line: Array) -> float:
    """The area inside a closed line, negative where it runs the other way."""
    x, y = line.T
    return float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2


def _size(line: Array) -> float:
    return abs(_area(line))


def _is_inside(point: Array, line: Array) -> bool:
    (x, y), after = point, np.roll(line, -1, axis=0)
    crosses = (line[:, 1] > y) != (after[:, 1] > y)
    some, other = line[crosses], after[crosses]
    return bool(((some[:, 0] + (y - some[:, 1]) / (other[:, 1] - some[:, 1]) * (other[:, 0] - some[:, 0])) > x).sum() % 2)


def _keyhole(line: Array, hole: Array) -> Array:
    """A contour that goes into a hole by the shortest way, around it and back."""
    distances = np.linalg.norm(line[:, None] - hole[None], axis=2)
    here, there = np.unravel_index(int(distances.argmin()), distances.shape)
    round_trip = np.roll(hole, -int(there), axis=0)
    return np.concatenate([line[: here + 1], round_trip, round_trip[:1], line[here:]])


def _contour(points: Array, each: Slice, sources: list[Dataset]) -> Dataset:
    from pydicom.dataset import Dataset

    step = np.array([np.array(each.row) * each.spacing[1], np.array(each.column) * each.spacing[0]])
    places = np.array(each.position) + points @ step
    item, image = Dataset(), Dataset()
    item.ContourGeometricType, item.NumberOfContourPoints = "CLOSED_PLANAR", len(points)
    item.ContourData = [f"{value:.4f}" for value in places.ravel()]
    source = next(source for source in sources if source.SOPInstanceUID == each.uid)
    image.ReferencedSOPClassUID, image.ReferencedSOPInstanceUID = source.SOPClassUID, source.SOPInstanceUID
    if "NumberOfFrames" in source:
        image.ReferencedFrameNumber = each.frame + 1
    item.ContourImageSequence = [image]
    return item


def _structure_set(series: Series, sources: list[Dataset], model: str) -> Any:
    from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
    from pydicom.uid import UID, ExplicitVRLittleEndian, generate_uid

    source, now = sources[0], datetime.datetime.now()
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = UID(_RT_STRUCTURE_SET), generate_uid(None)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    result = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    for keyword in _STUDY:
        if keyword in source:
            result[keyword] = source[keyword]
    result.SOPClassUID, result.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    result.Modality, result.SeriesInstanceUID, result.SeriesNumber = "RTSTRUCT", generate_uid(None), _series_number(source) + 1
    result.SeriesDescription = f"Structures by {_MAKER}, {_SAYS}"
    result.OperatorsName, result.InstanceNumber = "", 1
    result.Manufacturer, result.ManufacturerModelName, result.SoftwareVersions = _MAKER, model[:_LONGEST], __version__
    result.InstanceCreationDate = result.SeriesDate = result.StructureSetDate = now.strftime("%Y%m%d")
    result.InstanceCreationTime = result.SeriesTime = result.StructureSetTime = now.strftime("%H%M%S")
    result.StructureSetLabel = "CROSSMODAUDA"
    result.StructureSetDescription = f"By {_MAKER}, {_SAYS}"
    result.FrameOfReferenceUID, result.PositionReferenceIndicator = source.FrameOfReferenceUID, ""
    images = []
    for each in sources:
        image = Dataset()
        image.ReferencedSOPClassUID, image.ReferencedSOPInstanceUID = each.SOPClassUID, each.SOPInstanceUID
        images.append(image)
    in_series, in_study, frame = Dataset(), Dataset(), Dataset()
    in_series.SeriesInstanceUID, in_series.ContourImageSequence = source.SeriesInstanceUID, images
    in_study.ReferencedSOPClassUID, in_study.ReferencedSOPInstanceUID = "1.2.840.10008.3.1.2.3.1", source.StudyInstanceUID
    in_study.RTReferencedSeriesSequence = [in_series]
    frame.FrameOfReferenceUID, frame.RTReferencedStudySequence = source.FrameOfReferenceUID, [in_study]
    result.ReferencedFrameOfReferenceSequence = [frame]
    result.StructureSetROISequence, result.ROIContourSequence, result.RTROIObservationsSequence = [], [], []
    result.ApprovalStatus = "UNAPPROVED"
    return result


def _sources(series: Series) -> list[Dataset]:
    """The headers of the scan's files: a single-frame file a slice, in their order, or one multi-frame file.

    Raises:
        InputError: they lack what results refer to.
    """
    files = series.stack.files
    if series.stack.mosaic:
        raise InputError(f"{files[0]} is a mosaic, which has no slices that a DICOM result could lie on; write a .seg.nrrd alone.")
    found = [read_dataset(file) for file in files]
    if len(found) > 1 and any("PerFrameFunctionalGroupsSequence" in each for each in found):
        raise InputError(f"{files[0].parent} spreads one scan over several multi-frame files, to which no one DICOM result can refer.")
    for file, each in zip(files, found, strict=True):
        lacking = [keyword for keyword in _MUST_BE_KNOWN if not each.get(keyword)]
        if lacking:
            raise InputError(f"{file} lacks {lacking[0]}, to which a DICOM result has to refer; export the scan again.")
        for keyword in _MAY_BE_UNKNOWN:
            if keyword not in each:
                setattr(each, keyword, "")
        each.decode()  # or a patient's script has no letters for the structures' names
        each.SpecificCharacterSet = "ISO_IR 192"
    _share_plane(found, series)
    return found


def _share_plane(sources: list[Dataset], series: Series) -> None:
    """Let all slices have the first's plane to the last digit, where highdicom looks for it: they differ by nothing that matters."""
    first = sources[0]
    if "PerFrameFunctionalGroupsSequence" not in first:
        for source in sources:
            source.ImageOrientationPatient, source.PixelSpacing = first.ImageOrientationPatient, first.PixelSpacing
        return
    from pydicom.dataset import Dataset

    shared = first.get("SharedFunctionalGroupsSequence") or [Dataset()]
    own = first.PerFrameFunctionalGroupsSequence[series.stack.slices[0].frame]
    for name in ("PlaneOrientationSequence", "PixelMeasuresSequence"):
        if name in own:
            shared[0][name] = own[name]
    first.SharedFunctionalGroupsSequence = shared


def _on_slices(label: Volume, series: Series) -> Array:
    """A label map on the scan's own slices, shape (slices, rows, columns): the values themselves, or, where the scan was
    straightened, the nearest.

    Raises:
        InputError: the label map is not on the scan's grid.
    """
    if label.geometry.size != series.size or not np.allclose(label.geometry.origin, series.origin, atol=0.01 * min(series.spacing)):
        raise InputError(f"The label map is not on the grid of {series.stack.files[0].parent}; segment the scan again.")
    if series.shifts is None:
        return label.array
    rows, columns = series.stack.slices[0].shape
    masks = np.empty((len(label.array), rows, columns), label.array.dtype)
    for number, (right, down) in enumerate(np.rint(series.shifts).astype(int)):
        masks[number] = label.array[number, down : down + rows, right : right + columns]
    return masks


def _segment(number: int, name: str, value: int, model: str) -> Any:
    import highdicom
    from pydicom.sr.codedict import codes

    structure = structure_of(name, value)
    algorithm = highdicom.AlgorithmIdentificationSequence(
        name=f"{_MAKER}: {model}"[:_LONGEST], version=__version__, family=codes.cid7162.ArtificialIntelligence, source=_MAKER
    )
    return highdicom.seg.SegmentDescription(
        segment_number=number,
        segment_label=name[:_LONGEST],
        segmented_property_category=_concept(structure.category),
        segmented_property_type=_concept(structure.type),
        algorithm_type=highdicom.seg.SegmentAlgorithmTypeValues.AUTOMATIC,
        algorithm_identification=algorithm,
        tracking_uid=highdicom.UID(),
        tracking_id=f"{_MAKER} {__version__}: {name}"[:_LONGEST],
        anatomic_regions=[_concept(structure.region)] if structure.region[1] else None,
        display_color=highdicom.color.CIELabColor.from_rgb(*structure.colour),
    )


def _concept(code: Code) -> Any:
    import highdicom

    scheme, value, meaning = code
    return highdicom.sr.CodedConcept(value, scheme, meaning)


def _coded(code: Code) -> Dataset:
    from pydicom.dataset import Dataset

    item = Dataset()
    item.CodingSchemeDesignator, item.CodeValue, item.CodeMeaning = code
    return item


def _series_number(source: Dataset) -> int:
    """Beyond the scanner's own numbers, so that results come after the scans."""
    try:
        return 9000 + int(source.get("SeriesNumber") or 0) % 1000 * 2
    except (ValueError, TypeError):
        return 9000


def _save(result: Any, path: Path) -> None:
    save: Callable[..., None] = result.save_as
    try:
        with replacing(path) as partial:
            save(partial, enforce_file_format=True)
    except OSError as error:
        raise CrossModaError(f"{path} could not be written; check the free space and the permissions of its folder.") from error


SEG = DicomResult(DICOM_RESULTS[0], "--dicom-seg", {"pydicom": "pydicom", "highdicom": "highdicom"}, write_dicom_seg)
RTSTRUCT = DicomResult(DICOM_RESULTS[1], "--rtstruct", {"pydicom": "pydicom", "skimage": "scikit-image"}, write_rtstruct)

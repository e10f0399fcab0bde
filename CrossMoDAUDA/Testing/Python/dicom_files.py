"""DICOM series made with pydicom: of any plane, in files whose names and numbers are in no order, as one multi-frame file."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.images.volumes import read_volume
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, CTImageStorage, EnhancedMRImageStorage, ExplicitVRLittleEndian, MRImageStorage, generate_uid

PATIENT, BIRTH = "Doe^Jane", "19700101"
TEST_FILES = Path(pydicom.__file__).parent / "data" / "test_files"
Vector = tuple[float, float, float]

_C, _S = float(np.cos(0.3)), float(np.sin(0.3))
# Row and column directions.
PLANES: dict[str, tuple[Vector, Vector]] = {
    "axial": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0)),
    "sagittal": ((0.0, 1.0, 0.0), (0.0, 0.0, -1.0)),
    "coronal": ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0)),
    "oblique": ((_C, _S, 0.0), (-_S * _C, _C * _C, _S)),
}
ORIGIN: Vector = (-12.5, 20.25, 33.0)
SPACING = (0.5, 0.75)  # of rows, of columns


def some_slices(count: int = 6, rows: int = 10, columns: int = 8, kind: str = "int16", seed: int = 0) -> np.ndarray:
    """Random whole numbers, shape (slices, rows, columns)."""
    return np.random.default_rng(seed).integers(0, 1000, (count, rows, columns)).astype(kind)


def normal_of(plane: str) -> np.ndarray:
    return np.cross(*PLANES[plane])


def series(
    folder: Path,
    array: np.ndarray,
    plane: str = "axial",
    distance: float = 2.0,
    positions: np.ndarray | None = None,
    names: str = "shuffled",
    modality: str = "MR",
    each: Any = None,
    **tags: Any,
) -> list[Path]:
    """Write a series, a file a slice, in which neither names nor instance numbers are in the order of the places.

    Args:
        array: stored numbers, shape (slices, rows, columns), in the order along the normal.
        positions: mm, of each slice's first pixel, if they do not lie regularly above one another.
        each: changes a slice's data set, given that and its number.
        tags: of all slices.
    """
    folder.mkdir(parents=True, exist_ok=True)
    row, column = PLANES[plane]
    if positions is None:
        positions = np.array(ORIGIN) + np.arange(len(array))[:, None] * distance * normal_of(plane)
    head = _head(modality, array, **tags)
    numbers = np.random.default_rng(7).permutation(len(array)) + 1 if names == "shuffled" else np.arange(len(array)) + 1
    files = []
    for number, plane_array in enumerate(array):
        data = copy.deepcopy(head)
        data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = generate_uid()
        data.InstanceNumber = int(numbers[number])
        data.ImagePositionPatient = [f"{value:.8g}" for value in positions[number]]
        data.ImageOrientationPatient = [f"{value:.10g}" for value in (*row, *column)]
        data.PixelSpacing = list(SPACING)
        data.SliceThickness = distance
        data.PixelData = np.ascontiguousarray(plane_array).tobytes()
        if each:
            each(data, number)
        file = folder / f"IM{numbers[number]:04d}.dcm"
        while file.exists():
            file = file.with_name(f"x{file.name}")
        data.save_as(file, enforce_file_format=True)
        files.append(file)
    return files


def multi_frame(path: Path, array: np.ndarray, plane: str = "axial", distance: float = 2.0, order: Any = None, each: Any = None) -> Path:
    """Write an enhanced MR image: its frames are those of the array in another order.

    Args:
        order: numbers of the array's slices, a frame each.
        each: changes a frame's item of the functional groups, given that and its slice's number.
    """
    row, column = PLANES[plane]
    order = list(range(len(array)))[::-1] if order is None else order
    data = _head("MR", array)
    data.SOPClassUID = data.file_meta.MediaStorageSOPClassUID = EnhancedMRImageStorage
    data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    data.NumberOfFrames, data.InstanceNumber = len(order), 1
    del data.ImageType
    data.ImageType = ["ORIGINAL", "PRIMARY", "M", "NONE"]
    plane_item, measures = Dataset(), Dataset()
    plane_item.ImageOrientationPatient = [f"{value:.10g}" for value in (*row, *column)]
    measures.PixelSpacing, measures.SliceThickness = list(SPACING), distance
    shared = Dataset()
    shared.PlaneOrientationSequence, shared.PixelMeasuresSequence = [plane_item], [measures]
    data.SharedFunctionalGroupsSequence = [shared]
    frames = []
    for number in order:
        frame, place, content = Dataset(), Dataset(), Dataset()
        place.ImagePositionPatient = [f"{value:.8g}" for value in np.array(ORIGIN) + number * distance * normal_of(plane)]
        content.StackID, content.InStackPositionNumber = "1", number + 1
        frame.PlanePositionSequence, frame.FrameContentSequence = [place], [content]
        if each:
            each(frame, number)
        frames.append(frame)
    data.PerFrameFunctionalGroupsSequence = frames
    data.PixelData = np.ascontiguousarray(array[order]).tobytes()
    path.parent.mkdir(parents=True, exist_ok=True)
    data.save_as(path, enforce_file_format=True)
    return path


def by_itk(folder: Path) -> sitk.Image:
    """A series as ITK's reader and GDCM's sorting have it."""
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder)))
    return reader.Execute()


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as error:
        read_volume(path)
    return str(error.value)


def _head(modality: str, array: np.ndarray, **tags: Any) -> Dataset:
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.SOPClassUID = CTImageStorage if modality == "CT" else MRImageStorage
    data.file_meta.MediaStorageSOPClassUID = UID(data.SOPClassUID)
    data.PatientName, data.PatientID, data.PatientBirthDate, data.PatientSex = PATIENT, "P1", BIRTH, "F"
    data.StudyInstanceUID, data.SeriesInstanceUID, data.FrameOfReferenceUID = generate_uid(), generate_uid(), generate_uid()
    data.StudyID, data.AccessionNumber, data.StudyDate, data.StudyTime, data.ReferringPhysicianName = "1", "A1", "20240102", "101112", ""
    data.Modality, data.Manufacturer, data.SeriesNumber, data.SeriesDescription = modality, "Made by pydicom", 5, "t2 test"
    data.ImageType = ["ORIGINAL", "PRIMARY", "M", "ND"]
    data.Rows, data.Columns, data.SamplesPerPixel, data.PhotometricInterpretation = *array.shape[1:], 1, "MONOCHROME2"
    bits = array.dtype.itemsize * 8
    data.BitsAllocated, data.BitsStored, data.HighBit = bits, bits, bits - 1
    data.PixelRepresentation = int(array.dtype.kind == "i")
    for name, value in tags.items():
        setattr(data, name, value)
    return data


def notes_of(path: Path) -> tuple[str, ...]:
    """What is said of a scan when it is read."""
    return read_volume(path).notes

"""Raw data sets of nnU-Net, read where they are: ``dataset.json`` with imagesTr, labelsTr and imagesTs.

The format is that of nnU-Net v2 (documentation/dataset_format.md in its repository): an image is ``CASE_0000.nii.gz``, with its
channel as four digits; a label map is ``CASE.nii.gz``. Data sets of nnU-Net v1 and of the Medical Segmentation Decathlon, whose
``dataset.json`` has ``modality`` instead of ``channel_names`` and the labels the other way round, are read as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..core.errors import InputError, short, unreadable
from ..core.files import read_json
from ..core.parsing import labels_text
from ..images.names import as_on_disk, one_form
from ..images.volumes import FILE_ENDINGS
from .lists import counting_order

RECORD = "dataset.json"
TRAINING, TEST = "imagesTr", "imagesTs"
_LABELS_OF = {TRAINING: "labelsTr", TEST: "labelsTs", "imagesVal": "labelsVal"}
_IMAGE = re.compile(r"(.+)_(\d{4})")


@dataclass(frozen=True)
class DataSet:
    """What a ``dataset.json`` says.

    Attributes:
        folder: where it lies.
        part: the folder of images that was named; empty where the whole data set was.
        channels: their names by number.
        labels: the structures' names and values, the first where one has several.
        merged: further values, as text, and the value of the structure that each counts as.
        ending: of its files.
        listed: image files by channel and the label map of each case, where ``dataset.json`` lists them; relative to the folder.
        notes: sentences on what is otherwise here than there.
    """

    folder: Path
    part: str
    channels: Mapping[int, str]
    labels: dict[str, int]
    ending: str
    listed: Mapping[str, tuple[tuple[str, ...], str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    merged: Mapping[str, int] = field(default_factory=dict)

    @property
    def record(self) -> Path:
        """Its ``dataset.json``."""
        return self.folder / RECORD

    def channel(self, asked: str | None, option: str = "--channel") -> int:
        """The number of a channel that is asked for by number or name; the only one where none is.

        Raises:
            InputError: there is no such channel, or several and none is asked for.
        """
        there = ", ".join(f"{number} ({name})" for number, name in self.channels.items())
        if asked is None:
            if len(self.channels) == 1:
                return next(iter(self.channels))
            first = next(iter(self.channels))
            pattern = self.folder / (self.part or next(iter(self.parts()), TRAINING)) / f"*_{first:04d}{self.ending}"
            raise InputError(
                f"{self.folder} has the channels {there}; say which one is meant, as {option} {first}, or name the images by a pattern, as"
                f' "{pattern}".'
            )
        named = [number for number, name in self.channels.items() if name.casefold() == asked.strip().casefold()]
        number = int(asked) if asked.strip().isdecimal() else named[0] if len(named) == 1 else -1
        if number not in self.channels:
            raise InputError(f"{option} {short(asked)}: {self.folder} has the channels {there}; give one of these numbers.")
        return number

    def parts(self) -> list[str]:
        """The folders of images that are there."""
        return [part for part in _LABELS_OF if (self.folder / part).is_dir()]

    def images(self, part: str, channel: int) -> list[tuple[str, Path]]:
        """The cases of a folder of images with their files of one channel, in counting order of their names.

        Raises:
            InputError: there is none, or a case lacks the channel.
        """
        if self.listed and part == TRAINING:
            return self._listed_images(channel)
        found: dict[str, dict[int, Path]] = {}
        for path in _files(self.folder / part, self.ending):
            if match := _IMAGE.fullmatch(path.name[: -len(self.ending)]):
                found.setdefault(match.group(1), {})[int(match.group(2))] = path
        if len(self.channels) == 1 and not any(0 in files for files in found.values()):  # the Decathlon's names have no channel
            found = {path.name[: -len(self.ending)]: {channel: path} for path in _files(self.folder / part, self.ending)}
        if not found:
            raise InputError(
                f"{self.folder / part} holds no images named as nnU-Net's, CASE_0000{self.ending}; name them so, or correct file_ending in"
                f" {self.record}."
            )
        lacking = [case for case, files in found.items() if channel not in files]
        if lacking:
            name = f"{lacking[0]}_{channel:04d}{self.ending}"
            raise InputError(f"{self.folder / part} has no {name}; add it, or remove all files of case {lacking[0]}.")
        return sorted(((case, files[channel]) for case, files in found.items()), key=lambda item: counting_order(Path(item[0])))

    def unnamed(self, part: str) -> list[Path]:
        """The files in a folder of images that are in none of the channels that ``dataset.json`` names."""
        files = list(_files(self.folder / part, "")) if (self.folder / part).is_dir() and not self.listed else []
        known = {path for channel in self.channels for _case, path in self.images(part, channel)} if files else set()
        return [path for path in files if path not in known and not path.is_dir()]

    def _listed_images(self, channel: int) -> list[tuple[str, Path]]:
        found = []
        for case, (images, _label) in self.listed.items():
            if channel >= len(images):
                raise InputError(f"{self.record} lists no channel {channel} of case {case}; add it there, or give another channel.")
            path = self._file(images[channel])
            if not path.is_file():
                raise InputError(f"{path} does not exist, which {self.record} lists for case {case}; put it there, or correct the list.")
            found.append((case, path))
        return found

    def labels_of(self, part: str) -> dict[str, Path]:
        """The label maps that belong to a folder of images, by case (in one Unicode form)."""
        if self.listed and part == TRAINING:
            return {one_form(case): path for case, (_, label) in self.listed.items() if (path := self._file(label)).is_file()}
        folder = self.folder / _LABELS_OF[part]
        found: dict[str, Path] = {}
        for path in _files(folder, self.ending) if folder.is_dir() else ():
            stem = path.name[: -len(self.ending)]
            found[one_form(stem)] = path
            found.setdefault(one_form(re.sub("_Label$", "", stem)), path)
        return found

    def _file(self, name: str) -> Path:
        """A file that ``dataset.json`` lists: nnU-Net takes names from its folder."""
        path = as_on_disk(self.folder / name)
        return path.parent.resolve() / path.name


def is_data_set(folder: Path) -> bool:
    """Whether a folder is a raw data set of nnU-Net's, or its folder of images."""
    folder = as_on_disk(folder)
    at = folder.parent if folder.name in _LABELS_OF else folder
    return (at / RECORD).is_file() and any((at / part).is_dir() for part in _LABELS_OF)


def read_data_set(folder: Path) -> DataSet:
    """The data set in a folder, which may also be its folder of images.

    Raises:
        InputError: it is none, or its ``dataset.json`` cannot be used.
    """
    folder = as_on_disk(folder)
    folder = folder.parent if folder.name == RECORD and folder.is_file() else folder
    part = folder.name if folder.name in _LABELS_OF and (folder.parent / RECORD).is_file() else ""
    folder = (folder.parent if part else folder).resolve()
    record = folder / RECORD
    if not record.is_file():
        do = f"give the folder DatasetNNN_NAME with {RECORD} in it"
        if (folder / TRAINING).is_dir():
            do = f"add that, or give its folders ({TRAINING}, {_LABELS_OF[TRAINING]}) as those of images and labels"
        raise InputError(f"{folder} is no raw data set of nnU-Net's: it has no {RECORD}; {do}.")
    try:
        data = read_json(record)
    except OSError as error:
        raise unreadable(record, error) from None
    except ValueError:
        raise InputError(f"{record} is damaged: it is no JSON; copy it again from its source.") from None
    try:
        channels = _channels(data)
        values = _values(data["labels"])
        order = _class_order(data, values)
        ending = str(data.get("file_ending", ".nii.gz"))
        listed = {
            one_form(str(case)): (tuple(map(str, files["images"])), str(files["label"]))
            for case, files in dict(data.get("dataset", {})).items()
        }
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(
            f"{record} is not as nnU-Net writes it ({short(error)}); it needs labels,"
            ' as {"background": 0, "Tumour": 1}, and channel_names, as {"0": "T1"}.'
        ) from None
    if ending.lower() not in FILE_ENDINGS:
        raise InputError(
            f"{record} says that its files end in {short(ending)}, which is not read; convert them to .nii.gz and say so there."
        )
    labels, merged, notes = structures(values, record, order)
    return DataSet(folder, part, channels, labels, ending, listed, tuple(notes), merged)


def _channels(data: Mapping[str, Any]) -> dict[int, str]:
    named = data["channel_names"] if "channel_names" in data else data["modality"]
    found = {int(number): str(name) for number, name in sorted(dict(named).items(), key=lambda item: int(item[0]))}
    if not found:
        raise ValueError("no channel_names")
    return found


def _values(labels: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """The values of each structure; of nnU-Net v1's labels, too, which have the value first and may give several one name."""
    found: dict[str, tuple[int, ...]] = {}
    for name, value in labels.items():
        if isinstance(value, str) and not value.strip().isdecimal():
            name, value = value, name
        values = tuple(value) if isinstance(value, list | tuple) else (value,)
        if not values or any(isinstance(one, bool) or int(one) != float(one) for one in values):
            raise ValueError(f"labels: {name}")
        found[str(name)] = tuple(dict.fromkeys((*found.get(str(name), ()), *map(int, values))))
    return found


def _class_order(data: Mapping[str, Any], values: Mapping[str, tuple[int, ...]]) -> dict[str, int]:
    """The value by which nnU-Net's results show each region: ``regions_class_order``, in the order of the regions."""
    regions = [name for name, of_it in values.items() if of_it != (0,) and not _is_ignored(name)]
    order = [int(value) for value in data.get("regions_class_order") or ()]
    return dict(zip(regions, order, strict=True)) if len(order) == len(regions) else {}


def _is_ignored(name: str) -> bool:
    return name.casefold() == "ignore"


def structures(
    values: Mapping[str, tuple[int, ...]], record: Path, order: Mapping[str, int] | None = None
) -> tuple[dict[str, int], dict[str, int], list[str]]:
    """The structures as this program has them, each voxel in one, and sentences on what that changes.

    nnU-Net's regions may hold several values, and overlap. Voxels that the same regions hold are one structure. It keeps its region's
    name if it is the whole of it. The rest of a region around others is ``rest of REGION``; what several share and none of them lies
    within the other is ``REGION and REGION``.

    Args:
        order: the value that each region has in nnU-Net's results, which is the first of its structure where it is one of its.

    Returns:
        The structures with their first values; further values, as text, with the first one of their structure; the sentences.

    Raises:
        InputError: a region holds the background.

    >>> structures({"background": (0,), "whole tumour": (1, 2, 3), "core": (2, 3)}, Path("dataset.json"))[:2]
    ({'rest of whole tumour': 1, 'core': 2}, {'3': 2})
    """
    notes = []
    regions = {}
    for name, of_it in values.items():
        if _is_ignored(name):
            notes.append(
                f"{record} has a value for what is to be ignored, {of_it[0]}, which is not known here; a label map that"
                " holds it is refused."
            )
        elif 0 in of_it and of_it != (0,):
            raise InputError(
                f"{record} counts the background (0) as a part of '{short(name)}', so that it would be everywhere; take the 0 out of its"
                " values there."
            )
        elif of_it != (0,):
            regions[name] = of_it
    parts: dict[tuple[str, ...], list[int]] = {}
    for value in sorted({value for of_it in regions.values() for value in of_it}):
        parts.setdefault(tuple(name for name, of_it in regions.items() if value in of_it), []).append(value)
    found: dict[str, int] = {}
    merged: dict[str, int] = {}
    for around, of_part in parts.items():
        inner = [name for name in around if not any(set(regions[other]) < set(regions[name]) for other in around)]
        name = " and ".join(inner)
        if len(inner) == 1 and len(of_part) < len(regions[name]):
            name = f"rest of {name}"
        name = name if name not in found else f"{name} ({of_part[0]})"
        wished = (order or {}).get(inner[0])
        first = wished if wished in of_part else next(value for value in regions[inner[0]] if value in of_part)
        found[name] = first
        merged |= {str(value): first for value in of_part if value != first}
    if changed := [name for name in regions if name not in found]:
        notes.append(
            f"{record} has structures that overlap ({', '.join(changed)}); here each voxel has one structure: {labels_text(found, merged)}."
        )
    return found, merged, notes


def _files(folder: Path, ending: str) -> Iterable[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.name.lower().endswith(ending.lower()) and not path.name.startswith("."))
    except OSError as error:
        raise InputError(f"{folder} cannot be listed ({error.strerror}); check its permissions.") from None

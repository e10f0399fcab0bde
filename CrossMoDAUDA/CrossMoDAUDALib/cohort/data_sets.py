"""The cases of one domain in a data set that says itself what it holds: a raw data set of nnU-Net's, or one in BIDS."""

from __future__ import annotations

from pathlib import Path

from ..core.errors import InputError, short
from ..images.names import as_on_disk, one_form
from . import bids, nnunet_raw
from .finding import Case, Found, cases_with, existing_folder, note_on

NNUNET, BIDS = "nnunet", "bids"


def layout_of(folder: Path) -> str:
    """What a folder is: :data:`NNUNET` (a raw data set), :data:`BIDS`, or empty for a plain one."""
    return NNUNET if nnunet_raw.is_data_set(folder) else BIDS if bids.is_bids(folder) else ""


def kinds_in(folder: Path) -> dict[str, str]:
    """Which scans of a data set can be asked for, as ``--channel`` and ``--suffix`` take it, with what each is called; empty for others.

    Raises:
        InputError: its ``dataset.json`` cannot be used.
    """
    layout = layout_of(folder)
    if layout == NNUNET:
        return {str(number): f"{number} ({name})" for number, name in nnunet_raw.read_data_set(folder).channels.items()}
    return {kind: kind for kind in bids.kinds(folder)} if layout == BIDS else {}


def in_nnunet(folder: Path, channel: str | None, option: str = "--channel") -> Found:
    """The labelled cases of nnU-Net's raw data set: imagesTr with labelsTr, or of the folder of images that is named.

    Raises:
        InputError: it is no such data set, or the channel is not there.
    """
    data = nnunet_raw.read_data_set(folder)
    return _of_data_set(data, data.part or nnunet_raw.TRAINING, data.channel(channel, option))


def in_nnunet_target(folder: Path, channel: str | None, option: str, source: Path | None) -> Found:
    """The cases of nnU-Net's raw data set without their labels: imagesTr; imagesTs where there is nothing else, or it is the source's.

    Args:
        source: the images of a source case, which cannot be the target's too.
    """
    data = nnunet_raw.read_data_set(folder)
    number = data.channel(channel, option)
    part = data.part or next((one for one in data.parts() if _is_other(data, one, number, source)), nnunet_raw.TRAINING)
    return _of_data_set(data, part, number).unlabelled()


def in_nnunet_evaluation(folder: Path, channel: str | None, option: str, source: Path | None) -> Found:
    """The labelled cases of nnU-Net's raw data set that are for scoring: imagesTs where there is a labelsTs, else imagesTr."""
    data = nnunet_raw.read_data_set(folder)
    number = data.channel(channel, option)
    labelled = [part for part in reversed(data.parts()) if data.labels_of(part) and _is_other(data, part, number, source)]
    return _of_data_set(data, data.part or (labelled[0] if labelled else nnunet_raw.TRAINING), number)


def _is_other(data: nnunet_raw.DataSet, part: str, channel: int, source: Path | None) -> bool:
    """Whether the images of a part are not the source's."""
    return source is None or all(path != source for _case, path in data.images(part, channel))


def _of_data_set(data: nnunet_raw.DataSet, part: str, channel: int) -> Found:
    labels = data.labels_of(part)
    cases = tuple(Case(name, path, labels.get(one_form(name))) for name, path in data.images(part, channel))
    known = {one_form(case.id) for case in cases}
    orphans = {path for name, path in labels.items() if name not in known} - {case.label for case in cases}
    notes = [
        *data.notes,
        *note_on(sorted(orphans), "a label map without an image"),
        *note_on(data.unnamed(part), f"in none of the channels that {data.record} names"),
    ]
    return Found(cases, tuple(notes), data.labels, data.record, dict(data.merged))


def in_bids(
    folder: Path,
    suffix: str | None,
    option: str = "--suffix",
    labels: Path | None = None,
    is_labelled: bool = True,
    names_structures: bool = True,
) -> Found:
    """The scans with one suffix of a BIDS data set (:mod:`.bids`) and, if they are labelled, their label maps.

    Args:
        labels: where to look for label maps; by default in ``derivatives`` and beside the scans.
        names_structures: whether it says what the label maps' values mean; else that is known already.

    Raises:
        InputError: it is no BIDS data set, it has no such scans, or what it calls its structures contradicts itself.
    """
    images = bids.find_images(folder, suffix, option)
    kinds = bids.of_several_kinds([path for _, path in images], option)
    if not is_labelled:
        return Found(tuple(Case(name, path, None) for name, path in images), tuple(kinds))
    labels_of, orphans = bids.find_labels(folder, [path for _, path in images], labels and existing_folder(labels))
    cases = [case for name, path in images for case in cases_with(name, path, labels_of[path])]
    if names_structures:
        for image, found in labels_of.items():
            _refuse_a_mask_each(image, found)
    whole = [path for path in orphans if bids.Name.of(path).is_of_all]
    notes = [
        *kinds,
        *note_on([path for path in orphans if path not in whole], "a label map that belongs to none of the scans, or to several"),
        *note_on(whole, "a mask of a whole head or brain by its name (if it is meant, give its folder as that of the labels)"),
    ]
    named, merged = bids.structures(case.label for case in cases if case.label is not None and names_structures)
    return Found(tuple(cases), tuple(notes), named, as_on_disk(folder), merged)


def _refuse_a_mask_each(image: Path, labels: list[Path]) -> None:
    """Refuse a scan whose structures have a mask each: in all of them 1 is another one."""
    named = {name.entities.get("label"): name.path for name in map(bids.Name.of, labels) if name.suffix.lower() == "mask"}
    masks = [path.name for label, path in named.items() if label]
    if len(masks) > 1:
        raise InputError(
            f"{image} has several masks, one a structure ({', '.join(map(short, sorted(masks)[:3]))}); join them into one label map with a"
            " number for each, named *_dseg."
        )

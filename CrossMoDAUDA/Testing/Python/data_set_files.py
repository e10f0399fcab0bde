"""Small raw data sets of nnU-Net and in BIDS, really written, for the tests of finding them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cohort_files import label_array, save, scan_array

LABELS = {"background": 0, "Knoten": 1, "Schnecke": 2}


def save_nnunet(
    folder: Path,
    cases: Sequence[str],
    test_cases: Sequence[str] = (),
    channels: Sequence[str] = ("T1",),
    labels: Any = None,
    ending: str = ".nii.gz",
    seed: int = 0,
    **more: Any,
) -> Path:
    """A raw data set whose scans all differ; every case has all channels."""
    for number, (part, case) in enumerate([*(("Tr", case) for case in cases), *(("Ts", case) for case in test_cases)]):
        for channel in range(len(channels)):
            save(folder / f"images{part}" / f"{case}_{channel:04d}{ending}", scan_array(1000 * seed + 10 * number + channel))
    for case in cases:
        save(folder / "labelsTr" / f"{case}{ending}", label_array(1, 2))
    record = {
        "channel_names": {str(number): name for number, name in enumerate(channels)},
        "labels": LABELS if labels is None else labels,
        "numTraining": len(cases),
        "file_ending": ending,
        **more,
    }
    write_record(folder, record)
    return folder


def write_record(folder: Path, record: dict[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dataset.json").write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")


def save_bids(folder: Path, scans: Sequence[str], labels: Sequence[str] = (), seed: int = 0) -> Path:
    """A BIDS data set: scans and label maps by their paths in it, such as ``sub-01/anat/sub-01_T1w.nii.gz``."""
    for number, name in enumerate(scans):
        save(folder / name, scan_array(1000 * seed + number))
    for name in labels:
        save(folder / name, label_array(1, 2))
    (folder / "dataset_description.json").write_text('{"Name": "Test", "BIDSVersion": "1.10.0"}', encoding="utf-8")
    return folder

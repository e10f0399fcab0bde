"""Which modality a name says: nothing is called hrT2 that its data do not call so."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from conftest import ROOT
from CrossMoDAUDALib.images.names import shared_modality
from CrossMoDAUDALib.slicer_nodes.logic import pseudo_target_name


@pytest.mark.parametrize(
    ("names", "modality"),
    [
        (["a_hrT2.nii.gz", "b_hrT2.nii.gz"], "hrT2"),
        (["a_T2.nrrd", "b-T2.mha"], "T2"),
        (["a_hrT2_0000.nii.gz"], "hrT2"),
        (["a_hrT2.nii.gz", "b_ceT1.nii.gz"], ""),
        (["a_hrT2.nii.gz", "b.nii.gz"], ""),
        (["patient_FLAIR.nii.gz"], ""),
        (["T2.nii.gz"], ""),
        ([], ""),
    ],
)
def test_modality_of_file_names(names: list[str], modality: str) -> None:
    assert shared_modality(map(Path, names)) == modality


def test_a_translated_scan_is_called_as_the_targets_are(tiny_experiment: Path, tmp_path: Path) -> None:
    for model in (tiny_experiment, tiny_experiment / "translation", tiny_experiment / "iteration_0" / "model"):
        assert pseudo_target_name("Scan", model) == "Scan pseudo-hrT2", "the cohort's names end in _hrT2"
    other = tmp_path / "other"
    other.mkdir()
    record = json.loads((tiny_experiment / "experiment.json").read_text(encoding="utf-8"))
    for end, name in (("T2", "T2"), ("cbct", "target")):
        renamed = json.loads(json.dumps(record).replace("_hrT2.nii.gz", f"_{end}.nii.gz"))
        (other / "experiment.json").write_text(json.dumps(renamed), encoding="utf-8")
        assert pseudo_target_name("Scan", other) == f"Scan pseudo-{name}"
    (other / "experiment.json").write_text("{", encoding="utf-8")
    assert pseudo_target_name("Scan", other) == "Scan pseudo-target"
    shutil.rmtree(other)
    assert pseudo_target_name("Scan", other) == "Scan pseudo-target"


# Where the library may speak of crossMoDA's modalities: what file names mean, synthetic and sample scans, and examples.
MAY_SPEAK = {"images/names.py", "images/scan_dates.py", "cohort/finding.py", "cohort/phantom.py"}
MAY_SPEAK |= {"panel/sample_data.py", "panel/self_test.py"}
EXAMPLE = re.compile(r"as (ceT1|hrT2)|such as|>>>|\*_|_(ceT1|hrT2)|\.nii|crossmoda", re.IGNORECASE)


def test_no_other_name_in_the_library_says_a_modality() -> None:
    library = ROOT / "CrossMoDAUDA" / "CrossMoDAUDALib"
    found = []
    for path in sorted(library.rglob("*.py")):
        if path.relative_to(library).as_posix() not in MAY_SPEAK:
            lines = path.read_text(encoding="utf-8").splitlines()
            found += [f"{path.name}: {line}" for line in lines if re.search("ceT1|hrT2", line) and not EXAMPLE.search(line)]
    assert not found

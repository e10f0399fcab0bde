"""The examples in the library's docstrings hold. They run in a reader's folder: DATA, EXPERIMENT, MODEL.zip and two scans."""

from __future__ import annotations

import doctest
import importlib
import importlib.util
import pkgutil
from pathlib import Path

import CrossMoDAUDALib
import pytest

FINDER = doctest.DocTestFinder(exclude_empty=True)
MODULES = [
    found.name
    for found in pkgutil.walk_packages(CrossMoDAUDALib.__path__, "CrossMoDAUDALib.")
    if not found.ispkg and ".panel." not in found.name and not found.name.endswith("__main__")  # the panel's need Slicer
]
# What a user of the library or a page of the documents calls: these have an example.
PUBLIC = (
    "cohort.checking.check_cohort",
    "cohort.finding.find_crossmoda",
    "cohort.finding.find_folders",
    "cohort.phantom.make_case",
    "core.files.replacing",
    "core.parsing.parse_assignments",
    "core.parsing.parse_device",
    "core.settings.preset_settings",
    "core.settings.with_values",
    "core.structures.structure_of",
    "experiment.events.read_events",
    "experiment.folder.Experiment.load",
    "images.intensity.scale_intensity",
    "images.names.case_id",
    "images.grids.from_canonical",
    "images.labels.read_labels",
    "images.volumes.read_volume",
    "method.plan.plan",
    "models.library.import_package",
    "models.model_folder.model_folder",
    "models.package.check_package",
    "scoring.evaluation.score_case",
    "scoring.evaluation.table_text",
    "scoring.measurements.measure",
    "scoring.metrics.assd",
    "scoring.metrics.dice",
    "scoring.plausibility.check",
    "segmentation.postprocessing.keep_largest_component",
    "segmentation.predictor.Segmenter.segment",
    "slicer_nodes.logic.InferenceLogic",
    "slicer_nodes.segmentation_nodes.segmentation_node",
    "slicer_nodes.volume_nodes.volume_node",
    "translation.trained.TrainedTranslator.translate",
    "watching.monitor.Monitor",
)


def examples(module: str) -> list[doctest.DocTest]:
    return [found for found in FINDER.find(importlib.import_module(module)) if found.examples]


def with_examples() -> list[str]:
    """The modules whose text shows an example; none is imported for this."""
    found = []
    for name in MODULES:
        specification = importlib.util.find_spec(name)
        assert specification and specification.origin
        if ">>> " in Path(specification.origin).read_text(encoding="utf-8"):
            found.append(name)
    return found


@pytest.mark.parametrize("module", with_examples())
def test_examples_hold(module: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tests = examples(module)
    assert tests
    monkeypatch.chdir(tmp_path)
    if any(word in example.source for test in tests for example in test.examples for word in ("DATA", "EXPERIMENT", "MODEL.zip", "scan_")):
        request.getfixturevalue("readers_folder")
    if ".slicer_nodes." in module:
        request.getfixturevalue("clean_scene")
    for test in tests:
        said: list[str] = []
        result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=said.append)
        assert result.failed == 0, "".join(said)


def test_what_is_public_has_an_example() -> None:
    shown = {test.name.removeprefix("CrossMoDAUDALib.") for module in with_examples() for test in examples(module)}
    assert set(PUBLIC) <= shown

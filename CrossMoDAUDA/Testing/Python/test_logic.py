"""Segmenting and translating nodes: what reaches the scene, and what does not when something goes wrong."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

slicer = pytest.importorskip("slicer", reason="needs Slicer's MRML classes (pip install slicer-core)")

from CrossMoDAUDALib.core.errors import InputError  # noqa: E402
from CrossMoDAUDALib.core.settings import preset_settings  # noqa: E402
from CrossMoDAUDALib.images.volumes import Geometry, Volume  # noqa: E402
from CrossMoDAUDALib.models.training_summary import DomainScans, StructureLabels, TrainedOn  # noqa: E402
from CrossMoDAUDALib.slicer_nodes import mrml  # noqa: E402
from CrossMoDAUDALib.slicer_nodes.logic import InferenceLogic  # noqa: E402

LABELS = {"Vestibular schwannoma": 1, "Cochlea": 2}
TILT = (0.96, -0.28, 0.0, 0.28, 0.96, 0.0, 0.0, 0.0, 1.0)
GEOMETRY = Geometry((12, 10, 5), (0.5, 0.5, 1.5), (-20.0, 30.0, 40.0), TILT)


class CancelError(Exception):
    """What a panel's progress raises when the user cancels."""


class Thresholds:
    """Stands in for both networks where only the scene matters: three steps, then the scan's brightness in classes."""

    labels = LABELS
    trained_on: TrainedOn | None = None

    def segment(self, volume: Volume, progress: Any) -> Volume:
        for step in range(3):
            progress(step + 1, 3, "segmenting")
        return volume.with_array(np.digitize(volume.array, [0, 300]).astype(np.uint8))

    def translate(self, volume: Volume, progress: Any) -> Volume:
        progress(1, 1, "translated slices")
        return volume.with_array((-volume.array).astype(np.int16))


class Loader:
    """Counts what is loaded."""

    def __init__(self) -> None:
        self.loaded: list[tuple[str, str]] = []

    def __call__(self, model: Path, device: str) -> Thresholds:
        self.loaded.append((model.name, device))
        return Thresholds()


@pytest.fixture
def loader() -> Loader:
    return Loader()


@pytest.fixture
def logic(loader: Loader) -> InferenceLogic:
    return InferenceLogic(loader, loader)


@pytest.fixture
def scan() -> Any:
    scene = mrml.scene()
    before = {scene.GetNthNode(n) for n in range(scene.GetNumberOfNodes())}
    array = np.random.default_rng(0).integers(-500, 500, GEOMETRY.size[::-1]).astype(np.int16)
    yield mrml.volume_node(Volume(array, GEOMETRY), "patient 7")
    for node in [scene.GetNthNode(n) for n in range(scene.GetNumberOfNodes())]:
        if node not in before:
            scene.RemoveNode(node)


def test_segment_makes_a_named_segmentation_on_the_scans_grid(logic: InferenceLogic, scan: Any, tmp_path: Path) -> None:
    told: list[int] = []
    node = logic.segment(scan, tmp_path, progress=lambda step, total, message="", **metrics: told.append(step))
    assert told == [1, 2, 3]
    assert node.GetName() == "patient 7 segmentation"
    assert node.GetNodeReference(node.GetReferenceImageGeometryReferenceRole()) is scan
    labels = mrml.label_volume_from_segmentation(node, LABELS)
    assert labels.geometry.differences(GEOMETRY) == []
    np.testing.assert_array_equal(labels.array, np.digitize(mrml.volume_from_node(scan).array, [0, 300]))


def test_what_is_odd_stands_in_an_attribute(scan: Any, tmp_path: Path) -> None:
    model = Thresholds()
    range_ = ((1.0, 1.0, 1.0), (1.0, 1.0, 1.0))
    labels = {name: StructureLabels(1, 10.0, 20.0, True) for name in LABELS}
    model.trained_on = TrainedOn(DomainScans(1, range_, range_), DomainScans(1, range_, range_), labels)
    logic = InferenceLogic(lambda *_: model)
    node = logic.segment(scan, tmp_path)
    assert "ml, less than any it was trained on (10.0 to 20.0 ml)" in node.GetAttribute("CrossMoDAUDA.Warnings")
    assert node.GetAttribute("CrossMoDAUDA.Warnings").count("touches the volume's edge") == 2
    mrml.set_warnings(node, [])
    assert node.GetAttribute("CrossMoDAUDA.Warnings") is None, "forgotten with the result it was about"


def test_translate_makes_a_named_volume_on_the_scans_grid(logic: InferenceLogic, scan: Any, tmp_path: Path) -> None:
    node = logic.translate(scan, tmp_path)
    assert node.GetName() == "patient 7 pseudo-target", "this model tells no modality"
    translated = mrml.volume_from_node(node)
    assert translated.geometry.differences(GEOMETRY) == []
    np.testing.assert_array_equal(translated.array, -mrml.volume_from_node(scan).array)


def test_given_outputs_are_filled(logic: InferenceLogic, scan: Any, tmp_path: Path) -> None:
    segmentation, volume = logic.segment(scan, tmp_path), logic.translate(scan, tmp_path)
    count = mrml.scene().GetNumberOfNodes()
    assert logic.segment(scan, tmp_path, segmentation) is segmentation
    assert logic.translate(scan, tmp_path, volume) is volume
    assert mrml.scene().GetNumberOfNodes() == count


@pytest.mark.parametrize("act", ["segment", "translate"])
@pytest.mark.parametrize("with_output", [False, True])
def test_cancelling_leaves_the_scene_as_it_was(logic: InferenceLogic, scan: Any, tmp_path: Path, act: str, with_output: bool) -> None:
    def cancel(step: int, total: int, message: str = "", **metrics: float) -> None:
        raise CancelError

    output = getattr(logic, act)(scan, tmp_path) if with_output else None
    count, times = mrml.scene().GetNumberOfNodes(), (scan.GetMTime(), output.GetMTime() if output else 0)
    with pytest.raises(CancelError):
        getattr(logic, act)(scan, tmp_path, output, progress=cancel)
    assert (mrml.scene().GetNumberOfNodes(), (scan.GetMTime(), output.GetMTime() if output else 0)) == (count, times)
    assert getattr(logic, act)(scan, tmp_path) is not None  # and the next run works


def test_model_with_other_labels_than_it_says_adds_nothing(scan: Any, tmp_path: Path) -> None:
    class Wrong(Thresholds):
        labels = {"Cochlea": 2}

    count = mrml.scene().GetNumberOfNodes()
    with pytest.raises(InputError, match="value 1, which no structure has"):
        InferenceLogic(lambda model, device: Wrong()).segment(scan, tmp_path)
    assert mrml.scene().GetNumberOfNodes() == count


def test_model_is_loaded_again_only_when_it_is_another(logic: InferenceLogic, loader: Loader, scan: Any, tmp_path: Path) -> None:
    weights = tmp_path / "first" / "iteration_0" / "model" / "segmenter.safetensors"
    weights.parent.mkdir(parents=True)
    weights.write_bytes(b"old")
    logic.segment(scan, tmp_path / "first")
    logic.segment(scan, str(tmp_path / "first"))
    assert loader.loaded == [("first", "auto")]
    weights.write_bytes(b"trained on")
    logic.segment(scan, tmp_path / "first")
    os.utime(weights, ns=(1, 1))
    logic.segment(scan, tmp_path / "first")
    (tmp_path / "first" / "iteration_0" / "pseudo_labels").mkdir()  # no part of the model
    logic.segment(scan, tmp_path / "first")
    logic.segment(scan, tmp_path / "first", device="cpu")
    logic.segment(scan, tmp_path / "second", device="cpu")
    logic.unload()
    logic.segment(scan, tmp_path / "second", device="cpu")
    assert loader.loaded[1:] == [("first", "auto")] * 2 + [("first", "cpu")] + [("second", "cpu")] * 2


def test_failed_loading_is_not_remembered(scan: Any, tmp_path: Path) -> None:
    answers = [InputError("no trained model"), Thresholds()]

    def load(model: Path, device: str) -> Any:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    logic = InferenceLogic(load)
    with pytest.raises(InputError, match="no trained model"):
        logic.segment(scan, tmp_path)
    assert logic.segment(scan, tmp_path) is not None


def test_nodes_removed_during_the_prediction_do_not_lose_the_result(logic: InferenceLogic, scan: Any, tmp_path: Path) -> None:
    """The panel lets the user work on meanwhile."""
    output = logic.segment(scan, tmp_path)

    def close(step: int, total: int, message: str = "", **metrics: float) -> None:
        for node in (output, scan):
            mrml.remove_node(node)

    node = logic.segment(scan, tmp_path, output, progress=close)
    assert node is not output
    assert node.GetScene() is mrml.scene()
    assert mrml.label_volume_from_segmentation(node, LABELS).geometry.differences(GEOMETRY) == []


def test_unusable_inputs_are_refused_before_a_model_is_loaded(logic: InferenceLogic, loader: Loader, scan: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No volume"):
        logic.segment(None, tmp_path)
    with pytest.raises(InputError, match="both input and output"):
        logic.translate(scan, tmp_path, scan)
    assert loader.loaded == []


def test_folder_without_a_model_is_refused(scan: Any, tmp_path: Path) -> None:
    """With the real loaders."""
    pytest.importorskip("torch")
    count = mrml.scene().GetNumberOfNodes()
    for act in (InferenceLogic().segment, InferenceLogic().translate):
        with pytest.raises(InputError, match="holds no trained"):
            act(scan, tmp_path)
    assert mrml.scene().GetNumberOfNodes() == count


def test_translate_with_a_real_generator(scan: Any, tmp_path: Path) -> None:
    """The node's result is the translator's own, on the scan's grid, also under a transform."""
    torch = pytest.importorskip("torch")
    from CrossMoDAUDALib.core.files import write_json
    from CrossMoDAUDALib.models.model_folder import describe_translator
    from CrossMoDAUDALib.translation import trained
    from CrossMoDAUDALib.translation.cyclegan import build_generator
    from safetensors.torch import save_file

    settings = preset_settings("smoke")
    torch.manual_seed(0)
    folder = tmp_path / "translation"
    folder.mkdir()
    save_file(build_generator(settings).state_dict(), folder / trained.WEIGHTS)
    write_json(folder / trained.DESCRIPTION, describe_translator(settings))
    moving = mrml.scene().AddNewNodeByClass("vtkMRMLLinearTransformNode", "move")
    scan.SetAndObserveTransformNodeID(moving.GetID())

    node = InferenceLogic().translate(scan, tmp_path, device="cpu")

    expected = trained.TrainedTranslator.load(tmp_path, "cpu").translate(mrml.volume_from_node(scan))
    np.testing.assert_array_equal(mrml.volume_from_node(node).array, expected.array)
    assert mrml.volume_from_node(node).geometry.differences(GEOMETRY) == []
    assert node.GetParentTransformNode() is moving

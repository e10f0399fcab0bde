"""What a model folder says of itself, without any network library."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.models.model_folder import ModelInfo, chosen_components, describe_model, translator_folder

INFO = ModelInfo(Path("m"), {"Vestibular schwannoma": 1, "Cochlea": 2}, 1, ("Cochlea",))


def test_an_experiment_its_iterations_and_its_model(tiny_experiment: Path) -> None:
    labels = {"Vestibular schwannoma": 1, "Cochlea": 2}
    last = describe_model(tiny_experiment)
    assert last == ModelInfo(tiny_experiment / "iteration_1" / "model", labels, 1, (), last.trained_on)
    assert last.trained_on is not None and (last.trained_on.source.cases, last.trained_on.target.cases) == (2, 2)
    assert {name: (found.labels, found.two_sided) for name, found in last.trained_on.structures.items()} == {
        "Vestibular schwannoma": (2, False),
        "Cochlea": (2, True),
    }
    first = describe_model(tiny_experiment / "iteration_0")
    assert (first.folder, first.iteration) == (tiny_experiment / "iteration_0" / "model", 0)
    assert describe_model(tiny_experiment / "iteration_0" / "model") == first
    baseline = describe_model(tiny_experiment / "source_only")
    assert (baseline.folder, baseline.iteration) == (tiny_experiment / "source_only" / "model", None)


def test_a_model_on_its_own(tiny_experiment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = Path(shutil.copytree(tiny_experiment / "iteration_0" / "model", tmp_path / "Modell ü"))
    description = json.loads((model / "model.json").read_text(encoding="utf-8"))
    (model / "model.json").write_text(json.dumps({**description, "largest_component": ["Cochlea"]}), encoding="utf-8")
    monkeypatch.chdir(model)
    for path in (model, Path()):
        info = describe_model(path)
        assert (info.folder, info.iteration, info.largest_component) == (path, None, ("Cochlea",))
        assert info.trained_on is not None
    older = {key: value for key, value in description.items() if key != "trained_on"}
    (model / "model.json").write_text(json.dumps(older), encoding="utf-8")
    assert describe_model(model).trained_on is None
    (model / "model.json").write_text(json.dumps({**older, "trained_on": {"source": 3}}), encoding="utf-8")
    with pytest.raises(InputError, match=r"model\.json is damaged"):
        describe_model(model)
    (model / "plans.json").write_text("[]", encoding="utf-8")
    (model / "model.json").write_text(json.dumps(older), encoding="utf-8")
    with pytest.raises(InputError, match=r"plans\.json is damaged"):
        describe_model(model)
    (model / "segmenter.safetensors").unlink()
    with pytest.raises(InputError, match=r"segmenter\.safetensors is missing"):
        describe_model(model)
    with pytest.raises(InputError, match="holds no trained segmenter"):
        describe_model(tmp_path)


def test_the_translator(tiny_experiment: Path, tmp_path: Path) -> None:
    folder = tiny_experiment / "translation"
    assert translator_folder(tiny_experiment) == translator_folder(folder) == folder
    with pytest.raises(InputError, match="holds no trained image translator"):
        translator_folder(tmp_path)


def test_what_largest_component_may_name() -> None:
    assert chosen_components(INFO, []) is None
    assert chosen_components(INFO, ["none"]) == ()
    assert chosen_components(INFO, ["Cochlea", "Vestibular schwannoma", "Cochlea"]) == ("Cochlea", "Vestibular schwannoma")
    for names, said in (
        (["Cochlee"], "Cochlee is not a structure.*Vestibular schwannoma, Cochlea"),
        (["none", "Cochlea"], "give it alone"),
    ):
        with pytest.raises(InputError, match=said):
            chosen_components(INFO, names)


def test_asking_imports_nothing_heavy(tiny_experiment: Path) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT / 'CrossMoDAUDA')!r}); from pathlib import Path\n"
        "from CrossMoDAUDALib.models.model_folder import describe_model; describe_model(Path(sys.argv[1]))\n"
        "print([name for name in ('torch', 'numpy', 'SimpleITK', 'nnunetv2', 'scipy') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code, str(tiny_experiment)], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "[]"

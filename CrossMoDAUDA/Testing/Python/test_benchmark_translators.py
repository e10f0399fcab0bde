"""Each translator's step trains as a textbook's with the same losses does, and the benchmark would notice if it did not."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from CrossMoDAUDALib.translation.registry import registrations

SCRIPTS = Path(__file__).resolve().parents[3] / "Scripts"


@pytest.fixture
def parts() -> Iterator[dict[str, Any]]:
    """Files of Scripts/benchmarks by name."""
    torch.set_num_threads(1)
    sys.path.insert(0, str(SCRIPTS))
    try:
        yield {name: importlib.import_module(f"benchmarks.{name}") for name in ("measuring", "step", "textbook_cut", "translators")}
    finally:
        sys.path.remove(str(SCRIPTS))


def bench(parts: dict[str, Any], folder: Path) -> Any:
    return parts["measuring"].Bench(torch.device("cpu"), folder, 1, True)


@pytest.mark.parametrize("name", [one.name for one in registrations() if one.name != "cyclegan-resnet"])  # which `step` measures
def test_the_step_is_the_textbooks(name: str, parts: dict[str, Any], tmp_path: Path) -> None:
    row = parts["translators"].agreement(bench(parts, tmp_path), name)
    assert row.holds is True and 0 <= row.ours < 1e-3


def test_another_temperature_or_an_objective_of_other_weights_would_be_noticed(
    parts: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def differs(change: dict[str, Any]) -> bool:
        kind, made = parts["textbook_cut"].TextbookCUT, parts["translators"].settings_for("cut", "smoke").translator_section
        plain = kind.__init__

        def changed(self: Any, *arguments: Any) -> None:
            plain(self, *arguments)
            self.settings = type(made)(**{**vars(self.settings), **change})

        monkeypatch.setattr(kind, "__init__", changed)
        holds = parts["translators"].agreement(bench(parts, tmp_path), "cut").holds
        monkeypatch.setattr(kind, "__init__", plain)
        return holds is False

    assert not differs({})
    assert differs({"temperature": 0.08})
    assert differs({"contrast_weight": 2.0}), "it shows in the weights that the first steps come to"


def test_a_row_tells_how_many_times_faster_than_the_textbook(parts: dict[str, Any], tmp_path: Path) -> None:
    row = parts["translators"].speed(bench(parts, tmp_path), "fastcut")
    assert row.ours > 0 and row.ratio[0] == pytest.approx(row.reference / row.ours)
    assert row.bound == "ratio at least 1" and row.holds is None, "a quick look is not judged"


def test_what_is_measured_as_published_is_what_small_slices_have_otherwise(parts: dict[str, Any], tmp_path: Path) -> None:
    translators = parts["translators"]
    row = translators.speed(bench(parts, tmp_path), "nice-gan", published=True)
    assert row.name.startswith("nice-gan, as published, a step") and row.ratio
    for name, values in translators.AS_PUBLISHED.items():
        published, small = (translators.settings_for(name, preset).values() for preset in ("paper", "sample"))
        # Widths and numbers of blocks are the sizes of small slices, the rest is the method.
        sizes = {key for key in published if key.endswith(("_features", "_blocks"))}
        section = {key for key in published if key.startswith("nice_gan.")}
        assert values == {key: published[key] for key in section - sizes if published[key] != small[key]}

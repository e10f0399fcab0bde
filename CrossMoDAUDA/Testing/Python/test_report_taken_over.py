"""The report of an experiment whose stages were taken over from another: what is told there and not here."""

from __future__ import annotations

import html
import json
import re
import shutil
from pathlib import Path

from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.method.report_page import write_page


def said(folder: Path) -> str:
    text = write_page(Experiment.load(folder)).read_text(encoding="utf-8")
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", text)))


def test_what_was_taken_over_is_told_elsewhere(tiny_experiment: Path, tmp_path: Path) -> None:
    assert "taken over" not in said(tiny_experiment)
    folder = Path(shutil.copytree(tiny_experiment, tmp_path / "experiment"))
    for marker in (folder / "stages").glob("*.json"):
        if marker.name.startswith(("translation--", "pseudo_target")):
            marker.write_text(
                json.dumps({**json.loads(marker.read_text(encoding="utf-8")), "shared_from": "cut & ü/seed_0"}), encoding="utf-8"
            )
    (folder / "translation" / "losses.csv").unlink()
    text = said(folder)
    assert "Stages were taken over from cut & ü/seed_0. What they warned of is told in the report there." in text
    assert "Of the translator the event log has no curve: trained in another experiment" in text
    (folder / "stages" / "translation--train.json").unlink()
    assert "The translator has no finished epoch yet." in said(folder)

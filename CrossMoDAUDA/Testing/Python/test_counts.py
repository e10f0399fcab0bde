"""Sentences that count: of one thing they speak in the singular, in English and in German."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from CrossMoDAUDALib.images.labels import read_labels
from test_odd_segments import HALVES, LABELS, drawn, layered, segment

RESOURCES = ROOT / "CrossMoDAUDA" / "Resources"
GERMAN = RESOURCES / "Translations" / "CrossMoDAUDA_de.ts"
COUNTED = (
    r"count\d?|number|read|found|labels|shared|uncounted|lost|span|threads|cores|apart|cohort2|target_cases|scores2|cases|dimension|total"
)
PLURAL = re.compile(rf"\{{(?:{COUNTED})\}} (?:\w+ )??(\w+s)\b(?<!is)(?<!does)(?<!has)(?<!shows)")
# What is never one where the sentence is said, or is told in a sentence of its own, by how the plural begins.
NEVER_ONE = {
    "{count} more",
    "{count2} nodes came",  # several were asked for
    "{count} nodes.",
    "{count2} target cases",  # of one none is left out
    "{count} devices only",
    "{count} kinds",
    "{count} images",
    "{count} label maps",
    "{count} files are empty",  # one: "1 file is"
    "{count} files were left out",
    "{count} scans were left out",
    "{count} scans of {folder} are done",
    "{count} scans (",  # of one scan there is nothing to choose
    "{count} scans: ",
    "{count} scans are done",
    "{count} files in {folder}",
    "{count} trainings are chosen",
    "{count} trainings finished",
    "{count} trainings have been read",
    "{found} trainings found",
    "{count} settings differ",
    "{count} warnings.",
    "{cases} scans read",
    "{cases} scans: {round}",
    "{count} references, ",  # of one, all or none lack a structure
    "{count} bytes",  # the longest header there may be
    "{count} values that no structure has",  # more than a few
    "{labels} labels it was trained on",
    "{cases} labels it was trained on",
    "{shared} voxels in",
    "{uncounted} voxels of",
    "{lost} voxels of",
    "{lost} labelled voxels",
}


def test_what_is_counted_may_be_one() -> None:
    """Each sentence with a plural after a count has a twin in the singular, or is known to be said of several only."""
    library = [entry["text"] for entry in json.loads((RESOURCES / "CoreTexts.json").read_text(encoding="utf-8"))["sentences"]]
    panel = [source.text or "" for source in ElementTree.parse(GERMAN).iter("source")]
    known = {*library, *panel}
    untold = set()
    for text in known:
        for match in PLURAL.finditer(text):
            twin = text[: match.end() - 1] + text[match.end() :]
            if twin not in known and not any(text.startswith(begin, match.start()) for begin in NEVER_ONE):
                untold.add(text)
    assert sorted(untold) == []


@pytest.mark.parametrize(("voxels", "told"), [(1, "one voxel of a value that no segment has; it is"), (3, "3 voxels of values")])
def test_a_single_voxel_is_told_as_one(tmp_path: Path, voxels: int, told: str) -> None:
    stray = np.zeros_like(drawn())
    stray[0, 0, :voxels] = 7
    parts = [segment(0, "VS", 1), segment(1, "Cochlea", 1, layer=1)]
    assert told in read_labels(layered(tmp_path / "a.seg.nrrd", [*HALVES, stray], *parts), LABELS).notes[0]


@pytest.mark.parametrize(("cases", "told"), [(1, "over 1 scan"), (2, "over 2 scans")])
def test_a_model_tells_of_one_case(cases: int, told: str) -> None:
    from CrossMoDAUDALib.models.library import summary

    cohort = {"source_cases": 3, "target_cases": cases}
    text = summary(
        {"cohort": cohort, "scores": {"dice_mean": 0.5, "cases": cases, "convention": "medpy"}, "labels": [{"name": "VS", "value": 1}]}
        | {"method": {"translator": "cyclegan", "self_training_iteration": 1}, "settings": {}}
    )
    assert told in text and text.count("scans") == 2 * (cases > 1), text


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("{path} has one voxel of a value that no segment has; it is taken as background.", "ein Voxel"),
        ("Growth a year is extrapolated from {span} day.", "{span} Tag "),
        ("{count} task at work", "{count} Teil arbeitet"),
    ],
)
def test_german_has_the_singular_too(english: str, german: str) -> None:
    texts = {message.findtext("source"): message.findtext("translation") for message in ElementTree.parse(GERMAN).iter("message")}
    assert german in str(texts[english])

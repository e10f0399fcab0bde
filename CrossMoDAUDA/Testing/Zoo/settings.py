"""Bad settings: every key out of its limits and of the wrong type, and options that say nothing sensible."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, get_origin

from CrossMoDAUDALib.core.settings import setting_fields

from .scans import make_link
from .specimen import Place, Specimen

DIGITS = "9" * 5000


def specimens(every_door: bool = False) -> list[Specimen]:
    """Settings that nobody can mean.

    Args:
        every_door: every bad value of every key, not one of them in turn.
    """
    found = []
    turn = itertools.count()
    for key in setting_fields():
        values = _bad_values(key)
        if not every_door and values:
            values = [values[next(turn) % len(values)]]
        found += [Specimen(f"settings/{key}={_short(value)}", _set(f"{key}={value}"), key.rpartition(".")[2]) for value in values]
    return found + _labels() + _assignments() + _options()


def _short(value: str) -> str:
    return value if len(value) < 30 else f"{value[:10]} and {len(value) - 10} more"


def _set(*assignments: str, command: str = "run") -> Callable[[Place], Sequence[str | Path]]:
    chosen = [word for assignment in assignments for word in ("--set", assignment)]
    if command == "evaluate":
        return lambda place: ["evaluate", place.pantry.label, place.pantry.label, *chosen]
    return lambda place: ["run", "--crossmoda", place.pantry.cohort, "-o", place.output, "--device", "cpu", *chosen]


def _bad_values(key: str) -> list[str]:
    """Values that a setting's own declaration excludes."""
    field, kind = setting_fields()[key]
    low, high = field.metadata["low"], field.metadata["high"]
    if field.metadata["choices"]:
        return ["nonsense", "", field.metadata["choices"][0] + "x"]
    if kind is bool:
        return ["perhaps", "2", "", "None"]
    if kind is int:
        return [str(high + 1), str(low - 1), "1.5", "ten", "", "nan", "0x10", DIGITS, "-" + DIGITS, "[1]"]
    if kind is float:
        return [str(high * 2 + 1), str(low - 1), "nan", "inf", "-inf", "much", "", "1e999", "1,5"]
    if get_origin(kind) is tuple:
        return ["Nose", "Cochlea,Nose"]
    if get_origin(kind) is dict and low is not None:
        return [f"Cochlea:{high * 2}", "Nose:1", "Cochlea", "Cochlea:nan", "Cochlea:1,Cochlea:1", ":1", '{"Cochlea": true}']
    return []


def _labels() -> list[Specimen]:
    bad = {
        "nothing": "",
        "a name only": "Tumour",
        "no name": ":1",
        "a word for the value": "Tumour:one",
        "the value of the background": "Tumour:0",
        "a negative value": "Tumour:-1",
        "a value beyond two bytes": "Tumour:65536",
        "a huge value": f"Tumour:{DIGITS}",
        "one value twice": "Tumour:1,Cochlea:1",
        "one name twice": "Tumour:1,Tumour:2",
        "a name of nnU-Net's": "background:1",
        "half a label": "Tumour:1.5",
    }
    found = [Specimen(f"settings/labels with {what}", _set(f"labels={value}"), "labels") for what, value in bad.items()]
    return [
        *found,
        Specimen("settings/labels of evaluate with one value twice", _set("labels=A:1,B:1", command="evaluate"), "labels"),
        Specimen("settings/labels that the cohort's label maps do not have", _dry_run("labels=Tumour:7"), "Label", on_stdout=True),
    ]


def _dry_run(assignment: str) -> Callable[[Place], Sequence[str | Path]]:
    return lambda place: ["run", "--crossmoda", place.pantry.cohort, "-o", place.output, "--dry-run", "--set", assignment]


def _assignments() -> list[Specimen]:
    bad = {
        "without a value": ("seed", "seed"),
        "without a key": ("=1", "''"),
        "of nothing": ("", "--set"),
        "of an unknown key": ("translation.epoch=3", "translation.epoch"),
        "of an unknown section": ("magic.power=11", "magic.power"),
        "of a section": ("translation=3", "translation"),
        "of a section to a JSON object": ('translation={"epochs": 3}', "translation"),
        "of a private name": ("__class__=1", "__class__"),
        "of a key with a line break": ("se\ned=1", "se"),
        "of a key with an escape sequence": ("se\x1b[2Jed=1", "se"),
        "of a key that is no UTF-8": ("se\udcffed=1", "se"),
        "of a key of a million letters": ("x" * 100_000 + "=1", "xxx"),
        "of percentiles in the wrong order": ("intensity.lower_percentile=50", "intensity.lower_percentile"),
        "of a size that the U-Net cannot halve": ("translation.image_size=96", "translation.image_size"),
    }
    found = []
    for what, (assignment, says) in bad.items():
        more = {"percentiles": ("intensity.upper_percentile=50",), "U-Net": ("translation.translator=cyclegan-unet",)}
        others = next((also for word, also in more.items() if word in what), ())
        found.append(Specimen(f"settings/assignment {what}", _set(assignment, *others), says))
    found.append(Specimen("settings/evaluate with what does not matter to it", _set("seed=1", command="evaluate"), "seed"))
    unknown = _set("evaluation.convention=mine", command="evaluate")
    found.append(Specimen("settings/evaluate with an unknown convention", unknown, "convention"))
    return found


def _options() -> list[Specimen]:
    def run(*options: str) -> Callable[[Place], Sequence[str | Path]]:
        return lambda place: ["run", "--crossmoda", place.pantry.cohort, "-o", place.output, *options]

    def on_scan(command: str, *options: str) -> Callable[[Place], Sequence[str | Path]]:
        return lambda place: [command, place.pantry.experiment, place.pantry.scan, "-o", place.output, *options]

    def to(output: str, command: str = "translate") -> Callable[[Place], Sequence[str | Path]]:
        def make(place: Place) -> Sequence[str | Path]:
            (place.inputs / "a file").write_text("no folder", encoding="utf-8")
            path = place.inputs / output
            if output == "circle":
                make_link(path, path)
            if command == "run":
                return ["run", "--crossmoda", place.pantry.cohort, "-o", path, "--device", "cpu"]
            return [command, place.pantry.experiment, place.pantry.scan, "-o", path, "--device", "cpu"]

        return make

    devices = ("gpu", "cuda:", "cuda:x", "cuda:-1", "cuda:99", "cuda:0,0", "cuda:0,99", "cpu:1", "tpu", "", "cuda:1.5", f"cuda:{DIGITS}")
    found = [Specimen(f"settings/device {_short(device) or 'nothing'}", run("--device", device), "device") for device in devices]
    for device in ("gpu", "cuda:99", "mps:1", f"cuda:{DIGITS}"):
        found.append(Specimen(f"settings/device {_short(device)} for a scan", on_scan("segment", "--device", device), "device"))
    several = ("segment", "--largest-component", "none", "--largest-component", "Cochlea")
    return [
        *found,
        Specimen("settings/no command", lambda place: [], "COMMAND"),
        Specimen("settings/an unknown command", lambda place: ["destroy"], "destroy"),
        Specimen("settings/an unknown option", run("--gently"), "--gently"),
        Specimen("settings/an unknown preset", run("--preset", "best"), "--preset"),
        Specimen("settings/an unknown translator", run("--translator", "pix2pix"), "--translator"),
        Specimen("settings/iterations of a word", run("--iterations", "some"), "iterations"),
        Specimen("settings/iterations below zero", run("--iterations=-1"), "iterations"),
        Specimen("settings/a thousand iterations", run("--iterations", "1000"), "iterations"),
        Specimen("settings/an abbreviated option", run("--iter", "1"), "--iter"),
        Specimen("settings/an unknown format", on_scan("segment", "--format", "dcm"), "--format"),
        Specimen("settings/an unknown precision", on_scan("translate", "--precision", "fp8"), "--precision"),
        Specimen("settings/the largest component of no structure", on_scan("segment", "--largest-component", "Nose"), "Nose"),
        Specimen("settings/the largest components of none and one", on_scan(*several), "none"),
        Specimen("settings/measurements into a folder", on_scan("segment", "--measurements", "."), "."),
        Specimen("settings/a trainer that is none", _set("segmentation.trainer=os.system"), "os.system"),
        Specimen("settings/a trainer that nnU-Net lacks", _set("segmentation.trainer=nnUNetTrainerMagic"), "nnUNetTrainerMagic"),
        Specimen("settings/output into a file", to("a file"), "a file"),
        Specimen("settings/output below a file", to("a file/out"), "a file"),
        Specimen("settings/an experiment in a file", to("a file", "run"), "a file"),
        Specimen("settings/an experiment below a file", to("a file/out", "run"), "a file"),
        Specimen("settings/an experiment among other files", to(".", "run"), "a file"),
        Specimen("settings/output to a name longer than a disk knows", to("o" * 300), "ooo"),
        Specimen("settings/an experiment of a name longer than a disk knows", to("o" * 300, "run"), "ooo"),
        Specimen("settings/output to a link to itself", to("circle"), "circle"),
        Specimen("settings/an experiment in a link to itself", to("circle", "run"), "circle"),
        Specimen("settings/output to a name that is no UTF-8", to("out\udcff"), "out"),
        Specimen("settings/output to a name that is no UTF-8, segment", to("out\udcff", "segment"), "out"),
        Specimen("settings/a folder without scans", _no_scans, "in"),
    ]


def _no_scans(place: Place) -> Sequence[str | Path]:
    return ["segment", place.pantry.experiment, place.inputs, "-o", place.output]


def bad_json() -> dict[str, Any]:
    """What may stand where an experiment's settings should: by what is bad, the object or, for what is no JSON, its bytes."""
    deep = b"[" * 200_000
    return {
        "empty": b"",
        "not JSON": b"settings: none",
        "cut short": b'{"format": 1, "settings": {"seed"',
        "bytes": bytes(range(256)),
        "UTF-16": json.dumps({"format": 1}).encode("utf-16"),
        "zeros": bytes(4000),
        "a list": [1, 2],
        "nothing": None,
        "a number": 3,
        "a text": "experiment",
        "nested too deeply": deep,
        "objects nested too deeply": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        "a number of 5000 digits": b'{"format": ' + DIGITS.encode() + b"}",
        "an infinite format": b'{"format": 1e999}',
        "a format that is not a number": b'{"format": NaN}',
    }

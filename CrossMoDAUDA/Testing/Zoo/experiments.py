"""Bad experiment folders: damaged, foreign, contradictory and newer records, and what may lie beside them."""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from .settings import bad_json
from .specimen import Place, Specimen

Record = dict[str, Any]
DOORS = ("status", "continue", "dry-run")


def specimens(every_door: bool = False) -> list[Specimen]:
    """Malformed experiment folders, each given to ``status`` or to what continues it, or to both."""
    turn = itertools.cycle(DOORS)
    found = []
    for what, content in {**bad_json(), **_changes()}.items():
        for door in DOORS if every_door else (next(turn),):
            found.append(Specimen(f"experiment/{what} ({door})", _make(door, content), "experiment.json"))
    return found + _folders() + _logs()


def _command(door: str, folder: Path) -> list[str | Path]:
    return {"status": ["status", folder], "continue": ["run", "-o", folder], "dry-run": ["run", "-o", folder, "--dry-run"]}[door]


def _make(door: str, content: Any) -> Callable[[Place], Sequence[str | Path]]:
    def make(place: Place) -> Sequence[str | Path]:
        record = content
        if callable(content):
            good = json.loads((place.pantry.experiment / "experiment.json").read_text(encoding="utf-8"))
            record = content(good)
        data = record if isinstance(record, bytes) else json.dumps(record).encode()
        (place.inputs / "experiment.json").write_bytes(data)
        return _command(door, place.inputs)

    return make


def _changes() -> dict[str, Callable[[Record], Any]]:
    """What is bad about a record, and what makes it so."""

    def top(**values: Any) -> Callable[[Record], Any]:
        return lambda record: {**record, **values}

    def without(key: str) -> Callable[[Record], Any]:
        return lambda record: {name: value for name, value in record.items() if name != key}

    def setting(section: str, **values: Any) -> Callable[[Record], Any]:
        return lambda record: {**record, "settings": {**record["settings"], section: {**record["settings"][section], **values}}}

    def settings(**values: Any) -> Callable[[Record], Any]:
        return lambda record: {**record, "settings": {**record["settings"], **values}}

    def cohort(**values: Any) -> Callable[[Record], Any]:
        return lambda record: {**record, "cohort": {**record["cohort"], **values}}

    def case(**values: Any) -> Callable[[Record], Any]:
        return lambda record: {
            **record,
            "cohort": {**record["cohort"], "source": [{**record["cohort"]["source"][0], **values}]},
        }

    return {
        "no format": without("format"),
        "a later format": top(format=99),
        "a format of a word": top(format="one"),
        "a format of a list": top(format=[1]),
        "no settings": without("settings"),
        "settings of a list": top(settings=[1]),
        "settings of nothing": top(settings=None),
        "an unknown setting": settings(magic=1),
        "an unknown setting in a section": setting("translation", magic=1),
        "a section of a list": settings(translation=[1, 2]),
        "a section within a section": setting("translation", epochs={"epochs": 1}),
        "a setting of nothing": setting("translation", epochs=None),
        "a setting of a list": setting("translation", epochs=[1]),
        "a setting out of its limits": setting("segmentation", tile_step=7),
        "an infinite setting": setting("cyclegan", cycle_weight=float("inf")),
        "a setting that is not a number": setting("translation", learning_rate=float("nan")),
        "a setting of 400 digits": setting("translation", epochs=10**400),
        "a seed that is true": settings(seed=True),
        "labels of a list": settings(labels=[1, 2]),
        "labels of words": settings(labels={"Tumour": "one"}),
        "labels of nothing": settings(labels={}),
        "labels with half a surrogate": settings(labels={"Tu\ud800mour": 300}),
        "labels with a line break": settings(labels={"Tu\nmour": 300}),
        "no cohort": without("cohort"),
        "a cohort of a list": top(cohort=[]),
        "a domain of nothing": cohort(source=None),
        "a domain of a number": cohort(target=3),
        "no target domain": lambda record: {**record, "cohort": {name: record["cohort"][name] for name in ("source", "evaluation")}},
        "a case of text": cohort(source=["a"]),
        "a case without an image": case(image=None),
        "a case with an image of a number": case(image=5),
        "a case with a label map of a list": case(label=[1]),
        "a target case with a label map": cohort(target=[{"id": "a", "image": "/a.nii.gz", "label": "/b.nii.gz"}]),
    }


def _folders() -> list[Specimen]:
    def folder(door: str, **files: str) -> Callable[[Place], Sequence[str | Path]]:
        def make(place: Place) -> Sequence[str | Path]:
            for name, text in files.items():
                (place.inputs / name).write_text(text, encoding="utf-8")
            return _command(door, place.inputs)

        return make

    def named(door: str, name: str) -> Callable[[Place], Sequence[str | Path]]:
        def make(place: Place) -> Sequence[str | Path]:
            (place.inputs / "a file").write_text("no experiment", encoding="utf-8")
            return _command(door, place.inputs / name)

        return make

    def json_folder(place: Place) -> Sequence[str | Path]:
        (place.inputs / "experiment.json").mkdir()
        return _command("status", place.inputs)

    def changed_scan(place: Place) -> Sequence[str | Path]:
        """The record of an experiment on scans that are somewhere else now."""
        record = json.loads((place.pantry.experiment / "experiment.json").read_text(encoding="utf-8"))
        record["files"] = {name.replace(".nii", "_moved.nii"): value for name, value in record["files"].items()}
        (place.inputs / "experiment.json").write_text(json.dumps(record), encoding="utf-8")
        return _command("continue", place.inputs)

    def damaged_stamps(files: Any) -> Callable[[Place], Sequence[str | Path]]:
        def make(place: Place) -> Sequence[str | Path]:
            record = json.loads((place.pantry.experiment / "experiment.json").read_text(encoding="utf-8"))
            record["files"] = dict.fromkeys(record["files"], files) if isinstance(files, dict) else files
            (place.inputs / "experiment.json").write_text(json.dumps(record), encoding="utf-8")
            return _command("continue", place.inputs)

        return make

    def another(*options: str) -> Callable[[Place], Sequence[str | Path]]:
        def make(place: Place) -> Sequence[str | Path]:
            shutil.copy(place.pantry.experiment / "experiment.json", place.inputs)
            return ["run", "-o", place.inputs, *options]

        return make

    return [
        Specimen("experiment/none", folder("status"), "experiment.json"),
        Specimen("experiment/a file", named("status", "a file"), "a file"),
        Specimen("experiment/missing", named("status", "absent"), "absent"),
        Specimen("experiment/stopped when missing", lambda place: ["stop", place.inputs / "absent"], "absent"),
        Specimen("experiment/record that is a folder", json_folder, "experiment.json"),
        Specimen("experiment/other files to continue", folder("continue", notes="x"), "--crossmoda"),
        Specimen("experiment/on scans that are gone", changed_scan, "_moved.nii", status=(2,)),
        Specimen("experiment/stamps of a list", damaged_stamps([1]), "experiment.json"),
        Specimen("experiment/stamps of nothing", damaged_stamps({}), "experiment.json"),
        Specimen("experiment/stamps of text", damaged_stamps({"size": "x", "modified_ns": [], "sha256": None}), "", status=(2,)),
        Specimen("experiment/continued with another seed", another("--set", "seed=77"), "seed"),
        Specimen("experiment/continued with another translator", another("--translator", "none"), "translat"),
        Specimen("experiment/continued with an unknown setting", another("--set", "sed=77"), "sed"),
    ]


def _logs() -> list[Specimen]:
    """Damage beside a good record, which ``status`` may pass over but must not stumble over."""
    logs: dict[str, bytes] = {
        "of bytes": bytes(range(256)) * 40 + b"\n",
        "of numbers": b"1\n[2]\nnull\n",
        "of progress without a stage": b'{"kind": "progress"}\n',
        "of progress of words": b'{"kind": "progress", "stage": [], "step": {}, "total": null, "metrics": 3}\n',
        "of metrics of words": b'{"kind": "progress", "stage": "x", "step": 1, "total": 2, "metrics": {"loss": "high"}}\n',
        "of stages without metrics": b'{"kind": "stage", "stage": "x", "state": "finished"}\n',
        "of stages of lists": b'{"kind": "stage", "stage": [1], "state": "finished", "metrics": {"seconds": 1}}\n',
        "of warnings of lists": b'{"kind": "warning", "message": [1]}\n{"kind": "warning"}\n',
        "of failures without a message": b'{"kind": "run", "state": "failed"}\n{"kind": "error"}\n',
        "of runs of lists": b'{"kind": "run", "state": []}\n{"kind": ["run"]}\n',
        "nested too deeply": b'{"kind": ' + b"[" * 100_000 + b"\n",
        "of a number of 5000 digits": b'{"kind": "progress", "step": ' + b"9" * 5000 + b"}\n",
    }

    def with_log(content: bytes) -> Callable[[Place], Sequence[str | Path]]:
        return with_file("events.jsonl", content)

    def with_file(name: str, content: bytes | None) -> Callable[[Place], Sequence[str | Path]]:
        def make(place: Place) -> Sequence[str | Path]:
            shutil.copy(place.pantry.experiment / "experiment.json", place.inputs)
            path = place.inputs / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                path.mkdir()
            else:
                path.write_bytes(content)
            return ["status", place.inputs]

        return make

    tolerated = (0, 2)
    return [
        *(Specimen(f"experiment/events {what}", with_log(content), "events.jsonl", tolerated) for what, content in logs.items()),
        Specimen("experiment/events that are a folder", with_file("events.jsonl", None), "events.jsonl", tolerated),
        Specimen("experiment/a table of bytes", with_file("evaluation/table.md", bytes(range(256))), "table.md", tolerated),
        Specimen("experiment/a holder of a list", with_file("worker.json", b"[1]"), "worker.json", tolerated),
        Specimen("experiment/a holder of words", with_file("worker.json", b'{"pid": "x", "host": []}'), "worker.json", tolerated),
        Specimen("experiment/a stage that is a folder", with_file("stages/translation--train.json", None), "", tolerated),
    ]

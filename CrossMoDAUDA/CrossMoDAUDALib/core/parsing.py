"""Values of settings from text and JSON: parsed by the setting's type, held against its limits."""

from __future__ import annotations

import dataclasses
import difflib
import json
import re
from collections.abc import Mapping
from typing import Any, get_args, get_origin

from .errors import InputError, short

# A structure's name may hold what separates names; then both are written as JSON.
LABELS_FORM = 'NAME:VALUE,NAME:VALUE with each name once and whole numbers, such as Tumour:1, or JSON, such as {"Tumour, left": 1}'
MOST_LABEL = 65535  # the greatest value in label maps
NUMBERS_FORM = 'NAME:NUMBER,NAME:NUMBER with each name once, such as Tumour:0.5, or JSON, such as {"Tumour, left": 0.5}'
NAMES_FORM = 'a list NAME,NAME, or JSON, such as ["Tumour, left"]'

# A structure's first value, and the others after it, each with a plus.
_SEVERAL = re.compile(r"(?<=:)\s*\"?([0-9]{1,6})((?:\s*\+\s*[0-9]{1,6})+)\"?\s*(?=[,}]|$)")


def parse_assignments(assignments: list[str]) -> dict[str, str]:
    """``["a.b=1", ...]`` as a dictionary.

    Raises:
        InputError: an assignment has no '='.

    >>> parse_assignments(["seed=7", "translation.epochs=10"])
    {'seed': '7', 'translation.epochs': '10'}
    """
    values = {}
    for assignment in assignments:
        key, equals, value = assignment.partition("=")
        if not equals:
            raise InputError(f"--set {short(assignment)} is not KEY=VALUE; write for example --set seed=1.")
        values[key.strip()] = value.strip()
    return values


def parse_device(text: str) -> str:
    """A device name in its normal form.

    Raises:
        InputError: it is none of auto, cuda, cuda:N, cuda:N,M,... (each once), mps and cpu.

    >>> parse_device(" CUDA:0, 1")
    'cuda:0,1'
    >>> parse_device("gpu")
    Traceback (most recent call last):
        ...
    CrossMoDAUDALib.core.errors.InputError: There is no device 'gpu'; use auto, cuda, cuda:N (as cuda:0), several as cuda:0,1, mps or cpu.
    """
    name = text.strip().lower()
    kind, _, numbers = name.partition(":")
    indices = [index.strip() for index in numbers.split(",")]
    if name in ("auto", "cpu", "mps", "cuda"):
        return name
    if kind == "cuda" and all(re.fullmatch("[0-9]{1,4}", index) for index in indices):
        if len(set(map(int, indices))) < len(indices):
            raise InputError(f"The device '{short(text)}' names a GPU twice; name each once, such as cuda:0,1.")
        return f"cuda:{','.join(str(int(index)) for index in indices)}"
    raise InputError(f"There is no device '{short(text)}'; use auto, cuda, cuda:N (as cuda:0), several as cuda:0,1, mps or cpu.")


def checked(key: str, value: Any, declared: dataclasses.Field[Any], kind: Any) -> Any:
    """``value`` as ``kind``, within the field's limits."""
    parsed = _parsed(key, value, kind)
    limits = declared.metadata
    if get_origin(kind) is dict and limits["low"] is not None:
        return {name: checked(f"{key} of '{short(name)}'", number, declared, get_args(kind)[1]) for name, number in parsed.items()}
    if limits["choices"] and parsed not in limits["choices"]:
        raise InputError(f"{key} cannot be '{short(parsed)}'; {nearest_of(str(parsed), list(limits['choices']))}.")
    if limits["low"] is not None:
        if parsed != parsed:
            raise InputError(f"{key}={short(value)} is not a number.")
        nearest = min(max(parsed, limits["low"]), limits["high"])
        if nearest != parsed:
            allowed = f"{limits['low']} to {limits['high']}"
            raise InputError(f"{key}={short(value)} is outside {allowed}; the nearest allowed value is {nearest}.")
    if limits["multiple"] and parsed % limits["multiple"]:
        nearest = max(round(parsed / limits["multiple"]), 1) * limits["multiple"]
        raise InputError(f"{key}={value} is not a multiple of {limits['multiple']}; the nearest allowed value is {nearest}.")
    if key == "device":
        return parse_device(parsed)
    if key == "labels":
        return _checked_labels(parsed)
    return parsed


def _parsed(key: str, value: Any, kind: Any) -> Any:
    """``value``, perhaps text from a command line, as ``kind``."""
    try:
        if kind is bool:
            words = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}
            return value if isinstance(value, bool) else words[str(value).lower()]
        if kind is int:
            if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
                raise ValueError
            return int(value)
        if kind is float:
            if isinstance(value, bool):
                raise ValueError
            return float(value)
        if get_origin(kind) is tuple and get_args(kind)[0] is str:
            return _names(value)
        if get_origin(kind) is dict:
            return _numbers(value, get_args(kind)[1])
        return str(value)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        others = NAMES_FORM
        if get_origin(kind) is dict:
            others = LABELS_FORM if get_args(kind)[1] is int else NUMBERS_FORM
        wanted = {bool: "true or false", int: "a whole number", float: "a number"}.get(kind, others)
        raise InputError(f"{key}={short(value)} is not {wanted}.") from None


def _names(value: Any) -> tuple[str, ...]:
    """A list of names: a sequence, JSON, or text with commas between the names."""
    items = _json(value, list) if isinstance(value, str) else value
    if items is None:
        items = [item.strip() for item in value.split(",") if item.strip()]
    if not isinstance(items, list | tuple):
        raise ValueError
    return tuple(str(item) for item in items)


def _numbers(value: Any, kind: type) -> dict[str, Any]:
    """Names and numbers, whole or not: a mapping, JSON, or text with commas between the pairs."""
    pairs = value
    if isinstance(value, str):
        pairs = _json(value, dict)
        if pairs is None:
            split = [item.rpartition(":") for item in value.split(",") if item.strip()]
            named = [(name.strip(), kind(number)) for name, _, number in split]
            if len(dict(named)) < len(named):
                raise ValueError
            return dict(named)
    if any(isinstance(number, bool) or (kind is int and isinstance(number, float)) for number in pairs.values()):
        raise ValueError
    return {str(name): kind(number) for name, number in pairs.items()}


def _json(text: str, kind: type) -> Any:
    """The JSON object or array that a text is; None where it is none.

    Raises:
        ValueError: an object names something twice.
    """

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) < len(pairs):
            raise KeyError
        return dict(pairs)

    try:
        found = json.loads(text, object_pairs_hook=once)
    except (ValueError, RecursionError):
        return None
    except KeyError:
        raise ValueError from None
    return found if isinstance(found, kind) else None


def setting_text(value: Any) -> str:
    """A setting's value as the command line takes it.

    >>> setting_text(True), setting_text(("Tumour", "Cochlea")), setting_text({"Cochlea": 0.5}), setting_text(2.0)
    ('true', 'Tumour,Cochlea', 'Cochlea:0.5', '2')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return labels_text(value)
    if isinstance(value, tuple | list):
        return names_text(value)
    return f"{value:g}" if isinstance(value, float) and float(f"{value:g}") == value else str(value)


def names_text(names: Any) -> str:
    """A list of names as the command line takes it."""
    plain = ",".join(names)
    return plain if _names(plain) == tuple(names) else json.dumps(list(names), ensure_ascii=False)


def labels_text(labels: Any, merged: Mapping[str, int] | None = None) -> str:
    """Structures and their values, or other numbers, as the command line takes them.

    Args:
        merged: further values of structures, as in ``reading.merged_values``.

    >>> labels_text({"VS": 1, "Cochlea": 3}, {"2": 1})
    'VS:1+2,Cochlea:3'
    """
    merged = dict(merged or {})
    several = {name: "+".join([str(value), *(text for text, own in merged.items() if own == value)]) for name, value in labels.items()}
    plain = ",".join(f"{name}:{values}" for name, values in several.items())
    values = {name: text if "+" in text else labels[name] for name, text in several.items()}
    as_json = json.dumps(values, ensure_ascii=False) if merged else json.dumps(dict(labels), ensure_ascii=False)
    if _reads_as(plain, labels, merged):
        return plain
    # a plus in a name must not be taken for one between values
    names = {name: json.dumps(name, ensure_ascii=False).replace("+", "\\u002b") for name in labels}
    escaped = "{" + ", ".join(f"{names[name]}: {json.dumps(value)}" for name, value in values.items()) + "}"
    return as_json if _reads_as(as_json, labels, merged) else escaped


def labels_option(labels: Any, merged: Mapping[str, int] | None = None) -> str:
    """The words that set ``labels``, in quotes that a shell understands: ``--set "labels=VS:1+2,Cochlea:3"``."""
    text = labels_text(labels, merged)
    if '"' not in text:
        return f'--set "labels={text}"'
    return "--set 'labels={}'".format(text.replace("'", "\\u0027"))


def _reads_as(text: str, labels: Mapping[str, Any], merged: Mapping[str, int]) -> bool:
    """Whether a text for ``labels`` means these structures."""
    try:
        read = with_merged_values({"labels": text})
        return _numbers(read["labels"], float) == dict(labels) and read.get("reading.merged_values", {}) == merged
    except (ValueError, InputError, AttributeError, TypeError):
        return False


def _checked_labels(labels: dict[str, int]) -> dict[str, int]:
    if not labels:
        raise InputError("labels is empty; name at least one structure, as --set labels=Tumour:1.")
    for name, value in labels.items():
        if not name.isprintable():  # a foreign model's is shown on terminals
            raise InputError(f"labels: '{short(name)}' holds characters that cannot be shown; give the structure another name.")
        if not name or not 1 <= value <= MOST_LABEL:
            raise InputError(f"labels: '{short(name)}:{short(value)}' needs a name and a value from 1 to {MOST_LABEL}.")
        if name.lower() in ("background", "ignore"):
            raise InputError(f"labels: '{short(name)}' means something of its own to nnU-Net; give the structure another name.")
    if len(set(labels.values())) != len(labels):
        raise InputError("labels: two structures share one value; each needs its own.")
    return labels


def with_merged_values(values: dict[str, Any]) -> dict[str, Any]:
    """Settings in which ``labels`` may give a structure several values, with these in ``reading.merged_values``.

    Raises:
        InputError: a value is named twice.

    >>> with_merged_values({"labels": "VS:1+2,Cochlea:3"})
    {'labels': 'VS:1,Cochlea:3', 'reading.merged_values': {'2': 1}}
    """
    if "labels" not in values:
        return values
    given = values["labels"]
    several = _SEVERAL.findall(given) if isinstance(given, str) else []
    merged = {str(int(value)): int(first) for first, more in several for value in more.split("+")[1:]}
    if several:
        plain = _SEVERAL.sub(r"\1", given)
        kept = [int(value) for value in re.findall(r":\s*([0-9]+)\s*(?=[,}]|$)", plain)]
        if len(merged) < sum(more.count("+") for _, more in several) or any(int(value) in kept for value in merged):
            raise InputError(f"labels={short(given)} gives one value twice; each value belongs to one structure.")
        values = {**values, "labels": plain}
    return {**values, "reading.merged_values": merged} if merged or "reading.merged_values" not in values else values


def check_merged_values(labels: dict[str, int], merged: dict[str, int]) -> None:
    """Make sure that further values of structures are values, of structures that there are, and no structure's own.

    Raises:
        InputError: they are not.
    """
    for text, value in merged.items():
        known = ", ".join(f"{name}:{own}" for name, own in labels.items())
        if not re.fullmatch("[0-9]{1,6}", text) or not 1 <= int(text) <= MOST_LABEL:
            raise InputError(f"reading.merged_values: '{short(text)}' is no value of a label map, which are 1 to {MOST_LABEL}.")
        if value not in labels.values():
            raise InputError(f"reading.merged_values: no structure has the value {value} ({known}); name the value of one of them.")
        if int(text) in labels.values():
            raise InputError(f"reading.merged_values: {text} is the value of a structure of its own ({known}); leave it out.")


def nearest_of(word: str, known: list[str]) -> str:
    """The end of a refusal: what was probably meant, or what there is: of settings those of the named section, or all sections.

    >>> [nearest_of(word, ["seed", "toy.gain", "toy.width"]) for word in ("toy.gin", "toy.colour", "magic")]
    ["did you mean 'toy.gain'", 'choose one of toy.gain, toy.width', 'choose one of seed, toy.*']
    """
    near = difflib.get_close_matches(word[:100], known, n=1, cutoff=0.5)
    if not near:  # a bare name without its section
        near = [key for key in known if key.rpartition(".")[2] == word][:1]
    if near:
        return f"did you mean '{near[0]}'"
    section, dot, _ = word.partition(".")
    choices = [key for key in known if dot and key.startswith(f"{section}.")]
    choices = choices or list(dict.fromkeys(f"{key.partition('.')[0]}.*" if "." in key else key for key in known))
    return "choose one of " + ", ".join(choices)

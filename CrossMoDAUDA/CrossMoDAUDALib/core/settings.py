"""Every setting of the method in one typed place: defaults, limits, presets, ``--set`` and JSON.

The defaults are the paper's (Yang and Wang, crossMoDA 2022); where the paper is silent, those of the CycleGAN reference
code and of nnU-Net. Each field carries its help text and limits, so that the command line and the panel describe and
check a setting from this file alone.
"""

from __future__ import annotations

import dataclasses
import difflib
import json
import re
from dataclasses import dataclass, field, fields
from typing import Any, get_args, get_origin, get_type_hints

from .errors import InputError, short

TRANSLATORS = ("cyclegan-resnet", "cyclegan-unet", "none")
PRECISIONS = ("auto", "bf16", "fp32")
COMPILE = ("auto", "on", "off")
CONVENTIONS = ("challenge2022", "medpy")


def _setting(
    default: Any,
    text: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] | None = None,
    multiple: int | None = None,
) -> Any:
    """Declare a field: its default, what it means, and which values are allowed."""
    limits = {"text": text, "low": low, "high": high, "choices": choices, "multiple": multiple}
    if isinstance(default, dict):
        return field(default_factory=lambda: dict(default), metadata=limits)
    return field(default=default, metadata=limits)


@dataclass(frozen=True)
class TranslationSettings:
    """Image translation by CycleGAN (paper section 2.1)."""

    translator: str = _setting("cyclegan-resnet", "Image translator; 'none' trains on the source images as they are.", choices=TRANSLATORS)
    image_size: int = _setting(256, "Whole slices are resized to this many pixels along both sides.", low=32, high=1024, multiple=4)
    lower_percentile: float = _setting(0.1, "Intensity percentile of a volume that becomes -1.", low=0, high=50)
    upper_percentile: float = _setting(99.9, "Intensity percentile of a volume that becomes +1.", low=50, high=100)
    batch_size: int = _setting(10, "Slices of each domain in one step.", low=1, high=1024)
    epochs: int = _setting(100, "Epochs at the initial learning rate.", low=1, high=100000)
    decay_epochs: int = _setting(100, "Further epochs over which the learning rate falls linearly to zero.", low=0, high=100000)
    steps_per_epoch: int = _setting(0, "Steps in an epoch; 0 is one pass over the domain with more slices.", low=0, high=1000000)
    learning_rate: float = _setting(0.00015, "Initial learning rate of Adam.", low=1e-8, high=1)
    adam_beta1: float = _setting(0.5, "Adam's first decay rate.", low=0, high=0.9999)
    adam_beta2: float = _setting(0.999, "Adam's second decay rate.", low=0, high=0.99999)
    adversarial_weight: float = _setting(1.0, "Weight of the adversarial loss.", low=0, high=1000)
    cycle_weight: float = _setting(10.0, "Weight of the cycle consistency loss.", low=0, high=1000)
    identity_weight: float = _setting(5.0, "Weight of the identity loss.", low=0, high=1000)
    pool_size: int = _setting(50, "Translated slices kept to show the discriminators older ones; 0 is none.", low=0, high=10000)
    generator_features: int = _setting(64, "Feature maps of the generator's first layer.", low=2, high=512)
    generator_blocks: int = _setting(9, "Residual blocks of the ResNet generator.", low=1, high=64)
    discriminator_features: int = _setting(64, "Feature maps of the discriminator's first layer.", low=2, high=512)
    checkpoint_every: int = _setting(1, "Epochs between checkpoints.", low=1, high=100000)
    check_agreement: bool = _setting(True, "After iteration 0, compare its results on the translated scans with their real labels.")
    drop_failed: bool = _setting(False, "Leave out translated cases that fail the checks, instead of only reporting them.")


@dataclass(frozen=True)
class SegmentationSettings:
    """Segmentation by nnU-Net (paper section 2.2); the defaults leave nnU-Net as it is."""

    trainer: str = _setting("nnUNetTrainer", "nnU-Net's trainer class.")
    configuration: str = _setting("3d_fullres", "nnU-Net's configuration.", choices=("3d_fullres",))
    fold: str = _setting("all", "nnU-Net's fold; 'all' trains one model on every case.", choices=("all",))
    epochs: int = _setting(1000, "Epochs of one training.", low=1, high=100000)
    iterations_per_epoch: int = _setting(250, "Training steps in an epoch.", low=1, high=100000)
    validation_iterations_per_epoch: int = _setting(50, "Validation steps in an epoch.", low=1, high=100000)
    initial_learning_rate: float = _setting(0.01, "Initial learning rate of nnU-Net's SGD.", low=1e-8, high=1)
    memory_gb: float = _setting(8.0, "GPU memory (GB) that nnU-Net plans its patch and batch size for.", low=0.01, high=1000)
    base_features: int = _setting(32, "Feature maps of nnU-Net's first stage.", low=4, high=320)
    checkpoint_every: int = _setting(50, "Epochs between checkpoints.", low=1, high=100000)
    mirroring: bool = _setting(True, "Average predictions over mirrored copies of the scan.")
    tile_step: float = _setting(0.5, "Step of the sliding window as a share of the patch.", low=0.1, high=1)


@dataclass(frozen=True)
class SelfTrainingSettings:
    """Self-training with pseudo-labels (paper section 2.2)."""

    iterations: int = _setting(3, "Self-training iterations after iteration 0.", low=0, high=100)
    largest_component: tuple[str, ...] = _setting((), "Structures of which every prediction keeps only the largest connected component.")
    warm_start: bool = _setting(False, "Start each retraining from the weights of the iteration before.")


@dataclass(frozen=True)
class EvaluationSettings:
    """Scores against reference labels of the target domain, which nothing else reads."""

    convention: str = _setting("challenge2022", "How empty masks and the mean surface distance are counted.", choices=CONVENTIONS)
    source_only: bool = _setting(False, "Also train a segmenter on the source images as they are, for comparison.")


@dataclass(frozen=True)
class Settings:
    """All settings of an experiment. Immutable; make a changed copy with :func:`with_values`."""

    preset: str = _setting("paper", "Name of the preset these settings started from.")
    labels: dict[str, int] = _setting({"Vestibular schwannoma": 1, "Cochlea": 2}, "Structures and their values in the label maps.")
    seed: int = _setting(0, "Seed of everything that is drawn at random.", low=0, high=2**31 - 1)
    device: str = _setting("auto", "Where networks run: auto, cuda, cuda:N, mps, cpu, or cuda:N,M,... to train on several.")
    workers: int = _setting(-1, "Helper processes for preparing images; 0 works in this process, -1 chooses.", low=-1, high=256)
    precision: str = _setting("auto", "Arithmetic of the translator; auto: bf16 on GPUs, fp32 for training on CPUs.", choices=PRECISIONS)
    compile: str = _setting("auto", "Whether torch.compile speeds up the networks; auto: on a GPU.", choices=COMPILE)
    translation: TranslationSettings = field(default_factory=TranslationSettings)
    segmentation: SegmentationSettings = field(default_factory=SegmentationSettings)
    self_training: SelfTrainingSettings = field(default_factory=SelfTrainingSettings)
    evaluation: EvaluationSettings = field(default_factory=EvaluationSettings)

    def to_json(self) -> dict[str, Any]:
        """All values as plain JSON types, sections nested."""
        plain: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(self)))
        return plain

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Settings:
        """Settings from :meth:`to_json`'s dictionary.

        Raises:
            InputError: a key or value is not allowed.
        """
        if not isinstance(data, dict):
            raise InputError("The settings are not a JSON object; restore the file or start in a new folder.")
        flat = {}
        for key, value in data.items():
            if isinstance(value, dict) and key != "labels":
                flat.update({f"{key}.{name}": inner for name, inner in value.items()})
            else:
                flat[key] = value
        return with_values(cls(), flat)


PRESETS: dict[str, dict[str, Any]] = {
    # The defaults above are the paper's.
    "paper": {},
    # An afternoon on one GPU: the method and its networks unchanged, the schedules shortened.
    "quick": {
        "translation.epochs": 8,
        "translation.decay_epochs": 8,
        "translation.steps_per_epoch": 400,
        "segmentation.epochs": 40,
        "segmentation.checkpoint_every": 5,
        "self_training.iterations": 2,
    },
    # Minutes on a CPU: every stage runs, the networks are too small and too little trained to be of use.
    "smoke": {
        "translation.image_size": 64,
        "translation.batch_size": 4,
        "translation.epochs": 1,
        "translation.decay_epochs": 1,
        "translation.steps_per_epoch": 10,
        "translation.generator_features": 8,
        "translation.generator_blocks": 3,
        "translation.discriminator_features": 8,
        "segmentation.epochs": 2,
        "segmentation.iterations_per_epoch": 4,
        "segmentation.validation_iterations_per_epoch": 1,
        "segmentation.memory_gb": 0.2,
        "segmentation.base_features": 8,
        "segmentation.checkpoint_every": 1,
        "segmentation.mirroring": False,
        "self_training.iterations": 1,
        "workers": 0,
    },
}
# For the synthetic sample cohort (phantom.SAMPLE_COHORT), on which these were chosen: what the smoke preset lacks to learn
# something, in minutes on a CPU. Networks this small, trained this little, need far higher learning rates than the paper's, and
# would hardly change the contrast if they were also asked to leave a target slice as it is (the identity loss). For the same
# reason self-training goes on from the last weights. In fp32, which every processor has: scores of so small a training change
# with every rounding, and are quoted.
PRESETS["sample"] = {
    **PRESETS["smoke"],
    "precision": "fp32",
    "translation.batch_size": 1,
    "translation.epochs": 4,
    "translation.decay_epochs": 4,
    "translation.steps_per_epoch": 150,
    "translation.learning_rate": 0.002,
    "translation.identity_weight": 0,
    "translation.generator_features": 16,
    "translation.generator_blocks": 4,
    "translation.discriminator_features": 16,
    "segmentation.epochs": 5,
    "segmentation.iterations_per_epoch": 100,
    "segmentation.initial_learning_rate": 0.1,
    "segmentation.memory_gb": 0.03,
    "segmentation.base_features": 16,
    "segmentation.tile_step": 0.75,
    "self_training.warm_start": True,
    "evaluation.source_only": True,
}


def setting_fields() -> dict[str, tuple[dataclasses.Field[Any], Any]]:
    """Every setting by its dotted key: its field (``metadata`` has text and limits) and its type."""
    found: dict[str, tuple[dataclasses.Field[Any], Any]] = {}
    hints = get_type_hints(Settings)
    for top in fields(Settings):
        section = hints[top.name]
        if dataclasses.is_dataclass(section) and isinstance(section, type):
            section_hints = get_type_hints(section)
            for inner in fields(section):
                found[f"{top.name}.{inner.name}"] = (inner, section_hints[inner.name])
        else:
            found[top.name] = (top, section)
    return found


def preset_settings(name: str) -> Settings:
    """The settings of a preset.

    Raises:
        InputError: there is no preset of that name.
    """
    if name not in PRESETS:
        raise InputError(f"There is no preset '{short(name)}'; {_nearest(name, list(PRESETS))}.")
    return with_values(Settings(), {"preset": name, **PRESETS[name]})


def with_values(settings: Settings, values: dict[str, Any]) -> Settings:
    """A copy of ``settings`` with dotted keys replaced; text values are parsed by the setting's type.

    Raises:
        InputError: a key is unknown or a value not allowed; the message names the nearest right one.
    """
    known = setting_fields()
    data = dataclasses.asdict(settings)
    for key, value in values.items():
        if key not in known:
            raise InputError(f"There is no setting '{short(key)}'; {_nearest(key, list(known))}.")
        checked = _checked(key, value, *known[key])
        section, _, name = key.rpartition(".")
        (data[section] if section else data)[name] = checked
    hints = get_type_hints(Settings)
    for top in fields(Settings):
        kind = hints[top.name]
        if dataclasses.is_dataclass(kind) and isinstance(kind, type):
            data[top.name] = kind(**data[top.name])
    changed = Settings(**data)
    _check_together(changed)
    return changed


def parse_assignments(assignments: list[str]) -> dict[str, str]:
    """``["a.b=1", ...]`` as a dictionary.

    Raises:
        InputError: an assignment has no '='.
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
    """
    name = text.strip().lower()
    kind, _, numbers = name.partition(":")
    indices = [index.strip() for index in numbers.split(",")]
    if name in ("auto", "cpu", "mps", "cuda"):
        return name
    if kind == "cuda" and all(re.fullmatch("[0-9]{1,4}", index) for index in indices):
        if len(set(map(int, indices))) < len(indices):
            raise InputError(f"The device '{short(text)}' names a GPU twice; name each once, as cuda:0,1.")
        return f"cuda:{','.join(str(int(index)) for index in indices)}"
    raise InputError(f"There is no device '{short(text)}'; use auto, cuda, cuda:N (as cuda:0), several as cuda:0,1, mps or cpu.")


def _check_together(settings: Settings) -> None:
    """Checks that need more than one setting."""
    translation = settings.translation
    if translation.lower_percentile >= translation.upper_percentile:
        raise InputError("translation.lower_percentile must be below translation.upper_percentile.")
    size = translation.image_size
    if translation.translator == "cyclegan-unet" and (size < 128 or size & (size - 1)):
        nearest = 2 ** max(7, size.bit_length() - 1)
        raise InputError(
            f"translation.image_size={size} does not suit the U-Net generator, which halves a slice"
            f" down to one pixel; use a power of two from 128, as {nearest}."
        )
    for name in settings.self_training.largest_component:
        if name not in settings.labels:
            meant = _nearest(name, list(settings.labels))
            raise InputError(f"self_training.largest_component names '{name}', which is not a structure; {meant}.")


def _checked(key: str, value: Any, declared: dataclasses.Field[Any], kind: Any) -> Any:
    """``value`` as ``kind``, within the field's limits."""
    parsed = _parsed(key, value, kind)
    limits = declared.metadata
    if limits["choices"] and parsed not in limits["choices"]:
        raise InputError(f"{key} cannot be '{short(parsed)}'; {_nearest(str(parsed), list(limits['choices']))}.")
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
            items = value.split(",") if isinstance(value, str) else list(value)
            return tuple(str(item).strip() for item in items if str(item).strip())
        if get_origin(kind) is dict:
            if isinstance(value, str):
                pairs = [
                    (name.strip(), int(number)) for name, _, number in (item.rpartition(":") for item in value.split(",") if item.strip())
                ]
                if len(dict(pairs)) < len(pairs):
                    raise ValueError
                return dict(pairs)
            if any(isinstance(number, bool | float) for number in value.values()):
                raise ValueError
            return {str(name): int(number) for name, number in value.items()}
        return str(value)
    except (ValueError, KeyError, TypeError, AttributeError):
        wanted = {
            bool: "true or false",
            int: "a whole number",
            float: "a number",
        }.get(
            kind,
            "NAME:VALUE,NAME:VALUE with each name once and whole numbers, as Tumour:1" if get_origin(kind) is dict else "a list NAME,NAME",
        )
        raise InputError(f"{key}={short(value)} is not {wanted}.") from None


def _checked_labels(labels: dict[str, int]) -> dict[str, int]:
    if not labels:
        raise InputError("labels is empty; name at least one structure, as --set labels=Tumour:1.")
    for name, value in labels.items():
        if not name.isprintable():  # a foreign model's is shown on terminals
            raise InputError(f"labels: '{short(name)}' holds characters that cannot be shown; give the structure another name.")
        if not name or not 1 <= value <= 254:
            raise InputError(f"labels: '{short(name)}:{short(value)}' needs a name and a value from 1 to 254.")
        if name.lower() in ("background", "ignore"):
            raise InputError(f"labels: '{short(name)}' means something of its own to nnU-Net; give the structure another name.")
    if len(set(labels.values())) != len(labels):
        raise InputError("labels: two structures share one value; each needs its own.")
    return labels


def _nearest(word: str, known: list[str]) -> str:
    """The end of a refusal: what was probably meant, or all there is."""
    near = difflib.get_close_matches(word[:100], known, n=1, cutoff=0.5)
    if not near:  # a bare name without its section
        near = [key for key in known if key.rpartition(".")[2] == word][:1]
    return f"did you mean '{near[0]}'" if near else "choose one of " + ", ".join(known)

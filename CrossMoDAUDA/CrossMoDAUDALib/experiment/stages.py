"""An experiment's stages: their order, the files that each leaves to later ones, and which of those read them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ..core.settings import Settings


def planned_stages(settings: Settings, has_evaluation: bool) -> list[str]:
    """The names of an experiment's stages in the order in which :func:`.method.adaptation.adapt` runs them."""
    stages = []
    if settings.translation.translator != "none":
        stages += ["translation/source_slices", "translation/target_slices", "translation/train", "pseudo_target", "pseudo_target/check"]
    stages.append("export/Dataset001_PseudoTarget")
    for iteration in range(settings.self_training.iterations + 1):
        stages += [f"iteration_{iteration}/export"] if iteration else []
        stages += _training_stages(f"iteration_{iteration}", has_evaluation)
        if not iteration and settings.translation.translator != "none" and settings.translation.check_agreement:
            stages.append("iteration_0/agreement")
    if settings.evaluation.source_only and settings.translation.translator != "none":
        stages += ["export/Dataset003_SourceOnly", *_training_stages("source_only", has_evaluation)]
    return stages


def _training_stages(name: str, has_evaluation: bool) -> list[str]:
    return [f"{name}/{step}" for step in ("prepare", "train", "predict", *(["evaluate"] if has_evaluation else []))]


def files_of(folder: Path, stage: str) -> list[Path]:
    """The files in an experiment folder that a finished stage leaves for later ones."""
    found = {path for pattern in _patterns(stage) for path in folder.glob(pattern)}
    return sorted(path for path in found if path.is_file() and not path.name.startswith("."))


def _patterns(stage: str) -> tuple[str, ...]:
    part, _, step = stage.partition("/")
    if step.endswith("_slices"):
        return (f"{stage}.npy",)
    if stage == "translation/train":
        return ("translation/generator.safetensors", "translation/translator.json")
    if stage == "pseudo_target":
        return ("pseudo_target/*.nii.gz",)
    if step in ("check", "agreement"):
        return ("pseudo_target/contrast.json",) if step == "check" else ("iteration_0/agreement.json",)
    if part == "export":
        return (f"nnunet/raw/{step}/**/*",)
    dataset = {"iteration_0": "Dataset001_PseudoTarget", "source_only": "Dataset003_SourceOnly"}.get(part, "Dataset002_SelfTraining")
    return {
        "export": (f"nnunet/raw/{dataset}/**/*",),
        "prepare": (f"nnunet/preprocessed/{dataset}/**/*", f"{part}/trained_on.json"),
        "train": (f"{part}/model/*",),
        "predict": (f"{part}/pseudo_labels/*", f"{part}/evaluation/*"),
    }.get(step, ())


def is_read_by(stage: str, later: Iterable[str]) -> bool:
    """Whether one of these stages reads what ``stage`` has left.

    What an iteration exports and prepares is overwritten by the next one, so that only its own stages count.
    """
    part, _, step = stage.partition("/")
    following = f"iteration_{int(part.rpartition('_')[2]) + 1}" if part.startswith("iteration_") else ""
    readers = {
        "source_slices": ("translation/train",),
        "target_slices": ("translation/train",),
        "Dataset001_PseudoTarget": ("iteration_0/prepare", "iteration_0/agreement", "iteration_1/prepare"),
        "Dataset003_SourceOnly": ("source_only/prepare",),
        "export": (f"{part}/prepare",),
        "prepare": (f"{part}/train", *(["iteration_1/prepare"] if part == "iteration_0" else [])),
        "train": ("pseudo_target",) if part == "translation" else (f"{part}/predict", f"{part}/agreement", f"{following}/train"),
        "": ("pseudo_target/check", "export/Dataset001_PseudoTarget"),
        "check": ("export/Dataset001_PseudoTarget",),
    }
    if step == "agreement":
        return any(name.endswith(("/export", "/prepare")) for name in later)
    if step == "predict":  # each table has the rows of all trainings before
        return any(name == f"{following}/export" or name.endswith("/evaluate") for name in later)
    return not set(readers.get(step, ())).isdisjoint(later)

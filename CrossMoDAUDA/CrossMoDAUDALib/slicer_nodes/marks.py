"""What is kept with a result's node, and saved with its scene: who made it, with which model, what is to be looked at."""

from __future__ import annotations

from collections.abc import Sequence

from .scenes import Node

WARNINGS = "CrossMoDAUDA.Warnings"  # an attribute of segmentation nodes, saved with the scene
MADE = "CrossMoDAUDA.Made"  # another, of those that this extension has made: a network's results, and labels that it has loaded
MEASURED = "CrossMoDAUDA.Measured"  # another: the fingerprint of its voxels as its measurements and warnings tell of them
MODEL = "CrossMoDAUDA.Model"  # another, of a network's results and of their measurements: the name of the model


def mark_made(node: Node, warnings: Sequence[str] = (), model: str = "") -> None:
    """Note that this extension has made a segmentation, and keep the warnings about it, as :func:`set_warnings`.

    Args:
        model: the name of the model that has found it; empty for labels that were loaded.
    """
    node.SetAttribute(MADE, "1")
    set_model(node, model)
    set_warnings(node, warnings)


def set_model(node: Node, model: str) -> None:
    """Keep the name of the model with its result or a table of its measurements; without one, forget that of an earlier result."""
    if model:
        node.SetAttribute(MODEL, model)
    else:
        node.RemoveAttribute(MODEL)


def model_of(node: Node) -> str:
    """The name of the model that is kept with a node; empty for none, and of what earlier versions have made."""
    return node.GetAttribute(MODEL) or ""


def is_made(node: Node) -> bool:
    """Whether this extension has made a segmentation; of earlier versions' only those with warnings tell it."""
    return node.GetAttribute(MADE) is not None or node.GetAttribute(WARNINGS) is not None


def set_warnings(node: Node, warnings: Sequence[str]) -> None:
    """Keep the warnings, a sentence or two each, with a segmentation node; without any, forget those of an earlier result."""
    if warnings:
        node.SetAttribute(WARNINGS, "\n".join(" ".join(warning.split()) for warning in warnings))
    else:
        node.RemoveAttribute(WARNINGS)


def set_measured(node: Node, fingerprint: str) -> None:
    """Keep with a segmentation the fingerprint of the voxels that were measured (:mod:`.fingerprints`)."""
    node.SetAttribute(MEASURED, fingerprint or None)


def measured_of(node: Node) -> list[str]:
    """That fingerprint; none of segmentations of earlier versions and of others."""
    return (node.GetAttribute(MEASURED) or "").split()


def warnings_of(node: Node) -> list[str]:
    """The warnings that are kept with a segmentation node; earlier versions kept all of them as one."""
    return (node.GetAttribute(WARNINGS) or "").splitlines()

"""The sections of an experiment's page that tell how it was made, and how to cite that; each is a function from the facts to HTML."""

from __future__ import annotations

from ..core.errors import CrossModaError
from ..core.progress import duration
from ..core.settings import Settings, preset_settings
from ..pages.pieces import bullets, details, paragraph, simple_table, value_text, wide
from ..translation.registry import registration
from .report_facts import Facts


def settings(facts: Facts) -> str:
    """The settings that differ from the preset, and all of them to unfold."""
    values = facts.settings.values()
    usual = _usual(facts.settings)
    differing = [
        [key, value_text(value), value_text(usual[key]) if key in usual else ""]
        for key, value in values.items()
        if key not in usual or usual[key] != value
    ]
    differing = [row for row in differing if row[0] not in ("preset", "labels", "device", "helper_processes", "translation.translator")]
    text = paragraph(
        f"Preset **{facts.settings.preset}**, translator **{facts.translator}**, labels {value_text(facts.settings.labels)}, device"
        f" {facts.settings.device}." + ("" if differing else " Everything else is as in the preset.")
    )
    if differing:
        text += wide(simple_table(["Setting", "Here", f"In preset {facts.settings.preset}"], differing))
    return text + details(
        "All settings", wide(simple_table(["Setting", "Value"], [[key, value_text(value)] for key, value in values.items()]))
    )


def _usual(settings: Settings) -> dict[str, object]:
    try:
        return dict(preset_settings(settings.preset, settings.translation.translator).values())
    except CrossModaError:  # a preset that this version does not have
        return {}


def time(facts: Facts) -> str:
    """How long each stage took; empty before the first is finished."""
    if not facts.markers:
        return ""
    titles = {stage.name: stage.title.words() for stage in facts.stages}
    rows = [
        [titles.get(name, name), duration(marker.seconds), "another experiment" if marker.shared_from else ""]
        for name, marker in facts.markers.items()
    ]
    shared = any(row[2] for row in rows)
    table = (
        simple_table(["Stage", "Time", "Taken over from"], rows) if shared else simple_table(["Stage", "Time"], [row[:2] for row in rows])
    )
    total = sum(marker.seconds for marker in facts.markers.values())
    return paragraph(f"The finished stages took {duration(total)}.") + details(f"All {len(rows)} stages", wide(table))


def versions(facts: Facts) -> str:
    """The software that the experiment was begun with, and what went on with another version."""
    _, known = facts.versions
    text = wide(simple_table(["Software", "Version"], [[name, version] for name, version in known.items()]))
    later: dict[str, dict[str, None]] = {}
    for marker in facts.markers.values():
        for name, version in marker.versions.items():
            if known.get(name, version) != version:
                later.setdefault(name, {})[version] = None
    if later:
        said = "; ".join(f"{name} {', '.join(versions)}" for name, versions in later.items())
        text += paragraph(f"**Some stages ran with other versions:** {said}.")
    return text


def cite(facts: Facts) -> str:
    """What to cite: the method, and what it is made of."""
    references = [
        "Yang, T., Wang, L.: Image Translation-Based Unsupervised Cross-Modality Domain Adaptation for Medical Image Segmentation."
        " crossMoDA challenge, 2022. (the method)",
        "Isensee, F., et al.: nnU-Net: a self-configuring method for deep learning-based biomedical image segmentation. Nature Methods 18,"
        " 203-211, 2021. doi:10.1038/s41592-020-01008-z. (the segmenter)",
    ]
    if facts.translator != "none" and (reference := registration(facts.translator).reference):
        references.insert(1, f"{reference} (the image translation)")
    text = paragraph("If you publish something that this experiment is part of, please cite:") + bullets(references)
    version = facts.versions[1].get("crossmodauda", "")
    about = f"CrossMoDAUDA {version}, preset {facts.settings.preset}, seed {facts.settings.seed}".replace("  ", " ")
    return text + paragraph(f"Tell the version and the settings: {about}; the scans have licences of their own.", "note")

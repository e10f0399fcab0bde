"""Whose segmentations a follow-up compares: those of one patient, as far as anything tells."""

from slicer.i18n import tr as _

UNKNOWN = "nothing tells whose scan this is"  # on the command's page


def ticked(nodes, patients, chosen):
    """The segmentations that are compared.

    The user's choice counts. Of the others, those of the patient whose segmentation the user has ticked, or else who comes first; where
    nothing tells a patient of any, all.

    Args:
        nodes: in the list's order.
        patients: by node ID; empty where nothing tells.
        chosen: whether the user has ticked it, by node ID, where the user has chosen.
    """
    known = [node for node in nodes if patients[node.GetID()] and chosen.get(node.GetID(), True)]
    first = sorted(known, key=lambda node: not chosen.get(node.GetID(), False))
    patient = patients[first[0].GetID()] if first else ""
    return [node for node in nodes if chosen.get(node.GetID(), patients[node.GetID()] == patient)]


def unknown(nodes, patients):
    """Those of which nothing tells whose they are."""
    return [node for node in nodes if not patients[node.GetID()]]


def told(names, count):
    """What is said of those.

    Args:
        names: of those of which nothing tells.
        count: of all that are compared.
    """
    if names and len(names) == count:
        return [_("Nothing tells whose scans these are.")]
    return [_("Nothing tells whose scan '{name}' is.").format(name=name) for name in names]

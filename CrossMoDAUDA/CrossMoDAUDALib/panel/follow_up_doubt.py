"""What a network doubts of segmentations that were loaded from files, for a follow-up of them."""

from slicer.i18n import tr as _

from ..slicer_nodes import mrml, visits

# As the command tells it on its page.
LOST = "what the network doubts is left out: its segments have other label values than those of the others"


def lostText():
    """What is said of a segmentation whose network's doubt cannot be used."""
    return _("What the network doubts of '{name}' is left out: its segments have other label values than those of the others.")


def values_and_doubts(nodes):
    """Which value each structure has in the label maps that are compared, and the files of the network's doubt.

    The doubt is told by the values of the label map that the network has made, so that these must be kept; where segmentations do
    not agree on them, there is none.

    Returns:
        Values by the structure's name; files by node; those nodes whose files cannot be used.
    """
    names = dict.fromkeys(name for node in nodes for name in mrml.structure_names(node))
    plain = {name: value for value, name in enumerate(names, 1)}
    files = {node: file for node in nodes if (file := visits.doubt_file(node)) is not None}
    if not files:
        return plain, {}, []
    kept = {}
    for node in files:
        for name, value in visits.label_values(node).items():
            if kept.setdefault(name, value) != value:
                return plain, {}, list(files)
    if len(set(kept.values())) < len(kept):  # as of segments in layers of their own
        return plain, {}, list(files)
    for name in names:
        kept.setdefault(name, next(free for free in range(1, len(names) + len(kept) + 1) if free not in kept.values()))
    return kept, files, []

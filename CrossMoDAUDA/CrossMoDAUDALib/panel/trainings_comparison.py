"""Two trainings beside each other: the scores of their last rounds, and the settings that differ, in words."""

import sys

import qt
from slicer.i18n import tr as _

from ..core.parsing import setting_text
from ..watching.comparing import MISSING
from . import tables, trainings_texts
from .fitting import OnResize
from .scores_table import showScores
from .settings_form import settingTitle

NAME_SHARE = 0.25  # of the table's width that a training's name may take
FEWEST_CHARACTERS = 12  # of a long name that tell it from another


class ComparisonView:
    """Shows a :class:`.watching.comparing.Comparison` in the widgets of a section.

    Args:
        section: the section Trainings, whose say() and show() are used.
    """

    def __init__(self, section):
        self._section, self._ui = section, section.ui
        self.comparison = None
        self._fitted = None  # the width and the font that the table is filled for
        self._ui.trainingsComparison.horizontalHeader().setMinimumSectionSize(1)  # some styles have it wider than a number
        self._watch = OnResize(self._ui.trainingsComparison, self._fit)

    def show(self, comparison):
        """Show a comparison; None for none."""
        self.comparison, self._fitted = comparison, None
        isNothing = comparison is None
        hasScores = not isNothing and any(side.score for side in comparison.sides)
        self._section.say(self._ui.trainingsComparisonTitle, "" if isNothing else _title(comparison))
        self._section.say(self._ui.trainingsDifferences, "" if isNothing else "\n".join([*_remarks(comparison), *_differences(comparison)]))
        self._section.show(self._ui.trainingsComparison, hasScores)
        if hasScores:
            self._fit()

    def _fit(self):
        """Fill the table as fully as its width allows, and make it as high as its rows."""
        if self.comparison is None or not any(side.score for side in self.comparison.sides):
            return
        table, sides = self._ui.trainingsComparison, self.comparison.sides
        metrics = qt.QFontMetrics(table.font)
        if (table.width, metrics.height()) == self._fitted:
            return
        self._fitted = (table.width, metrics.height())
        names = _names(sides, metrics, int(NAME_SHARE * table.width))
        columns = [_column(name, side, self.comparison.structures) for name, side in zip(names, sides, strict=True)]
        height = showScores(table, [*columns, _difference(columns)], sys.maxsize)
        full = [str(side.folder) for side in sides]
        tips = [*full, _("B minus A.")]
        tables.explainHeaders(table, tips, [_rowTip(name) for name in columns[0] if name != "method" and not name.endswith("_std")])
        table.setFixedHeight(height)


def _title(comparison):
    first, second = (_labelled(side) for side in comparison.sides)
    return "\n".join([_("A: {training}").format(training=first), _("B: {training}").format(training=second)])


def _labelled(side):
    if side.score is None:
        return side.folder.name
    return _("{name} ({round})").format(name=side.folder.name, round=trainings_texts.roundText(side.score))


def _names(sides, metrics, room):
    """The names of two trainings in so much room; the letters that the title gives them where that does not tell them apart."""
    full = [side.folder.name for side in sides]
    names = [metrics.elidedText(name, qt.Qt.ElideMiddle, room) for name in full]
    isTold = names == full or room >= FEWEST_CHARACTERS * metrics.averageCharWidth()
    return names if isTold and names[0] != names[1] else ["A", "B"]


def _column(name, side, structures):
    """A training as a line of the table of scores (:func:`.scores_table.showScores`)."""
    score = side.score
    line = {"method": name, "dice_mean": _number(score and score.mean), "dice_mean_std": _number(score and score.deviation)}
    for structure in structures:
        overlap = side.overlaps.get(structure)
        line[f"dice_{structure}"] = _number(overlap and overlap.mean)
        line[f"dice_{structure}_std"] = _number(overlap and overlap.deviation)
    return {**line, "cases": str(score.cases) if score else ""}


def _number(value):
    return "" if value is None else str(value)


def _difference(columns):
    """The line of the second's means minus the first's."""
    first, second = columns
    line = {"method": _("B - A")}
    for name in first:
        if name.startswith("dice_"):
            isKnown = first[name] and second[name] and not name.endswith("_std")
            line[name] = f"{round(float(second[name]) - float(first[name]), 3) + 0.0:+.3f}" if isKnown else ""
    return {**line, "cases": ""}


def _rowTip(name):
    if name == "cases":
        return _("How many evaluation scans were scored.")
    return _("Overlap with the reference (Dice): 0 is none, 1 is perfect.")


def _remarks(comparison):
    """What must be known to read the scores."""
    lacking = [side.folder.name for side in comparison.sides if side.score is None]
    found = []
    if len(lacking) == 2:
        found.append(_("Neither has scores yet: these come after a round, where evaluation scans with labels were given."))
    elif lacking:
        found.append(_("{name} has no scores yet, so there is nothing to compare.").format(name=lacking[0]))
    elif "evaluation" in comparison.other_scans:
        found.append(_("They were scored on different scans, so the difference says little of the methods."))
    elif "evaluation.convention" in comparison.settings:
        found.append(_("Their scores are counted by different conventions, so the difference says little of the methods."))
    if {"source", "target"} & set(comparison.other_scans):
        found.append(_("They were trained with different scans."))
    return found


def _differences(comparison):
    """A sentence for each setting that differs."""
    if not comparison.settings:
        return [_("All settings are the same.")]
    first, second = (side.folder.name for side in comparison.sides)
    if first == second:
        first, second = "A", "B"
    count = len(comparison.settings)
    found = [_("One setting differs:") if count == 1 else _("{count} settings differ:").format(count=count)]
    for key, (one, other) in comparison.settings.items():
        about = {"setting": settingTitle(key), "first": first, "second": second, "one": _text(one), "other": _text(other)}
        if one is MISSING:
            found.append(_("{setting}: {other} in {second}; {first} has no such setting").format(**about))
        elif other is MISSING:
            found.append(_("{setting}: {one} in {first}; {second} has no such setting").format(**about))
        else:
            found.append(_("{setting}: {one} in {first}, {other} in {second}").format(**about))
    return [found[0], *(f"\N{BULLET} {line}" for line in found[1:])]


def _text(value):
    return "" if value is MISSING else setting_text(value) or _("nothing")

"""What the panel says at its top, whatever section is open: the model, the training that goes on, warnings of results."""

from pathlib import Path

import qt
import slicer
from slicer.i18n import tr as _

from . import wording
from .fitting import breakable, lineWidth
from .section import ON


class StatusLine:
    """A few lines at the panel's top; those that have nothing to say take no room.

    Args:
        layout: gets the widget.
        uiPath: the full path of its form.
        openAdapt: called to open that section, with the folder of the training that it is to show; None for the one that it shows.
        openSegment: called to open that section.
    """

    def __init__(self, layout, uiPath, openAdapt, openSegment):
        self.widget = slicer.util.loadUI(uiPath)
        layout.addWidget(self.widget)
        self.ui = slicer.util.childWidgetVariables(self.widget)
        self.ui.statusShowTraining.connect("clicked(bool)", lambda _checked: openAdapt(self._folder))
        self.ui.statusShowWarnings.connect("clicked(bool)", lambda _checked: openSegment())
        self._visible = {}
        self._folder = None  # of the training that is told of, if Adapt shows another
        self.show("", None, 0)

    def show(self, model, adapt, warnings):
        """Show how things stand.

        Args:
            model: the chosen model; empty for none.
            adapt: the section Adapt, which knows the trainings; None before there is one.
            warnings: how many the results have that are shown.
        """
        ui = self.ui
        text, stage = self._training(adapt) if adapt is not None else ("", None)
        self._say(ui.statusModel, _("Model: {name}").format(name=Path(model).name) if model else "")
        ui.statusModel.toolTip = model
        self._say(ui.statusTraining, text)
        monitor = adapt.view.monitor if adapt is not None else None
        told = self._folder or (monitor.folder if monitor is not None else None)
        ui.statusTraining.toolTip = str(told) if text and told is not None else ""
        if stage is not None:
            ui.statusProgress.setRange(0, stage.total)
            ui.statusProgress.value = stage.step
        found = _("The results that are shown have a warning.") if warnings == 1 else _("The results that are shown have {count} warnings.")
        self._say(ui.statusWarnings, found.format(count=warnings) if warnings else "")
        self._show(ui.statusModel, bool(model))
        for widget in (ui.statusTraining, ui.statusShowTraining):
            self._show(widget, bool(text))
        self._show(ui.statusProgress, stage is not None)
        for widget in (ui.statusWarnings, ui.statusShowWarnings):
            self._show(widget, bool(warnings))
        self._show(self.widget, bool(model or text or warnings))

    def _say(self, label, text):
        """Show a text that may be wider than its line, as the name of an experiment."""
        label.text = breakable(text, qt.QFontMetrics(label.font), lineWidth(self.widget.parentWidget(), label))

    def _show(self, widget, isVisible):
        if self._visible.get(widget.objectName) != isVisible:
            self._visible[widget.objectName] = isVisible
            widget.visible = isVisible

    def _training(self, adapt):
        """What to say of trainings, and the stage whose progress is shown; of one that is over nothing."""
        monitor, workers = adapt.view.monitor, adapt.workers
        folder = monitor.folder if monitor is not None else None
        state = monitor.state if monitor is not None else "none"
        name, place, stage, text = folder.name if folder is not None else "", "", None, ""
        if workers.isStopping(folder):
            text = _("The training {name} is being stopped.")
        elif state in ON:
            stage = monitor.current
            text = _("Training {name}: {stage}.") if stage is not None else _("Training {name}.")
            if monitor.elsewhere is not None:
                place = monitor.elsewhere.place
                text = _("Training {name} on {place}: {stage}.") if stage is not None else _("Training {name} on {place}.")
        elif workers.isStarting(folder):
            text = _("The training {name} is being started.")
        elif state == "failed":
            text = _("The training {name} has failed.")
        elif state == "died":
            text = _("The training {name} ended unexpectedly.")
        parts = [text.format(name=name, place=place, stage=wording.stageProgress(stage) if stage is not None else "")] if text else []
        others = [other for other in dict.fromkeys([*workers.folders(), *adapt.underWay.folders]) if other != folder]
        self._folder = others[0] if others and not parts else None
        if others:
            told = _("Also training: {names}.") if parts else _("Training: {names}.")
            parts.append(told.format(names=", ".join(other.name for other in others)))
        return " ".join(parts), stage

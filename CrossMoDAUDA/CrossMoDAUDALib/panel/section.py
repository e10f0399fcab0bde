"""What the panel's sections share: a form from a .ui file, kept in step with the parameter node."""

from pathlib import Path

import qt
import slicer
from slicer.i18n import tr as _

from .fitting import FORM, breakable, lineWidth, tellWhole

ON = ("running", "checking")  # an experiment's states while a worker is at it
# The packages that reading and comparing scans needs; networks need all.
FOR_SCANS = ("psutil", "SimpleITK", "scipy", "numpy")
FOR_PLACES = ("psutil", "platformdirs")  # that asking another computer needs


class Section:
    """One collapsible part of the panel.

    Args:
        panel: the panel it belongs to; its layout gets the section's widget.
        uiFile: name of the form in Resources/UI.

    Attributes:
        ui: the form's widgets by their names.
        parameters: the scene's parameters; None while there are none, such as when a scene is being closed.
    """

    def __init__(self, panel, uiFile):
        self.panel = panel
        self.parameters = None
        self.widget = slicer.util.loadUI(panel.resourcePath("UI/" + uiFile))
        panel.layout.addWidget(self.widget)
        self.ui = slicer.util.childWidgetVariables(self.widget)
        self.widget.setMRMLScene(slicer.mrmlScene)
        self._guiTag = None
        self._bound = []  # (parameter, read the widget, write the widget)
        self._carried, self._carriedChoices = [], []  # parameters that a new scene takes over: folders, others
        self._parameterNode = None
        self._showing = False
        self._shown = {}  # what show() was last told, by widget name
        self._places = {}  # where a widget that was shown or hidden lies in a form, by its name

    # Parameters ---------------------------------------------------------------------------------------------------------

    def setParameters(self, parameters):
        """Follow another scene's parameters, or none."""
        if self.parameters is not None and self._guiTag is not None:
            self.parameters.disconnectGui(self._guiTag)
            self._guiTag = None
        self.parameters = parameters
        if parameters is None:
            self._parameterNode = None
        else:
            self._guiTag = parameters.connectGui(self.ui)
            if parameters.parameterNode is not self._parameterNode:  # a new scene's, not the same after another module
                self._parameterNode = parameters.parameterNode
                for name in self._carried:
                    path = self.panel.carried[name]
                    if path and not getattr(parameters, name) and _isFolder(path):
                        setattr(parameters, name, path)
                for name in self._carriedChoices if self.panel.isNewScene else ():  # a loaded one has its own
                    if self.panel.choices[name] is not None:
                        setattr(parameters, name, self.panel.choices[name])
            self.showParameters()

    def showParameters(self):
        """Show the parameters in the widgets, after somebody changed them."""
        if self.parameters is None:
            return
        self._showing = True
        try:
            for name, read, write in self._bound:
                value = getattr(self.parameters, name)
                if read() != value:
                    write(value)
        finally:
            self._showing = False
        self.update()

    def update(self):
        """Show what follows from the parameters: what can be pressed, what is hidden. Sections override it."""

    def cleanup(self):
        """End what would go on without the panel. Sections override it."""

    def onSceneClosing(self):
        """The scene's nodes are about to go. Sections override it."""

    def showResults(self):
        """Look again at which results the scene holds. Sections override it."""

    def bindPath(self, name, edit, isRemembered=False):
        """Keep a ctkPathLineEdit and a parameter in step; Slicer's own connector turns an empty path into the working folder.

        Args:
            isRemembered: a new scene's parameter takes the folder that was chosen last, by whatever way; at first the one that was
                used last, which CTK offers by itself.
        """
        if isRemembered:
            self._carried.append(name)
            self.panel.carried[name] = edit.currentPath
        self._bound.append((name, lambda: edit.currentPath, lambda path: setattr(edit, "currentPath", path)))
        edit.connect("currentPathChanged(QString)", lambda _path: self._take(name, edit.currentPath))
        # CTK tells of an emptied field, which is no valid path, only so.
        edit.connect("validInputChanged(bool)", lambda _isValid: self._take(name, edit.currentPath))
        edit.connect("currentPathChanged(QString)", lambda path: tellWhole(edit, path))

    def remember(self, edit):
        """Put a ctkPathLineEdit's path into its history; meanwhile CTK shows other paths in it, which nobody chose."""
        wasBlocked = edit.blockSignals(True)
        edit.addCurrentPathToHistory()
        edit.blockSignals(wasBlocked)

    def carryChoice(self, name):
        """Let a new scene take over a parameter as the user has chosen it last: how the work is done does not change with the patient."""
        self._carriedChoices.append(name)
        self.panel.choices[name] = None

    def bindChoice(self, name, combo, choices, isRemembered=False):
        """Fill a combo box and keep it and a parameter in step.

        Args:
            choices: (value, text, tool tip) each.
            isRemembered: a new scene takes it over, as :meth:`carryChoice`.
        """
        if isRemembered:
            self.carryChoice(name)
        for value, text, tip in choices:
            combo.addItem(text, value)
            combo.setItemData(combo.count - 1, tip, qt.Qt.ToolTipRole)

        def write(value):
            place = combo.findData(value)
            combo.currentIndex = max(place, 0)
            if place < 0:  # a scene of another version or computer; what is shown is what is used
                setattr(self.parameters, name, combo.itemData(0))

        self._bound.append((name, lambda: combo.itemData(combo.currentIndex), write))
        combo.connect("currentIndexChanged(int)", lambda _index: self._take(name, combo.itemData(combo.currentIndex)))
        combo.connect("currentIndexChanged(int)", lambda _index: tellWhole(combo, combo.currentText))

    def bindNode(self, name, selector):
        """Keep a node selector for several classes and a parameter in step; Slicer's own connector would cut them to one."""
        self._bound.append((name, selector.currentNode, selector.setCurrentNode))
        selector.connect("currentNodeChanged(vtkMRMLNode*)", lambda _node: self._takeNode(name, selector.currentNode()))

    def _takeNode(self, name, node):
        if self.parameters is not None and not self._showing and getattr(self.parameters, name) is not node:
            setattr(self.parameters, name, node)

    def _take(self, name, value):
        if self.parameters is not None and not self._showing and value is not None and getattr(self.parameters, name) != value:
            self.panel.choose(name, value)

    # What every section shows -------------------------------------------------------------------------------------------

    def setRowVisible(self, field, isVisible):
        """Show or hide a field together with its label, which is named after it."""
        self.show(field, isVisible)
        self.show(getattr(self.ui, field.objectName + "Label"), isVisible)

    def show(self, widget, isVisible):
        """Show or hide a widget; only on a change, because CTK shows and hides again what lies in a collapsed section.

        What is hidden leaves its form, if it lies in one: in Qt 5 the space around it would stay.
        """
        name = widget.objectName
        if self._shown.get(name) == isVisible:
            return
        self._shown[name] = isVisible
        if name not in self._places:
            self._places[name] = self._placeOf(widget)
        form, row, role = self._places[name]
        if form is not None and isVisible and form.indexOf(widget) < 0:
            form.setWidget(row, role, widget)
        widget.visible = isVisible
        if form is not None and not isVisible:
            form.removeWidget(widget)

    def _placeOf(self, widget):
        """The form in which a widget lies by itself, with row and role; None without one. A label keeps the form's name."""
        form = widget.parentWidget().layout()
        if form is not None and form.inherits("QFormLayout") and form.indexOf(widget) >= 0:
            for row in range(form.rowCount()):
                # What spans both columns first: it is also found as a field.
                for role in (qt.QFormLayout.SpanningRole, qt.QFormLayout.LabelRole, qt.QFormLayout.FieldRole):
                    item = form.itemAt(row, role)
                    if item is not None and item.widget() is not None and item.widget().objectName == widget.objectName:
                        widget.setProperty(FORM, form.objectName)
                        return form, row, role
        return None, 0, None

    def say(self, label, text):
        """Show a text in a label, which takes no room while it says nothing; as it is, whatever the names in it look like."""
        label.textFormat = qt.Qt.PlainText
        label.text = breakable(text, qt.QFontMetrics(label.font), lineWidth(self.widget))
        self.show(label, bool(text))

    def narrow(self, text, isBold=False):
        """A text that fits into the narrowest panel, with a picture beside it."""
        font = qt.QFont(self.widget.font)
        font.setBold(isBold)
        return breakable(text, qt.QFontMetrics(font), self.widget.minimumWidth * 5 // 8)

    def deviceChoices(self):
        """The devices to offer, for :meth:`bindChoice`."""
        return [
            ("auto", _("Automatic"), _("The graphics card if there is a suitable one, else the processor.")),
            ("cuda", _("Graphics card (NVIDIA)"), _("Needs PyTorch with CUDA.")),
            ("mps", _("Graphics card (Apple)"), _("Needs a Mac with Apple silicon.")),
            ("cpu", _("Processor (slow)"), _("Works everywhere.")),
        ]


def _isFolder(path):
    try:
        return Path(path).is_dir()
    except OSError:
        return False

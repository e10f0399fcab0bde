"""The panel: its sections from top to bottom, and the scene's parameters that they share."""

import qt
from slicer.i18n import tr as _

from .adapt_section import AdaptSection
from .changes import Changes
from .dependencies_section import DependenciesSection
from .drops import Drops
from .evaluate_section import EvaluateSection
from .fitting import Fitting
from .follow_up_section import FollowUpSection
from .segment_section import SegmentSection
from .status_line import StatusLine
from .trainings_section import TrainingsSection
from .translate_section import TranslateSection


class Panel:
    """All sections of the module's panel.

    Args:
        layout: gets the sections.
        resourcePath: the full path of a file in Resources.
    """

    def __init__(self, layout, resourcePath):
        self.layout, self.resourcePath = layout, resourcePath
        self.parameters = None
        self.sections = []
        self.carried, self.choices = {}, {}  # folders and others by parameter, of those that do not end with the scene
        self.changes = Changes(self.showResults)
        self.isNewScene = False  # the scene was closed, and nothing has been loaded since
        self.status = StatusLine(layout, resourcePath("UI/StatusLine.ui"), self.showTraining, self.showSegment)
        self.dependencies = DependenciesSection(layout, resourcePath("UI/DependenciesSection.ui"), self.showParameters)
        self.segment = SegmentSection(self)
        self.translate = TranslateSection(self)
        self.adapt = AdaptSection(self)
        self.trainings = TrainingsSection(self)
        self.evaluate = EvaluateSection(self)
        self.followUp = FollowUpSection(self)
        self.sections = [self.segment, self.translate, self.adapt, self.trainings, self.evaluate, self.followUp]
        notice = qt.QLabel(_("Research software. Not for clinical use."))
        notice.objectName = "notForClinicalUse"
        notice.alignment = qt.Qt.AlignHCenter
        notice.wordWrap = True
        notice.setSizePolicy(qt.QSizePolicy.Ignored, qt.QSizePolicy.Preferred)  # it asks for no width, as the sections
        layout.addWidget(notice)
        layout.addStretch(1)
        self.drops = Drops(self, layout.parentWidget())
        # The first gives the width, so it is one that is never hidden.
        roots = [self.dependencies.widget, *(section.widget for section in self.sections), self.status.widget]
        self.fitting = Fitting(roots)

    def setParameters(self, parameters):
        """Follow a scene's parameters; None while a scene closes."""
        self.parameters = parameters
        for section in self.sections:
            section.setParameters(parameters)
        self.isNewScene = False
        self.showStatus()

    def showParameters(self):
        """Show the parameters after somebody changed them."""
        for section in self.sections:
            section.showParameters()
        self.showStatus()

    def showStatus(self):
        """Show at the panel's top how things stand; sections call it when that has changed."""
        if self.sections:
            model = self.parameters.model if self.parameters is not None else ""
            self.status.show(model, self.adapt, self.segment.shownWarnings)
            self.trainings.follow(self.adapt)

    def show(self):
        """The module is shown: look again at what may have changed meanwhile."""
        self.onSceneLoaded()
        self.dependencies.refresh()
        self.adapt.view.show()
        self.adapt.underWay.show()
        self.adapt.update()  # places may have been added in a terminal
        self.trainings.setShown(True)

    def hide(self):
        """Another module is shown: look at nothing that nobody sees; what works goes on."""
        self.adapt.view.hide()
        self.adapt.underWay.hide()
        self.trainings.setShown(False)

    def onSceneClosing(self):
        """End what works on nodes that are about to go; training goes on."""
        for section in self.sections:
            section.onSceneClosing()
        self.adapt.showCase.cancel()
        self.adapt.toolTexts.forget("case")
        self.changes.forget()
        self.setParameters(None)
        self.isNewScene = True

    def onSceneLoaded(self):
        """Nodes of a file have come into the scene."""
        self.showResults()

    def showResults(self):
        """Look again at which results the scene holds."""
        for section in self.sections:
            section.showResults()
        self.adapt.showCase.look()

    def isShowing(self):
        """Whether a section is at work, at whose end or meanwhile it changes what the views show."""
        works = (self.segment.runner, self.segment.results.views.showing, self.translate.runner, self.translate.showing)
        return any(work.running for work in (*works, self.adapt.showCase.runner))

    def onOtherScans(self):
        """The views show other scans than before."""
        self.adapt.showCase.look()
        self.segment.results.views.look()

    def checkDependencies(self, section, status, *needed):
        """Whether what work needs is installed; if not, say so and show the section that helps.

        Args:
            section, status: whose label gets the sentence.
            needed: names of the packages; all if none is given.
        """
        if self.dependencies.isInstalling:
            problem = _("Python packages are being installed; wait until that is done.")
        else:
            self.dependencies.refresh()
            problem = self.dependencies.problem(*needed)
        if problem:
            section.say(status, problem)
            self.dependencies.open()
        return not problem

    def choose(self, name, value):
        """Take a choice of the user's; where it does not end with the scene, the next scene begins with it."""
        if name in self.carried and value:
            self.carried[name] = value
        if name in self.choices:
            self.choices[name] = value
        if self.parameters is not None:
            setattr(self.parameters, name, value)

    def rememberModel(self, edit):
        """Put a model's path, which is used now, into the history, which two sections offer; the next scene begins with it."""
        self.carried["model"] = edit.currentPath
        self.segment.remember(edit)
        for other in (self.segment.ui.segmentModelPath, self.translate.ui.translateModelPath):
            wasBlocked = other.blockSignals(True)
            other.retrieveHistory()
            other.blockSignals(wasBlocked)

    def segmentScan(self, volume):
        """Choose a scan in the section Segment, open that and show the scan; nothing is started."""
        if self.parameters is not None:
            self.parameters.inputKind = "volume"
            self.parameters.inputVolume = volume
            self.showSegment()
            self.segment.results.views.onPicked()

    def showSegment(self):
        """Open the section Segment."""
        self._open(self.segment, self.segment.ui.segmentButton)

    def showTraining(self, folder):
        """Open the section Adapt, with a training if that is another one than is shown there."""
        if folder is None:
            self.showAdapt()
        else:
            self.trainings.onOpen(folder)

    def showAdapt(self):
        """Open the section Adapt."""
        self._open(self.adapt, self.adapt.ui.adaptButton)

    def _open(self, section, button):
        button.collapsed = False
        self.showParameters()
        button.setFocus()
        place = section.widget.parentWidget()
        while place is not None and not place.inherits("QScrollArea"):
            place = place.parentWidget()
        if place is not None:
            place.ensureWidgetVisible(button)

    def cleanup(self):
        """End what would go on without the panel; training goes on."""
        self.fitting.cleanup()
        self.drops.cleanup()
        self.dependencies.cleanup()
        self.changes.cleanup()
        for section in self.sections:
            section.cleanup()

"""The section Trainings: every experiment and study that the user opened or started, how it stands, and two of them compared."""

import contextlib
import time
from pathlib import Path

import qt
import slicer
from slicer.i18n import tr as _

from ..core.errors import CrossModaError
from ..core.failures import explain
from ..study.listing import Lookout, find
from ..watching.comparing import compare
from ..watching.experiments import Standing
from . import remembered_trainings, trainings_texts, wording
from .section import FOR_PLACES, FOR_SCANS, Section
from .trainings_comparison import ComparisonView
from .trainings_table import NAME, SCORE, STATE, WHEN, TrainingsTable, inOrder

TURN_MS, FIRST_TURN_MS = 100, 10  # between two looks, each at one folder: usually, and while folders have not been looked at yet
SECONDS_ON, SECONDS_AT_REST = 1.0, 10.0  # until a folder is looked at again: of a training under way, of another
SHARE = 0.02  # of the time that one slow folder, as on a network, may take
SEARCH_SECONDS = 0.01  # that a search takes of the window at a time
SORTED_MS = 500  # rows do not change places more often


class TrainingsSection(Section):
    """A list of folders, of which a timer looks at one a turn, only while the section is open and the module is shown.

    What it starts and stops it does through the section Adapt, so that both tell the same.
    """

    def __init__(self, panel):
        super().__init__(panel, "TrainingsSection.ui")
        ui = self.ui
        self._lookout = Lookout()
        self._standings = {}  # by folder; None before the first look
        self._due = {}  # by folder: when to look again
        self._followed = None  # the folder that Adapt shows
        self._isShown = False
        self._isDown = True
        self._isSorted = True
        self._found = None  # by a search: the folders, while it goes on
        self._search = self._searched = None
        self._orders = [
            (WHEN, True, _("Last change, newest first"), _("Those in which something happened last come first.")),
            (NAME, False, _("Name"), _("By the names of their folders.")),
            (STATE, False, _("State"), _("What asks for attention comes first.")),
            (SCORE, True, _("DSC, best first"), _("By the mean DSC after the last round; those without scores come last.")),
        ]
        for column, _isDown, title, tip in self._orders:
            ui.trainingsOrder.addItem(title, column)
            ui.trainingsOrder.setItemData(ui.trainingsOrder.count - 1, tip, qt.Qt.ToolTipRole)
        ui.trainingsOrder.connect("currentIndexChanged(int)", lambda _index: self.onOrder())
        self.table = TrainingsTable(ui.trainingsTable, self.update, self.onOpen, self.onHeader)
        self.comparison = ComparisonView(self)
        ui.trainingsOpen.connect("clicked(bool)", lambda _checked: self.onOpen(self._only()))
        ui.trainingsCompare.connect("clicked(bool)", self.onCompare)
        ui.trainingsStart.connect("clicked(bool)", self.onStart)
        ui.trainingsStop.connect("clicked(bool)", self.onStop)
        ui.trainingsAdd.connect("clicked(bool)", self.onAdd)
        ui.trainingsRemove.connect("clicked(bool)", self.onRemove)
        ui.trainingsButton.connect("contentsCollapsed(bool)", lambda _isCollapsed: self._follow())
        self._timer, self._sorter, self._searcher = qt.QTimer(), qt.QTimer(), qt.QTimer()
        self._timer.connect("timeout()", self.look)
        self._sorter.setSingleShot(True)
        self._sorter.interval = SORTED_MS
        self._sorter.connect("timeout()", self._sort)
        self._searcher.connect("timeout()", self._searchOn)

    # Which trainings there are --------------------------------------------------------------------------------------------

    def setShown(self, isShown):
        """The module is shown, or another one is."""
        self._isShown = isShown
        self._follow()

    def _follow(self):
        """Look at the folders as long as somebody sees the list."""
        isSeen = self._isShown and not self.ui.trainingsButton.collapsed
        if isSeen and not self._timer.active:
            for folder in remembered_trainings.rememberedTrainings():
                self._list(folder)
            self._due = dict.fromkeys(self._due, 0.0)
            self.table.fit()
            self.update()
            self._timer.start(FIRST_TURN_MS)
        elif not isSeen:
            self._timer.stop()

    def _list(self, folder):
        if folder not in self._standings:
            self._standings[folder] = None
            self._due[folder] = 0.0
            self._timer.interval = FIRST_TURN_MS

    def add(self, *folders):
        """Put experiments or studies on the list, for good."""
        folders = [Path(folder).absolute() for folder in folders]
        remembered_trainings.remember(*folders)
        if self._timer.active:
            for folder in folders:
                self._list(folder)
                self._due[folder] = 0.0
            self.table.fit()

    def follow(self, adapt):
        """Adapt has news: list the experiment that is opened there, and look again at what it starts, stops and shows."""
        monitor = adapt.view.monitor
        folder = monitor.folder if monitor is not None and monitor.state != "none" else None
        if folder != self._followed:
            self._followed = folder
            if folder is not None:
                self.add(folder)
        if not self._timer.active:
            return
        for one in (folder, *adapt.workers.folders(), *adapt.workers.stopping()):
            if one in self._due:
                self._due[one] = 0.0
                self._showRow(one)
        self.update()

    def state(self, folder):
        """The state of a training now, as the section Adapt would tell it."""
        return _ofAnExperiment(self._lookout.look(folder).state) if folder is not None else "none"

    def _standing(self, folder):
        return self._standings.get(folder) or Standing(folder)

    # What is shown of them ------------------------------------------------------------------------------------------------

    def look(self):
        """Look at one folder, the one for which it is time most."""
        now = time.monotonic()
        for folder in self.panel.adapt.workers.folders():
            if folder in self._due and not self._standing(folder).is_on:
                self._due[folder] = 0.0  # it has just begun, or is about to
        waiting = [folder for folder, due in self._due.items() if due <= now]
        isFirst = any(self._standings[folder] is None for folder in waiting)
        self._timer.interval = FIRST_TURN_MS if isFirst else TURN_MS
        if waiting:
            folder = min(waiting, key=lambda one: (not self._standing(one).is_on, self._due[one]))
            with contextlib.suppress(CrossModaError):  # a place that cannot be reached: what was fetched before is shown
                self.panel.adapt.workers.place.fetch(folder)
            found = self._lookout.look(folder)
            self.panel.adapt.followAgain(folder, found)
            took = time.monotonic() - now
            self._due[folder] = now + max(SECONDS_ON if found.is_on else SECONDS_AT_REST, took / SHARE)
            if found != self._standings[folder]:
                self._standings[folder] = found
                self._isSorted = False
                self._showRow(folder)
                if isFirst or folder in self.table.chosen():
                    self.update()
        if not self._isSorted and not self._sorter.active:
            self._sorter.start()

    def _showRow(self, folder):
        standing = self._standings[folder]
        if standing is not None:
            doing, score, when = self._doing(folder), standing.score, trainings_texts.whenText(standing)
            states = trainings_texts.stateText(standing, doing), trainings_texts.shortStateText(standing, doing)
            scores = trainings_texts.scoreText(score), trainings_texts.shortScoreText(score)
            self.table.show(folder, (folder.name, *states, *scores, when), "\n".join(self._details(folder)))

    def _details(self, folder):
        standing, monitor = self._standing(folder), self.panel.adapt.view.monitor
        state = monitor.state if monitor is not None and monitor.folder == folder else _ofAnExperiment(standing.state)
        return trainings_texts.detailTexts(standing, self._doing(folder), self.panel.adapt.refusals.text(folder, state))

    def _doing(self, folder):
        """What is done to a training from here that its folder does not tell yet."""
        workers, standing = self.panel.adapt.workers, self._standing(folder)
        if workers.isStopping(folder):
            return "stopping"
        if workers.isStarting(folder) and not standing.is_on:
            return "starting"
        return "forced" if workers.wasForced(folder) and standing.state == "died" else ""

    def _sort(self):
        column = self.ui.trainingsOrder.itemData(self.ui.trainingsOrder.currentIndex)
        self.table.order(inOrder([one for one in self._standings.values() if one is not None], column, self._isDown), column, self._isDown)
        self.table.fit()
        self._isSorted = True

    def onOrder(self):
        """Sort by what was chosen, in the direction that suits it."""
        self._isDown = self._orders[self.ui.trainingsOrder.currentIndex][1]
        self._sort()

    def onHeader(self, column):
        """Sort by a column; by the same one again, the other way round."""
        index = self.ui.trainingsOrder.findData(column)
        if index == self.ui.trainingsOrder.currentIndex:
            self._isDown = not self._isDown
            self._sort()
        else:
            self.ui.trainingsOrder.currentIndex = index

    def _only(self):
        """The one training that is chosen; None if there are none or several."""
        chosen = self.table.chosen()
        return chosen[0] if len(chosen) == 1 else None

    def update(self):
        chosen = self.table.chosen()
        self._showButtons(chosen)
        read, count = sum(one is not None for one in self._standings.values()), len(self._standings)
        self.show(self.ui.trainingsTable, read > 0)
        told = ""
        if not count:
            told = _("Trainings that you open or start in Adapt are listed here.")
        elif len(chosen) == 1:
            told = "\n".join(self._details(chosen[0]))
        elif chosen:
            names = ", ".join(folder.name for folder in chosen)
            told = _("{count} trainings are chosen: {names}.").format(count=len(chosen), names=names)
        elif read < count:
            several, one = _("{read} of {count} trainings have been read."), _("The training is being read.")
            told = (one if count == 1 else several).format(read=read, count=count)
        self.say(self.ui.trainingsDetails, told)

    def _showButtons(self, chosen):
        ui, workers = self.ui, self.panel.adapt.workers
        one = self._standing(chosen[0]) if len(chosen) == 1 else None
        choose = _("Choose a training in the list.")
        on = [folder for folder in chosen if self._isOn(folder) and not workers.isStopping(folder)]
        problem = choose if one is None else _("It cannot be opened.") if one.state == "gone" else ""
        self._enable(ui.trainingsOpen, problem, _("Show its results.") if one and one.is_study else _("Show it in the section Adapt."))
        self._enable(ui.trainingsCompare, self._notComparable(chosen), _("Compare the scores and the settings of two trainings."))
        self._enable(ui.trainingsStart, choose if one is None else self._notStartable(one), _("Go on with it, also when Slicer is closed."))
        ui.trainingsStart.text = _("&Start") if one is not None and one.state == "idle" else _("Re&sume")
        self._enable(
            ui.trainingsStop, "" if on else _("Choose a training that is under way."), _("End it cleanly. It can be resumed later.")
        )
        ui.trainingsAdd.text = _("C&ancel the search") if self._search is not None else _("&Add folder...")
        ui.trainingsAdd.toolTip = _("Find every experiment and study in a folder and below it, and put them on the list.")
        self._enable(ui.trainingsRemove, "" if chosen else choose, _("Take it off this list. No file is deleted, and no training ended."))

    def _enable(self, button, problem, tip):
        button.enabled = not problem
        button.toolTip = problem or tip

    def _isOn(self, folder):
        return self._standing(folder).is_on or self.panel.adapt.workers.isStarting(folder)

    def _notComparable(self, chosen):
        if len(chosen) != 2:
            return _("Choose two trainings, the second one with the Ctrl key.")
        if any(self._standing(folder).is_study for folder in chosen):
            return _("A study compares its trainings itself: open it, or choose two trainings.")
        return ""

    def _notStartable(self, one):
        """Why a training cannot be started from here; empty when it can."""
        if self._isOn(one.folder) or self.panel.adapt.workers.has(one.folder):
            return _("It is under way.")
        if one.state == "finished":
            return _("It is finished.")
        if one.state in ("gone", "unreadable"):
            return trainings_texts.problemText(one)
        return "" if one.is_study or one.stages else _("Open it: its scans must be chosen before it can begin.")

    # What the user does ---------------------------------------------------------------------------------------------------

    def onOpen(self, folder):
        """Show an experiment in Adapt, a study's page in the browser."""
        if folder is None or self.parameters is None:
            return
        standing = self._standings.get(folder) or self._lookout.look(folder)  # it may come from elsewhere than the list
        if standing.state == "gone":
            return
        if standing.is_study:
            page = folder / "study.html"
            qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(str(page if page.is_file() else folder)))
            return
        self.panel.choose("experiment", str(folder))
        self.panel.adapt.remember(self.panel.adapt.ui.adaptExperimentPath)
        self.panel.showAdapt()

    def onCompare(self, _checked=False):
        """Show two experiments beside each other."""
        try:
            found = compare(*self.table.chosen())
        except (CrossModaError, OSError) as error:
            self.comparison.show(None)
            self.say(self.ui.trainingsStatus, wording.inThePanel(explain(error)[0]))
            return
        self.say(self.ui.trainingsStatus, "")
        self.comparison.show(found)

    def onStart(self, _checked=False):
        """Go on with an experiment or a study, as it was recorded."""
        folder = self._only()
        needed = (*FOR_SCANS, *FOR_PLACES) if self._standing(folder).elsewhere is not None else ()
        if folder is not None and self.panel.checkDependencies(self, self.ui.trainingsStatus, *needed):
            self.say(self.ui.trainingsStatus, "")
            command = "study" if self._standing(folder).is_study else "run"
            self.panel.adapt.start(folder, [command, "-o", str(folder)])

    def onStop(self, _checked=False):
        """Ask those that are chosen and under way to stop."""
        for folder in self.table.chosen():
            if self._isOn(folder) and not self.panel.adapt.workers.isStopping(folder):
                self.panel.adapt.stop(folder)

    def onAdd(self, _checked=False):
        """Look for trainings below a folder; or end that."""
        if self._search is not None:
            self._endSearch(isWhole=False)
            return
        chosen = qt.QFileDialog.getExistingDirectory(slicer.util.mainWindow(), _("Folder with trainings"))
        if chosen:
            self._searched, self._found, self._search = Path(chosen), [], find(Path(chosen))
            self._searcher.start(0)
            self.say(self.ui.trainingsStatus, _("Looking for trainings in {folder}...").format(folder=chosen))
            self.update()

    def _searchOn(self):
        deadline = time.monotonic() + SEARCH_SECONDS
        while time.monotonic() < deadline:
            try:
                found = next(self._search)
            except StopIteration:
                self._endSearch()
                return
            if found is not None:
                self._found.append(found.absolute())

    def _endSearch(self, isWhole=True):
        self._searcher.stop()
        found, self._search = self._found, None
        new = [folder for folder in found if folder not in self._standings]
        self.add(*found)
        one = _("One training found in {folder}, {new} new on the list.")
        said = _("{found} trainings found in {folder}, {new} of them new on the list.") if len(found) > 1 else one
        none = _("No training was found in {folder} or below it.")
        if not isWhole:
            said = none = _("Searched only a part of {folder}: {found} trainings found there, {new} of them new on the list.")
        self.say(self.ui.trainingsStatus, (said if found else none).format(found=len(found), new=len(new), folder=self._searched))
        self.update()

    def onRemove(self, _checked=False):
        """Take what is chosen off the list; its folders stay as they are."""
        folders = self.table.chosen()
        remembered_trainings.forget(*folders)
        compared = self.comparison.comparison
        if compared is not None and any(side.folder in folders for side in compared.sides):
            self.comparison.show(None)
        for folder in folders:
            self._lookout.forget(folder)
            del self._standings[folder], self._due[folder]
            self.table.remove(folder)
        names = ", ".join(folder.name for folder in folders)
        self.say(self.ui.trainingsStatus, _("Off the list: {names}. Nothing was deleted; Add folder brings them back.").format(names=names))
        self.table.fit()
        self.update()

    def cleanup(self):
        for timer in (self._timer, self._sorter, self._searcher):
            timer.stop()
        self.table.cleanup()


def _ofAnExperiment(state):
    """A state as the section Adapt knows it, to which a folder that is not there or cannot be read holds nothing."""
    return "none" if state in ("gone", "unreadable") else state

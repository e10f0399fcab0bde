"""Where a training runs: this computer or a place of the user's; asking that place, and installing what it lacks."""

import functools

import qt
from slicer.i18n import tr as _

from ..core.errors import CrossModaError
from ..places.known import known_places, places_file
from . import wording
from .command_runner import CommandRunner
from .fitting import tellWhole
from .place_form import PlaceForm
from .section import FOR_PLACES

ADD = "+"  # no name of a place


class PlacesRow:
    """The rows *Run on* of the section Adapt.

    Args:
        section: the section, whose ``ui`` has the widgets.
        take: called with the name and the value of a parameter that the user changed.

    Attributes:
        problem: why no training can be started on the chosen place, in a sentence; empty when it can.
        runner: what asks a place or installs there, in a process of its own.
    """

    def __init__(self, section, take):
        self._section, self._ui, self._take = section, section.ui, take
        self._listed = None  # names in the list
        self._asked = None  # the place that the status is about
        self._isNew = True
        self._findings, self._said = [], ""
        self.problem = ""
        ui = self._ui
        self._say = functools.partial(section.say, ui.adaptPlaceStatus)
        self.runner = CommandRunner(self._onEvent, self._onEnd)
        self.form = PlaceForm(section.panel.resourcePath, self._onSaved)
        ui.adaptPlace.connect("currentIndexChanged(int)", lambda _index: self._onChoice())
        ui.adaptPlace.connect("currentIndexChanged(int)", lambda _index: tellWhole(ui.adaptPlace, ui.adaptPlace.currentText))
        ui.adaptPlaceDevice.connect("editingFinished()", self.takeTyped)
        ui.adaptPlaceCheck.connect("clicked(bool)", lambda _checked: self.check())
        ui.adaptPlaceInstall.connect("clicked(bool)", lambda _checked: self._install())
        ui.adaptPlaceChange.connect("clicked(bool)", lambda _checked: self._change())

    def takeTyped(self):
        """Take the device that is typed."""
        self._take("placeDevice", self._ui.adaptPlaceDevice.text.strip())

    # What is shown --------------------------------------------------------------------------------------------------------

    def show(self, isNew, elsewhere, isOn):
        """Show where the experiment runs, or is to run.

        Args:
            isNew: whether the place can still be chosen.
            elsewhere: where it was begun (:class:`.experiment.elsewhere.Elsewhere`); None for this computer.
            isOn: whether it is under way.
        """
        ui, parameters = self._ui, self._section.parameters
        self._isNew = isNew and elsewhere is None
        name = elsewhere.place if elsewhere is not None else parameters.place if isNew else ""
        places, self.problem = known()
        self._list(places, name)
        if name and name not in places and not self.problem:
            self.problem = _("{name} is not among the places that are known here; choose another one, or add it.").format(name=name)
        if self._asked not in (None, name):  # another one was chosen
            self.runner.cancel()
            self._asked = None
            self.forget()
        section, isAsking = self._section, self.runner.running
        section.show(ui.adaptWhere, isNew or elsewhere is not None)
        ui.adaptPlace.enabled = self._isNew and not isOn and not isAsking
        ui.adaptPlaceLabel.text = _("R&un on:") if isNew else _("Run &on:")  # the letter of another button then
        section.show(ui.adaptPlaceTools, bool(name))
        ui.adaptPlaceCheck.text = _("Cancel wor&k") if isAsking else _("Chec&k")
        ui.adaptPlaceCheck.enabled = name in places
        ui.adaptPlaceChange.enabled = name in places and not isAsking
        section.show(ui.adaptPlaceProgress, isAsking)
        section.show(ui.adaptPlaceInstall, bool(name) and not isAsking and self._lacksPackages())
        section.setRowVisible(ui.adaptDevice, isNew and not name)
        section.setRowVisible(ui.adaptPlaceDevice, isNew and bool(name))
        ui.adaptDevice.enabled = ui.adaptPlaceDevice.enabled = not isOn
        if ui.adaptPlaceDevice.text != parameters.placeDevice and not ui.adaptPlaceDevice.hasFocus():
            ui.adaptPlaceDevice.text = parameters.placeDevice

    def _list(self, places, name):
        """Let the list offer these places, and show one."""
        combo = self._ui.adaptPlace
        names = ["", *places, *([name] if name and name not in places else [])]
        wasBlocked = combo.blockSignals(True)
        if self._listed != [*places.values(), *names]:
            self._listed = [*places.values(), *names]
            combo.clear()
            for one in names:
                place = places.get(one)
                title = one if place else _("{name} (not known here)").format(name=one) if one else _("This computer")
                tip = _("{host}, folder {folder}").format(host=place.ssh, folder=place.folder) if place else ""
                self._addItem(title, one, tip)
            self._addItem(_("Add a place..."), ADD, _("Name another computer that you reach by SSH, or a cluster with Slurm."))
        if combo.itemData(combo.currentIndex) != name:
            combo.currentIndex = combo.findData(name)
            tellWhole(combo, combo.currentText)
        combo.blockSignals(wasBlocked)

    def _addItem(self, title, value, tip):
        combo = self._ui.adaptPlace
        combo.addItem(title, value)
        combo.setItemData(combo.count - 1, tip, qt.Qt.ToolTipRole)

    def _lacksPackages(self):
        return any(one["title"] == "packages" and one.get("is_good") is False for one in self._findings)

    # What the user does ---------------------------------------------------------------------------------------------------

    def name(self):
        """The place that is shown; empty for this computer."""
        return self._ui.adaptPlace.itemData(self._ui.adaptPlace.currentIndex) or ""

    def words(self):
        """The options of a new training: where it runs, and on which device of that computer."""
        parameters, name = self._section.parameters, self.name()
        device = parameters.placeDevice or "auto" if name else parameters.trainingDevice
        return ["--device", device, *(["--on", name] if name else [])]

    def _onChoice(self):
        if self._section.parameters is None:
            return
        name = self.name()
        if name != ADD:
            self._take("place", name)
            return
        self._list(known()[0], self._section.parameters.place)  # until it has been added
        if self._isReady():
            self.form.open()

    def _change(self):
        place = known()[0].get(self.name())
        if place is not None:
            self.form.open(place)

    def _onSaved(self, name):
        """A place was added or changed; or removed, then without a name."""
        self.forget()
        if self._isNew and self._section.parameters is not None:
            self._take("place", name)
        self._section.update()

    def forget(self):
        """Tell no more what a check has found."""
        self._findings = []
        self._say("")

    def _isReady(self):
        return self._section.panel.checkDependencies(self._section, self._ui.adaptPlaceStatus, *FOR_PLACES)

    def check(self):
        """Ask the place what it has and lacks; or cancel what is being done there."""
        if self.runner.running:
            self.runner.cancel()
            return
        if self._isReady():
            self._start("check", _("Asking {name}...").format(name=self.name()))

    def _install(self):
        if self._isReady():
            self._start("install", _("Installing on {name}; this takes minutes...").format(name=self.name()))

    def _start(self, does, text):
        self._asked, self._doing = self.name(), does
        self._findings, self._said = [], ""
        self._say(text)
        self.runner.start(lambda _folder: (), lambda _folder: ["place", does, self._asked])
        self._section.update()

    def _onEvent(self, event):
        if event["kind"] == "finding":
            self._findings.append(event)
            self._say(findingsText(self._findings))
        elif event["kind"] == "message":
            self._say(_("Installing on {name}: {line}").format(name=self._asked, line=wording.inThePanel(event["message"])))
        elif event["kind"] == "error":
            self._said = wording.inThePanel(event["message"])

    def _onEnd(self, outcome, message):
        isCheck = self._doing == "check"
        if outcome == "cancelled":
            self._say(_("Cancelled."))
        elif self._said or not isCheck:
            self._say(self._said or message or _("{name} has the packages now; Check tells the rest.").format(name=self._asked))
        elif not self._findings:  # a check that finds something wrong says so by what it finds
            self._say(message)
        self._section.update()

    def cleanup(self):
        """End what is being asked or installed."""
        self.runner.cleanup()
        self.form.close()


def known():
    """The user's places by name, and why they cannot be read; empty when they can."""
    try:
        status = places_file().stat()
        return _read((str(places_file()), status.st_ino, status.st_size, status.st_mtime_ns))
    except (OSError, ModuleNotFoundError):  # none yet; platformdirs is not installed yet, so none has been added from here
        return {}, ""


@functools.lru_cache(1)  # the panel asks at every turn
def _read(_stamp):
    try:
        return known_places(), ""
    except CrossModaError as error:
        return {}, wording.inThePanel(str(error))


def findingsText(findings):
    """What a check of a place has found, a line each."""
    titles = {
        "connection": _("Connection"),
        "folder": _("Folder"),
        "disk": _("Disk"),
        "Python": _("Python"),
        "packages": _("Packages"),
        "GPU": _("Graphics card"),
        "copying": _("Copying"),
        "clock": _("Clock"),
    }
    marks = {True: "✓", False: "✗", None: "•"}
    return "\n".join(
        _("{mark} {title}: {text}").format(
            mark=marks[one.get("is_good")], title=titles.get(one["title"], one["title"]), text=wording.inThePanel(one["message"])
        )
        for one in findings
    )

"""The form of a place: another computer that the user reaches by SSH, or a cluster."""

import re
import shlex

import slicer
from slicer.i18n import tr as _

from ..core.errors import CrossModaError
from ..core.failures import explain
from ..places.known import FOLDER, KnownPlace, Slurm, add_place, known_places, remove_place
from . import wording

OF_A_CLUSTER = ("Partition", "Gpus", "Nodes", "Time", "Account", "Extra")
FIELDS = ("Name", "Ssh", "Folder", "Python", *OF_A_CLUSTER)


class PlaceForm:
    """A window with the fields of a place; what is refused is told at its field.

    Args:
        resourcePath: the full path of a file in Resources.
        onSaved: called with the name of a place that was added or changed, or with an empty one when it was removed.
    """

    def __init__(self, resourcePath, onSaved):
        self._resourcePath, self._onSaved = resourcePath, onSaved
        self._window = self._ui = None
        self._before = None  # the place that is changed; None for a new one

    def _make(self):
        self._window = slicer.util.loadUI(self._resourcePath("UI/PlaceForm.ui"))
        self._window.setModal(True)
        self._ui = ui = slicer.util.childWidgetVariables(self._window)
        ui.placeSave.connect("clicked(bool)", lambda _checked: self._save())
        ui.placeRemove.connect("clicked(bool)", lambda _checked: self._remove())
        ui.placeCancel.connect("clicked(bool)", lambda _checked: self.close())
        ui.placeIsCluster.connect("toggled(bool)", lambda _isCluster: self._showFields())

    def open(self, place=None):
        """Show the form.

        Args:
            place: the one to change; None to add one.
        """
        if self._window is None:
            self._make()
        ui, self._before = self._ui, place
        shown = place or KnownPlace("", "")
        slurm = shown.slurm or Slurm(gpus=1)
        ui.placeName.text, ui.placeName.readOnly = shown.name, place is not None
        ui.placeSsh.text, ui.placePython.text = shown.ssh, shown.python
        ui.placeFolder.text = shown.folder if shown.folder != FOLDER else ""
        ui.placeIsCluster.checked = shown.slurm is not None
        ui.placePartition.text, ui.placeTime.text, ui.placeAccount.text = slurm.partition, slurm.time, slurm.account
        ui.placeGpus.value, ui.placeNodes.value, ui.placeExtra.text = slurm.gpus, slurm.nodes, shlex.join(slurm.extra)
        ui.placeRemove.visible = place is not None
        self._tell("", "")
        self._showFields()
        self._window.show()
        self._window.activateWindow()
        (ui.placeSsh if place else ui.placeName).setFocus()

    def close(self):
        """Close the form; nothing is changed."""
        if self._window is not None:
            self._window.close()

    def _showFields(self):
        for name in OF_A_CLUSTER:
            for widget in (getattr(self._ui, f"place{name}"), getattr(self._ui, f"place{name}Label")):
                widget.visible = self._ui.placeIsCluster.checked
        self._window.adjustSize()

    def _place(self):
        """What the fields say.

        Raises:
            ValueError: the further options have an open quotation mark.
        """
        ui = self._ui
        slurm = None
        if ui.placeIsCluster.checked:
            texts = {name: getattr(ui, f"place{name.title()}").text.strip() for name in ("partition", "account", "time")}
            slurm = Slurm(**texts, gpus=ui.placeGpus.value, nodes=ui.placeNodes.value, extra=tuple(shlex.split(ui.placeExtra.text)))
        config = self._before.ssh_config if self._before else ""
        folder = ui.placeFolder.text.strip() or FOLDER
        return KnownPlace(ui.placeName.text.strip(), ui.placeSsh.text.strip(), folder, ui.placePython.text.strip(), config, slurm)

    def _save(self):
        self._tell("", "")
        try:
            place = self._place()
            place.check()
            if self._before is None and place.name in known_places():
                self._tell("Name", _("There is a place of this name already; choose another name."))
                return
            add_place(place, overwrite=self._before is not None)
        except ValueError:
            self._tell("Extra", _("A quotation mark is missing."))
        except (CrossModaError, OSError) as error:
            self._tell(*_refusal(explain(error)[0]))
        else:
            self.close()
            self._onSaved(place.name)

    def _remove(self):
        question = _("Remove the place {name}? Its settings go; what lies there stays.")
        if not slicer.util.confirmOkCancelDisplay(question.format(name=self._before.name), _("Remove place")):
            return
        try:
            remove_place(self._before.name)
        except (CrossModaError, OSError) as error:
            self._tell("", wording.inThePanel(explain(error)[0]))
        else:
            self.close()
            self._onSaved("")

    def _tell(self, field, text):
        """Tell what is wrong at a field, or below all."""
        for name in (*FIELDS, ""):
            label = getattr(self._ui, f"place{name}Problem")
            label.text = text if name == field else ""
            label.visible = bool(text) and name == field
        if field:
            getattr(self._ui, f"place{field}").setFocus()
        self._window.adjustSize()


def _refusal(said):
    """The field that a refusal is about, which it names as an option of the command line, and the sentence without that."""
    option = re.search(r"--(ssh|folder|python|partition|gpus|nodes|time|account|extra)\b", said)
    field = option.group(1).title() if option else "Name" if "cannot name a place" in said else ""
    text = re.sub(r"--(?:ssh|folder|python|partition|gpus|nodes|time|account)\s|--extra[= ]", "", wording.inThePanel(said))
    return field, text[:1].upper() + text[1:]

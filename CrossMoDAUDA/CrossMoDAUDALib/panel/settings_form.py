"""Every advanced setting as a form, made from the typed settings: their texts, limits and defaults are written once."""

import functools
import json

import ctk
import qt
from slicer.i18n import tr as _

from ..core.declaring import label_of
from ..core.errors import InputError
from ..core.parsing import setting_text
from ..core.settings import current_key, preset_settings, setting_fields, with_values
from ..translation.registry import registrations
from . import core_texts
from .wording import inThePanel, translatorText

# These have widgets of their own in the section.
ELSEWHERE = ("preset", "device", "translation.translator", "self_training.iterations")


class SettingsForm:
    """The settings that a preset leaves open to the user: those that all translators have, and those of the chosen one.

    Args:
        layout: gets the form.
        onChanged: called when the user changed a setting, with the settings that differ from the preset as JSON.

    Attributes:
        problem: what is wrong with the settings, in a sentence; empty when nothing is.
    """

    def __init__(self, layout, onChanged):
        self._onChanged = onChanged
        self._preset, self._translator = "paper", ""
        self._editors = {}  # by key: (read, write, label)
        self._boxes = {}  # by section
        self._isShowing = False
        self.problem = ""
        self._shown, self._known = None, {}
        self._lastInTabOrder = layout.parentWidget()
        groups = {}
        for key, (declared, kind) in setting_fields().items():
            if key in ELSEWHERE:
                continue
            section, _dot, name = key.rpartition(".")
            if section not in groups:
                box = ctk.ctkCollapsibleGroupBox()
                box.title = _sectionTitle(section)
                groups[section] = qt.QFormLayout(box)
                groups[section].setFieldGrowthPolicy(qt.QFormLayout.AllNonFixedFieldsGrow)
                groups[section].setRowWrapPolicy(qt.QFormLayout.WrapLongRows)
                layout.addWidget(box)
                self._putInTabOrder(box)
                box.collapsed = True
                self._boxes[section] = box
            self._addEditor(groups[section], key, name, declared, kind)

    def _addEditor(self, form, key, name, declared, kind):
        limits = declared.metadata
        label = qt.QLabel(core_texts.text(label_of(name)) + ":")
        tip = core_texts.text(limits["text"])
        if limits["low"] is not None:
            tip += "\n" + _("Allowed: {low} to {high}.").format(low=limits["low"], high=limits["high"])
        tip += "\n" + _("On the command line: --set {key}=...").format(key=key)
        if kind is bool:
            editor = qt.QCheckBox()
            read, write = lambda: editor.checked, lambda value: setattr(editor, "checked", value in (True, "true"))
            editor.connect("toggled(bool)", lambda _value: self._take())
        elif limits["choices"]:
            editor = qt.QComboBox()
            for choice in limits["choices"]:
                editor.addItem(_choiceTitle(choice), choice)
            read = functools.partial(_chosen, editor)
            write = functools.partial(_choose, editor)
            editor.connect("currentIndexChanged(int)", lambda _value: self._take())
        else:
            editor = qt.QLineEdit()
            read, write = lambda: editor.text, lambda value: _showText(editor, setting_text(value))
            editor.connect("editingFinished()", self._take)
        editor.toolTip = label.toolTip = tip
        editor.objectName = "setting_" + key.replace(".", "_")
        label.setBuddy(editor)
        form.addRow(label, editor)
        self._putInTabOrder(editor)
        self._editors[key] = (read, write, label)

    def _putInTabOrder(self, widget):
        """Else the Tab key would come here after all that the .ui file lists."""
        qt.QWidget.setTabOrder(self._lastInTabOrder, widget)
        self._lastInTabOrder = widget

    def show(self, preset, translator, changed):
        """Show a preset for a translator and the settings that differ from it.

        Args:
            changed: JSON object of texts by key; what is not a setting any more is left out.
        """
        if (preset, translator, changed) == self._shown:  # leave alone what is being typed
            return
        self._shown = (preset, translator, changed)
        self._preset, self._translator = preset, translator
        given = {current_key(key): value for key, value in _parsed(changed).items()}
        base = self._base()
        self._isShowing = True
        try:
            for section, box in self._boxes.items():
                box.visible = any(key.rpartition(".")[0] == section for key in base)
            for key in self._editors.keys() & base.keys():
                self._editors[key][1](given.get(key, base[key]))
        finally:
            self._isShowing = False
        self._check()

    def _base(self):
        """What the preset has for the translator, by key."""
        return preset_settings(self._preset, self._translator).values()

    def changed(self):
        """The settings that differ from the preset, as texts by key."""
        base, found = self._base(), {}
        for key, (read, _write, _label) in self._editors.items():
            if key in base and (text := setting_text(read())) != setting_text(base[key]):
                found[key] = text
        return found

    def takeTyped(self):
        """Take what is typed in a field that the user has not left."""
        if self.changed() != self._known:
            self._take()

    def _take(self):
        if self._isShowing:
            return
        self._check()
        changed = json.dumps(self._known)
        self._shown = (self._preset, self._translator, changed)
        self._onChanged(changed)

    def _check(self):
        """Mark what differs from the preset, and find what is wrong."""
        self._known = changed = self.changed()
        self.problem = ""
        try:
            with_values(preset_settings(self._preset, self._translator), changed)
        except InputError as error:
            self.problem = inThePanel(str(error))
        for key, (_read, _write, label) in self._editors.items():
            font = qt.QFont(label.font)
            font.setBold(key in changed)
            label.font = font


def _chosen(combo):
    return combo.itemData(combo.currentIndex)


def _choose(combo, value):
    combo.currentIndex = combo.findData(value)


def _choiceTitle(choice):
    """A setting's choice in words; what is a name, such as of an optimizer, stays as it is."""
    titles = {
        "auto": _("automatic"),
        "on": _("on"),
        "off": _("off"),
        "add": _("add"),
        "remove": _("remove"),
        "both": _("both"),
        "sgd": "SGD",
        "adamw": "AdamW",
        "challenge2022": _("crossMoDA 2022"),
        "medpy": _("medpy (package)"),
    }
    return titles.get(choice, choice)


def _showText(edit, text):
    """Show a text from its beginning; a long one would show its end."""
    edit.text = text
    edit.cursorPosition = 0


def settingTitle(key):
    """A setting in words, with its section where it has one: ``Segmentation: Epochs``."""
    section, _dot, name = key.rpartition(".")
    title = core_texts.text(label_of(name))
    return _("{section}: {setting}").format(section=_sectionTitle(section), setting=title) if section else title


def _sectionTitle(section):
    titles = {
        "": _("General"),
        "reading": _("Reading scans and labels"),
        "intensity": _("Intensity scaling"),
        "translation": _("Image translation"),
        "segmentation": _("Segmentation"),
        "self_training": _("Self-training"),
        "evaluation": _("Evaluation"),
    }
    if section in titles:
        return titles[section]
    # What a translator has for itself goes by its title; what several have, by the name that their titles begin with.
    own = [one for one in registrations() if one.section == section]
    return own[0].title.partition(",")[0] if len(own) > 1 else translatorText(own[0].name, own[0].title)


def _parsed(text):
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    return {str(key): value for key, value in found.items()} if isinstance(found, dict) else {}

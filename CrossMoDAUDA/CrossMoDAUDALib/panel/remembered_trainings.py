"""The folders of the trainings that a user opened or started, kept in Slicer's settings, as the lists of recent paths are."""

from pathlib import Path

import slicer

from ..study.listing import is_listed

KEY = "CrossMoDAUDA/Trainings"
RECENT = "ctkPathLineEdit/CrossMoDAUDA/Experiments"  # the list of recent experiment folders in the section Adapt
RECENT_MODELS = "ctkPathLineEdit/CrossMoDAUDA/Models"  # and of models in Segment


def rememberedTrainings():
    """The folders in the order in which they came; at first those of Adapt's list of recent folders."""
    settings = slicer.app.userSettings()
    if not settings.contains(KEY) and (found := [folder for folder in _read(RECENT) if _isThere(folder)]):
        _write(found)
    return _read(KEY)


def recentModels():
    """The models that were used last, in the order of the section Segment's list."""
    return _read(RECENT_MODELS)


def remember(*folders):
    """Keep more folders."""
    known = rememberedTrainings()
    new = [folder for folder in folders if folder not in known]
    if new:
        _write([*known, *new])


def forget(*folders):
    """Keep these no more; the folders themselves stay as they are."""
    _write([folder for folder in rememberedTrainings() if folder not in folders])


def _isThere(folder):
    try:
        return is_listed(folder)
    except OSError:
        return False


def _read(key):
    """A list of folders in the settings, where Qt keeps a list of one as a text and an empty one as nothing."""
    value = slicer.app.userSettings().value(key)
    texts = [value] if isinstance(value, str) else list(value or ())
    return [Path(text) for text in dict.fromkeys(texts) if text]


def _write(folders):
    slicer.app.userSettings().setValue(KEY, [str(folder) for folder in folders])

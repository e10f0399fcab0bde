"""The application's language, and the translations that it loads for it."""

from __future__ import annotations

from pathlib import Path

from PySide6 import QtCore


class Translations:
    """What qSlicerCoreApplication has of them; Slicer itself has no translations here, a module's own are loaded."""

    language = "en_US"
    applicationLocaleName = property(lambda self: self.language)
    _loaded: list[QtCore.QTranslator] = []

    def loadTranslations(self, folder: str) -> None:
        """Load the folder's .qm files of the language with its region or, failing that, without (qSlicerCoreApplication.cxx)."""
        for name in (self.language, self.language.partition("_")[0]):
            if files := sorted(Path(folder).glob(f"*{name}.qm")) if name else []:
                break
        for file in files:
            translator = QtCore.QTranslator()
            if not translator.load(str(file)):
                return
            QtCore.QCoreApplication.installTranslator(translator)
            self._loaded.append(translator)

    def forget_translations(self) -> None:
        """For the next application, which is in the same process here."""
        while self._loaded:
            QtCore.QCoreApplication.removeTranslator(self._loaded.pop())

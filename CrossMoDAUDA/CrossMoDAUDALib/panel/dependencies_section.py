"""The section Python packages: what is there, what is missing, and a button that installs it the way Slicer does it."""

import contextlib
import io
import sys
import traceback
from pathlib import Path

import qt
import slicer
from slicer.i18n import tr as _

from ..commands import dependencies
from ..core.errors import CrossModaError
from .fitting import OnResize, lineWidth
from .import_trial import ImportTrial
from .wording import inThePanel

# A trial that found nothing is not repeated while the same packages are installed, not even by the next Slicer.
TRIED = "CrossMoDAUDA/PackagesTried"
MARK_CHARACTERS = 20  # what stands beside a package's name should have room for so many
TRIAL_AFTER_MS = 2000  # Slicer has more urgent things to do when it shows a module


class DependenciesSection:
    """Shows the Python packages that training and inference need, and installs the missing ones after asking.

    PyTorch is installed by the PyTorch extension, which chooses the build for the graphics card; all others at once by Slicer's
    pip, whose resolver finds versions that fit one another. (The NNUNet extension's installer puts one package after the other,
    each in its newest version, which does not fit what Slicer holds.) Both run under constraints that hold every other installed
    package at its version. Whether it is enough, a process of its own tells, which imports what training imports.

    Args:
        layout: gets the section's widget.
        uiPath: the form DependenciesSection.ui.
        onChanged: called without arguments after every try to install.

    Attributes:
        ui: the form's widgets by their names.
        packages: what was found at the last ``refresh``.
        trial: imports the packages in a process of its own.
        isInstalling: while it is true, no other installation is begun.
    """

    def __init__(self, layout, uiPath, onChanged=None):
        self.onChanged = onChanged
        self.packages = []
        self.isInstalling = False
        self._marks = {}
        self._needsRestart = False
        self._read = None  # what was installed, and did not fit, when the packages were read
        self._unfit = None
        self._triedAgain = None  # the packages that were tried once more by the button
        self._tried = slicer.app.userSettings().value(TRIED)  # the packages that ``_unfit`` is about
        self.trial = ImportTrial(self._onTried)
        self.widget = slicer.util.loadUI(str(uiPath))
        layout.addWidget(self.widget)
        self.ui = slicer.util.childWidgetVariables(self.widget)
        self._grid = qt.QGridLayout(self.ui.dependenciesPackages)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setColumnStretch(1, 1)
        self._onResize = OnResize(self.widget, self._arrange)
        self._title, self._isNarrow = "", False
        self.ui.dependenciesInstall.connect("clicked(bool)", self.onInstall)
        self.ui.dependenciesOffline.connect("clicked(bool)", self.onOffline)
        self.refresh()

    # What is there ------------------------------------------------------------------------------------------------------

    @property
    def ready(self):
        """Whether every package was there at the last ``refresh``, and none is known not to fit."""
        return bool(self.packages) and not dependencies.missing(self.packages)

    def problem(self, *needed):
        """One sentence on what is missing and what to do, or an empty text.

        Args:
            needed: names of the packages that matter; all if none is given.
        """
        if self.ready:
            return ""
        missing = [package.name for package in dependencies.missing(self.packages) if not needed or package.name in needed]
        if self.packages and not missing:
            return ""
        names = ", ".join(missing)
        if all(package.fault for package in self.packages if package.name in missing):
            return _("Python packages do not work ({names}): see the section Python packages at the top.").format(names=names)
        return _("Python packages are missing ({names}): install them in the section Python packages at the top.").format(names=names)

    def open(self):
        """Show the section's contents, for somebody who was sent here."""
        self.ui.dependenciesButton.collapsed = False

    def refresh(self):
        """Read the versions, anew if anything was installed since, and show them; opens the section if something is missing."""
        installed = dependencies.fingerprint()
        unfit = self._unfit if self._tried == installed else None
        if self._read != (installed, unfit):  # reading takes too long for every click that needs the packages
            self._read = None
            try:
                self.packages = dependencies.check(_=_, unfit=unfit)
                self._read = (installed, unfit)
            except CrossModaError as error:
                self.packages = []
                self._say(inThePanel(str(error)))
            for package in self.packages:
                self._show(package)
        absent = dependencies.missing(self.packages)
        if self.ready and self._tried != installed and not (self.trial.running or self.isInstalling):
            self.trial.start(TRIAL_AFTER_MS)
        button = self.ui.dependenciesButton
        if self._needsRestart:
            self._title = _("Python packages: restart Slicer")
        elif self.ready:
            self._title = _("Python packages: all installed")
        else:
            wrong = sum(bool(package.fault) for package in absent)
            broken = _("Python packages: {count} does not work") if wrong == 1 else _("Python packages: {count} do not work")
            areAllBroken = wrong == len(absent) and absent
            self._title = (broken if areAllBroken else _("Python packages: {count} missing")).format(count=len(absent))
        self._arrange()
        if not self.ready:
            button.collapsed = False
        self.ui.dependenciesInstall.enabled = bool(absent) and not self.isInstalling
        self.ui.dependenciesInstall.visible = self.ui.dependenciesOffline.visible = bool(absent)
        self.ui.dependenciesOffline.enabled = not self.isInstalling

    def cleanup(self):
        """Forget the owner."""
        self.onChanged = None
        self.trial.cancel()

    def _onTried(self, unfit):
        """The packages were imported, or one does not fit."""
        self._unfit, self._tried = unfit, dependencies.fingerprint()
        if unfit is None:
            slicer.app.userSettings().setValue(TRIED, self._tried)
        else:
            self._log(inThePanel(unfit.sentence()))
        self.refresh()
        if self.ui.dependenciesStatus.text == _tryingText():
            self._say(_("Everything that is needed is installed.") if self.ready else self.problem())
        if self.onChanged is not None:
            self.onChanged()

    def _show(self, package):
        """Show one package; its two labels are made when it is shown first."""
        if package.name not in self._marks:
            row = 2 * len(self._marks)
            name, mark = qt.QLabel(package.name), qt.QLabel()
            mark.wordWrap = True
            mark.objectName = "dependenciesMark_" + package.name
            name.toolTip = mark.toolTip = _("{package} {versions}: {purpose}.").format(
                package=package.name, versions=package.specifier, purpose=package.purpose
            )
            name.alignment = mark.alignment = qt.Qt.AlignLeft | qt.Qt.AlignTop  # one line high, whatever height the row has
            self._grid.addWidget(name, row, 0)
            self._grid.addWidget(mark, row, 1)
            self._marks[package.name] = mark
        mark = self._marks[package.name]
        mark.text = self._mark(package)
        mark.accessibleName = _("{package}: {mark}").format(package=package.name, mark=mark.text)

    def _arrange(self):
        """Put what is said of a package beside its name, or under it where there is no room; leave out of the title what has none."""
        width, metrics = lineWidth(self.widget), qt.QFontMetrics(self.widget.font)
        column = max(map(metrics.horizontalAdvance, self._marks), default=0)
        isNarrow = width - column < MARK_CHARACTERS * metrics.averageCharWidth()
        if isNarrow != self._isNarrow:
            for row, mark in enumerate(self._marks.values()):
                self._grid.addWidget(mark, *((2 * row + 1, 0, 1, 2) if isNarrow else (2 * row, 1, 1, 1)))
        self._isNarrow = isNarrow
        button = self.ui.dependenciesButton
        button.text = self._title if metrics.horizontalAdvance(self._title) < width else self._title.partition(":")[0]
        install, installText = self.ui.dependenciesInstall, _("&Install what is missing...")
        install.text = installText if metrics.horizontalAdvance(installText) < width else _("&Install...")

    def _mark(self, package):
        versions = package.specifier.replace(",", ", ")
        if package.installed is None:
            return _("missing ({purpose})").format(purpose=package.purpose)
        if package.wrong_version:
            return _("{version} does not fit: needs {versions}").format(version=package.installed, versions=versions)
        if package.fault:
            return _("{version} does not work ({reason})").format(version=package.installed, reason=package.fault)
        if package.unmet:
            names = ", ".join(package.lacks).replace("-", "-\u200b")  # long names may be broken at their hyphens
            return _("installed {version}, but lacks {packages}").format(version=package.installed, packages=names)
        return _("installed {version}").format(version=package.installed)

    def _say(self, text):
        self.ui.dependenciesStatus.text = text

    def _log(self, text):
        if text.strip():
            self.ui.dependenciesLog.visible = True
            self.ui.dependenciesLog.appendPlainText(text.rstrip())

    # Installing ---------------------------------------------------------------------------------------------------------

    def onInstall(self, _checked=False):
        """Ask, then install what is missing. Whatever happens, the section can be used again afterwards."""
        if self.isInstalling:
            return
        self.refresh()
        absent = dependencies.missing(self.packages)
        if not absent:
            return
        self.ui.dependenciesLog.clear()
        if all(package.fault for package in absent) and self._triedAgain != self._tried:
            # What was in the way may be over, as too little memory; else the next press says what to do.
            self._triedAgain, self._unfit, self._tried = self._tried, None, ""
            self._say(_tryingText())
            self.refresh()
            self.trial.start()
            return
        try:
            installers = self._installers(absent)
            if not self._isAllowed(absent):
                self._say(_("Nothing was installed."))
                return
            before, broken = dependencies.installed(), dependencies.broken()
        except Exception as error:
            self._fail(error, _("The installation could not begin; see the log below."))
            return
        self._begin()
        try:
            path = Path(slicer.app.temporaryPath) / "CrossMoDAUDA-constraints.txt"
            output = contextlib.redirect_stdout(_Tee(sys.stdout, self._log))
            for name, install in installers:
                fresh = dependencies.installed().keys() - before.keys()
                now = dependencies.check(_=_) if fresh else self.packages  # PyTorch is held, once it is there
                with dependencies.holding(path, now, fresh), output, slicer.util.WaitCursor(True):
                    self._say(_("Installing {package}; this can take many minutes...").format(package=name))
                    slicer.app.processEvents()
                    install(path)
            self._say("")
        except Exception as error:
            packages = ", ".join(package.name for package in absent)
            self._fail(
                error,
                _("{packages} could not be installed; check the internet connection and the free disk space (log below).").format(
                    packages=packages
                ),
            )
        finally:
            self._end(before, broken)

    def _begin(self):
        self.isInstalling = True
        self.trial.cancel()
        self.ui.dependenciesInstall.enabled = False
        self.ui.dependenciesOffline.enabled = False

    def _end(self, before, broken):
        """Read the versions again and say how it went; whether all is well, the trial then tells."""
        after = dependencies.installed()
        stale = dependencies.stale_imports(before, after)
        self._needsRestart = self._needsRestart or bool(stale)
        self.isInstalling = False
        self.refresh()
        lacking = sorted(dependencies.broken() - broken)
        harmed = dependencies.replaced(before, after, dependencies.SLICER_OWN)
        if harmed:
            self._say(_("Slicer's own packages were changed ({packages}): reinstall Slicer.").format(packages=", ".join(harmed)))
        elif lacking:
            self._say(_("Packages of others lack what they need now ({packages}); see the log below.").format(packages=", ".join(lacking)))
        elif stale:
            self._say(_("Restart Slicer: {packages} changed while in use.").format(packages=", ".join(stale)))
        elif self._needsRestart:
            self._say(_("Restart Slicer, then come back here."))
        elif self.ready:
            self._say(_tryingText())
            self.trial.start()
        elif not self.ui.dependenciesStatus.text:
            self._say(_("Some packages are still missing; see the log below and try again."))
        if self.onChanged is not None:
            self.onChanged()

    def _fail(self, error, sentence):
        """Show one sentence; the details go to the log."""
        if isinstance(error, CrossModaError):
            self._say(inThePanel(str(error)))
            return
        self._log("".join(traceback.format_exception(error)))
        self._say(sentence)

    def _isAllowed(self, absent):
        if slicer.app.testingEnabled():
            return False  # Slicer answers its own questions with yes while it is tested
        lines = "\n".join("- " + line for package in absent for line in package.lines)
        return slicer.util.confirmOkCancelDisplay(
            _(
                "These Python packages will be downloaded and installed:\n\n{packages}\n\nWith what they need themselves this can take"
                " many minutes and several gigabytes, and Slicer cannot be used meanwhile. Packages that are already installed keep their"
                " versions. Go on?"
            ).format(packages=lines),
            _("Install Python packages"),
        )

    def _installers(self, absent):
        """(name to show, function that installs) for everything, in order.

        Raises:
            CrossModaError: it cannot be installed from here; nothing has been touched.
        """
        # From Slicer 5.12 on; not imported means that nobody has installed anything yet.
        if getattr(sys.modules.get("slicer.packaging"), "isPipInstallInProgress", bool)():
            raise CrossModaError(_("Another extension is installing Python packages; wait for it to end and try again."))
        for package in absent:
            if package.fault:
                raise CrossModaError(
                    _("{package} {version} is installed but does not work ({reason}): uninstall it, restart Slicer, try again.").format(
                        package=package.name, version=package.installed, reason=package.fault
                    )
                )
            if package.belongs_to_slicer:
                raise CrossModaError(
                    _("{package} {version} is part of this Slicer and must not be replaced: install Slicer 5.10 or later.").format(
                        package=package.name, version=package.installed
                    )
                )
        lines = list(dict.fromkeys(line for package in absent for line in package.lines))
        torch = next((package for package in absent if package.name == "torch" and package.requirement in lines), None)
        installers = []
        if torch is not None:
            torchLogic = _pyTorchLogic()
            lines.remove(torch.requirement)
            installers.append(("PyTorch", lambda _path: _installTorch(torchLogic, torch)))
        if lines:
            # Together, so that pip finds versions that fit; rather an older one that is built than a newer one to be built here.
            options = ["--prefer-binary", "--constraint"]
            installers.append((", ".join(lines), lambda path: slicer.util.pip_install([*lines, *options, str(path)])))
        return installers

    # Without internet ---------------------------------------------------------------------------------------------------

    def onOffline(self, _checked=False):
        """Ask for a folder that travels between two computers and show the commands to run in it."""
        title = _("Folder that travels between the computers, such as on a USB stick")
        folder = qt.QFileDialog.getExistingDirectory(slicer.util.mainWindow(), title)
        if not folder:
            return
        try:
            fetch, install = dependencies.offline_commands(Path(folder), Path(sys.executable), self.packages)
        except OSError as error:
            self._say(_("Cannot write into {folder} ({error}); choose another folder.").format(folder=folder, error=error))
            return
        self.ui.dependenciesLog.clear()
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        self._log(
            _("1. On a computer with internet, the same operating system and Python {version}, in a terminal in that folder:").format(
                version=version
            )
        )
        self._log(fetch)
        self._log(_("2. On this computer, in a terminal (on Windows: Command Prompt) in that folder, while Slicer is closed:"))
        self._log(install)
        self._say(_("The commands are in the log below; the folder already holds the files that they refer to."))


class _Tee(io.TextIOBase):
    """Standard output that is shown in the log as well; pip's output comes this way, line by line."""

    def __init__(self, stream, log):
        self._stream = stream
        self._show = log

    def write(self, text):
        """Pass the text on."""
        self._show(text)
        return self._stream.write(text)

    def flush(self):
        """Pass the call on."""
        self._stream.flush()


def _pyTorchLogic():
    """The PyTorch extension's logic."""
    try:
        import PyTorchUtils
    except ModuleNotFoundError as error:
        if error.name != "PyTorchUtils":
            raise  # the extension is there but lacks something itself
        text = _("The extension {name} is missing: install it in the Extensions Manager (menu View), restart Slicer, try again.")
        raise CrossModaError(text.format(name="PyTorch")) from error
    return PyTorchUtils.PyTorchUtilsLogic()


def _tryingText():
    return _("Trying the packages...")


def _installTorch(logic, package):
    if logic.installTorch(askConfirmation=False, torchVersionRequirement=package.specifier) is None:
        raise CrossModaError(_("The PyTorch extension did not install PyTorch: try again in its own module PyTorch Utils."))

"""Files that are dropped onto the panel: a model package is imported, scans are loaded, and what came is chosen."""

import functools
from pathlib import Path

import qt
import slicer
from slicer.i18n import tr as _

from ..experiment.folder import Experiment
from ..images.names import is_label_name
from ..images.volumes import is_scan
from . import views


class Drops(qt.QObject):
    """Takes what the panel knows; all else goes on to Slicer's window, which loads it as ever (qSlicerMainWindow::dropEvent).

    Args:
        panel: whose sections use what was dropped.
        root: the module's widget.
    """

    def __init__(self, panel, root):
        qt.QObject.__init__(self)
        self._panel = panel
        self._kind, self._field = "", None  # of what is dragged over the panel now, and the field of a path for it
        root.acceptDrops = True
        # Fields would take the text that comes with files from some file managers.
        self._watched = [root, *root.findChildren("QLineEdit")]
        for widget in self._watched:
            widget.installEventFilter(self)

    def cleanup(self):
        """Watch nothing any more."""
        for widget in self._watched:
            widget.removeEventFilter(self)

    def eventFilter(self, widget, event):
        """Take what is known, when it comes over the panel and when it is dropped."""
        kind = event.type()
        if kind not in (qt.QEvent.DragEnter, qt.QEvent.DragMove, qt.QEvent.Drop):
            return False
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if kind != qt.QEvent.DragMove:  # which comes with each step of the mouse
            self._kind, self._field = "", None
            if self._panel.parameters is not None:
                self._field = _pathField(widget) if len(paths) == 1 and paths[0].is_dir() else None
                self._kind = "folder" if self._field is not None else known(paths)
        if not self._kind:
            return False
        event.setDropAction(qt.Qt.CopyAction)
        event.accept()
        if kind == qt.QEvent.Drop:  # the program that the files come from waits until this returns (qSlicerIOManager::dropEvent)
            qt.QTimer.singleShot(0, functools.partial(self._take, self._kind, paths, self._field))
        return True

    def _take(self, kind, paths, field):
        panel = self._panel
        if panel.parameters is None:
            return
        if kind == "folder":
            field.currentPath = str(paths[0])
            return
        if kind == "scans":
            self._load(paths)
        elif kind == "model":
            panel.choose("model", str(paths[0]))
            panel.showSegment()
        else:
            panel.showSegment()
            panel.segment.importer.start(paths[0])

    def _load(self, paths):
        """Load scans; the first is shown and chosen in the section Segment, or in Translate if only that is open."""
        panel = self._panel
        isForTranslate = panel.segment.ui.segmentButton.collapsed and not panel.translate.ui.translateButton.collapsed
        section, status = (panel.translate, "translateStatus") if isForTranslate else (panel.segment, "segmentStatus")
        loaded, failed = [], []
        for path in paths:
            try:
                loaded.append(slicer.util.loadVolume(str(path)))
            except RuntimeError:
                failed.append(path.name)
        if loaded:
            if isForTranslate:
                panel.parameters.translateInput = loaded[0]
                views.showScan(loaded[0])
            else:
                panel.segmentScan(loaded[0])
        if failed:
            section.say(getattr(section.ui, status), _("Not loaded: {files}; see Slicer's error log.").format(files=", ".join(failed)))


def _pathField(widget):
    """The field for a path in which a widget lies; None for none, or one that takes nothing now."""
    while widget is not None and not widget.inherits("ctkPathLineEdit"):
        widget = widget.parentWidget()
    return widget if widget is not None and widget.enabled else None


def known(paths):
    """What dropped files are to the panel: ``package``, ``scans``, ``model`` (an experiment folder), or empty if it does not know them."""
    if paths and all(is_scan(path) and path.is_file() and not is_label_name(path) for path in paths):
        return "scans"
    if len(paths) != 1:
        return ""
    if paths[0].suffix.lower() == ".zip" and paths[0].is_file():
        return "package"
    return "model" if paths[0].is_dir() and Experiment.exists(paths[0]) else ""

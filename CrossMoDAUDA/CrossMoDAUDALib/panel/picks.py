"""Scans that the user has picked in a list of nodes, told apart from those that a list shows because something else has chosen them."""

import qt


class Picks(qt.QObject):
    """Tells when the user has picked a node, also the same again.

    A qMRMLNodeComboBox says that a node was activated also after most calls of ``setCurrentNode``: it sends itself a press of the Enter
    key (qMRMLNodeComboBox.cxx). So it does for every scene that is loaded, and for the first volume that comes into an empty one. What
    the user picks comes from the open list, a key or the wheel.

    Args:
        selector: a qMRMLNodeComboBox.
        picked: called without arguments, after the event loop's turn.
    """

    def __init__(self, selector, picked):
        qt.QObject.__init__(self)
        self._isByUser = False
        self._combo = selector.findChildren("QComboBox")[0]
        self._combo.installEventFilter(self)
        self._list = self._combo.view()
        self._list.installEventFilter(self)
        self._timers = [qt.QTimer(), qt.QTimer()]
        for timer, function in zip(self._timers, (self._forget, picked), strict=True):
            timer.setSingleShot(True)
            timer.connect("timeout()", function)
        self._forgets, self._tells = self._timers
        selector.connect("nodeActivated(vtkMRMLNode*)", self._onActivated)

    def eventFilter(self, widget, event):
        """Let every event pass."""
        kind, isOpenList = event.type(), widget.inherits("QAbstractItemView")
        # An open list is hidden right before the node is told of.
        if kind == qt.QEvent.Hide if isOpenList else kind in (qt.QEvent.KeyPress, qt.QEvent.Wheel):
            self._isByUser = True
            self._forgets.start(0)
        return False

    def _forget(self):
        self._isByUser = False

    def _onActivated(self, _node):
        if self._isByUser:
            self._tells.start(0)

    def forget(self):
        """Tell nothing of what was picked until now."""
        self._tells.stop()

    def cleanup(self):
        """Follow nothing more."""
        for timer in self._timers:
            timer.stop()
        self._combo.removeEventFilter(self)
        self._list.removeEventFilter(self)

"""Tabs of which some have no room side by side: a list takes their place, in which each is whole."""

from .fitting import OnResize


class NarrowTabs:
    """Shows a list instead of a QTabWidget's bar while that is wider than the panel.

    Qt would cut a tab's title and show two arrows.

    Args:
        tabs: the QTabWidget.
        choice: the combo box above it.
    """

    def __init__(self, tabs, choice):
        self._tabs, self._choice = tabs, choice
        for index in range(tabs.count):
            choice.addItem(tabs.tabText(index).replace("&", ""))
        choice.visible = False
        choice.connect("currentIndexChanged(int)", tabs.setCurrentIndex)
        tabs.connect("currentChanged(int)", choice.setCurrentIndex)
        self._watch = OnResize(tabs, self.fit)

    def fit(self):
        """Show what there is room for."""
        isNarrow = self._tabs.tabBar().sizeHint.width() > self._tabs.width
        if isNarrow != self._choice.visible or isNarrow == self._tabs.tabBar().visible:
            self._choice.visible = isNarrow
            self._tabs.tabBar().visible = not isNarrow

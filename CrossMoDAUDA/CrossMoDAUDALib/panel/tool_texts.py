"""What several tools say in one label: each has lines of its own, so that none wipes out another's."""


class ToolTexts:
    """Keeps the last text of each tool.

    Args:
        say: shows a text.
    """

    def __init__(self, say):
        self._say, self._texts = say, {}

    def of(self, tool):
        """The function with which a tool says something; an empty text says nothing any more."""

        def say(text):
            self._texts.pop(tool, None)
            if text:
                self._texts[tool] = text
            self._show()

        return say

    def forget(self, *tools):
        """Show no more what these have said."""
        for tool in tools:
            self._texts.pop(tool, None)
        self._show()

    def _show(self):
        self._say("\n".join(self._texts.values()))

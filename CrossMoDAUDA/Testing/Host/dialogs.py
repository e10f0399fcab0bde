"""Dialogs that would wait for a user: written down, and answered from a list that the test fills."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from PySide6 import QtWidgets

from .convert import Enumerator, to_qt
from .proxy import Proxy, wrap


class UnexpectedDialogError(AssertionError):
    """A dialog was opened for which the test left no answer."""


@dataclass
class Dialog:
    """One dialog that was shown: its kind (class or static function), its words, and what was answered."""

    kind: str
    text: str = ""
    title: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    answer: Any = None
    widget: Any = None


SHOWN: list[Dialog] = []
ANSWERS: list[Any] = []


def ask(dialog: Dialog, default: Any = ...) -> Any:
    """Note a dialog and answer it: the next of ANSWERS (called with the dialog if it is a function), else the default, else an error."""
    SHOWN.append(dialog)
    if default is ...:
        if not ANSWERS:
            raise UnexpectedDialogError(
                f"unanswered dialog {dialog.kind}: {dialog.title!r} {dialog.text!r}; put its answer into host.answers"
            )
        answer = ANSWERS.pop(0)
        dialog.answer = answer(dialog) if callable(answer) else answer
    else:
        dialog.answer = default
    return dialog.answer


def run_message_box(box: Proxy) -> int:
    """``exec`` of a message box: with one button it is answered at once, else by the test (a button, or True/False)."""
    real: QtWidgets.QMessageBox = box._real
    details = {"informativeText": real.informativeText(), "detailedText": real.detailedText(), "icon": wrap(real.icon())}
    dialog = Dialog("message", real.text(), real.windowTitle().strip(), details, widget=box)
    details_only = QtWidgets.QMessageBox.ButtonRole.ActionRole  # "Show Details..." closes nothing
    buttons = [real.standardButton(button) for button in real.buttons() if real.buttonRole(button) != details_only]
    if len(buttons) <= 1:
        return int(ask(dialog, wrap(buttons[0]) if buttons else 0))
    answer = ask(dialog)
    if isinstance(answer, bool):
        kinds = QtWidgets.QMessageBox.StandardButton
        wanted = (kinds.Ok, kinds.Yes, kinds.Retry, kinds.Save) if answer else (kinds.Cancel, kinds.No, kinds.Close, kinds.Discard)
        chosen = next((button for button in buttons if button in wanted), None)
        if chosen is None:
            raise UnexpectedDialogError(f"{answer} is no answer to {dialog.text!r}; its buttons are {buttons}")
        answer = wrap(chosen)
    elif isinstance(answer, str):  # a button by its words
        match = next((button for button in real.buttons() if button.text().replace("&", "") == answer), None)
        if match is None:
            raise UnexpectedDialogError(f"{dialog.text!r} has no button {answer!r}")
        match.click()
        answer = wrap(real.standardButton(match)) or real.buttons().index(match)
    return int(answer)


def run_dialog(box: Proxy) -> int:
    """``exec`` of any other dialog: the answer is the result code, or a function that is given the dialog and works its widgets."""
    real: QtWidgets.QDialog = box._real
    real.show()
    answer = ask(Dialog("dialog", title=real.windowTitle(), widget=box))
    result = real.result() if answer is None else int(answer)
    real.done(result)
    return result


def run_menu(menu: Proxy, *_position: Any) -> Any:
    """``exec`` of a menu: the answer is the text of the action to trigger, or None."""
    actions = menu._real.actions()
    answer = ask(Dialog("menu", "\n".join(action.text() for action in actions), widget=menu))
    chosen = next((action for action in actions if action.text() == answer), None)
    if answer is not None and (chosen is None or not chosen.isEnabled()):
        raise UnexpectedDialogError(f"the menu has no action {answer!r} that can be chosen")
    if chosen is not None:
        chosen.trigger()
    return wrap(chosen)


def message_box(kind: str) -> Callable[..., Any]:
    """A static function of QMessageBox."""

    def show(_owner: Proxy | None, parent: Any, title: str, text: str, *buttons: Any) -> Any:
        to_qt(parent, kind)
        many = bool(buttons) and bin(int(buttons[0])).count("1") > 1
        dialog = Dialog(kind, text, title)
        return ask(dialog) if many or kind == "question" else ask(dialog, Enumerator(1024, QtWidgets.QMessageBox.StandardButton))

    return show


def file_dialog(kind: str) -> Callable[..., Any]:
    """A static function that asks for a file, folder or value; PythonQt returns the value alone."""

    def show(_owner: Proxy | None, parent: Any = None, title: str = "", *arguments: Any) -> Any:
        for argument in (parent, title, *arguments):
            to_qt(argument, kind)
        answer = ask(Dialog(kind, title=title, details={"arguments": arguments}))
        return answer.replace(os.sep, "/") if isinstance(answer, str) and kind.startswith("get") and "File" in kind else answer

    return show


def open_url(_owner: Proxy | None, url: Proxy) -> bool:
    """Note the address instead of opening it; the answer is whether a program was found for it."""
    is_refused = bool(ANSWERS) and ANSWERS[0] is False
    return bool(ask(Dialog("openUrl", url._real.toString()), *(() if is_refused else (True,))))

"""AskDialog: one line of text, checked as it is typed."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Label

from tui.screens.dialogs.frame import Dialog
from tui.services.printable import printable
from tui.widgets.line_input import LineInput
from tui.widgets.words import Caption


class AskDialog(Dialog[str]):
    """Returns the text. `check` returns what is wrong with it, None if nothing is."""

    DEFAULT_CSS = """
    AskDialog Label { width: 1fr; height: auto; }
    AskDialog LineInput { background: $boost; }
    AskDialog #problem { color: $text-warning; width: 1fr; height: auto; min-height: 1; }
    """

    def __init__(self, title: str, label: str, default: str, check: Callable[[str], str | None]) -> None:
        super().__init__()
        self._title, self._label, self._default, self._check = title, label, default, check

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = Content(printable(self._title, 60))
            yield Label(printable(self._label), markup=False)
            yield LineInput(self._default)
            yield Caption("", id="problem", markup=False)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        if self.is_whole:
            self._says_no(event.value)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        if self.is_whole and not self._says_no(event.value):
            self.dismiss(event.value)

    def _says_no(self, text: str) -> bool:
        """Show what is wrong with the text, and return whether anything is."""
        problem = self._check(text)
        self.query_one("#problem", Caption).update(printable(problem or "", 200))
        return problem is not None

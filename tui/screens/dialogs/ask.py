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


class AskDialog(Dialog[str]):
    """Returns the text. `check` returns what is wrong with it, None if nothing is."""

    DEFAULT_CSS = """
    AskDialog Input { border: none; height: 1; padding: 0; background: transparent; }
    AskDialog #problem { color: $text-warning; height: 1; }
    """

    def __init__(self, title: str, label: str, default: str, check: Callable[[str], str | None]) -> None:
        super().__init__()
        self._title, self._label, self._default, self._check = title, label, default, check

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = Content(printable(self._title, 60))
            yield Label(printable(self._label), markup=False)
            line = Input(self._default, compact=True)
            line.cursor_blink = False
            yield line
            yield Label("", id="problem", markup=False)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        self.query_one("#problem", Label).update(printable(self._check(event.value) or "", 120))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        if self._check(event.value) is None:
            self.dismiss(event.value)

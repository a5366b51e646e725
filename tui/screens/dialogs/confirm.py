"""ConfirmDialog: tells what would be destroyed, and has the person type what it is called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.widgets import Button, Input, Label, Static

from tui.resources.confirmation import Challenge, Confirmation
from tui.screens.dialogs.frame import Dialog
from tui.screens.dialogs.sent import WillBeSent
from tui.services.printable import printable
from tui.widgets.line_input import LineInput

WIDTH, SUMMARY = 72, 4
"""Cells that a dialog is wide, and lines of a summary that are shown."""


class ConfirmDialog(Dialog[Mapping[str, str]]):
    """Returns what was typed, by challenge. The button works only once all of it is right, and is never focused
    by itself; the gate checks the answers once more."""

    DEFAULT_CSS = """
    ConfirmDialog > .box { border: round $error; }
    ConfirmDialog .prod { background: $error; color: $text; text-style: bold; width: 1fr; }
    ConfirmDialog #summary { max-height: 4; }
    ConfirmDialog #told { height: auto; max-height: 10; margin: 0 0 1 0; scrollbar-size-vertical: 1; }
    ConfirmDialog #told Static { height: auto; }
    ConfirmDialog .challenge { height: 1; }
    ConfirmDialog .challenge Label { width: auto; margin-right: 1; }
    ConfirmDialog .challenge LineInput { background: $boost; }
    ConfirmDialog .challenge .right { width: 2; margin: 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "look(1)", "the list down", show=False),
        Binding("up", "look(-1)", "the list up", show=False),
        Binding("pagedown", "look(9)", "the list a page down", show=False),
        Binding("pageup", "look(-9)", "the list a page up", show=False),
        Binding("ctrl+r", "sent", "what will be sent", id="dialog.sent", priority=True, show=False),
    ]

    def __init__(self, confirmation: Confirmation) -> None:
        super().__init__()
        self._asked = confirmation

    def compose(self) -> ComposeResult:
        asked = self._asked
        with Vertical(classes="box") as box:
            box.border_title = Content(f"{asked.title} on {asked.profile.name}")
            if asked.profile.tag == "prod":
                yield Label(f" PROD  {asked.profile.name} ", classes="prod", markup=False)
            yield Static(Content.styled(asked.summary, "bold"), id="summary", markup=False)
            with VerticalScroll(id="told", can_focus=False):
                yield Static(Content("\n".join(self._told())), markup=False)
            if asked.sending is not None:
                yield WillBeSent(asked.command, asked.sending, self.key_of("dialog.sent", "ctrl+r"))
            for challenge in asked.challenges:
                with Horizontal(classes="challenge"):
                    yield Label(self._question(challenge), markup=False)
                    yield LineInput(id=f"answer-{challenge.name}")
                    yield Label("", classes="right", id=f"right-{challenge.name}", markup=False)
            with Horizontal(classes="buttons"):
                yield Button(f"Cancel ({self.key_of('dialog.leave', 'esc')})", id="cancel", compact=True)
                yield Button(Content(asked.title), id="do", variant="error", disabled=True, compact=True)

    def on_mount(self) -> None:
        if not self.is_whole:
            return
        asked = self._asked
        self.query_one(f"#answer-{asked.challenges[0].name}" if asked.challenges else "#cancel").focus()
        self.query_one("#do", Button).disabled = not asked.accepts(self._answers())

    def on_resize(self, event: Resize) -> None:
        """Give the list what room the rest leaves, so that the buttons are seen on any terminal."""
        asked, height = self._asked, event.size.height
        summary = min(-(-len(asked.summary) // (WIDTH - 4)), SUMMARY)
        frame = 2 + summary + 1 + len(asked.challenges) + 2 + (asked.profile.tag == "prod")
        for shown in self.query(WillBeSent):
            shown.styles.height = 4 if height < 30 else 8
            frame += 5 if height < 30 else 9
        for told in self.query("#told"):
            told.styles.max_height = max(min(height - frame, max(10, height // 4)), 2)

    def action_look(self, by: int) -> None:
        self.query_one("#told", VerticalScroll).scroll_relative(y=by, animate=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "sent" and self._asked.sending is None:
            return False
        return super().check_action(action, parameters)

    def action_sent(self) -> None:
        """Show all that would be sent, to be read, searched and copied."""
        for shown in self.query(WillBeSent):
            self.show_sent(shown.sending)

    def _told(self) -> list[str]:
        """Return what happens in detail and every name, the only one too where the summary does not say it."""
        names = list(self._asked.names)
        if len(names) == 1 and names[0] in self._asked.summary:
            names = []
        count = [f"{len(names):,} items:"] if len(names) > 1 else []
        return [*self._asked.lines, *count, *(f"  {printable(name, 200)}" for name in names)]

    def _question(self, challenge: Challenge) -> str:
        if challenge.name == "item" and len(challenge.expected) <= 40:
            return f"type {challenge.asks}, {challenge.expected}:"
        return f"type {challenge.asks}:"

    @on(Input.Changed)
    def _changed(self) -> None:
        if not self.is_whole:
            return
        answers = self._answers()
        for challenge in self._asked.challenges:
            given = answers[challenge.name]
            sign = "" if not given else ("✓" if given == challenge.expected else "✗")
            if getattr(self.app, "ascii", False):
                sign = {"✓": "ok", "✗": "no"}.get(sign, "")
            self.query_one(f"#right-{challenge.name}", Label).update(sign)
        self.query_one("#do", Button).disabled = not self._asked.accepts(answers)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        if not self.is_whole:
            return
        answers = self._answers()
        if self._asked.accepts(answers):
            self.dismiss(answers)
            return
        for challenge in self._asked.challenges:
            if answers[challenge.name] != challenge.expected:
                self.query_one(f"#answer-{challenge.name}", Input).focus()
                return

    @on(Button.Pressed, "#do")
    def _do(self) -> None:
        if self.is_whole and self._asked.accepts(self._answers()):
            self.dismiss(self._answers())

    @on(Button.Pressed, "#cancel")
    def _cancel(self) -> None:
        self.dismiss(None)

    def _answers(self) -> dict[str, str]:
        return {
            challenge.name: self.query_one(f"#answer-{challenge.name}", Input).value
            for challenge in self._asked.challenges
        }

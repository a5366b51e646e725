"""Prompt: the line at the bottom for commands (`:`) and filters (`/`), with ghost text and history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input, Label

from tui.widgets.inputs import LineInput

Kind = Literal["command", "filter"]
_SIGNS: dict[Kind, str] = {"command": ":", "filter": "/"}


class _Ghost(Suggester):
    def __init__(self, suggest: Callable[[str], str | None]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._suggest = suggest

    async def get_suggestion(self, value: str) -> str | None:
        return self._suggest(value)


class Prompt(Horizontal):
    """Hidden until opened. It says what is typed and what is submitted; it does not act."""

    DEFAULT_CSS = """
    Prompt { height: 1; display: none; }
    Prompt Label { width: auto; }
    Prompt #problem { max-width: 60%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "close", id="prompt.close", show=False),
        Binding("up", "older", "older", id="prompt.older", show=False),
        Binding("down", "newer", "newer", id="prompt.newer", show=False),
        Binding("tab", "accept", "accept", id="prompt.accept", show=False, priority=True),
    ]

    @dataclass
    class Changed(Message):
        """The text is another."""

        kind: Kind
        text: str

    @dataclass
    class Submitted(Message):
        """Enter was pressed."""

        kind: Kind
        text: str

    @dataclass
    class Closed(Message):
        """Escape was pressed."""

        kind: Kind

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.kind: Kind = "command"
        self._history: Sequence[str] = ()
        self._at = -1

    def compose(self) -> ComposeResult:
        yield Label(":", id="sign", markup=False)
        made = LineInput(id="line")
        made.can_focus = False  # while it is hidden: a screen that has just come up would give it the keyboard
        yield made
        yield Label("", id="problem", markup=False)

    @property
    def is_open(self) -> bool:
        """Whether it is shown."""
        return bool(self.display)

    def open(self, kind: Kind, text: str, *, suggest: Callable[[str], str | None], history: Sequence[str] = ()) -> None:
        """Show it with `text`, and take the keyboard."""
        self.kind, self._history, self._at = kind, history, -1
        self.query_one("#sign", Label).update(_SIGNS[kind])
        line = self.query_one(Input)
        line.suggester = _Ghost(suggest)
        with line.prevent(Input.Changed):
            line.value = text
        line.cursor_position = len(text)
        self.show_problem("")
        line.can_focus = True
        self.display = True
        # At once, not after the next refresh: keys that were typed ahead belong to this line already.
        self.screen.set_focus(line, scroll_visible=False)

    def close(self) -> None:
        """Hide it."""
        self.display = False
        self.query_one(Input).can_focus = False

    def show_problem(self, message: str) -> None:
        """Say what is wrong with the text; an empty message takes it back."""
        self.query_one("#problem", Label).update(message)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        clean = "".join(character for character in event.value if character.isprintable())
        if clean != event.value:  # a reply of the terminal that leaked into the line
            event.input.value = clean
            return
        self.post_message(self.Changed(self.kind, clean))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Submitted(self.kind, event.value))

    def action_close(self) -> None:
        self.post_message(self.Closed(self.kind))

    def action_accept(self) -> None:
        self.query_one(Input).action_cursor_right()

    def action_older(self) -> None:
        self._recall(self._at + 1)

    def action_newer(self) -> None:
        self._recall(self._at - 1)

    def on_key(self, event: events.Key) -> None:
        if event.key == "backspace" and not self.query_one(Input).value:
            event.stop()
            self.action_close()

    def _recall(self, at: int) -> None:
        at = max(-1, min(at, len(self._history) - 1))
        self._at = at
        line = self.query_one(Input)
        line.value = self._history[at] if at >= 0 else ""
        line.cursor_position = len(line.value)

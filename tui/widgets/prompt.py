"""Prompt: the line at the bottom for commands (`:`) and filters (`/`), with completion and history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.suggester import Suggester, SuggestionReady
from textual.widgets import Input

from tui.services.printable import printable
from tui.widgets.key_line import KeyLine
from tui.widgets.line_input import LineInput
from tui.widgets.words import Caption

Kind = Literal["command", "filter"]
_SIGNS: dict[Kind, str] = {"command": ":", "filter": "/"}


Suggest = Callable[[str], Sequence[str] | None]
"""What a text may become, the likeliest first; it answers at once. None where nothing is ever suggested."""
KEYS = (("enter", "done"), ("tab", "complete"), ("esc", "leave"), ("↑ ↓", "older, newer"), ("^r", "search the older"))
OFFERED = 6
"""Completions that are named at the end of the line."""


class _Ghost(Suggester):
    def __init__(self, suggest: Suggest) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._suggest = suggest

    async def get_suggestion(self, value: str) -> str | None:
        return next(iter(self._suggest(value) or ()), None)


class Prompt(Horizontal):
    """Hidden until opened. It says what is typed and what is submitted; it does not act."""

    DEFAULT_CSS = """
    Prompt { height: 1; display: none; }
    Prompt Label { width: auto; }
    Prompt #problem { max-width: 60%; }
    Prompt #offers { max-width: 50%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "close", id="prompt.close", show=False),
        Binding("up", "older", "older", id="prompt.older", show=False),
        Binding("down", "newer", "newer", id="prompt.newer", show=False),
        Binding("tab", "accept", "accept", id="prompt.accept", show=False, priority=True),
        Binding("ctrl+r", "search", "search the history", id="prompt.search", show=False),
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
        self._begun = ""
        """What was typed before the history was leafed through."""
        self._opened_with = ""
        self._suggest: Suggest = _nothing
        self._taken: tuple[Sequence[str], int] = ((), 0)
        """The completions of which one was taken, and which."""
        self._sought = ("", -1, "")
        """What is sought in the history, the line that was found last, and its text."""

    def compose(self) -> ComposeResult:
        yield Caption(":", id="sign", markup=False)
        made = LineInput(id="line")
        made.can_focus = False  # while it is hidden: a screen that has just come up would give it the keyboard
        yield made
        yield Caption("", id="offers", markup=False)
        yield Caption("", id="problem", markup=False)

    @property
    def is_open(self) -> bool:
        """Whether it is shown."""
        return bool(self.display)

    def open(self, kind: Kind, text: str, *, suggest: Suggest, history: Sequence[str] = ()) -> None:
        """Show it with `text`, and take the keyboard."""
        self.kind, self._history, self._at, self._suggest = kind, history, -1, suggest
        self._taken, self._sought, self._opened_with = ((), 0), ("", -1, ""), text
        self.query_one("#sign", Caption).update(_SIGNS[kind])
        line = self.query_one(Input)
        line.suggester = _Ghost(suggest)
        with line.prevent(Input.Changed):
            line.value = text
        line.cursor_position = len(text)
        self.show_problem("")
        self._show_offers(())
        line.can_focus = True
        self.display = True
        self._lend_keys(KEYS if kind == "command" else KEYS[:1] + KEYS[2:])
        # At once, not after the next refresh: keys that were typed ahead belong to this line already.
        self.screen.set_focus(line, scroll_visible=False)

    def close(self) -> None:
        """Hide it."""
        self.display = False
        self.query_one(Input).can_focus = False
        self._lend_keys(())

    def _lend_keys(self, keys: Sequence[tuple[str, str]]) -> None:
        """Have the line of keys say those of this prompt: no other works while one types."""
        for line in self.screen.query(KeyLine):
            line.lend(keys)

    def show_problem(self, message: str) -> None:
        """Say what is wrong with the text; an empty message takes it back."""
        self.query_one("#problem", Caption).update(message)

    def complete(self) -> None:
        """Complete what is typed anew, since more is known now."""
        line = self.query_one(Input)
        offers = self._suggest(line.value) or ()
        if offers:
            line.post_message(SuggestionReady(line.value, offers[0]))
        self._show_offers(offers)

    def _show_offers(self, offers: Sequence[str]) -> None:
        """Name the completions where there are several: what each has more than the words that are typed whole."""
        line = self.query_one(Input).value
        whole = line.rfind(" ") + 1
        names = [printable(offer[whole:], 24) for offer in offers[:OFFERED]] if offers[1:] else []
        more = ["…"] if offers[OFFERED:] else []
        self.query_one("#offers", Caption).update("  ".join([*names, *more]))

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        clean = "".join(character for character in event.value if character.isprintable())
        if clean != event.value:  # a reply of the terminal that leaked into the line
            event.input.value = clean
            return
        offers, at = self._taken
        was_taken = bool(offers) and offers[at] == clean
        self._show_offers([*offers[at:], *offers[:at]] if was_taken else self._suggest(clean) or ())
        self.post_message(self.Changed(self.kind, clean))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Submitted(self.kind, event.value))

    def action_close(self) -> None:
        self.post_message(self.Closed(self.kind))

    def action_accept(self) -> None:
        """Take the likeliest completion; again, the next one."""
        value = self.query_one(Input).value
        offers, at = self._taken
        if len(offers) > 1 and value == offers[at]:
            at = (at + 1) % len(offers)
        else:
            offers, at = [*(self._suggest(value) or ())], 0
        if offers:
            self._taken = offers, at
            self._put(offers[at])

    def action_older(self) -> None:
        self._recall(1)

    def action_newer(self) -> None:
        self._recall(-1)

    def action_search(self) -> None:
        """Go to the newest line of the history that has what is typed in it; again, to the one before."""
        value = self.query_one(Input).value
        needle, at, found = self._sought
        if value != found or at < 0:
            needle, at = value, -1
        lines = self._history
        at = next((index for index in range(at + 1, len(lines)) if needle in lines[index]), -1)
        if at < 0:
            self.show_problem("no older line has that" if found == value else "no line has that")
            return
        self._sought = needle, at, lines[at]
        self._put(lines[at])

    def on_key(self, event: events.Key) -> None:
        if event.key == "backspace" and not self.query_one(Input).value:
            event.stop()
            self.action_close()

    def _recall(self, step: int) -> None:
        """Go through the lines that begin as was typed; past the newest there is what was typed."""
        if self._at < 0:
            self._begun = self.query_one(Input).value
        begun = "" if self._begun == self._opened_with else self._begun
        lines = [line for line in self._history if line.startswith(begun) and line != self._begun]
        self._at = max(-1, min(self._at + step, len(lines) - 1))
        self._put(lines[self._at] if self._at >= 0 else self._begun)

    def _put(self, text: str) -> None:
        line = self.query_one(Input)
        line.value = text
        line.cursor_position = len(text)


def _nothing(text: str) -> None:
    return None

"""Inputs of forms: Textual's own, which do not blink, let no control character through, nor speak by colour alone."""

from __future__ import annotations

from textual import events
from textual.strip import Strip
from textual.widgets import Checkbox, Select, TextArea
from textual.widgets._select import SelectCurrent, SelectOverlay

from tui.widgets.line_input import harmless


class TextBox(TextArea):
    """Several lines of text, left by tab. What it is given may come from a store."""

    DEFAULT_CSS = "TextBox { border: none; padding: 0; width: 1fr; height: 4; }"

    def __init__(self, text: str = "", *, id: str | None = None) -> None:
        super().__init__(text, id=id, tab_behavior="focus", compact=True)
        self.cursor_blink = False

    def render_line(self, y: int) -> Strip:
        return harmless(super().render_line(y))


class Tick(Checkbox):
    """A box that is ticked or empty, which can be told apart without colour."""

    DEFAULT_CSS = """
    Tick, Tick:focus { border: none; padding: 0; width: 1fr; height: 1; background: transparent; }
    Tick > .toggle--button, Tick.-on > .toggle--button { color: $foreground; background: transparent; }
    Tick:focus > .toggle--button { text-style: reverse; }
    """
    BUTTON_LEFT = ""
    BUTTON_RIGHT = ""

    def __init__(self, value: bool = False, *, id: str | None = None) -> None:
        super().__init__("", value, id=id, compact=True)
        self.BUTTON_INNER = _mark(value)

    def watch_value(self) -> None:
        self.BUTTON_INNER = _mark(self.value)
        super().watch_value()


class OneOf(Select[str]):
    """One of several. Textual's own ends the program if its dialog is closed while it is still being made."""

    @property
    def is_whole(self) -> bool:
        """Whether its own widgets are there: not yet, or no longer, in a dialog that comes and goes."""
        return bool(self.query(SelectCurrent)) and bool(self.query(SelectOverlay))

    def on_mount(self, event: events.Mount) -> None:
        if not self.is_whole:
            event.prevent_default()

    def action_show_overlay(self) -> None:
        if self.is_whole:
            super().action_show_overlay()


def _mark(value: bool) -> str:
    return "[x] yes" if value else "[ ] no "

"""LineInput: Textual's line of text, which does not blink and lets no control character through."""

from __future__ import annotations

from rich.segment import Segment
from textual.strip import Strip
from textual.widgets import Input

from tui.services.printable import printable

UNSEEN = "\ufffd"
"""What stands for a character that must not reach the terminal. The value that is edited keeps it."""


def harmless(strip: Strip) -> Strip:
    """Return `strip` with one visible sign for each character that could steer the terminal."""
    if all(segment.text.isprintable() for segment in strip):
        return strip
    width = strip.cell_length
    segments = [
        segment if segment.text.isprintable() else Segment(_visible(segment.text), segment.style) for segment in strip
    ]
    return Strip(segments).adjust_cell_length(width)


def _visible(text: str) -> str:
    return "".join(
        character if character.isprintable() or printable(character) == character else UNSEEN for character in text
    )


class LineInput(Input):
    """A line of text, of one row and without a border. What it is given may come from a store."""

    DEFAULT_CSS = """
    LineInput, LineInput:focus { border: none; height: 1; padding: 0; width: 1fr; background: transparent; }
    """

    def __init__(self, value: str = "", *, id: str | None = None, placeholder: str = "", secret: bool = False) -> None:
        super().__init__(value, id=id, placeholder=placeholder, password=secret, compact=True, select_on_focus=False)
        self.cursor_blink = False

    def render_line(self, y: int) -> Strip:
        return harmless(super().render_line(y))

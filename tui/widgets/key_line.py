"""KeyLine: the keys that work here, on one line that never wraps. `?` is on it wherever it helps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget


class KeyLine(Widget):
    """Keys with their meaning, the most useful first; what does not fit is left to the help."""

    DEFAULT_CSS = "KeyLine { height: 1; }"
    COMPONENT_CLASSES: ClassVar[set[str]] = {"key-line--key", "key-line--message"}

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._keys: tuple[tuple[str, str], ...] = ()
        self._message = ""
        self._last: tuple[tuple[str, str], ...] = (("?", "help"),)

    def show(self, keys: Sequence[tuple[str, str]], *, help: bool = True) -> None:
        """Show these keys, each with what it does; without `help` where a question mark is typed like any letter."""
        if tuple(keys) != self._keys:
            self._keys = tuple(keys)
            self._last = (("?", "help"),) if help else ()
            self.refresh()

    def say(self, message: str) -> None:
        """Show a message in the keys' place; an empty one brings the keys back."""
        if message != self._message:
            self._message = message
            self.refresh()

    @property
    def message(self) -> str:
        """The message that is shown now."""
        return self._message

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.visual_style.rich_style
        if self._message:
            style = base + self.get_component_rich_style("key-line--message", partial=True)
            return Strip([Segment(" " + self._message, style)]).adjust_cell_length(width, base)
        key_style = base + self.get_component_rich_style("key-line--key", partial=True)
        last = self._last
        room = width - self._length(last)
        shown: list[tuple[str, str]] = []
        for pair in self._keys:
            if pair[0] == "?":
                continue
            if self._length([pair]) > room:
                break
            room -= self._length([pair])
            shown.append(pair)
        segments: list[Segment] = []
        for key, meaning in (*shown, *last):
            segments += [Segment(" " + key, key_style), Segment(f" {meaning} ", base)]
        return Strip(segments).adjust_cell_length(width, base)

    def _length(self, keys: Sequence[tuple[str, str]]) -> int:
        return sum(cell_len(key) + cell_len(meaning) + 3 for key, meaning in keys)
